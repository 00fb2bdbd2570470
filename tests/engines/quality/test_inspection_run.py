"""The engine on records and files: clause 三(三)3, lots, gauges, pictures."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from inspection_textures import as_png, spoilt, texture

from linghang.engines.charts import to_json
from linghang.engines.contract import Inputs, Result
from linghang.engines.quality.inspection import ELEMENT, Settings, run
from linghang.errors import BadInput
from linghang.plant.columns import arrow_schema
from linghang.plant.tables import TABLES

START = datetime(2026, 3, 1, tzinfo=UTC)
END = START + timedelta(30)


def rows(name: str, many: list[dict[str, object]]) -> pa.Table:
    schema = arrow_schema(TABLES[name])
    return pa.table(
        {one.name: pa.array([row.get(one.name) for row in many], one.type) for one in schema}, schema=schema
    )


def characteristic(name: str, *, key: bool = True, unit: str | None = "mm") -> dict[str, object]:
    limits = {"target": 10.0, "lower_limit": 9.9, "upper_limit": 10.1} if unit else {}
    return {"characteristic_id": name, "product_id": "P", "name": name, "key": key, "unit": unit, **limits}


def inspected(
    name: str, many: int = 60, *, digital: object = True, bad: object = 0, size: int = 20
) -> list[dict[str, object]]:
    values = np.round(np.random.default_rng(len(name)).normal(10, 0.02, many), 3).tolist()
    return [
        {
            "inspection_id": f"{name}-{place}", "product_id": "P", "characteristic_id": name, "lot_id": f"L{place}",
            "at": START + timedelta(hours=11 * place, seconds=13.7 * place), "stage": "final",
            "inspected_quantity": size,
            "defective_quantity": bad(place) if callable(bad) else bad, "value": values[place], "digital": digital,
            "judged": "pass",
        }
        for place in range(many)
    ]  # fmt: skip


def given(files: dict[str, bytes] | None = None, **tables: list[dict[str, object]]) -> Inputs:
    names = ("inspection", "quality_characteristic", "lot", "defect", "nonconformance")
    return Inputs(
        {name: rows(name, tables.get(name, [])) for name in names},
        START,
        END,
        ZoneInfo("Asia/Shanghai"),
        files=files or {},
    )


def cells(result: Result, table: str, column: str) -> list[object]:
    return list(result.tables[table].data[column].to_pylist())


def test_三_3_counts_key_characteristics_that_are_really_captured() -> None:
    inputs = given(
        quality_characteristic=[
            characteristic("digital"), characteristic("by hand"), characteristic("unmarked"), characteristic("silent"),
            characteristic("minor", key=False),
        ],
        inspection=[
            *inspected("digital"), *inspected("by hand", digital=False), *inspected("unmarked", digital=None),
            *inspected("minor", digital=False),
        ],
    )  # fmt: skip
    (found,) = run(inputs, Settings()).observations
    assert (found.about, found.covered, found.open, found.of) == (ELEMENT, 1, 2, 4)
    assert found.detail["not_captured"] == ["by hand"]
    assert (found.start, found.end) == (START, END)


def test_only_the_window_counts() -> None:
    inputs = given(quality_characteristic=[characteristic("digital")], inspection=inspected("digital"))
    later = replace(inputs, start=END + timedelta(1), end=END + timedelta(31))
    assert run(later, Settings()).observations == ()


def test_without_data_it_says_what_it_needs_and_proves_nothing() -> None:
    result = run(given(), Settings())
    assert result.observations == ()
    assert {"inspection", "quality_characteristic.key"} <= set(result.needs)


def test_lots_are_followed_through_the_switching_rules() -> None:
    lots = [
        {"lot_id": f"L{place}", "quantity": 400, "material_id": "M", "made_on": date(2026, 3, 1)} for place in range(60)
    ]
    good = inspected("good", size=80)
    worse = inspected("worse", size=80, bad=lambda place: 4 if place in (10, 12) else 0)
    bad = inspected("bad", size=80, bad=9)
    small = inspected("small", size=3)
    inputs = given(
        quality_characteristic=[characteristic(name) for name in ("good", "worse", "bad", "small")],
        inspection=[*good, *worse, *bad, *small],
        lot=lots,
    )
    result = run(inputs, Settings(reduced_inspection=True))
    state = dict(zip(cells(result, "sampling", "characteristic_id"), cells(result, "sampling", "state"), strict=True))
    assert state == {"good": "reduced", "worse": "reduced", "bad": "discontinued", "small": None}
    assert [one.values["after"] for one in result.events if one.subject.startswith("worse")] == [
        "tightened", "normal", "reduced",
    ]  # fmt: skip
    unwanted = run(inputs, Settings())
    assert "reduced" not in cells(unwanted, "sampling", "state")


def test_a_corrective_action_resumes_a_discontinued_series() -> None:
    bad = inspected("bad", bad=lambda place: 9 if place < 20 else 0)
    action = {
        "nonconformance_id": "N", "product_id": "P", "opened_at": START, "closed_at": bad[30]["at"], "quantity": 1,
        "disposal": "scrap", "corrective_action": "new die",
    }  # fmt: skip
    tables = {"quality_characteristic": [characteristic("bad")], "inspection": bad}
    assert cells(run(given(**tables), Settings()), "sampling", "state") == ["discontinued"]  # type: ignore[arg-type]
    acted = run(given(**tables, nonconformance=[action]), Settings())  # type: ignore[arg-type]
    assert cells(acted, "sampling", "state") == ["normal"]


def test_repeated_measurements_of_single_parts_are_a_gauge_study() -> None:
    rng = np.random.default_rng(2)
    lots = [{"lot_id": f"L{part}", "quantity": 1, "material_id": "M", "made_on": date(2026, 3, 1)} for part in range(6)]
    taken = [
        {
            "inspection_id": f"{part}-{gauge}-{turn}", "product_id": "P", "characteristic_id": "bore",
            "lot_id": f"L{part}",
            "at": START + timedelta(minutes=17.3 * (part * 6 + gauge * 2 + turn)), "equipment_id": f"G{gauge}",
            "inspected_quantity": 1, "defective_quantity": 0, "digital": True, "judged": "pass",
            "value": 10 + 0.01 * part + float(rng.normal(0, 0.001)),
        }
        for part in range(6) for gauge in range(3) for turn in range(2)
    ]  # fmt: skip
    result = run(given(quality_characteristic=[characteristic("bore")], inspection=taken, lot=lots), Settings())
    assert (cells(result, "gauges", "parts"), cells(result, "gauges", "operators")) == ([6], [3])
    assert cells(result, "gauges", "verdict") == ["acceptable"]
    assert cells(result, "gauges", "tolerance_percent")[0] == pytest.approx(3, abs=1.5)


def test_a_gauge_study_comes_as_a_file_and_other_files_are_left_alone() -> None:
    lines = [f"{part},{who},{part + 0.1 * turn},bore" for part in range(5) for who in "ab" for turn in range(2)]
    study = "\n".join(["\ufeff零件,操作者,检测值,质量特性编号", *lines]).encode()
    result = run(
        given({"rr.csv": study, "other.csv": b"a,b\n1,2"}, quality_characteristic=[characteristic("bore")]), Settings()
    )
    assert cells(result, "gauges", "study") == ["rr.csv"]
    assert cells(result, "gauges", "tolerance_percent")[0] is not None
    with pytest.raises(BadInput, match=r"rr\.csv:2, column value: “x” is no number"):
        run(given({"rr.csv": b"part,operator,value\n1,a,x"}), Settings())
    with pytest.raises(BadInput, match=r"rr\.csv: a crossed gauge study has at least 2 parts"):
        run(given({"rr.csv": b"part,operator,value\n1,a,3"}), Settings())


def pictures(count: int = 5) -> dict[str, bytes]:
    return {
        f"learn/{kind}/{seed}.png": as_png(texture(kind, seed))
        for kind in ("grain", "brushed")
        for seed in range(count)
    }


@pytest.mark.slow
def test_labelled_pictures_teach_and_the_others_are_classified() -> None:
    files = pictures() | {"new/a.png": as_png(texture("grain", 50)), "b.png": as_png(texture("brushed", 51))}
    result = run(given(files), Settings(variants=0, repeats=1))
    assert cells(result, "pictures", "file") == ["b.png", "new/a.png"]
    assert cells(result, "pictures", "class") == ["brushed", "grain"]
    assert cells(result, "vision", "found_percent") == [100, 100]
    kinds = {type(one).__name__ for one in result.charts}
    assert {"Heatmap", "Chart", "Picture"} <= kinds
    json.dumps(to_json(result.charts), allow_nan=False)
    named = {f"{name.split('/')[1]}_{name.split('/')[2]}": content for name, content in pictures().items()}
    assert "vision" in run(given(named), Settings(labels_from="name", variants=0, repeats=1)).tables


def test_only_good_pictures_teach_what_is_unlike_them() -> None:
    files = {f"good/{seed}.png": as_png(texture("grain", seed)) for seed in range(8)}
    files |= {"a.png": as_png(texture("grain", 50)), "b.png": as_png(spoilt(texture("grain", 51), (30, 30, 60, 60)))}
    result = run(given(files), Settings())
    assert cells(result, "surfaces", "unlike_good") == [False, True]


def test_pictures_without_labels_are_marked_within_themselves() -> None:
    result = run(given({"a.png": as_png(spoilt(texture("grain", 51), (30, 30, 60, 60)))}), Settings())
    assert cells(result, "spots", "boxes")[0] >= 1  # type: ignore[operator]
    with pytest.raises(BadInput, match=r"a\.png is no picture"):
        run(given({"a.png": b"nothing"}), Settings())


def test_a_saved_model_is_used_instead_of_learning() -> None:
    from linghang.engines.quality.inspection_vision import learnt

    kinds = [kind for kind in ("grain", "brushed") for _ in range(4)]
    model = learnt([texture(kind, seed) for seed, kind in enumerate(kinds)], kinds, 0).model()
    result = run(given({"model.npz": model.saved(), "a.png": as_png(texture("brushed", 60))}), Settings())
    assert cells(result, "pictures", "class") == ["brushed"]
    assert model.digest[:12] in result.tables["pictures"].title.en


@pytest.mark.parametrize(
    "wrong",
    [
        {"captured_share": 0.0}, {"captured_share": 1.1}, {"plausible_tolerances": 0.0}, {"key_aql_percent": 0.9},
        {"folds": 1}, {"repeats": 0}, {"variants": -1}, {"labels": ("a.png",)}, {"pool_above": 1.5},
        {"history_days": -1},
    ],
)  # fmt: skip
def test_settings_refuse_nonsense(wrong: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        Settings(**wrong)  # type: ignore[arg-type]


def test_defects_and_nonconformances_of_the_window_are_counted() -> None:
    found = inspected("bore", 3)
    defects = [
        {"defect_id": f"D{place}", "inspection_id": name, "kind": kind, "quantity": quantity}
        for place, (name, kind, quantity) in enumerate(
            [("bore-0", "pore", 3.0), ("bore-1", "crack", 1.0), ("bore-2", "pore", 1.0), ("elsewhere", "pore", 9.0)]
        )
    ]
    opened = [
        {"nonconformance_id": "a", "product_id": "P", "opened_at": START, "closed_at": START + timedelta(hours=6),
         "quantity": 3.0, "disposal": "scrap", "corrective_action": "new die"},
        {"nonconformance_id": "b", "product_id": "P", "opened_at": START, "quantity": 1.0, "disposal": "open"},
        {"nonconformance_id": "c", "product_id": "P", "opened_at": START - timedelta(1), "quantity": 1.0,
         "disposal": "open"},
    ]  # fmt: skip
    result = run(
        given(quality_characteristic=[characteristic("bore")], inspection=found, defect=defects, nonconformance=opened),
        Settings(),
    )
    assert (cells(result, "defects", "kind"), cells(result, "defects", "quantity")) == (["pore", "crack"], [4, 1])
    assert cells(result, "defects", "cumulative_percent") == [80, 100]
    (row,) = result.tables["nonconformances"].data.to_pylist()
    assert row == {
        "product_id": "P", "opened": 2, "still_open": 1, "without_action": 1, "quantity": 4.0, "hours_to_close": 6.0,
    }  # fmt: skip
