"""Gauge studies of the records and of files. Part of `quality.inspection`.

Of the records a study is what repeats itself: lots of a single part of which several gauges (equipment) took at least
two values each. Else a study is handed in as a CSV file with the columns part, operator and value (零件, 操作者,
检测值), and optionally characteristic (质量特性编号), which brings the tolerance.
"""

import csv
import io
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from linghang.engines.charts import Axis, Chart, Limit, Series
from linghang.engines.contract import Inputs, ResultTable
from linghang.engines.quality.inspection import Part
from linghang.engines.quality.inspection_gauge import BAD_ABOVE, GOOD_BELOW, GaugeStudy, study
from linghang.engines.quality.inspection_keys import limits_of
from linghang.engines.quality.inspection_records import Inspections
from linghang.errors import BadInput, Place
from linghang.words import Text

if TYPE_CHECKING:
    from linghang.engines.quality.inspection import Settings

WORDS: Mapping[str, str] = {
    "零件": "part", "操作者": "operator", "检验员": "operator", "检测值": "value", "测量值": "value",
    "质量特性编号": "characteristic", "characteristic_id": "characteristic",
}  # fmt: skip
COLUMNS = {
    "study": Text("研究", "Study"),
    "characteristic_id": Text("质量特性编号", "Characteristic id"),
    "method": Text("方法", "Method"),
    "parts": Text("零件数", "Parts"),
    "operators": Text("操作者数", "Operators"),
    "repeats": Text("重复次数", "Repeats"),
    "repeatability_deviation": Text("重复性标准差 EV", "Repeatability EV"),
    "reproducibility_deviation": Text("再现性标准差 AV", "Reproducibility AV"),
    "gauge_deviation": Text("GRR标准差", "GRR"),
    "part_deviation": Text("零件标准差 PV", "Part PV"),
    "study_percent": Text("%研究变差", "% study"),
    "contribution_percent": Text("%贡献", "% contribution"),
    "tolerance_percent": Text("%公差", "% tolerance"),
    "classes": Text("可区分类别数 ndc", "Distinct categories ndc"),
    "set_to_zero": Text("置零的负方差", "Negative variances set to 0"),
    "verdict": Text("结论", "Verdict"),
}
Table = tuple[list[object], list[object], list[float]]


def gauge_part(inputs: Inputs, settings: "Settings", window: Inspections) -> Part:
    """Analyse every study that there is."""
    known = limits_of(inputs)
    found: list[tuple[str, str | None, GaugeStudy]] = []
    for name in sorted(inputs.files):
        if name.lower().endswith(".csv"):
            read = _of_file(name, inputs.files[name])
            if read is None:
                continue
            characteristic, rows = read
            tolerance = known[characteristic][0].tolerance if characteristic in known else None
            found.append((name, characteristic, _studied(rows, settings, tolerance, name)))
    for characteristic, rows in _of_records(window).items():
        tolerance = known[characteristic][0].tolerance if characteristic in known else None
        found.append((characteristic, characteristic, _studied(rows, settings, tolerance, characteristic)))
    if not found:
        return Part(needs=("inspection.value (repeated by part and gauge)",))
    verdicts = Counter(one.verdict for _, _, one in found)
    good, bad = verdicts["acceptable"], verdicts["unacceptable"]
    return Part(
        sentences=(
            Text(
                f"{len(found)}项测量系统研究中{good}项可接受，{bad}项不可接受",
                f"of {len(found)} gauge studies {good} are acceptable and {bad} are not",
            ),
        ),
        tables=(("gauges", _table(found)),),
        charts=(_chart(found),),
    )


def _studied(rows: Table, settings: "Settings", tolerance: float | None, name: str) -> GaugeStudy:
    try:
        return study(*rows, method=settings.gauge_method, tolerance=tolerance, pool_above=settings.pool_above)
    except BadInput as error:
        raise error.at(Place(name)) from error


