"""What interpretations look like in the terminal: what is read, what the pack says, who set it and why."""

import json
from collections.abc import Sequence

from rich.markup import escape

from linghang.cli.names import headed, terminal
from linghang.usecases.interpretations import Act, Reading
from linghang.words import later, tr

OURS = "platform"
KINDS = {"set": later("set"), "take_back": later("taken back")}


def show(found: Sequence[Reading], as_json: bool) -> None:
    """Print the interpretations of a pack."""
    if as_json:
        print(json.dumps([one.to_dict() for one in found], ensure_ascii=False, indent=2))
        return
    table = headed(tr("Interpretations"))
    for heading, justify in (
        (tr("name"), "left"),
        (tr("meaning"), "left"),
        (tr("value"), "right"),
        (tr("the pack"), "right"),
        (tr("source"), "left"),
        (tr("set by"), "left"),
    ):
        table.add_column(heading, justify=justify, overflow="fold")  # type: ignore[arg-type]
    for one in found:
        changed = one.value != one.pack_value
        value = f"{one.value} {_unit(one)}".strip()
        table.add_row(
            one.name,
            escape(str(one.text)),
            f"[bold yellow]{escape(value)}[/]" if changed else escape(value),
            escape(str(one.pack_value)),
            tr("ours") if one.source == OURS else escape(one.source),
            escape(_set_by(one)),
        )
    terminal().print(table)


def show_one(found: Reading | None, as_json: bool) -> None:
    """Print what is read after a change."""
    if as_json:
        print(json.dumps(None if found is None else found.to_dict(), ensure_ascii=False, indent=2))
        return
    if found is None:
        terminal().print(tr("taken back; the pack does not have this interpretation any more"))
        return
    said = tr(
        "{name} is read as {value} from now on; the pack says {pack_value}",
        name=found.name,
        value=found.value,
        pack_value=found.pack_value,
    )
    terminal().print(said, style="green", markup=False)


def show_history(acts: Sequence[Act], as_json: bool) -> None:
    """Print every act, the oldest first."""
    if as_json:
        print(json.dumps([one.to_dict() for one in acts], ensure_ascii=False, indent=2))
        return
    if not acts:
        terminal().print(tr("no interpretation was ever set here"))
        return
    table = headed(tr("Interpretations that were set"))
    for heading in ("#", tr("when"), tr("who"), tr("pack"), tr("what"), tr("the pack then"), tr("reason")):
        table.add_column(heading, overflow="fold")
    for one in acts:
        when = f"{one.at:%Y-%m-%d %H:%M} UTC"
        what = f"{tr(KINDS[one.kind])}: {one.name} = {one.value}"
        row = (str(one.number), when, one.by, one.pack, what, str(one.pack_value), one.reason)
        table.add_row(*map(escape, row))
    terminal().print(table)


def _unit(one: Reading) -> str:
    return "" if one.unit in ("", "1") else one.unit


def _set_by(one: Reading) -> str:
    if one.act is None:
        return ""
    said = tr("{who}, {day}: {reason}", who=one.act.by, day=one.act.at.date(), reason=one.act.reason)
    if not one.waits:
        return said
    waits = tr("{value}, set under another edition, to be confirmed again", value=one.act.value)
    return f"{waits} · {said}"
