"""What was assessed is shown again without assessing, and never once anything that it rests on has changed."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from example_works import works_at
from linghang.errors import BadInput
from linghang.store.state import CACHE
from linghang.usecases import assessing
from linghang.usecases.assessing import assess
from linghang.usecases.json_values import plain
from linghang.usecases.kept import assessed_document
from linghang.words import use

AS_OF = date(2025, 4, 15)
NOW = datetime(2025, 4, 15, 3, 0, tzinfo=UTC)


@pytest.fixture
def works(tmp_path: Path) -> Path:
    """A workspace that holds the example rows of every table."""
    return works_at(tmp_path / "works")


@pytest.fixture
def assessments(monkeypatch: pytest.MonkeyPatch) -> list[date]:
    """The days of all assessments that are really made."""
    made: list[date] = []
    real = assessing.assess

    def counted(folder: Path, **options: Any) -> Any:
        made.append(options["as_of"])
        return real(folder, **options)

    monkeypatch.setattr(assessing, "assess", counted)
    return made


def shown(folder: Path, **options: Any) -> dict[str, Any]:
    return assessed_document(folder, pack=options.pop("pack", "national-2024"), now=NOW, as_of=AS_OF, **options)


def test_it_says_what_an_assessment_says_in_either_language(works: Path) -> None:
    found = plain(assess(works, pack="national-2024", now=NOW, as_of=AS_OF, record=False).to_dict())
    expected = {name: found[name] for name in found if name not in ("recorded", "withdrawn")}
    assert shown(works) == expected
    use("zh")
    assert shown(works) == expected


def test_an_unchanged_workspace_is_assessed_once(works: Path, assessments: list[date]) -> None:
    first = shown(works)
    assert shown(works) == first
    assert len(assessments) == 1


def test_a_recorded_assessment_is_kept_as_it_is_shown_afterwards(works: Path, assessments: list[date]) -> None:
    assess(works, pack="national-2024", now=NOW, as_of=AS_OF)
    before = shown(works)
    assert not assessments
    for file in (works / CACHE).rglob("*.json"):
        file.unlink()
    assert shown(works) == before


def test_another_pack_day_or_interpretation_is_another_question(works: Path, assessments: list[date]) -> None:
    shown(works)
    shown(works, pack="neimenggu-2025")
    shown(works, interpretation={"key_equipment_share": Decimal("0.5")})
    assessed_document(works, pack="national-2024", now=NOW, as_of=AS_OF + timedelta(1))
    assert len(assessments) == 4


def by_records(folder: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{folder / 'records.sqlite'}")
    with engine.begin() as connection:
        connection.execute(sa.text("update enterprise set credit_clean = 0"))


def by_statements(folder: Path) -> None:
    (folder / "statements.yaml").write_text("findings:\n  base.organisation: {finding: met, proof: declared}\n")


def by_ledger(folder: Path) -> None:
    assess(folder, pack="neimenggu-2025", now=NOW, as_of=AS_OF)


def by_document(folder: Path) -> None:
    (folder / "documents" / "licence.pdf").write_bytes(b"%PDF another one")


@pytest.mark.parametrize("change", [by_records, by_statements, by_ledger, by_document])
def test_a_change_is_seen(works: Path, assessments: list[date], change: Any) -> None:
    shown(works)
    change(works)
    shown(works)
    assert len(assessments) == 2


def test_what_was_written_while_it_was_assessed_is_not_taken_for_seen(
    works: Path, assessments: list[date], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = assessing.read_statements

    def meanwhile(*given: Any) -> Any:
        found = real(*given)
        monkeypatch.setattr(assessing, "read_statements", real)
        by_statements(works)
        return found

    monkeypatch.setattr(assessing, "read_statements", meanwhile)
    assess(works, pack="national-2024", now=NOW, as_of=AS_OF)
    found = {one["id"]: one["finding"] for one in shown(works)["elements"]}
    assert found["base.organisation"] == "met"
    assert assessments


def test_a_spoiled_copy_is_made_anew(works: Path, assessments: list[date]) -> None:
    first = shown(works)
    for file in (works / CACHE).rglob("*.json"):
        file.write_bytes(b'{"key": 1')
    assert shown(works) == first
    assert len(assessments) == 2


def test_a_folder_that_cannot_be_written_keeps_nothing_and_fails_nothing(works: Path, assessments: list[date]) -> None:
    (works / CACHE).write_text("a file stands where the folder should be")
    assert shown(works) == shown(works)
    assert len(assessments) == 2


def test_no_workspace_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="is no workspace"):
        shown(tmp_path)
