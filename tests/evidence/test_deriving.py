"""What all derivations share: nothing from nothing, what is asked only, and observations carry what they rest on."""

from dataclasses import replace
from datetime import UTC, date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from small_plants import (
    AS_OF,
    BY_ID,
    MADE,
    NATIONAL,
    NEIMENGGU,
    at,
    example,
    look,
    ran,
    run,
    standing,
    table_of,
    thresholds_of,
)

from linghang.conditions.shelf import load_pack, pack_ids
from linghang.errors import BadInput
from linghang.evidence.catalogue import DERIVATIONS
from linghang.evidence.coverage import ENGINE_RUNS
from linghang.evidence.derive import Derivation, Found, Look, Needs, Noted, derive
from linghang.evidence.observation import Source
from linghang.judge.program import prepare
from linghang.plant.tables import TABLES
from linghang.words import Text

BY_RUN = {one.id for one in ENGINE_RUNS}
"""Derivations that read what engines proved, and no tables."""
EVERYTHING: dict[str, list[dict[str, Any]]] = {name: list(table.info["examples"]) for name, table in TABLES.items()}
"""A plant of the example rows, which all lie in the windows before the day."""


def asked() -> set[str]:
    """All elements and fields that one of the packs asks."""
    names: set[str] = set()
    for pack in pack_ids():
        program = prepare(load_pack(pack), AS_OF)
        names |= program.claimable | set(program.fields)
    return names


def test_there_are_derivations_and_each_has_a_name_of_its_own() -> None:
    assert len(BY_ID) == len(DERIVATIONS) > 40


@pytest.mark.parametrize("derivation", DERIVATIONS, ids=lambda one: one.id)
def test_a_derivation_is_about_what_a_pack_asks_and_reads_tables_of_the_plant(derivation: Derivation) -> None:
    assert derivation.about
    assert set(derivation.about) <= asked()
    assert bool(derivation.tables) == (derivation.id not in BY_RUN)
    assert set(derivation.tables) <= set(TABLES)
    assert all(derivation.text)


@pytest.mark.parametrize("derivation", BY_ID)
def test_empty_tables_prove_nothing(derivation: str) -> None:
    found = run(derivation, look({}, pack=NEIMENGGU))
    assert found.observations == ()
    if derivation in BY_RUN:
        assert all(one.startswith("engine:") for what in found.needs.values() for one in what)
        assert set(found.needs) == set(BY_ID[derivation].about)
    else:
        assert found.needs == dict.fromkeys(BY_ID[derivation].about, BY_ID[derivation].tables[:1])


@pytest.mark.parametrize(
    ("derivation", "table"),
    [
        (one.id, table)
        for one in DERIVATIONS
        for table in one.tables
        if one.id not in ("product_design", "process_design", "design_data") or table != "software_function"
    ],
)
def test_any_one_empty_table_leaves_it_open(derivation: str, table: str) -> None:
    """But for software of a telling kind, which needs no list of its functions."""
    found = run(derivation, replace(rich(), tables={**rich().tables, table: table_of(table)}))
    assert found.observations == ()
    assert set(found.needs) == set(BY_ID[derivation].about)
    assert all(what and all(what) for what in found.needs.values())


FUNCTIONS = TABLES["software_function"].c.function.info["choices"]
KNOWN = {f"indicator-{n}": Decimal(n) for n in range(5)}
STANDINGS = {
    name: tuple(standing(one) for one in KNOWN)
    for name in ("province.average", "province.leading", "country.leading", "world.leading")
}
RUNS = {
    element: (ran(element, engine, 9, 10),)
    for element, engine in (
        ("advanced.production.anomaly-warning", "equipment.anomaly_warning"),
        ("advanced.production.online-process-analysis", "production.process_analysis"),
        ("advanced.production.precise-control", "production.control"),
        ("advanced.management.assisted-scheduling", "scheduling.finite_capacity"),
    )
}
MONTHS = [date(2024, month, 1) for month in range(4, 13)] + [date(2025, month, 1) for month in range(1, 4)]
RICH: dict[str, list[dict[str, Any]]] = {
    **EVERYTHING,
    "equipment": EVERYTHING["equipment"][:1],
    "equipment_state": [example("equipment_state", start=at("2025-03-01"), end=at("2025-04-15"))],
    "software": [
        example("software", software_id=kind, kind=kind, retired_on=None) for kind in ("MES", "ERP", "PLM", "CAPP")
    ],
    "software_function": [
        example("software_function", software_id=one, function=function)
        for one in ("MES", "ERP")
        for function in FUNCTIONS
    ],
    "system_link": [example("system_link", from_software_id="ERP", to_software_id="MES", retired_on=None)],
    "person": [example("person", person_id=str(n), left_on=None) for n in range(3)],
    "finance_month": [example("finance_month", month=month) for month in MONTHS],
    "lot": EVERYTHING["lot"][:1],
    "scene_built": [
        example("scene_built", scene_id=level, level_list=level, retired_on=None)
        for level in ("basic", "advanced", "excellence", "pioneer")
    ],
}
"""A plant whose records answer everything."""


