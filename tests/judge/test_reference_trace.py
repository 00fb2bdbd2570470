"""The reference evaluator: what counts at which floor, why it does not, and how a rule came to its finding."""

import json
from decimal import Decimal
from fractions import Fraction
from typing import get_args

import pytest
from judge_packs import at_floor, built, case_of, coverage, element, field, interpretation, small_program, table

from linghang.conditions.model import Kind
from linghang.judge.findings import FLOORS
from linghang.judge.program import Program
from linghang.judge.reference import judge
from linghang.judge.verdict import ElementVerdict, FloorVerdict, Step

MUST_BE_MEASURED = {"capability", "measured", "benchmark"}


def trace(verdict: FloorVerdict, name: str) -> ElementVerdict:
    return next(one for one in verdict.elements if one.asked.id == name)


def outline(step: Step) -> tuple[object, ...]:
    """A step as (value, steps below it …)."""
    return (step.value, *map(outline, step.steps))


def counts_at(program: Program, said: str) -> list[str]:
    """The floors at which the level is met."""
    floors = judge(program, case_of(program, said)).floors
    return [floor for floor in FLOORS if floors[floor].levels["basic"].finding == "met"]


# --- floors -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["fact", "attested", "measured", "capability", "benchmark"])
@pytest.mark.parametrize("proof", ["declared", "documented", "measured"])
def test_a_finding_counts_where_its_proof_is_strong_enough_for_its_kind(kind: str, proof: str) -> None:
    program = small_program(element("a", kind=kind))
    right = {
        "declared": ["declared"],
        "documented": ["declared", "documented"] + ["measured"] * (kind not in MUST_BE_MEASURED),
        "measured": ["declared", "documented", "measured"],
    }
    assert counts_at(program, f"findings: {{a: {{finding: met, proof: {proof}}}}}") == right[proof]


def test_every_kind_has_a_floor_test_here() -> None:
    tested = {"fact", "attested", "measured", "capability", "benchmark", "maturity", "count"}
    assert tested | {"coverage"} == set(get_args(Kind))


def test_a_proof_that_is_not_named_is_a_declaration() -> None:
    assert counts_at(small_program(element("a")), "findings: {a: {finding: met}}") == ["declared"]


@pytest.mark.parametrize(
    ("rule", "part", "said"),
    [
        ("maturity_level >= 2", "maturity", "maturity: {level: 2, proof: PROOF}"),
        ("scenes_basic >= 6", "scenario_count", "scenes: {count: {basic: 6}, proof: PROOF}"),
    ],
)
def test_maturity_and_scene_counts_need_a_document_at_both_stricter_floors(rule: str, part: str, said: str) -> None:
    program = small_program(element("x", rule, part, level="basic"))
    assert counts_at(program, said.replace("PROOF", "declared")) == ["declared"]
    assert counts_at(program, said.replace("PROOF", "documented")) == list(FLOORS)
    assert counts_at(program, said.replace("PROOF", "measured")) == list(FLOORS)


@pytest.mark.parametrize("kind", ["benchmark", "attested"])
def test_a_fact_counts_by_its_proof_and_by_the_kind_of_the_element_that_reads_it(kind: str) -> None:
    program = small_program(element("a", "rate >= 60.1", "outcome", kind=kind), fields=[field("rate", "number")])
    documented = ["declared", "documented"] + ["measured"] * (kind == "attested")
    assert counts_at(program, "facts: {rate: {value: 60.1, proof: documented}}") == documented
    assert counts_at(program, "facts: {rate: {value: 60.1, proof: measured}}") == list(FLOORS)


def test_the_codes_that_a_threshold_is_looked_up_by_need_proof_too() -> None:
    program = small_program(
        element("a", "rate >= lookup(lead, region)", "outcome"),
        fields=[field("rate", "number"), field("region", "code", ("11",))],
        tables=[table("lead", ("region",), {"11": 60})],
    )
    said = "facts: {rate: {value: 61, proof: measured}, region: {value: '11', proof: PROOF}}"
    assert counts_at(program, said.replace("PROOF", "documented")) == ["declared", "documented"]
    assert counts_at(program, said.replace("PROOF", "measured")) == list(FLOORS)


