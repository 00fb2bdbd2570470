"""Equipment monitoring, states: words to states, points and records to stretches of time, time in each state.

Everything is in whole microseconds, so that the times in the states of a machine add up to its window exactly.
The states are those of the records' table `equipment_state`; beside them stands `none`: no data at all.

What it cannot do: it invents no state. A state holds until the next one, or until nothing of the machine has been heard
for a while; then there is none.
"""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from linghang.engines.signals import Points
from linghang.errors import BadInput, nearest
from linghang.words import Text

STATES = ("running", "idle", "setup", "planned_stop", "breakdown", "off", "unknown", "none")
RUNNING, IDLE, SETUP, PLANNED_STOP, BREAKDOWN, OFF, UNKNOWN, NONE = range(8)
LOADING = (RUNNING, IDLE, SETUP, BREAKDOWN, UNKNOWN)
"""States of the planned busy time (PBT), as the indicators take it: a state that is recorded as unknown counts as busy,
which makes the result worse, never better; time without any record counts nowhere."""
KNOWN = (RUNNING, IDLE, SETUP, PLANNED_STOP, BREAKDOWN, OFF)
STATE_TITLES: Mapping[str, Text] = MappingProxyType(
    {
        "running": Text("运行", "running"),
        "idle": Text("待机", "idle"),
        "setup": Text("换型调整", "setup"),
        "planned_stop": Text("计划停机", "planned stop"),
        "breakdown": Text("故障停机", "breakdown"),
        "off": Text("关机", "off"),
        "unknown": Text("未知", "unknown"),
        "none": Text("无数据", "no data"),
    }
)
_WORDS = {
    RUNNING: "running run executing execute production producing processing auto automatic active 运行 生产 加工 自动",
    IDLE: "idle standby waiting ready suspended starved blocked held 待机 空闲 等待 待料",
    SETUP: "setup set_up changeover adjusting starting resetting 换型 调试 换型调整 调整",
    PLANNED_STOP: "planned_stop maintenance planned_maintenance break 计划停机 保养 检修",
    BREAKDOWN: "breakdown fault faulted alarm error failure failed aborted aborting down 故障 故障停机 报警",
    OFF: "off offline power_off shutdown 关机 停机断电",
    UNKNOWN: "unknown undefined 未知",
}
"""What machines call their states (PackML of ISA-TR88.00.02, MTConnect Execution, usual words); whatever is not here
and not in the settings is unknown."""
WORDS: Mapping[str, int] = MappingProxyType({one: state for state, words in _WORDS.items() for one in words.split()})

Micros = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Stretches:
    """What one machine did when: stretches that touch each other and fill the window.

    Attributes
    ----------
    begin, end
        (n,) UTC microseconds.
    state
        (n,) place in `STATES`.
    overlap_us
        Time that the records claim twice; the later stretch counts.
    """

    begin: Micros
    end: Micros
    state: NDArray[np.int8]
    overlap_us: int = 0

    def times(self) -> Micros:
        """Return (8,) microseconds in each of `STATES`; they add up to the window."""
        found = np.zeros(len(STATES), np.int64)
        np.add.at(found, self.state, self.end - self.begin)
        return found

    def within(self, start: int, end: int) -> "Stretches":
        """Return the part inside `[start, end)`."""
        begin, until = np.maximum(self.begin, start), np.minimum(self.end, end)
        keep = until > begin
        return Stretches(begin[keep], until[keep], self.state[keep], self.overlap_us)


def state_words(pairs: Iterable[str]) -> dict[str, int]:
    """Return word -> state: those known, and those of a plant as `word=state`.

    Raises
    ------
    BadInput
        A pair without `=`, or a state that there is not.
    """
    found = dict(WORDS)
    for pair in pairs:
        word, equals, state = pair.rpartition("=")
        if not equals or state not in STATES[:-1]:
            raise BadInput(
                "“{pair}” does not say what a word means; write word=state, {near}",
                pair=pair,
                near=nearest(state, STATES[:-1]),
            )
        found[_plain(word)] = STATES.index(state)
    return found


def state_of(word: str | None, words: Mapping[str, int]) -> int:
    """Return the state that a machine's word means; unknown where nobody says."""
    return UNKNOWN if word is None else words.get(_plain(word), UNKNOWN)


def _plain(word: str) -> str:
    return word.strip().lower().replace(" ", "_").replace("-", "_")


def states_of_values(
    value: NDArray[np.float64], kind: str, texts: Sequence[str], words: Mapping[str, int]
) -> NDArray[np.int8]:
    """Return (n,) states of the values of a state signal; unknown where a value is bad or means nothing.

    A flag says running or idle. A number means what the settings say of it (`3=running`), nothing otherwise:
    codes differ from maker to maker.
    """
    state = np.full(len(value), UNKNOWN, np.int8)
    for code in np.unique(value[np.isfinite(value)]):
        whole = int(code)
        if kind == "text":
            meant = state_of(texts[whole], words) if 0 <= whole < len(texts) else UNKNOWN
        elif kind == "flag":
            meant = words.get(str(whole), RUNNING if whole == 1 else IDLE)
        else:
            meant = words.get(f"{code:g}", UNKNOWN)
        state[value == code] = meant
    return state


