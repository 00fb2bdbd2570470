"""`linghang judge`: the document that programs read, and what a person sees."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from command_line import EXAMPLE, Linghang

from linghang.conditions.shelf import load_pack

LEVELS = ["basic", "advanced", "excellence", "pioneer"]
FLOORS = ["declared", "documented", "measured"]
PARTS = ["eligibility", "maturity", "coverage", "scenario_count", "outcome"]
LINKS = ["factory_construction", "rnd_design", "production", "production_management", "operations"]
FINDINGS = {"met", "unmet", "unknown"}


def level_documents(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for floor in document["floors"].values():
        yield from floor["levels"].values()


def written(folder: Path, text: str) -> Path:
    path = folder / "case.yaml"
    path.write_text(text, encoding="utf-8")
    return path


# --- the document ---


def test_the_document_has_the_keys_of_the_interface(linghang: Linghang) -> None:
    said = linghang("judge", EXAMPLE, "--json")
    assert (said.status, said.err) == (0, "")
    document = said.document
    assert list(document)[:2] == ["pack", "as_of"]
    assert (document["pack"], document["as_of"]) == ("national-2024", "2026-06-30")
    assert list(document["floors"]) == FLOORS
    for floor in document["floors"].values():
        assert list(floor) == ["confirmed", "possible", "levels"]
        assert list(floor["levels"]) == LEVELS
    for level in level_documents(document):
        assert {"finding", "parts", "failing", "missing", "deciding"} <= level.keys()
        assert level["finding"] in FINDINGS
        assert list(level["parts"]) == PARTS
        assert all(part in FINDINGS for name, part in level["parts"].items() if name != "scenario_count")


def test_the_document_says_what_the_example_amounts_to(linghang: Linghang) -> None:
    floors = linghang("judge", EXAMPLE, "--json").document["floors"]
    assert {floor: (one["confirmed"], one["possible"]) for floor, one in floors.items()} == {
        "declared": ("advanced", "advanced"),
        "documented": ("basic", "advanced"),
        "measured": (None, "excellence"),
    }
    advanced = floors["documented"]["levels"]["advanced"]
    weak = [
        "advanced.production.precise-control",
        "advanced.management.assisted-scheduling",
        "advanced.operations.supply-chain-digital",
    ]
    assert advanced["finding"] == "unknown"
    assert advanced["parts"] == dict.fromkeys(PARTS, "met") | {"coverage": "unknown", "scenario_count": None}
    assert (advanced["failing"], advanced["missing"], advanced["deciding"]) == ([], weak, [weak])
    excellence = floors["declared"]["levels"]["excellence"]
    assert (excellence["finding"], excellence["failing"]) == ("unmet", ["excellence.construction.virtual-factory"])
    assert excellence["deciding"] == [], "no evidence can settle what is unmet"


@pytest.mark.parametrize(
    ("pack", "without"), [("national-2024", "scenario_count"), ("neimenggu-2025", "outcome")], ids=str
)
def test_a_part_that_the_pack_does_not_have_is_null(
    pack: str, without: str, linghang: Linghang, tmp_path: Path
) -> None:
    document = linghang("judge", written(tmp_path, f"pack: {pack}\nas_of: 2026-06-30\n"), "--json").document
    for level in level_documents(document):
        assert [part for part, finding in level["parts"].items() if finding is None] == [without]


def test_of_an_empty_case_nothing_is_confirmed_and_all_is_possible(linghang: Linghang, tmp_path: Path) -> None:
    path = written(tmp_path, "pack: neimenggu-2025\nas_of: 2026-06-30\n")
    for floor in linghang("judge", path, "--json").document["floors"].values():
        assert (floor["confirmed"], floor["possible"]) == (None, "pioneer")
        assert floor["levels"]["basic"]["finding"] == "unknown"
        assert floor["levels"]["basic"]["deciding"] == [floor["levels"]["basic"]["missing"]]


def test_the_document_is_in_no_language_but_ids(linghang: Linghang) -> None:
    chinese = linghang("judge", EXAMPLE, "--json", lang="zh")
    assert chinese.document == linghang("judge", EXAMPLE, "--json", lang="en").document


def test_with_the_trace_every_element_is_in_the_document(linghang: Linghang) -> None:
    floors = linghang("judge", EXAMPLE, "--json", "--trace").document["floors"]
    asked = {(one.id, one.level) for one in load_pack("national-2024").elements if one.part != "coverage"}
    for floor in floors.values():
        assert {(one["id"], one["level"]) for one in floor["elements"]} == asked
    weak = next(one for one in floors["documented"]["elements"] if one["id"] == "advanced.production.precise-control")
    assert (weak["finding"], weak["stated"], weak["proof"], weak["reason"]) == (
        "unknown",
        "met",
        "declared",
        "below_floor",
    )
    assert weak["clause"].startswith("N24 三")
    assert "elements" not in linghang("judge", EXAMPLE, "--json").document["floors"]["declared"]


# --- pack, day, interpretation ---


def test_another_pack_may_judge_the_same_case(linghang: Linghang, tmp_path: Path) -> None:
    path = written(
        tmp_path, "pack: national-2024\nas_of: 2026-06-30\nfindings: {base.organisation: {finding: unmet}}\n"
    )
    document = linghang("judge", path, "--pack", "neimenggu-2025", "--json").document
    assert document["pack"] == "neimenggu-2025"
    assert document["floors"]["declared"]["levels"]["basic"]["failing"] == ["base.organisation"]


def test_another_day_may_be_the_day_of_judgement(linghang: Linghang) -> None:
    assert linghang("judge", EXAMPLE, "--as-of", "2025-01-01", "--json").document["as_of"] == "2025-01-01"


def test_without_a_day_the_case_is_judged_today(linghang: Linghang, tmp_path: Path) -> None:
    before = date.today()
    document = linghang("judge", written(tmp_path, "pack: national-2024\n"), "--json").document
    assert before <= date.fromisoformat(document["as_of"]) <= date.today()


def test_an_interpretation_is_used_and_shown(linghang: Linghang) -> None:
    strict = linghang("judge", EXAMPLE, "--json").document
    loose = linghang("judge", EXAMPLE, "--interpretation", "link_covered=any", "--json").document
    assert loose["interpretation"] == strict["interpretation"] | {"link_covered": "any"} != strict["interpretation"]
    excellence = [document["floors"]["declared"]["levels"]["excellence"] for document in (strict, loose)]
    assert [one["links"]["operations"] for one in excellence] == ["unknown", "unknown"]
    assert [one["links"]["production"] for one in excellence] == ["unknown", "met"]
    assert "link_covered = any" in linghang("judge", EXAMPLE, "--interpretation", "link_covered=any").out


def test_an_interpretation_in_numbers_is_used(linghang: Linghang, tmp_path: Path) -> None:
    path = written(tmp_path, "pack: neimenggu-2025\nas_of: 2026-06-30\nmaturity: {level: 1}\n")
    said = [
        linghang("judge", path, "--interpretation", f"basic_self_rating={level}", "--json").document for level in (1, 2)
    ]
    parts = [document["floors"]["declared"]["levels"]["basic"]["parts"]["maturity"] for document in said]
    assert parts == ["met", "unmet"]


def test_a_pack_of_ones_own_is_found_by_its_path(linghang: Linghang, tmp_path: Path) -> None:
    overlay = tmp_path / "city.yaml"
    overlay.write_text(
        """