@cache
def rich() -> Look:
    return look(RICH, pack=NEIMENGGU, indicators=KNOWN, standings=STANDINGS, coverages=RUNS)


@pytest.mark.parametrize("derivation", DERIVATIONS, ids=lambda one: one.id)
def test_an_observation_carries_what_it_rests_on(derivation: Derivation) -> None:
    found = run(derivation.id, rich())
    assert found.needs == {}
    assert [one.about for one in found.observations] == list(derivation.about)
    for one in found.observations:
        assert one.value == (Decimal(1) if derivation.id.startswith("scenes.") else "met")
        assert one.proof == derivation.proof
        assert one.subject == "plant"
        assert one.made_at == MADE
        assert one.window_to == AS_OF
        assert one.valid_until == AS_OF + timedelta(90)
        assert (one.source.kind, one.source.id) == ("records", derivation.id)
        assert one.source.version
        assert one.detail["tables"] == list(derivation.tables)
        assert len(one.detail) > 1


def reads(derivation: str, pack: str) -> set[str]:
    """The interpretations that a derivation reads where the records answer everything."""
    seen = rich()
    noted = Noted({**thresholds_of(NEIMENGGU), **thresholds_of(pack)})
    BY_ID[derivation].run(replace(seen, thresholds=noted))
    return noted.read | {name for name in (BY_ID[derivation].window_days,) if name}


def test_interpretations_that_are_known_to_decide_are_read() -> None:
    assert reads("incidents", NATIONAL) == {"incident_severity", "incident_domains", "incident_months"}
    assert reads("monitoring", NATIONAL) == {
        "monitoring_window_days",
        "monitored_time_share",
        "open_state_days",
        "key_equipment_share",
    }
    assert reads("traceability", NATIONAL) == {"system_window_days", "traceable_share"}
    assert reads("benchmark.province.average", NATIONAL) == {"benchmark_minimum", "benchmark_share"}
    assert reads("enterprise.above_scale", NATIONAL) == set()


@pytest.mark.parametrize("pack", pack_ids())
def test_every_interpretation_that_is_read_stands_in_the_packs_that_ask_for_it(pack: str) -> None:
    program = prepare(load_pack(pack), AS_OF)
    wanted = program.claimable | set(program.fields)
    words = {"incident_severity", "incident_domains", "region_code"}
    for one in DERIVATIONS:
        if wanted.isdisjoint(one.about):
            continue
        for name in {*reads(one.id, pack), "record_evidence_valid_days"}:
            assert isinstance(thresholds_of(pack).get(name), str if name in words else Decimal), (one.id, name)


@pytest.mark.parametrize("derivation", BY_ID)
def test_the_settings_digest_changes_with_every_interpretation_that_is_read_and_no_other(derivation: str) -> None:
    def digest(**thresholds: Any) -> str:
        seen = replace(rich(), thresholds={**rich().thresholds, **thresholds})
        (first, *_) = run(derivation, seen).observations
        assert {name: first.detail[name] for name in read} == {name: str(seen.thresholds[name]) for name in read}
        return first.source.settings_digest

    read = reads(derivation, NEIMENGGU)
    before = digest()
    for name, value in thresholds_of(NEIMENGGU).items():
        if isinstance(value, Decimal):
            smaller = value - 1 if value > 1 else value / 2
            assert (digest(**{name: smaller}) != before) == (name in read), name


@pytest.mark.parametrize("derivation", BY_ID)
def test_the_input_digest_covers_the_tables_that_are_read_and_no_other(derivation: str) -> None:
    one, seen = BY_ID[derivation], rich()

    def digest(changed: str | None = None) -> str:
        digests = {name: f"{name} changed" if name == changed else name for name in TABLES}
        return derive([one], seen, digests.__getitem__, one.about, MADE).observations[0].source.input_digest

    before = digest()
    assert {name for name in TABLES if digest(name) != before} == set(one.tables)


