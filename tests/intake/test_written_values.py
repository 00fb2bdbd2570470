"""What people write in cells, and what it becomes."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linghang.intake.convert import convert
from linghang.intake.reading import Reading
from linghang.intake.wording import trimmed
from linghang.plant.tables import TABLES

POWER = TABLES["equipment"].c.rated_power_kw
LOSS = TABLES["bill_of_material"].c.loss_percent
COST = TABLES["nonconformance"].c.cost_cny
PRIORITY = TABLES["production_order"].c.priority
START = TABLES["job_response"].c.start
DAY = TABLES["equipment"].c.commissioned_on
MONTH = TABLES["output_month"].c.month
KEY = TABLES["equipment"].c.key
STATE = TABLES["equipment_state"].c.state


def read(text: str | None, column: Any, **options: Any) -> Any:
    """Read one text; a refusal is returned as its sentence."""
    options.setdefault("zone", "Asia/Shanghai")
    found = convert(trimmed(pa.array([text], pa.string())), Reading(column, **options))
    if found.flaws:
        (flaw,) = found.flaws
        assert not found.array[0].is_valid
        return flaw.message.format(**flaw.values)
    return found.array[0].as_py()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("110", 110.0),
        (" 110 ", 110.0),
        ("１１０．５", 110.5),
        ("1,234.5", 1234.5),
        ("12,345,678", 12345678.0),
        ("１，２３４", 1234.0),
        ("-3", -3.0),
        ("−3", -3.0),
        ("+3.", 3.0),
        (".5", 0.5),
        ("1.5e3", 1500.0),
        ("0.11 MW", 110.0),
        ("110kW", 110.0),
        ("", None),
        ("   ", None),
        ("　", None),
        (None, None),
    ],
)
def test_a_number_is_read_as_it_is_meant(text: str | None, value: float | None) -> None:
    assert read(text, POWER) == value


@pytest.mark.parametrize("text", ["1,5", "12,34.5", "abc", "1.2.3", "--1", "0x10", "1 2", "N/A", "110 kWh", "110 xyz"])
def test_what_is_no_number_is_refused(text: str) -> None:
    said = read(text, POWER)
    assert isinstance(said, str)
    assert text in said or text.split()[-1] in said


def test_a_decimal_comma_is_refused_with_what_would_be_right() -> None:
    assert "after a point" in read("1,5", POWER)


@pytest.mark.parametrize(("text", "value"), [("3.5%", 3.5), ("3.5", 3.5), ("３．５％", 3.5), ("35‰", 3.5)])
def test_per_cent_is_understood(text: str, value: float) -> None:
    assert read(text, LOSS) == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("640.00", None, "640"),
        ("0.064", "万元", "640"),
        ("1,234.5678 万元", None, "12345678"),
        ("1.2亿元", None, "120000000"),
        ("¥640", None, "640"),
        ("￥640", "万元", "640"),
        ("0.00005", None, "0.0000"),
        ("0.00015", None, "0.0002"),
        ("99999999999.9999", None, "99999999999.9999"),
    ],
)
def test_money_is_exact(text: str, unit: str | None, value: str) -> None:
    assert read(text, COST, given=unit) == Decimal(value)


def test_money_beyond_fifteen_digits_is_refused() -> None:
    assert "below 100 billion" in read("100000000000", COST)
    assert "below 100 billion" in read("1000亿元", COST)


@pytest.mark.parametrize(("text", "value"), [("5", 5), ("5.0", 5), ("５", 5), ("1,000", 1000), ("-2", -2)])
def test_a_whole_number_is_read(text: str, value: int) -> None:
    assert read(text, PRIORITY) == value


def test_half_a_number_is_not_whole() -> None:
    assert "no whole number" in read("3.5", PRIORITY)


@pytest.mark.parametrize(
    "text",
    [
        "2025-03-01",
        "2025/3/1",
        "2025.3.1",
        "2025年3月1日",
        "２０２５年３月１日",
        "20250301",
        "45717",
        "2025-03-01 00:00:00",
        "2025-03-01T00:00",
        "2025-02-28T16:00:00Z",
        "2025-03-01T00:00:00+08:00",
    ],
)
def test_a_day_is_read_in_every_usual_form(text: str) -> None:
    assert read(text, DAY) == date(2025, 3, 1)


@pytest.mark.parametrize(
    "text", ["2025-02-30", "2025-13-01", "1/3/2025", "1.3.2025", "yesterday", "0000-01-01", "2025"]
)
def test_what_is_no_day_is_refused(text: str) -> None:
    assert text in read(text, DAY)


def test_a_day_with_a_time_is_refused_unless_asked_for() -> None:
    assert "with a time" in read("2025-03-01 08:00", DAY)
    assert read("2025-03-01 08:00", DAY, floor="day") == date(2025, 3, 1)
    assert read("2025-03-17 08:00", DAY, floor="month") == date(2025, 3, 1)


@pytest.mark.parametrize("text", ["2025-03", "2025年3月", "202503", "2025/3", "2025-03-01"])
def test_a_month_may_be_written_without_its_day(text: str) -> None:
    assert read(text, MONTH) == date(2025, 3, 1)


@pytest.mark.parametrize(
    "text",
    [
        "2025-03-14 08:05",
        "2025-03-14T08:05:00",
        "2025/3/14 8:05",
        "2025年3月14日8时5分",
        "2025年3月14日 8点5分0秒",
        "2025-03-14 08:05:00.000",
        "2025-03-14T08:05:00+08:00",
        "2025-03-14T08:05+0800",
        "2025-03-14T00:05:00Z",
        "2025-03-14 00:05:00+00:00",
        "２０２５-０３-１４　０８：０５",
        "20250314 08:05:00",
        "20250314080500",
        "45730.336805555555",
    ],
)
def test_a_moment_is_read_in_every_usual_form_and_becomes_utc(text: str) -> None:
    assert read(text, START) == datetime(2025, 3, 14, 0, 5, tzinfo=UTC)


def test_twenty_four_o_clock_is_the_next_day() -> None:
    assert read("2025-03-14 24:00", START) == datetime(2025, 3, 14, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["2025-03-14 25:00", "2025-03-14 08:60", "14-03-2025 08:05", "08:05", "2025-03-14 24:01"]
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    assert "is no moment" in read(text, START)


def test_a_moment_that_summer_time_makes_twofold_or_skips_is_refused() -> None:
    assert "twice or never" in read("2025-10-26 02:30", START, zone="Europe/Berlin")
    assert "twice or never" in read("2025-03-30 02:30", START, zone="Europe/Berlin")
    assert read("2025-10-26 02:30+01:00", START, zone="Europe/Berlin") == datetime(2025, 10, 26, 1, 30, tzinfo=UTC)


def test_a_given_format_decides() -> None:
    form = "%d-%m-%Y %H:%M"
    assert read("03-04-2018 00:15", START, format=form) == datetime(2018, 4, 2, 16, 15, tzinfo=UTC)
    assert read("03-04-2018 00:00", START, format=form, closes=True) == datetime(2018, 4, 3, 16, tzinfo=UTC)
    assert "is no moment" in read("2018-04-03 00:15", START, format=form)


@pytest.mark.parametrize("text", ["是", "Y", "yes", "１", "true", "TRUE", "1.0"])
def test_yes(text: str) -> None:
    assert read(text, KEY) is True


@pytest.mark.parametrize("text", ["否", "N", "no", "0", "False"])
def test_no(text: str) -> None:
    assert read(text, KEY) is False


def test_neither_yes_nor_no() -> None:
    assert "neither yes nor no" in read("maybe", KEY)


@pytest.mark.parametrize("text", ["running", "运行", "Running", "ＲＵＮＮＩＮＧ", " running "])
def test_a_choice_is_read_by_word_or_title(text: str) -> None:
    assert read(text, STATE) == "running"


def test_an_unknown_choice_is_refused_with_the_nearest() -> None:
    assert "did you mean running" in read("runing", STATE)


def test_words_of_the_source_become_ours() -> None:
    assert read("2", STATE, words={"2": "running"}) == "running"


def test_numbers_are_multiplied_by_an_exact_factor() -> None:
    assert read("12", POWER, times=Fraction(1, 12)) == 1.0


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False) | st.none(), min_size=1))
def test_every_float_survives(values: list[float | None]) -> None:
    text = pa.array([None if one is None else repr(one) for one in values], pa.string())
    found = convert(text, Reading(POWER, "UTC"))
    assert found.array.to_pylist() == values
    assert not found.flaws


@given(st.lists(st.datetimes(datetime(1950, 1, 1), datetime(2090, 1, 1)), min_size=1), st.booleans())
def test_every_moment_survives(values: list[datetime], mixed: bool) -> None:
    texts = [one.isoformat(sep=" ") for one in values] + (["2025/3/1 8:00"] if mixed else [])
    found = convert(pa.array(texts), Reading(START, "UTC"))
    assert [one.replace(tzinfo=None) for one in found.array.to_pylist()][: len(values)] == values


@given(st.lists(st.decimals("-99999999999", "99999999999", places=4), min_size=1))
def test_every_amount_survives(values: list[Decimal]) -> None:
    found = convert(pa.array([f"{one:f}" for one in values]), Reading(COST, "UTC"))
    assert found.array.to_pylist() == values


@given(
    st.lists(st.text(max_size=12), min_size=1, max_size=8),
    st.sampled_from([POWER, COST, PRIORITY, START, DAY, KEY, STATE]),
)
def test_any_text_is_read_or_refused_and_never_breaks(texts: list[str], column: Any) -> None:
    text = trimmed(pa.array(texts, pa.string()))
    found = convert(text, Reading(column, "Asia/Shanghai"))
    wrong = {flaw.row for flaw in found.flaws}
    assert len(found.array) == len(texts)
    for row in range(len(texts)):
        assert found.array[row].is_valid or row in wrong or not text[row].is_valid
