"""Break points of thresholds: exact, against trying values on both sides of every one of them."""

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from linghang.roadmap.sensitivity import Answer, Levels, Probe, stretches, whole_numbers

NONE: Levels = {"declared": (None, None)}


def level(name: str) -> Levels:
    return {"declared": (name, name)}


def shares(pairs: list[tuple[int, int]], tried: Fraction) -> Answer:
    """As many levels as there are shares (good of all) that reach the threshold, compared one after the other."""
    probe = Probe.of(Decimal(tried.numerator) / Decimal(tried.denominator))
    reached = 0
    for good, of in pairs:
        if not good >= probe * of:  # the next one is compared only where this one is reached
            break
        reached += 1
    return level(str(reached)), probe.seen


def plainly(pairs: list[tuple[int, int]], threshold: Fraction) -> Levels:
    reached = 0
    for good, of in pairs:
        if good < threshold * of:
            break
        reached += 1
    return level(str(reached))


pairs_of = st.lists(st.integers(1, 12).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))), max_size=5)


@given(pairs_of, st.sampled_from([Fraction(1, 10), Fraction(4, 5), Fraction(1)]))
def test_a_share_changes_exactly_where_it_is_compared(pairs: list[tuple[int, int]], value: Fraction) -> None:
    found = stretches(value, lambda tried: shares(pairs, tried), Fraction(0), Fraction(1))
    assert found[0].low == 0
    assert found[-1].high == 1
    for one, following in pairwise(found):
        assert one.high == following.low
        assert one.high_in != following.low_in or one.levels != following.levels
    tiny = Fraction(1, 10**6)
    for good, of in pairs:
        for tried in (Fraction(good, of) - tiny, Fraction(good, of) + tiny):
            if 0 < tried <= 1:
                holding = [one for one in found if one.holds(tried)]
                assert [one.levels for one in holding] == [plainly(pairs, tried)]


def test_a_bound_that_is_met_belongs_to_the_stretch_below() -> None:
    found = stretches(Fraction(1, 2), lambda tried: shares([(3, 4)], tried), Fraction(0), Fraction(1))
    assert [(one.low, one.high, one.high_in) for one in found] == [(0, Fraction(3, 4), True), (Fraction(3, 4), 1, True)]


def test_a_number_without_a_bound_has_a_last_stretch_without_an_end() -> None:
    def answer(tried: Fraction) -> Answer:
        probe = Probe.of(Decimal(int(tried)) if tried.denominator == 1 else Decimal(float(tried)))
        return (level("some") if probe <= 3 else NONE), probe.seen

    found = stretches(Fraction(1), answer, Fraction(0), None)
    assert [(one.low, one.high) for one in found] == [(0, 3), (3, None)]


def test_whole_numbers_are_all_tried() -> None:
    found = whole_numbers(range(1, 10), lambda number: level("a") if number in (4, 5) else NONE)
    assert [(one.low, one.high) for one in found] == [(1, 3), (4, 5), (6, 9)]


def test_a_probe_notes_what_it_and_its_multiples_are_compared_with() -> None:
    probe = Probe.of(Decimal("0.8"))
    assert probe * 10 <= 8
    assert 10 * probe <= 9
    assert not probe > 1
    assert probe.seen == {Fraction(8, 10), Fraction(9, 10), Fraction(1)}
