"""Proposals for tags in the terminal: what stored names probably mean."""

import json
from pathlib import Path

from rich.text import Text

from linghang.cli.import_view import show as show_import
from linghang.cli.names import headed, terminal
from linghang.errors import BadInput
from linghang.usecases.assessing import utc_now
from linghang.usecases.tag_mapping import CONFIDENCES, Confidence, Mapped, map_tags, proposals, write_proposals
from linghang.words import tr

SHOWN = 60
STYLES = {Confidence.SURE: "green", Confidence.LIKELY: "", Confidence.GUESS: "yellow"}


def mapping_tags(folder: Path, output: Path | None, take: str | None, as_json: bool) -> None:
    """Print what is proposed; write it as a sheet, or take it into the records."""
    if take is not None and take not in list(Confidence):
        raise BadInput("--take takes {choices}, not “{value}”", value=take, choices=" / ".join(Confidence))
    found = proposals(folder)
    if output is not None:
        write_proposals(found.proposals, output)
    if as_json:
        print(json.dumps(_document(found), ensure_ascii=False, indent=2, default=str))
    elif take is None:
        _show(folder, found, output)
    if take is None:
        return
    report = map_tags(folder, found.proposals, Confidence(take), utc_now())
    if report is None:
        terminal().print(tr("no proposal is that sure; nothing was changed"), style="yellow")
    else:
        show_import(report, None, as_json)


def _show(folder: Path, found: Mapped, output: Path | None) -> None:
    console = terminal()
    console.print(tr("{mapped} of {stored} stored names are mapped", mapped=found.mapped, stored=found.stored))
    if not found.proposals:
        console.print(tr("nothing is left to map"), style="green")
        return
    table = headed(tr("{count} proposals", count=len(found.proposals)))
    for name in (tr("stored name"), tr("machine"), tr("tag"), tr("unit"), tr("how sure"), tr("why")):
        table.add_column(name, overflow="fold")
    for one in found.proposals[:SHOWN]:
        row = one.row
        sure = Text(tr(CONFIDENCES[one.confidence]), style=STYLES[one.confidence])
        cells = (one.source, row.get("equipment_id") or "–", row["name"], row.get("unit") or "–")
        table.add_row(*(Text(str(cell)) for cell in cells), sure, Text("; ".join(one.why), style="dim"))
    console.print(table)
    if len(found.proposals) > SHOWN:
        console.print(tr("and {count} more", count=len(found.proposals) - SHOWN), style="dim")
    if output is None:
        said = tr("review them: linghang map-tags {folder} -o tags.csv; take the sure ones: --take sure", folder=folder)
        console.print(Text(said, style="dim"))
    else:
        said = tr(
            "written to {file}; change it, then: linghang import {folder} {file} --table tag",
            file=output,
            folder=folder,
        )
        console.print(Text(said))


def _document(found: Mapped) -> dict[str, object]:
    return {
        "stored": found.stored,
        "mapped": found.mapped,
        "proposals": [
            {"row": dict(one.row), "fills": one.fills, "confidence": one.confidence.value, "why": list(one.why)}
            for one in found.proposals
        ],
    }
