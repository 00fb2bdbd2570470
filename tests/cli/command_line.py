"""The command line as the tests of it call it."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "wheel-works.yaml"


@dataclass(frozen=True)
class Said:
    """What one command said, and its exit status."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The answer as JSON; it fails where anything else is on the same channel."""
        return json.loads(self.out)

    @property
    def refusals(self) -> list[str]:
        """The problems that were named, one a line."""
        lines = self.err.splitlines()
        assert all(line.startswith("✗ ") for line in lines), self.err
        return [line.removeprefix("✗ ") for line in lines]


Linghang = Callable[..., Said]
"""`linghang("judge", path, lang="zh")` in this process."""


def in_a_process(*arguments: object, environment: Mapping[str, str] | None = None, cwd: Path | None = None) -> Said:
    """Run the command line in a process of its own."""
    called = [sys.executable, "-c", "from linghang.cli.main import main; main()", *map(str, arguments)]
    ran = subprocess.run(called, capture_output=True, timeout=60, check=False, env=environment, cwd=cwd)
    return Said(ran.returncode, ran.stdout.decode(), ran.stderr.decode())
