"""Adding a document: a file of 1 GB copied and hashed in one pass, beside copyfile and then sha256sum; and a search.

Run with: python -m bench.documents [MEGABYTES]
"""

import hashlib
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from linghang.store.documents import Description, DocumentRegister, Extraction

MEGABYTES = 1_000
ROUNDS = 3
DOCUMENTS = 1_000
CHARACTERS = 20_000
_CHILD = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from linghang.store.documents import Description, DocumentRegister
DocumentRegister(Path(sys.argv[1])).add(Path(sys.argv[2]), Description("file"), datetime.now(UTC))
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(int(peak.split()[1]) / 1024)
"""


def main(megabytes: int) -> None:
    """Print seconds of each, and the peak of memory."""
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        source = folder / "source.bin"
        _random_file(source, megabytes)
        _adding(folder, source, megabytes)
        _searching(folder)


def _random_file(path: Path, megabytes: int) -> None:
    piece = random.Random(7).randbytes(1_000_000)
    with path.open("wb") as file:
        for number in range(megabytes):
            file.write(number.to_bytes(8, "big") + piece[8:])


def _adding(folder: Path, source: Path, megabytes: int) -> None:
    workspaces = iter(range(1_000))

    def ours() -> None:
        works = folder / f"works{next(workspaces)}"
        (works / "documents").mkdir(parents=True)
        DocumentRegister(works).add(source, Description("file"), datetime.now(UTC))
        shutil.rmtree(works)

    def peer() -> None:
        copy = folder / "copy.bin"
        shutil.copyfile(source, copy)
        subprocess.run(["sync", "--data", str(copy)], check=True)
        subprocess.run(["sha256sum", str(copy)], check=True, stdout=subprocess.DEVNULL)
        copy.unlink()

    mine, other = _race(ours, peer)
    print(f"a file of {megabytes:,} MB, seconds (median of {ROUNDS}):")
    print(f"  linghang: copied, hashed, synced, registered   {mine:8.2f}   {megabytes / mine:6.0f} MB/s")
    print(f"  copyfile, sync and sha256sum                   {other:8.2f}   {megabytes / other:6.0f} MB/s")
    print(f"  floor: sha256 alone                            {_hashing(source):8.2f}")
    works = folder / "works"
    (works / "documents").mkdir(parents=True)
    command = [sys.executable, "-c", _CHILD, str(works), str(source)]
    peak = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    print(f"  peak memory of the whole process               {float(peak):8.0f} MiB")


def _race(*contestants: Callable[[], None]) -> list[float]:
    seconds: list[list[float]] = [[] for _ in contestants]
    for _ in range(ROUNDS):
        for place, one in enumerate(contestants):
            start = time.perf_counter()
            one()
            seconds[place].append(time.perf_counter() - start)
    return [statistics.median(one) for one in seconds]


def _hashing(source: Path) -> float:
    start = time.perf_counter()
    with source.open("rb") as file:
        hashlib.file_digest(file, "sha256")
    return time.perf_counter() - start


def _searching(folder: Path) -> None:
    works = folder / "library"
    (works / "documents").mkdir(parents=True)
    register, draw = DocumentRegister(works), random.Random(7)
    signs = [chr(0x4E00 + draw.randrange(3_000)) for _ in range(3_000)]
    start = time.perf_counter()
    for number in range(DOCUMENTS):
        path = folder / "text.txt"
        text = "".join(draw.choices(signs, k=CHARACTERS)) + ("成熟度评估" if number == DOCUMENTS // 2 else "")
        path.write_text(text, encoding="utf-8")
        made = register.add(path, Description(f"文件{number}"), datetime.now(UTC))
        register.keep_text(made.sha256, Extraction("text", ""), text)
    print(f"{DOCUMENTS:,} documents of {CHARACTERS:,} characters:")
    print(f"  registered and indexed                         {DOCUMENTS / (time.perf_counter() - start):8.0f} a second")
    for words in ("成熟度评估", "评估"):
        start = time.perf_counter()
        assert len(register.search(words)) >= 1
        print(f"  search for {len(words)} characters                          {time.perf_counter() - start:8.3f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else MEGABYTES)
