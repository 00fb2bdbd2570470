"""Simulate a policy: a registry of enterprises judged by the rules in force and by variants of them."""

import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa

from linghang import __version__
from linghang.conditions.build import build
from linghang.conditions.document import Mapping, plain
from linghang.conditions.model import Pack
from linghang.conditions.overlay import SECTIONS, Source
from linghang.conditions.shelf import PACKS, load_pack, sources_of
from linghang.errors import BadInput, Place, nearest
from linghang.judge.findings import Floor
from linghang.judge.inputs import BLOCK
from linghang.judge.program import Program, prepare
from linghang.judge.rule_columns import proof_columns
from linghang.programme.policy import EVERYBODY, Group, Moved, Outcome, Reason, Simulation, Variant
from linghang.store.whole_file import whole_file
from linghang.usecases.judging import Chosen
from linghang.usecases.parquet_files import (
    ahead,
    batches_of,
    check_ranges,
    needed_columns,
    opened,
    same_file,
    writing,
)
from linghang.usecases.registry import is_synthetic
from linghang.words import Listed, Text

__all__ = [
    "EVERYBODY",
    "Group",
    "Outcome",
    "PolicyReport",
    "Reason",
    "Tried",
    "interpretation_of",
    "simulate",
    "variants_of",
]

BATCH_ROWS = BLOCK * 2
CHANGES_KEY = b"linghang.policy"
OUTPUT = ("variant", "level_before", "level_after", "reasons")
_REMOVED = "remove"
_BASIS = {"zh": "政策模拟中的假设", "en": "assumed in a policy simulation"}


@dataclass(slots=True)
class PolicyReport:
    """What a simulation found.

    Attributes
    ----------
    titles
        Level -> its title, lowest first.
    synthetic
        Whether the registry says of itself that its enterprises do not exist.
    missing
        Columns that the rules in force or a variant read and the registry does not have: unknown for everybody.
    """

    pack: str
    as_of: date
    floor: Floor
    titles: dict[str, Text]
    synthetic: bool
    rows: int = 0
    missing: list[str] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)

    def to_dict(self, top: int = 10) -> dict[str, Any]:
        """The report as JSON has it, with the `top` commonest reasons of each group and direction."""
        return {
            "pack": self.pack,
            "as_of": self.as_of.isoformat(),
            "floor": self.floor,
            "synthetic": self.synthetic,
            "rows": self.rows,
            "missing_columns": self.missing,
            "variants": [
                {
                    "name": one.variant.name,
                    "everybody": _group(one.everybody, top),
                    "by": {
                        name: [_group(group, top) for group in groups]
                        for name, groups in one.groups.items()
                        if name != EVERYBODY
                    },
                }
                for one in self.outcomes
            ],
        }


def _group(group: Group, top: int) -> dict[str, Any]:
    return {
        "value": group.value or None,
        "rows": group.rows,
        "rises": group.rises,
        "falls": group.falls,
        "before": [{"level": level, "enterprises": count} for level, count in group.before.items()],
        "moves": [{"from": a, "to": b, "enterprises": count} for (a, b), count in group.moves.items()],
        "reasons": [one.to_dict() for way in ("falls", "rises") for one in group.top(way, top)],
    }


@dataclass(frozen=True, slots=True)
class Tried:
    """The variants that a person names.

    Attributes
    ----------
    overlays
        Packs (ids or files), each a variant.
    sets
        Changes of the rules in force, each a variant; several changes of one variant are parted by “;”:
        `INTERPRETATION=VALUE`, `ELEMENT=RULE`, `ELEMENT@LEVEL=RULE` or `ELEMENT=remove`.
    """

    overlays: Sequence[str] = ()
    sets: Sequence[str] = ()


