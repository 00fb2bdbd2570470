"""Collect the texts that a person reads into the catalogue and compile it (`make messages`).

With `--check` nothing is written: it fails if a text is not in the catalogue, has no Chinese, or lost one of its
{braces}, or if the compiled catalogue is not the one that the texts give.
"""

import io
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
PO = ROOT / "src/linghang/locale/zh/LC_MESSAGES/linghang.po"
REFUSALS = ("BadInput", "NotThere", "Refused", "refuse")
KEYWORDS = {"tr": None, "later": None, **dict.fromkeys(REFUSALS), "_refuse": (3,)}
HEADER = "# Texts that a person reads: English in the code, Chinese here. `make messages` keeps the two together.\n#"


def collected() -> Catalog:
    """Return a catalogue of the code's texts with the Chinese that there is."""
    before = read_po(io.BytesIO(PO.read_bytes()), locale="zh") if PO.exists() else Catalog(locale="zh")
    catalogue = Catalog(locale="zh", header_comment=HEADER, project="linghang", fuzzy=False)
    found = extract_from_dir(ROOT / "src/linghang", [("**.py", "python")], keywords=KEYWORDS)
    for text in sorted({message for _, _, message, _, _ in found if isinstance(message, str)}):
        known = before.get(text)
        catalogue.add(text, known.string if known else "")
    return catalogue


def problems(catalogue: Catalog) -> list[str]:
    """Name every text without Chinese, and every text whose Chinese has other {braces}."""
    wrong = []
    for message in catalogue:
        if not message.id:
            continue
        if not message.string:
            wrong.append(f"no Chinese: {message.id}")
        elif sorted(re.findall(r"{[^}]*}", message.id)) != sorted(re.findall(r"{[^}]*}", message.string)):
            wrong.append(f"other braces: {message.id} / {message.string}")
    return wrong


def compiled(catalogue: Catalog) -> bytes:
    """Return the compiled catalogue."""
    buffer = io.BytesIO()
    catalogue.creation_date = catalogue.revision_date = datetime(2000, 1, 1, tzinfo=UTC)  # not the hour of compiling
    write_mo(buffer, catalogue)
    return buffer.getvalue()


def written(catalogue: Catalog) -> bytes:
    """Return the catalogue as text, without the dates that would change it each time."""
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=120, no_location=True)
    return re.sub(
        rb'"(POT-Creation-Date|PO-Revision-Date|Last-Translator|Report-Msgid-Bugs-To|Language-Team|'
        rb"Generated-By)[^\n]*\n",
        b"",
        buffer.getvalue(),
    )


def main(check: bool) -> int:
    """Write the catalogue, or look whether it is up to date; return the exit status."""
    catalogue = collected()
    text = written(catalogue)
    binary = compiled(read_po(io.BytesIO(text), locale="zh"))
    wrong = problems(catalogue)
    if not check:
        PO.write_bytes(text)
        PO.with_suffix(".mo").write_bytes(binary)
    else:
        stale = PO.read_bytes() != text or PO.with_suffix(".mo").read_bytes() != binary
        wrong += ["the catalogue is not up to date: run make messages"] * stale
    print("\n".join([*wrong, f"{len(catalogue)} texts, {len(wrong)} problems"]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv[1:]))
