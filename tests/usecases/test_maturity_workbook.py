"""The questionnaire as a workbook: there and back, what is refused with its cell, and formulas that score as we do."""

import random
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from self_assessments import DAY, NOW, answered, document, new

from linghang import words
from linghang.errors import BadInput, ManyProblems
from linghang.store.workspace import open_workspace
from linghang.usecases import maturity
from linghang.usecases.maturity_exporting import export
from linghang.usecases.maturity_import import Differences, read_answers, take_answers
from linghang.usecases.maturity_journal import JOURNAL
from linghang.usecases.maturity_workbook_texts import PLACES

WHO = {"by": "王工", "now": NOW}
ANSWER, EVIDENCE, REASON = (PLACES[name] + 1 for name in ("answer", "evidence", "reason"))
Change = Callable[[Any], None]
texts = st.text(st.characters(min_codepoint=32, max_codepoint=0x4FFF, exclude_categories=["Cs", "Cc"]), max_size=20)


@pytest.fixture
def plant(tmp_path: Path) -> Path:
    return new(tmp_path / "works")


def exported(plant: Path, name: str = "maturity.xlsx") -> Path:
    path = plant.parent / name
    export(plant, path, now=NOW, as_of=DAY, proposals=False)
    return path


def changed(path: Path, change: Change) -> Path:
    """Change a workbook as a person would, in another program."""
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(path)
    return path


def row_of(sheet: Any, code: str) -> int:
    return next(row for row in range(3, sheet.max_row + 1) if sheet.cell(row, 1).value == code)


def put(code: str, column: int, value: Any) -> Change:
    def change(book: Any) -> None:
        for sheet in book.worksheets[2:]:
            if any(cell.value == code for cell in sheet["A"]):
                sheet.cell(row_of(sheet, code), column).value = value

    return change


def read(plant: Path, path: Path) -> Differences:
    return read_answers(plant, path, **WHO)


def refusals(plant: Path, path: Path) -> list[str]:
    with pytest.raises(BadInput) as refused:
        read(plant, path)
    problems = refused.value.problems if isinstance(refused.value, ManyProblems) else (refused.value,)
    return [str(one).replace(f"{path} ", "") for one in problems]


# --- there and back ---


def test_what_was_not_touched_changes_nothing(plant: Path) -> None:
    answered(plant, 3, "0.8", (document(plant).id,))
    assert read(plant, exported(plant)).changes == ()


@pytest.mark.slow
@settings(max_examples=6, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**32), texts, st.sampled_from(words.LANGUAGES))
def test_what_is_typed_is_taken_and_exported_again(
    tmp_path_factory: pytest.TempPathFactory, seed: int, reason: str, lang: words.Language
) -> None:
    plant = new(tmp_path_factory.mktemp("round") / "works")
    words.use(lang)
    path, chance = exported(plant), random.Random(seed)
    model = maturity.opened(plant).model
    said = {
        one.code: (chance.choice(list(model.answers)), reason.strip(), ()) for one in chance.sample(model.items, 40)
    }

    def fill(book: Any) -> None:
        for sheet in book.worksheets[2:]:
            for row in range(3, sheet.max_row + 1):
                if (one := said.get(sheet.cell(row, 1).value)) is not None:
                    sheet.cell(row, ANSWER).value = float(one[0])
                    sheet.cell(row, REASON).value = one[1]
                    sheet.cell(row, REASON).data_type = "s"  # as a person who types a text into a text cell

    taken = take_answers(read(plant, changed(path, fill)), **WHO)
    assert {code: one.said for code, one in taken.state.answers.items()} == said
    assert read(plant, exported(plant)).changes == ()


@pytest.mark.parametrize("reason", ["=1+1", "+面谈", "-", "@SUM(A1)", "=cmd|' /C calc'!A0"])
def test_a_text_that_begins_like_a_formula_is_written_as_text_and_comes_back(plant: Path, reason: str) -> None:
    maturity.answer(plant, "OS.1.a", "0.8", reason=reason, **WHO)
    path = exported(plant)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[2]
    cell = sheet.cell(row_of(sheet, "OS.1.a"), REASON)
    assert (cell.value, cell.data_type) == (reason, "s")
    with zipfile.ZipFile(path) as package:
        assert b"<f>" not in package.read("xl/worksheets/sheet3.xml")
    assert read(plant, path).changes == ()


