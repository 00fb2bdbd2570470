"""Inspections of lots, the defects that they found, and what became of what did not conform."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from linghang.twin.works.capabilities import live_on, setting
from linghang.twin.works.costs import unit_costs
from linghang.twin.works.demand import Floats, Ints
from linghang.twin.works.floor import CAST, HEAT, LEAK, MACHINED, PACKED, POWDER, XRAY, Floor, Steps
from linghang.twin.works.genealogy import kept_lots, lot_ids
from linghang.twin.works.jobs import job_ids
from linghang.twin.works.machines import MACHINES
from linghang.twin.works.planning import Plan
from linghang.twin.works.products import CHARACTERISTICS, PRODUCTS, Characteristic
from linghang.twin.works.rows import rows_of
from linghang.twin.works.span import Span
from linghang.twin.works.streams import stream
from linghang.twin.works.sums import summed
from linghang.twin.works.troubles import Trouble
from linghang.twin.works.words import chosen, days_as_text, joined, numbered, padded

MACHINE_BIAS = 0.22
"""Standard deviation of the machines' own means, in standard deviations of the characteristic."""
FAIL_SHARE = 0.10
"""A lot with a larger share of defective wheels fails."""
WRITTEN_FROM = 2
"""From so many defective wheels of a lot on, a nonconformance is opened."""
HOUR_US = 3_600_000_000
ALWAYS_DIGITAL = frozenset({"Q02", "Q03", "Q04", "Q05", "Q06", "Q07", "Q08", "Q10"})
SOON_DIGITAL = "Q01"
"""Judged from films by people until the vision system came."""

KINDS: Mapping[int, tuple[tuple[str, float], ...]] = {
    XRAY: (("气孔", 0.46), ("缩松", 0.31), ("夹渣", 0.15), ("冷隔", 0.08)),
    MACHINED: (("中心孔超差", 0.4), ("黑皮未加工", 0.25), ("振刀纹", 0.35)),
    LEAK: (("轮辋泄漏", 0.8), ("气门孔泄漏", 0.2)),
    PACKED: (("漆面颗粒", 0.45), ("磕碰伤", 0.25), ("色差", 0.12), ("流挂", 0.18)),
}
POSITIONS = ("外轮缘", "轮辋", "轮辐", "轮心", "内轮缘")
CAUSE_OF = {"气孔": "铝液含氢偏高", "缩松": "模具温度不均", "夹渣": "铝液夹渣", "冷隔": "浇注温度偏低"}


@dataclass(frozen=True)
class Quality:
    """Tables, the cost of scrap and rework by day, and the true means of the machines.

    Attributes
    ----------
    cost
        (days,) CNY.
    bias
        Machine and characteristic -> true mean's distance from the target, in standard deviations.
    """

    tables: dict[str, pa.Table]
    cost: Floats
    bias: Mapping[str, float]


@dataclass(frozen=True)
class _Seen:
    """Inspections before they are written: one value an inspection."""

    code: str
    steps: Steps
    inspected: Ints
    defective: Ints
    value: Floats | None
    digital: npt.NDArray[np.bool_]
    final: bool


def quality_of(span: Span, seed: int, plan: Plan, floor: Floor, found: tuple[Trouble, ...]) -> Quality:
    """Inspect every lot."""
    bias: dict[str, float] = {}
    kept = kept_lots(span, floor)
    seen = [_of(one, span, seed, floor, found, bias, kept) for one in CHARACTERISTICS]
    at = np.concatenate([one.steps.end for one in seen])
    order = np.argsort(at, kind="stable")
    inspections = _inspections(span, plan, floor, seen, at, order)
    defects = _defects(seed, floor, seen, order, inspections, found)
    costs = unit_costs(span, seed, span.day_numbers)
    nonconformances = _nonconformances(span, seed, seen, order, inspections, defects, costs)
    tables = {"inspection": inspections, "defect": defects, "nonconformance": nonconformances}
    return Quality(tables, _cost(span, floor.steps, costs), bias)


