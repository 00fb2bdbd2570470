"""Stored names are mapped to equipment, quantity and unit: proposals, and the mapping applied to what is read."""

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linghang.errors import BadInput
from linghang.intake.live.tag_hints import TagHint, merge_hints, read_hints
from linghang.intake.live.tag_suggestions import Confidence, Proposal, suggest
from linghang.intake.live.tag_words import tokens
from linghang.intake.live.tags import TagMapping, mapped, mappings
from linghang.plant.records import check_rows, columns_of
from linghang.plant.tables import TABLES
from linghang.plant.units import UNITS
from linghang.store.telemetry.points import TagKind

NUMBER, TEXT, FLAG = TagKind.NUMBER, TagKind.TEXT, TagKind.FLAG
EQUIPMENT = [
    {"equipment_id": "LPC-103", "name": "低压铸造机3号"},
    {"equipment_id": "LPC-1", "name": "低压铸造机1号"},
    {"equipment_id": "CNC-205", "name": "数控5"},
    {"equipment_id": "CNC-205-LATHE", "name": "车床"},
    {"equipment_id": "AC-1", "name": "空压机1号"},
]


def one(name: str, kind: TagKind = NUMBER, existing: Any = (), **hint: Any) -> Proposal:
    (found,) = suggest({name: kind}, {name: TagHint(name, **hint)}, EQUIPMENT, existing, "HLGL")
    return found


# --- proposals ---


def test_a_path_below_a_machine_with_a_unit_is_sure() -> None:
    found = one(
        "works-opcua!ns=2;s=CAST/LPC-103/metal_temperature",
        path=("CAST", "LPC-103", "Monitoring", "metal_temperature"),
        label="铝液温度",
        unit="°C",
        unit_code="CEL",
    )
    assert found.row == {
        "source": "works-opcua!ns=2;s=CAST/LPC-103/metal_temperature",
        "tag_id": "HLGL/LPC-103/metal_temperature",
        "factory_id": "HLGL",
        "equipment_id": "LPC-103",
        "name": "铝液温度",
        "quantity": "temperature",
        "unit": "°C",
        "source_unit": "°C",
        "role": "measurement",
        "writable": False,
    }
    assert found.confidence is Confidence.SURE
    assert found.why == ("it hangs below LPC-103", "its source says °C")


@pytest.mark.parametrize(
    ("name", "machine"),
    [
        ("mqtt!spBv1.0/HLGL/CAST/LPC-103/die_temperature", "LPC-103"),
        ("plc!LPC103.T1", "LPC-103"),
        ("plc!hall2/lpc_0103_T1", "LPC-103"),
        ("plc!Lpc103Temp", "LPC-103"),
        ("plc!低压铸造机3号/温度", "LPC-103"),
        ("plc!LPC-1/t", "LPC-1"),
        ("plc!CNC-205-LATHE/spindle_current", "CNC-205-LATHE"),
        ("plc!CNC-205/lathe2/spindle_current", "CNC-205"),
        ("plc!CNC-205/LPC-103/t", "LPC-103"),
        ("plc!LPC-1030/t", None),
        ("plc!unit 3 holding 40", None),
        ("plc!LPC-103", None),
    ],
)
def test_the_machine_is_found_in_the_name(name: str, machine: str | None) -> None:
    found = one(name)
    assert found.row.get("equipment_id") == machine
    assert (found.confidence is Confidence.GUESS) == (machine is None)


def test_two_machines_with_the_same_words_are_not_chosen_between() -> None:
    machines = [{"equipment_id": "LPC-3", "name": ""}, {"equipment_id": "LPC03", "name": ""}]
    (found,) = suggest({"plc!LPC-3/t": NUMBER}, {}, machines, (), "F")
    assert "equipment_id" not in found.row


