"""What the checks of consistency look like in the terminal: remarks by severity, what is open, the catalogue."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from linghang.cli.names import headed, terminal
from linghang.usecases.consistency import Check, Consistency, Remark, Severity
from linghang.usecases.consistency_waivers import Waiver
from linghang.words import Text as Both
from linghang.words import later, tr

SEVERITIES: Mapping[Severity, tuple[str, str, str]] = {
    "error": (later("Errors: a reviewer would return the file ({count})"), "✗", "red"),
    "warning": (later("Warnings: to be explained ({count})"), "!", "yellow"),
    "hint": (later("Hints: better otherwise ({count})"), "·", "cyan"),
}
NAMES: Mapping[Severity, str] = {"error": later("error"), "warning": later("warning"), "hint": later("hint")}


def show(found: Consistency, folder: Path, as_json: bool) -> None:
    """Print what the checks found."""
    if as_json:
        print(json.dumps(found.to_dict(), ensure_ascii=False, indent=2))
        return
    console = terminal()
    for severity in SEVERITIES:
        remarks = [one for one in found.remarks if one.check.severity == severity]
        if remarks:
            console.print(_table(severity, remarks))
    _show_accepted(console, found)
    _show_open(console, found)
    _show_summary(console, found, folder)


def _table(severity: Severity, remarks: Sequence[Remark]) -> Table:
    title, mark, colour = SEVERITIES[severity]
    table = headed()
    table.title = Text.assemble((f"{mark} ", colour), tr(title, count=len(remarks)))
    table.add_column(tr("check"), no_wrap=True)
    table.add_column(tr("place"), overflow="fold", ratio=2)
    table.add_column(tr("what does not fit, and the mend"), overflow="fold", ratio=5)
    table.expand = True
    for one in remarks:
        mend = one.mend or one.check.mend
        said = Text.assemble(str(one.message), "\n", ("→ ", colour), (str(mend), "dim"))
        table.add_row(Text(one.check.code, style=colour), _places(one), said)
    return table


def _places(one: Remark) -> Text:
    """The place, its page, and what it is held against."""
    where = (
        one.spot.where
        if one.spot.page is None
        else tr("{where}, page {page}", where=one.spot.where, page=one.spot.page)
    )
    if one.spot.source == "draft" and one.spot.quote:
        where += f" “{one.spot.quote[:40]}”"
    shown = Text(where)
    for other in one.others:
        shown.append(f"\n↔ {other.where}", style="dim")
    return shown


def _show_accepted(console: Console, found: Consistency) -> None:
    if not found.accepted:
        return
    table = headed(tr("Accepted with a reason ({count})", count=len(found.accepted)))
    table.add_column(tr("check"), no_wrap=True)
    table.add_column(tr("place"), overflow="fold", ratio=2)
    table.add_column(tr("reason"), overflow="fold", ratio=5)
    table.expand = True
    for remark, waiver in found.accepted_remarks:
        said = Text.assemble(
            (str(remark.message), "dim"), "\n", ("✓ ", "green"), waiver.reason, (f"  {waiver.at[:10]}", "dim")
        )
        table.add_row(Text(remark.check.code, style="dim"), Text(remark.spot.where), said)
    console.print(table)


def _show_open(console: Console, found: Consistency) -> None:
    """What could not be checked, by what is lacking: many checks wait for the same thing, some for several."""
    waiting: dict[Both, list[str]] = {}
    for one in found.made:
        for need in one.needs:
            waiting.setdefault(need, []).append(one.check.code)
    if not waiting:
        return
    table = headed()
    said = tr("Not checkable: something is missing ({count})", count=found.counts["not_checkable"])
    table.title = Text.assemble(("? ", "dim"), said)
    table.add_column(tr("needs"), overflow="fold", ratio=3)
    table.add_column(tr("checks"), overflow="fold", ratio=4)
    table.expand = True
    for need, codes in sorted(waiting.items(), key=lambda one: -len(one[1])):
        table.add_row(Text(str(need)), Text(" ".join(codes), style="dim"))
    console.print(table)


def _show_summary(console: Console, found: Consistency, folder: Path) -> None:
    counts = found.counts
    said = tr(
        "{checks} checks: {passed} passed, {failed} failed, {open} not checkable; {errors} errors, "
        "{warnings} warnings, "
        "{hints} hints",
        checks=len(found.made),
        passed=counts["passed"],
        failed=counts["failed"],
        open=counts["not_checkable"],
        errors=counts["error"],
        warnings=counts["warning"],
        hints=counts["hint"],
    )
    style = "red" if counts["error"] else "yellow" if counts["warning"] else "green"
    console.print(Text(said, style=f"bold {style}"))
    hints = []
    if found.remarks:
        first = found.remarks[0]
        hints.append(
            tr(
                'accept one with a reason: linghang checks accept {folder} "{remark}" --pack {pack} --reason "…"',
                folder=folder,
                remark=f"{first.check.code}:{first.spot.where}",
                pack=found.pack,
            )
        )
    if found.level is None:
        hints.append(tr("name the level with --level, and its own checks are made too"))
    for one in hints:
        console.print(Text(one, style="dim"))


def show_catalogue(groups: Iterable[tuple[Both, Sequence[Check]]], as_json: bool) -> None:
    """Print every check of the catalogue by groups."""
    groups = list(groups)
    if as_json:
        document = [
            {
                "code": one.code,
                "group": title.to_dict(),
                "severity": one.severity,
                "title": one.title.to_dict(),
                "mend": one.mend.to_dict(),
                "source": one.source,
            }
            for title, checks in groups
            for one in checks
        ]
        print(json.dumps(document, ensure_ascii=False, indent=2))
        return
    console = terminal()
    for title, checks in groups:
        table = headed(f"{title} ({len(checks)})")
        for name in (tr("check"), tr("severity"), tr("what is right"), tr("asked by")):
            table.add_column(name, overflow="fold")
        for one in checks:
            colour = SEVERITIES[one.severity][2]
            table.add_row(
                one.code, Text(tr(NAMES[one.severity]), style=colour), Text(str(one.title)), Text(one.source, "dim")
            )
        console.print(table)


def show_accepted(waivers: Sequence[Waiver]) -> None:
    """Say what was accepted."""
    for one in waivers:
        console = terminal()
        said = tr("{code} at {place} is accepted: {reason}", code=one.code, place=one.where, reason=one.reason)
        console.print(Text.assemble(("✓ ", "green"), said))
        console.print(Text(tr("it comes back when what it says changes"), style="dim"))


def show_taken_back(waivers: Sequence[Waiver]) -> None:
    """Say what is no longer accepted."""
    for one in waivers:
        terminal().print(Text(tr("{code} at {place} is no longer accepted", code=one.code, place=one.where)))
