"""What one indicator is made of; the 20 of them stand in `linghang.kpi.indicators`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from linghang.kpi.factors import Confidence
from linghang.kpi.formulas import Case, Measured
from linghang.kpi.settings import Given
from linghang.kpi.spans import Spans
from linghang.kpi.sums import Source
from linghang.words import Text


@dataclass(frozen=True, slots=True)
class IndicatorRule:
    """How one indicator is computed.

    Attributes
    ----------
    id, number
        As in the pack of conditions.
    formula
        Value V of one period. A change indicator reports the change from V0 to V1; positive always means better.
    unit
        Unit of the indicator; `measured` says the unit of V.
    better
        Whether a higher or a lower V is better.
    value
        Figures of one period -> V.
    needs
        Columns without which there is no value, as `table.column`, beside those of its sources.
    version
        Raised when the formula changes; part of the input digest.
    reads
        Names of what goes in beside records and periods (`linghang.kpi.settings`).
    """

    id: str
    number: int
    formula: Text
    unit: str
    better: Literal["higher", "lower"]
    type: Literal["state", "change"]
    sources: tuple[Source, ...]
    value: Callable[[Case], Measured]
    measured: str
    pitfalls: Text
    source: str
    confidence: Confidence
    needs: tuple[str, ...] = ()
    version: int = 1
    reads: tuple[str, ...] = ()

    def given(self, spans: Spans) -> Given:
        """Return what it reads."""
        return {name: spans.given[name] for name in self.reads}

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns that it needs."""
        return tuple(dict.fromkeys([*(need for source in self.sources for need in source.needs), *self.needs]))

    @property
    def tables(self) -> tuple[str, ...]:
        """Tables that it needs."""
        return tuple(dict.fromkeys(column.partition(".")[0] for column in self.columns))