def test_only_what_a_person_changed_is_taken_in_one_act(plant: Path) -> None:
    number = document(plant).id
    maturity.answer(plant, "OS.1.a", "0.5", **WHO)
    maturity.answer(plant, "OS.1.b", "0.5", **WHO)
    path = exported(plant)
    maturity.answer(plant, "DA.1.a", "1", by="李工", now=NOW)  # meanwhile, elsewhere
    for change in (
        put("OS.1.a", ANSWER, 1),
        put("OS.1.b", ANSWER, None),
        put("PS.1.a", ANSWER, 0.8),
        put("PS.1.a", EVIDENCE, f"{number}；{number}"),
        put("PS.1.a", REASON, "面谈"),
    ):
        changed(path, change)
    found = read(plant, path)
    assert [
        (one.item.code, one.before and one.before.value, one.after and one.after.said) for one in found.changes
    ] == [
        ("OS.1.a", Decimal("0.5"), (Decimal(1), "", ())),
        ("OS.1.b", Decimal("0.5"), None),
        ("PS.1.a", None, (Decimal("0.8"), "面谈", (number,))),
    ]
    one = take_answers(found, **WHO)
    assert {code: str(answer.value) for code, answer in one.state.answers.items()} == {
        "OS.1.a": "1",
        "DA.1.a": "1",
        "PS.1.a": "0.8",
    }
    assert one.acts[-1].content["via"] == "maturity.xlsx"
    with pytest.raises(BadInput, match="changes nothing"):
        take_answers(read(plant, path), **WHO)


def test_an_item_that_both_changed_is_left_to_a_person(plant: Path) -> None:
    path = exported(plant)
    maturity.answer(plant, "OS.1.a", "0", by="李工", now=NOW)
    changed(path, put("OS.1.a", ANSWER, 1))
    (said,) = refusals(plant, path)
    assert "I3" in said.replace(":3, column I", "I3")
    assert "was answered differently here since the workbook was made (0); the workbook says 1" in said


def test_the_same_answers_give_the_same_bytes(plant: Path) -> None:
    answered(plant, 2)
    assert exported(plant).read_bytes() == exported(plant, "again.xlsx").read_bytes()


# --- what is refused ---


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        (ANSWER, 0.7, "0.7 is no answer to OS.1.a; answers are 1, 0.8, 0.5, 0"),
        (ANSWER, "多半", "多半 is no answer to OS.1.a"),
        (ANSWER, True, "True is no answer to OS.1.a"),
        (ANSWER, "=0.8", "holds a formula; type its value"),
        (ANSWER, '=HYPERLINK("http://example.com")', "holds a formula"),
        (EVIDENCE, "E0001", "there is no document E0001"),
        (EVIDENCE, "合同", "“合同” is no number of a document"),
        (EVIDENCE, NOW.replace(tzinfo=None), "is no text"),
        (REASON, "面谈", "OS.1.a has evidence or a reason, but no answer"),
        (REASON, "长" * 1001, "has 1001 characters; 1000 are kept"),
        (REASON, "=1", "holds a formula"),
        (2, 4, "OS.1.a is an item of level 1, not 4"),
        (5, "=A1", "holds a formula"),
        (1, "OS.9.z", "the model has no item OS.9.z"),
        (1, "OS.1.b", "the item OS.1.b stands twice"),
        (ANSWER, "#N/A", "is no answer|holds the error"),
    ],
)
def test_a_wrong_cell_is_refused_with_its_place_and_nothing_is_taken(
    plant: Path, column: int, value: Any, said: str
) -> None:
    path = exported(plant)
    changed(path, put("PS.1.a", ANSWER, 1))
    changed(path, put("OS.1.a", column, value))
    found = refusals(plant, path)
    assert any(any(part in one for part in said.split("|")) for one in found), found
    assert all("[personnel]:" in one and ", column " in one for one in found), found
    assert not (plant / JOURNAL).exists()


def test_everything_that_is_wrong_is_named_at_once(plant: Path) -> None:
    path = exported(plant)
    for code in ("OS.1.a", "DA.1.a", "PL.3.c"):
        changed(path, put(code, ANSWER, 0.3))
    assert len(refusals(plant, path)) == 3


def test_merged_cells_are_refused_because_they_hide_answers(plant: Path) -> None:
    path = changed(exported(plant), lambda book: book.worksheets[2].merge_cells("I5:I7"))
    (said,) = refusals(plant, path)
    assert "[personnel]:5, column I: I5:I7 is one merged cell" in said


def test_a_sheet_that_is_not_ours_is_refused(plant: Path) -> None:
    path = changed(exported(plant), lambda book: book.create_sheet("mine").append(["OS.1.a", 1]))
    (said,) = refusals(plant, path)
    assert "[mine]" in said
    assert "is no sheet of answers" in said


def test_a_missing_or_foreign_column_is_refused(plant: Path) -> None:
    def lose(book: Any) -> None:
        book.worksheets[2].cell(2, ANSWER).value = "score"

    (said,) = refusals(plant, changed(exported(plant), lose))
    assert "has no column answer" in said

    def double(book: Any) -> None:
        book.worksheets[2].cell(2, ANSWER + 12).value = "more [answer]"

    (said,) = refusals(plant, changed(exported(plant), double))
    assert "the column answer stands twice" in said


def test_a_workbook_without_sheets_of_answers_is_refused(plant: Path, tmp_path: Path) -> None:
    path = tmp_path / "other.xlsx"
    openpyxl.Workbook().save(path)
    with pytest.raises(BadInput, match="has no sheet of answers"):
        read(plant, path)


