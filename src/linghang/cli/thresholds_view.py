"""The thresholds that no official text gives, with what rests on them: ours, shown, and a reviewer's to change."""

from rich import box
from rich.markup import escape
from rich.table import Table

from linghang.usecases.assessing import Assessment
from linghang.words import Listed, tr

OURS = "platform"
NAMED_CLAUSES = 3


def thresholds(found: Assessment) -> Table | None:
    """Return the thresholds of ours that answers of this assessment rest on; None where none does."""
    clauses: dict[str, list[str]] = {}
    for element in found.elements():
        for one in element["interpretations"]:
            if one["source"] == OURS and element["finding"] in ("met", "unmet"):
                clauses.setdefault(one["name"], []).append(element["clause"])
    if not clauses:
        return None
    title = tr("Thresholds of ours, not of the text (set others with --interpretation NAME=VALUE)")
    table = Table(box=box.SIMPLE, title=title, title_style="bold", title_justify="left")
    table.add_column(tr("name"), overflow="fold")
    table.add_column(tr("meaning"), overflow="fold")
    table.add_column(tr("value"), justify="right")
    table.add_column(tr("decided"), overflow="fold")
    chosen = found.judged.verdict.program.interpretation
    for one in found.judged.pack.interpretations:
        if one.id in clauses:
            about = list(dict.fromkeys(clauses[one.id]))
            rest = len(about) - NAMED_CLAUSES
            more = f" … +{rest}" if rest > 0 else ""
            unit = "" if one.unit in ("", "1") else f" {one.unit}"
            said = f"{Listed(about[:NAMED_CLAUSES])}{more}"
            table.add_row(one.id, escape(str(one.text)), f"{chosen[one.id]}{unit}", escape(said))
    return table
