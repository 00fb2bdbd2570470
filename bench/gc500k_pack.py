"""The workload GC-500k as a pack and as a table of the column evaluator."""

import hashlib
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

import numpy as np
import pyarrow as pa

from bench.gc500k import LINKS
from linghang.conditions.build import build
from linghang.conditions.document import Mapping
from linghang.conditions.model import Pack
from linghang.conditions.overlay import FORMAT, Source
from linghang.judge.planes import unpack
from linghang.judge.program import Program, prepare

AS_OF = date(2026, 6, 30)
CODES = tuple(str(code) for code in range(31))
KPIS = range(20)
LEVELS = ("l1", "l2", "l3", "l4")


def pack(data: dict[str, Any], maturities: tuple[int, int, int, int] = (2, 2, 3, 4)) -> Pack:
    """Write the 16 clauses as a pack; `maturities` are the thresholds of the four levels."""
    content = Mapping(1)
    content.update(
        format=FORMAT,
        id="gc-500k",
        short="GC",
        title=_text("GC-500k"),
        status="complete",
        valid={"from": date(2020, 1, 1), "to": None},
        levels=[{"id": level, "title": _text(level), "aim": _text(level)} for level in LEVELS],
        fields=_fields(),
        tables=[_table(kind, kpi, data[kind][:, :, kpi]) for kind in ("mean", "lead") for kpi in KPIS],
        elements=_elements(maturities),
    )
    return build([Source("gc500k", content, hashlib.sha256(repr(maturities).encode()).hexdigest())])


def program(data: dict[str, Any], maturities: tuple[int, int, int, int] = (2, 2, 3, 4)) -> Program:
    """The pack, ready to judge."""
    return prepare(pack(data, maturities), AS_OF)


def table(data: dict[str, Any]) -> pa.Table:
    """Return the enterprises as an Arrow table: booleans, a small integer, float32 and codes, null where unknown."""
    columns: dict[str, pa.Array] = {}
    for group in ("basic", "sub", "scene"):
        for place in range(data[group].shape[1]):
            trits = data[group][:, place]
            columns[f"{group}_{place}"] = pa.array(trits == 1, pa.bool_(), mask=trits == -1)
    maturity = data["maturity"]
    columns["maturity_level"] = pa.array(np.nan_to_num(maturity).astype(np.int8), mask=np.isnan(maturity))
    for kpi in KPIS:
        columns[f"kpi_{kpi}"] = pa.array(data["kpi"][:, kpi])
    for code in ("province", "industry"):
        columns[code] = pa.array(data[code].astype(np.int16))
    return pa.table(columns)


def as_trits(met: np.ndarray, unmet: np.ndarray, rows: int) -> np.ndarray:
    """Return planes as the trits of `by_hand`: 1 met, 0 unmet, -1 unknown."""
    trits = np.full(rows, -1, np.int8)
    trits[unpack(met, rows) == 1] = 1
    trits[unpack(unmet, rows) == 1] = 0
    return trits


def _fields() -> list[dict[str, Any]]:
    flags = [f"basic_{i}" for i in range(8)] + [f"sub_{i}" for i in range(14)] + [f"scene_{i}" for i in range(15)]
    return (
        [{"id": name, "type": "yes_no", "text": _text(name)} for name in flags]
        + [{"id": f"kpi_{kpi}", "type": "number", "text": _text(f"KPI {kpi}")} for kpi in KPIS]
        + [{"id": name, "type": "code", "codes": list(CODES), "text": _text(name)} for name in ("province", "industry")]
    )


def _table(kind: str, kpi: int, values: np.ndarray) -> dict[str, Any]:
    rows = {
        province: {industry: Decimal(str(values[p, i])) for i, industry in enumerate(CODES)}
        for p, province in enumerate(CODES)
    }
    return {"id": f"{kind}_{kpi}", "keys": ["province", "industry"], "values": rows, "text": _text(f"{kind} {kpi}")}


def _elements(maturities: tuple[int, int, int, int]) -> list[dict[str, Any]]:
    number = count()
    links = [" or ".join(f"sub_{next(number)}" for _ in members) for members in LINKS.values()]
    production, management, operations = (f"({links[i]})" for i in (2, 3, 4))
    covered = {
        "l1": production,
        "l2": f"{production} and {management} and {operations}",
        "l3": " and ".join(f"({link})" for link in links),
        "l4": " and ".join(f"({link})" for link in links),
    }
    basics = {"b1": (0,), "b2": (1, 2, 3), "b3": (4, 5), "b4": (6, 7)}
    scenes = ", ".join(f"scene_{i}" for i in range(15))
    found = [
        _element(name, "eligibility", "fact", " and ".join(f"basic_{i}" for i in which))
        for name, which in basics.items()
    ]
    for level, maturity, k in zip(LEVELS, maturities, (5, 8, 10, 12), strict=True):
        which, at = ("mean", 12) if level == "l1" else ("lead", 8)
        compared = ", ".join(f"kpi_{i} >= lookup({which}_{i}, province, industry)" for i in KPIS)
        found += [
            _element("m", "maturity", "maturity", f"maturity_level >= {maturity}", level),
            _element("c", "outcome", "attested", covered[level], level),
            _element("s", "scenario_count", "count", f"at_least({k}, {scenes})", level),
            _element("k", "outcome", "benchmark", f"at_least({at}, {compared})", level),
        ]
    return found


def _element(name: str, part: str, kind: str, rule: str, level: str = "all") -> dict[str, Any]:
    return {"id": name, "level": level, "part": part, "kind": kind, "clause": name, "text": _text(name), "rule": rule}


def _text(said: str) -> dict[str, str]:
    return {"zh": said, "en": said}
