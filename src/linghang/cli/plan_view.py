"""What a plan looks like in the terminal: both cases, evidence first, phases with the ladder, reasons, the proof."""

import json
from collections.abc import Sequence

from rich import box
from rich.console import Console, RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from linghang.cli.names import FLOORS, headed, terminal
from linghang.usecases.interpretations import say_mark
from linghang.usecases.naming import ASSUMPTIONS, LIMITS
from linghang.usecases.planning import Outcome, Solution, WayUp
from linghang.usecases.way_up_document import document
from linghang.words import Listed, later, tr

AIMS = {
    "cost": later("cost"),
    "risk": later("possible overrun"),
    "end": later("end"),
    "count": later("number of actions"),
    "weighted": later("weighted sum"),
}
KINDS = {"build": later("build"), "evidence": later("evidence"), "wait": later("wait")}
SHOWN = 8
BAR = 20


def show(found: WayUp, as_json: bool) -> None:
    """Print a plan."""
    if as_json:
        print(json.dumps(document(found), ensure_ascii=False, indent=2))
        return
    console = terminal()
    console.print(_heading(found))
    console.print(_cases(found))
    if found.evidence:
        console.print(_evidence(found))
    if found.outcome.solution is None:
        console.print(_conflict(found.outcome, found))
        return
    console.print(_phases(found))
    console.print(_ladder(found))
    console.print(_ranges(found))
    _reasons(console, found)
    if found.front is not None:
        console.print(_front(found))
    console.print(_proof(found))


def _heading(found: WayUp) -> RenderableType:
    pack, limits = found.judged.pack, found.limits
    title = next(str(one.title) for one in pack.levels if one.id == found.question.target)
    floor = tr(FLOORS[found.question.floor])
    lines = [
        "[bold]" + escape(tr("The way to {level}, at the floor “{floor}”", level=title, floor=floor)) + "[/]",
        escape(tr("{subject}, by {pack}", subject=found.subject, pack=pack.title)),
        tr(
            "open: {unmet} unmet, {unknown} unknown; the plan begins on {start}",
            unmet=len(found.unmet),
            unknown=len(found.unknown),
            start=limits.start,
        ),
    ]
    said = [_limit(name, _value(found, name)) for name in limits.names()]
    if said:
        lines.append(escape(tr("limits: {limits}", limits=Listed(said))))
    lines += [escape(str(say_mark(one))) for one in found.judged.marks]
    estimates = tr("Costs, times and effects are estimates where no source stands beside them: change them.")
    lines.append(f"[dim]{escape(estimates)}[/]")
    return Panel("\n".join(lines), box=box.ROUNDED, border_style="blue", expand=False)


def _value(found: WayUp, name: str) -> str:
    what, _, one = name.partition(":")
    if one:
        return one
    value = getattr(found.limits, what)
    return str(value) if what in ("by", "parallel") else f"{value:,f} CNY"


def _limit(name: str, value: str | None) -> str:
    what, _, one = name.partition(":")
    return f"{tr(LIMITS[what])} {one or value or ''}".strip()


def money(fen: int) -> str:
    """Write hundredths of a CNY as whole CNY, thousands apart."""
    return f"{fen / 100:,.0f}"


def months(slots: int) -> str:
    """Write half months as months."""
    return f"{slots / 2:g}"


def _table(title: str, *columns: tuple[str, str]) -> Table:
    table = headed(title)
    for column, justify in columns:
        table.add_column(column, justify=justify, overflow="fold")  # type: ignore[arg-type]
    return table


def _cases(found: WayUp) -> Table:
    table = _table(
        tr("Both cases"),
        (tr("if"), "left"),
        (tr("actions"), "right"),
        (tr("cost (CNY)"), "right"),
        (tr("months"), "right"),
        (tr("finished"), "right"),
    )
    for name, outcome in found.outcomes.items():
        mark = "▸ " if name == found.question.assume else "  "
        if outcome.solution is None:
            assert outcome.conflict is not None
            none = tr("no plan")
            table.add_row(mark + tr(ASSUMPTIONS[name]), "–", f"[red]{none}[/]", "–", "–")
            continue
        one = outcome.solution
        finished = str(outcome.phases[-1].ends) if outcome.phases else str(found.limits.start)
        row = (str(len(one.actions)), f"[bold]{money(one.fen)}[/]", months(one.slots), finished)
        table.add_row(mark + tr(ASSUMPTIONS[name]), *row)
    return table


