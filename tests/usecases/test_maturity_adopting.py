"""The self-assessed level in the judgement: stated, carried by its answers, contradicted, withdrawn."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from self_assessments import DAY, NOW, answered, document, new

from linghang.errors import BadInput
from linghang.evidence.ledger import read
from linghang.evidence.observation import Observation
from linghang.evidence.settle import Settled
from linghang.evidence.withdrawal import Withdrawal
from linghang.store.documents import Description, DocumentRegister
from linghang.store.workspace import open_workspace
from linghang.usecases import maturity
from linghang.usecases.assessing import STATEMENTS, assess
from linghang.usecases.maturity_adopting import adopt, withdraw
from linghang.usecases.maturity_report import OfficialResult, import_report

HOUR = timedelta(hours=1)
FIELD = "maturity_level"


@pytest.fixture
def plant(tmp_path: Path) -> Path:
    return new(tmp_path / "works")


def level_of(plant: Path, now: datetime = NOW, pack: str = "national-2024", **options: Any) -> Settled | None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("linghang.usecases.assessing.compute", lambda *_: ())
        return assess(plant, pack=pack, now=now, **options).settled.get(FIELD)


def records(plant: Path) -> list[Any]:
    return [one.record for one in read(plant / "ledger.jsonl") if one.record.about == FIELD]


def state(plant: Path, level: int, signed_by: str = "赵总") -> None:
    text = f"signed_by: {signed_by}\nmaturity: {{level: {level}}}\n"
    (plant / STATEMENTS).write_text(text, encoding="utf-8")


def report(plant: Path, level: int, issued_on: date = date(2025, 2, 1), **more: Any) -> Any:
    path = plant.parent / f"report-{level}-{issued_on}.txt"
    path.write_text(f"level {level}", encoding="utf-8")
    return import_report(plant, path, OfficialResult(level, "某评估机构", issued_on, **more), now=NOW)


def test_answers_alone_say_nothing_to_the_judge(plant: Path) -> None:
    answered(plant, 2)
    assert level_of(plant) is None


def test_an_adopted_level_is_declared_by_its_signatory(plant: Path) -> None:
    answered(plant, 2)
    _, proved = adopt(plant, "赵总", now=NOW)
    assert (proved.level, proved.proof, len(proved.without)) == (2, "declared", len(proved.resting))
    found = level_of(plant)
    assert found is not None
    assert (found.value, found.proof) == (Decimal(2), "declared")
    (one,) = found.observations
    assert (one.source.kind, one.source.id, one.detail["self_assessed"]) == ("signatory", "赵总 (gbt-39116-2020)", True)


def test_it_is_documented_while_every_item_names_a_document_that_counts(plant: Path) -> None:
    number = document(plant, valid_until=DAY + timedelta(30)).id
    answered(plant, 2, evidence=(number,))
    _, proved = adopt(plant, "赵总", now=NOW)
    assert (proved.proof, proved.without) == ("documented", ())
    found = level_of(plant)
    assert found is not None
    assert found.proof == "documented"
    later = level_of(plant, NOW + timedelta(40), as_of=DAY + timedelta(40))
    assert later is not None
    assert (later.value, later.proof) == (Decimal(2), "declared"), "the document is out of date by then"
    DocumentRegister.of(open_workspace(plant)).retire(number, "作废", NOW)
    again = level_of(plant, NOW + HOUR)
    assert again is not None
    assert again.proof == "declared"


def test_a_document_that_is_registered_as_proving_an_item_counts_too(plant: Path) -> None:
    one = answered(plant, 1)
    path = plant.parent / "all.txt"
    path.write_text("all", encoding="utf-8")
    proves = tuple(f"maturity:{code}" for code in one.state.answers)
    DocumentRegister.of(open_workspace(plant)).add(path, Description("自评证据汇编", proves=proves), NOW)
    _, proved = adopt(plant, "赵总", now=NOW)
    assert (proved.proof, proved.documents) == ("documented", ("E0001",))


def test_a_level_that_is_not_confirmed_cannot_be_adopted(plant: Path) -> None:
    with pytest.raises(BadInput, match="confirm no level yet"):
        adopt(plant, "赵总", now=NOW)
    answered(plant, 1)
    adopt(plant, "赵总", now=NOW)
    with pytest.raises(BadInput, match="adopted already"):
        adopt(plant, "赵总", now=NOW)


def test_a_level_that_is_signed_again_a_year_later_counts_again(plant: Path) -> None:
    answered(plant, 1)
    adopt(plant, "赵总", now=NOW)
    later = NOW + timedelta(days=400)
    adopt(plant, "赵总", now=later)
    found = level_of(plant, later)
    assert found is not None
    assert (found.value, found.reason) == (1, None)


def test_the_same_assessment_again_writes_nothing_and_withdraws_nothing(plant: Path) -> None:
    answered(plant, 2)
    adopt(plant, "赵总", now=NOW)
    level_of(plant)
    level_of(plant, NOW + HOUR)
    assert len(records(plant)) == 1


def test_answers_that_confirm_it_no_longer_withdraw_it_and_give_it_back(plant: Path) -> None:
    answered(plant, 2)
    adopt(plant, "赵总", now=NOW)
    level_of(plant)
    for code in ("PO.2.a", "PO.2.b", "PO.2.c", "SA.2.a", "SA.2.b", "LG.2.a", "LG.2.b", "LG.2.c"):
        maturity.answer(plant, code, "0", by="李工", now=NOW)
    assert maturity.progress(plant).adopted_stands is False
    found = level_of(plant, NOW + HOUR)
    assert found is not None
    assert (found.value, found.reason) == (None, "withdrawn")
    for _ in range(8):
        maturity.undo(plant, by="李工", now=NOW)
    again = level_of(plant, NOW + 2 * HOUR)
    assert again is not None
    assert again.value == Decimal(2)
    assert [type(one) for one in records(plant)] == [Observation, Withdrawal, Observation]


@pytest.mark.parametrize("how", ["withdraw", "undo"])
def test_it_can_be_taken_back(plant: Path, how: str) -> None:
    answered(plant, 2)
    adopt(plant, "赵总", now=NOW)
    level_of(plant)
    if how == "withdraw":
        withdraw(plant, "重新评估", by="赵总", now=NOW)
    else:
        maturity.undo(plant, by="赵总", now=NOW)
    found = level_of(plant, NOW + HOUR)
    assert found is not None
    assert found.reason == "withdrawn"
    with pytest.raises(BadInput, match="is adopted"):
        withdraw(plant, "", by="赵总", now=NOW)


def test_before_it_was_signed_it_says_nothing(plant: Path) -> None:
    answered(plant, 2)
    adopt(plant, "赵总", now=NOW)
    assert level_of(plant, as_of=DAY - timedelta(1)) is None


def test_a_pack_that_is_asked_elsewhere_takes_nothing_back(plant: Path) -> None:
    answered(plant, 2)
    adopt(plant, "赵总", now=NOW)
    level_of(plant)
    level_of(plant, NOW + HOUR, pack="neimenggu-2025")
    assert not any(isinstance(one, Withdrawal) for one in records(plant))


# --- beside other sources ---


def test_another_level_in_the_statements_contradicts_it_even_by_the_same_signatory(plant: Path) -> None:
    answered(plant, 2)
    adopt(plant, "赵总", now=NOW)
    state(plant, 3)
    found = level_of(plant)
    assert found is not None
    assert (found.value, found.reason) == (None, "contradicted")
    assert {one.value for one in found.observations} == {Decimal(2), Decimal(3)}
    level_of(plant, NOW + HOUR)
    assert len(records(plant)) == 2, "neither replaces the other, whoever speaks last"
    state(plant, 2)
    agreed = level_of(plant, NOW + 2 * HOUR)
    assert agreed is not None
    assert agreed.value == Decimal(2)


def test_an_official_report_is_stronger_than_a_declared_level(plant: Path) -> None:
    answered(plant, 2)
    adopt(plant, "赵总", now=NOW)
    made = report(plant, 3, score=Decimal("3.1"))
    assert (made.document.kind, made.document.valid_until) == ("maturity_report", date(2026, 1, 1))
    found = level_of(plant)
    assert found is not None
    assert (found.value, found.proof) == (Decimal(3), "documented")


def test_an_official_report_of_equal_proof_contradicts_it(plant: Path) -> None:
    answered(plant, 2, evidence=(document(plant).id,))
    adopt(plant, "赵总", now=NOW)
    report(plant, 3)
    found = level_of(plant)
    assert found is not None
    assert (found.value, found.proof, found.reason) == (None, "documented", "contradicted")


def test_a_report_counts_to_the_end_of_its_year(plant: Path) -> None:
    report(plant, 3, issued_on=date(2024, 6, 1))
    found = level_of(plant)
    assert found is not None
    assert (found.value, found.reason) == (None, "stale")


@pytest.mark.parametrize(
    ("level", "more", "said"),
    [
        (3, {"score": Decimal("3.9")}, "a score of 3.9 is not of level 3, which lies between 2.8 and 3.8"),
        (6, {}, "“6” is not one of 1, 2, 3, 4, 5"),
        (0, {}, "“0” is not one of"),
        (3, {"issued_on": date(2026, 1, 1)}, "cannot be issued on 2026-01-01"),
    ],
)
def test_a_report_that_does_not_fit_is_refused_and_nothing_is_kept(
    plant: Path, level: int, more: dict[str, Any], said: str
) -> None:
    with pytest.raises(BadInput, match=said):
        report(plant, level, **more)
    assert not (plant / "ledger.jsonl").exists()


def test_a_report_without_an_issuer_is_refused(plant: Path) -> None:
    path = plant.parent / "r.txt"
    path.write_text("x")
    with pytest.raises(BadInput, match="has an issuer"):
        import_report(plant, path, OfficialResult(3, " ", date(2025, 2, 1)), now=NOW)
