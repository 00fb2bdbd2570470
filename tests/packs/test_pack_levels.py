"""What each level needs, no more and no less; confirmed and possible levels; waiving what is asked in principle."""

from decimal import Decimal

import pytest
from golden_packs import (
    COVERS,
    DOCUMENTS,
    FLOORS,
    LEVELS,
    MATURITY,
    NATIONAL,
    NEIMENGGU,
    SCENES,
    SHORT,
    Case,
    Claim,
    Fact,
    Row,
    but,
    conditions,
    conditions_of,
    minimal,
    parts_of,
    program,
    said,
    stated,
    whole,
)

from linghang.errors import BadInput
from linghang.judge.case import read_case
from linghang.judge.reference import judge

UNMET = Claim("unmet", "measured")
EACH_LEVEL = [(pack, level) for pack in SHORT for level in LEVELS]


def at(pack: str, case: Case, floor: str = "measured") -> dict:
    """The judgement of a case at one floor."""
    return said(judge(program(pack), case))[floor]


@pytest.mark.parametrize(("pack", "level"), EACH_LEVEL)
def test_a_level_needs_only_what_its_document_asks_of_it(pack: str, level: str) -> None:
    for floor, found in said(judge(program(pack), minimal(pack, level))).items():
        assert found["levels"][level] == {
            "finding": "met",
            "parts": {
                part: "met" if conditions(pack, level, part) else None for part in found["levels"][level]["parts"]
            },
            "links": dict.fromkeys(COVERS[level], "met"),
            "failing": [],
            "missing": [],
            "deciding": [],
        }, floor
        assert found["confirmed"] == level, floor


@pytest.mark.parametrize(("pack", "level"), EACH_LEVEL)
def test_what_one_level_needs_leaves_the_others_open(pack: str, level: str) -> None:
    case = minimal(pack, level)
    reached = MATURITY[pack][level]
    for other, one in at(pack, case)["levels"].items():
        if other == level:
            continue
        too_high = MATURITY[pack][other] > reached
        open_ones = [row.reported for row in conditions_of(pack, other) if row.part not in ("eligibility", "maturity")]
        assert one["finding"] == ("unmet" if too_high else "unknown"), other
        assert one["failing"] == (["maturity"] if too_high else []), other
        assert sorted(one["missing"]) == sorted(open_ones), other
    possible = [other for other in LEVELS if MATURITY[pack][other] <= reached]
    assert at(pack, case)["possible"] == possible[-1]


EACH_CONDITION = [
    (pack, level, row)
    for pack, level in EACH_LEVEL
    for part in parts_of(pack, level)
    for row in conditions_of(pack, level, part)[:1]
]


@pytest.mark.parametrize(("pack", "level", "row"), EACH_CONDITION)
def test_a_level_fails_by_each_of_its_parts(pack: str, level: str, row: Row) -> None:
    match row.part:
        case "maturity":
            case = but(minimal(pack, level), maturity_level=Fact(Decimal(MATURITY[pack][level] - 1), "measured"))
        case "scenario_count":
            case = but(minimal(pack, level), **{f"scenes_{level}": Fact(Decimal(SCENES[pack][level] - 1), "measured")})
        case _:
            case = but(minimal(pack, level), {row.id: UNMET})
    one = at(pack, case)["levels"][level]
    part = "coverage" if row.part == "build" else row.part
    assert (one["finding"], one["failing"], one["missing"]) == ("unmet", [row.reported], [])
    assert [name for name, finding in one["parts"].items() if finding == "unmet"] == [part]


@pytest.mark.parametrize(("pack", "level"), EACH_LEVEL)
def test_where_nothing_is_known_every_condition_is_missing(pack: str, level: str) -> None:
    for floor, found in said(judge(program(pack), Case())).items():
        one = found["levels"][level]
        assert (found["confirmed"], found["possible"]) == (None, "pioneer"), floor
        assert one["finding"] == "unknown"
        assert one["failing"] == []
        assert sorted(one["missing"]) == sorted(conditions(pack, level))
        assert [sorted(ids) for ids in one["deciding"]] == [sorted(conditions(pack, level))]


# N24 一.5; NM25 一.5 (no number: that a self-rating exists), 三, 四, 五.
REACHED = {
    NATIONAL: {
        0: (),
        1: (),
        2: ("basic", "advanced"),
        3: ("basic", "advanced", "excellence"),
        4: LEVELS,
        5: LEVELS,
    },
    NEIMENGGU: {
        0: (),
        1: ("basic",),
        2: ("basic", "advanced"),
        3: ("basic", "advanced", "excellence"),
        4: LEVELS,
        5: LEVELS,
    },
}