@pytest.mark.parametrize(
    ("name", "kind", "hint", "right"),
    [
        ("p!AC-1/pressure_bar", NUMBER, {}, ("pressure", "bar", "measurement")),
        ("p!AC-1/max_min", NUMBER, {}, (None, None, "measurement")),
        ("p!AC-1/total", NUMBER, {"unit": "kW.h"}, ("energy", "kWh", "counter")),
        ("p!AC-1/vibration", NUMBER, {"unit": "mm/s"}, ("vibration", "mm/s", "measurement")),
        ("p!AC-1/feed", NUMBER, {"unit": "mm/s"}, ("speed", "mm/s", "measurement")),
        ("p!AC-1/level", NUMBER, {"unit": "%"}, ("level", "%", "measurement")),
        ("p!AC-1/load", NUMBER, {"unit": "%"}, ("other", "%", "measurement")),
        ("p!AC-1/temperature_sp", NUMBER, {"unit": "Cel"}, ("temperature", "°C", "setpoint")),
        ("p!AC-1/power_factor", NUMBER, {}, ("other", None, "measurement")),
        ("p!AC-1/state", TEXT, {}, ("state", None, "state")),
        ("p!AC-1/recipe", TEXT, {}, (None, None, "other")),
        ("p!AC-1/door_open", FLAG, {}, (None, None, "state")),
        ("p!AC-1/x", NUMBER, {"unit": "furlong"}, (None, None, "measurement")),
    ],
)
def test_quantity_unit_and_role(name: str, kind: TagKind, hint: dict[str, str], right: tuple[Any, ...]) -> None:
    row = one(name, kind, **hint).row
    assert (row.get("quantity"), row.get("unit"), row["role"]) == right


def test_a_unit_that_is_not_ours_comes_with_its_scale() -> None:
    row = one("p!AC-1/temperature", unit="°F", unit_code="FAH").row
    assert (row["unit"], row["source_unit"]) == ("°C", "°C")
    assert TagMapping.of(row).values(np.array([212.0, 32.0])) == pytest.approx([100.0, 0.0])


def test_a_name_that_contradicts_its_unit_is_said() -> None:
    found = one("p!AC-1/temperature", unit="bar")
    assert found.row["quantity"] == "pressure"
    assert found.confidence is Confidence.LIKELY
    assert "its name speaks of another quantity than its unit bar" in found.why


def test_names_that_are_mapped_already_are_left_out() -> None:
    existing = [{"tag_id": "T", "source": "p!AC-1/pressure", "equipment_id": "AC-1"}]
    assert suggest({"p!AC-1/pressure": NUMBER}, {}, EQUIPMENT, existing, "F") == []


def test_a_tag_without_a_source_gets_it_and_keeps_what_it_says() -> None:
    row = {
        "tag_id": "HLGL/UTIL/AC-1/pressure",
        "equipment_id": "AC-1",
        "source": None,
        "unit": "MPa",
        "name": "排气压力",
    }
    found = one("p!AC-1/pressure", existing=[row], unit="bar")
    assert found.fills
    assert found.row["tag_id"] == "HLGL/UTIL/AC-1/pressure"
    assert (found.row["name"], found.row["unit"], found.row["source_unit"]) == ("排气压力", "MPa", "bar")
    assert TagMapping.of(found.row).values(np.array([7.0])) == pytest.approx([0.7])
    odd = one("p!AC-1/pressure", existing=[row], unit="°C")
    assert odd.confidence is Confidence.GUESS
    assert "source_unit" not in odd.row


def test_two_sources_of_one_signal_get_two_tags() -> None:
    names = {"a!AC-1/pressure": NUMBER, "b!AC-1/pressure": NUMBER, "b!UTIL/AC-1/pressure": NUMBER}
    ids = [found.row["tag_id"] for found in suggest(names, {}, EQUIPMENT, (), "F")]
    assert ids == ["F/AC-1/pressure", "F/AC-1/pressure@b", "F/AC-1/pressure@b-2"]


NAMES = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=40)


@settings(deadline=None)
@given(
    st.dictionaries(st.builds("c!{}".format, NAMES), st.sampled_from(TagKind), max_size=6),
    st.sampled_from([None, "°C", "bar", "psi", "%", "x"]),
)
def test_every_proposal_passes_the_checks_of_the_table(names: dict[str, TagKind], unit: str | None) -> None:
    hints = {name: TagHint(name, unit=unit) for name in names}
    rows = [dict(found.row) for found in suggest(names, hints, EQUIPMENT, (), "HLGL")]
    assert len({row["tag_id"] for row in rows}) == len(rows) == len(names)
    full = [{column.name: row.get(column.name) for column in TABLES["tag"].columns} for row in rows]
    if full:
        assert [one.message for one in check_rows("tag", columns_of(full))] == []


