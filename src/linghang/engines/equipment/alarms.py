"""Alarms while they happen: the alarm state machine of ANSI/ISA-18.2 / IEC 62682, floods and chattering.

For any engine that raises alarms. Nothing here knows a clock: whoever has a moment hands it over, and timers (delays,
expiry of shelving) fire when a later moment is handed over, at their own due moment. Memory does not grow with time.

A condition comes true; after its on-delay the alarm is raised (unacknowledged). It is acknowledged, clears after its
off-delay, and is then normal again. A latching alarm that cleared waits for a reset. While an alarm is shelved,
suppressed by design or out of service it is followed but not annunciated; when that ends and it still stands, it is
annunciated then.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from linghang.errors import BadInput

SECOND_US = 1_000_000
Priority = Literal["low", "medium", "high", "critical"]
PRIORITIES: tuple[Priority, ...] = ("low", "medium", "high", "critical")


class AlarmState(StrEnum):
    """The states of the standard's diagram."""

    NORMAL = "normal"
    UNACKNOWLEDGED = "unacknowledged"
    ACKNOWLEDGED = "acknowledged"
    RETURNED = "returned_unacknowledged"
    LATCHED_UNACKNOWLEDGED = "latched_unacknowledged"
    LATCHED = "latched_acknowledged"


Withheld = Literal["shelved", "suppressed", "out_of_service"]
ACTIVE = (AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED)
_ACKNOWLEDGED = {
    AlarmState.UNACKNOWLEDGED: AlarmState.ACKNOWLEDGED,
    AlarmState.RETURNED: AlarmState.NORMAL,
    AlarmState.LATCHED_UNACKNOWLEDGED: AlarmState.LATCHED,
}


@dataclass(frozen=True, slots=True)
class AlarmRule:
    """How one alarm behaves.

    Attributes
    ----------
    priority
        How urgent it is.
    on_delay_s, off_delay_s
        How long its condition has to be true before it is raised, and false before it clears.
    latching
        Whether it waits for a reset after it cleared.
    """

    key: str
    priority: Priority = "medium"
    on_delay_s: float = 0.0
    off_delay_s: float = 0.0
    latching: bool = False

    def __post_init__(self) -> None:
        if not (0 <= self.on_delay_s < float("inf") and 0 <= self.off_delay_s < float("inf")):
            raise BadInput("the delays of the alarm {key} are seconds, 0 or more", key=self.key)
        if self.priority not in PRIORITIES:
            raise BadInput("“{priority}” is no priority of an alarm", priority=self.priority)


@dataclass(frozen=True, slots=True)
class Change:
    """What happened to an alarm: `raised`, `cleared`, `acknowledged`, `reset`, `withheld` or `restored`.

    Attributes
    ----------
    annunciated
        Whether an operator is told; withheld alarms are only followed.
    """

    at_us: int
    key: str
    kind: str
    state: AlarmState
    priority: Priority
    annunciated: bool = True

    @property
    def stands(self) -> bool:
        """Whether the alarm stands now, acknowledged or not."""
        return self.state in ACTIVE


TimerKey = tuple[str, str]
"""What is due, and of whom."""


class Timers:
    """Moments at which something is due: one for each key, the earliest first."""

    def __init__(self) -> None:
        self._due: dict[TimerKey, tuple[int, int]] = {}
        self._set = 0

    def set(self, key: TimerKey, due_us: int) -> None:
        """Set the timer of a key, also over an earlier one."""
        self._set += 1
        self._due[key] = (due_us, self._set)

    def cancel(self, key: TimerKey) -> None:
        """Forget the timer of a key."""
        self._due.pop(key, None)

    def __contains__(self, key: TimerKey) -> bool:
        return key in self._due

    def until(self, at_us: int) -> Iterator[tuple[int, TimerKey]]:
        """Give what is due at or before a moment, in the order of time; what is set meanwhile too."""
        while self._due:
            key = min(self._due, key=self._due.__getitem__)
            due = self._due[key][0]
            if due > at_us:
                return
            del self._due[key]
            yield due, key


@dataclass
class _Alarm:
    rule: AlarmRule
    state: AlarmState = AlarmState.NORMAL
    withheld: Withheld | None = None
    condition: bool = field(default=False)