def meaningless(points: Points, kind: str, words: Mapping[str, int]) -> list[str]:
    """Return what a state signal said that means nothing here, to be told to the settings."""
    codes = np.unique(points.value[np.isfinite(points.value)])
    if kind == "flag":
        return []
    said = [points.texts[int(one)] if kind == "text" else f"{one:g}" for one in codes]
    return [one for one in said if _plain(one) not in words]


def from_points(at: Micros, state: NDArray[np.int8], alive: Micros, start: int, end: int, hold_us: int) -> Stretches:
    """Make stretches of the points of a state signal, which may lie before the window too.

    Parameters
    ----------
    at, state
        (n,) moments, ascending, and states.
    alive
        Moments at which anything of the machine was heard, in any order.
    start, end
        The window.
    hold_us
        How long a state holds after the machine was last heard.
    """
    signs = np.unique(np.concatenate([at, alive]))
    signs = signs[signs < end]
    at, state = at[at < end], state[at < end]
    begin = np.concatenate([at, signs[:-1][np.diff(signs) > hold_us] + hold_us])
    kind = np.concatenate([state, np.full(len(begin) - len(at), NONE, np.int8)])
    back = signs[1:][np.diff(signs) > hold_us]
    held = np.searchsorted(at, back, side="right") - 1
    resumed = held >= 0
    begin, kind = np.concatenate([begin, back[resumed]]), np.concatenate([kind, state[held[resumed]]])
    if len(signs):
        begin, kind = np.append(begin, signs[-1] + hold_us), np.append(kind, np.int8(NONE))
    order = np.argsort(begin, kind="stable")
    return filled(begin[order], np.append(begin[order][1:], end), kind[order], start, end)


def filled(begin: Micros, end: Micros, state: NDArray[np.int8], window_start: int, window_end: int) -> Stretches:
    """Fill a window with stretches: cut to it, none counted twice, gaps without data.

    Where several overlap, the one that began last counts; when it ends before an earlier one, that one goes on.
    """
    keep = (end > begin) & (end > window_start) & (begin < window_end)
    original = begin[keep]
    begin, end, state = np.maximum(original, window_start), np.minimum(end[keep], window_end), state[keep]
    order = np.lexsort((state, original))
    begin, end, state, claimed = begin[order], end[order], state[order], int((end - begin).sum())
    if (end[:-1] > begin[1:]).any():
        begin, end, state = _untangled(begin, end, state)
    overlap = claimed - int((end - begin).sum())
    gap_begin, gap_end = np.append(window_start, end), np.append(begin, window_end)
    gap = gap_end > gap_begin
    all_begin = np.concatenate([begin, gap_begin[gap]])
    all_end = np.concatenate([end, gap_end[gap]])
    all_state = np.concatenate([state, np.full(int(gap.sum()), NONE, np.int8)])
    order = np.argsort(all_begin, kind="stable")
    return _joined(all_begin[order], all_end[order], all_state[order], overlap)


def _untangled(begin: Micros, end: Micros, state: NDArray[np.int8]) -> tuple[Micros, Micros, NDArray[np.int8]]:
    """Return stretches that do not overlap, of some in the order of their beginnings."""
    edges = np.unique(np.concatenate([begin, end])).tolist()
    starts, ends, states = begin.tolist(), end.tolist(), state.tolist()
    active: list[int] = []
    rows: list[tuple[int, int, int]] = []
    place = 0
    for first, last in itertools.pairwise(edges):
        while place < len(starts) and starts[place] <= first:
            active.append(place)
            place += 1
        while active and ends[active[-1]] <= first:
            active.pop()
        if active:
            rows.append((first, last, states[active[-1]]))
    columns = np.array(rows, np.int64).reshape(-1, 3)
    return columns[:, 0], columns[:, 1], columns[:, 2].astype(np.int8)


def with_gaps_filled(first: Stretches, second: Stretches) -> Stretches:
    """Return the first one; where it has no data, the second. Both fill the same window."""
    if not (first.state == NONE).any():
        return first
    edges = np.unique(np.concatenate([first.begin, first.end, second.begin, second.end]))
    begin, end = edges[:-1], edges[1:]
    one = first.state[np.searchsorted(first.begin, begin, side="right") - 1]
    other = second.state[np.searchsorted(second.begin, begin, side="right") - 1]
    return _joined(begin, end, np.where(one == NONE, other, one).astype(np.int8), first.overlap_us)


def _joined(begin: Micros, end: Micros, state: NDArray[np.int8], overlap: int) -> Stretches:
    """Join neighbours in the same state."""
    if not len(begin):
        return Stretches(begin, end, state, overlap)
    first = np.append(True, state[1:] != state[:-1])
    places = np.flatnonzero(first)
    last = np.append(places[1:] - 1, len(begin) - 1)
    return Stretches(begin[places], end[last], state[places], overlap)


def closed_ends(begin: Micros, end: Micros, is_open: NDArray[np.bool_], heard: Micros, longest_us: int) -> Micros:
    """Give stretches without an end one: the moment up to which the machine was heard, at most `longest_us` long.

    Parameters
    ----------
    heard
        (n,) moment of the last sign of each stretch's machine.
    """
    until = np.minimum(heard, begin + longest_us)
    return np.where(is_open, np.maximum(until, begin), end)
