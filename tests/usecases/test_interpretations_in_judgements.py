"""Every judgement of a workspace reads the interpretations that are set for it, and says so."""

from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from interpreted_works import AS_OF, NOW, PACK, put

from example_works import works_at
from linghang.errors import BadInput
from linghang.store.state import CACHE
from linghang.usecases.assessing import assess
from linghang.usecases.bundling import Request, bundle
from linghang.usecases.interpretation_effect import EFFECT, effect_of
from linghang.usecases.interpretations import take_back
from linghang.usecases.kept import assessed_document, grounds
from linghang.usecases.sensitivity import sensitivity
from linghang.usecases.verifying import verify
from linghang.usecases.whatif import whatif
from linghang.usecases.workspaces import open_workspace

NAME = "key_equipment_share"


@pytest.fixture
def works(tmp_path: Path) -> Path:
    """The workspace, with an interpretation set."""
    folder = works_at(tmp_path / "works")
    put(folder)
    return folder


def test_an_assessment_reads_what_is_set_and_says_so(works: Path) -> None:
    found = assess(works, pack=PACK, now=NOW, as_of=AS_OF, record=False)
    assert found.judged.verdict.program.interpretation[NAME] == Decimal("0.5")
    (mark,) = found.to_dict()["set_interpretations"]
    assert (mark["name"], mark["value"], mark["pack_value"], mark["by"]) == (NAME, "0.5", "0.8", "li")
    used = [one for element in found.elements() for one in element["interpretations"] if one["name"] == NAME]
    assert {(one["value"], one["pack_value"]) for one in used} == {("0.5", "0.8")}


def test_what_a_call_gives_goes_before(works: Path) -> None:
    found = assess(works, pack=PACK, now=NOW, as_of=AS_OF, record=False, interpretation={NAME: Decimal("0.7")})
    assert found.judged.verdict.program.interpretation[NAME] == Decimal("0.7")
    assert [one["state"] for one in found.to_dict()["set_interpretations"]] == ["call"]


def test_what_is_kept_is_made_anew_when_a_value_is_set_or_taken_back(works: Path) -> None:
    def value() -> str:
        return str(assessed_document(works, pack=PACK, now=NOW, as_of=AS_OF)["interpretation"][NAME])

    workspace = open_workspace(works)
    before = grounds(workspace)
    assert value() == "0.5"
    put(works, value="0.6")
    assert grounds(workspace) != before
    assert value() == "0.6"
    take_back(works, NAME, pack=PACK, reason="why", by="li", now=NOW)
    assert value() == "0.8"


def test_what_if_and_sensitivity_begin_at_what_is_set(works: Path) -> None:
    seen = whatif(works, base=PACK, interpretation={"talent_minimum": Decimal(5)}, now=NOW, as_of=AS_OF)
    for judged in (seen.before, seen.after):
        assert judged.verdict.program.interpretation[NAME] == Decimal("0.5")
    assert list(seen.interpretation) == ["talent_minimum"]
    found = sensitivity(works, now=NOW, pack=PACK, as_of=AS_OF)
    assert next(one.value for one in found.thresholds if one.interpretation.id == NAME) == Decimal("0.5")


def test_an_effect_is_a_what_if_and_writes_nothing(works: Path) -> None:
    state = {one: one.read_bytes() for one in works.glob("*.jsonl")}
    found = effect_of(works, NAME, "0.9", pack=PACK, now=NOW, as_of=AS_OF)
    assert (found["before"], found["after"]) == ("0.5", "0.9")
    assert set(found["levels"]) == {"declared", "documented", "measured"}
    assert {one: one.read_bytes() for one in works.glob("*.jsonl")} == state


def test_an_effect_is_of_the_plants_day_not_of_greenwichs(works: Path) -> None:
    for now in (datetime(2025, 4, 15, 15, tzinfo=UTC), datetime(2025, 4, 15, 17, tzinfo=UTC)):  # before and after 24 h
        effect_of(works, NAME, "0.9", pack=PACK, now=now)
    assert len(list((works / CACHE / EFFECT).glob("*.json"))) == 2


def test_a_bundle_is_verified_by_what_is_set(works: Path, tmp_path: Path) -> None:
    file = tmp_path / "works.zip"
    bundle(works, file, Request(PACK, as_of=AS_OF), now=NOW)
    found = verify(file)
    assert not [one for one in found.problems if "key" not in str(one).lower()]
    assert found.verdict is not None
    assert found.verdict.program.interpretation[NAME] == Decimal("0.5")


@pytest.mark.slow
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["0", "0.25", "0.9", "1"]), min_size=1, max_size=3))
def test_what_was_taken_back_was_never_set(works: Path, values: list[str]) -> None:
    def found() -> dict[str, object]:
        return assess(works, pack=PACK, now=NOW, as_of=AS_OF, record=False).to_dict()

    with suppress(BadInput):  # nothing is set after the first example
        take_back(works, NAME, pack=PACK, reason="why", by="li", now=NOW)
    never = found()
    for value in values:
        put(works, value=value)
    take_back(works, NAME, pack=PACK, reason="why", by="li", now=NOW)
    assert found() == never