class AlarmBook:
    """The alarms of a plant, or of a part of it.

    Examples
    --------
    >>> book = AlarmBook([AlarmRule("TI-1 high", on_delay_s=2)])
    >>> book.condition("TI-1 high", True, 0), [one.kind for one in book.advance(3_000_000)]
    ([], ['raised'])
    """

    def __init__(self, rules: Iterable[AlarmRule] = (), timers: Timers | None = None) -> None:
        self._timers = timers if timers is not None else Timers()
        self._alarms = {one.key: _Alarm(one) for one in rules}

    def add(self, rule: AlarmRule) -> None:
        """Add an alarm, normal at first."""
        self._alarms[rule.key] = _Alarm(rule)

    def __contains__(self, key: str) -> bool:
        return key in self._alarms

    def state(self, key: str) -> AlarmState:
        """Return the state of an alarm."""
        return self._alarm(key).state

    def standing(self) -> list[str]:
        """Return the keys of the alarms whose condition stands, annunciated or not."""
        return [key for key, one in self._alarms.items() if one.state in ACTIVE]

    def condition(self, key: str, true: bool, at_us: int) -> list[Change]:
        """Say whether the condition of an alarm is true from now on."""
        alarm = self._alarm(key)
        if true == alarm.condition:
            return []
        alarm.condition = true
        active = alarm.state in ACTIVE
        self._timers.cancel(("delay", key))
        if true == active:
            return []
        delay = alarm.rule.on_delay_s if true else alarm.rule.off_delay_s
        if delay > 0:
            self._timers.set(("delay", key), at_us + round(delay * SECOND_US))
            return []
        return [self._turned(alarm, at_us)]

    def advance(self, at_us: int) -> list[Change]:
        """Let time go on to a moment: delays and shelvings that are over by then."""
        return [change for due, key in self._timers.until(at_us) for change in self.due(key, due)]

    def due(self, key: TimerKey, at_us: int) -> list[Change]:
        """Do what a timer of this book was set for (where the timers are shared with others)."""
        what, name = key
        alarm = self._alarm(name)
        return [self._turned(alarm, at_us)] if what == "delay" else self.restore(alarm.rule.key, at_us)

    def acknowledge(self, key: str, at_us: int) -> list[Change]:
        """Acknowledge an alarm; nothing where there is nothing to acknowledge."""
        alarm = self._alarm(key)
        if alarm.state not in _ACKNOWLEDGED:
            return []
        return [self._moved(alarm, _ACKNOWLEDGED[alarm.state], "acknowledged", at_us)]

    def reset(self, key: str, at_us: int) -> list[Change]:
        """Reset a latching alarm whose condition is over."""
        alarm = self._alarm(key)
        if alarm.state not in (AlarmState.LATCHED, AlarmState.LATCHED_UNACKNOWLEDGED):
            return []
        return [self._moved(alarm, AlarmState.NORMAL, "reset", at_us)]

    def shelve(self, key: str, at_us: int, seconds: float) -> list[Change]:
        """Withhold an alarm for a time that ends by itself: shelving without an end is not shelving.

        Raises
        ------
        BadInput
            The time is none.
        """
        if not 0 < seconds < float("inf"):
            raise BadInput("an alarm is shelved for a limited time, in seconds")
        self._timers.set(("shelf", key), at_us + round(seconds * SECOND_US))
        return self._withhold(key, "shelved", at_us)

    def suppress(self, key: str, at_us: int) -> list[Change]:
        """Withhold an alarm because the state of the plant makes it meaningless."""
        return self._withhold(key, "suppressed", at_us)

    def out_of_service(self, key: str, at_us: int) -> list[Change]:
        """Withhold an alarm because it is being worked at."""
        return self._withhold(key, "out_of_service", at_us)

    def restore(self, key: str, at_us: int) -> list[Change]:
        """End shelving, suppression or being out of service; an alarm that stands is annunciated now."""
        alarm = self._alarm(key)
        self._timers.cancel(("shelf", key))
        if alarm.withheld is None:
            return []
        alarm.withheld = None
        changes = [self._change(alarm, "restored", at_us)]
        if alarm.condition and alarm.state in ACTIVE:
            changes.append(self._moved(alarm, AlarmState.UNACKNOWLEDGED, "raised", at_us))
        return changes

    def _withhold(self, key: str, how: Withheld, at_us: int) -> list[Change]:
        alarm = self._alarm(key)
        if how != "shelved":
            self._timers.cancel(("shelf", key))
        already, alarm.withheld = alarm.withheld is not None, how
        return [] if already else [self._change(alarm, "withheld", at_us)]

    def _turned(self, alarm: _Alarm, at_us: int) -> Change:
        """Raise or clear, as the condition has it."""
        if alarm.condition:
            return self._moved(alarm, AlarmState.UNACKNOWLEDGED, "raised", at_us)
        seen = alarm.state is AlarmState.ACKNOWLEDGED
        if alarm.rule.latching:
            after = AlarmState.LATCHED if seen else AlarmState.LATCHED_UNACKNOWLEDGED
        else:
            after = AlarmState.NORMAL if seen else AlarmState.RETURNED
        return self._moved(alarm, after, "cleared", at_us)

    def _moved(self, alarm: _Alarm, state: AlarmState, kind: str, at_us: int) -> Change:
        alarm.state = state
        return self._change(alarm, kind, at_us)

    def _change(self, alarm: _Alarm, kind: str, at_us: int) -> Change:
        return Change(at_us, alarm.rule.key, kind, alarm.state, alarm.rule.priority, alarm.withheld is None)

    def _alarm(self, key: str) -> _Alarm:
        if key not in self._alarms:
            raise BadInput("there is no alarm “{key}”", key=key)
        return self._alarms[key]


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of a measured value and the dead band inside them, in its unit; None where there is no limit."""

    low: float | None = None
    high: float | None = None
    deadband: float = 0.0

    def zones(self, value: NDArray[np.float64]) -> NDArray[np.int8]:
        """Return (n,) places: 2 above the high limit, 1 in the dead band under it, 0 inside, -1 and -2 below.

        Where the dead bands of both limits meet, there is no inside: the nearer limit's band counts.
        """
        zone = np.zeros(len(value), np.int8)
        if self.low is not None:
            zone[value < self.low + self.deadband] = -1
        if self.high is not None:
            near_high = value > self.high - self.deadband
            if self.low is not None:
                near_high &= (zone == 0) | (value - self.low > self.high - value)
            zone[near_high] = 1
            zone[value > self.high] = 2
        if self.low is not None:
            zone[value < self.low] = -2
        return zone


class FloodWatch:
    """Whether alarms come faster than an operator can handle.

    A flood begins when more than `begin` alarms were raised within the last `window_s` seconds, and ends when it were
    fewer than `end` (IEC 62682: more than 10, fewer than 5, in 10 minutes, for one operator).
    """

    def __init__(self, begin: int = 10, end: int = 5, window_s: float = 600.0) -> None:
        if not 0 < end <= begin or window_s <= 0:
            raise BadInput("a flood begins with more alarms than it ends with, in a time longer than nothing")
        self.end, self.window_us = end, round(window_s * SECOND_US)
        self._recent: deque[int] = deque(maxlen=begin + 1)
        self.since: int | None = None
        self.count = 0

    def raised(self, at_us: int) -> bool:
        """Take an alarm; return whether a flood begins with it. `over` has to be asked before."""
        self._recent.append(at_us)
        if self.since is not None:
            self.count += 1
            return False
        if len(self._recent) < (self._recent.maxlen or 0) or self._recent[0] <= at_us - self.window_us:
            return False
        self.since, self.count = at_us, len(self._recent)
        return True

    def over(self) -> int | None:
        """Return when the flood that there is will be over if no more alarms come."""
        return None if self.since is None else self._recent[-self.end] + self.window_us

    def ended(self) -> tuple[int, int]:
        """End the flood; return when it began and how many alarms it had."""
        since, self.since = self.since, None
        return (since or 0), self.count


class ChatterWatch:
    """Whether alarms chatter: the same one raised `times` times within `window_s` seconds.

    IEC 62682 speaks of repeated transitions in a short time; three in a minute is the usual reading.
    """

    def __init__(self, times: int = 3, window_s: float = 60.0) -> None:
        if times < 2 or window_s <= 0:
            raise BadInput("chattering is two or more alarms in a time longer than nothing")
        self.times, self.window_us = times, round(window_s * SECOND_US)
        self._recent: dict[str, deque[int]] = {}
        self._chattering: set[str] = set()

    def raised(self, key: str, at_us: int) -> bool:
        """Take an alarm; return whether it begins to chatter with it."""
        recent = self._recent.setdefault(key, deque(maxlen=self.times))
        recent.append(at_us)
        chatters = len(recent) == self.times and recent[0] > at_us - self.window_us
        began = chatters and key not in self._chattering
        (self._chattering.add if chatters else self._chattering.discard)(key)
        return began

    def __contains__(self, key: str) -> bool:
        return key in self._chattering