@pytest.mark.parametrize(("pack", "maturity"), [(pack, level) for pack in REACHED for level in REACHED[pack]])
def test_maturity_reached(pack: str, maturity: int) -> None:
    found = at(pack, but(whole(pack), maturity_level=Fact(Decimal(maturity), "documented")))
    reached = REACHED[pack][maturity]
    assert tuple(level for level in LEVELS if found["levels"][level]["parts"]["maturity"] == "met") == reached
    assert tuple(level for level in LEVELS if found["levels"][level]["finding"] == "met") == reached
    assert found["confirmed"] == found["possible"] == (reached[-1] if reached else None)


@pytest.mark.parametrize(("level", "count"), [("basic", 5), ("advanced", 10), ("excellence", 16), ("pioneer", 20)])
def test_neimenggu_counts_the_scenes_of_each_level_s_own_list(level: str, count: int) -> None:
    others = {f"scenes_{other}": Fact(Decimal(99), "documented") for other in LEVELS if other != level}
    for stated_count, finding in ((count - 1, "unmet"), (count, "met"), (count + 1, "met"), (None, "unknown")):
        own = {f"scenes_{level}": None if stated_count is None else Fact(Decimal(stated_count), "documented")}
        found = at(NEIMENGGU, but(whole(NEIMENGGU), **others, **own))
        assert found["levels"][level]["parts"]["scenario_count"] == finding, stated_count
        assert {found["levels"][other]["finding"] for other in LEVELS if other != level} == {"met"}


def test_the_national_document_counts_no_scenes() -> None:
    few = {f"scenes_{level}": Fact(Decimal(0), "documented") for level in LEVELS}
    found = at(NATIONAL, but(whole(NATIONAL), **few))
    assert found["confirmed"] == "pioneer"
    assert {one["parts"]["scenario_count"] for one in found["levels"].values()} == {None}


def test_neimenggu_asks_for_no_outcomes() -> None:
    levels = at(NEIMENGGU, whole(NEIMENGGU))["levels"]
    assert {one["parts"]["outcome"] for one in levels.values()} == {None}


class TestLevelsNeedNotNest:
    """The documents do not say that a level needs the lower ones."""

    @pytest.mark.parametrize("pack", DOCUMENTS)
    def test_pioneer_is_confirmed_while_the_lower_levels_are_unknown(self, pack: str) -> None:
        found = at(pack, minimal(pack, "pioneer"))
        assert (found["confirmed"], found["possible"]) == ("pioneer", "pioneer")
        assert {found["levels"][level]["finding"] for level in LEVELS[:-1]} == {"unknown"}

    @pytest.mark.parametrize("pack", DOCUMENTS)
    def test_pioneer_is_confirmed_while_basic_is_unmet(self, pack: str) -> None:
        found = at(pack, but(whole(pack), {"basic.production.process-automation": UNMET}))
        assert (found["confirmed"], found["possible"]) == ("pioneer", "pioneer")
        assert found["levels"]["basic"]["finding"] == "unmet"

    @pytest.mark.parametrize("pack", DOCUMENTS)
    def test_excellence_is_confirmed_and_pioneer_possible_while_advanced_is_unmet(self, pack: str) -> None:
        claims = {"advanced.production.anomaly-warning": UNMET, "pioneer.construction.digital-twin": None}
        found = at(pack, but(whole(pack), claims))
        assert (found["confirmed"], found["possible"]) == ("excellence", "pioneer")
        assert found["levels"]["advanced"]["finding"] == "unmet"

    @pytest.mark.parametrize("pack", DOCUMENTS)
    def test_a_basic_requirement_that_is_unmet_leaves_no_level(self, pack: str) -> None:
        found = at(pack, but(whole(pack), {"base.organisation": UNMET}))
        assert (found["confirmed"], found["possible"]) == (None, None)

    @pytest.mark.parametrize("pack", DOCUMENTS)
    def test_each_floor_confirms_its_own_level(self, pack: str) -> None:
        weak = {"pioneer.rnd.virtual-validation": "declared", "excellence.rnd.integrated-modelling": "documented"}
        case = but(whole(pack), {name: Claim("met", proof) for name, proof in weak.items()})
        found = said(judge(program(pack), case))
        assert [found[floor]["confirmed"] for floor in FLOORS] == ["pioneer", "excellence", "advanced"]
        assert [found[floor]["possible"] for floor in FLOORS] == ["pioneer"] * 3


