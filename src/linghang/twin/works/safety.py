"""Incidents, hazards and permits to work."""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from linghang.twin.works.layout import FACTORY
from linghang.twin.works.rows import rows_of
from linghang.twin.works.span import Span, day_from, festival_days
from linghang.twin.works.streams import stream

HOUR_US = 3_600_000_000
INCIDENTS: tuple[tuple[float, str, str, str], ...] = (
    # share of the span, domain, severity, text: nothing that the conditions would hold against the works
    (0.16, "safety", "general", "铸造车间地面积水致一人滑倒轻伤"),
    (0.41, "environment", "general", "切削液收集槽溢流，当班清理未外排"),
    (0.63, "safety", "general", "叉车与货架轻微刮擦，无人受伤"),
    (0.86, "quality", "general", "一批轮毂包装标签错贴，客户处换标"),
)
HAZARDS: tuple[tuple[str, str, str], ...] = (
    ("MELT", "general", "铝液转运通道地面破损"),
    ("MELT", "larger", "炉前防护屏固定松动"),
    ("CAST", "general", "液压管路接头渗油"),
    ("CAST", "low", "模具吊具标识不清"),
    ("HEAT", "general", "淬火池护栏锈蚀"),
    ("CNC", "low", "切屑输送机盖板缺螺栓"),
    ("PAINT", "larger", "喷粉房可燃粉尘探测器超期未校"),
    ("PAINT", "general", "粉末回收管道积尘"),
    ("STORE", "low", "消防通道临时堆放"),
    ("UTIL", "general", "配电柜温度偏高"),
    ("LEAK", "low", "氦气瓶固定链松脱"),
    ("PACK", "low", "缠膜机急停按钮污损"),
)
PERMITS: tuple[tuple[str, str, str], ...] = (
    ("hot_work", "MELT", "除尘管道焊补"),
    ("hot_work", "PAINT", "烘道支架焊接"),
    ("height", "STORE", "货架顶层灯具更换"),
    ("lifting", "CAST", "模具吊装"),
    ("lifting", "CNC", "机床部件吊装"),
    ("confined_space", "HEAT", "淬火池清理"),
    ("electricity", "UTIL", "临时用电接线"),
    ("height", "UTIL", "光伏组件清洗"),
)
HAZARD_EVERY_DAYS, PERMIT_EVERY_DAYS = 2.6, 1.8
DUE_DAYS = {"low": 14, "general": 7, "larger": 3}


def safety_rows(span: Span, seed: int) -> dict[str, pa.Table]:
    """Rows of incident, hazard and permit."""
    return {"incident": _incidents(span), "hazard": _hazards(span, seed), "permit": _permits(span, seed)}


def _incidents(span: Span) -> pa.Table:
    length = span.end_us - span.start_us
    at = [span.start_us + round(share * length) // (60_000_000) * 60_000_000 for share, *_ in INCIDENTS]
    closed = [min(one + (4 + 3 * number) * 24 * HOUR_US, span.end_us - 1) for number, one in enumerate(at)]
    return rows_of(
        "incident",
        len(at),
        incident_id=[f"INC-{day_from(int(span.day_of(one))):%Y}-{number + 1:03d}" for number, one in enumerate(at)],
        factory_id=FACTORY,
        at=np.array(at, dtype=np.int64),
        domain=[one[1] for one in INCIDENTS],
        severity=[one[2] for one in INCIDENTS],
        text=[one[3] for one in INCIDENTS],
        closed_at=np.array(closed, dtype=np.int64),
    )


def _moments(span: Span, seed: int, name: str, every_days: float) -> Iterator[tuple[int, np.random.Generator]]:
    """Moments at work, some days apart."""
    rng = stream(seed, name)
    closed = festival_days(span)
    at = span.start_us
    while True:
        at += round(float(rng.exponential(every_days)) * 24 * HOUR_US)
        if at >= span.end_us:
            return
        day = day_from(int(span.day_of(at)))
        start = span.at(day, 8.5 + float(rng.integers(0, 16)) / 2)
        if day not in closed and span.start_us <= start < span.end_us:
            yield start, rng


def _hazards(span: Span, seed: int) -> pa.Table:
    rows: list[dict[str, object]] = []
    seen: dict[date, int] = {}
    for at, rng in _moments(span, seed, "hazards", HAZARD_EVERY_DAYS):
        area, level, text = HAZARDS[int(rng.integers(len(HAZARDS)))]
        day = day_from(int(span.day_of(at)))
        seen[day] = seen.get(day, 0) + 1
        due = DUE_DAYS[level]
        closed = at + round(float(rng.gamma(4.0, due / 5.0)) * 24 * HOUR_US)
        rows.append(
            {
                "hazard_id": f"HZ-{day:%y%m%d}-{seen[day]:02d}",
                "area_id": area,
                "level": level,
                "text": text,
                "found_at": at,
                "due_on": day + timedelta(due),
                "closed_at": closed if closed < span.end_us else None,
            }
        )
    return _with_moments("hazard", rows, ("found_at", "closed_at"))


def _permits(span: Span, seed: int) -> pa.Table:
    rows: list[dict[str, object]] = []
    seen: dict[date, int] = {}
    for at, rng in _moments(span, seed, "permits", PERMIT_EVERY_DAYS):
        kind, area, text = PERMITS[int(rng.integers(len(PERMITS)))]
        day = day_from(int(span.day_of(at)))
        seen[day] = seen.get(day, 0) + 1
        end = at + int(rng.integers(2, 9)) * HOUR_US
        closed = end + int(rng.integers(-40, 20)) * 60_000_000
        rows.append(
            {
                "permit_id": f"PTW-{day:%y%m%d}-{seen[day]:02d}",
                "area_id": area,
                "kind": kind,
                "start": at,
                "end": end,
                "closed_at": closed if closed < span.end_us else None,
                "text": text,
            }
        )
    return _with_moments("permit", rows, ("start", "end", "closed_at"))


def _with_moments(table: str, rows: list[dict[str, object]], moments: tuple[str, ...]) -> pa.Table:
    """Rows whose moments are microseconds."""
    names = list(rows[0]) if rows else []
    columns: dict[str, object] = {name: [row[name] for row in rows] for name in names}
    for name in moments:
        if name in columns:
            columns[name] = pa.array(columns[name], pa.int64()).cast(pa.timestamp("us"))
    return rows_of(table, len(rows), factory_id=FACTORY, **columns)