def _evidence(found: WayUp) -> Table:
    table = _table(
        tr("Which evidence to get first"),
        (tr("evidence"), "left"),
        (tr("cost (CNY)"), "right"),
        (tr("answers"), "right"),
        (tr("saves if it turns out well (CNY)"), "right"),
    )
    for one in found.evidence[:SHOWN]:
        row = (money(one.action.fen), str(len(one.answers)), money(one.saved_fen))
        table.add_row(escape(str(one.action.title)), *row)
    if len(found.evidence) > SHOWN:
        table.add_row(tr("and {count} more", count=len(found.evidence) - SHOWN), "", "", "")
    return table


def _conflict(outcome: Outcome, found: WayUp) -> RenderableType:
    conflict = outcome.conflict
    assert conflict is not None
    lines = ["[bold red]" + tr("There is no plan.") + "[/]"]
    if conflict.limits:
        limits = Listed(_limit(name, _value(found, name)) for name in conflict.limits)
        lines.append(escape(tr("These limits do not go together; without any one of them there is a plan: {limits}",
                               limits=limits)))  # fmt: skip
        for name, value in conflict.enough.items():
            lines.append(escape(tr("{limit} would be enough: {value}", limit=tr(LIMITS[name]), value=value)))
    else:
        names = Listed(conflict.conditions)
        lines.append(escape(tr("No choice of actions meets these conditions: {names}", names=names)))
    for element, row in outcome.impossible:
        reason = str(row.reason) if row else tr("no action of the catalogue brings it about")
        lines.append(f"  ✗ {element.asked.cited} {escape(str(element.asked.text))}  [dim]{escape(reason)}[/]")
    return Text.from_markup("\n".join(lines))


def _phases(found: WayUp) -> Table:
    columns = ((tr("phase"), "left"), (tr("begins"), "right"), (tr("ends"), "right"), (tr("action"), "left"),
               (tr("cost (CNY)"), "right"))  # fmt: skip
    table = _table(tr("The plan"), *columns)
    outcome = found.outcome
    assert outcome.solution is not None
    for phase in outcome.phases:
        table.add_section()
        table.add_row(
            f"[bold]{phase.number}[/]", str(phase.begins), str(phase.ends), "", f"[bold]{money(phase.fen)}[/]"
        )
        for step in phase.steps:
            kind = "" if step.action.kind == "build" else f" [cyan]{tr(KINDS[step.action.kind])}[/]"
            title = f"{escape(str(step.action.title))}{kind} [dim]{escape(step.action.id)}[/]"
            begins, ends = found.days(step)
            table.add_row("", str(begins), str(ends), title, money(step.action.fen))
    return table


def _ladder(found: WayUp) -> Table:
    titles = {one.id: str(one.title) for one in found.judged.pack.levels}
    floors = tuple(found.outcome.phases[0].levels) if found.outcome.phases else ()
    table = _table(
        tr("Level and money after each phase"),
        (tr("until"), "left"),
        *((tr(FLOORS[floor]), "left") for floor in floors),
        (tr("spent (CNY)"), "right"),
        ("", "left"),
        (tr("running cost a year (CNY)"), "right"),
    )
    whole = max((phase.whole_fen for phase in found.outcome.phases), default=0)
    for phase in found.outcome.phases:
        levels = [titles[level] if level else "–" for level in phase.levels.values()]
        bar = "█" * round(BAR * phase.whole_fen / whole) if whole else ""
        table.add_row(str(phase.ends), *levels, money(phase.whole_fen), f"[blue]{bar}[/]", money(phase.yearly_fen))
    return table


def _ranges(found: WayUp) -> Table:
    chances = found.chances
    assert chances is not None
    title = tr("What to expect ({draws} draws from the ranges, seed {seed})", draws=chances.draws, seed=chances.seed)
    table = _table(
        title, ("", "left"), (tr("now"), "right"), *((f"{q} %", "right") for q in (10, 50, 90)), ("", "left")
    )
    for name, one, unit in ((tr("cost"), chances.cost_cny, "CNY"), (tr("time"), chances.months, tr("months"))):
        table.add_row(name, "", *(f"{value:,f}" for value in (one.p10, one.p50, one.p90)), unit)
    titles = {one.id: str(one.title) for one in found.judged.pack.indicators}
    for indicator in chances.indicators:
        after = indicator.after
        before = "" if indicator.before is None else f"{indicator.before:,.1f}"
        row = (f"{value:,f}" for value in (after.p10, after.p50, after.p90))
        change = "" if indicator.before is not None else tr("change")
        table.add_row(escape(titles[indicator.id]), before, *row, f"{indicator.unit} {change}".strip())
    return table