def _of(
    one: Characteristic, span: Span, seed: int, floor: Floor, found: tuple[Trouble, ...], bias: dict[str, float],
    kept: npt.NDArray[np.bool_],
) -> _Seen:  # fmt: skip
    segment = {"030": XRAY, "040": HEAT, "050": MACHINED, "060": LEAK, "080": POWDER, "100": PACKED}[one.segment]
    steps = floor.steps.of(segment)
    steps = steps.take(np.flatnonzero((steps.end >= span.start_us) & kept[steps.lot]))
    if one.every > 1:
        steps = steps.take(np.flatnonzero((steps.lot + int(one.code[1:])) % one.every == 0))
    everything = one.code in ("Q01", "Q04", "Q07", "Q09")
    values = _values(one, span, seed, steps, found, bias) if one.sigma else None
    outside = np.zeros(len(steps), bool) if values is None else (values < (one.low or 0)) | (values > (one.high or 0))
    if everything:
        inspected, defective = steps.pieces, _defective(one.code, floor, steps)
    else:
        inspected, defective = np.minimum(steps.pieces, 3), outside.astype(np.int64)
    since = span.at(live_on("vision", span))
    digital = np.full(len(steps), one.code in ALWAYS_DIGITAL)
    if one.code == SOON_DIGITAL:
        digital = steps.end >= since
    return _Seen(one.code, steps, inspected, defective, values, digital, one.segment == "100")


def _defective(code: str, floor: Floor, steps: Steps) -> Ints:
    """Wheels that are scrapped or reworked at the step; at the end also those that were painted again."""
    found = steps.scrap + steps.rework
    if code == "Q09":
        again = np.zeros(len(floor.lots.order), dtype=np.int64)
        powder = floor.steps.of(POWDER)
        again[powder.lot] = powder.rework
        found = found + again[steps.lot]
    return np.asarray(np.minimum(found, steps.pieces), dtype=np.int64)


def _values(
    one: Characteristic, span: Span, seed: int, steps: Steps, found: tuple[Trouble, ...], bias: dict[str, float]
) -> Floats:
    """Measured values: target, machine, chance, and what went wrong on purpose."""
    rng = stream(seed, "measured", one.code)
    machines = rng.normal(0.0, MACHINE_BIAS, len(MACHINES))
    for number in np.unique(steps.machine).tolist():
        bias[f"{MACHINES[number].id}/{one.code}"] = round(float(machines[number]), 4)
    deviation = machines[steps.machine] + rng.normal(0.0, 1.0, len(steps)) * setting(
        "spread", span, span.day_of(steps.end)
    )
    for trouble in found:
        if trouble.kind in ("shift", "drift") and trouble.what == one.code:
            rows = (steps.end >= trouble.start_us) & (steps.end < trouble.end_us)
            rows &= steps.machine == _number(trouble.subject)
            grown = (steps.end[rows] - trouble.start_us) / (trouble.end_us - trouble.start_us)
            deviation[rows] += trouble.size * (grown if trouble.kind == "drift" else 1.0)
    values = (one.target or 0.0) + one.sigma * deviation
    digits = 3 if one.unit == "mm" else 1
    return np.asarray(np.round(np.maximum(values, 0.0), digits), dtype=np.float64)


def _number(machine: str) -> int:
    return next(number for number, one in enumerate(MACHINES) if one.id == machine)


