"""Key characteristics of the records: which of them are captured digitally. Part of `quality.inspection`."""

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from linghang.engines.charts import Axis, Chart, Limit, Series
from linghang.engines.contract import Inputs, Observed, ResultTable
from linghang.engines.quality.inspection import ELEMENT, Part
from linghang.engines.quality.inspection_capture import Captured, Limits, captured
from linghang.engines.quality.inspection_records import Inspections, numbers
from linghang.words import Text

if TYPE_CHECKING:
    from linghang.engines.quality.inspection import Settings

COLUMNS = {
    "characteristic_id": Text("质量特性编号", "Characteristic id"),
    "product_id": Text("产品", "Product"),
    "name": Text("质量特性", "Characteristic"),
    "key": Text("关键", "Key"),
    "inspections": Text("检验次数", "Inspections"),
    "digital": Text("数字化标记", "Marked digital"),
    "by_hand": Text("人工", "By hand"),
    "unmarked": Text("未标记", "Not marked"),
    "valued": Text("有结果", "With a result"),
    "plausible": Text("结果可信", "Plausible"),
    "captured": Text("数字化且可信", "Digital and plausible"),
    "captured_share_percent": Text("采集率 %", "Captured %"),
    "resolution": Text("分辨力", "Resolution"),
    "last_digit_0_or_5_percent": Text("末位0/5占比 %", "Last digit 0 or 5 %"),
    "outside_limits_passed": Text("超差仍判合格", "Outside limits but passed"),
    "signs": Text("疑点", "Signs"),
    "status": Text("结论", "Status"),
}
ORDER = ("not_captured", "doubtful", "unknown", "captured", "not_inspected")


def limits_of(inputs: Inputs) -> dict[str, tuple[Limits, bool, dict[str, object]]]:
    """Return characteristic -> its limits, whether a value is expected of it, and its row."""
    table = inputs.tables["quality_characteristic"]
    low, high, target = (numbers(table[name]) for name in ("lower_limit", "upper_limit", "target"))
    found = {}
    for place, row in enumerate(table.to_pylist()):
        bounds = [float(one[place]) if np.isfinite(one[place]) else None for one in (low, high, target)]
        measured = bool(row["unit"]) or any(one is not None for one in bounds)
        if row["characteristic_id"] is not None:
            found[row["characteristic_id"]] = (Limits(*bounds), measured, row)
    return found


def capture_part(inputs: Inputs, settings: "Settings", window: Inspections) -> Part:
    """Judge every characteristic that is known; what counts for the element are the key ones."""
    known = limits_of(inputs)
    keys = [name for name, (_, _, row) in known.items() if row["key"]]
    if not keys or not len(window):
        return Part(
            needs=("inspection",) if keys else ("quality_characteristic.key", "inspection")[: 2 - bool(len(window))]
        )
    rows = {name[0]: where for name, where in window.groups("characteristic").items()}
    found: dict[str, Captured] = {}
    for name, (limits, measured, _) in known.items():
        one = window.take(rows.get(name, np.empty(0, np.int64)))
        found[name] = captured(
            one, limits, measured=measured, share=settings.captured_share, band=settings.plausible_tolerances
        )
    if all(found[name].inspections == 0 for name in keys):
        return Part(needs=("inspection.characteristic_id",))
    return Part(
        sentences=(_sentence(found, keys),),
        tables=(("capture", _table(known, found)),),
        charts=(_chart(known, found, keys, settings),),
        observations=(_observed(inputs, settings, found, keys),),
        needs=_needs(found, keys),
    )


def _sentence(found: dict[str, Captured], keys: list[str]) -> Text:
    many = {status: sum(found[name].status == status for name in keys) for status in ORDER}
    open_ = many["doubtful"] + many["unknown"] + many["not_inspected"]
    return Text(
        f"{len(keys)}项关键质量特性中{many['captured']}项数字化采集，{many['not_captured']}项未达到，{open_}项无法确定",
        f"of {len(keys)} key characteristics {many['captured']} are captured digitally, {many['not_captured']} are "
        f"not, {open_} are open",
    )