def test_not_applicable_below_the_floor_is_unknown() -> None:
    program = small_program(element("a"))
    said = "findings: {a: {finding: not_applicable, reason: we have none, proof: declared}}"
    assert at_floor(program, said).levels["basic"].finding == "met"
    strict = at_floor(program, said, "documented")
    assert strict.levels["basic"].finding == "unknown"
    assert strict.levels["basic"].missing == ("a",)
    found = trace(strict, "a")
    assert (found.finding, found.stated, found.reason) == ("unknown", "not_applicable", "below_floor")


def test_an_unmet_claim_below_the_floor_is_unknown_and_not_unmet() -> None:
    program = small_program(element("a"))
    assert at_floor(program, "findings: {a: {finding: unmet}}").possible is None
    assert at_floor(program, "findings: {a: {finding: unmet}}", "measured").possible == "basic"


def test_an_element_read_by_another_counts_by_its_own_kind() -> None:
    program = small_program(element("a", "b", kind="capability"), element("b", kind="fact"))
    assert counts_at(program, "findings: {b: {finding: met, proof: documented}}") == list(FLOORS)


# --- reasons ----------------------------------------------------------------------------------------------------


def test_what_nobody_stated_is_unknown_because_it_is_not_stated() -> None:
    found = trace(at_floor(small_program(element("a")), "findings: {}"), "a")
    assert found == ElementVerdict(found.asked, "unknown", reason="not_stated")


def test_a_finding_that_counts_as_stated_has_no_reason() -> None:
    found = trace(at_floor(small_program(element("a")), "findings: {a: {finding: unmet, proof: documented}}"), "a")
    assert found == ElementVerdict(found.asked, "unmet", "unmet", "documented")


def test_a_finding_below_the_floor_keeps_what_was_stated() -> None:
    program = small_program(element("a", kind="capability"))
    found = trace(at_floor(program, "findings: {a: {finding: met, proof: documented}}", "measured"), "a")
    assert found == ElementVerdict(found.asked, "unknown", "met", "documented", "below_floor")


def test_a_waived_element_is_left_out_with_that_reason() -> None:
    program = small_program(element("a", force="should"), element("b"))
    said = "findings: {a: {finding: unmet}, b: {finding: met}}\nwaivers: {a: agreed in writing}"
    verdict = at_floor(program, said)
    found = trace(verdict, "a")
    assert (found.finding, found.stated, found.reason) == ("not_applicable", "unmet", "waived")
    assert verdict.confirmed == "basic"


@pytest.mark.parametrize("said", ["{}", "{a: {finding: unknown}}", "{a: {finding: met}}"])
def test_what_is_unknown_or_below_the_floor_can_be_waived(said: str) -> None:
    program = small_program(element("a", force="should"))
    verdict = at_floor(program, f"findings: {said}\nwaivers: {{a: agreed in writing}}", "measured")
    assert (trace(verdict, "a").finding, trace(verdict, "a").reason) == ("not_applicable", "waived")
    assert verdict.confirmed == "basic"


def test_a_waiver_of_what_is_met_is_not_used() -> None:
    program = small_program(element("a", force="should"))
    found = trace(at_floor(program, "findings: {a: {finding: met}}\nwaivers: {a: just in case}"), "a")
    assert (found.finding, found.reason) == ("met", None)


def test_waived_coverage_leaves_the_level_to_its_other_parts() -> None:
    program = small_program(built("x", "link"), coverage("link", force="should"), element("a"))
    said = "findings: {x: {finding: unmet}, a: {finding: met}}\nwaivers: {basic.coverage: a new site}"
    level = at_floor(program, said).levels["basic"]
    assert level.finding == "met"
    assert level.waived
    assert level.parts["coverage"] == "not_applicable"
    assert level.links == {"link": "unmet"}
    assert level.failing == level.missing == ()


def test_a_waiver_of_coverage_that_is_met_is_not_used() -> None:
    program = small_program(built("x", "link"), coverage("link", force="should"))
    level = at_floor(program, "findings: {x: {finding: met}}\nwaivers: {basic.coverage: just in case}").levels["basic"]
    assert (level.waived, level.parts["coverage"]) == (False, "met")


