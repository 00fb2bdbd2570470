"""How each indicator of the annex is computed, for whoever shows it: formula, pitfalls, source, tables."""

from dataclasses import dataclass

from linghang.kpi.indicators import RULES
from linghang.words import Text


@dataclass(frozen=True, slots=True)
class IndicatorShown:
    """The rule of one indicator.

    Attributes
    ----------
    formula
        Value of one period.
    pitfalls
        What is often counted wrongly.
    source
        Standard that the formula is from, or that it is practice.
    confidence
        H, M or L: how sure the formula is.
    better
        Whether a higher or a lower value of a period is better.
    type
        Whether the present value or its change is reported.
    tables
        Names of the tables that are read.
    """

    id: str
    formula: Text
    pitfalls: Text
    source: str
    confidence: str
    better: str
    type: str
    tables: tuple[str, ...]


def indicator_rules() -> dict[str, IndicatorShown]:
    """Return the rules by the indicator's id, in the order of the annex."""
    return {
        one.id: IndicatorShown(
            one.id, one.formula, one.pitfalls, one.source, one.confidence, one.better, one.type, tuple(one.tables)
        )
        for one in RULES
    }
