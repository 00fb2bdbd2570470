"""Random enterprises: each as a case that the reference evaluator judges, and all of them as one table."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from linghang.conditions.shelf import load_pack
from linghang.judge.program import Program, prepare
from linghang.usecases.judging import judge_case

DAY = date(2026, 6, 30)
NATIONAL, NEIMENGGU = "national-2024", "neimenggu-2025"
LEVELS = ("basic", "advanced", "excellence", "pioneer")
FLOORS = ("declared", "documented", "measured")
NUMBERS = {"met": 1, "unmet": 0, "not_applicable": -1, "unknown": None, None: None}
FINDINGS = {1: "met", 0: "unmet", None: "unknown"}

Verdicts = dict[str, dict[str, Any]]


@dataclass
class Enterprise:
    """What is known of one enterprise: findings, numbers, and the proof of each by its name."""

    findings: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    proofs: dict[str, str] = field(default_factory=dict)

    def case(self) -> dict[str, Any]:
        """The same as a case file has it."""
        counts = {name.removeprefix("scenes_"): n for name, n in self.numbers.items() if name.startswith("scenes_")}
        case: dict[str, Any] = {"findings": {name: self._claim(name) for name in self.findings}}
        if "maturity_level" in self.numbers:
            case["maturity"] = {"level": self.numbers["maturity_level"], **self._proof("maturity_level")}
        if counts:
            case["scenes"] = {"count": counts, **self._proof("scenes")}
        return case

    def _claim(self, name: str) -> dict[str, str]:
        finding = self.findings[name]
        reason = {"reason": "there is none here"} if finding == "not_applicable" else {}
        return {"finding": finding, **reason, **self._proof(name)}

    def _proof(self, name: str) -> dict[str, str]:
        return {"proof": self.proofs[name]} if name in self.proofs else {}


def program(pack: str) -> Program:
    """The pack as it is judged in these tests."""
    return prepare(load_pack(pack), DAY)


def perfect(pack: str) -> Enterprise:
    """An enterprise that does everything of every level, measured."""
    asked = program(pack)
    numbers = {"maturity_level": 5, **{name: 30 for name in asked.fields if name.startswith("scenes_")}}
    if pack == NATIONAL:
        numbers = {"maturity_level": 5}
    names = [*asked.claimable, *numbers, "scenes"]
    return Enterprise(dict.fromkeys(sorted(asked.claimable), "met"), numbers, dict.fromkeys(names, "measured"))


def random_enterprises(pack: str, number: int, seed: int) -> list[Enterprise]:
    """Draw enterprises of which many are strong, so that every level occurs."""
    rng = Random(seed)
    return [_random(pack, rng) for _ in range(number)]


def _random(pack: str, rng: Random) -> Enterprise:
    strong = rng.choice((0.5, 0.9, 0.97, 0.99, 1.0))
    given = perfect(pack)
    reached = rng.choice(LEVELS)
    for name in given.findings:
        level = name.partition(".")[0]
        if rng.random() < strong and not (level in LEVELS and LEVELS.index(level) > LEVELS.index(reached)):
            finding = "not_applicable" if rng.random() < 0.05 else "met"
        else:
            finding = rng.choice(("unmet", "unknown", "not_applicable", "met"))
        given.findings[name] = finding
    given.numbers = {
        name: rng.randint(0, 5) if name == "maturity_level" else rng.choice((5, 10, 16, 20)) - rng.choice((0, 0, 0, 1))
        for name in given.numbers
        if rng.random() < 0.9
    }
    weights = rng.choice(((0, 0, 1), (0, 1, 9), (1, 2, 7)))
    given.proofs = {name: rng.choices(FLOORS, weights)[0] for name in given.proofs if rng.random() < 0.98}
    return given


# --- as a table ---


def table_of(pack: str, enterprises: Sequence[Enterprise], proofs: bool = False, seed: int = 0) -> pa.Table:
    """Return one row an enterprise; each column in one of the types that a table may have for it."""
    rng = Random(seed)
    asked = program(pack)
    columns = {
        name: _findings([one.findings.get(name) for one in enterprises], rng) for name in sorted(asked.claimable)
    }
    for name in perfect(pack).numbers:
        kind = rng.choice((pa.int8(), pa.uint16(), pa.int64(), pa.float32(), pa.float64(), pa.decimal128(4, 1)))
        columns[name] = pa.array([one.numbers.get(name) for one in enterprises], pa.int8()).cast(kind)
    if proofs:
        for name in [*columns]:
            if not name.startswith("scenes_"):
                columns[f"proof:{name}"] = pa.array([one.proofs.get(name) for one in enterprises], pa.string())
        columns["proof:scenes"] = pa.array([one.proofs.get("scenes") for one in enterprises]).dictionary_encode()
    names = list(columns)
    rng.shuffle(names)
    return pa.table({name: columns[name] for name in names})


def _findings(said: Sequence[str | None], rng: Random) -> pa.Array:
    numbers = [NUMBERS[one] for one in said]
    kinds = [pa.int8(), pa.int64(), pa.float32(), pa.float64()]
    if -1 not in numbers:
        kinds += [pa.bool_(), pa.bool_(), pa.bool_(), pa.uint8()]
    kind = rng.choice(kinds)
    if pa.types.is_floating(kind) and rng.random() < 0.5:
        return pa.array([float("nan") if one is None else float(one) for one in numbers], kind, from_pandas=False)
    return pa.array(numbers, pa.int8()).cast(kind)


def write(path: Path, table: pa.Table, row_group: int | None = None) -> Path:
    """Write a table as Parquet."""
    pq.write_table(table, path, row_group_size=row_group)
    return path


# --- what is expected, and what was found ---


def judged_alone(pack: str, enterprises: Iterable[Enterprise], folder: Path, **chosen: Any) -> list[Verdicts]:
    """Judge each enterprise by its own case file: floor -> confirmed, possible, and per level the reasons."""
    found = []
    for number, one in enumerate(enterprises):
        path = folder / f"case-{number}.yaml"
        path.write_text(json.dumps(one.case(), indent=0), encoding="utf-8")  # YAML too, and quickly written
        judged = judge_case(path, today=DAY, pack=pack, **chosen)
        found.append({floor: _alone(said) for floor, said in judged.verdict.to_dict()["floors"].items()})
    return found


def _alone(said: Mapping[str, Any]) -> dict[str, Any]:
    keys = ("finding", "failing", "missing")
    levels = {level: {key: one[key] for key in keys} for level, one in said["levels"].items()}
    return {"confirmed": said["confirmed"], "possible": said["possible"], "levels": levels}


def described(table: pa.Table) -> dict[str, Any]:
    """Return what a table of verdicts says of itself."""
    document: dict[str, Any] = json.loads(table.schema.metadata[b"linghang"])
    return document


def judged_in_table(path: Path) -> list[Verdicts]:
    """Read a table of verdicts, with the masks decoded by the bits that the file describes."""
    table = pq.read_table(path)
    about = described(table)
    return [{floor: _row(row, floor, about["bits"]) for floor in about["floors"]} for row in table.to_pylist()]


def _row(row: Mapping[str, Any], floor: str, bits: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    end = "" if floor == "declared" else f"_{floor}"
    return {
        "confirmed": row[f"confirmed{end}"],
        "possible": row[f"possible{end}"],
        "levels": {
            level: {
                "finding": FINDINGS[row[f"{level}{end}"]],
                "failing": _named(row[f"failing_{level}{end}"], names),
                "missing": _named(row[f"missing_{level}{end}"], names),
            }
            for level, names in bits.items()
        },
    }


def _named(mask: int, names: Sequence[str]) -> list[str]:
    assert mask >> len(names) == 0, "bits that no condition has"
    return [name for bit, name in enumerate(names) if mask >> bit & 1]
