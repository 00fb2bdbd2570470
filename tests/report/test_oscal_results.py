"""A judgement as OSCAL assessment results: three-valued findings survive, evidence keeps its method and its age."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oscal_peer import accept

from linghang.conditions.shelf import load_pack, pack_ids
from linghang.errors import BadInput
from linghang.evidence.observation import Observation, Source
from linghang.evidence.settle import Settled
from linghang.judge.case import Case, Claim, Fact
from linghang.judge.findings import FINDINGS, FLOORS, Finding
from linghang.judge.program import Program, prepare
from linghang.judge.reference import judge
from linghang.report.oscal import written
from linghang.report.oscal_reading import findings_of, one_of, values_of
from linghang.report.oscal_results import Assessed, assessment_results
from linghang.usecases.judging import judge_case

DAY = date(2026, 6, 30)
EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "wheel-works.yaml"
PROGRAM = prepare(load_pack("national-2024"), DAY)
MONITORING = "basic.production.realtime-monitoring"
PROOFS = ("declared", "documented", "measured")


def assessed(case: Case, program: Program = PROGRAM, **more: Any) -> Assessed:
    return Assessed(judge(program, case), case, "W1", '北疆铝轮毂 "A" & <B>', "Asia/Shanghai", **more)


def example() -> Assessed:
    judged = judge_case(EXAMPLE, today=DAY)
    return Assessed(judged.verdict, judged.case, "wheel-works", "Wheel works")


def judged_findings(found: Assessed) -> dict[str, dict[str, str]]:
    return {floor: {one.asked.key: one.finding for one in at.elements} for floor, at in found.verdict.floors.items()}


def result(document: Mapping[str, Any], floor: str) -> dict[str, Any]:
    results = document["assessment-results"]["results"]
    return cast(dict[str, Any], next(one for one in results if one_of(one["props"], "floor") == floor))


def finding(document: Mapping[str, Any], floor: str, element: str) -> dict[str, Any]:
    every = result(document, floor)["findings"]
    return cast(dict[str, Any], next(one for one in every if one_of(one["props"], "element") == element))


def seen(document: Mapping[str, Any], floor: str, element: str) -> list[dict[str, Any]]:
    """The observations that a finding rests on."""
    found = {one["uuid"]: one for one in result(document, floor).get("observations", ())}
    related = finding(document, floor, element).get("related-observations", ())
    return [found[one["observation-uuid"]] for one in related]


def observation(**changed: Any) -> Observation:
    stated: dict[str, Any] = {
        "about": MONITORING,
        "value": "met",
        "unit": "",
        "window_from": date(2026, 5, 30),
        "window_to": date(2026, 6, 29),
        "subject": "plant",
        "proof": "measured",
        "source": Source("engine", "production.monitoring", "1", "aa", "bb"),
        "made_at": datetime(2026, 6, 29, 4, 30, tzinfo=UTC),
        "valid_until": date(2026, 9, 1),
        "detail": {"share": "0.93"},
    }
    return Observation(**(stated | changed))


def with_evidence(*observations: Observation, **more: Any) -> Assessed:
    first = observations[0]
    case = Case({first.about: Claim("met", first.proof)})
    settled = Settled("met", first.proof, None, observations)
    return assessed(case, evidence={first.about: settled}, **more)


# --- the round trip ---


def test_compliance_trestle_accepts_the_example_of_a_case(tmp_path: Path) -> None:
    accept(assessment_results(example()), tmp_path)


@pytest.mark.parametrize("name", pack_ids())
def test_compliance_trestle_accepts_results_by_every_shipped_pack(name: str, tmp_path: Path) -> None:
    program = prepare(load_pack(name), DAY)
    case = Case({one: Claim("met", "documented") for one in sorted(program.claimable)[::2]})
    accept(assessment_results(assessed(case, program)), tmp_path)


def test_what_is_read_back_is_what_was_judged_at_every_floor() -> None:
    found = example()
    read = findings_of(assessment_results(found))
    for floor, judged in judged_findings(found).items():
        assert {key: read[floor][key] for key in judged} == judged
        assert len(read[floor]) == len(found.verdict.program.pack.elements)


@settings(max_examples=25, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(sorted(PROGRAM.claimable)),
        st.tuples(st.sampled_from([one for one in FINDINGS if one != "unknown"]), st.sampled_from(PROOFS)),
    ),
    st.none() | st.integers(0, 5),
)
def test_any_case_survives_and_only_met_is_satisfied(
    stated: dict[str, tuple[Finding, Any]], maturity: int | None
) -> None:
    findings = {name: Claim(one, proof, "none here") for name, (one, proof) in stated.items()}
    facts = {} if maturity is None else {"maturity_level": Fact(Decimal(maturity), "documented")}
    found = assessed(Case(findings, facts))
    document = assessment_results(found)
    read = findings_of(document)
    for floor, judged in judged_findings(found).items():
        assert {key: read[floor][key] for key in judged} == judged
        for one in result(document, floor)["findings"]:
            satisfied = one["target"]["status"]["state"] == "satisfied"
            assert satisfied == (one_of(one["props"], "finding") == "met")


def test_a_state_that_contradicts_the_finding_is_refused() -> None:
    document = assessment_results(example())
    unknown = next(
        one for one in result(document, "measured")["findings"] if one_of(one["props"], "finding") == "unknown"
    )
    unknown["target"]["status"]["state"] = "satisfied"
    with pytest.raises(BadInput, match="contradict"):
        findings_of(document)


@pytest.mark.parametrize("document", [{}, {"catalog": {}}, {"assessment-results": {"results": [{"props": []}]}}, []])
def test_another_document_is_refused(document: Any) -> None:
    with pytest.raises(BadInput, match="not a document of assessment results"):
        findings_of(document, "x.json")


# --- floors and levels ---


def test_floors_are_results_and_the_strictest_stands_first() -> None:
    results = assessment_results(example())["assessment-results"]["results"]
    assert [one_of(one["props"], "floor") for one in results] == ["measured", "documented", "declared"]


def test_each_result_says_the_confirmed_and_the_possible_level() -> None:
    found = example()
    document = assessment_results(found)
    for floor in FLOORS:
        verdict = found.verdict.floors[floor]
        props = result(document, floor)["props"]
        assert one_of(props, "confirmed-level") == (verdict.confirmed or "none")
        assert one_of(props, "possible-level") == (verdict.possible or "none")
        levels = {one["class"]: one["value"] for one in props if one["name"] == "level-finding"}
        assert levels == {level: one.finding for level, one in verdict.levels.items()}


def test_a_proof_below_the_floor_leaves_no_evidence_there_but_says_so() -> None:
    case = Case({MONITORING: Claim("met", "declared")})
    document = assessment_results(assessed(case))
    assert [one["methods"] for one in seen(document, "declared", MONITORING)] == [["INTERVIEW"]]
    assert seen(document, "measured", MONITORING) == []
    props = finding(document, "measured", MONITORING)["props"]
    assert (one_of(props, "finding"), one_of(props, "stated"), one_of(props, "reason")) == (
        "unknown",
        "met",
        "below_floor",
    )


def test_not_applicable_is_said_in_oscals_own_word_too() -> None:
    case = Case({MONITORING: Claim("not_applicable", "measured", "no machines")})
    target = finding(assessment_results(assessed(case)), "measured", MONITORING)["target"]
    assert target["implementation-status"] == {"state": "not-applicable"}
    assert target["status"] == {"state": "not-satisfied", "reason": "other"}


# --- evidence ---


@pytest.mark.parametrize(
    ("proof", "method", "source"),
    [
        ("measured", "TEST", Source("engine", "production.monitoring", "1")),
        ("documented", "EXAMINE", Source("document", "ab" * 32)),
        ("declared", "INTERVIEW", Source("signatory", "Wang")),
    ],
)
def test_the_method_follows_the_proof(proof: Any, method: str, source: Source, tmp_path: Path) -> None:
    document = assessment_results(with_evidence(observation(proof=proof, source=source)))
    accept(document, tmp_path)
    (one,) = seen(document, "declared", MONITORING)
    assert one["methods"] == [method]
    (evidence,) = one["relevant-evidence"]
    assert one_of(evidence["props"], "source") == source.id


def test_an_observation_keeps_its_time_age_window_and_digests() -> None:
    made = observation()
    (one,) = seen(assessment_results(with_evidence(made)), "measured", MONITORING)
    assert one["collected"] == "2026-06-29T04:30:00+00:00"
    assert one["expires"] == "2026-09-01T00:00:00+08:00"
    assert one_of(one["props"], "digest") == made.digest
    assert (one_of(one["props"], "window-from"), one_of(one["props"], "window-to")) == ("2026-05-30", "2026-06-29")
    props = one["relevant-evidence"][0]["props"]
    assert (one_of(props, "settings-digest"), one_of(props, "input-digest")) == ("aa", "bb")


def test_a_document_is_a_resource_with_its_hash() -> None:
    digest = "cd" * 32
    made = observation(proof="documented", source=Source("document", digest))
    document = assessment_results(with_evidence(made))
    resources = document["assessment-results"]["back-matter"]["resources"]
    (held,) = [one for one in resources if "rlinks" in one]
    assert held["rlinks"][0]["hashes"] == [{"algorithm": "SHA-256", "value": digest}]
    (one,) = seen(document, "declared", MONITORING)
    assert one["relevant-evidence"][0]["href"] == f"#{held['uuid']}"


def test_a_machine_that_was_observed_is_a_component_of_the_result(tmp_path: Path) -> None:
    document = assessment_results(with_evidence(observation(subject="CNC-7")))
    accept(document, tmp_path)
    (component,) = result(document, "measured")["local-definitions"]["components"]
    assert component["title"] == "CNC-7"
    (one,) = seen(document, "measured", MONITORING)
    assert one["subjects"] == [{"subject-uuid": component["uuid"], "type": "component", "title": "CNC-7"}]


def test_evidence_of_a_field_belongs_to_the_elements_whose_rule_reads_it() -> None:
    made = observation(
        about="maturity_level", value=Decimal(2), proof="documented", source=Source("document", "ab" * 32)
    )
    case = Case({}, {"maturity_level": Fact(Decimal(2), "documented")})
    settled = Settled(Decimal(2), "documented", None, (made,))
    document = assessment_results(assessed(case, evidence={"maturity_level": settled}))
    maturities = [one for one in result(document, "documented")["findings"] if "maturity" in one["title"]]
    assert len(maturities) == 4
    assert len({one["related-observations"][0]["observation-uuid"] for one in maturities}) == 1
    assert len(result(document, "documented")["observations"]) == 1


def test_stale_and_missing_evidence_say_why() -> None:
    stale = Settled(None, None, "stale", (observation(),))
    found = assessed(Case(), evidence={MONITORING: stale}, needs={MONITORING: ("equipment_state",)})
    props = finding(assessment_results(found), "declared", MONITORING)["props"]
    assert values_of(props, "evidence") == ["stale"]
    assert values_of(props, "needs") == ["equipment_state"]


# --- the same again ---


def test_the_same_judgement_gives_the_same_bytes_and_another_one_another_uuid() -> None:
    one, other = example(), example()
    assert written(assessment_results(one)) == written(assessment_results(other))
    different = replace(one, subject="Other works")
    before, after = (assessment_results(found)["assessment-results"] for found in (one, different))
    assert before["uuid"] != after["uuid"]
    assert before["results"][0]["findings"][0]["uuid"] != after["results"][0]["findings"][0]["uuid"]


def test_times_are_those_of_the_judgement_and_its_evidence() -> None:
    bare = assessment_results(assessed(Case()))["assessment-results"]
    assert bare["metadata"]["last-modified"] == "2026-06-30T00:00:00+08:00"
    assert {one["start"] for one in bare["results"]} == {"2026-06-30T00:00:00+08:00"}
    seen_later = assessment_results(with_evidence(observation()))["assessment-results"]
    assert seen_later["metadata"]["last-modified"] == "2026-06-29T04:30:00+00:00"
