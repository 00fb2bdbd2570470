"""Every check of the catalogue passes on a plant that fits together, and fails on the one fault planted for it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from consistent_plant import CODE, DAY, Plant, element, indicator, machine, observation, person, scene, software

from linghang.evidence.observation import Source
from linghang.report.claims.model import Period
from linghang.report.consistency.catalogue import CATALOGUE, GROUPS
from linghang.report.consistency.facts import Facts, Span, say_need
from linghang.report.consistency.making import counted, make
from linghang.words import Text

Spoil = Callable[[Plant], object]
OTHER_CODE = "91150121MA0QCLC0XX"


def level(plant: Plant, floor: str, **more: object) -> None:
    plant.assessed["floors"][floor]["levels"]["advanced"].update(more)


SPOILT: dict[str, Spoil] = {
    "C101": lambda p: p.texts.update({f"{1:064x}": f"营业执照 霍林郭勒市北疆铝轮毂有限公司 {OTHER_CODE}"}),
    "C102": lambda p: p.texts.update({f"{1:064x}": "营业执照 另一家公司"}),
    "C103": lambda p: p.statements.update(signed_by="另一家公司"),
    "C104": lambda p: p.row("enterprise").update(region_code="320500"),
    "C105": lambda p: p.row("factory").update(address="江苏省苏州市某路1号"),
    "C106": lambda p: p.row("enterprise").update(name="某某有限公司分公司"),
    "C107": lambda p: setattr(p, "workspace", "二厂"),
    "C108": lambda p: p.rows["factory"].append(p.row("factory") | {"factory_id": "F2", "name": "轮毂二厂"}),
    "C109": lambda p: p.row("replication").update(receiver_credit_code=CODE),
    "C201": lambda p: p.row("software").update(go_live_on=date(2010, 1, 1)),
    "C202": lambda p: p.row("software_function").update(used_since=date(2019, 1, 1)),
    "C203": lambda p: p.row("system_link").update(go_live_on=date(2020, 1, 1)),
    "C204": lambda p: p.row("software").update(retired_on=date(2026, 1, 1)),
    "C205": lambda p: p.spans.update({"hazard.found_at": Span(date(2020, 1, 1), date(2026, 11, 1))}),
    "C206": lambda p: p.spans.update({"hazard.found_at": Span(date(2024, 11, 1), date(2026, 1, 1))}),
    "C207": lambda p: p.row("software").update(retired_on=date(2026, 1, 1)),
    "C208": lambda p: p.row("software_function").update(used_since=date(2027, 1, 1)),
    "C209": lambda p: p.sums["calls"][0].update(first=date(2025, 10, 1)),
    "C210": lambda p: p.sums["calls"][0].update(last=date(2026, 1, 1)),
    "C221": lambda p: p.paper(3, issued_on=date(2025, 12, 1)),
    "C222": lambda p: p.paper(3, supports_to=date(2026, 6, 1)),
    "C223": lambda p: p.paper(2, issued_on=date(2026, 12, 1)),
    "C224": lambda p: p.paper(0, valid_until=date(2026, 6, 1)),
    "C225": lambda p: p.paper(3, issued_on=date(2025, 10, 1), supports_from=None, supports_to=None),
    "C226": lambda p: p.paper(4, issued_on=date(2021, 1, 1)),
    "C227": lambda p: p.paper(2, issued_on=date(2020, 1, 1)),
    "C231": lambda p: p.application["factory"].update(build_to=date(2025, 6, 30)),
    "C232": lambda p: p.application["plan"]["steps"][0].update(end=date(2026, 1, 1)),
    "C233": lambda p: p.application["signing"].update(signed_on=date(2026, 2, 1)),
    "C301": lambda p: p.rows.update(person=[person(f"P{i}") for i in range(30)]),
    "C302": lambda p: p.row("headcount_month", 5).update(employees=80.0),
    "C303": lambda p: p.sums["month_hours"][3].update(hours=42 * 1_700.0),
    "C304": lambda p: p.row("person", 1).update(left_on=date(2026, 1, 1)),
    "C305": lambda p: p.sums["departments"].append({"department": "压铸车间"}),
    "C306": lambda p: p.row("person").update(joined_on=None),
    "C401": lambda p: p.rows["tag"].pop(),
    "C402": lambda p: p.row("equipment").update(networked=False),
    "C403": lambda p: setattr(p, "silent", frozenset({"opcua!LPC-2"})),
    "C404": lambda p: p.row("equipment").update(numerically_controlled=False),
    "C405": lambda p: p.rows["control_loop"].append(p.row("control_loop") | {"loop_id": "TIC-2"}),
    "C406": lambda p: p.row("equipment").update(status="retired", retired_on=date(2026, 1, 1)),
    "C407": lambda p: p.sums["states"][0].update(last=date(2026, 1, 1)),
    "C408": lambda p: p.rows["equipment"].append(machine("LPC-3", "S1")),
    "C409": lambda p: p.row("process_segment").update(work_center_id="WC-HAND"),
    "C410": lambda p: p.sums["outlets"].clear(),
    "C411": lambda p: [one.update(key=False) for one in p.rows["equipment"]],
    "C501": lambda p: [one.update(value=2_000_000.0) for one in p.sums["delivered"]],
    "C502": lambda p: p.row("finance_month").update(material_cost_cny=Decimal(2_000_000)),
    "C503": lambda p: p.row("finance_month").update(value_added_cny=Decimal(2_600_000)),
    "C504": lambda p: [one.update(revenue_cny=Decimal(1_000_000)) for one in p.rows["finance_month"]],
    "C505": lambda p: [one.update(operating_cost_cny=Decimal(2_600_000)) for one in p.rows["finance_month"]],
    "C506": lambda p: p.row("finance_month", 23).update(audited=False),
    "C507": lambda p: p.application["unit"].update(revenue_cny=Decimal(31_000_000)),
    "C508": lambda p: p.application["factory"].update(total_investment_cny=Decimal(2_900)),
    "C509": lambda p: p.application["plan"]["steps"][0].update(cost_cny=Decimal(200)),
    "C601": lambda p: p.indicator(1).update(present_value="101"),
    "C602": lambda p: p.assessed.update(indicators=[indicator("oee", 10, "67.69", "67.69")]),
    "C603": lambda p: p.assessed.update(indicators=[indicator("oee", 10, "67.69", "20")]),
    "C604": lambda p: p.indicator()["change"].update(relative_percent="-3"),
    "C605": lambda p: p.indicator(1)["lineage"].update(period={"start": "2025-01-01", "end": "2026-01-01"}),
    "C606": lambda p: p.indicator()["lineage"].update(baseline={"start": "2025-02-01", "end": "2026-02-01"}),
    "C607": lambda p: p.spans.update({"finance_month.month": Span(date(2024, 11, 1), date(2026, 7, 1))}),
    "C608": lambda p: p.spans.update({"finance_month.month": Span(date(2025, 3, 1), date(2026, 10, 1))}),
    "C609": lambda p: p.row("comparator").update(document=None),
    "C610": lambda p: p.application["effects"][0]["after"].update(value=Decimal("72.0")),
    "C611": lambda p: p.application["effects"][0].update(better="lower"),
    "C612": lambda p: p.application["effects"][0]["before"].update(end=date(2026, 2, 1)),
    "C613": lambda p: p.application["effects"][0].update(source=""),
    "C614": lambda p: p.row("factory").update(commissioned_on=date(2025, 6, 1)),
    "C701": lambda p: level(p, "declared", finding="unmet", failing=["advanced.operations.dynamic-kpi"]),
    "C702": lambda p: level(p, "documented", finding="unknown", missing=["advanced.operations.dynamic-kpi"]),
    "C703": lambda p: p.assessed["elements"].append(element("base.organisation", proof="declared")),
    "C704": lambda p: p.paper(0, proves=("base.no-such-condition",)),
    "C705": lambda p: p.paper(5, sha256=f"{1:064x}", kind="certificate"),
    "C706": lambda p: p.paper(5, kind="invoice", proves=tuple(f"scene:{i}" for i in range(1, 6))),
    "C707": lambda p: p.documents.pop(1),
    "C708": lambda p: p.paper(1, issued_on=date(2025, 3, 1)),
    "C709": lambda p: p.observations.append(observation("maturity_level", Decimal(4), "另一人")),
    "C710": lambda p: p.paper(1, retired_at=p.documents[1].added_at, retired_reason="换证"),
    "C711": lambda p: setattr(p, "damaged", frozenset({f"{3:064x}"})),
    "C712": lambda p: p.assessed["elements"][0].update(finding="unmet"),
    "C713": lambda p: p.assessed["elements"][2].update(reason="stale"),
    "C714": lambda p: p.paper(0, issuer=""),
    "C715": lambda p: p.paper(2, links=("record:software/MES-99",)),
    "C716": lambda p: p.statements.update(signed_on=date(2024, 1, 1)),
    "C717": lambda p: p.assessed["elements"][2].update(finding="met", proof="measured"),
    "C718": lambda p: p.application["scenes"][0].update(evidence=("E0099",)),
    "C719": lambda p: p.paper(0, proves=("base.above-scale",)),
    "C801": lambda p: p.row("scene_built").update(scene_name="质量分析与改进"),
    "C802": lambda p: p.row("scene_built").update(link_name="产品服务"),
    "C803": lambda p: p.row("scene_built").update(instance_name="本厂做法10"),
    "C804": lambda p: p.row("scene_built").update(software_ids="MES-01;WMS-01"),
    "C805": lambda p: p.row("software").update(go_live_on=date(2025, 12, 1)),
    "C806": lambda p: p.row("scene_built").update(software_ids=None),
    "C807": lambda p: p.row("decision_model").update(kind="optimisation"),
    "C808": lambda p: p.row("decision_model").update(retired_on=date(2026, 1, 1)),
    "C809": lambda p: p.row("decision_model").update(scene_number=39),
    "C810": lambda p: p.rows["scene_built"].append(scene(26, scene_id="SC-26b", instance_name="第二条线")),
    "C811": lambda p: level(p, "declared", parts={"scenario_count": "unmet"}),
    "C812": lambda p: p.rows["scene_built"].append(
        scene(26, scene_id="SC-26b", instance_name="第二条线", level_list="excellence")
    ),
    "C821": lambda p: p.application["scenes"][0].update(number=1),
    "C822": lambda p: p.application.update(scenes=p.application["scenes"][1:]),
    "C823": lambda p: p.application["scenes"][0].update(since=date(2024, 1, 1)),
    "C824": lambda p: p.row("software").update(retired_on=date(2026, 1, 1)),
    "C901": lambda p: p.claim("credit_code", "enterprise", OTHER_CODE),
    "C902": lambda p: p.claim("name", "enterprise", "另一家有限公司", detail={"said": "labelled"}),
    "C903": lambda p: p.claim("industry", "", "C3311"),
    "C904": lambda p: p.claim("level", "excellence", "卓越级", detail={"said": "claimed"}),
    "C905": lambda p: p.claim("maturity", "maturity", 4, detail={"said": "stated"}),
    "C906": lambda p: p.claim("system", "WMS", "WMS"),
    "C907": lambda p: p.claim("system", "MES", "MES", period=Period(date(2023, 1, 1), date(2024, 1, 1), "2023年")),
    "C908": lambda p: p.claim("scene", "1", "工厂数字化规划设计", detail={"listed": "1"}),
    "C909": lambda p: p.claim("figure", "networked_equipment", Decimal(5), "联网设备5台", unit="台"),
    "C910": lambda p: p.claim(
        "figure", "indicator:oee", Decimal("70.2"), unit="%", role="after", detail={"step": "0.1"}
    ),
    "C911": lambda p: [
        *(one.update(uses_ai=False) for one in p.rows["scene_built"]),
        p.row("decision_model").update(kind="mechanism"),
    ],
}
"""Check -> the one fault that it has to find. Every check of the catalogue has one."""

CODES = [row.check.code for row in CATALOGUE]


def made(facts: Facts, code: str) -> object:
    (one,) = make(facts, [code])
    return one


def test_every_check_has_a_planted_fault() -> None:
    assert set(SPOILT) == set(CODES)


def test_codes_are_unique_sorted_and_belong_to_a_group() -> None:
    assert sorted(set(CODES)) == CODES
    assert all(any(code.startswith(group) for group in GROUPS) for code in CODES)


def test_there_are_checks_of_every_group() -> None:
    assert all(any(code.startswith(group) for code in CODES) for group in GROUPS)


@pytest.mark.parametrize("code", CODES)
def test_a_check_passes_where_everything_fits(code: str) -> None:
    (one,) = make(Plant().facts(), [code])
    assert (one.outcome, [str(remark.message) for remark in one.remarks]) == ("passed", []), one.needs


@pytest.mark.parametrize("code", CODES)
def test_a_check_finds_the_fault_that_was_planted(code: str) -> None:
    plant = Plant()
    SPOILT[code](plant)
    (one,) = make(plant.facts(), [code])
    assert one.outcome == "failed", one.needs
    for remark in one.remarks:
        assert remark.check.code == code
        assert remark.spot.where
        assert remark.message.zh.strip()
        assert remark.message.en.strip()
        assert "None" not in remark.message.zh + remark.message.en, remark.message
        assert remark.to_dict()["mend"]["zh"]


@pytest.mark.parametrize("row", CATALOGUE, ids=CODES)
def test_a_check_without_its_data_says_what_it_needs_and_does_not_pass(row) -> None:  # type: ignore[no-untyped-def]
    empty = Facts(pack=Plant().facts().pack, as_of=DAY)
    (one,) = make(empty, [row.check.code])
    assert one.outcome == "not_checkable"
    assert one.needs
    assert all(need.zh and need.en for need in one.needs)


def test_an_empty_plant_passes_nothing() -> None:
    found = make(Facts(pack=Plant().facts().pack, as_of=DAY))
    assert counted(found) == {"passed": 0, "failed": 0, "not_checkable": len(CODES)}


def test_every_need_can_be_said() -> None:
    for row in CATALOGUE:
        for need in row.needs:
            said = say_need(need)
            assert said.zh
            assert said.en


def test_checks_are_chosen_by_the_beginning_of_their_code() -> None:
    facts = Plant().facts()
    assert {one.check.code[:2] for one in make(facts, ["C2"])} == {"C2"}
    assert [one.check.code for one in make(facts, ["C203", "C301"])] == ["C203", "C301"]


def test_a_signature_of_a_person_is_no_other_company() -> None:
    plant = Plant()
    plant.statements["signed_by"] = "包志刚"
    (one,) = make(plant.facts(), ["C103"])
    assert one.outcome == "passed"


def test_a_stronger_source_of_the_same_value_is_no_contradiction() -> None:
    plant = Plant()
    plant.observations.append(
        observation("maturity_level", Decimal(3), proof="documented", source=Source("document", "ab" * 32))
    )
    (one,) = make(plant.facts(), ["C709"])
    assert one.outcome == "passed"


def test_what_is_stated_in_both_languages_is_said_in_both() -> None:
    plant = Plant()
    plant.application["effects"][0].update(title=Text("设备综合利用率", "OEE of the plant"), better="lower", source="")
    plant.application["plan"]["steps"][0].update(title=Text("预警", "warning"), end=date(2026, 1, 1))
    for code in ("C611", "C613", "C232"):
        (one,) = make(plant.facts(), [code])
        (remark,) = one.remarks
        assert "OEE of" not in remark.message.zh
        assert "设备" not in remark.message.en
        assert "预警" not in remark.message.en


def test_values_that_are_written_differently_are_no_contradiction() -> None:
    plant = Plant()
    plant.observations.append(observation("maturity_level", Decimal("3.0"), "另一人"))
    assert counted(make(plant.facts(), ["C709", "C905"]))["failed"] == 0


def test_a_link_may_have_its_other_name() -> None:
    plant = Plant()
    plant.rows["scene_built"].append(scene(30, link_name="经营管理"))
    (one,) = make(plant.facts(), ["C802"])
    assert one.outcome == "passed"


def test_a_paper_for_another_pack_is_no_mistake() -> None:
    plant = Plant()
    plant.paper(0, proves=("another.packs.element",))
    facts = replace(plant.facts(), known=frozenset({"another.packs.element"}))
    assert counted(make(facts, ["C704", "C719"]))["failed"] == 0


def test_a_retired_system_that_was_replaced_is_no_gap() -> None:
    plant = Plant()
    plant.rows["software"].append(software("MES-00", "MES", date(2015, 1, 1), date(2020, 11, 1)))
    found = make(plant.facts(), ["C2"])
    assert counted(found)["failed"] == 0
