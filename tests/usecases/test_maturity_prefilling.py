"""Prefilling from a workspace's records: proposed, never taken by itself; people win, and differences are shown."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa
from self_assessments import new

from linghang.errors import BadInput
from linghang.plant.tables import TABLES
from linghang.usecases import maturity
from linghang.usecases.maturity_journal import JOURNAL
from linghang.usecases.maturity_prefilling import Prefilling, prefilled, take

DAY = date(2025, 4, 15)
NOW = datetime(2025, 4, 15, 3, tzinfo=UTC)
WHO = {"by": "王工", "now": NOW}


@pytest.fixture
def plant(tmp_path: Path) -> Path:
    """A workspace that holds the example rows of every table."""
    folder = new(tmp_path / "works")
    engine = sa.create_engine(f"sqlite:///{folder / 'records.sqlite'}")
    with engine.begin() as connection:
        for table in TABLES.values():
            connection.execute(table.insert(), list(table.info["examples"]))
    return folder


def looked(plant: Path) -> Prefilling:
    return prefilled(plant, now=NOW, as_of=DAY)


def change(plant: Path, statement: str) -> None:
    engine = sa.create_engine(f"sqlite:///{plant / 'records.sqlite'}")
    with engine.begin() as connection:
        connection.execute(sa.text(statement))


def test_looking_writes_nothing(plant: Path) -> None:
    found = looked(plant)
    assert found.found.proposals["EQ.2.b"].proposed.value == 1
    assert found.to_dict()["to_take"]["EQ.2.b"] == "1"
    assert not (plant / JOURNAL).exists()


def test_taking_records_the_source_the_reason_and_what_it_rests_on(plant: Path) -> None:
    one = take(looked(plant), **WHO)
    answer = one.state.answers["EQ.2.b"]
    assert (answer.value, answer.source, answer.by, answer.evidence) == (Decimal(1), "records", "王工", ())
    assert answer.reason.startswith("key equipment that is networked: ")
    lineage = one.acts[-1].content["lineage"]["EQ.2.b"]
    assert lineage["tables"] == {"equipment": 2}
    assert (lineage["proof"], len(lineage["input_digest"])) == ("documented", 64)
    with pytest.raises(BadInput, match="nothing to take"):
        take(looked(plant), **WHO)


def test_a_persons_answer_wins_and_the_difference_is_shown(plant: Path) -> None:
    maturity.answer(plant, "EQ.2.b", "0.5", **WHO)
    change(plant, "update process_segment set automated = 0, key = 1")
    maturity.answer(plant, "EQ.1.a", "1", **WHO)
    found = looked(plant)
    assert {one.item: one.kind for one in found.differences} == {"EQ.2.b": "less", "EQ.1.a": "more"}
    kept = take(found, **WHO).state.answers
    assert (str(kept["EQ.2.b"].value), str(kept["EQ.1.a"].value)) == ("0.5", "1")
    assert {kept[code].source for code in ("EQ.2.b", "EQ.1.a")} == {"person"}


def test_a_person_may_say_more_where_records_only_show_the_least(plant: Path) -> None:
    change(plant, "update software_function set function = 'design'")
    assert looked(plant).found.proposals["PD.1.a"].proposed.value == Decimal("0.8")
    maturity.answer(plant, "PD.1.a", "1", **WHO)
    assert "PD.1.a" not in {one.item for one in looked(plant).differences}


def test_what_records_bear_no_longer_becomes_unknown_again_not_0(plant: Path) -> None:
    take(looked(plant), **WHO)
    change(plant, "update equipment set networked = null")
    found = looked(plant)
    assert found.to_take["EQ.2.b"] is None
    one = take(found, **WHO)
    assert "EQ.2.b" not in one.state.answers


def test_nothing_after_the_day_is_seen(plant: Path) -> None:
    early = prefilled(plant, now=NOW, as_of=DAY - timedelta(5_000))
    assert "PU.1.b" not in early.found.proposals


def test_a_threshold_that_is_not_there_is_refused(plant: Path) -> None:
    with pytest.raises(BadInput, match="full_share"):
        prefilled(plant, now=NOW, thresholds={"ful_share": Decimal(1)})
