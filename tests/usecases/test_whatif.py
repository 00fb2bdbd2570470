"""What-if: beside the judgement that there is, undone without a trace, and nothing written anywhere."""

from datetime import UTC, date, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from example_works import works_at
from linghang.conditions.shelf import load_pack
from linghang.errors import BadInput
from linghang.judge.case import Case, Claim, Fact
from linghang.judge.findings import FINDINGS, FLOORS
from linghang.judge.program import prepare
from linghang.judge.reference import judge
from linghang.roadmap.whatif import Change, apply, read_changes, undoing
from linghang.usecases.judging import Judged
from linghang.usecases.whatif import beside, whatif

DAY = date(2026, 6, 30)
NOW = datetime(2026, 6, 30, 3, tzinfo=UTC)
PACK = load_pack("national-2024")
PROGRAM = prepare(PACK, DAY)
CLAIMABLE = sorted(PROGRAM.claimable)
EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "wheel-works.yaml"
OPEN = "basic.production.process-automation"

claims = st.builds(Claim, st.sampled_from(FINDINGS), st.sampled_from(FLOORS))
facts = st.builds(Fact, st.integers(0, 5).map(Decimal), st.sampled_from(FLOORS))
cases = st.builds(
    Case,
    st.dictionaries(st.sampled_from(CLAIMABLE), claims, max_size=8),
    st.dictionaries(st.sampled_from(sorted(PROGRAM.fields)), facts, max_size=3),
)
changes = st.lists(
    st.one_of(
        st.builds(Change, st.just("findings"), st.sampled_from(CLAIMABLE), st.none() | claims),
        st.builds(Change, st.just("facts"), st.sampled_from(sorted(PROGRAM.fields)), st.none() | facts),
    ),
    max_size=8,
)


def perfect() -> Case:
    """A case in which everything is met, measured."""
    return Case(
        {name: Claim("met", "measured") for name in CLAIMABLE}, {"maturity_level": Fact(Decimal(5), "measured")}
    )


def judged(case: Case) -> Judged:
    return Judged(judge(PROGRAM, case), case, PACK)


@given(cases, changes)
def test_undoing_gives_the_case_that_there_was(case: Case, made: list[Change]) -> None:
    there = apply(case, made)
    assert apply(there, undoing(case, made)) == case


@given(cases, changes)
def test_the_case_itself_stays_as_it_is(case: Case, made: list[Change]) -> None:
    before = (dict(case.findings), dict(case.facts))
    apply(case, made)
    assert (dict(case.findings), dict(case.facts)) == before


def test_a_finding_set_counts_at_every_floor_unless_it_says_less() -> None:
    case = apply(perfect(), [Change("findings", OPEN, None)])
    strong = beside(judged(case), [f"{OPEN}=met"]).after.verdict
    weak = beside(judged(case), [f"{OPEN}=met@documented"]).after.verdict
    assert [one.confirmed for one in strong.floors.values()] == ["pioneer"] * 3
    assert [one.levels["basic"].finding for one in weak.floors.values()] == ["met", "met", "unknown"]


def test_what_is_set_to_unknown_is_no_longer_known() -> None:
    found = beside(judged(perfect()), [f"{OPEN}=unknown", "maturity_level=unknown"])
    assert OPEN not in found.after.case.findings
    assert "maturity_level" not in found.after.case.facts
    assert found.after.verdict.floors["declared"].levels["basic"].missing == ("maturity", OPEN)
    assert found.after.verdict.floors["declared"].levels["basic"].finding == "unknown"


def test_only_what_differs_is_named() -> None:
    found = beside(judged(perfect()), ["maturity_level=3"])
    assert {(one.level, one.id, one.before, one.after) for one in found.differing()} == {
        ("pioneer", "maturity", "met", "unmet")
    }


def test_an_interpretation_is_judged_beside_the_packs() -> None:
    case = apply(perfect(), [Change("findings", OPEN, Claim("unmet", "measured"))])
    found = beside(judged(case), interpretation={"link_covered": "any"})
    assert found.interpretation == {"link_covered": ("all", "any")}
    assert found.before.verdict.floors["declared"].confirmed == found.after.verdict.floors["declared"].confirmed
    found = whatif(EXAMPLE, ["excellence.construction.virtual-factory=met"], now=NOW, as_of=DAY)
    assert {one.id for one in found.differing()} == {"excellence.construction.virtual-factory"}


def test_another_pack_reads_what_it_knows_and_names_the_rest() -> None:
    found = whatif(EXAMPLE, now=NOW, pack="neimenggu-2025")
    assert found.after.pack.id == "neimenggu-2025"
    assert "base.finance-sound" in found.left_out
    assert "base.finance-sound" not in found.after.case.findings


def test_a_workspace_is_not_touched_by_a_single_byte(tmp_path: Path) -> None:
    folder = works_at(tmp_path / "works", None)

    def digests() -> dict[str, str]:
        return {
            str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }

    before = digests()
    now, day = datetime(2025, 4, 15, 3, tzinfo=UTC), date(2025, 4, 15)
    found = whatif(folder, ["base.talent=met", "maturity_level=4"], now=now, as_of=day)
    whatif(folder, now=now, as_of=day, interpretation={"key_equipment_share": Decimal("0.01")})
    whatif(folder, now=now, as_of=day, pack="neimenggu-2025")
    assert found.after.case.facts["maturity_level"].value == 4
    assert digests() == before


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("excelence.construction.virtual-factory=met", "did you mean excellence.construction.virtual-factory"),
        ("base.talent=yes", "“yes” is not one of met, unmet, unknown, not_applicable"),
        ("base.talent=met@loud", "“loud” is not one of declared, documented, measured"),
        ("base.talent", "--set takes NAME=VALUE"),
        ("=met", "--set takes NAME=VALUE"),
        ("maturity_level=9", "lies between 0 and 5, not 9"),
        ("maturity_level=met", "must be a whole number"),
        ("base.maturity=met", "is derived and cannot be stated"),
        ("base.maturity=unknown", "is derived and cannot be stated"),
    ],
)
def test_what_cannot_be_is_refused_by_name(said: str, message: str) -> None:
    with pytest.raises(BadInput) as refusal:
        beside(judged(perfect()), [said])
    assert message in str(refusal.value)


def test_a_name_is_set_once() -> None:
    with pytest.raises(BadInput, match="set twice"):
        read_changes(["base.talent=met", "base.talent=unmet"], PROGRAM)