def test_a_waiver_does_not_reach_the_level_that_must_have_the_same_element() -> None:
    program = small_program(
        element("same", level="basic", force="must"),
        element("same", level="advanced", force="should"),
        levels=("basic", "advanced"),
    )
    levels = at_floor(program, "findings: {same: {finding: unmet}}\nwaivers: {same: agreed}").levels
    assert [level.finding for level in levels.values()] == ["unmet", "met"]


def test_a_waiver_does_not_reach_the_coverage_of_a_level_that_must_have_it() -> None:
    program = small_program(
        *(built(f"{level}.x", "link", level) for level in ("basic", "advanced")),
        {**coverage("link", level="basic"), "id": "covered"},
        {**coverage("link", level="advanced", force="should"), "id": "covered"},
        levels=("basic", "advanced"),
    )
    levels = at_floor(program, "waivers: {covered: agreed}").levels
    assert [level.finding for level in levels.values()] == ["unknown", "met"]


# --- levels -----------------------------------------------------------------------------------------------------


def test_a_level_does_not_need_the_lower_ones() -> None:
    program = small_program(element("a", level="basic"), element("b", level="advanced"), levels=("basic", "advanced"))
    verdict = at_floor(program, "findings: {a: {finding: unmet}, b: {finding: met}}")
    assert (verdict.confirmed, verdict.possible) == ("advanced", "advanced")


def test_encouraged_elements_are_judged_but_decide_nothing() -> None:
    program = small_program(built("x", "required"), built("y", "free", force="encouraged"), coverage("required"))
    verdict = at_floor(program, "findings: {x: {finding: met}, y: {finding: unmet}}")
    assert verdict.confirmed == "basic"
    assert trace(verdict, "y").finding == "unmet"
    assert verdict.levels["basic"].links == {"required": "met"}


def test_a_level_of_which_nothing_is_applicable_is_met() -> None:
    program = small_program(element("a"), built("x", "link"), coverage("link"))
    nothing = "{finding: not_applicable, reason: none here}"
    verdict = at_floor(program, f"findings: {{a: {nothing}, x: {nothing}}}")
    assert verdict.confirmed == "basic"
    assert verdict.levels["basic"].parts["coverage"] == "met"


@pytest.mark.parametrize(
    ("link_covered", "findings", "right"),
    [
        ("all", "met met met", "met"),
        ("all", "met unknown met", "unknown"),
        ("all", "unknown unmet met", "unmet"),
        ("all", "met not_applicable met", "met"),
        ("majority", "met met unmet", "met"),
        ("majority", "met unmet", "unmet"),
        ("majority", "met unmet not_applicable", "unmet"),
        ("majority", "met not_applicable not_applicable", "met"),
        ("majority", "met unmet unknown", "unknown"),
        ("majority", "met met unknown unknown", "unknown"),
        ("majority", "unmet unmet unknown", "unmet"),
        ("any", "met unmet unmet", "met"),
        ("any", "unknown unmet unmet", "unknown"),
        ("any", "unmet unmet unmet", "unmet"),
        ("any", "unmet not_applicable", "unmet"),
        ("any", "not_applicable not_applicable", "met"),
    ],
)
def test_how_many_elements_cover_a_link(link_covered: str, findings: str, right: str) -> None:
    said = {f"e{place}": finding for place, finding in enumerate(findings.split())}
    program = small_program(*(built(name, "link") for name in said), coverage("link"), link_covered=link_covered)
    claims = ", ".join(f"{name}: {{finding: {finding}, reason: written}}" for name, finding in said.items())
    level = at_floor(program, f"findings: {{{claims}}}").levels["basic"]
    assert level.links == {"link": right}
    assert level.finding == right


def test_what_is_open_in_a_link_that_is_covered_anyway_is_no_reason() -> None:
    program = small_program(*(built(name, "link") for name in "xyz"), coverage("link"), link_covered="any")
    level = at_floor(program, "findings: {x: {finding: met}, y: {finding: unmet}}").levels["basic"]
    assert (level.failing, level.missing) == ((), ())


def test_reasons_name_maturity_and_scene_counts_by_their_part() -> None:
    program = small_program(
        element("basic.m", "maturity_level >= 2", "maturity", level="basic"),
        element("basic.s", "scenes_basic >= 6", "scenario_count", level="basic"),
        element("a"),
    )
    level = at_floor(program, "maturity: {level: 1}").levels["basic"]
    assert (level.failing, level.missing) == (("maturity",), ("a", "scenario_count"))
    assert level.parts == {
        "eligibility": "unknown",
        "maturity": "unmet",
        "coverage": None,
        "scenario_count": "unknown",
        "outcome": None,
    }


