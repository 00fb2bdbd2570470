"""Reading the texts of documents in a process of its own, which may die or be ended without harm.

`python -m linghang.intake.document_reading` reads one JSON line `{"path", "name"}` after the other on its standard
input and answers each with one line: what `text_of` found.
"""

import contextlib
import json
import resource
import select
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from linghang.intake.document_text import DocumentText, text_of
from linghang.words import later

TIMEOUT_S = 60
MEMORY_BYTES = 4 << 30
_SLOW = later("reading the text took longer than {limit} seconds, so it was stopped")
_DIED = later("the file ends the program that reads it; its text is not searched")


class TextReader:
    """Reads the texts of documents, one after the other.

    Parameters
    ----------
    timeout_s
        Longest time for one document.
    """

    def __init__(self, timeout_s: float = TIMEOUT_S) -> None:
        self._timeout_s = timeout_s
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "TextReader":
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def read(self, path: Path, name: str) -> DocumentText:
        """Take the text out of a document; whatever happens, it says so and goes on."""
        try:
            process = self._running()
            assert process.stdin is not None
            process.stdin.write(json.dumps({"path": str(path), "name": name}).encode() + b"\n")
            process.stdin.flush()
            answer = self._answer(process)
        except TimeoutError:
            self.close()
            return DocumentText("failed", message=_SLOW, values={"limit": f"{self._timeout_s:g}"})
        except (OSError, ValueError):
            self.close()
            return DocumentText("failed", message=_DIED)
        return DocumentText(**answer)

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            for pipe in (self._process.stdin, self._process.stdout):
                with contextlib.suppress(OSError):
                    if pipe is not None:
                        pipe.close()
            self._process.wait()
            self._process = None

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._process is None:
            command = [sys.executable, "-m", __spec__.name]
            pipes: Mapping[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
            self._process = subprocess.Popen(command, **pipes, stderr=subprocess.DEVNULL)
        return self._process

    def _answer(self, process: "subprocess.Popen[bytes]") -> dict[str, Any]:
        """Wait for a whole line; the first bytes come when the document is read, the others at once."""
        assert process.stdout is not None
        ready, _, _ = select.select([process.stdout], [], [], self._timeout_s)
        if not ready:
            raise TimeoutError
        answer: dict[str, Any] = json.loads(process.stdout.readline())
        return answer


def _asked() -> Iterator[dict[str, str]]:
    for line in sys.stdin.buffer:
        yield json.loads(line)


def main() -> None:
    """Answer until nobody asks any more."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for asked in _asked():
        found = text_of(Path(asked["path"]), asked["name"])
        sys.stdout.write(json.dumps(asdict(found)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
