"""What a guard allows: limits, rate, modes, interlocks, approval, and what happens when the controller falls silent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import isfinite

from linghang.errors import BadInput
from linghang.words import Text

GOOD = 192
"""OPC quality byte: the two highest bits say good, uncertain or bad."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What an instrument or a controller of the equipment said last.

    Attributes
    ----------
    value
        A number, or a word (a mode).
    at
        Its own time, UTC.
    quality
        OPC quality byte; below 192 it is not good.
    """

    value: float | str
    at: datetime
    quality: int = GOOD

    def problem(self, now: datetime, fresh: timedelta) -> Text | None:
        """Return why it cannot be relied on, or None."""
        if self.quality < GOOD:
            return Text("读数质量不良", "its quality is not good")
        if isinstance(self.value, float | int) and not isfinite(self.value):
            return Text("读数不是有效数", "it is no number")
        if self.at > now + _CLOCKS_APART:
            return Text("读数时间在未来", "its time lies in the future")
        if now - self.at > fresh:
            return Text("读数过期", "it is stale")
        return None


_CLOCKS_APART = timedelta(seconds=2)
"""Clocks of a works that are kept by NTP differ by far less."""


@dataclass(frozen=True, slots=True)
class Interlock:
    """A condition on a live value that has to hold while anything acts.

    Attributes
    ----------
    reading
        Name of the value.
    low, high
        It holds within; infinite where there is no limit.
    why
        What it protects.
    fresh
        A value older than this says nothing, so the condition does not hold.
    """

    reading: str
    low: float
    high: float
    why: Text
    fresh: timedelta = timedelta(seconds=30)

    def __post_init__(self) -> None:
        if not self.low <= self.high or self.fresh <= timedelta():
            raise BadInput("an interlock has a lower limit below its upper one, and a time for which a value is fresh")

    def broken(self, readings: Mapping[str, Reading], now: datetime) -> Text | None:
        """Return why it does not hold, or None. What is unknown does not hold."""
        found = readings.get(self.reading)
        if found is None:
            return _about(self, Text("没有读数", "there is no reading"))
        problem = found.problem(now, self.fresh)
        if problem is not None:
            return _about(self, problem)
        if isinstance(found.value, str) or not self.low <= found.value <= self.high:
            return _about(
                self,
                Text(
                    f"{found.value} 超出 {self.low}～{self.high}", f"{found.value} is outside {self.low} to {self.high}"
                ),
            )
        return None


def _about(lock: Interlock, what: Text) -> Text:
    return Text(
        f"联锁 {lock.reading}（{lock.why.zh}）：{what.zh}", f"interlock {lock.reading} ({lock.why.en}): {what.en}"
    )


@dataclass(frozen=True, slots=True)
class Rule:
    """What may be done to one output.

    Attributes
    ----------
    tag
        The output: its id in the records.
    unit
        Of its value.
    low, high
        Limits.
    rate_per_s
        Largest change in a second.
    fallback
        Value that is always safe; taken up, at the rate, when the controller falls silent or an interlock breaks.
    modes
        Modes of the equipment in which the guard may act. In any other it puts out nothing at all: somebody else does.
    mode_reading
        Name of the reading that says the mode.
    readback
        Name of the reading that says what the equipment has really taken.
    interlocks
        All of them have to hold.
    needs_approval
        Whether a person has to have allowed it.
    watchdog
        A controller that has said nothing for longer is lost.
    fresh
        A mode or a readback older than this is unknown; a command older than this is not carried out.
    longest_step
        Time between two decisions that counts for the rate at most: a clock that jumps is no licence to jump.
    most_apart
        Equipment whose readback differs more from what was put out does not follow; no command is carried out.
    """

    tag: str
    unit: str
    low: float
    high: float
    rate_per_s: float
    fallback: float
    modes: frozenset[str]
    mode_reading: str
    readback: str
    interlocks: tuple[Interlock, ...] = ()
    needs_approval: bool = True
    watchdog: timedelta = timedelta(minutes=2)
    fresh: timedelta = timedelta(seconds=30)
    longest_step: timedelta = timedelta(seconds=60)
    most_apart: float = float("inf")

    def __post_init__(self) -> None:
        if not all(map(isfinite, (self.low, self.high, self.rate_per_s, self.fallback))):
            raise BadInput("the limits of a guard are finite numbers")
        if (
            not self.low < self.high
            or not self.low <= self.fallback <= self.high
            or min(self.rate_per_s, self.most_apart) <= 0
        ):
            raise BadInput(
                "a guard has a lower limit below the upper one, a fallback between them and a rate above zero"
            )
        if not self.modes or min(self.watchdog, self.fresh, self.longest_step) <= timedelta():
            raise BadInput("a guard names the modes in which it may act, and times above zero")


@dataclass(frozen=True, slots=True)
class Approval:
    """A person's permission to act on one output.

    Attributes
    ----------
    tag, by, since, until
        For what, by whom, and how long.
    low, high
        Narrower limits that the person set; infinite where the rule's are enough.
    """

    tag: str
    by: str
    since: datetime
    until: datetime
    low: float = float("-inf")
    high: float = float("inf")

    def __post_init__(self) -> None:
        if not self.by.strip() or self.until <= self.since or not self.low <= self.high:
            raise BadInput("an approval has a name, an end after its beginning, and limits in order")

    def holds(self, tag: str, now: datetime) -> bool:
        """Whether it allows acting on the output now."""
        return self.tag == tag and self.since <= now < self.until


@dataclass(frozen=True, slots=True)
class Command:
    """What a controller wants.

    Attributes
    ----------
    tag, value
        The output, and the value in its unit.
    at
        When it was made, UTC.
    by
        Engine and version, or a person.
    why
        What it is for.
    """

    tag: str
    value: float
    at: datetime
    by: str
    why: Text = field(default=Text("", ""))
