"""Editing application.yaml: what the form says stands there, everything else stays, and no edit of others is lost."""

import os
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from reported_plants import STATED, make_plant

from linghang.conditions.document import read
from linghang.errors import BadInput
from linghang.usecases import application_editing as editing
from linghang.usecases.application_editing import Changed
from linghang.usecases.application_fields import FIELDS, edited, values_of
from linghang.usecases.report_skeleton import HEAD, TAIL
from linghang.usecases.report_statements import LIMITS

SKELETON = f"{HEAD}scenes: []\n{TAIL}"
LAID_OUT = """\
# of the works
unit:
    contact:   # nobody yet
    phone: "0471-1"  # in quotes
    postal_address:
        zh: 甲路1号

        en: 1 A Road
    # the end of the unit

factory:
    summary: |
        first line

        third line
    products: {zh: 轮毂, en: wheels}   # both
    integrators:   # firms
    - 甲
    - 乙

plan:
    goal: >-
        folded
        text
    steps: []
"""
FLOW = "unit: {contact: 甲, phone: }\nfactory: {}\n"
KEYS = {field.key: field.kind for _, fields in FIELDS.values() for field in fields}
WORDS = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), include_characters="\n"), max_size=60
)  # control characters are refused where the file is read
VALUES: dict[str, Any] = {
    "text": WORDS,
    "long": WORDS | st.fixed_dictionaries({"zh": WORDS, "en": WORDS}),
    "both": WORDS | st.fixed_dictionaries({"zh": WORDS, "en": WORDS}),
    "day": st.dates().map(str) | st.just(""),
    "money": st.decimals(0, 10**12, places=2).map(str) | st.integers(0, 10**12).map(str) | st.just(""),
    "list": st.lists(WORDS, max_size=4),
}


def said(value: Any) -> Any:
    """What is left of a value when blanks and empty parts are taken away."""
    if isinstance(value, dict):
        both = {name: one.strip() for name, one in value.items() if one.strip()}
        return both if len(both) == 2 else next(iter(both.values()), None)
    if isinstance(value, list):
        return [one.strip() for one in value if one.strip()] or None
    return (value or "").strip() or None


def as_numbers(key: str, value: Any) -> Any:
    return float(value) if KEYS[key] == "money" and value is not None else said(value)


