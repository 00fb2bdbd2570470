"""Alarm logic of early warning: an index becomes a warning that is raised once, may grow worse, and is cleared once.

Persistence and hysteresis after ISA-18.2 / IEC 62682 (on-delay, off-delay, deadband): a warning is raised after so many
samples in a row above the limit, and cleared after so many in a row below a lower level, so that it does not chatter.
"""

from dataclasses import dataclass
from typing import Literal

from linghang.engines.contract import Severity
from linghang.errors import BadInput

Change = Literal["raised", "worse", "cleared"]


@dataclass(frozen=True, slots=True)
class AlarmRule:
    """When a warning is raised, grows worse and is cleared.

    Attributes
    ----------
    persistence
        Samples in a row with an index above 1 until it is raised.
    clear_after
        Samples in a row with an index below `hysteresis` until it is cleared.
    hysteresis
        Level below which the index has to fall; 1 is none.
    high_at
        Index from which a warning is of high severity; below it is medium.
    """

    persistence: int = 3
    clear_after: int = 3
    hysteresis: float = 0.9
    high_at: float = 1.5

    def __post_init__(self) -> None:
        if self.persistence < 1 or self.clear_after < 1:
            raise BadInput("a warning persists for one sample or more, and is cleared after one or more")
        if not 0 < self.hysteresis <= 1 or not self.high_at >= 1:
            raise BadInput("the hysteresis lies in (0, 1], the index of high severity is 1 or more")

    def severity(self, index: float) -> Severity:
        """Return how urgent a warning with this index is."""
        return "high" if index >= self.high_at else "medium"


@dataclass(slots=True)
class AlarmState:
    """A warning that is or is not active.

    Attributes
    ----------
    active, high
        Whether there is a warning, and whether it is of high severity.
    above, below
        Samples in a row above 1, above `high_at` while active, and below the hysteresis.
    """

    rule: AlarmRule
    active: bool = False
    high: bool = False
    above: int = 0
    below: int = 0

    def step(self, index: float) -> Change | None:
        """Take the index of a sample (not NaN: what could not be scored changes nothing) and say what changes."""
        rule = self.rule
        bar = rule.high_at if self.active else 1.0
        self.above = self.above + 1 if index > bar else 0
        self.below = self.below + 1 if index < rule.hysteresis else 0
        if not self.active and self.above >= rule.persistence:
            self.active, self.high = True, index >= rule.high_at
            self.above = self.below = 0
            return "raised"
        if self.active and not self.high and self.above >= rule.persistence:
            self.high = True
            return "worse"
        if self.active and self.below >= rule.clear_after:
            self.active = self.high = False
            self.above = self.below = 0
            return "cleared"
        return None