format: linghang-pack/1
id: city
base: neimenggu-2025
short: C26
title: {zh: 市级, en: city}
valid: {from: 2026-01-01, to: null}
status: complete
changes:
  - remove: base.digital-capability
    basis: {zh: 市文件, en: city paper}
""",
        encoding="utf-8",
    )
    case = written(tmp_path, "as_of: 2026-06-30\nfindings: {base.organisation: {finding: met}}\n")
    document = linghang("judge", case, "--pack", overlay, "--json").document
    assert document["pack"] == "city"
    missing = document["floors"]["declared"]["levels"]["basic"]["missing"]
    assert "base.operating-normally" in missing
    assert "base.digital-capability" not in missing


# --- what a person sees ---


def test_the_ladder_shows_every_level_at_the_three_floors_side_by_side(linghang: Linghang) -> None:
    said = linghang("judge", EXAMPLE)
    assert (said.status, said.err) == (0, "")
    rows = {line.split()[0]: line.split()[1:] for line in said.out.splitlines() if line.strip()}
    assert "declared   documented   measured" in said.out
    ladder = said.out[said.out.index("The ladder") : said.out.index("What each level is made of")]
    rows = {line.split()[0]: line.split()[1:] for line in ladder.splitlines() if line.strip()}
    assert rows["advanced"] == ["✓", "met", "?", "unknown", "?", "unknown"]
    assert rows["confirmed"] == ["advanced", "basic", "–"]
    assert rows["possible"] == ["advanced", "advanced", "excellence"]


def test_the_reasons_are_given_for_the_next_level_up_and_name_clause_and_id(linghang: Linghang) -> None:
    out = linghang("judge", EXAMPLE).out
    assert "Why: excellence" in out
    failing = next(line for line in out.splitlines() if "excellence.construction.virtual-factory" in line)
    assert failing.split()[:3] == ["✗", "N24", "四.1"]
    assert "unmet · documented" in failing


def test_floor_and_level_of_the_reasons_may_be_chosen(linghang: Linghang) -> None:
    out = linghang("judge", EXAMPLE, "--floor", "documented", "--level", "advanced").out
    assert "at the floor “documented”" in out
    assert "Why: advanced" in out
    weak = [line for line in out.splitlines() if "the proof is too weak here" in line]
    assert len(weak) == 3
    assert "Deciding evidence: the 3 missing conditions" in out


def test_a_level_that_is_met_says_so(linghang: Linghang) -> None:
    assert "Every condition is met." in linghang("judge", EXAMPLE, "--level", "basic").out


def test_the_trace_shows_every_element(linghang: Linghang) -> None:
    shown = " ".join(linghang("judge", EXAMPLE, "--trace").out.split())
    plain = " ".join(linghang("judge", EXAMPLE).out.split())
    assert shown.count("N24 五.") > plain.count("N24 五.") == 0
    assert "maturity_level >= 4 → ✗ unmet" in shown


def test_a_waiver_is_shown_with_its_reason(linghang: Linghang, tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "pack: national-2024\nas_of: 2026-06-30\nwaivers: {excellence.coverage: the process has no design link}\n",
    )
    out = linghang("judge", path, "--level", "excellence").out
    assert "the process has no design link" in " ".join(out.split())
    document = linghang("judge", path, "--json").document
    assert document["floors"]["declared"]["levels"]["excellence"]["waived"] is True
    assert document["floors"]["declared"]["levels"]["pioneer"]["waived"] is False
