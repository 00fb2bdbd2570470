"""The certificate of a plan in words: what was minimised, what was proven, by which solver, and what the judge says."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from linghang.console import figures
from linghang.console.hypertext import facts as listed
from linghang.console.hypertext import tag
from linghang.console.telling import headed
from linghang.words import later, tr

AIMS = {
    "cost": later("cost"),
    "risk": later("possible overrun"),
    "end": later("end"),
    "count": later("number of actions"),
    "weighted": later("weighted sum"),
}


def certificate(plan: Mapping[str, Any]) -> Markup | None:
    """The certificate of optimality in words, folded."""
    found = plan["cases"][plan["assume"]]["plan"]
    if found is None:
        return None
    proof = found["proof"]
    lines = [_proven(one) for one in proof["steps"]]
    whole = proof["status"] == "optimal"
    first = tr("Proven: no plan of these actions is better.") if whole else tr("Not proven to the end: see the bounds.")
    pairs = (
        (tr("solver"), proof["solver"]),
        (tr("effort"), tr("{effort} of the solver's own units", effort=f"{proof['deterministic_time']:.3f}")),
        (tr("the judge"), tr("confirms the target in the planned case")),
        (tr("model"), tag("code", proof["model"], class_="lh-wrap")),
        (tr("catalogue"), tag("code", plan["catalogue_digest"], class_="lh-wrap")),
    )
    return tag(
        "details",
        tag("summary", tr("Certificate"), tag("span", ("✓ " if whole else "? ") + first, class_="lh-about")),
        tag("ul", (tag("li", one) for one in lines), class_="lh-way-lines"),
        listed(pairs),
        class_="lh-card lh-fold",
    )


def _proven(one: Mapping[str, Any]) -> str:
    value, bound = _of_aim(one["aim"], one["value"]), _of_aim(one["aim"], one["bound"])
    name = headed(tr(AIMS[one["aim"]]))
    if one["status"] == "optimal":
        return tr("{what}: {value}; proven, nothing is below", what=name, value=value)
    return tr("{what}: {value}; not proven, nothing is below {bound}", what=name, value=value, bound=bound)


def _of_aim(aim: str, value: int) -> str:
    if aim in ("cost", "risk"):
        return figures.money(Decimal(value) / 100)
    return tr("{count} months", count=figures.short(Decimal(value) / 2)) if aim == "end" else f"{value:,}"
