"""How far an interpretation may move before a level changes: exactly, not on a grid.

A threshold is only ever multiplied and compared. So a probe goes in its place, answers every comparison as the
threshold would, and notes what it was compared with: nothing can change anywhere else. Between two such points, and on
each of them, it is tried again, because another answer may lead to other comparisons, until no new point turns up.
A number of days or months is not compared, it cuts records off; of it every whole number within reach is tried.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

Levels = Mapping[str, tuple[str | None, str | None]]
"""Floor -> confirmed and possible level."""

Answer = tuple[Levels, Collection[Fraction]]
"""What a value of a threshold amounts to, and the points that it was compared at."""

MAX_POINTS = 2000
"""Points of one threshold that are looked at, at most; a plant has fewer key machines."""


class Probe(Decimal):
    """A number in the place of a threshold, that notes what it is compared with.

    Attributes
    ----------
    factor
        How many times the threshold it is.
    seen
        What was compared with it, as values of the threshold; shared with its multiples.
    """

    factor: Fraction
    seen: set[Fraction]

    @classmethod
    def of(cls, value: Decimal, factor: Fraction = Fraction(1), seen: set[Fraction] | None = None) -> "Probe":
        """Make a probe that is worth `value`."""
        made = cls(value)
        made.factor, made.seen = factor, set() if seen is None else seen
        return made

    def __mul__(self, other: Any) -> Any:
        """Return the multiple, a probe too."""
        if not isinstance(other, int | Decimal) or other <= 0:
            return Decimal.__mul__(self, other)
        return Probe.of(Decimal.__mul__(self, other), self.factor * Fraction(other), self.seen)

    __rmul__ = __mul__

    def _note(self, other: Any) -> None:
        if isinstance(other, int | float | Decimal | Fraction):
            self.seen.add(Fraction(other) / self.factor)

    def __lt__(self, other: Any) -> bool:
        """Compare, and note."""
        self._note(other)
        return Decimal.__lt__(self, other)

    def __le__(self, other: Any) -> bool:
        """Compare, and note."""
        self._note(other)
        return Decimal.__le__(self, other)

    def __gt__(self, other: Any) -> bool:
        """Compare, and note."""
        self._note(other)
        return Decimal.__gt__(self, other)

    def __ge__(self, other: Any) -> bool:
        """Compare, and note."""
        self._note(other)
        return Decimal.__ge__(self, other)

    def __eq__(self, other: object) -> bool:
        """Compare, and note."""
        self._note(other)
        return Decimal.__eq__(self, other)

    __hash__ = Decimal.__hash__


@dataclass(frozen=True, slots=True)
class Stretch:
    """Values of an interpretation that amount to the same levels.

    Attributes
    ----------
    low, high
        From where to where; None is no bound; of a word both are the word.
    low_in, high_in
        Whether the bounds belong to it.
    """

    low: Fraction | str | bool | None
    high: Fraction | str | bool | None
    low_in: bool
    high_in: bool
    levels: Levels

    def holds(self, value: Fraction | str | bool) -> bool:
        """Whether a value lies in it."""
        if not isinstance(value, Fraction):
            return value == self.low
        assert isinstance(self.low, Fraction | None)
        assert isinstance(self.high, Fraction | None)
        above = self.low is None or (value >= self.low if self.low_in else value > self.low)
        below = self.high is None or (value <= self.high if self.high_in else value < self.high)
        return above and below


def stretches(
    value: Fraction, answer: Callable[[Fraction], Answer], least: Fraction, most: Fraction | None
) -> tuple[Stretch, ...]:
    """Cut `(least, most]` into stretches of equal levels.

    Parameters
    ----------
    value
        The value in force, where looking begins.
    answer
        Value -> levels, and what it was compared at. It is asked for values that a decimal can have.
    least
        Bound that is not reached (a share of 0 asks nothing).
    most
        Last value; None for no bound.
    """
    points: set[Fraction] = set() if most is None else {most}
    cells: dict[tuple[Fraction | None, Fraction | None], Levels] = {}
    waiting = [value]
    while waiting:
        for one in waiting:
            _, seen = answer(one)
            points |= {point for point in seen if point > least and (most is None or point <= most)}
        if len(points) > MAX_POINTS:
            break
        waiting = []
        for cell, inside in _cells(sorted(points), least, most is None):
            if cell not in cells and inside is not None:
                cells[cell] = answer(inside)[0]
                waiting.append(inside)
    known = {cell: cells[cell] for cell, inside in _cells(sorted(points), least, most is None) if inside is not None}
    return tuple(_merged(known))


def whole_numbers(numbers: Iterable[int], levels: Callable[[int], Levels]) -> tuple[Stretch, ...]:
    """Try every whole number, and join neighbours of equal levels."""
    found: list[Stretch] = []
    for number in numbers:
        here, at = levels(number), Fraction(number)
        if found and found[-1].levels == here:
            found[-1] = Stretch(found[-1].low, at, True, True, here)
        else:
            found.append(Stretch(at, at, True, True, here))
    return tuple(found)


def _cells(
    points: list[Fraction], least: Fraction, endless: bool
) -> Iterator[tuple[tuple[Fraction | None, Fraction | None], Fraction | None]]:
    """Yield what lies between points, and the points, each with a decimal inside (None where a point is none)."""
    for low, high in pairwise([least, *points]):
        yield (low, high), _between(low, high)
        yield (high, high), high if _is_decimal(high) else None
    if endless:
        last = points[-1] if points else least
        yield (last, None), Fraction(int(last) + 1)


def _is_decimal(number: Fraction) -> bool:
    rest = number.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return rest == 1


def _between(low: Fraction, high: Fraction) -> Fraction:
    """The shortest decimal strictly between two numbers."""
    digits = 0
    while True:
        scale = 10**digits
        found = Fraction(int(low * scale) + 1, scale)
        if low < found < high:
            return found
        digits += 1


def _merged(cells: Mapping[tuple[Fraction | None, Fraction | None], Levels]) -> Iterator[Stretch]:
    found: Stretch | None = None
    for (low, high), levels in cells.items():
        point = low == high
        here = Stretch(low, high, point, point, levels)
        if found is None or found.levels != levels:
            if found is not None:
                yield found
            found = here
        else:
            found = Stretch(found.low, high, found.low_in, point, levels)
    if found is not None:
        yield found
