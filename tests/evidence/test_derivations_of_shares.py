"""Derivations that look at a share of key things: met at the bound, unmet one under, open where nulls decide."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_plants import ZONE, answer, at, look, numbered, observed

from linghang.evidence.derive import Found, Needs
from linghang.evidence.looking import closed, covered_micros, share_of_flags

MACHINE = {"retired_on": None}


def machines(*flags: bool | None, **changes: Any) -> list[dict[str, Any]]:
    """Key equipment in use whose three flags hold the given value, one machine a value."""
    return [
        {
            "equipment_id": f"E{number}",
            "numerically_controlled": flag,
            "networked": flag,
            "controllable": flag,
            **MACHINE,
            **changes,
        }
        for number, flag in enumerate(flags)
    ]


def segments(*flags: bool | None, **changes: Any) -> list[dict[str, Any]]:
    return [
        {"segment_id": f"S{number}", "automated": flag, "digitally_controlled": flag, **changes}
        for number, flag in enumerate(flags)
    ]


YES, NO, OPEN = True, False, None
SHARES = {
    "four of five": ([YES] * 4 + [NO], "met"),
    "three of five": ([YES] * 3 + [NO] * 2, "unmet"),
    "four of five and one open": ([YES] * 4 + [OPEN], "met"),
    "three of five and one open": ([YES] * 3 + [OPEN, NO], "open"),
    "two of five and one open": ([YES] * 2 + [OPEN, NO, NO], "unmet"),
    "all open": ([OPEN] * 5, "open"),
    "none of one": ([NO], "unmet"),
}
EQUIPMENT = {
    "equipment_upgrade": "equipment.numerically_controlled, equipment.networked",
    "deployment": "equipment.controllable",
}
SEGMENT = {"process_upgrade": "process_segment.digitally_controlled", "automation": "process_segment.automated"}


@pytest.mark.parametrize(("flags", "wanted"), list(SHARES.values()), ids=list(SHARES))
@pytest.mark.parametrize("derivation", EQUIPMENT)
def test_a_share_of_the_key_equipment_decides(derivation: str, flags: list[bool | None], wanted: str) -> None:
    expected = (EQUIPMENT[derivation],) if wanted == "open" else wanted
    assert answer(derivation, {"equipment": machines(*flags)}) == expected


@pytest.mark.parametrize(("flags", "wanted"), list(SHARES.values()), ids=list(SHARES))
@pytest.mark.parametrize("derivation", SEGMENT)
def test_a_share_of_the_key_process_steps_decides(derivation: str, flags: list[bool | None], wanted: str) -> None:
    expected = (SEGMENT[derivation],) if wanted == "open" else wanted
    assert answer(derivation, {"process_segment": segments(*flags)}) == expected


@pytest.mark.parametrize("derivation", EQUIPMENT)
@pytest.mark.parametrize(
    "aside",
    [
        {"key": False},
        {"status": "idle"},
        {"status": "retired"},
        {"retired_on": date(2025, 4, 15)},
        {"commissioned_on": date(2025, 4, 15)},
    ],
    ids=str,
)
def test_equipment_that_is_not_key_or_not_in_use_does_not_count(derivation: str, aside: dict[str, Any]) -> None:
    others = [{**row, **aside, "equipment_id": f"X{n}"} for n, row in enumerate(machines(NO, NO, OPEN))]
    assert answer(derivation, {"equipment": [*machines(YES), *others]}) == "met"
    assert answer(derivation, {"equipment": others}) == (EQUIPMENT[derivation],)


def test_equipment_without_a_day_of_commissioning_counts() -> None:
    assert answer("deployment", {"equipment": machines(NO, commissioned_on=None)}) == "unmet"
    assert answer("deployment", {"equipment": machines(NO, retired_on=date(2025, 4, 16))}) == "unmet"


def test_process_steps_that_are_not_key_do_not_count() -> None:
    others = [{**row, "segment_id": "X"} for row in segments(NO, key=False)]
    assert answer("automation", {"process_segment": [*segments(YES), *others]}) == "met"
    assert answer("automation", {"process_segment": others}) == (SEGMENT["automation"],)


def test_an_upgrade_needs_both_control_and_network_on_the_same_machine() -> None:
    one = machines(YES)[0]
    assert answer("equipment_upgrade", {"equipment": [{**one, "networked": False}]}) == "unmet"
    assert answer("equipment_upgrade", {"equipment": [{**one, "networked": None}]}) == (EQUIPMENT["equipment_upgrade"],)
    known_to_fail = {**one, "networked": None, "numerically_controlled": False}
    assert answer("equipment_upgrade", {"equipment": [known_to_fail]}) == "unmet"


@settings(deadline=None)
@given(
    st.lists(st.sampled_from([True, False, None]), min_size=1, max_size=30),
    st.decimals(0, 1, places=2),
)
def test_a_share_is_decided_only_where_no_answer_to_the_unknown_could_change_it(
    flags: list[bool | None], bound: Decimal
) -> None:
    array = pa.chunked_array([pa.array(flags, pa.bool_())])
    yes, unknown = flags.count(True), flags.count(None)
    outcomes = {Decimal(yes + more) / len(flags) >= bound for more in range(unknown + 1)}
    found = share_of_flags(array, bound, "bound", "x")
    if len(outcomes) == 2:
        assert found == Needs(("x",))
    else:
        detail = {"yes": yes, "unknown": unknown, "of": len(flags), "bound": str(bound)}
        assert found == Found("met" if outcomes == {True} else "unmet", detail)


def test_bounds_hold_exactly() -> None:
    flags = [YES] * 7 + [NO] * 3
    for bound, value in (("0.7", "met"), ("0.70000000000000000001", "unmet"), ("0.69999999999999999999", "met")):
        assert answer("deployment", {"equipment": machines(*flags)}, key_equipment_share=Decimal(bound)) == value


# --- controllable: equipment and software together ---

PROGRAM = {"retired_on": None}


def programs(*flags: bool | None, **changes: Any) -> list[dict[str, Any]]:
    return [{"software_id": f"P{n}", "controllable": flag, **PROGRAM, **changes} for n, flag in enumerate(flags)]


CONTROLLABLE = ("equipment.controllable, software.controllable",)


@pytest.mark.parametrize(
    ("equipment", "software", "value"),
    [
        ([YES, YES], [YES], "met"),
        ([YES, NO], [YES], "unmet"),
        ([YES, YES], [NO], "unmet"),
        ([YES, OPEN], [YES], CONTROLLABLE),
        ([YES], [OPEN], CONTROLLABLE),
        ([NO], [OPEN], "unmet"),
    ],
)
def test_all_key_equipment_and_software_has_to_be_controllable(equipment: Any, software: Any, value: Any) -> None:
    assert answer("controllable", {"equipment": machines(*equipment), "software": programs(*software)}) == value


def test_retired_software_and_equipment_need_not_be_controllable() -> None:
    rows = {
        "equipment": [*machines(YES), {**machines(NO)[0], "equipment_id": "X", "status": "retired"}],
        "software": [*programs(YES), {**programs(NO)[0], "software_id": "X", "retired_on": date(2025, 4, 14)}],
    }
    assert answer("controllable", rows) == "met"


def test_software_without_a_register_leaves_it_open() -> None:
    assert answer("controllable", {"equipment": machines(YES)}) == ("software",)
    assert answer("controllable", {"software": programs(YES)}) == ("equipment",)


def test_a_pack_or_reviewer_may_ask_for_less_than_all() -> None:
    rows = {"equipment": machines(YES, YES, YES), "software": programs(NO)}
    assert answer("controllable", rows, controllable_share=Decimal("0.75")) == "met"
    assert answer("controllable", rows, controllable_share=Decimal("0.76")) == "unmet"


# --- monitoring ---

START, END = at("2025-03-16"), at("2025-04-15")
DAYS = 30


def state(start: Any, end: Any, machine: str = "E0", **changes: Any) -> dict[str, Any]:
    return {"equipment_id": machine, "start": start, "end": end, "state": "running", **changes}


def monitored(*states: dict[str, Any], count: int = 1, **options: Any) -> Any:
    return answer("monitoring", {"equipment": machines(*[YES] * count), "equipment_state": states}, **options)


WANTED = timedelta(days=DAYS) * 0.9
WEEK = timedelta(days=7)


STATES: dict[str, tuple[list[dict[str, Any]], Any]] = {
    "the whole window": ([state(START, END)], "met"),
    "the wanted time exactly": ([state(START, START + WANTED)], "met"),
    "a microsecond less": ([state(START, START + WANTED - timedelta(microseconds=1))], "unmet"),
    "two stretches": ([state(START, at("2025-04-01")), state(at("2025-04-01"), START + WANTED)], "met"),
    "more than the window at both ends": ([state(at("2025-01-01"), at("2025-05-01"))], "met"),
    "time before the window does not help": ([state(at("2025-01-01"), START + WANTED / 2)], "unmet"),
    "time after the window does not help": ([state(END - WANTED / 2, at("2025-06-01"))], "unmet"),
    "a state that lasts since too short a time": ([state(END - WANTED / 2, None)], "unmet"),
    "a state that lasts, and nothing else was heard since": ([state(START, None)], ("equipment_state",)),
    "a state that lasts since long ago": ([state(at("2024-01-01"), None)], ("equipment_state",)),
    "an open state that began after nobody heard anything more": (
        [state(START, END - WEEK), state(END - WEEK, None)],
        "unmet",
    ),
    "a state not known": ([state(START, END, state="unknown")], "unmet"),
    "a state not known for too long": (
        [state(START, END - WANTED / 2), state(END - WANTED / 2, None, state="unknown")],
        "unmet",
    ),
    "a machine that stands still is monitored too": ([state(START, END, state="off")], "met"),
    "states only before the window": ([state(at("2025-01-01"), START)], ("equipment_state",)),
    "states only after the window": ([state(END, None)], ("equipment_state",)),
}


@pytest.mark.parametrize(("states", "value"), list(STATES.values()), ids=list(STATES))
def test_the_state_of_a_machine_is_known_for_most_of_the_window(states: list[dict[str, Any]], value: Any) -> None:
    assert monitored(*states) == value


@pytest.mark.parametrize(("good", "value"), [(5, "met"), (4, "met"), (3, "unmet"), (0, "unmet")])
def test_most_of_the_key_machines_are_monitored(good: int, value: str) -> None:
    states = [state(START, END, f"E{n}") for n in range(good)] + [state(START, END, "not key")]
    assert monitored(*states, count=5) == value


def test_monitoring_looks_at_key_equipment_in_use() -> None:
    rows = {
        "equipment": [*machines(YES), {**machines(YES, status="retired")[0], "equipment_id": "X"}],
        "equipment_state": [state(START, END)],
    }
    assert answer("monitoring", rows) == "met"
    rows["equipment"] = machines(YES, key=False)
    assert answer("monitoring", rows) == ("equipment.key",)


def test_the_window_begins_and_ends_at_the_plants_midnight() -> None:
    """The same stretch of time fills the window of a plant in its own zone only."""
    whole = state(START, END)
    assert monitored(whole, monitored_time_share=Decimal(1)) == "met"
    utc = type(ZONE)("UTC")
    assert monitored(whole, monitored_time_share=Decimal(1), zone=utc) == "unmet"
    hours = timedelta(hours=8)
    assert monitored(state(START + hours, END + hours), monitored_time_share=Decimal(1), zone=utc) == "met"


def test_shares_of_time_hold_exactly() -> None:
    share = Decimal("0.7")
    wanted = timedelta(days=DAYS) * 7 // 10
    assert monitored(state(START, START + wanted), monitored_time_share=share) == "met"
    assert monitored(state(START, START + wanted - timedelta(microseconds=1)), monitored_time_share=share) == "unmet"


def test_a_night_that_loses_an_hour_is_not_held_against_the_plant() -> None:
    berlin = type(ZONE)("Europe/Berlin")
    rows = look({"equipment_state": []}, zone=berlin)
    start, end = rows.window(DAYS)
    assert end - start == timedelta(days=DAYS) - timedelta(hours=1)
    assert monitored(state(start, end), monitored_time_share=Decimal(1), zone=berlin) == "met"


def heard(moment: Any) -> dict[str, Any]:
    """Another machine, which is not key, of which a state ends at the moment."""
    return state(moment - timedelta(seconds=1), moment, "other")


OPEN_STATES: dict[str, tuple[list[dict[str, Any]], Any]] = {
    "a week, while others are heard": ([state(START, END - WEEK), state(END - WEEK, None), heard(END)], "met"),
    "longer than a week, while others are heard": ([state(START, None), heard(END)], "unmet"),
    "others are heard until two days ago": (
        [state(START, END - WEEK), state(END - WEEK, None), heard(END - timedelta(2))],
        "met",
    ),
    "others are heard until four days ago": (
        [state(START, END - WEEK), state(END - WEEK, None), heard(END - timedelta(4))],
        "unmet",
    ),
    "others are heard in what comes after the day alone": (
        [state(START, END - WEEK), state(END - WEEK, None), heard(END + WEEK)],
        "unmet",
    ),
    "another state goes on beyond the day": (
        [state(START, END - WEEK), state(END - WEEK, None), state(END - WEEK, END + WEEK, "other")],
        "met",
    ),
    "all are open since before the window": (
        [state(at("2025-01-01"), None), state(at("2025-02-01"), None, "other")],
        ("equipment_state",),
    ),
}


@pytest.mark.parametrize(("states", "value"), list(OPEN_STATES.values()), ids=list(OPEN_STATES))
def test_an_open_state_counts_as_far_as_the_plant_was_heard_and_at_most_a_week(
    states: list[dict[str, Any]], value: Any
) -> None:
    assert monitored(*states) == value


def test_how_long_an_open_state_counts_may_be_set() -> None:
    states = [state(START, None), heard(END)]
    assert monitored(*states, open_state_days=Decimal(27)) == "met"
    assert monitored(*states, open_state_days=Decimal(26)) == "unmet"
    assert monitored(*states, open_state_days=Decimal(400)) == "met"
    found = observed("monitoring", {"equipment": machines(YES), "equipment_state": states})
    assert found.detail["open_state_days"] == "7"
    assert found.detail["known_until"] == "2025-04-15T00:00:00+08:00"


@pytest.mark.parametrize(
    ("last", "value"),
    [(END - timedelta(minutes=1), "met"), (END - timedelta(4), "unmet"), (END + WEEK, "met"), (START, "unmet")],
    ids=str,
)
def test_with_telemetry_an_open_state_counts_until_the_equipments_own_last_point(last: Any, value: str) -> None:
    states = [state(START, END - WEEK), state(END - WEEK, None), heard(END)]
    assert monitored(*states, last_points={"E0": last}) == value
    silent_otherwise = states[:2]
    assert monitored(*silent_otherwise, last_points={"E0": last}) == value


def test_a_point_of_another_machine_says_nothing_of_this_one() -> None:
    states = [state(START, END - WEEK), state(END - WEEK, None)]
    assert monitored(*states, last_points={"other": END}) == "unmet"


def test_the_last_points_that_were_looked_at_are_part_of_the_input() -> None:
    rows = {
        "equipment": machines(YES),
        "equipment_state": [state(START, END - WEEK), state(END - WEEK, None), heard(END)],
    }
    points = [{}, {"E0": END}, {"E0": END - timedelta(hours=1)}, {"E0": END, "other": END}]
    digests = [observed("monitoring", rows, last_points=one).source.input_digest for one in points]
    assert len(set(digests[:3])) == 3
    assert digests[1] == digests[3]


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.tuples(st.sampled_from(["E0", "E1"]), st.integers(-60, 40), st.none() | st.integers(1, 20)),
        max_size=6,
    ),
    st.none() | st.integers(-60, 40),
)
def test_no_state_is_made_longer_than_it_is_known(rows: list[tuple[str, int, int | None]], last: Any) -> None:
    """Of any states: none begins or ends after the day, none that has an end moves it back, none lasts too long."""
    day = timedelta(1)
    states = [
        state(END + begin * day, None if length is None else END + (begin + length) * day, machine)
        for machine, begin, length in rows
    ]
    table = look({"equipment_state": states}).tables["equipment_state"]
    points = {} if last is None else {"E0": END + last * day}
    found = closed(table, END, WEEK, points).to_pylist()
    seen = [one for one in states if one["start"] < END]
    assert [one["start"] for one in found] == [one["start"] for one in seen]
    horizon = max((min(one["end"] or one["start"], END) for one in seen), default=END)
    for given_, one in zip(seen, found, strict=True):
        assert one["start"] <= one["end"] <= END
        if given_["end"] is not None:
            assert one["end"] == min(given_["end"], END)
        else:
            limit = points.get(given_["equipment_id"], horizon)
            assert one["end"] == max(one["start"], min(limit, one["start"] + WEEK, END))


def test_time_covered_is_counted_in_microseconds() -> None:
    end = START + timedelta(microseconds=3)
    states = look({"equipment_state": [state(START, end), state(END, END + timedelta(1))]}).tables
    assert covered_micros(states["equipment_state"], ["E0", "E1"], START, END) == {"E0": 3, "E1": 0}


def test_monitoring_says_what_it_counted() -> None:
    found = observed("monitoring", {"equipment": machines(YES), "equipment_state": [state(START, END)]})
    assert found.detail["monitored"] == found.detail["of"] == 1
    assert (found.window_from, found.window_to) == (date(2025, 3, 16), date(2025, 4, 15))


# --- key characteristics that were inspected digitally ---


def characteristics(count: int, **changes: Any) -> list[dict[str, Any]]:
    return numbered("characteristic_id", count, **changes)


def inspections(*flags: bool | None, **changes: Any) -> list[dict[str, Any]]:
    """One inspection of each characteristic in turn."""
    return [
        {"inspection_id": f"I{n}", "characteristic_id": f"characteristic_id-{n}", "digital": flag, **changes}
        for n, flag in enumerate(flags)
    ]


@pytest.mark.parametrize(
    ("flags", "value"),
    [
        ([YES] * 4 + [NO], "met"),
        ([YES] * 3 + [NO] * 2, "unmet"),
        ([YES] * 4, "met"),
        ([YES] * 3 + [NO], ("inspection",)),
        ([YES] * 3 + [NO, OPEN], ("inspection",)),
        ([YES] * 2 + [NO, NO], "unmet"),
        ([OPEN] * 5, ("inspection",)),
    ],
    ids=str,
)
def test_a_share_of_five_key_characteristics_is_inspected_digitally(flags: list[bool | None], value: Any) -> None:
    rows = {"quality_characteristic": characteristics(5), "inspection": inspections(*flags)}
    assert answer("digital_inspection", rows) == value


def test_one_digital_inspection_shows_that_a_characteristic_is_inspected_digitally() -> None:
    rows = {"quality_characteristic": characteristics(1)}
    again = [{**inspections(NO)[0], "inspection_id": "again"}]
    assert answer("digital_inspection", {**rows, "inspection": [*inspections(YES), *again]}) == "met"
    assert answer("digital_inspection", {**rows, "inspection": [*inspections(OPEN), *again]}) == ("inspection",)


@pytest.mark.parametrize(
    ("moment", "seen"),
    [
        (at("2025-01-15"), True),
        (at("2025-01-14", "23:59:59.999999"), False),
        (at("2025-04-14", "23:59:59.999999"), True),
        (at("2025-04-15"), False),
    ],
    ids=str,
)
def test_inspections_count_in_the_window_only(moment: Any, seen: bool) -> None:
    rows = {"quality_characteristic": characteristics(1), "inspection": inspections(YES, at=moment)}
    assert answer("digital_inspection", rows) == ("met" if seen else ("inspection",))


def test_without_key_characteristics_nothing_can_be_said() -> None:
    rows = {"quality_characteristic": characteristics(1, key=False), "inspection": inspections(YES)}
    assert answer("digital_inspection", rows) == ("quality_characteristic.key",)


# --- lots that can be traced ---


def lots(count: int, **changes: Any) -> list[dict[str, Any]]:
    return numbered("lot_id", count, **changes)


def traced(count: int) -> list[dict[str, Any]]:
    return [{"child_lot_id": f"lot_id-{n}"} for n in range(count)]


@pytest.mark.parametrize(("children", "value"), [(20, "met"), (19, "met"), (18, "unmet"), (1, "unmet")])
def test_a_share_of_twenty_finished_lots_can_be_traced(children: int, value: str) -> None:
    assert answer("traceability", {"lot": lots(20), "lot_genealogy": traced(children), "material": [{}]}) == value


def test_lots_without_any_genealogy_leave_it_open() -> None:
    assert answer("traceability", {"lot": lots(20), "material": [{}]}) == ("lot_genealogy",)


@pytest.mark.parametrize(
    "aside",
    [
        {"material_id": "A356.2"},
        {"made_on": None},
        {"made_on": date(2025, 1, 14)},
        {"made_on": date(2025, 4, 15)},
    ],
    ids=str,
)
def test_only_finished_lots_of_the_window_are_asked(aside: dict[str, Any]) -> None:
    rows = {
        "lot": [*lots(1), {"lot_id": "aside", **aside}],
        "lot_genealogy": traced(1),
        "material": [{}, {"material_id": "A356.2", "kind": "raw"}],
    }
    assert answer("traceability", rows) == "met"
    assert answer("traceability", {**rows, "lot": rows["lot"][1:]}) == ("lot",)


@pytest.mark.parametrize("day", [date(2025, 1, 15), date(2025, 4, 14)], ids=str)
def test_lots_of_the_first_and_last_day_of_the_window_are_asked(day: date) -> None:
    rows = {"lot": lots(1, made_on=day), "lot_genealogy": [{"child_lot_id": "another"}], "material": [{}]}
    assert answer("traceability", rows) == "unmet"


# --- orders in time ---


def lines(count: int, **changes: Any) -> list[dict[str, Any]]:
    return numbered("line_id", count, **{"due_on": date(2025, 3, 25), "quantity": 100.0, **changes})


def deliveries(count: int, **changes: Any) -> list[dict[str, Any]]:
    given = {"delivered_on": date(2025, 3, 25), "quantity": 100.0, **changes}
    return [{"delivery_id": f"D{n}", "line_id": f"line_id-{n}", **given} for n in range(count)]


def in_time(order_lines: list[dict[str, Any]], delivered: list[dict[str, Any]], **options: Any) -> Any:
    return answer("on_time_delivery", {"sales_order_line": order_lines, "delivery": delivered}, **options)


@pytest.mark.parametrize(("count", "value"), [(10, "met"), (9, "met"), (8, "unmet"), (1, "unmet")])
def test_a_share_of_ten_order_lines_is_delivered_in_time(count: int, value: str) -> None:
    assert in_time(lines(10), deliveries(count)) == value


def test_a_day_late_or_a_piece_short_is_not_in_time() -> None:
    assert in_time(lines(1), deliveries(1, delivered_on=date(2025, 3, 26))) == "unmet"
    assert in_time(lines(1), deliveries(1, quantity=99.0)) == "unmet"
    assert in_time(lines(1, revised_due_on=date(2025, 3, 28)), deliveries(1, delivered_on=date(2025, 3, 26))) == "unmet"


@pytest.mark.parametrize("parts", [(40.0, 60.0), (0.1, 0.2), (0.7, 0.1), (1e-6, 2e-6)], ids=str)
def test_partial_deliveries_add_up_to_what_was_ordered(parts: tuple[float, float]) -> None:
    ordered = {(40.0, 60.0): 100.0, (0.1, 0.2): 0.3, (0.7, 0.1): 0.8, (1e-6, 2e-6): 3e-6}[parts]
    delivered = [{**deliveries(1)[0], "delivery_id": str(part), "quantity": part} for part in parts]
    assert in_time(lines(1, quantity=ordered), delivered) == "met"
    late = [delivered[0], {**delivered[1], "delivered_on": date(2025, 3, 26)}]
    assert in_time(lines(1, quantity=ordered), late) == "unmet"


@pytest.mark.parametrize(
    "aside", [{"cancelled": True}, {"due_on": date(2025, 1, 14)}, {"due_on": date(2025, 4, 15)}], ids=str
)
def test_only_order_lines_due_in_the_window_are_asked(aside: dict[str, Any]) -> None:
    both = [*lines(1), {**lines(1)[0], "line_id": "aside", **aside}]
    assert in_time(both, deliveries(1)) == "met"
    assert in_time(both[1:], deliveries(1)) == ("sales_order_line",)


@pytest.mark.parametrize("day", [date(2025, 1, 15), date(2025, 4, 14)], ids=str)
def test_order_lines_of_the_first_and_last_day_of_the_window_are_asked(day: date) -> None:
    assert in_time(lines(1, due_on=day), deliveries(1, delivered_on=day + timedelta(1))) == "unmet"


def test_orders_without_any_delivery_on_record_leave_it_open() -> None:
    assert in_time(lines(10), []) == ("delivery",)


def test_deliveries_without_their_order_count_for_nothing() -> None:
    assert in_time(lines(1), [{**deliveries(1)[0], "line_id": "another"}]) == "unmet"
