"""Run rules on control charts: Western Electric (1956) and Nelson (1984), over many charts at once and point by point.

The rules are rows; each is looked for on standardised points z = (point - centre) / sigma of the point. A pattern is
marked at the point that completes it, whether or not that point itself is beyond the zone. A missing point (NaN)
breaks every pattern that would reach over it. Each rule adds false alarms: the four Western Electric ones together
bring the in-control run length from 370 down to 92 (Champ and Woodall 1987).
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from linghang.errors import BadInput, nearest
from linghang.words import Text

Floats = NDArray[np.float64]
Kind = Literal["zone", "trend", "alternating", "within", "outside"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: `count` of the last `of` points show the pattern, in zones beyond `sigma`."""

    name: str
    text: Text
    kind: Kind
    count: int
    of: int
    sigma: float = 0.0


RULES: tuple[Rule, ...] = (
    Rule("beyond_3", Text("1点超出3σ", "1 point beyond 3 sigma"), "zone", 1, 1, 3.0),
    Rule("run_8", Text("连续8点在中心线同侧", "8 points on one side"), "zone", 8, 8, 0.0),
    Rule("run_9", Text("连续9点在中心线同侧", "9 points on one side"), "zone", 9, 9, 0.0),
    Rule("trend_6", Text("连续6点递增或递减", "6 points rising or falling"), "trend", 6, 6),
    Rule("alternating_14", Text("连续14点上下交替", "14 points alternating"), "alternating", 14, 14),
    Rule("two_of_three", Text("3点中2点同侧超出2σ", "2 of 3 points beyond 2 sigma"), "zone", 2, 3, 2.0),
    Rule("four_of_five", Text("5点中4点同侧超出1σ", "4 of 5 points beyond 1 sigma"), "zone", 4, 5, 1.0),
    Rule("within_15", Text("连续15点在1σ以内", "15 points within 1 sigma"), "within", 15, 15, 1.0),
    Rule("outside_8", Text("连续8点在1σ以外", "8 points outside 1 sigma"), "outside", 8, 8, 1.0),
)
BY_NAME = {one.name: one for one in RULES}
WESTERN_ELECTRIC = ("beyond_3", "two_of_three", "four_of_five", "run_8")
NELSON = (
    "beyond_3", "run_9", "trend_6", "alternating_14", "two_of_three", "four_of_five", "within_15", "outside_8",
)  # fmt: skip


def rules_named(names: Sequence[str]) -> tuple[Rule, ...]:
    """Return rules by name.

    Raises
    ------
    BadInput
        A name that no rule has.
    """
    for name in names:
        if name not in BY_NAME:
            raise BadInput("no run rule is called “{name}”; {near}", name=name, near=nearest(name, list(BY_NAME)))
    return tuple(BY_NAME[name] for name in names)


def violations(z: Floats, names: Sequence[str] = NELSON) -> dict[str, NDArray[np.bool_]]:
    """Return rule -> (..., m) where it is broken.

    Parameters
    ----------
    z
        (..., m) standardised points in the order of time; NaN where there is none.
    """
    points = np.asarray(z, np.float64)
    return {one.name: _broken(points, one) for one in rules_named(names)}


def _broken(z: Floats, rule: Rule) -> NDArray[np.bool_]:
    if rule.kind == "zone":
        found = _often(z > rule.sigma, rule) | _often(z < -rule.sigma, rule)
        # A gap within the stretch breaks a rule of "some of the last": the points are not consecutive.
        return found & _all_last(~np.isnan(z), rule.of) if rule.count < rule.of else found
    if rule.kind == "within":
        return _all_last(np.abs(z) < rule.sigma, rule.of)
    if rule.kind == "outside":
        return _all_last(np.abs(z) > rule.sigma, rule.of)
    step = np.full(z.shape, np.nan)
    step[..., 1:] = z[..., 1:] - z[..., :-1]
    if rule.kind == "trend":
        return _all_last(step > 0, rule.of - 1) | _all_last(step < 0, rule.of - 1)
    turned = np.zeros(z.shape, np.bool_)
    turned[..., 1:] = ((step[..., 1:] > 0) & (step[..., :-1] < 0)) | ((step[..., 1:] < 0) & (step[..., :-1] > 0))
    return _all_last(turned, rule.of - 2)


def _often(mask: NDArray[np.bool_], rule: Rule) -> NDArray[np.bool_]:
    """At least `count` of the last `of`; of the first points fewer have been seen, which is enough to break it."""
    if rule.count == rule.of:
        return _all_last(mask, rule.of)
    total = mask.astype(np.int8)
    for back in range(1, min(rule.of, mask.shape[-1])):
        total[..., back:] += mask[..., : mask.shape[-1] - back]
    total[..., : rule.of - 1] = 0
    return np.asarray(total >= rule.count)


def _all_last(mask: NDArray[np.bool_], length: int) -> NDArray[np.bool_]:
    """Whether it holds at each of the last `length` points, by doubling."""
    found, have = mask.copy(), 1
    while have < length:
        step = min(have, length - have)
        later = np.zeros_like(found)
        if step < found.shape[-1]:
            later[..., step:] = found[..., step:] & found[..., : found.shape[-1] - step]
        found, have = later, have + step
    return found


class RunRules:
    """The same rules point by point, in constant memory."""

    __slots__ = ("_last", "_rules")

    def __init__(self, names: Sequence[str]) -> None:
        self._rules = rules_named(names)
        self._last: deque[float] = deque(maxlen=max((one.of for one in self._rules), default=1))

    def add(self, z: float) -> list[str]:
        """Take the next standardised point; return the names of the rules that it breaks."""
        self._last.append(z)
        if z != z:
            return []
        return [one.name for one in self._rules if len(self._last) >= one.of and self._holds(one)]

    def _holds(self, rule: Rule) -> bool:
        if rule.of == 1:
            return abs(self._last[-1]) > rule.sigma
        tail = list(self._last)[-rule.of :]
        if any(one != one for one in tail):
            return False
        if rule.kind == "zone":
            up = sum(one > rule.sigma for one in tail)
            return up >= rule.count or sum(one < -rule.sigma for one in tail) >= rule.count
        if rule.kind == "within":
            return all(abs(one) < rule.sigma for one in tail)
        if rule.kind == "outside":
            return all(abs(one) > rule.sigma for one in tail)
        steps = [after - before for before, after in pairwise(tail)]
        if rule.kind == "trend":
            return all(one > 0 for one in steps) or all(one < 0 for one in steps)
        return all((a > 0 > b) or (a < 0 < b) for a, b in pairwise(steps))
