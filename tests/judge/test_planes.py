"""Bit planes against plain numpy and against the truth tables of single findings."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linghang.judge import findings, planes
from linghang.judge.findings import FINDINGS, Finding
from linghang.judge.planes import Plane, Trits
from linghang.judge.rule_columns import Shares

ROWS = st.integers(1, 200)
SEEDS = st.integers(0, 2**32 - 1)
moderate = settings(max_examples=60, deadline=None)


def random_planes(seed: int, rows: int, count: int, noise: bool = True) -> tuple[np.ndarray, list[Plane]]:
    """Random bits of shape (count, rows), and the same as planes whose bits past the last row are anything."""
    rng = np.random.default_rng(seed)
    bits = rng.random((count, rows)) < rng.random((count, 1))
    packed = [planes.pack(one) for one in bits]
    if noise and rows % 64:
        past = ~np.uint64(0) << np.uint64(rows % 64)
        for one in packed:
            one[-1] |= past & np.uint64(rng.integers(0, 2**64, dtype=np.uint64))
    return bits, packed


def column(said: list[Finding], leave_out_na: bool = True) -> Trits:
    """A column of findings as planes; `na` is None where nothing is not applicable, as the evaluator has it."""
    met, unmet, na = (planes.pack(np.array([one == word for one in said])) for word in ("met", "unmet", FINDINGS[3]))
    return Trits(met, unmet, None if leave_out_na and not na.any() else na)


def findings_of(trits: Trits, rows: int) -> list[Finding]:
    met, unmet = planes.unpack(trits.met, rows), planes.unpack(trits.unmet, rows)
    na = np.zeros(rows, np.uint8) if trits.na is None else planes.unpack(trits.na, rows)
    assert (met + unmet + na <= 1).all()
    bits = zip(met, unmet, na, strict=True)
    return ["met" if m else "unmet" if u else "not_applicable" if n else "unknown" for m, u, n in bits]


def truth_table(operands: int) -> list[list[Finding]]:
    """Every combination of findings: one list an operand, one row a combination."""
    return [list(one) for one in zip(*product(FINDINGS, repeat=operands), strict=True)]


@given(SEEDS, ROWS)
@moderate
def test_packing_and_unpacking_give_the_same_rows(seed: int, rows: int) -> None:
    bits, packed = random_planes(seed, rows, 1)
    assert packed[0].size == planes.words(rows) == -(-rows // 64)
    assert (planes.unpack(packed[0], rows) == bits[0]).all()


@given(SEEDS, ROWS, st.integers(1, 40))
@moderate
def test_counting_bits_is_summing_them(seed: int, rows: int, count: int) -> None:
    bits, packed = random_planes(seed, rows, count)
    digits = planes.count(packed)
    counted = sum(planes.unpack(digit, rows).astype(int) << place for place, digit in enumerate(digits))
    assert (counted == bits.sum(axis=0)).all()


@given(SEEDS, ROWS, st.integers(1, 40))
@moderate
def test_a_count_reaches_what_the_sum_reaches(seed: int, rows: int, count: int) -> None:
    bits, packed = random_planes(seed, rows, count)
    digits = planes.count(packed)
    for k in (-1, 0, 1, count // 2, count - 1, count, count + 1, 1000):
        assert (planes.unpack(planes.reaches(digits, k), rows) == (bits.sum(axis=0) >= k)).all()


@given(SEEDS, ROWS, st.integers(1, 12))
@moderate
def test_what_can_no_longer_be_met_is_unmet_or_not_applicable(seed: int, rows: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    said = [[FINDINGS[one] for one in rng.integers(0, 4, rows)] for _ in range(count)]
    met, impossible = planes.counts([column(one) for one in said])
    by_row = list(zip(*said, strict=True))
    for digits, words in ((met, {"met"}), (impossible, {"unmet", "not_applicable"})):
        counted = sum(planes.unpack(digit, rows).astype(int) << place for place, digit in enumerate(digits))
        assert counted.tolist() == [sum(one in words for one in row) for row in by_row]


@pytest.mark.parametrize("count", [1, 2, 7, 8, 9, 16, 17, 32, 33, 63, 64])
@pytest.mark.parametrize("rows", [1, 63, 64, 65, 130])
def test_masks_have_the_bit_of_each_plane(count: int, rows: int) -> None:
    bits, packed = random_planes(count * 1000 + rows, rows, count)
    found = planes.masks(packed, rows)
    assert found.tolist() == [sum(1 << place for place in range(count) if bits[place, row]) for row in range(rows)]
    assert found.dtype.itemsize == next(size for size in (1, 2, 4, 8) if size * 8 >= count)


@pytest.mark.parametrize("operands", [1, 2, 3])
@pytest.mark.parametrize("leave_out_na", [True, False])
def test_columns_are_joined_as_single_findings_are(operands: int, leave_out_na: bool) -> None:
    said = truth_table(operands)
    columns = [column(one, leave_out_na) for one in said]
    rows = len(said[0])
    by_row = list(zip(*said, strict=True))
    assert findings_of(planes.conjunction(columns), rows) == [findings.conjunction(row) for row in by_row]
    assert findings_of(planes.disjunction(columns), rows) == [findings.disjunction(row) for row in by_row]
    whole = ["met" if one == "not_applicable" else one for one in map(findings.conjunction, by_row)]
    assert findings_of(planes.whole(columns), rows) == whole


@pytest.mark.parametrize("others", [1, 2])
def test_columns_with_and_without_anything_not_applicable_are_joined_alike(others: int) -> None:
    """One operand never has a row that is not applicable, so its plane is left out; the order does not matter."""
    rows = [row for row in product(FINDINGS, repeat=others + 1) if row[0] != "not_applicable"]
    columns = [column([row[place] for row in rows]) for place in range(others + 1)]
    assert columns[0].na is None
    for order in (columns, columns[::-1]):
        assert findings_of(planes.conjunction(order), len(rows)) == [findings.conjunction(row) for row in rows]
        assert findings_of(planes.disjunction(order), len(rows)) == [findings.disjunction(row) for row in rows]


def test_joining_columns_leaves_them_as_they_were() -> None:
    said = truth_table(3)
    columns = [column(one) for one in said]
    planes.conjunction(columns)
    planes.disjunction(columns)
    planes.whole(columns)
    planes.counts(columns)
    assert [findings_of(one, len(said[0])) for one in columns] == said


def test_a_negated_column_swaps_met_and_unmet_only() -> None:
    assert findings_of(planes.negation(column(list(FINDINGS))), 4) == ["unmet", "met", "unknown", "not_applicable"]


def test_what_is_settled_is_not_unknown() -> None:
    assert planes.unpack(column(list(FINDINGS)).settled, 4).tolist() == [1, 1, 0, 1]


@pytest.mark.parametrize("rows", [1, 64, 100])
def test_constant_columns_and_empty_knowledge(rows: int) -> None:
    size = planes.words(rows)
    assert findings_of(planes.nothing(size), rows) == ["unknown"] * rows
    assert findings_of(planes.constant(True, size), rows) == ["met"] * rows
    assert findings_of(planes.constant(False, size), rows) == ["unmet"] * rows


@given(SEEDS, ROWS, st.integers(1, 9))
@moderate
def test_shares_count_the_met_the_possible_and_the_applicable(seed: int, rows: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    said = [[FINDINGS[one] for one in rng.integers(0, 4, rows)] for _ in range(count)]
    shares = Shares([column(one) for one in said], rows)
    by_row = list(zip(*said, strict=True))
    assert shares.met.tolist() == [row.count("met") for row in by_row]
    assert shares.applicable.tolist() == [count - row.count("not_applicable") for row in by_row]
    assert shares.possible.tolist() == [row.count("met") + row.count("unknown") for row in by_row]
