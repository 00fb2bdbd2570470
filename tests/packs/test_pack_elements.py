"""Every element of both documents, clause by clause: what it decides when it is met, unmet or unknown."""

import pytest
from golden_packs import (
    DOCUMENTS,
    FLOORS,
    NATIONAL,
    WEAKEST,
    Example,
    Row,
    element_examples,
    own_rows,
    program,
    rows,
    said,
    whole,
)

from linghang.errors import BadInput
from linghang.judge.case import Case, Claim, read_case
from linghang.judge.findings import FINDINGS
from linghang.judge.program import Asked
from linghang.judge.reference import judge

EXAMPLES = [example for pack in DOCUMENTS for example in element_examples(pack)]
ROWS = [row for pack in DOCUMENTS for row in own_rows(pack)]


@pytest.mark.parametrize("example", EXAMPLES)
def test_decides_its_level_and_no_other(example: Example) -> None:
    verdict = judge(program(example.pack), example.case)
    assert said(verdict) == {floor: example.expected(floor) for floor in FLOORS}


@pytest.mark.parametrize("row", ROWS)
def test_is_traced_to_its_clause(row: Row) -> None:
    asked = next(one for one in _asked(row.pack) if (one.id, one.level) == (row.id, row.level))
    assert asked.cited == f"{row.document} {row.clause}"
    assert (asked.part, asked.link or "", asked.kind, asked.force) == (row.part, row.link, row.kind, row.force)


@pytest.mark.parametrize("row", [row for row in ROWS if row.part in ("eligibility", "build", "outcome")])
def test_its_finding_is_shown_whether_it_decides_or_not(row: Row) -> None:
    for finding in FINDINGS:
        for floor in FLOORS:
            assert _found(row, Claim(finding, "measured"))[floor] == (finding, None)
    for proof in ("declared", "documented"):
        found = _found(row, Claim("unmet", proof))
        for floor, weakest in zip(FLOORS, WEAKEST[row.kind], strict=True):
            counts = FLOORS.index(proof) >= FLOORS.index(weakest)
            assert found[floor] == (("unmet", None) if counts else ("unknown", "below_floor")), (proof, floor)
    assert set(_found(row, None).values()) == {("unknown", "not_stated")}


@pytest.mark.parametrize("pack", DOCUMENTS)
def test_nothing_else_is_asked(pack: str) -> None:
    assert sorted(one.key for one in _asked(pack)) == sorted(f"{row.id}@{row.level}" for row in rows(pack))


@pytest.mark.parametrize("row", ROWS)
def test_only_what_is_asked_in_principle_can_be_waived(row: Row) -> None:
    case = {"waivers": {row.id: "the plant designs nothing of its own"}}
    if (row.pack, row.id) == (NATIONAL, "excellence.coverage"):  # 原则上应覆盖全部五个环节
        assert row.id in read_case(case, "case.yaml", program(row.pack)).waivers
    else:
        with pytest.raises(BadInput, match=rf"{row.id} is a must and cannot be waived"):
            read_case(case, "case.yaml", program(row.pack))


@pytest.mark.parametrize("row", [row for row in ROWS if row.part in ("maturity", "coverage", "scenario_count")])
def test_follows_from_facts_and_cannot_be_stated(row: Row) -> None:
    case = {"findings": {row.id: {"finding": "met"}}}
    with pytest.raises(BadInput, match=rf"the finding of {row.id} is derived and cannot be stated"):
        read_case(case, "case.yaml", program(row.pack))


def _found(row: Row, claim: Claim | None) -> dict[str, tuple[str, str | None]]:
    """Per floor what counts as found for an element of which `claim` is all that is said, and why."""
    verdict = judge(program(row.pack), Case({row.id: claim} if claim else {}))
    return {
        name: next((one.finding, one.reason) for one in floor.elements if one.asked.id == row.id)
        for name, floor in verdict.floors.items()
    }


def _asked(pack: str) -> list[Asked]:
    """Everything that a verdict traces: its elements, and the coverage of each level."""
    traced = judge(program(pack), whole(pack)).floors["declared"].elements
    return [one.asked for one in traced] + [plan.coverage for plan in program(pack).plans if plan.coverage]
