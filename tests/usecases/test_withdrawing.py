"""What an assessment takes back: statements that are gone, derivations that no longer answer; and who sees it."""

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import sqlalchemy as sa

from example_works import works_at
from linghang.cli.main import run
from linghang.errors import BadInput
from linghang.evidence.ledger import anchor_of, anchored, read
from linghang.evidence.withdrawal import Withdrawal
from linghang.store.workspace import open_workspace
from linghang.usecases.assessing import STATEMENTS, Assessment, assess
from linghang.usecases.workspaces import make_workspace

DAY = date(2025, 4, 15)
NOW = datetime(2025, 4, 15, 3, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
NATIONAL, NEIMENGGU = "national-2024", "neimenggu-2025"
TALENT = "findings:\n  base.organisation: {finding: met}\n"


@pytest.fixture
def plant(tmp_path: Path) -> Path:
    """A workspace that holds the example rows of every table."""
    return works_at(tmp_path / "works")


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A workspace without records: only statements speak."""
    return make_workspace(tmp_path / "bare", "北疆铝轮毂", "Asia/Shanghai", None).folder


def change(folder: Path, statement: str) -> None:
    engine = sa.create_engine(f"sqlite:///{folder / 'records.sqlite'}")
    with engine.begin() as connection:
        connection.execute(sa.text(statement))


def state(folder: Path, text: str | None) -> None:
    (folder / STATEMENTS).write_text(text, encoding="utf-8") if text else (folder / STATEMENTS).unlink()


def assessed(
    folder: Path, now: datetime = NOW, pack: str = NATIONAL, *, indicators: bool = False, **options: Any
) -> Assessment:
    """Assess, without the indicators unless a test is about them: they take most of the time."""
    with pytest.MonkeyPatch.context() as patch:
        if not indicators:
            patch.setattr("linghang.usecases.assessing.compute", lambda *_: ())
        return assess(folder, pack=pack, now=now, **options)


def said_of(found: Assessment, element: str) -> dict[str, Any]:
    return next(one for one in found.to_dict()["elements"] if one["id"] == element)


def finding(found: Assessment, element: str = "base.organisation") -> tuple[str, str | None]:
    one = said_of(found, element)
    return one["finding"], one["reason"]


def ledger(folder: Path) -> list[Any]:
    return [entry.record for entry in read(folder / "ledger.jsonl")]


# --- statements ---


def test_a_deleted_statement_no_longer_counts_and_the_ledger_says_why(bare: Path) -> None:
    state(bare, TALENT)
    assert finding(assessed(bare)) == ("met", None)
    state(bare, "signed_by: 北疆铝轮毂\n")
    found = assessed(bare, NOW + HOUR)
    assert finding(found) == ("unknown", "withdrawn")
    assert (found.recorded, found.withdrawn) == (0, 1)
    assert (found.to_dict()["recorded"], found.to_dict()["withdrawn"]) == (0, 1)
    first, back = ledger(bare)
    assert isinstance(back, Withdrawal)
    assert (back.observation, back.reason, back.day) == (first.digest, "not_stated", DAY)
    assert said_of(found, "base.organisation")["withdrawals"] == [back.to_dict()]


def test_the_terminal_says_that_something_was_withdrawn(bare: Path, capsys: pytest.CaptureFixture[str]) -> None:
    state(bare, TALENT)
    assert run(["assess", str(bare), "--lang", "en"]) == 0
    assert "withdrawn" not in capsys.readouterr().out
    state(bare, None)
    assert run(["assess", str(bare), "--lang", "en"]) == 0
    assert "1 withdrawn: nobody says any more what they said" in capsys.readouterr().out


def test_without_the_file_all_statements_are_withdrawn(bare: Path) -> None:
    state(bare, TALENT + "maturity: {level: 2}\n")
    assessed(bare)
    state(bare, None)
    found = assessed(bare, NOW + HOUR)
    assert found.withdrawn == 2
    assert "maturity_level" not in found.judged.case.facts


def test_assessing_again_adds_nothing(bare: Path) -> None:
    state(bare, TALENT)
    assessed(bare)
    state(bare, None)
    assessed(bare, NOW + HOUR)
    before = (bare / "ledger.jsonl").read_bytes()
    for later in (2 * HOUR, timedelta(1), timedelta(40)):
        again = assessed(bare, NOW + later)
        assert (again.recorded, again.withdrawn) == (0, 0)
        assert finding(again) == ("unknown", "withdrawn")
    assert (bare / "ledger.jsonl").read_bytes() == before


def test_a_changed_statement_counts_as_it_stands_now(bare: Path) -> None:
    state(bare, TALENT)
    assessed(bare)
    state(bare, TALENT.replace("met", "unmet"))
    found = assessed(bare, NOW + HOUR)
    assert finding(found) == ("unmet", None)
    assert (found.recorded, found.withdrawn) == (1, 0)


def test_a_statement_that_somebody_else_signs_now_replaces_the_first_one(bare: Path) -> None:
    state(bare, "signed_by: a\n" + TALENT)
    assessed(bare)
    state(bare, "signed_by: b\n" + TALENT.replace("met", "unmet"))
    found = assessed(bare, NOW + HOUR)
    assert finding(found) == ("unmet", None)
    assert (found.recorded, found.withdrawn) == (1, 1)


def test_a_statement_added_again_counts_again(bare: Path) -> None:
    for hours, text in enumerate((TALENT, "signed_by: x\n", TALENT, "signed_by: x\n", TALENT)):
        state(bare, text)
        found = assessed(bare, NOW + hours * HOUR)
        assert finding(found)[0] == ("met" if text == TALENT else "unknown")
    assert [type(one).__name__ for one in ledger(bare)] == ["Observation", "Withdrawal"] * 2 + ["Observation"]
    state(bare, TALENT)
    assert finding(assessed(bare, NOW + timedelta(30))) == ("met", None)


def test_what_records_say_stays_when_a_statement_goes(plant: Path) -> None:
    element = "base.above-scale"
    state(plant, f"findings:\n  {element}: {{finding: met}}\n")
    assert len(said_of(assessed(plant), element)["observations"]) == 2
    state(plant, None)
    found = said_of(assessed(plant, NOW + HOUR), element)
    assert (found["finding"], found["reason"]) == ("met", None)
    assert [one["source"]["kind"] for one in found["observations"]] == ["records"]
    assert [one["source"]["kind"] for one in found["withdrawals"]] == ["signatory"]


def test_leaving_no_trace_the_withdrawal_counts_all_the_same(bare: Path) -> None:
    state(bare, TALENT)
    assessed(bare)
    state(bare, None)
    found = assessed(bare, NOW + HOUR, record=False)
    assert finding(found) == ("unknown", "withdrawn")
    assert (found.recorded, found.withdrawn, len(ledger(bare))) == (0, 0, 1)


# --- derivations ---


def test_a_derivation_that_only_needs_something_keeps_no_old_answer(plant: Path) -> None:
    element = "base.above-scale"
    assert finding(assessed(plant), element) == ("met", None)
    change(plant, "update enterprise set above_scale = null")
    found = assessed(plant, NOW + HOUR)
    assert finding(found, element) == ("unknown", "withdrawn")
    assert said_of(found, element)["needs"] == ["enterprise.above_scale"]
    back = next(one for one in ledger(plant) if isinstance(one, Withdrawal) and one.about == element)
    assert (back.reason, back.needs) == ("not_derived", ("enterprise.above_scale",))
    change(plant, "update enterprise set above_scale = 1")
    assert finding(assessed(plant, NOW + 2 * HOUR), element) == ("met", None)


def test_monitoring_that_fell_silent_is_no_longer_monitoring(plant: Path) -> None:
    """Ten weeks later its evidence would not be stale yet."""
    element = "basic.production.realtime-monitoring"
    change(plant, "update equipment_state set start = '2025-03-01 00:00:00', end = '2025-04-14 16:00:00'")
    assert said_of(assessed(plant), element)["observations"]
    change(plant, "update equipment_state set end = null")
    silent = assessed(plant, NOW + timedelta(70))
    assert finding(silent, element) == ("unknown", "withdrawn")


# --- other days ---


def test_what_was_true_on_an_earlier_day_is_not_taken_back(bare: Path) -> None:
    state(bare, TALENT)
    assessed(bare)
    state(bare, None)
    later = NOW + timedelta(30)
    assert finding(assessed(bare, later), "base.organisation") == ("unknown", "withdrawn")
    before = len(ledger(bare))
    for day in (DAY, DAY + timedelta(29)):
        then = assessed(bare, later + HOUR, as_of=day)
        assert finding(then) == ("met", None)
        assert (then.recorded, then.withdrawn) == (0, 0)
    assert len(ledger(bare)) == before
    assert finding(assessed(bare, later + HOUR, as_of=DAY + timedelta(30))) == ("unknown", "withdrawn")


def test_an_earlier_day_that_is_always_assessed_afterwards_follows_the_statements(bare: Path) -> None:
    """A plant whose records end in April is assessed as of April all year round."""
    late = NOW + timedelta(200)
    state(bare, TALENT)
    assert finding(assessed(bare, late, as_of=DAY)) == ("met", None)
    state(bare, None)
    assert finding(assessed(bare, late + HOUR, as_of=DAY)) == ("unknown", "withdrawn")
    assert assessed(bare, late + 2 * HOUR, as_of=DAY).withdrawn == 0


def test_an_earlier_day_is_not_recorded_again_after_a_later_one(plant: Path) -> None:
    assessed(plant)
    assessed(plant, NOW + timedelta(3))
    assert assessed(plant, NOW + timedelta(3) + HOUR, as_of=DAY).recorded == 0


# --- other packs ---


def test_another_pack_takes_back_only_what_it_asks_itself(plant: Path) -> None:
    own = "base.registered-in-region"
    assert finding(assessed(plant, pack=NEIMENGGU), own) == ("met", None)
    found = assessed(plant, NOW + HOUR)
    assert not [one for one in ledger(plant) if isinstance(one, Withdrawal)]
    assert found.withdrawn == 0
    assert finding(assessed(plant, NOW + 2 * HOUR, pack=NEIMENGGU), own) == ("met", None)


# --- several at once ---

MEANWHILE = """
import sys
from datetime import datetime
from pathlib import Path
from linghang.usecases.assessing import assess
found = assess(Path(sys.argv[1]), pack="national-2024", now=datetime.fromisoformat(sys.argv[2]))
print(found.recorded, found.withdrawn)
"""


def test_what_another_assessment_wrote_meanwhile_is_not_written_twice(
    plant: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between reading and writing another process records the same."""
    from linghang.usecases import assessing

    state(plant, TALENT)
    plain, others = assessing.news, []

    def interrupted(*arguments: Any) -> Any:
        if not others:
            command = [sys.executable, "-c", dedent(MEANWHILE), str(plant), (NOW + HOUR).isoformat()]
            others.append(subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout)
        return plain(*arguments)

    monkeypatch.setattr(assessing, "news", interrupted)
    found = assessed(plant, indicators=True)
    assert others[0].split()[0] != "0"
    assert (found.recorded, found.withdrawn) == (0, 0)
    assert finding(found) == ("met", None)
    written = [one.voice for one in ledger(plant)]
    assert len(written) == len(set(written))


def test_while_another_process_writes_nothing_new_is_recorded_and_nothing_old_needs_to_be(plant: Path) -> None:
    assessed(plant)
    with open_workspace(plant).writing():
        assert assessed(plant, NOW + HOUR).recorded == 0
        state(plant, TALENT)
        with pytest.raises(BadInput, match="another process is writing"):
            assessed(plant, NOW + HOUR)
        assert assessed(plant, NOW + HOUR, record=False).recorded == 0
    assert assessed(plant, NOW + HOUR).recorded == 1


# --- the end of the ledger ---


def test_records_that_are_cut_off_the_ledger_stop_the_assessment(plant: Path) -> None:
    assessed(plant)
    path = plant / "ledger.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-2]))
    with pytest.raises(BadInput, match="the last 2 are missing"):
        assessed(plant, NOW + HOUR)


def test_an_assessment_with_nothing_new_heals_the_anchor(plant: Path) -> None:
    assessed(plant)
    path = plant / "ledger.jsonl"
    anchor_of(path).unlink()
    assert assessed(plant, NOW + HOUR, record=False).recorded == 0
    assert not anchor_of(path).exists()
    assert assessed(plant, NOW + HOUR).recorded == 0
    assert anchored(path, list(read(path))[-1])


# --- the interpretations that decided ---


def used(found: Assessment, element: str) -> dict[str, tuple[str, str, str]]:
    return {
        one["name"]: (one["value"], one["unit"], one["source"]) for one in said_of(found, element)["interpretations"]
    }


def test_every_element_shows_the_interpretations_that_its_finding_rests_on(plant: Path) -> None:
    found = assessed(plant)
    assert used(found, "base.talent") == {"talent_minimum": ("3", "1", "platform")}
    assert used(found, "base.no-major-incident") == {
        "incident_severity": ("larger", "", "N24 一.2"),
        "incident_domains": ("safety_environment", "", "N24 一.2"),
        "incident_months": ("36", "mo", "N24 一.2"),
    }
    assert used(found, "basic.management.job-planning") == {
        "system_window_days": ("90", "d", "platform"),
        "system_records_minimum": ("1", "1", "platform"),
    }
    assert used(found, "base.above-scale") == {}
    assert used(found, "basic.coverage") == {"link_covered": ("all", "", "platform")}


def test_what_was_looked_at_before_something_was_missing_is_shown_too(plant: Path) -> None:
    found = assessed(plant)
    assert used(found, "basic.operations.kpi-quantified") == {"indicator_minimum": ("5", "1", "platform")}
    assert said_of(found, "basic.operations.kpi-quantified")["reason"] == "needs"


def test_what_a_reviewer_sets_is_shown_with_its_value(plant: Path) -> None:
    found = assessed(plant, interpretation={"talent_minimum": Decimal(1), "link_covered": "any"}, record=False)
    assert used(found, "base.talent") == {"talent_minimum": ("1", "1", "platform")}
    assert used(found, "basic.coverage") == {"link_covered": ("any", "", "platform")}


def test_an_interpretation_in_a_rule_is_shown_and_so_is_what_made_its_facts_stale(bare: Path) -> None:
    state(bare, "signed_on: 2025-04-10\nmaturity: {level: 1}\n")
    found = assessed(bare, pack=NEIMENGGU)
    levels = [one for one in found.to_dict()["elements"] if one["id"] == "base.maturity"]
    basic = next(one for one in levels if one["level"] == "basic")
    assert [one["name"] for one in basic["interpretations"]] == ["basic_self_rating"]
    late = assessed(bare, NOW + timedelta(400), pack=NEIMENGGU)
    assert late.settled["maturity_level"].reason == "stale"
    basic = next(one for one in late.to_dict()["elements"] if (one["id"], one["level"]) == ("base.maturity", "basic"))
    assert {one["name"]: one["value"] for one in basic["interpretations"]} == {
        "statement_valid_days": "365",
        "basic_self_rating": "1",
    }


def test_the_indicators_show_what_they_were_computed_with(plant: Path) -> None:
    chosen = {"meter_covered_share": Decimal("0.5")}
    found = assessed(plant, indicators=True, interpretation=chosen, record=False)
    settings = {one.id: dict(one.lineage.settings) for one in found.indicators}
    assert settings["unit_energy"]["meter_covered_share"] == "0.5"
    assert settings["decision_models"] == {"model_called_days": "90"}
    assert settings["unit_co2"]["region_code"] == "150581"