def _reasons(console: Console, found: WayUp) -> None:
    solution, chances = found.outcome.solution, found.chances
    assert solution is not None
    assert chances is not None
    lines = []
    if found.presumed:
        names = Listed(one.asked.id for one in found.presumed)
        lines.append(tr("no action brings these about; the plan takes them to be met and has them proved: {names}",
                        names=names))  # fmt: skip
    if chances.within_budget is not None:
        lines.append(tr("keeps to the budget in {share} of the draws", share=f"{chances.within_budget:.0%}"))
    if chances.in_time is not None:
        lines.append(tr("is finished in time in {share} of the draws", share=f"{chances.in_time:.0%}"))
    for one in found.bindings:
        saved, earlier = money(one.saved_fen), months(one.earlier_slots)
        said = tr("{limit} binds: without it {saved} CNY less and {earlier} months earlier",
                  limit=_limit(one.limit, _value(found, one.limit)), saved=saved, earlier=earlier)  # fmt: skip
        lines.append(said + (" " + tr("(enough: {value})", value=one.enough) if one.enough else ""))
    if not found.bindings and tuple(found.limits.names()):
        lines.append(tr("no limit makes the plan dearer or longer"))
    for place, other in enumerate(found.alternatives, 1):
        lines.append(_other(place, other, found))
    if found.ranked is not None:
        lines.append(_ranked(found))
    for line in lines:
        console.print(Text("• " + line))


def _other(place: int, other: Solution, found: WayUp) -> str:
    assert found.outcome.solution is not None
    gone, come = found.exchanged(other)
    return tr(
        "next best {place}: {cost} CNY ({extra} more, {months} months): {come} instead of {gone}",
        place=place,
        cost=money(other.fen),
        extra=money(other.fen - found.outcome.solution.fen),
        months=months(other.slots),
        come=Listed(one.id for one in come) if come else "–",
        gone=Listed(one.id for one in gone) if gone else "–",
    )


def _ranked(found: WayUp) -> str:
    solution, ranked = found.outcome.solution, found.ranked
    assert solution is not None
    assert ranked is not None
    if not ranked.reached:
        return tr("a ranking by conditions met for the cost does not reach the target at all")
    extra = ranked.fen - solution.fen
    share = f"{extra / solution.fen:.1%}" if solution.fen else "0 %"
    return tr(
        "a ranking by conditions met for the cost would take {cost} CNY: {extra} more ({share}), and knows no calendar",
        cost=money(ranked.fen),
        extra=money(extra),
        share=share,
    )


def _front(found: WayUp) -> Table:
    assert found.front is not None
    title = tr("Cost, time and risk: no plan is better in one and worse in none")
    if not found.front.complete:
        title = tr("Cost, time and risk: some of the plans that nothing beats (there are more, or one is not proven)")
    table = _table(title, (tr("cost (CNY)"), "right"), (tr("months"), "right"), (tr("possible overrun (CNY)"), "right"))
    for one in found.front.plans:
        table.add_row(money(one.fen), months(one.slots), money(one.risk_fen))
    return table


def _proof(found: WayUp) -> Table:
    solution = found.outcome.solution
    assert solution is not None
    proof = solution.proof
    table = _table(
        tr("Certificate"), ("", "left"), (tr("found"), "right"), (tr("nothing below"), "right"), ("", "left")
    )
    for one in proof.steps:
        values: Sequence[str] = (str(one.value), str(one.bound))
        if one.aim in ("cost", "risk"):
            values = (f"{money(one.value)} CNY", f"{money(one.bound)} CNY")
        elif one.aim == "end":
            unit = tr("months")
            values = (f"{months(one.value)} {unit}", f"{months(one.bound)} {unit}")
        colour, word = ("green", tr("proven")) if one.status == "optimal" else ("yellow", tr("not proven"))
        proven = f"[{colour}]{word}[/]"
        table.add_row(tr(AIMS[one.aim]), *values, proven)
    effort = f"{proof.deterministic_time:.3f}"
    said = tr("{solver}, effort {effort}; the judge confirms the target", solver=proof.solver, effort=effort)
    model, catalogue = tr("model"), tr("catalogue")
    table.caption = f"{said}\n{model} {proof.model[:16]}…  {catalogue} {found.catalogue.digest[:16]}…"
    table.caption_justify = "left"
    return table


def show_exported(count: int, path: object) -> None:
    """Say what was written and what comes next."""
    console = terminal()
    console.print(tr("{count} actions written into {file}", count=count, file=path), style="green", markup=False)
    console.print(tr("change figures and states, then: linghang plan DIR --target LEVEL --costs {file}", file=path),
                  markup=False)  # fmt: skip


def show_checked(catalogue_id: str, count: int, gaps: dict[str, list[str]]) -> None:
    """Say that a catalogue is whole, and which elements it does not speak of."""
    console = terminal()
    console.print(tr("{name} is whole: {count} actions", name=catalogue_id, count=count), style="green", markup=False)
    for pack, names in gaps.items():
        said = tr("no action for {count} elements of {pack}: {names}", count=len(names), pack=pack, names=Listed(names))
        console.print(said, style="yellow", markup=False)