def simulate(
    registry: Path,
    tried: Tried,
    *,
    pack: str,
    as_of: date,
    by: Sequence[str] = (),
    floor: Floor = "declared",
    interpretation: Chosen | None = None,
    target: Path | None = None,
) -> PolicyReport:
    """Judge a registry by the rules in force and by every variant, in constant memory.

    Parameters
    ----------
    registry
        A table as `linghang batch` reads it.
    pack
        Id or file of the rules in force.
    by
        Columns that group the enterprises, such as region, industry, size.
    interpretation
        Interpretations of the rules in force; variants keep them unless they set their own.
    target
        Where to write who moves, if anywhere: the columns that no rule reads, variant, levels, reasons.

    Raises
    ------
    BadInput, ManyProblems
        No variants, rules that cannot be, a column that cannot be read or grouped by, a file that cannot be written.
    """
    base = prepare(load_pack(pack), as_of, interpretation)
    simulation = Simulation(base, variants_of(pack, as_of, tried, interpretation), by, floor)
    with opened(registry) as file, ExitStack() as stack:
        _check_columns(registry, file.schema_arrow.names, by)
        report = _report(simulation, file.schema_arrow)
        passed = _passed(simulation, file.schema_arrow.names) if target else []
        write: Callable[[pa.RecordBatch, Moved], None] | None = None
        if target is not None:
            write = _writer(registry, target, simulation, _schema(file.schema_arrow, passed, report, simulation), stack)
        columns = list(dict.fromkeys([*_read(simulation, file.schema_arrow.names), *by, *passed]))
        for batch in ahead(batches_of(file, registry, BATCH_ROWS, columns)):
            check_ranges(base, batch, str(registry), report.rows + 1)
            for moved in simulation.moved(batch, str(registry), report.rows + 1, write is not None):
                if write is not None:
                    write(batch, moved)
            report.rows += batch.num_rows
    report.outcomes = simulation.outcomes()
    return report


def _report(simulation: Simulation, schema: pa.Schema) -> PolicyReport:
    base = simulation.base
    missing = [name for one in _programs(simulation) for name in needed_columns(one) if name not in schema.names]
    return PolicyReport(
        base.pack.id,
        base.as_of,
        simulation.floor,
        {level.id: level.title for level in base.pack.levels},
        is_synthetic(schema),
        missing=list(dict.fromkeys(missing)),
    )


def _writer(
    registry: Path, target: Path, simulation: Simulation, schema: pa.Schema, stack: ExitStack
) -> Callable[[pa.RecordBatch, Moved], None]:
    if same_file(registry, target):
        raise BadInput("is the registry that is judged; write to another file", Place(str(target)))
    write = stack.enter_context(writing(stack.enter_context(whole_file(target)), schema, target))
    return lambda batch, moved: write(_changes(batch, moved, simulation, schema))


def variants_of(pack: str, as_of: date, tried: Tried, interpretation: Chosen | None = None) -> list[Variant]:
    """Make the variants that a person names, in that order.

    Raises
    ------
    BadInput
        There is none, or one cannot be.
    """
    found = [Variant(name, _prepared(load_pack(name), as_of, interpretation)) for name in tried.overlays]
    found += [_variant(text, pack, as_of, interpretation) for text in tried.sets]
    if not found:
        raise BadInput("no variant is named; try one with --overlay FILE.yaml or --set NAME=VALUE")
    return found


def _prepared(pack: Pack, as_of: date, interpretation: Chosen | None) -> Program:
    known = {one.id for one in pack.interpretations}
    return prepare(pack, as_of, {name: value for name, value in (interpretation or {}).items() if name in known})


def _variant(text: str, pack: str, as_of: date, interpretation: Chosen | None) -> Variant:
    base = load_pack(pack)
    interpretations = {one.id for one in base.interpretations}
    chosen = dict(interpretation or {})
    changes: list[dict[str, Any]] = []
    for said in text.split(";"):
        name, equals, value = (part.strip() for part in said.partition("="))
        if not (name and equals and value):
            raise BadInput("--set takes NAME=VALUE, not “{value}”", value=said.strip())
        if name in interpretations:
            chosen[name] = interpretation_of(value)
        elif name.partition("@")[0] in base.by_id:
            change: dict[str, Any] = (
                {"remove": name} if value == _REMOVED else {"replace": name, "with": {"rule": value}}
            )
            changes.append({**change, "in": "elements", "basis": _BASIS})
        else:
            known = sorted({*interpretations, *base.by_id})
            raise BadInput(
                "pack {pack} has no element or interpretation {name}; {near}",
                Place(f"--set {text}"),
                pack=base.id,
                name=name,
                near=nearest(name, known),
            )
    try:
        changed = _changed(pack, text, changes) if changes else base
        return Variant(text, prepare(changed, as_of, chosen))
    except BadInput as error:
        raise error.at(Place(f"--set {text}")) from None


