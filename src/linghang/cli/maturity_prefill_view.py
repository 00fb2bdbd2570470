"""What records propose, and what a workbook would change, in the terminal."""

import json

from rich.markup import escape
from rich.table import Table

from linghang.cli.names import FLOORS, headed, terminal
from linghang.usecases.maturity_import import Differences
from linghang.usecases.maturity_journal import Answer
from linghang.usecases.maturity_prefilling import THRESHOLDS, Prefilling, said_value, say_needs, why
from linghang.words import Listed, later, tr

DISAGREE = {
    "more": later("the records bear no more"),
    "less": later("the records show more"),
}


def show(found: Prefilling, taken: bool, as_json: bool) -> None:
    """Print the proposals, what contradicts them, and what records would be needed."""
    if as_json:
        print(json.dumps(found.to_dict() | {"taken": taken}, ensure_ascii=False, indent=2))
        return
    console = terminal()
    console.print(_proposals(found))
    if found.differences:
        console.print(_differences(found))
    for code, what in found.found.needs.items():
        console.print(tr("{code} would need: {what}", code=code, what=say_needs(what)), style="dim", markup=False)
    said = Listed(f"{one.id} = {one.value}" for one in THRESHOLDS[:4])
    console.print(tr("thresholds are ours (platform), among them: {names}", names=said), style="dim", markup=False)
    count = len(found.to_take)
    if taken:
        console.print(tr("{count} answers recorded, source: records", count=count), style="green")
    elif count:
        console.print(tr("nothing was taken; take {count} answers with --take", count=count), style="yellow")


def _proposals(found: Prefilling) -> Table:
    day = found.day
    table = headed(tr("What the records answer, as of {day}; ≥: at least that much", day=day))
    for heading in (tr("item"), tr("proposed"), tr("answered"), tr("proof"), tr("why")):
        table.add_column(heading, overflow="fold")
    for code, one in found.found.proposals.items():
        answer = found.opened.state.answers.get(code)
        now = "[dim]·[/]" if answer is None else f"{answer.value} {_source(answer)}"
        table.add_row(code, said_value(one), now, tr(FLOORS[one.proposed.proof]), escape(str(why(one))))
    return table


def _source(answer: Answer) -> str:
    return tr("records") if answer.source == "records" else escape(answer.by)


def _differences(found: Prefilling) -> Table:
    table = headed(tr("Answers that the records speak against; the person's answer stands"))
    for heading in (tr("item"), tr("answered"), tr("by"), tr("records"), ""):
        table.add_column(heading, overflow="fold")
    for one in found.differences:
        said = f"[yellow]{escape(tr(DISAGREE[one.kind]))}[/]"
        table.add_row(one.item, str(one.answer.value), escape(one.answer.by), str(one.proposal.proposed.value), said)
    return table


def show_differences(found: Differences, taken: bool, as_json: bool) -> None:
    """Print what a workbook changes."""
    if as_json:
        print(json.dumps(found.to_dict() | {"taken": taken}, ensure_ascii=False, indent=2))
        return
    console = terminal()
    if not found.changes:
        console.print(tr("{file} changes nothing", file=found.file), markup=False)
        return
    table = headed(tr("What {file} changes", file=escape(found.file)))
    for heading in (tr("item"), tr("before"), tr("after"), tr("evidence"), tr("reason")):
        table.add_column(heading, overflow="fold")
    for one in found.changes:
        after = one.after
        evidence, reason = (", ".join(after.evidence), after.reason) if after else ("", "")
        table.add_row(one.item.code, _value(one.before), _value(after), evidence, escape(reason))
    console.print(table)
    if taken:
        console.print(tr("{count} items taken", count=len(found.changes)), style="green")
    else:
        console.print(tr("nothing was taken (--dry-run)"), style="yellow")


def _value(answer: Answer | None) -> str:
    return tr("unknown") if answer is None else str(answer.value)