def test_the_zone_of_the_plant_is_part_of_the_input() -> None:
    def digest(zone: str) -> str:
        seen = replace(rich(), zone=ZoneInfo(zone))
        return derive([BY_ID["talent"]], seen, str, ["base.talent"], MADE).observations[0].source.input_digest

    assert digest("Asia/Shanghai") == digest("Asia/Shanghai") != digest("Asia/Urumqi")


def test_a_changed_row_changes_the_input_digest_and_nothing_else_of_the_source() -> None:
    def source(role: str) -> Source:
        people = [{"person_id": str(n), "left_on": None, "role": role} for n in range(3)]
        return run("talent", look({"person": people})).observations[0].source

    assert source("工程师") == source("工程师")
    assert replace(source("技师"), input_digest="") == replace(source("工程师"), input_digest="")
    assert source("技师") != source("工程师")


def test_elements_that_the_pack_does_not_ask_are_left_out() -> None:
    seen = rich()
    program = prepare(load_pack(NATIONAL), AS_OF)
    known = program.claimable | set(program.fields)
    found = derive(DERIVATIONS, seen, lambda name: name, known, MADE)
    about = {one.about for one in found.observations} | set(found.needs)
    assert about == {name for one in DERIVATIONS for name in one.about} & known
    assert "base.registered-in-region" not in about
    assert derive(DERIVATIONS, seen, lambda name: name, [], MADE).observations == ()


def test_what_one_derivation_answers_another_need_not() -> None:
    """The register of software proves by document what has no transactions yet."""
    rows = {name: RICH[name] for name in ("software", "software_function")}
    seen = look(rows)
    element = "basic.operations.sales"
    found = derive(DERIVATIONS, seen, lambda name: name, [element], MADE)
    assert [(one.about, one.proof) for one in found.observations] == [(element, "documented")]
    assert found.needs == {}
    nothing = derive(DERIVATIONS, look({}), lambda name: name, [element], MADE)
    assert nothing.needs == {element: ("software", "sales_order")}


def test_an_assessment_of_an_earlier_day_does_not_see_what_came_afterwards() -> None:
    """Nor, long afterwards, what is too old."""
    windowed = [one.id for one in DERIVATIONS if one.window_days]
    assert len(windowed) >= 14
    tables = {**rich().tables, "equipment_state": table_of("equipment_state", [{}])}
    for day in (date(2018, 1, 1), date(2032, 1, 1)):
        for derivation in windowed:
            assert run(derivation, replace(rich(), tables=tables, as_of=day)).observations == (), (derivation, day)


# --- what a derivation may see ---


def test_days_begin_at_the_plants_midnight() -> None:
    start, end = look({}).window(30)
    assert (start, end) == (at("2025-03-16"), at("2025-04-15"))
    assert start.tzinfo is UTC


def test_an_interpretation_that_is_no_number_is_refused() -> None:
    seen = look({})
    assert seen.number("talent_minimum") == 3
    assert seen.days("incident_months") == 36
    for name in ("incident_severity", "nothing"):
        with pytest.raises(BadInput, match=f"no number for the interpretation {name}"):
            seen.number(name)


def test_reading_a_mapping_is_noted() -> None:
    noted = Noted({"a": Decimal("0.80"), "b": "word"})
    assert noted.used() == {}
    assert noted.get("c") is None
    assert noted["a"] == Decimal("0.8")
    assert noted.used() == {"a": "0.80"}
    assert list(noted) == ["a", "b"]
    assert noted.used() == {"a": "0.80", "b": "word"}


def test_one_answer_counts_for_every_element_that_it_is_about() -> None:
    def decide(seen: Look) -> Found | Needs:
        return Found("unmet", {"rows": seen.tables["factory"].num_rows})

    one = Derivation("both", ("a", "b", "c"), ("factory",), "declared", Text("两者", "both"), decide)
    found = derive([one], look({"factory": [{}]}), lambda name: name, ["a", "c"], MADE)
    assert [(each.about, each.value) for each in found.observations] == [("a", "unmet"), ("c", "unmet")]
    assert len({each.source for each in found.observations}) == 1
    assert derive([one], look({}), lambda name: name, ["a", "c"], MADE).needs == {"a": ("factory",), "c": ("factory",)}