def test_the_workbook_of_another_workspace_is_refused(plant: Path) -> None:
    answered(plant, 1)
    path = exported(plant)
    other = new(plant.parent / "other")
    maturity.answer(other, "OS.1.a", "1", **WHO)
    with pytest.raises(BadInput, match="of another workspace"):
        read(other, path)


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04 not a zip", b"code,answer\n", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"]
)
def test_a_file_that_is_no_workbook_is_refused(plant: Path, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.xlsx"
    path.write_bytes(content)
    with pytest.raises(BadInput):
        read(plant, path)


def test_macros_and_links_to_elsewhere_are_refused(plant: Path) -> None:
    path = exported(plant)
    with zipfile.ZipFile(path, "a") as package:
        package.writestr("xl/vbaProject.bin", b"macro")
    with pytest.raises(BadInput, match="macros"):
        read(plant, path)


def test_a_sheet_that_goes_on_and_on_is_refused(plant: Path) -> None:
    def grow(book: Any) -> None:
        book.worksheets[2].cell(6_000, 1).value = "OS.1.a"

    path = changed(exported(plant), grow)
    with pytest.raises(BadInput, match="is too large"):
        read(plant, path)


def test_a_file_that_cannot_be_written_leaves_nothing_behind(plant: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be written"):
        export(plant, tmp_path / "nowhere" / "m.xlsx", now=NOW, as_of=DAY, proposals=False)
    assert not list(tmp_path.glob(".m.xlsx*"))


# --- live formulas ---


def recalculated(path: Path, folder: Path) -> Path:
    """Let LibreOffice compute every formula anew and save the workbook its own way."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is not installed")
    target = folder / "computed"
    profile = f"-env:UserInstallation=file://{folder / 'profile'}"
    command = [
        office,
        profile,
        "--headless",
        "--convert-to",
        "xlsx:Calc MS Excel 2007 XML",
        "--outdir",
        str(target),
        str(path),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return target / path.name


@pytest.mark.slow
@pytest.mark.parametrize(
    ("seed", "weights", "domains", "share"),
    [
        (1, "discrete", (), 0.5),
        (2, "process", (), 0.9),
        (3, "discrete", ("logistics", "design"), 1.0),
        (4, "process", ("service",), 0.7),
    ],
)
def test_the_formulas_score_as_the_judge_does(
    plant: Path, tmp_path: Path, seed: int, weights: str, domains: tuple[str, ...], share: float
) -> None:
    """Answers are typed into an exported workbook without answers: only its formulas can know the scores."""
    maturity.choose_weights(plant, weights, **WHO)
    for domain in domains:
        maturity.leave_out(plant, domain, "无此业务", **WHO)
    path = exported(plant)
    one = maturity.opened(plant)
    chance = random.Random(seed)
    good = (Decimal(1), Decimal(1), Decimal("0.8"), Decimal("0.5"))
    answers = {item.code: chance.choice(good) for item in one.model.items if item.level < 3 or chance.random() < share}

    def fill(book: Any) -> None:
        for sheet in book.worksheets[2:]:
            for row in range(3, sheet.max_row + 1):
                if (answer := answers.get(sheet.cell(row, 1).value)) is not None:
                    sheet.cell(row, ANSWER).value = float(answer)

    saved = recalculated(changed(path, fill), tmp_path)
    sheet = openpyxl.load_workbook(saved, data_only=True).worksheets[1]
    take_answers(read(plant, saved), **WHO)
    found = maturity.progress(plant)
    assert found.opened.state.values == answers
    assert (sheet["G3"].value, sheet["G4"].value) == (found.score.confirmed, found.score.possible)
    assert (sheet["G5"].value, sheet["G6"].value) == pytest.approx(tuple(map(float, found.score.total)), abs=1e-9)
    assert sheet["G7"].value == len(answers)
    rows = {sheet.cell(row, 1).value: row for row in range(13, 33)}
    for level, (low, high) in found.score.levels.items():
        assert sheet.cell(33, 14 + level).value == pytest.approx(float(low), abs=1e-9)
        assert sheet.cell(33, 19 + level).value == pytest.approx(float(high), abs=1e-9)
    for shown in found.sub_domains:
        row = rows[shown.sub_domain.code]
        assert sheet.cell(row, 9).value == pytest.approx(float(shown.weight), abs=1e-9)
        for level, (low, high) in shown.levels.items():
            ends = (sheet.cell(row, 14 + level).value, sheet.cell(row, 19 + level).value)
            assert ends == pytest.approx((float(low), float(high)), abs=1e-9)
        own = (sheet.cell(row, 25).value, sheet.cell(row, 26).value)
        assert own == pytest.approx(tuple(map(float, shown.own)), abs=1e-9)


def test_the_values_beside_the_formulas_are_ours(plant: Path) -> None:
    """A viewer that does not compute shows what was written beside the formulas."""
    answered(plant, 2, "0.8")
    path = exported(plant)
    sheet = openpyxl.load_workbook(path, data_only=True).worksheets[1]
    found = maturity.progress(plant).score
    assert (sheet["G3"].value, sheet["G4"].value, sheet["G5"].value) == (2, 5, float(found.total.low))
    assert open_workspace(plant).folder == plant