def _observed(inputs: Inputs, settings: "Settings", found: dict[str, Captured], keys: list[str]) -> Observed:
    by = {status: sorted(name for name in keys if found[name].status == status) for status in ORDER}
    open_ = len(by["doubtful"]) + len(by["unknown"]) + len(by["not_inspected"])
    share = round(settings.captured_share * 100, 6)
    return Observed(
        about=ELEMENT,
        what=Text(
            f"窗口内至少{share:g}%的检验以数字化方式得到可信结果的关键质量特性",
            f"key characteristics of which at least {share:g} % of the inspections of the window left a plausible "
            "digital result",
        ),
        covered=len(by["captured"]),
        open=open_,
        of=len(keys),
        start=inputs.start,
        end=inputs.end,
        detail={
            "captured_share": settings.captured_share,
            "plausible_tolerances": settings.plausible_tolerances,
            **{status: by[status][:50] for status in ORDER if status != "captured"},
        },
    )


def _needs(found: dict[str, Captured], keys: list[str]) -> tuple[str, ...]:
    needs = []
    if any(found[name].status == "unknown" and found[name].unmarked for name in keys):
        needs.append("inspection.digital")
    if any(found[name].inspections and not found[name].valued for name in keys):
        needs.append("inspection.value")
    return tuple(needs)


def _table(known: dict[str, tuple[Limits, bool, dict[str, object]]], found: dict[str, Captured]) -> ResultTable:
    order = sorted(known, key=lambda name: (not known[name][2]["key"], ORDER.index(found[name].status), name))
    rows: dict[str, list[object]] = {name: [] for name in COLUMNS}
    for name in order:
        one, row = found[name], known[name][2]
        share = None if not one.inspections else round(100 * one.captured / one.inspections, 2)
        heap = None if one.heaping is None else round(100 * one.heaping, 2)
        cells = (
            name, row["product_id"], row["name"], row["key"], one.inspections, one.digital, one.by_hand, one.unmarked,
            one.valued, one.plausible, one.captured, share, one.resolution, heap, one.out_of_limits_passed,
            ", ".join(one.signs), one.status,
        )  # fmt: skip
        for column, cell in zip(COLUMNS, cells, strict=True):
            rows[column].append(cell)
    types: dict[str, pa.DataType] = dict.fromkeys(COLUMNS, pa.int64())
    types |= dict.fromkeys(("characteristic_id", "product_id", "name", "signs", "status"), pa.string())
    types |= dict.fromkeys(("captured_share_percent", "resolution", "last_digit_0_or_5_percent"), pa.float64())
    types["key"] = pa.bool_()
    data = pa.table({name: pa.array(values, types[name]) for name, values in rows.items()})
    return ResultTable(Text("质量特性的数字化采集", "Digital capture of characteristics"), data, COLUMNS)


def _chart(
    known: dict[str, tuple[Limits, bool, dict[str, object]]], found: dict[str, Captured], keys: list[str],
    settings: "Settings",
) -> Chart:  # fmt: skip
    """Capture by what is measured: the same characteristic of all products is one bar."""
    by: dict[str, list[Captured]] = {}
    for name in keys:
        by.setdefault(str(known[name][2]["name"]), []).append(found[name])
    total = {name: sum(one.inspections for one in many) for name, many in by.items()}
    share: dict[str, float | None] = {
        name: 100 * sum(one.captured for one in many) / total[name] if total[name] else None
        for name, many in by.items()
    }
    order = sorted(by, key=lambda name: (share[name] is None, share[name] or 0.0, name))
    return Chart(
        "capture",
        Text("关键质量特性的数字化采集率", "Digital capture of key characteristics"),
        Axis(Text("质量特性", "Characteristic"), kind="category"),
        Axis(Text("采集率", "Captured"), "%"),
        (Series(Text("数字化且可信", "Digital and plausible"), order, [share[name] for name in order], "bar"),),
        (Limit(Text("要求", "Wanted"), 100 * settings.captured_share, "target"),),
    )