def _inspections(span: Span, plan: Plan, floor: Floor, seen: list[_Seen], at: Ints, order: Ints) -> pa.Table:
    def whole(name: str) -> Ints:
        return np.asarray(np.concatenate([getattr(one.steps, name) for one in seen])[order], dtype=np.int64)

    count = len(order)
    codes = [one.code for one in seen]
    code = np.repeat(np.arange(len(seen)), [len(one.steps) for one in seen])[order]
    inspected, defective = (
        np.concatenate([getattr(one, name) for one in seen])[order] for name in ("inspected", "defective")
    )
    values = np.concatenate([np.full(len(one.steps), np.nan) if one.value is None else one.value for one in seen])[
        order
    ]
    day = span.day_of(at[order])
    failed = defective > inspected * FAIL_SHARE
    lot, product = whole("lot"), whole("product")
    return rows_of(
        "inspection",
        count,
        inspection_id=joined("IQ", days_as_text(day), padded(numbered(day), 4)),
        product_id=chosen([one.id for one in PRODUCTS], product),
        characteristic_id=joined(chosen([one.id for one in PRODUCTS], product), chosen(codes, code)),
        lot_id=lot_ids(plan, floor.lots, lot, "C"),
        job_id=job_ids(plan, whole("order"), whole("segment")),
        equipment_id=chosen([one.id for one in MACHINES], whole("machine")),
        at=at[order],
        stage=chosen(["in_process", "final"], np.array([int(one.final) for one in seen])[code]),
        inspected_quantity=inspected.astype(np.float64),
        defective_quantity=defective.astype(np.float64),
        value=pa.array(values, from_pandas=True),
        digital=np.concatenate([one.digital for one in seen])[order].tolist(),
        judged=chosen(["pass", "fail"], failed.astype(np.int64)),
    )


def _defects(
    seed: int, floor: Floor, seen: list[_Seen], order: Ints, inspections: pa.Table, found: tuple[Trouble, ...]
) -> pa.Table:
    """One kind of defect for each inspection that found some; its kind and place depend on the casting machine."""
    rng = stream(seed, "defects")
    defective = inspections["defective_quantity"].to_numpy()
    rows = np.flatnonzero(defective > 0)
    segment = np.concatenate([one.steps.segment for one in seen])[order][rows]
    lot = np.concatenate([one.steps.lot for one in seen])[order][rows]
    caster = np.zeros(len(floor.lots.order), dtype=np.int64)
    cast = floor.steps.of(CAST)
    caster[cast.lot] = cast.machine
    kinds = np.full(len(rows), "尺寸超差", dtype=object)
    for number, words in KINDS.items():
        here = np.flatnonzero(segment == number)
        weights = np.array([weight for _, weight in words])
        drawn = rng.choice(len(words), len(here), p=weights / weights.sum())
        own = (caster[lot[here]] * 7 + number) % len(words)
        usual = rng.random(len(here)) < 0.3
        kinds[here] = np.array([word for word, _ in words], dtype=object)[np.where(usual, own, drawn)]
    causes = [CAUSE_OF.get(kind) for kind in kinds.tolist()]
    for row, cause in _bad_lots(cast, lot, segment, found):
        causes[row] = cause
    place = (caster[lot] * 3 + rng.integers(0, 3, len(rows))) % len(POSITIONS)
    angle = (caster[lot] * 53 + rng.integers(0, 60, len(rows))) % 360
    picked = pa.array(rows)
    return rows_of(
        "defect",
        len(rows),
        defect_id=joined(inspections["inspection_id"].combine_chunks().take(picked), "D1"),
        inspection_id=inspections["inspection_id"].combine_chunks().take(picked),
        kind=kinds.tolist(),
        quantity=defective[rows],
        position=[f"{POSITIONS[one]} {turn}°" for one, turn in zip(place.tolist(), angle.tolist(), strict=True)],
        cause=causes,
    )


def _bad_lots(cast: Steps, lot: Ints, segment: Ints, found: tuple[Trouble, ...]) -> list[tuple[int, str]]:
    """Defects of X-ray whose lot was cast badly on purpose: row and true cause, which people found out."""
    bad = bad_lots(cast, found)
    at_xray = segment == XRAY
    rows = np.flatnonzero(at_xray & np.isin(lot, list(bad)))
    return [(int(row), bad[int(lot[row])]) for row in rows.tolist()]


def bad_lots(cast: Steps, found: tuple[Trouble, ...]) -> dict[int, str]:
    """Lots that were cast badly on purpose: lot and cause; it is the one that the machine finishes next."""
    bad: dict[int, str] = {}
    for trouble in found:
        if trouble.kind == "bad_lot":
            row = next_cast(cast, trouble)
            if row is not None:
                bad[int(cast.lot[row])] = trouble.what
    return bad