# --- steps ------------------------------------------------------------------------------------------------------


def test_a_plain_element_has_no_steps() -> None:
    assert trace(at_floor(small_program(element("a")), "findings: {a: {finding: met}}"), "a").step is None


def test_the_steps_of_a_rule_show_every_value() -> None:
    program = small_program(
        element("a", "(found or listed) and rate >= interpretation.limit and not region in ['12']"),
        fields=[field("listed", "yes_no"), field("rate", "number"), field("region", "code", ("11", "12"))],
        interpretation=[interpretation("limit", 60)],
    )
    said = "findings: {a: {finding: unmet}}\nfacts: {listed: {value: true}, rate: {value: 60.1}}"
    found = trace(at_floor(program, said), "a")
    assert found.step is not None
    assert found.finding == "unknown"
    assert outline(found.step) == (
        "unknown",
        ("met", ("unmet",), ("met",)),
        ("met", (Decimal("60.1"),), (Decimal(60),)),
        ("unknown", ("unknown", (None,))),
    )


def test_the_steps_of_a_lookup_show_the_threshold_that_it_gave() -> None:
    program = small_program(
        element("a", "rate >= lookup(lead, region)"),
        fields=[field("rate", "number"), field("region", "code", ("11", "12"))],
        tables=[table("lead", ("region",), {"11": 60, "12": 70})],
    )
    found = trace(at_floor(program, "facts: {rate: {value: 61}, region: {value: '12'}}"), "a")
    assert found.step is not None
    assert [str(side.value) for side in found.step.steps] == ["61", "70"]
    assert found.finding == "unmet"


def test_the_steps_of_a_share_show_its_two_bounds() -> None:
    program = small_program(
        element("a", "share(found, b, c, d) >= 0.5"), *(element(name) for name in "bcd"), levels=("basic",)
    )
    said = """findings:
      a: {finding: met}
      b: {finding: unmet}
      d: {finding: not_applicable, reason: none here}
    """
    found = trace(at_floor(program, said), "a")
    assert found.step is not None
    share, bound = found.step.steps
    assert share.value == (Fraction(1, 3), Fraction(2, 3))
    assert [one.value for one in share.steps] == ["met", "unmet", "unknown", "not_applicable"]
    assert (found.finding, str(bound.value)) == ("unknown", "0.5")


def test_a_share_of_nothing_applicable_is_not_applicable() -> None:
    program = small_program(element("a", "share(found, found) < 0.5"))
    found = trace(at_floor(program, "findings: {a: {finding: not_applicable, reason: none here}}"), "a")
    assert (found.finding, found.step and found.step.steps[0].value) == ("not_applicable", "not_applicable")


def test_a_rule_sees_what_was_found_only_if_it_is_proved() -> None:
    program = small_program(element("a", "found or listed", kind="attested"), fields=[field("listed", "yes_no")])
    said = "findings: {a: {finding: met}}\nfacts: {listed: {value: false, proof: documented}}"
    strict = trace(at_floor(program, said, "documented"), "a")
    assert strict.step is not None
    assert outline(strict.step) == ("unknown", ("unknown",), ("unmet",))
    assert (strict.finding, strict.stated, strict.proof) == ("unknown", "met", "declared")


def test_a_verdict_is_json() -> None:
    program = small_program(
        built("x", "link"),
        coverage("link", force="should"),
        element("a", "rate >= 60.1 or found"),
        fields=[field("rate", "number")],
    )
    verdict = judge(program, case_of(program, "facts: {rate: {value: 60.0}}"))
    said = json.loads(json.dumps(verdict.to_dict()))
    assert list(said["floors"]) == list(FLOORS)
    level = said["floors"]["declared"]["levels"]["basic"]
    assert level["finding"] == "unknown"
    assert level["deciding"] == [["a", "x"]]
    assert said["interpretation"] == {"link_covered": "all"}
    assert (said["pack"], said["as_of"]) == ("small", "2026-06-30")
    assert all(json.dumps(one.to_dict()) for one in verdict.floors["declared"].elements)
