"""A large document is added in constant memory."""

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

MEMORY_MIB = 64


@pytest.mark.slow
def test_a_file_of_one_gigabyte_is_added_in_constant_memory(tmp_path: Path) -> None:
    (tmp_path / "works" / "documents").mkdir(parents=True)
    with (tmp_path / "big.bin").open("wb") as big:
        big.truncate(1_000_000_000)
    program = f"""
        import resource
        from datetime import UTC, datetime
        from pathlib import Path
        from linghang.store.documents import Description, DocumentRegister
        folder = Path({str(tmp_path)!r})
        small = folder / "small.txt"
        small.write_text("small")
        register = DocumentRegister(folder / "works")
        register.add(small, Description("small"), datetime.now(UTC))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        made = register.add(folder / "big.bin", Description("big"), datetime.now(UTC))
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(made.size_bytes, made.sha256, (after - before) // 1024)
    """
    ran = subprocess.run([sys.executable, "-c", dedent(program)], capture_output=True, text=True, check=True)
    size, _, grown_mib = ran.stdout.split()
    assert int(size) == 1_000_000_000
    assert int(grown_mib) < MEMORY_MIB
