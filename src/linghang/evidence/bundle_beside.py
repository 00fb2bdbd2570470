"""Where the plant stands beside its industry, as a bundle holds it for whoever computes derivations again."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from linghang.evidence.standing import Standing


def standing_out(one: Standing) -> dict[str, Any]:
    """Write a standing; the order of its figures is part of what a digest is taken of."""
    said = {name: getattr(one, name) for name in ("indicator", "better", "document")}
    figures = [[name, value] for name, value in one.figures.items()]
    return said | {"tables": list(one.tables), "until": one.until.isoformat(), "figures": figures}


def standing_in(said: Mapping[str, Any]) -> Standing:
    """Read a standing back; what it lacks is said by whoever supplies it, and goes into no digest."""
    return Standing(
        indicator=said["indicator"],
        better=said["better"],
        tables=tuple(said["tables"]),
        document=said["document"],
        until=date.fromisoformat(said["until"]),
        what=() if said["better"] is not None else (said["indicator"],),
        figures=dict(said["figures"]),
    )
