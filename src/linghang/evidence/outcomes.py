"""Derivations for the outcomes: main indicators above the average, or at the leading level, of an industry.

Which indicators are the main ones, and how many of them, no text says: they are those for which a comparator fits,
at least `benchmark_minimum` of them, and the share `benchmark_share` of them has to do as well as is asked. An
indicator that has a comparator and is itself unknown may be either, so it can leave the outcome open.
"""

import math
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Literal

from linghang.evidence.derive import Derivation, Found, Look, Needs
from linghang.evidence.proof import STRENGTH, Proof
from linghang.evidence.standing import Standing
from linghang.words import Text, tr

PROOFS: tuple[Proof, ...] = ("measured", "documented", "declared")
REGISTERS: dict[str, Proof] = {
    "equipment": "documented",
    "rnd_project": "documented",
    "replication": "documented",
    "scene_built": "declared",
}
"""Tables in which somebody enters what is so; all others hold what happened, and measure."""


def proof_of(one: Standing) -> Proof:
    """How well one indicator is proved.

    The plant's own value is measured where it comes from transactions, readings, states or accounts; a value that
    rests on registers alone is proved as these are. The comparator is a yardstick, not a thing of the plant: with a
    document that anybody can look up it takes nothing away, without one it is somebody's word.
    """
    if one.document is None:
        return "declared"
    own = {REGISTERS.get(name, "measured") for name in one.tables}
    return min(own, key=PROOFS.index) if own else "declared"


def stands(name: str, text: Text) -> Callable[[Look], Found | Needs]:
    """Decide over the standings of an area and a statistic, such as "province.average".

    What is found is proved as well as the best proved part of the indicators that says the same by itself, so that
    a weaker indicator more neither lowers the proof nor is left out of the finding.
    """

    def run(look: Look) -> Found | Needs:
        every = look.standings.get(name, ())
        least, share = look.number("benchmark_minimum"), look.number("benchmark_share")
        counted = [one for one in every if one.better is not None]
        value = _decided(every, least, share)
        if value is None:
            needs = [what for one in every for what in one.what]
            if len(counted) < least:
                lacking = math.ceil(least - len(counted))
                needs.append(tr("comparator: {count} more indicators ({what})", count=lacking, what=text))
            return Needs(tuple(dict.fromkeys(needs)))
        proof = next(one for one in PROOFS if _decided(_proved(every, one), least, share) == value)
        detail = {
            "compared_with": name,
            "better": [one.indicator for one in counted if one.better],
            "not_better": [one.indicator for one in counted if not one.better],
            "open": [one.indicator for one in every if one.better is None],
            "figures": [dict(one.figures) for one in counted],
        }
        return Found(value, detail, proof, min(one.until for one in counted))

    return run


def _proved(every: Sequence[Standing], proof: Proof) -> list[Standing]:
    """Leave out what is proved less; what is unknown stays unknown."""
    return [one for one in every if one.better is None or STRENGTH[proof_of(one)] >= STRENGTH[proof]]


def _decided(every: Sequence[Standing], least: Decimal, share: Decimal) -> Literal["met", "unmet"] | None:
    better = sum(1 for one in every if one.better)
    unknown = sum(1 for one in every if one.better is None)
    if not every or len(every) - unknown < least:
        return None
    if better >= share * len(every):
        return "met"
    return "unmet" if better + unknown < share * len(every) else None


def _row(element: str, name: str, zh: str, en: str) -> Derivation:
    text = Text(zh, en)
    return Derivation(f"benchmark.{name}", (element,), ("comparator",), "measured", text, stands(name, text))


OUTCOMES = (
    _row(
        "basic.outcome.above-provincial-average",
        "province.average",
        "主要指标与省同行业平均比较",
        "main indicators beside the average of the industry in the province",
    ),
    _row(
        "advanced.outcome.provincial-leading",
        "province.leading",
        "主要指标与省同行业领先水平比较",
        "main indicators beside the leading level of the industry in the province",
    ),
    _row(
        "excellence.outcome.national-leading",
        "country.leading",
        "主要指标与国内同行业领先水平比较",
        "main indicators beside the leading level of the industry in the country",
    ),
    _row(
        "pioneer.outcome.global-leading",
        "world.leading",
        "主要指标与全球同行业领先水平比较",
        "main indicators beside the leading level of the industry in the world",
    ),
)
"""One row for each element that asks for a comparison; `measured` is the best proof that they can have."""
