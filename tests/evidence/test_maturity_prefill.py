"""What records propose to the maturity questionnaire: shares, systems, links, findings; never 0 for want of records."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linghang.conditions.maturity import load_maturity
from linghang.conditions.shelf import PACKS
from linghang.evidence.derive import Look
from linghang.evidence.maturity_hints import HINTS
from linghang.evidence.maturity_prefill import Prefilled, prefill
from linghang.evidence.maturity_rows import ROWS, THRESHOLDS
from linghang.evidence.observation import Observation, Source
from linghang.evidence.settle import Settled
from linghang.plant.columns import arrow_schema
from linghang.plant.tables import TABLES

MODEL = load_maturity(PACKS / "gbt-39116-2020.yaml")
DAY = date(2025, 4, 15)
NOON = datetime(2025, 4, 1, 4, tzinfo=UTC)


def tables(**rows: list[dict[str, Any]]) -> Mapping[str, pa.Table]:
    """Tables with some rows; what a row does not say is unknown."""
    return {
        name: pa.Table.from_pylist(
            [{column: row.get(column) for column in arrow_schema(table).names} for row in rows.get(name, [])],
            arrow_schema(table),
        )
        for name, table in TABLES.items()
    }


def proposed(
    findings: Mapping[str, Settled] | None = None, thresholds: Mapping[str, Any] | None = None, **rows: Any
) -> Prefilled:
    values: dict[str, Any] = {one.id: one.value for one in THRESHOLDS} | dict(thresholds or {})
    look = Look(tables(**rows), DAY, ZoneInfo("Asia/Shanghai"), values)
    return prefill(look, findings or {}, lambda name: name)


def machines(*networked: bool | None) -> list[dict[str, Any]]:
    return [
        {"equipment_id": f"M{n}", "key": True, "status": "in_use", "networked": one} for n, one in enumerate(networked)
    ]


def software(*functions: str, retired: date | None = None) -> dict[str, list[dict[str, Any]]]:
    names = [f"S{n}" for n in range(len(functions))]
    systems = [
        {"software_id": one, "kind": "other", "go_live_on": date(2020, 1, 1), "retired_on": retired} for one in names
    ]
    uses = [{"software_id": one, "function": function} for one, function in zip(names, functions, strict=True)]
    return {"software": systems, "software_function": uses}


def link(a: str, b: str) -> dict[str, Any]:
    return {"link_id": f"{a}{b}", "from_software_id": a, "to_software_id": b, "go_live_on": date(2021, 1, 1)}


def finding(element: str, value: str, proof: Any) -> Settled:
    kind: Any = "signatory" if proof == "declared" else "records"
    one = Observation(element, value, "", DAY - timedelta(1), DAY, "plant", proof, Source(kind, "x"), NOON)
    return Settled(value, proof, None, (one,))


def test_rows_name_items_tables_and_thresholds_that_there_are_and_every_figure_is_ours() -> None:
    codes = {item.code for item in MODEL.items}
    assert {row.item for row in ROWS} <= codes
    assert len({row.item for row in ROWS}) == len(ROWS)
    assert {name for row in ROWS for name in row.tables} <= set(TABLES)
    assert {one.source for one in THRESHOLDS} == {"platform"}
    assert set(HINTS) == {one.code for one in MODEL.sub_domains}


def test_without_records_nothing_is_proposed_and_every_row_says_what_it_needs() -> None:
    found = proposed()
    assert found.proposals == {}
    assert set(found.needs) == {row.item for row in ROWS}
    assert all(found.needs.values())


@pytest.mark.parametrize(
    ("flags", "answer"),
    [
        ([True] * 9 + [False], "1"),
        ([True] * 6 + [False] * 4, "0.8"),
        ([True] * 2 + [False] * 8, "0.5"),
        ([True] + [False] * 9, "0"),
        ([False] * 3, "0"),
        ([True] * 9 + [None], "1"),
        ([True] * 8 + [None] * 2, None),
        ([None] * 3, None),
    ],
)
def test_a_register_with_yes_and_no_answers_by_its_share_unless_the_unknown_decide(
    flags: list[bool | None], answer: str | None
) -> None:
    one = proposed(equipment=machines(*flags)).proposals.get("EQ.2.b")
    assert (None if one is None else str(one.proposed.value)) == answer
    if one is not None:
        assert (one.proposed.exact, one.proposed.proof) == (True, "documented")
        assert one.tables == {"equipment": len(flags)}
        assert "full_share" in one.thresholds


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from([True, False, None]), min_size=1, max_size=15), st.data())
def test_filling_in_the_unknown_never_changes_what_was_proposed(flags: list[bool | None], data: st.DataObject) -> None:
    before = proposed(equipment=machines(*flags)).proposals.get("EQ.2.b")
    filled = [data.draw(st.booleans()) if one is None else one for one in flags]
    after = proposed(equipment=machines(*filled)).proposals["EQ.2.b"]
    assert before is None or before.proposed.value == after.proposed.value


def test_a_threshold_of_ours_can_be_set_otherwise() -> None:
    flags = machines(*[True] * 8, *[False] * 2)
    assert proposed(equipment=flags).proposals["EQ.2.b"].proposed.value == Decimal("0.8")
    stricter = proposed(thresholds={"full_share": Decimal("0.8")}, equipment=flags)
    assert stricter.proposals["EQ.2.b"].proposed.value == 1


def test_a_system_in_the_register_bears_less_than_its_transactions() -> None:
    orders = [{"purchase_order_id": "P1", "supplier_id": "S", "ordered_on": date(2025, 4, 1)}]
    alone = proposed(**software("procurement"), purchase_order=[orders[0] | {"ordered_on": date(2020, 1, 1)}])
    used = proposed(**software("procurement"), purchase_order=orders)
    assert (alone.proposals["PU.1.b"].proposed.value, alone.proposals["PU.1.b"].proposed.proof) == (
        Decimal("0.8"),
        "documented",
    )
    assert (used.proposals["PU.1.b"].proposed.value, used.proposals["PU.1.b"].proposed.proof) == (1, "measured")
    assert not used.proposals["PU.1.b"].proposed.exact, "the plant may have more than the records show"


def test_a_retired_system_answers_nothing() -> None:
    found = proposed(**software("design", retired=date(2024, 1, 1)))
    assert "PD.1.a" not in found.proposals
    assert "PD.1.a" in found.needs


def test_systems_that_hang_together_answer_integration() -> None:
    systems = software("warehouse", "job_planning")
    assert "WD.3.a" not in proposed(**systems).proposals
    joined = proposed(**systems, system_link=[link("S0", "S1")]).proposals
    assert joined["WD.3.a"].proposed.value == Decimal("0.8")
    assert joined["IN.2.b"].proposed.detail == {"linked": 2, "of": 2, "links": 1}


def test_records_from_the_day_on_are_not_seen() -> None:
    orders = [{"order_id": "O1", "customer_id": "C", "ordered_on": DAY}]
    assert "SA.1.b" not in proposed(sales_order=orders).proposals
    assert "SA.1.b" in proposed(sales_order=[orders[0] | {"ordered_on": DAY - timedelta(1)}]).proposals


@pytest.mark.parametrize(
    ("value", "proof", "answer"), [("met", "measured", "0.5"), ("met", "declared", None), ("unmet", "measured", None)]
)
def test_a_finding_answers_only_if_it_is_met_by_more_than_a_declaration(
    value: str, proof: str, answer: str | None
) -> None:
    element = "advanced.production.online-process-analysis"
    found = proposed({element: finding(element, value, proof)}).proposals.get("PO.4.a")
    assert (None if found is None else str(found.proposed.value)) == answer


def test_what_it_rests_on_has_a_digest_that_changes_with_it() -> None:
    element = "advanced.production.online-process-analysis"
    one = finding(element, "met", "measured")
    other = Settled("met", "measured", None, (replace(one.observations[0], subject="line 1"),))
    first, second = (proposed({element: said}).proposals["PO.4.a"].input_digest for said in (one, other))
    assert first != second
