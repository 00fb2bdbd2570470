"""Reports of one dossier as PDF and DOCX, beside LibreOffice (DOCX to PDF) and plain python-docx.

Run with: python -m bench.report WORKSPACE [YYYY-MM-DD]

What is timed is the writing; the dossier is gathered once. LibreOffice is a process of its own that starts each time,
as anybody who converts a DOCX starts it.
"""

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

from linghang.report.content import Dossier
from linghang.report.docx import docx
from linghang.report.pdf import pdf
from linghang.report.template_values import template_values
from linghang.usecases.reporting import Request, gather

ROUNDS = 5
COLD = """
import pickle, sys, time
dossier = pickle.load(open(sys.argv[1], "rb"))
start = time.perf_counter()
if sys.argv[2] == "pdf":
    from linghang.report.pdf import pdf as write
else:
    from linghang.report.docx import docx as write
write(dossier, "zh")
print(time.perf_counter() - start)
"""


def main(folder: Path, as_of: date) -> None:
    """Print seconds of each contestant."""
    dossier = gather(folder, Request(as_of=as_of), datetime.now(UTC))
    with tempfile.TemporaryDirectory() as home:
        _cold(dossier, Path(home))
        _warm(dossier, Path(home))


def _cold(dossier: Dossier, home: Path) -> None:
    import pickle

    kept = home / "dossier.pickle"
    kept.write_bytes(pickle.dumps(dossier))
    for form in ("pdf", "docx"):
        command = [sys.executable, "-c", COLD, str(kept), form]
        seconds = [
            float(subprocess.run(command, check=True, capture_output=True, text=True).stdout) for _ in range(ROUNDS)
        ]
        print(f"{form}, first of a process, with imports and fonts  {_shown(seconds)}")


def _warm(dossier: Dossier, home: Path) -> None:
    made = docx(dossier, "zh")
    contestants: dict[str, Callable[[], object]] = {
        "pdf again in the same process (typst)": lambda: pdf(dossier, "zh"),
        "docx again in the same process (docxtpl)": lambda: docx(dossier, "zh"),
        "peer: plain python-docx, tables of the same rows": lambda: _plain(dossier),
    }
    if shutil.which("soffice"):
        contestants["peer: LibreOffice, our DOCX to PDF"] = lambda: _libreoffice(made, home)
    for one in contestants.values():
        one()
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(ROUNDS):
        for name, one in contestants.items():
            start = time.perf_counter()
            one()
            seconds[name].append(time.perf_counter() - start)
    for name, taken in seconds.items():
        print(f"{name:50} {_shown(taken)}")


def _plain(dossier: Dossier) -> bytes:
    """Write the rows of the big tables cell by cell: what a report costs without a template, and without its looks."""
    from docx import Document

    values = template_values(dossier, "zh")
    document = Document()
    for name in (
        "unit_rows",
        "factory_rows",
        "clauses",
        "indicators",
        "systems",
        "system_links",
        "effects",
        "evidence",
    ):
        document.add_heading(name, 1)
        rows = [[str(cell) for cell in row.values()][:7] for row in values[name]]
        if rows:
            table = document.add_table(len(rows), len(rows[0]))
            for line, row in zip(table.rows, rows, strict=True):
                for cell, said in zip(line.cells, row, strict=True):
                    cell.text = said.replace("\ufdd0", "").replace("\ufdd1", "")
    kept = BytesIO()
    document.save(kept)
    return kept.getvalue()


def _libreoffice(data: bytes, home: Path) -> None:
    source = home / "peer.docx"
    source.write_bytes(data)
    profile = f"-env:UserInstallation={(home / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(home), str(source)]
    subprocess.run(command, check=True, capture_output=True)


def _shown(seconds: list[float]) -> str:
    return f"{statistics.median(seconds):6.2f} s [{min(seconds):.2f}]"


if __name__ == "__main__":
    main(Path(sys.argv[1]), date.fromisoformat(sys.argv[2]) if len(sys.argv) > 2 else datetime.now(UTC).date())
