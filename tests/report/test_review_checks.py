"""The checks of a draft find planted errors, and leave clean drafts alone."""

from datetime import date
from functools import cache

import pytest
from planted_errors import DRAFTS, HELD_OUT, LATER, PLANTED, TUNED, Planted

from linghang.conditions.shelf import load_pack
from linghang.report.claims import draft_of
from linghang.report.remarks import Remark
from linghang.report.review.catalogue import CHECKS
from linghang.report.review.proving import Known, KnownSystem
from linghang.report.review.reviewing import review


def remarks(text: str, pack: str = "national-2024", **given: object) -> list[Remark]:
    draft = draft_of(text)
    day = draft.dated.start if draft.dated else date(2026, 8, 1)
    return list(review(draft, load_pack(pack), day, **given).remarks)  # type: ignore[arg-type]


@cache
def clean(name: str) -> frozenset[tuple[str, str]]:
    found = remarks((DRAFTS / name).read_text(encoding="utf-8"))
    return frozenset((one.check.code, one.message.zh) for one in found)


@pytest.mark.parametrize("name", [*TUNED, *HELD_OUT, *LATER])
def test_a_clean_draft_has_no_remarks(name: str) -> None:
    assert not clean(name)


@pytest.mark.parametrize("planted", [one for one in PLANTED if one.code], ids=lambda one: f"{one.draft}-{one.code}")
def test_a_planted_error_is_found(planted: Planted) -> None:
    text = (DRAFTS / planted.draft).read_text(encoding="utf-8")
    assert planted.old in text
    found = remarks(text.replace(planted.old, planted.new, 1))
    assert planted.code in {one.check.code for one in found}


def test_codes_are_unique_and_speak_both_languages() -> None:
    codes = [one.code for one in CHECKS]
    assert len(set(codes)) == len(codes)
    assert all(one.title.zh and one.title.en and one.mend.zh and one.mend.en for one in CHECKS)


def test_a_region_with_a_least_number_of_scenes_asks_for_it() -> None:
    text = (DRAFTS / "machining.md").read_text(encoding="utf-8")
    assert "R113" in {one.check.code for one in remarks(text, "neimenggu-2025")}


def test_records_that_differ_are_named() -> None:
    text = (DRAFTS / "machining.md").read_text(encoding="utf-8")
    system = KnownSystem("MES-01", "MES", "制造执行系统", "", date(2024, 6, 1))
    known = Known("苏州华锐精密机械股份有限公司", "91320583MA1N5X2T4X", {"staff": (1300, "headcount_month")}, (system,))
    found = {(one.check.code, one.spot.quote) for one in remarks(text, known=known)}
    assert ("R505", "1260人") in found
    assert any(code == "R504" for code, _ in found)
    assert not any(code == "R506" for code, _ in found)


def test_remarks_stand_in_the_order_of_the_text() -> None:
    text = (DRAFTS / "machining.md").read_text(encoding="utf-8").replace("1260人，其中", "1620人，其中")
    places = [one.spot.paragraph if one.spot.paragraph is not None else -1 for one in remarks(text)]
    assert places == sorted(places)
