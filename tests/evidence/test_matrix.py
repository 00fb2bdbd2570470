"""The matrix of evidence: what state each element is in, and what would count."""

from datetime import date
from typing import Any

import pytest

from linghang.conditions.shelf import load_pack
from linghang.evidence.matrix import GAPS, Matrix, MatrixRow, Paper, matrix

DAY = date(2026, 11, 22)
PACK = load_pack("national-2024")
MONITORING = "basic.production.realtime-monitoring"  # a capability: measured proof at the strictest floor
ROLE = "advanced.outcome.provincial-role"  # no capability: documented proof is enough


def observation(value: str, proof: str, kind: str, until: str | None = None, **detail: Any) -> dict[str, Any]:
    return {
        "value": value,
        "proof": proof,
        "source": {"kind": kind, "id": "source"},
        "window": ["2026-11-21", "2026-11-22"],
        "valid_until": until,
        "detail": detail,
        "digest": "d" * 64,
    }


def paper(**changes: Any) -> Paper:
    return Paper(**({"id": "E0001", "title": "证", "kind": "certificate", "state": "current"} | changes))


def made(
    found: dict[str, dict[str, Any]] | None = None,
    documents: tuple[Paper, ...] = (),
    level: str | None = None,
    maturity: dict[str, Any] | None = None,
) -> Matrix:
    """A matrix of an assessment that found nothing but what is given."""
    nothing = {"finding": "unknown", "proof": None, "reason": None, "needs": [], "observations": []}
    floors = {floor: {"levels": {}} for floor in ("declared", "documented", "measured")}
    assessed = {
        "elements": [nothing | (found or {}).get(one.id, {}) for one in PACK.elements],
        "fields": {
            "maturity_level": {"value": None, "proof": None, "reason": None, "observations": []} | (maturity or {})
        },
        "floors": floors,
    }
    return matrix(PACK, assessed, documents, DAY, level, lambda one: ["an.engine"] if one == MONITORING else [])


def row(found: Matrix, id: str) -> MatrixRow:
    return next(one for one in found.rows if one.id == id)


def spoken(finding: str, proof: str | None, *said: dict[str, Any], reason: str | None = None) -> dict[str, Any]:
    return {"finding": finding, "proof": proof, "reason": reason, "observations": list(said)}


@pytest.mark.parametrize(
    ("element", "found", "gap"),
    [
        (ROLE, spoken("met", "documented", observation("met", "documented", "document")), "proved"),
        (ROLE, spoken("met", "declared", observation("met", "declared", "signatory")), "weak"),
        (ROLE, spoken("unmet", "documented", observation("unmet", "documented", "document")), "proved"),
        (MONITORING, spoken("met", "documented", observation("met", "documented", "records")), "weak"),
        (MONITORING, spoken("met", "measured", observation("met", "measured", "engine")), "proved"),
        (ROLE, spoken("unknown", "documented", reason="contradicted"), "contradicted"),
        (
            ROLE,
            spoken("unknown", None, observation("met", "documented", "records", "2026-01-01"), reason="stale"),
            "stale",
        ),
        (
            ROLE,
            spoken("unknown", None, observation("met", "documented", "document", "2026-01-01"), reason="stale"),
            "expired",
        ),
        (ROLE, spoken("unknown", None, reason="withdrawn"), "none"),
    ],
)
def test_each_element_is_in_one_state(element: str, found: dict[str, Any], gap: str) -> None:
    assert row(made({element: found}), element).gap == gap


def test_documents_that_are_to_prove_an_element_stand_beside_it_with_their_state() -> None:
    papers = (
        paper(proves=(ROLE,), state="expired"),
        paper(id="E0002", proves=("base.talent",)),
        paper(id="E0003", states=(f"{ROLE}=met",), state="retired"),
    )
    found = row(made(documents=papers), ROLE)
    assert [(one.id, one.state, one.states) for one in found.documents] == [
        ("E0001", "expired", None),
        ("E0003", "retired", "met"),
    ]
    assert row(made(documents=papers[:1]), ROLE).gap == "expired"
    assert row(made(documents=(paper(proves=(ROLE,)),)), ROLE).gap == "none"  # a link alone proves nothing


def test_maturity_shows_what_speaks_of_the_level() -> None:
    said = observation("3", "documented", "document", document={"number": "E0007"}) | {"value": {"decimal": "3"}}
    papers = (paper(id="E0007", proves=("field:maturity_level",), states=("maturity_level=3",)),)
    found = row(made(documents=papers, maturity={"proof": "documented", "observations": [said]}), "base.maturity")
    assert [(one.value, one.document) for one in found.speakers] == [("3", "E0007")]
    assert [(one.id, one.states) for one in found.documents] == [("E0007", "3")]
    (way,) = [one for one in found.wanted if one.kind == "document"]
    assert (way.name, way.stated) == ("maturity_report", "maturity_level=N")


def test_what_would_count_is_named_for_each_floor() -> None:
    found = row(made(), MONITORING)
    by_floor = {floor: [one.kind for one in found.wanted if one.floor == floor] for floor in ("documented", "measured")}
    assert by_floor == {"documented": ["document"], "measured": ["engine", "records"]}
    assert next(one for one in found.wanted if one.kind == "engine").name == "an.engine"
    assert next(one for one in found.wanted if one.kind == "records").name == "equipment_state equipment"
    nothing = row(made(), "advanced.operations.cost-control")
    assert [one.kind for one in nothing.wanted if one.floor == "measured"] == ["nothing"]
    assert [one.floor for one in row(made(), ROLE).wanted] == ["documented"]  # no measured proof is asked of it


def test_nothing_more_is_wanted_of_what_is_proved() -> None:
    proved = spoken("met", "measured", observation("met", "measured", "engine"))
    assert row(made({MONITORING: proved}), MONITORING).wanted == ()


def test_the_summary_counts_every_row_once_by_level_and_link() -> None:
    found = made()
    assert sum(sum(one.values()) for one in found.summary.values()) == len(found.rows) == len(PACK.elements)
    assert all(set(one) == set(GAPS) for one in found.summary.values())
    assert ("basic", "production") in found.summary
    advanced = made(level="advanced")
    assert {one.level for one in advanced.rows} == {"advanced", "all"}