@pytest.mark.parametrize("text", ["", "# nothing\n", SKELETON, LAID_OUT, FLOW, STATED], ids=range(6))
@pytest.mark.parametrize("key", KEYS)
@settings(max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_fact_stands_where_it_is_put_and_nothing_else_changes(text: str, key: str, data: st.DataObject) -> None:
    value = data.draw(VALUES[KEYS[key]])
    after = edited(text, {key: value})
    found = values_of(after)
    assert as_numbers(key, found[key]) == as_numbers(key, said(value))
    before = values_of(text)
    assert {name: one for name, one in found.items() if name != key} == {
        name: one for name, one in before.items() if name != key
    }
    comments = [line.partition("#")[2] for line in text.splitlines() if "#" in line and '"' not in line]
    assert all(one in after for one in comments)


def test_what_the_form_shows_changes_nothing_when_it_is_saved_as_it_is() -> None:
    for text in (SKELETON, LAID_OUT, FLOW, STATED):
        assert edited(text, values_of(text)) == text


def test_lines_that_are_not_touched_stay_letter_by_letter() -> None:
    after = edited(LAID_OUT, {"unit.contact": "张三", "factory.summary": "一行"})
    assert after.splitlines()[2] == '    contact: "张三"   # nobody yet'
    assert '    summary: "一行"\n    products: {zh: 轮毂, en: wheels}   # both\n' in after
    kept = [line for line in LAID_OUT.splitlines() if "summary" not in line and "line" not in line and line.strip()]
    assert [line for line in kept if line not in after.splitlines()] == ["    contact:   # nobody yet"]


def test_several_lines_are_written_as_lines() -> None:
    after = edited(SKELETON, {"factory.summary": {"zh": "甲\n\n  乙: #", "en": "a"}})
    assert "  summary:            # 智能工厂总体情况；多行文字用 | · summary; use | for several lines\n" in after
    assert "      甲\n\n        乙: #\n" in after
    assert values_of(after)["factory.summary"] == {"zh": "甲\n\n  乙: #", "en": "a"}


@pytest.mark.parametrize(
    ("key", "value"),
    [("factory.total_investment_cny", "viele"), ("factory.build_from", "2025-13-01"), ("unit.fax", "1")],
)
def test_what_cannot_be_a_fact_is_refused(key: str, value: str) -> None:
    with pytest.raises(BadInput):
        edited(SKELETON, {key: value})


def test_an_odd_layout_is_left_to_the_text() -> None:
    with pytest.raises(BadInput, match="cannot be edited from the form"):
        edited("unit: nobody\n", {"unit.contact": "张三"})


# --- the file ---


@pytest.fixture
def plant(tmp_path: Path) -> Path:
    return make_plant(tmp_path)


def test_a_text_is_written_whole_and_the_one_before_can_be_put_back_and_forth(plant: Path) -> None:
    before = editing.read_statement(plant)
    assert not before.can_put_back
    after = editing.save(plant, STATED.replace("0475-1", "0475-2"), before.edition)
    assert (after.can_put_back, "0475-2" in (after.text or "")) == (True, True)
    back = editing.put_back(plant)
    assert (back.text, back.edition) == (before.text, before.edition)
    assert editing.put_back(plant).edition == after.edition
    assert stat.S_IMODE((plant / "application.yaml").stat().st_mode) == 0o666 & ~_umask()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def test_an_edit_of_somebody_else_is_not_lost(plant: Path) -> None:
    known = editing.read_statement(plant).edition
    theirs = STATED.replace("0475-1", "0475-3")
    (plant / "application.yaml").write_text(theirs, "utf-8")
    for change in (
        lambda: editing.save(plant, STATED, known),
        lambda: editing.save_values(plant, {"unit.contact": "张三"}, known),
    ):
        with pytest.raises(Changed):
            change()
    assert (plant / "application.yaml").read_text("utf-8") == theirs


def test_what_others_wrote_since_cannot_be_undone(plant: Path) -> None:
    editing.save(plant, STATED + "features: [甲]\n", editing.read_statement(plant).edition)
    (plant / "application.yaml").write_text(STATED + "features: [乙]\n", "utf-8")
    assert not editing.read_statement(plant).can_put_back
    with pytest.raises(Changed):
        editing.put_back(plant)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("unit: {contct: a}", 1),
        ("unit:\n\tcontact: a", 2),
        ("\n\nscenes:\n- {number: 26, software: [NO-SUCH]}", 4),
        ("plan:\n  steps:\n  - {title: a, brings: [no.such]}", 3),
        ("factory:\n  build_from: 2025-02-30", 2),
    ],
)
def test_a_text_that_is_wrong_is_told_by_its_line_and_not_written(plant: Path, text: str, line: int) -> None:
    (problem, *_) = editing.check(plant, text)
    assert problem.place is not None
    assert problem.place.line == line
    with pytest.raises(BadInput):
        editing.save(plant, text, editing.read_statement(plant).edition)
    assert (plant / "application.yaml").read_text("utf-8") == STATED


def test_every_problem_is_told_at_once(plant: Path) -> None:
    found = editing.check(plant, "unit: {contct: a}\nfactory: {build_form: 1}\n")
    assert [one.place and one.place.line for one in found] == [1, 2]


def test_a_beginning_can_be_undone(tmp_path: Path) -> None:
    folder = make_plant(tmp_path, None)
    assert editing.read_statement(folder).edition == "-"
    assert editing.begin(folder).text
    assert editing.put_back(folder).text is None
    assert editing.begin(folder).can_put_back


def test_the_skeleton_can_be_filled_from_the_form(tmp_path: Path) -> None:
    folder = make_plant(tmp_path, None)
    begun = editing.begin(folder)
    saved = editing.save_values(folder, {"unit.contact": "张三", "factory.build_from": "2024-03-01"}, begun.edition)
    assert read((saved.text or "").encode(), "a", LIMITS)["unit"]["contact"] == "张三"
    assert editing.check(folder, saved.text or "") == []