WAIVING = {
    "findings": {
        "excellence.rnd.integrated-modelling": {"finding": "unmet", "proof": "documented"},
        "pioneer.rnd.virtual-validation": {"finding": "unmet", "proof": "documented"},
    },
    "waivers": {"excellence.coverage": "makes to its customers' drawings and designs nothing"},
}


class TestCoverageInPrinciple:
    """原则上 (N24 四) decides like a must, but can be waived with a written reason; NM25 四 has no such words."""

    def test_without_a_waiver_it_decides(self) -> None:
        found = at(NATIONAL, self._case(waivers={}), "documented")
        assert found["levels"]["excellence"]["finding"] == "unmet"
        assert found["levels"]["excellence"]["failing"] == ["excellence.rnd.integrated-modelling"]

    @pytest.mark.parametrize("floor", FLOORS)
    def test_waived_with_a_reason_it_does_not_decide(self, floor: str) -> None:
        excellence = at(NATIONAL, self._case(), floor)["levels"]["excellence"]
        assert excellence["finding"] == "met"
        assert excellence["parts"]["coverage"] == "not_applicable"
        assert (excellence["failing"], excellence["missing"], excellence["deciding"]) == ([], [], [])

    def test_the_other_levels_and_parts_still_decide(self) -> None:
        found = at(NATIONAL, self._case(), "documented")
        assert found["levels"]["pioneer"]["failing"] == ["pioneer.rnd.virtual-validation"]
        without_outcome = but(self._case(), {"excellence.outcome.solutions": UNMET})
        assert at(NATIONAL, without_outcome)["levels"]["excellence"]["failing"] == ["excellence.outcome.solutions"]

    def test_a_waiver_needs_its_reason(self) -> None:
        with pytest.raises(BadInput, match=r"“excellence\.coverage” is empty"):
            read_case({"waivers": {"excellence.coverage": " "}}, "case.yaml", program(NATIONAL))

    def test_neimenggu_waives_nothing(self) -> None:
        with pytest.raises(BadInput, match=r"excellence\.coverage is a must and cannot be waived"):
            read_case(WAIVING, "case.yaml", program(NEIMENGGU))

    def _case(self, **changes: object) -> Case:
        read = read_case({**WAIVING, **changes}, "case.yaml", program(NATIONAL))
        return Case({**whole(NATIONAL).findings, **read.findings}, whole(NATIONAL).facts, read.waivers)


class TestNotApplicable:
    """What is not applicable is left out of its link and of every count."""

    @pytest.mark.parametrize("pack", DOCUMENTS)
    def test_a_link_is_covered_by_what_is_applicable(self, pack: str) -> None:
        left_out = Claim("not_applicable", "documented", "no transport inside the plant")
        for other, finding in ((Claim("met", "measured"), "met"), (UNMET, "unmet"), (None, "unknown")):
            claims = {"advanced.production.anomaly-warning": left_out, "advanced.production.precise-control": other}
            one = at(pack, but(whole(pack), claims), "documented")["levels"]["advanced"]
            assert (one["finding"], one["links"]["production"]) == (finding, finding)
            assert one["failing"] + one["missing"] == ([] if other and other.finding == "met" else [*claims][1:])

    @pytest.mark.parametrize("pack", DOCUMENTS)
    def test_it_needs_its_proof_like_any_finding(self, pack: str) -> None:
        claims = {"advanced.production.anomaly-warning": Claim("not_applicable", "documented", "no such equipment")}
        one = at(pack, but(whole(pack), claims), "measured")["levels"]["advanced"]
        assert (one["finding"], one["missing"]) == ("unknown", [*claims])


@pytest.mark.parametrize("pack", DOCUMENTS)
def test_what_is_encouraged_neither_helps_nor_harms(pack: str) -> None:
    encouraged = {row.id for row in stated(pack) if row.force == "encouraged"}
    assert {row.level for row in stated(pack) if row.force == "encouraged"} == {"basic", "advanced"}
    for claim in (UNMET, None, Claim("unknown", "measured")):
        assert at(pack, but(whole(pack), dict.fromkeys(encouraged, claim))) == at(pack, whole(pack))
    required = {row.id for row in stated(pack) if "basic" in row.levels and row.part == "build"}
    without = at(pack, but(whole(pack), dict.fromkeys(required, UNMET)))
    assert without["levels"]["basic"]["finding"] == "unmet"  # though all that is encouraged is met