def _of_file(name: str, content: bytes) -> tuple[str | None, Table] | None:
    """Read a study; None for a file without its columns, which is somebody else's."""
    try:
        reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig")))
        header = {WORDS.get(one.strip(), one.strip().lower()): one for one in reader.fieldnames or ()}
        if not {"part", "operator", "value"} <= header.keys():
            return None
        rows = [{key: (row[own] or "").strip() for key, own in header.items()} for row in reader]
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadInput("{name} is no CSV file in UTF-8: {reason}", name=name, reason=str(error)) from error
    values = []
    for line, row in enumerate(rows, start=2):
        try:
            values.append(float(row["value"]))
        except ValueError:
            raise BadInput("“{value}” is no number", Place(name, line, header["value"]), value=row["value"]) from None
    characteristics = {row.get("characteristic", "") for row in rows}
    if len(characteristics) > 1:
        raise BadInput(
            "a file holds the study of one characteristic; this one has {count}",
            Place(name),
            count=len(characteristics),
        )
    return (characteristics.pop() or None if characteristics else None), (
        [row["part"] for row in rows], [row["operator"] for row in rows], values,
    )  # fmt: skip


def _of_records(window: Inspections) -> dict[str, Table]:
    """Return the largest balanced crossed study of each characteristic."""
    single = (window.lot_size == 1) & np.isfinite(window.value)
    single &= np.array([one is not None for one in window.equipment], bool)
    found: dict[str, Table] = {}
    rows = window.take(single)
    for (characteristic,), mine in rows.groups("characteristic").items():
        if characteristic is None:
            continue
        cells: dict[tuple[object, object], list[float]] = {}
        for place in mine.tolist():
            cells.setdefault((rows.lot[place], rows.equipment[place]), []).append(float(rows.value[place]))
        gauges: dict[object, set[object]] = {}
        for (lot, gauge), many in cells.items():
            if len(many) >= 2:
                gauges.setdefault(lot, set()).add(gauge)
        counts = Counter(frozenset(one) for one in gauges.values() if len(one) >= 2)
        if not counts:
            continue
        chosen = max(counts, key=lambda one: (counts[one] * len(one), sorted(map(str, one))))
        lots = sorted((str(lot) for lot, one in gauges.items() if chosen <= one))
        if len(lots) < 2:
            continue
        repeats = min(len(cells[lot, gauge]) for lot in lots for gauge in chosen)
        table = [
            (lot, gauge, v) for lot in lots for gauge in sorted(map(str, chosen)) for v in cells[lot, gauge][:repeats]
        ]
        found[characteristic] = ([a for a, _, _ in table], [b for _, b, _ in table], [v for _, _, v in table])
    return found


def _table(found: list[tuple[str, str | None, GaugeStudy]]) -> ResultTable:
    rows: dict[str, list[object]] = {name: [] for name in COLUMNS}
    for name, characteristic, one in found:
        spread = [float(np.sqrt(each)) for each in (one.repeatability, one.reproducibility, one.gauge, one.part)]
        cells = (
            name, characteristic, one.method, one.parts, one.operators, one.repeats, *spread, one.percent_study(),
            one.percent_contribution(), one.percent_tolerance(), one.classes, ", ".join(one.clipped), one.verdict,
        )  # fmt: skip
        for column, cell in zip(COLUMNS, cells, strict=True):
            rows[column].append(cell)
    types: dict[str, pa.DataType] = dict.fromkeys(COLUMNS, pa.float64())
    types |= dict.fromkeys(("study", "characteristic_id", "method", "set_to_zero", "verdict"), pa.string())
    types |= dict.fromkeys(("parts", "operators", "repeats", "classes"), pa.int64())
    data = pa.table({name: pa.array(values, types[name]) for name, values in rows.items()})
    return ResultTable(Text("测量系统分析", "Gauge studies"), data, COLUMNS)


def _chart(found: list[tuple[str, str | None, GaugeStudy]]) -> Chart:
    names = [name for name, _, _ in found]
    return Chart(
        "gauges",
        Text("测量系统：%GRR", "Gauges: % GRR"),
        Axis(Text("研究", "Study"), kind="category"),
        Axis(Text("占比", "Share"), "%"),
        (
            Series(Text("%研究变差", "% study"), names, [one.percent_study() for _, _, one in found], "bar"),
            Series(Text("%公差", "% tolerance"), names, [one.percent_tolerance() for _, _, one in found], "bar"),
        ),
        (
            Limit(Text("可接受", "Acceptable"), GOOD_BELOW, "target"),
            Limit(Text("不可接受", "Not acceptable"), BAD_ABOVE, "specification"),
        ),
    )