def next_cast(cast: Steps, trouble: Trouble) -> int | None:
    """Row of the lot that a machine finishes next after a trouble began; where it stands, that may be hours later."""
    rows = np.flatnonzero((cast.machine == _number(trouble.subject)) & (cast.end > trouble.start_us))
    return int(rows[np.argmin(cast.end[rows])]) if len(rows) else None


def _nonconformances(
    span: Span, seed: int, seen: list[_Seen], order: Ints, inspections: pa.Table, defects: pa.Table,
    costs: Mapping[str, Floats],
) -> pa.Table:  # fmt: skip
    rng = stream(seed, "nonconformances")
    defective = inspections["defective_quantity"].to_numpy()
    failed = inspections["judged"].to_numpy(zero_copy_only=False) == "fail"
    rows = np.flatnonzero((defective >= WRITTEN_FROM) & failed)
    scrap = np.concatenate([one.steps.scrap for one in seen])[order][rows]
    product = np.concatenate([one.steps.product for one in seen])[order][rows]
    opened = np.concatenate([one.steps.end for one in seen])[order][rows] + 20 * 60_000_000
    better = setting("response_h", span, span.day_of(opened)) / 16.0
    closed = opened + np.round(rng.gamma(2.0, 26.0, len(rows)) * (0.35 + 0.65 * better) * HOUR_US).astype(np.int64)
    place = np.clip(span.day_of(opened) - span.day_numbers[0], 0, len(span.day_numbers) - 1)
    cost = np.array([costs[one.material("M")] for one in PRODUCTS])[product, place] * 0.45
    kinds = dict(zip(defects["inspection_id"].to_pylist(), defects["kind"].to_pylist(), strict=True))
    picked = inspections["inspection_id"].combine_chunks().take(pa.array(rows))
    day = span.day_of(opened)
    return rows_of(
        "nonconformance",
        len(rows),
        nonconformance_id=joined("NC", days_as_text(day), padded(numbered(day), 3)),
        product_id=chosen([one.id for one in PRODUCTS], product),
        lot_id=inspections["lot_id"].combine_chunks().take(pa.array(rows)),
        defect_id=joined(picked, "D1"),
        opened_at=np.minimum(opened, span.end_us - 1),
        closed_at=pa.array([at if at < span.end_us else None for at in closed.tolist()], pa.int64()).cast(
            pa.timestamp("us")
        ),
        quantity=defective[rows],
        disposal=np.where(scrap >= defective[rows] / 2, "scrap", "rework").tolist(),
        corrective_action=[ACTIONS.get(kinds[name], "加强首件检查") for name in picked.to_pylist()],
        cost_cny=np.round(cost * defective[rows], 2),
    )


ACTIONS = {
    "气孔": "延长除气时间并检查氩气纯度",
    "缩松": "调整模具冷却水流量",
    "夹渣": "更换过滤网并清理升液管",
    "冷隔": "提高铝液温度10℃",
    "中心孔超差": "更换刀具并重新对刀",
    "轮辋泄漏": "检查模具排气",
    "漆面颗粒": "更换回收滤芯",
}


def _cost(span: Span, steps: Steps, costs: Mapping[str, Floats]) -> Floats:
    """CNY by day of what was scrapped (less the value of its metal) and reworked."""
    day = span.day_of(steps.end) - span.day_numbers[0]
    inside = (day >= 0) & (day < len(span.day_numbers)) & ((steps.scrap > 0) | (steps.rework > 0))
    rows = np.flatnonzero(inside)
    late = steps.segment[rows] >= MACHINED
    value = np.array([costs[one.material("M")] for one in PRODUCTS])[steps.product[rows], day[rows]]
    each = value * np.where(late, 0.42, 0.24)
    amount = steps.scrap[rows] * each + steps.rework[rows] * value * 0.08
    return summed(day[rows], amount, len(span.day_numbers))
