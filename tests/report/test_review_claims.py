"""What a draft claims: figures with subject, role, unit and period; dates; systems; scenes; places."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linghang.report.claims import Claim, claims_of, draft_of
from linghang.report.claims.dates import dates_in
from linghang.report.claims.numbers import numbers_in, plain


def figures(text: str) -> list[Claim]:
    return [one for one in claims_of(draft_of(text)) if one.kind == "figure"]


@pytest.mark.parametrize(
    ("written", "value", "unit"),
    [
        ("1.2亿元", Decimal(120_000_000), "CNY"),
        ("3,500.5万元", Decimal(35_005_000), "CNY"),
        ("三十五台", Decimal(35), "台"),
        ("１，２００人", Decimal(1200), "人"),
        ("95％", Decimal(95), "%"),
        ("百分之九十五点五", Decimal("95.5"), "%"),
        ("12个百分点", Decimal(12), "个百分点"),
        ("300余台", Decimal(300), "台"),
    ],
)
def test_a_number_is_read_with_its_unit(written: str, value: Decimal, unit: str) -> None:
    (one,) = numbers_in(plain(f"共{written}。"))
    assert (one.value, one.unit) == (value, unit)


def test_a_number_with_over_has_an_open_end() -> None:
    (one,) = numbers_in("超过300台")
    assert one.low == 300
    assert one.high is None


@pytest.mark.parametrize("name", ["MES-01", "5G", "CO2", "T/CAMS", "WiFi6"])
def test_a_digit_inside_a_name_is_no_number(name: str) -> None:
    assert not numbers_in(name)


@pytest.mark.parametrize(
    ("written", "start", "end"),
    [
        ("2023年6月", date(2023, 6, 1), date(2023, 7, 1)),
        ("2023.6", date(2023, 6, 1), date(2023, 7, 1)),
        ("2023/06/01", date(2023, 6, 1), date(2023, 6, 2)),
        ("二〇二三年六月", date(2023, 6, 1), date(2023, 7, 1)),
        ("2023—2025年", date(2023, 1, 1), date(2026, 1, 1)),
        ("2023年1月至2024年12月", date(2023, 1, 1), date(2025, 1, 1)),
        ("2024年第二季度", date(2024, 4, 1), date(2024, 7, 1)),
    ],
)
def test_a_date_names_its_days(written: str, start: date, end: date) -> None:
    (one,) = dates_in(written)
    assert (one.period.start, one.period.end) == (start, end)


def test_this_year_needs_the_date_of_the_draft() -> None:
    assert not dates_in("今年上线")
    (one,) = dates_in("去年上线", date(2026, 3, 1))
    assert one.period.start.year == 2025


def test_before_after_and_change_are_one_chain() -> None:
    found = figures("设备联网率从80%提升至92%，提升12个百分点。")
    assert [one.role for one in found] == ["before", "after", "points"]
    assert {one.subject for one in found} == {"networked_rate"}
    assert len({one.group for one in found}) == 1


def test_a_table_gives_subject_role_and_unit_by_its_heads() -> None:
    text = "| 指标 | 单位 | 改造前 | 改造后 | 变化 |\n|---|---|---|---|---|\n| 产品不良率 | % | 3.2 | 1.6 | 降低50% |\n"
    found = figures(text)
    assert [(one.subject, one.role, one.unit) for one in found] == [
        ("indicator:defect_rate", "before", "%"),
        ("indicator:defect_rate", "after", "%"),
        ("indicator:defect_rate", "relative", "%"),
    ]


def test_a_unit_in_the_head_scales_the_cell() -> None:
    (one,) = figures("| 年份 | 营业收入（万元） |\n|---|---|\n| 2025年 | 8,600 |\n")
    assert one.value == 86_000_000
    assert one.unit == "CNY"
    assert one.period is not None


def test_a_plan_is_no_state() -> None:
    (one,) = figures("计划到2028年将设备联网率提升至98%。")
    assert one.planned


def test_a_part_has_its_scope() -> None:
    (one,) = figures("冲压车间现有设备联网率85%。")
    assert "车间" in one.scope


def test_systems_named_together_went_live_together() -> None:
    found = [one for one in claims_of(draft_of("2023年6月上线MES、WMS系统。")) if one.kind == "system"]
    assert {one.subject for one in found if one.period is not None} == {"MES", "WMS"}


def test_a_virtual_validation_is_no_plan() -> None:
    (one,) = [one for one in claims_of(draft_of("开展产品虚拟验证。")) if one.kind == "scene"]
    assert one.subject == "5"
    assert not one.planned


def test_blanks_between_chinese_and_digits_do_not_get_in_the_way() -> None:
    draft = draft_of("员工总数 1200 人，2023 年 6 月上线。")
    (one,) = [claim for claim in claims_of(draft) if claim.subject == "staff"]
    paragraph = draft.paragraphs[0]
    start, end = paragraph.original(one.spot.start or 0, one.spot.end or 0)
    assert "员工总数 1200 人，2023 年 6 月上线。"[start:end] == "1200 人"


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="从由至提升降低1230.,%％万亿元台人年月日（），。—MESERP员工投资联网率 \n|", max_size=200))
def test_every_claim_quotes_what_stands_at_its_place(text: str) -> None:
    draft = draft_of(text)
    for one in claims_of(draft):
        if one.spot.paragraph is not None:
            whole = draft.paragraphs[one.spot.paragraph].text
            assert one.spot.quote == whole[one.spot.start : one.spot.end]