def test_the_works_are_mapped_as_they_are(shared_works: Any) -> None:
    equipment, tags = shared_works
    names = {row["source"]: TEXT if row["role"] == "state" else NUMBER for row in tags}
    hints = {row["source"]: TagHint(row["source"], label=row["name"], unit=row["unit"]) for row in tags}
    found = {one.source: one.row for one in suggest(names, hints, equipment, (), "HLGL")}
    wrong = [row["source"] for row in tags if found[row["source"]].get("equipment_id") != row["equipment_id"]]
    assert wrong == []
    units = [(row["unit"], found[row["source"]].get("unit")) for row in tags if row["unit"] in UNITS]
    assert [pair for pair in units if pair[0] != pair[1]] == []


@pytest.fixture
def shared_works() -> Any:
    works = pytest.importorskip("linghang.twin.works.tags")
    machines = pytest.importorskip("linghang.twin.works.machines")
    equipment = [{"equipment_id": one.id, "name": one.group.name} for one in machines.MACHINES]
    return equipment, works.tag_rows().to_pylist()


def test_words_of_names() -> None:
    assert tokens("LPC-0103") == tokens("Lpc_103") == tokens("lpc103") == ("lpc", "103")
    assert tokens("metalTemperature") == ("metal", "temperature")
    assert tokens("铝液温度2") == ("铝液温度", "2")


def test_the_table_refuses_a_source_in_another_kind_of_unit() -> None:
    row = {**TABLES["tag"].info["examples"][0], "source_unit": "bar"}
    assert [(one.column, one.check) for one in check_rows("tag", columns_of([row]))] == [
        ("source_unit", "tag.source_unit")
    ]


# --- applied to what is read ---


def test_scale_offset_and_unit_are_applied_in_that_order() -> None:
    mapping = TagMapping("T", "s", unit="kPa", source_unit="bar", scale=0.1, offset=-1.0)
    assert mapping.values(np.array([20.0, 110.0])) == pytest.approx([100.0, 1000.0])
    assert TagMapping("T", "s", unit="K", source_unit="°C").values(np.array([25.0])) == pytest.approx([298.15])


@given(st.lists(st.floats(allow_nan=True), max_size=5))
def test_a_row_that_says_nothing_changes_nothing(values: list[float]) -> None:
    stored = np.array(values)
    assert np.array_equal(TagMapping("T", "s", unit="bar").values(stored), stored, equal_nan=True)


@pytest.mark.parametrize("scale", [0.0, float("nan"), float("inf")])
def test_a_scale_that_destroys_values_is_refused(scale: float) -> None:
    with pytest.raises(BadInput, match="a scale is a number other than 0"):
        TagMapping("T", "s", scale=scale)


def test_a_source_in_another_kind_of_unit_is_refused() -> None:
    with pytest.raises(BadInput, match="bar does not convert to °C"):
        TagMapping("T", "s", unit="°C", source_unit="bar")


def test_rows_of_the_table_become_mappings() -> None:
    rows = [
        {"tag_id": "A", "source": "s", "unit": "°C", "source_scale": None, "source_offset": 2.0},
        {"tag_id": "B", "source": None},
    ]
    assert mappings(rows) == {"A": TagMapping("A", "s", unit="°C", offset=2.0)}


def test_points_and_intervals_are_mapped_and_nulls_stay() -> None:
    mapping = TagMapping("T", "s", scale=-2.0, offset=1.0)
    points = pa.table({"at": [1, 2, 3], "value": [1.0, None, 3.0], "quality": [192, 0, 192]})
    assert mapped(points, mapping).to_pydict() == {
        "at": [1, 2, 3],
        "value": [-1.0, None, -5.0],
        "quality": [192, 0, 192],
    }
    means = pa.table({"mean": [2.0], "low": [1.0], "high": [4.0], "count": [3]})
    assert mapped(means, mapping).to_pydict() == {"mean": [-3.0], "low": [-7.0], "high": [-1.0], "count": [3]}


# --- hints ---


def test_hints_are_kept_and_newer_ones_take_the_place_of_older(tmp_path: Path) -> None:
    file = tmp_path / "telemetry" / "tag-hints.json"
    assert read_hints(file) == {}
    first, second = TagHint("a", ("x", "a"), "甲", "°C", "CEL", 0.0, 1.0), TagHint("b")
    merge_hints(file, [first, second])
    newer = TagHint("b", unit="bar")
    assert merge_hints(file, [newer]) == read_hints(file) == {"a": first, "b": newer}


def test_a_file_of_hints_that_is_none_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "tag-hints.json"
    file.write_text("[{}]")
    with pytest.raises(BadInput, match="is no file of tag hints; remove it"):
        read_hints(file)