def interpretation_of(value: str) -> Decimal | str | bool:
    """Read a value of an interpretation: true and false, numbers as decimals, anything else a word."""
    found = plain(value)
    if isinstance(found, int) and not isinstance(found, bool):
        return Decimal(found)
    return found if isinstance(found, Decimal | bool) else value


def _changed(pack: str, text: str, changes: list[dict[str, Any]]) -> Pack:
    """The pack with an overlay that stands in no file."""
    sources = sources_of(Path(pack) if pack.endswith((".yaml", ".yml")) else PACKS / f"{pack}.yaml")
    before = sources[-1].content
    content = Mapping(1)
    content.update({key: value for key, value in before.items() if key not in (*SECTIONS, "changes", "restates")})
    content.update(id=f"{before['id']}-simulated", base=before["id"], changes=changes)
    digest = sha256(json.dumps(changes, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
    return build([*sources, Source(f"--set {text}", content, digest)])


def _programs(simulation: Simulation) -> list[Program]:
    return [simulation.base, *(one.program for one in simulation.variants)]


def _check_columns(registry: Path, names: Sequence[str], by: Sequence[str]) -> None:
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise BadInput("has two columns of the same name: {names}", Place(str(registry)), names=Listed(twice))
    for name in by:
        if name not in names:
            known = [one for one in names if not one.startswith("proof:")]
            raise BadInput(
                "there is no column {name} to group by; {near}",
                Place(str(registry)),
                name=name,
                near=nearest(name, known),
            )


def _read(simulation: Simulation, names: Sequence[str]) -> list[str]:
    """Columns that a rule reads, and their proofs where the floor asks for them."""
    wanted = {name for one in _programs(simulation) for name in (*one.claimable, *one.fields)}
    proofs = {proof for name in wanted for proof in proof_columns(name)} if simulation.floor != "declared" else set()
    return [name for name in names if name in wanted | proofs]


def _passed(simulation: Simulation, names: Sequence[str]) -> list[str]:
    read = {name for one in _programs(simulation) for name in (*one.claimable, *one.fields)}
    return [name for name in names if name not in read and not name.startswith("proof:")]


def _schema(schema: pa.Schema, passed: Sequence[str], report: PolicyReport, simulation: Simulation) -> pa.Schema:
    clashes = [name for name in OUTPUT if name in passed]
    if clashes:
        raise BadInput("the registry already has columns that would be written: {names}", names=Listed(clashes))
    words = pa.dictionary(pa.int8(), pa.string())
    fields = [schema.field(name) for name in passed]
    fields += [pa.field("variant", pa.dictionary(pa.int16(), pa.string()))]
    fields += [pa.field("level_before", words), pa.field("level_after", words)]
    fields += [pa.field("reasons", pa.list_(pa.string()))]
    described = {
        "linghang": __version__,
        "pack": report.pack,
        "pack_digest": simulation.base.pack.digest,
        "as_of": report.as_of.isoformat(),
        "floor": report.floor,
        "synthetic": report.synthetic,
        "variants": {one.name: one.program.pack.digest for one in simulation.variants},
    }
    return pa.schema(fields, {CHANGES_KEY: json.dumps(described, ensure_ascii=False).encode()})


def _changes(batch: pa.RecordBatch, moved: Moved, simulation: Simulation, schema: pa.Schema) -> pa.RecordBatch:
    rows = pa.array(moved.rows)
    levels = pa.array(simulation.base.pack.level_ids, pa.string())
    names = pa.array([one.name for one in simulation.variants], pa.string())
    which = pa.array([moved.variant] * len(rows), pa.int16())
    columns = [batch.column(name).take(rows) for name in schema.names[: -len(OUTPUT)]]
    columns.append(pa.DictionaryArray.from_arrays(which, names))
    for level in (moved.before, moved.after):
        columns.append(pa.DictionaryArray.from_arrays(pa.array(level, pa.int8(), mask=level < 0), levels))
    return pa.record_batch([*columns, moved.reasons], schema)
