"""60.1 >= 60.1, through every path: a case file, and a column of any type, against a threshold from anywhere."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import permutations
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from judge_packs import case_of, element, field, interpretation, small_program, table

from linghang.judge import planes
from linghang.judge.columns import judge_table
from linghang.judge.cuts import cut, cuts
from linghang.judge.inputs import Population
from linghang.judge.program import Program
from linghang.judge.reference import judge

# At, just under and just over a threshold: by operator, what each of the three amounts to.
OPERATORS = {
    "ge": (">=", "met unmet met"),
    "gt": (">", "unmet unmet met"),
    "le": ("<=", "met met unmet"),
    "lt": ("<", "unmet met unmet"),
    "eq": ("==", "met unmet unmet"),
    "ne": ("!=", "unmet met met"),
}
RIGHT = {level: right.split() for level, (_, right) in OPERATORS.items()}

WRITTEN = {
    "literal": "rate OPERATOR 60.1",
    "literal on the left": "60.1 OPPOSITE rate",
    "interpretation": "rate OPERATOR interpretation.limit",
    "table": "rate OPERATOR lookup(lead, region)",
    "another field": "rate OPERATOR target",
}
OPPOSITE = {">=": "<=", ">": "<", "<=": ">=", "<": ">", "==": "==", "!=": "!="}


def comparing(source: str, threshold: Decimal = Decimal("60.1")) -> Program:
    """A pack with a level for each operator, whose one rule compares the rate with the threshold."""
    rules = {
        level: WRITTEN[source]
        .replace("OPERATOR", operator)
        .replace("OPPOSITE", OPPOSITE[operator])
        .replace("60.1", f"{threshold:f}")
        for level, (operator, _) in OPERATORS.items()
    }
    return small_program(
        *(element(f"{level}.rate", rule, level=level) for level, rule in rules.items()),
        levels=tuple(rules),
        fields=[field("rate", "number"), field("target", "number"), field("region", "code", ("11", "12"))],
        tables=[table("lead", ("region",), {"11": threshold, "12": Decimal(7)})],
        interpretation=[interpretation("limit", threshold)],
    )


def by_columns(program: Program, columns: Mapping[str, Any]) -> dict[str, list[str]]:
    population = Population(pa.table(columns))
    found = {}
    for name, level in judge_table(program, population).levels.items():
        met, unmet = (planes.unpack(plane, population.rows) for plane in (level.met, level.unmet))
        found[name] = ["met" if m else "unmet" if u else "unknown" for m, u in zip(met, unmet, strict=True)]
    return found


def beside(numbers: pa.Array, target: pa.Array | None = None) -> dict[str, pa.Array]:
    """The rates, and on every row the code and the target that give the threshold 60.1."""
    rows = len(numbers)
    target = pa.array([Decimal("60.1")] * rows, pa.decimal128(4, 1)) if target is None else target
    return {"rate": numbers, "region": pa.array(["11"] * rows), "target": target}


def neighbours(value: Any) -> list[Any]:
    """A float, the next one under it and the next one over it."""
    kind = type(value)
    return [value, np.nextafter(value, kind("-inf")), np.nextafter(value, kind("inf"))]


RATES = {
    "float16": pa.array(neighbours(np.float16(60.1)), pa.float16()),
    "float32": pa.array(neighbours(np.float32(60.1)), pa.float32()),
    "float64": pa.array(neighbours(np.float64(60.1)), pa.float64()),
    "decimal of 1 place": pa.array(map(Decimal, ("60.1", "60.0", "60.2")), pa.decimal128(4, 1)),
    "decimal of 6 places": pa.array(map(Decimal, ("60.1", "60.099999", "60.100001")), pa.decimal128(18, 6)),
}


@pytest.mark.parametrize("source", WRITTEN)
@pytest.mark.parametrize("kind", RATES)
def test_a_column_at_under_and_over_a_threshold(source: str, kind: str) -> None:
    assert by_columns(comparing(source), beside(RATES[kind])) == RIGHT


@pytest.mark.parametrize("source", WRITTEN)
def test_a_case_file_at_under_and_over_a_threshold(source: str) -> None:
    program = comparing(source)
    found: dict[str, list[str]] = {level: [] for level in OPERATORS}
    for rate in ("60.1", "60.0999999999999999999999999999", "60.1000000000000000000000000001"):
        said = f"facts: {{rate: {{value: {rate}}}, region: {{value: '11'}}, target: {{value: 60.10}}}}"
        for level, one in judge(program, case_of(program, said)).floors["declared"].levels.items():
            found[level].append(one.finding)
    assert found == RIGHT


@pytest.mark.parametrize("source", [source for source in WRITTEN if source != "another field"])
@pytest.mark.parametrize("kind", [pa.int8(), pa.int16(), pa.int64(), pa.uint8(), pa.uint64(), pa.float32()], ids=str)
def test_whole_numbers_at_under_and_over_a_whole_threshold(source: str, kind: pa.DataType) -> None:
    assert by_columns(comparing(source, Decimal(60)), beside(pa.array([60, 59, 61]).cast(kind))) == RIGHT


@pytest.mark.parametrize("source", [source for source in WRITTEN if source != "another field"])
@pytest.mark.parametrize("kind", [pa.int8(), pa.uint16(), pa.int64()], ids=str)
def test_whole_numbers_never_equal_a_broken_threshold(source: str, kind: pa.DataType) -> None:
    found = by_columns(comparing(source), beside(pa.array([60, 61]).cast(kind)))
    under_and_over = {level: right[1:] for level, right in RIGHT.items()}
    assert found == under_and_over


def test_the_float32_of_60_1_is_60_1_although_the_float64_of_it_is_less() -> None:
    rate = pa.array([60.1], pa.float32())
    assert rate.cast(pa.float64())[0].as_py() < 60.1
    assert by_columns(comparing("literal"), beside(rate))["eq"] == ["met"]
    for target in (pa.array([60.1], pa.float64()), pa.array([Decimal("60.10")], pa.decimal128(18, 2))):
        found = by_columns(comparing("another field"), beside(rate, target))
        assert (found["eq"], found["lt"], found["gt"]) == (["met"], ["unmet"], ["unmet"])


@pytest.mark.parametrize(("rate", "target"), list(permutations(RATES, 2)))
def test_two_columns_of_any_two_types_compare_as_what_they_print(rate: str, target: str) -> None:
    rates = RATES[rate]
    at = pa.array([RATES[target][0].as_py()] * 3, RATES[target].type)
    assert by_columns(comparing("another field"), beside(rates, at)) == RIGHT


def test_a_threshold_with_more_digits_than_a_context_has_is_not_rounded() -> None:
    over, under = Decimal("60." + "0" * 33 + "1"), Decimal("59." + "9" * 34)
    for source in ("literal", "interpretation", "table"):
        for kind in (pa.int8(), pa.decimal128(18, 6), pa.float64()):
            sixty = beside(pa.array([Decimal(60) if pa.types.is_decimal(kind) else 60], kind))
            assert by_columns(comparing(source, over), sixty) == {level: right[1:2] for level, right in RIGHT.items()}
            assert by_columns(comparing(source, under), sixty) == {level: right[2:] for level, right in RIGHT.items()}


@pytest.mark.parametrize("source", ["literal", "interpretation", "table"])
@pytest.mark.parametrize(
    ("kind", "threshold"),
    [
        *((kind, sign * Decimal(10) ** 39) for kind in ("int8", "int64", "uint64", "float16") for sign in (1, -1)),
        *(("float32", sign * Decimal(10) ** 39) for sign in (1, -1)),
        ("int64", Decimal(2**63)),
        ("uint64", Decimal(2**64)),
        ("uint8", Decimal(256)),
        ("uint8", Decimal(-1)),
        ("float16", Decimal(65505)),
    ],
)
def test_a_threshold_beyond_the_type_of_a_column_is_never_reached_or_always(
    source: str, kind: str, threshold: Decimal
) -> None:
    dtype = np.dtype(kind)
    limits = np.finfo(dtype) if dtype.kind == "f" else np.iinfo(dtype)
    ends = pa.array(np.array([limits.min, limits.max, 1], dtype))
    under, over = ({level: [right[place]] * 3 for level, right in RIGHT.items()} for place in (1, 2))
    assert by_columns(comparing(source, threshold), beside(ends)) == (under if threshold > 0 else over)


@pytest.mark.parametrize(
    ("kind", "value", "under", "over"),
    [
        (pa.int64(), 2**53 + 1, 2**53, 2**53 + 2),
        (pa.int64(), 2**63 - 2, 2**63 - 3, 2**63 - 1),
        (pa.uint64(), 2**63 + 5, 2**63 + 4, 2**63 + 6),
        (pa.uint64(), 2**64 - 2, 2**64 - 3, 2**64 - 1),
        (pa.float64(), 2.0**53, 2.0**53 - 1, 2.0**53 + 2),
        (pa.float32(), 2.0**24, 2.0**24 - 1, 2.0**24 + 2),
    ],
)
@pytest.mark.parametrize("source", ["literal", "interpretation", "table"])
def test_large_numbers_are_told_apart_to_the_last_unit(
    source: str, kind: pa.DataType, value: float, under: float, over: float
) -> None:
    program = comparing(source, Decimal(value))
    assert by_columns(program, beside(pa.array([value, under, over], kind))) == RIGHT


def test_a_whole_number_that_no_float_holds_is_not_equal_to_the_nearest_float() -> None:
    columns = beside(pa.array([2**53 + 1], pa.int64()), pa.array([2.0**53], pa.float64()))
    found = by_columns(comparing("another field"), columns)
    assert (found["gt"], found["eq"]) == (["met"], ["unmet"])


@pytest.mark.parametrize("kind", [pa.date32(), pa.timestamp("us")], ids=str)
@pytest.mark.parametrize("right", ["2024-02-29", "months_before(as_of, 28)", "audited"])
def test_days_at_before_and_after_a_day(kind: pa.DataType, right: str) -> None:
    rules = {level: f"founded {operator} {right}" for level, (operator, _) in OPERATORS.items()}
    program = small_program(
        *(element(f"{level}.day", rule, level=level) for level, rule in rules.items()),
        levels=tuple(rules),
        fields=[field("founded", "date"), field("audited", "date")],
        as_of=date(2026, 6, 29),
    )
    days = [date(2024, 2, 29), date(2024, 2, 28), date(2024, 3, 1)]
    columns = {"founded": pa.array(days).cast(kind), "audited": pa.array([days[0]] * 3)}
    assert by_columns(program, columns) == RIGHT
    for place, day in enumerate(days):
        said = f"facts: {{founded: {{value: {day}}}, audited: {{value: 2024-02-29}}}}"
        levels = judge(program, case_of(program, said)).floors["declared"].levels
        assert {level: one.finding for level, one in levels.items()} == {
            level: right[place] for level, right in RIGHT.items()
        }


@pytest.mark.parametrize(
    ("rule", "met", "right"),
    [
        ("share(a, b, c) >= 0.333333333333333333333333333333", 1, "met"),
        ("share(a, b, c) >= 0.333333333333333333333333333334", 1, "unmet"),
        ("share(a, b, c) > 0.333333333333333333333333333333", 1, "met"),
        ("share(a, b, c) < 0.666666666666666666666666666667", 2, "met"),
        ("share(a, b, c) <= 0.666666666666666666666666666666", 2, "unmet"),
        ("share(a, b, c) >= 1", 3, "met"),
        ("share(a, b, c) <= 0", 0, "met"),
    ],
)
def test_a_share_is_compared_as_the_fraction_that_it_is(rule: str, met: int, right: str) -> None:
    flags = ("a", "b", "c")
    program = small_program(element("x", rule), fields=[field(name, "yes_no") for name in flags])
    values = [place < met for place in range(3)]
    columns = {name: pa.array([value]) for name, value in zip(flags, values, strict=True)}
    assert by_columns(program, columns) == {"basic": [right]}
    facts = ", ".join(f"{name}: {{value: {str(value).lower()}}}" for name, value in zip(flags, values, strict=True))
    verdict = judge(program, case_of(program, f"facts: {{{facts}}}"))
    assert verdict.floors["declared"].levels["basic"].finding == right


# --- cuts -------------------------------------------------------------------------------------------------------

FLOATS = ("float16", "float32", "float64")
WHOLE = ("int8", "int32", "int64", "uint8", "uint64")
decimals = st.one_of(
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**6), max_value=10**6),
    st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-100, max_value=100),
    st.builds(
        lambda digits, places: Decimal(digits).scaleb(-places),
        st.integers(-(2**65), 2**65),
        st.integers(0, 40),
    ),
)


def near(threshold: Decimal, dtype: np.dtype[Any]) -> list[Any]:
    """Numbers of a type around a threshold."""
    kind = dtype.type
    if dtype.kind == "f":
        with np.errstate(over="ignore"):
            steps = [kind(float(threshold))]
            for _ in range(3):
                steps = [np.nextafter(steps[0], kind("-inf")), *steps, np.nextafter(steps[-1], kind("inf"))]
        return [one for one in steps if np.isfinite(one)]
    limits = np.iinfo(dtype)
    return [kind(max(limits.min, min(limits.max, int(threshold) + step))) for step in range(-2, 3)]


@pytest.mark.parametrize("inclusive", [True, False])
@pytest.mark.parametrize("name", [*FLOATS, *WHOLE])
@given(threshold=decimals, value=st.integers(-(2**64), 2**64) | st.floats(allow_nan=False, allow_infinity=False))
@settings(max_examples=80, deadline=None)
@example(threshold=Decimal("60.1"), value=60.1)
@example(threshold=Decimal(0), value=-0.0)
@example(threshold=Decimal("1e-46"), value=0.0)
@example(threshold=Decimal(2**63), value=2**63 - 1)
def test_a_number_reaches_the_cut_if_the_decimal_that_it_prints_as_reaches_the_threshold(
    name: str, inclusive: bool, threshold: Decimal, value: float
) -> None:
    dtype = np.dtype(name)
    numbers = near(threshold, dtype) + near(Decimal(value), dtype)
    reached = np.array(numbers, dtype) >= cut(threshold, dtype, inclusive)
    for number, found in zip(numbers, reached, strict=True):
        printed = Decimal(str(number))
        assert bool(found) == (printed >= threshold if inclusive else printed > threshold), number


@pytest.mark.parametrize("name", [*FLOATS, *WHOLE])
@given(thresholds=st.lists(decimals, min_size=1, max_size=6))
@settings(max_examples=30, deadline=None)
def test_the_cuts_of_many_thresholds_are_the_cuts_of_each(name: str, thresholds: Sequence[Decimal]) -> None:
    dtype = np.dtype(name)
    for inclusive in (True, False):
        many = cuts(thresholds, dtype, inclusive)
        assert many.tolist() == [cut(one, dtype, inclusive) for one in thresholds]
