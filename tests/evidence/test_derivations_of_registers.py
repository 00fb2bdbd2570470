"""Derivations from registers: the enterprise, incidents, people, software and its links, accounts, scenes."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from small_plants import AS_OF, BY_ID, NATIONAL, NEIMENGGU, ZONE, answer, at, numbered, observed

TODAY, YESTERDAY = AS_OF, AS_OF - timedelta(1)

# --- the enterprise ---

FLAGS = {
    "enterprise.above_scale": ("above_scale", True),
    "enterprise.finance": ("finance_sound", True),
    "enterprise.operating": ("operating_normally", True),
    "enterprise.credit": ("credit_clean", True),
    "enterprise.dishonest": ("on_dishonest_list", False),
    "enterprise.law": ("law_abiding", True),
}


@pytest.mark.parametrize("derivation", FLAGS)
def test_the_register_says_yes_no_or_nothing(derivation: str) -> None:
    column, good = FLAGS[derivation]
    needs = (f"enterprise.{column}",)
    assert answer(derivation, {"enterprise": [{column: good}]}) == "met"
    assert answer(derivation, {"enterprise": [{column: not good}]}) == "unmet"
    assert answer(derivation, {"enterprise": [{column: None}]}) == needs
    two = [{column: good}, {column: not good, "enterprise_id": "B"}]
    assert answer(derivation, {"enterprise": two}) == needs
    assert observed(derivation, {"enterprise": [{column: good}]}).detail["column"] == needs[0]


@pytest.mark.parametrize(("code", "value"), [("150581", "met"), ("15", "met"), ("150000", "met"), ("110105", "unmet")])
def test_the_enterprise_is_registered_in_the_region_of_the_pack(code: str, value: str) -> None:
    assert answer("enterprise.region", {"enterprise": [{"region_code": code}]}, pack=NEIMENGGU) == value


def test_two_enterprises_in_different_regions_leave_the_region_open() -> None:
    rows = {"enterprise": [{"region_code": "150581"}, {"enterprise_id": "B", "region_code": "110105"}]}
    assert answer("enterprise.region", rows, pack=NEIMENGGU) == ("enterprise.region_code",)
    rows["enterprise"][1]["region_code"] = "150102"
    assert answer("enterprise.region", rows, pack=NEIMENGGU) == "met"


BRANCHES = ("25", "2511", "C25", "C2511", "16", "C1620", "32", "3216", "36", "3670", "C3670", "07", "B07", "0710")
OTHERS = ("24", "C26", "3130", "17", "37", "06", "B08", "0810", "D44", "4415", "C33")


@pytest.mark.parametrize("code", BRANCHES)
def test_in_five_industries_a_branch_may_apply(code: str) -> None:
    row = {"industry_code": code, "legal_person": False}
    assert answer("enterprise.legal_person", {"enterprise": [row]}) == "met"
    assert answer("enterprise.legal_person", {"enterprise": [{**row, "above_scale": False}]}) == "unmet"
    assert answer("enterprise.legal_person", {"enterprise": [{**row, "credit_code": ""}]}) == "unmet"


@pytest.mark.parametrize("code", OTHERS)
def test_in_other_industries_only_a_legal_person_may_apply(code: str) -> None:
    row = {"industry_code": code, "legal_person": False}
    assert answer("enterprise.legal_person", {"enterprise": [row]}) == "unmet"
    assert answer("enterprise.legal_person", {"enterprise": [{**row, "legal_person": True}]}) == "met"


@pytest.mark.parametrize("row", [{"above_scale": None}, {"legal_person": None, "industry_code": "24"}], ids=str)
def test_what_the_register_leaves_out_of_size_and_person_leaves_it_open(row: dict[str, Any]) -> None:
    assert answer("enterprise.legal_person", {"enterprise": [row]}) == (
        "enterprise.above_scale",
        "enterprise.legal_person",
    )


def test_of_two_enterprises_none_is_the_applicant() -> None:
    assert answer("enterprise.legal_person", {"enterprise": [{}, {"enterprise_id": "B"}]}) == ("enterprise",)


# --- incidents ---


def incidents(*rows: dict[str, Any], **options: Any) -> Any:
    """The harmless incident of the register stands beside those given."""
    numbers = [{"incident_id": f"I{n}", **row} for n, row in enumerate(rows)]
    return answer("incidents", {"incident": [{"severity": "general"}, *numbers]}, **options)


SEVERITIES = ("general", "larger", "major", "extraordinary")
DOMAINS = ("safety", "environment", "quality", "cyber")
COUNTS = {NATIONAL: (SEVERITIES[1:], DOMAINS[:2]), NEIMENGGU: (SEVERITIES[2:], DOMAINS[:3])}


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("severity", SEVERITIES)
@pytest.mark.parametrize("pack", COUNTS)
def test_incidents_count_by_the_severity_and_domains_of_the_pack(pack: str, severity: str, domain: str) -> None:
    severities, domains = COUNTS[pack]
    counts = severity in severities and domain in domains
    assert incidents({"severity": severity, "domain": domain}, pack=pack) == ("unmet" if counts else "met")


@pytest.mark.parametrize(
    ("moment", "counts"),
    [
        (at("2022-04-15"), True),
        (at("2022-04-14", "23:59:59.999999"), False),
        (at("2025-04-14", "23:59:59.999999"), True),
        (at("2025-04-15"), False),
    ],
    ids=str,
)
def test_incidents_count_for_three_years_from_the_plants_midnight(moment: datetime, counts: bool) -> None:
    assert incidents({"severity": "major", "at": moment}) == ("unmet" if counts else "met")


def test_a_reviewer_may_look_back_for_longer() -> None:
    long_ago = {"severity": "major", "at": at("2022-04-14")}
    assert incidents(long_ago) == "met"
    assert incidents(long_ago, incident_months=Decimal(37)) == "unmet"
    short = observed("incidents", {"incident": [{}]})
    longer = observed("incidents", {"incident": [{}]}, incident_months=Decimal(37))
    assert short.detail["incident_months"] == "36"
    assert short.source.settings_digest != longer.source.settings_digest
    assert short.source.input_digest == longer.source.input_digest


def test_an_empty_register_of_incidents_says_nothing() -> None:
    assert answer("incidents", {}) == ("incident",)
    assert answer("incidents", {"incident": [{"at": at("2025-04-15")}]}) == ("incident",)


def test_incidents_that_count_are_counted() -> None:
    worse = [{"incident_id": f"I{n}", "severity": "major", "at": at("2024-06-03")} for n in range(2)]
    detail = observed("incidents", {"incident": [{}, *worse]}).detail
    assert (detail["incidents"], detail["register_rows"]) == (2, 3)
    assert (detail["incident_severity"], detail["incident_domains"]) == ("larger", "safety_environment")
    assert detail["domains"] == ["safety", "environment"]


# --- people ---

TALENT_OPEN = ("person.smart_manufacturing, person.joined_on",)


def people(count: int, **changes: Any) -> list[dict[str, Any]]:
    name = "-".join(map(str, changes.values()))
    return [{**row, "person_id": f"{row['person_id']}{name}"} for row in numbered("person_id", count, **changes)]


@pytest.mark.parametrize(
    ("rows", "value"),
    [
        (people(3), "met"),
        (people(2), "unmet"),
        (people(2) + people(1, smart_manufacturing=None), TALENT_OPEN),
        (people(3) + people(9, smart_manufacturing=None), "met"),
        (people(1) + people(1, smart_manufacturing=None), "unmet"),
        (people(9, smart_manufacturing=False), "unmet"),
        (people(3, joined_on=None), TALENT_OPEN),
        (people(3, joined_on=None, smart_manufacturing=False), "unmet"),
        (people(3, joined_on=None, left_on=YESTERDAY), "unmet"),
        (people(2) + people(1, joined_on=TODAY), "unmet"),
        (people(2) + people(1, joined_on=YESTERDAY), "met"),
        (people(2) + people(1, left_on=TODAY), "unmet"),
        (people(2) + people(1, left_on=TODAY + timedelta(1)), "met"),
    ],
)
def test_a_body_of_professionals_is_employed_on_the_day(rows: list[dict[str, Any]], value: Any) -> None:
    rows = [{"left_on": None, **row} for row in rows]
    assert answer("talent", {"person": rows}) == value


def test_the_least_number_of_professionals_may_be_set() -> None:
    assert answer("talent", {"person": people(2)}, talent_minimum=Decimal(2)) == "met"
    assert observed("talent", {"person": people(2)}).detail["talent_minimum"] == "3"


# --- software ---

SYSTEMS = {
    "product_design": ("design", ("CAD", "PLM")),
    "process_design": ("process_design", ("CAPP",)),
    "design_data": ("design_data", ("PLM",)),
}


def software(*ids: str, **changes: Any) -> list[dict[str, Any]]:
    return [{"software_id": one, "kind": "other", "retired_on": None, **changes} for one in ids]


def uses(one: str, *functions: str, **changes: Any) -> list[dict[str, Any]]:
    return [{"software_id": one, "function": function, **changes} for function in functions]


@pytest.mark.parametrize("derivation", SYSTEMS)
def test_software_of_a_kind_or_with_a_function_shows_the_capability(derivation: str) -> None:
    function, kinds = SYSTEMS[derivation]
    needs = (f"software ({' / '.join((*kinds, function))})",)
    for kind in kinds:
        assert answer(derivation, {"software": software("A", kind=kind)}) == "met"
    by_function = {"software": software("A"), "software_function": uses("A", function)}
    assert answer(derivation, by_function) == "met"
    assert answer(derivation, {"software": software("A")}) == needs
    assert answer(derivation, {"software": software("B"), "software_function": uses("A", function)}) == needs
    assert answer(derivation, {**by_function, "software_function": uses("A", "kpi")}) == needs
    assert observed(derivation, by_function).detail["systems"] == ["A"]


@pytest.mark.parametrize(
    ("change", "counts"),
    [
        ({"go_live_on": TODAY}, False),
        ({"go_live_on": YESTERDAY}, True),
        ({"retired_on": TODAY}, False),
        ({"retired_on": TODAY + timedelta(1)}, True),
    ],
    ids=str,
)
def test_only_software_in_use_on_the_day_counts(change: dict[str, Any], counts: bool) -> None:
    for rows in (
        {"software": software("A", kind="CAD", **change)},
        {"software": software("A", **change), "software_function": uses("A", "design")},
    ):
        assert answer("product_design", rows) == ("met" if counts else ("software (CAD / PLM / design)",))


@pytest.mark.parametrize(("since", "counts"), [(None, True), (YESTERDAY, True), (TODAY, False)], ids=str)
def test_a_function_counts_from_the_day_that_it_is_used(since: date | None, counts: bool) -> None:
    rows = {"software": software("A"), "software_function": uses("A", "design", used_since=since)}
    assert answer("product_design", rows) == ("met" if counts else ("software (CAD / PLM / design)",))


MANAGED = {
    "job_planning": (("job_planning", "scheduling"), "job_response", "start"),
    "quality": (("quality",), "inspection", "at"),
    "equipment_assets": (("equipment_assets",), "maintenance_order", "opened_at"),
    "materials": (("materials", "warehouse"), "stock_movement", "at"),
    "procurement": (("procurement",), "purchase_order", "ordered_on"),
    "sales": (("sales",), "sales_order", "ordered_on"),
    "inventory": (("inventory", "warehouse"), "stock_snapshot", "day"),
    "finance": (("finance", "accounting"), "finance_month", "month"),
    "workforce": (("workforce",), "work_hours", "day"),
    "supply_chain": (("supply_chain",), "receipt", "received_on"),
}
DATED = ("procurement", "sales", "inventory", "finance", "workforce", "supply_chain")


def test_every_business_that_is_managed_has_both_its_derivations_tested() -> None:
    ids = {one.partition(".")[2] for one in BY_ID if one.startswith(("register.", "records."))}
    assert ids == set(MANAGED)


@pytest.mark.parametrize("business", MANAGED)
def test_the_register_of_software_documents_that_a_business_is_managed(business: str) -> None:
    functions, _, _ = MANAGED[business]
    needs = (f"software ({' / '.join(functions)})",)
    for function in functions:
        rows = {"software": software("A"), "software_function": uses("A", function)}
        assert observed(f"register.{business}", rows).proof == "documented"
        retired = {**rows, "software": software("A", retired_on=YESTERDAY)}
        assert answer(f"register.{business}", retired) == needs
    assert answer(f"register.{business}", {"software": software("A")}) == needs


@pytest.mark.parametrize("business", MANAGED)
def test_a_system_and_its_transactions_of_the_last_weeks_measure_that_a_business_is_managed(business: str) -> None:
    functions, table, moment = MANAGED[business]
    systems = {"software": software("A"), "software_function": uses("A", functions[-1])}
    found = observed(f"records.{business}", {**systems, table: [{}]})
    assert (found.value, found.proof) == ("met", "measured")
    assert found.detail["systems"] == ["A"]
    assert found.detail["rows"] == 1
    assert (found.window_to - found.window_from).days == 90
    no_system, no_row = f"software_function ({' / '.join(functions)})", f"{table} ({moment})"
    assert answer(f"records.{business}", {table: [{}]}) == (no_system,)
    assert answer(f"records.{business}", systems) == (table,)
    long_ago = date(2024, 1, 1) if business in DATED else at("2024-01-01")
    assert answer(f"records.{business}", {table: [{moment: long_ago}]}) == (no_system, no_row)


def test_how_many_transactions_are_enough_may_be_set_and_none_never_are() -> None:
    systems = {"software": software("A"), "software_function": uses("A", "sales")}
    orders = numbered("order_id", 3, ordered_on=YESTERDAY)
    needs = ("sales_order (ordered_on)",)
    for least, value in (("0", "met"), ("3", "met"), ("4", needs)):
        found = answer("records.sales", {**systems, "sales_order": orders}, system_records_minimum=Decimal(least))
        assert found == value
    old = {**systems, "sales_order": [{"ordered_on": date(2024, 1, 1)}]}
    assert answer("records.sales", old, system_records_minimum=Decimal(0)) == needs


@pytest.mark.parametrize("business", MANAGED)
def test_transactions_count_in_the_window_of_plant_days_only(business: str) -> None:
    functions, table, moment = MANAGED[business]
    systems = {"software": software("A"), "software_function": uses("A", functions[0])}
    first, last = date(2025, 1, 15), YESTERDAY
    if business in DATED:
        inside, outside = [first, last], [first - timedelta(1), last + timedelta(1)]
    else:
        tick = timedelta(microseconds=1)
        inside = [at("2025-01-15"), at("2025-04-15") - tick]
        outside = [at("2025-01-15") - tick, at("2025-04-15")]
    for one in inside:
        assert answer(f"records.{business}", {**systems, table: [{moment: one}]}) == "met"
    for one in outside:
        assert answer(f"records.{business}", {**systems, table: [{moment: one}]}) == (f"{table} ({moment})",)


# --- links between systems ---

CONTROL = {"MES": "job_planning", "WMS": "warehouse", "EAM": "equipment_assets", "QMS": "quality"}


def plant_of(functions: dict[str, str], *links: tuple[str, str], **changes: Any) -> dict[str, list[dict[str, Any]]]:
    return {
        "software": software(*functions),
        "software_function": [row for one, function in functions.items() for row in uses(one, function)],
        "system_link": [
            {"link_id": f"{a}-{b}", "from_software_id": a, "to_software_id": b, "retired_on": None, **changes}
            for a, b in links
        ],
    }


LINKS_NEEDED = ("system_link, software_function",)
CHAIN = (("MES", "WMS"), ("EAM", "WMS"), ("QMS", "EAM"))


def test_production_logistics_equipment_and_quality_hang_together() -> None:
    found = observed("integrated_control", plant_of(CONTROL, *CHAIN))
    assert found.value == "met"
    assert found.detail["linked"] == sorted(CONTROL)
    assert found.detail["links"] == 3


@pytest.mark.parametrize("missing", range(len(CHAIN)))
def test_a_missing_link_leaves_the_integration_open(missing: int) -> None:
    links = [link for number, link in enumerate(CHAIN) if number != missing]
    assert answer("integrated_control", plant_of(CONTROL, *links)) == LINKS_NEEDED


@pytest.mark.parametrize("change", [{"retired_on": TODAY}, {"go_live_on": TODAY}], ids=str)
def test_only_links_in_use_count(change: dict[str, Any]) -> None:
    assert answer("integrated_control", plant_of(CONTROL, *CHAIN, **change)) == LINKS_NEEDED


def test_a_business_system_reaches_production_through_other_systems() -> None:
    systems = {"ERP": "finance", "BUS": "other", "MES": "scheduling"}
    rows = plant_of(systems, ("ERP", "BUS"), ("BUS", "MES"))
    assert answer("data_integration", rows) == "met"
    assert answer("data_integration", plant_of(systems, ("ERP", "BUS"))) == LINKS_NEEDED


@pytest.mark.parametrize("retired", ["ERP", "BUS", "MES"])
def test_retired_software_neither_counts_nor_passes_anything_on(retired: str) -> None:
    rows = plant_of({"ERP": "finance", "BUS": "other", "MES": "scheduling"}, ("ERP", "BUS"), ("BUS", "MES"))
    for row in rows["software"]:
        if row["software_id"] == retired:
            row["retired_on"] = YESTERDAY
    assert answer("data_integration", rows) == LINKS_NEEDED


def test_systems_in_two_groups_that_do_not_meet_are_not_integrated() -> None:
    rows = plant_of({"ERP": "sales", "MES": "job_planning", "A": "other"}, ("ERP", "A"))
    assert answer("data_integration", rows) == LINKS_NEEDED
    assert answer("data_integration", {**rows, "system_link": []}) == ("system_link",)


# --- safety, energy, environment ---

SEE = ("safety", "energy", "environment")


def test_safety_energy_and_environment_have_systems_and_energy_is_metered() -> None:
    rows = {"software": software("A"), "software_function": uses("A", *SEE), "meter_reading": [{}]}
    found = observed("safety_energy_environment", rows)
    assert (found.value, found.proof) == ("met", "measured")
    assert found.detail["system_window_days"] == "90"
    for missing in SEE:
        needed = "software_function (energy)" if missing == "energy" else f"software ({missing})"
        partly = {**rows, "software_function": uses("A", *(one for one in SEE if one != missing))}
        assert answer("safety_energy_environment", partly) == (needed,)
    old = {**rows, "meter_reading": [{"start": at("2025-01-14"), "end": at("2025-01-15")}]}
    assert answer("safety_energy_environment", old) == ("meter_reading (start)",)


# --- accounts and indicators ---

YEAR = [date(2024, month, 1) for month in range(4, 13)] + [date(2025, month, 1) for month in range(1, 4)]


def accounts(months: list[date], as_of: date = AS_OF, **changes: Any) -> Any:
    return answer("accounts", {"finance_month": [{"month": month, **changes} for month in months]}, as_of=as_of)


def test_every_one_of_the_last_twelve_months_is_accounted_for() -> None:
    assert accounts(YEAR) == "met"
    assert accounts([*YEAR, date(2025, 4, 1), date(2025, 5, 1)]) == "met"
    for month in YEAR:
        assert accounts([one for one in YEAR if one != month]) == (f"finance_month {month:%Y-%m}",)
    assert accounts(YEAR[3:]) == ("finance_month 2024-04",)


@pytest.mark.parametrize("column", ["revenue_cny", "cost_of_goods_cny", "operating_cost_cny"])
def test_a_month_without_its_figures_is_not_accounted_for(column: str) -> None:
    assert accounts(YEAR, **{column: None}) == ("finance_month 2024-04",)
    assert accounts(YEAR, **{column: Decimal(0)}) == "met"


def test_the_month_that_runs_is_not_asked_yet() -> None:
    assert accounts(YEAR, date(2025, 4, 1)) == accounts(YEAR, date(2025, 4, 30)) == "met"
    assert accounts(YEAR, date(2025, 5, 1)) == ("finance_month 2025-04",)


def known(count: int) -> dict[str, Decimal]:
    return {f"indicator-{n}": Decimal(n) for n in range(count)}


def test_enough_indicators_can_be_computed() -> None:
    rows = {"factory": [{}]}
    assert answer("indicators", rows, indicators=known(5)) == "met"
    assert answer("indicators", rows, indicators=known(4)) == ("1 × indicators",)
    assert answer("indicators", rows, indicators={}) == ("5 × indicators",)
    assert answer("indicators", {}, indicators=known(5)) == ("factory",)


def test_the_input_of_the_indicators_is_their_values() -> None:
    rows = {"factory": [{}]}
    found = [observed("indicators", rows, indicators=known(5) | {"indicator-0": Decimal(n)}) for n in (0, 1)]
    assert found[0].detail["indicators"] == sorted(known(5))
    assert found[0].source.input_digest != found[1].source.input_digest


# --- scenes ---

LEVELS = ("basic", "advanced", "excellence", "pioneer")


def scenes(*names: str, **changes: Any) -> list[dict[str, Any]]:
    return [
        {"scene_id": f"{name}{changes}", "scene_name": name, "level_list": "basic", "retired_on": None, **changes}
        for name in names
    ]


@pytest.mark.parametrize("level", LEVELS)
def test_scenes_are_counted_for_each_list(level: str) -> None:
    others = [row for other in LEVELS if other != level for row in scenes("x", "y", level_list=other)]
    rows = {"scene_built": [*scenes("a", "b", "c", level_list=level), *others, *scenes("z", level_list=None)]}
    found = observed(f"scenes.{level}", rows)
    assert (found.value, found.detail["scenes"]) == (Decimal(3), ["a", "b", "c"])
    assert answer(f"scenes.{level}", {"scene_built": others}) == (f"scene_built.level_list = {level}",)


def test_instances_of_the_same_scene_count_once() -> None:
    assert answer("scenes.basic", {"scene_built": [*scenes("a", "b"), *scenes("a", instance_name="二")]}) == 2


@pytest.mark.parametrize("aside", [{"go_live_on": TODAY}, {"retired_on": TODAY}], ids=str)
def test_scenes_not_yet_or_no_longer_in_use_do_not_count(aside: dict[str, Any]) -> None:
    assert answer("scenes.basic", {"scene_built": [*scenes("a"), *scenes("b", **aside)]}) == 1


def test_a_scene_without_its_day_leaves_the_count_open() -> None:
    rows = {"scene_built": [*scenes("a"), *scenes("b", go_live_on=None)]}
    assert answer("scenes.basic", rows) == ("scene_built.go_live_on",)
    rows["scene_built"][1]["retired_on"] = TODAY
    assert answer("scenes.basic", rows) == 1


def test_the_plants_zone_decides_what_day_an_incident_was() -> None:
    row = {"severity": "major", "at": at("2025-04-15", "04:00")}
    assert incidents(row) == "met"
    assert incidents(row, zone=type(ZONE)("UTC")) == "unmet"
