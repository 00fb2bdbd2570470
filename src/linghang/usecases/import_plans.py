"""How the sheets that somebody brings become tables of ours: proposed, changed by a person, checked, and remembered."""

import glob
import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, get_args

from linghang.errors import BadInput, nearest
from linghang.intake.headers import match, second_line
from linghang.intake.looking import Look
from linghang.intake.mapping import SourceMap
from linghang.intake.mapping_file import mapping_of, read_mapping
from linghang.intake.proposing import ColumnProposal, TableProposal, propose_columns, propose_tables
from linghang.intake.sheet import Problems
from linghang.intake.wording import folded, spellings, trimmed
from linghang.plant.tables import TABLES
from linghang.store.whole_file import write_whole
from linghang.words import Listed

Use = Literal["template", "mapped", "left_out"]
USES: tuple[Use, ...] = get_args(Use)
MAPPINGS = "mappings"
"""Folder of a workspace with the mappings that were used: what the same shape gets offered the next time."""
LEAST_CONFIDENCE = 0.45
"""Below this a sheet is left out until a person says what it is (ours)."""
MOST_WORDS = 40


@dataclass(frozen=True, slots=True)
class SheetPlan:
    """How one sheet is read.

    Attributes
    ----------
    use
        "template": its header names columns of the table; "mapped": `columns` say; or "left_out".
    table
        The table that its rows become.
    header
        Number of the header's row.
    columns
        Our column -> where it comes from, as a column of a mapping file has it.
    remembered
        Whether the mapping is the one of the last time.
    """

    file: str
    sheet: str | None
    use: Use = "left_out"
    table: str | None = None
    header: int | None = None
    encoding: str | None = None
    delimiter: str | None = None
    columns: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    empty: tuple[str, ...] = ()
    distinct: bool = False
    remembered: bool = False

    def __post_init__(self) -> None:
        if self.use not in USES:
            raise BadInput("a sheet is used as one of {uses}, not as “{use}”", uses=Listed(USES), use=self.use)
        if self.use != "left_out" and self.table not in TABLES:
            name = self.table or ""
            raise BadInput("there is no table {name}; {near}", name=name, near=nearest(name, list(TABLES)))

    def document(self) -> dict[str, Any]:
        """The plan as a source of a mapping file."""
        columns = {
            name: one["from"] if tuple(one) == ("from",) else dict(one) for name, one in self.columns.items() if one
        }
        table: dict[str, Any] = {"to": self.table, "columns": columns}
        if self.distinct:
            table["distinct"] = True
        source: dict[str, Any] = {"file": glob.escape(self.file), "table": [table]}
        given = {"sheet": self.sheet, "header": self.header, "encoding": self.encoding, "delimiter": self.delimiter}
        if self.empty:
            given |= {"empty": list(self.empty)}  # type: ignore[dict-item]
        return source | {name: value for name, value in given.items() if value is not None and value != 0}

    def source(self) -> SourceMap:
        """The plan as intake reads it.

        Raises
        ------
        ManyProblems
            With everything that is wrong in it.
        """
        (found,) = mapping_of({"source": [self.document()]}, self.title).sources
        return found

    @property
    def title(self) -> str:
        """File and sheet."""
        return self.file if self.sheet is None else f"{self.file} [{self.sheet}]"


@dataclass(frozen=True, slots=True)
class Proposed:
    """What is proposed for one sheet: the tables that it may be, and the plan for the likeliest."""

    tables: tuple[TableProposal, ...]
    plan: SheetPlan


def propose(folder: Path, look: Look) -> Proposed:
    """Propose how a sheet is read: as it was the last time, as the template, or as its header and values look.

    Parameters
    ----------
    folder
        The workspace, whose remembered mappings are looked at.
    """
    sheet = look.sheet()
    called = [one for one in (look.name, Path(look.file).name.partition(".")[0]) if one]
    tables = propose_tables(sheet, called)
    start = SheetPlan(
        look.file, look.name, header=look.header, encoding=_foreign(look.encoding), delimiter=look.delimiter
    )
    known = remembered(folder, look)
    if known is not None:
        return Proposed(tables, replace(known, file=look.file, sheet=look.name, remembered=True))
    for one in tables:
        if fits_template(look, one.table):
            return Proposed(tables, replace(start, use="template", table=one.table))
    if tables and tables[0].confidence >= LEAST_CONFIDENCE:
        return Proposed(tables, replace(start, use="mapped", table=tables[0].table, columns=written(tables[0].columns)))
    return Proposed(tables, start)


def mapped_anew(look: Look, plan: SheetPlan) -> SheetPlan:
    """Return the plan of a sheet with columns that are proposed for its table and header."""
    columns = propose_columns(look.sheet(plan.header), TABLES[plan.table or ""])
    return replace(plan, columns=written(columns), remembered=False)


def written(columns: Mapping[str, ColumnProposal]) -> dict[str, dict[str, Any]]:
    """Write proposals as columns of a mapping; an order of dates only where there is no doubt about it."""
    found: dict[str, dict[str, Any]] = {}
    for name, one in columns.items():
        given: dict[str, Any] = {"from": one.source}
        if one.unit is not None:
            given["unit"] = one.unit
        if len(one.formats) == 1:
            given["format"] = one.formats[0]
        found[name] = given
    return found


def fits_template(look: Look, table: str) -> bool:
    """Whether the header names columns of the table and nothing else, with all that are required."""
    if look.header not in (1, look.first):
        return False
    problems = Problems()
    raw = look.sheet(look.header)
    rows, _ = second_line(raw, TABLES[table], problems)
    matched = match(rows, TABLES[table], problems)
    required = {one.name for one in TABLES[table].columns if not one.nullable}
    return not problems.count and required <= set(matched)


def strange_words(look: Look, plan: SheetPlan) -> dict[str, tuple[str, ...]]:
    """Return our column -> words of the first rows that its list does not know: they need a translation."""
    found: dict[str, tuple[str, ...]] = {}
    if plan.table is None:
        return found
    sheet = look.sheet(plan.header)
    for name, one in plan.columns.items():
        column, source = TABLES[plan.table].c.get(name), one.get("from")
        if column is None or not column.info["choices"] or source not in sheet.header:
            continue
        known = spellings(column)
        values = trimmed(sheet.texts[sheet.header.index(source)]).drop_null().unique().to_pylist()
        strange = tuple(word for word in values if folded(word) not in known)
        if strange:
            found[name] = strange[:MOST_WORDS]
    return found


def plan_of(given: Mapping[str, Any]) -> SheetPlan:
    """Read a plan as JSON has it.

    Raises
    ------
    BadInput, ManyProblems
        With what is wrong in it.
    """
    known = {name: given[name] for name in SheetPlan.__dataclass_fields__ if name in given}
    plan = SheetPlan(**known | {"empty": tuple(known.get("empty") or ())})
    if plan.use == "mapped" and plan.columns:
        plan.source()
    return plan


def plan_document(plan: SheetPlan) -> dict[str, Any]:
    """The plan as JSON has it."""
    return asdict(plan) | {"empty": list(plan.empty)}


def mapping_text(plans: Iterable[SheetPlan]) -> str:
    """Write plans as a mapping file (TOML), which `linghang import --map` takes."""
    return "\n".join(_toml(one.document()) for one in plans if one.use == "mapped")


# --- the last time ---


def remember(folder: Path, looks: Sequence[Look], plans: Sequence[SheetPlan]) -> None:
    """Keep the mappings of sheets for the next file of their shape; where that cannot be, nothing is lost."""
    for look, plan in zip(looks, plans, strict=True):
        if plan.use == "mapped":
            path = _place(folder, look, plan.header or 0)
            with suppress(OSError, BadInput):
                path.parent.mkdir(exist_ok=True)
                write_whole(path, mapping_text([plan]).encode())


def remembered(folder: Path, look: Look) -> SheetPlan | None:
    """Return the mapping of the last file of this shape; None where there was none, or it fits no more."""
    path = _place(folder, look, look.header)
    try:
        read_mapping(path)
        (source,) = tomllib.loads(path.read_text("utf-8"))["source"]
    except (OSError, BadInput, ValueError):
        return None
    (table,) = source["table"]
    columns = {name: {"from": one} if isinstance(one, str) else one for name, one in table["columns"].items()}
    return SheetPlan(
        look.file,
        look.name,
        "mapped",
        table["to"],
        source.get("header", look.header),
        source.get("encoding"),
        source.get("delimiter"),
        columns,
        tuple(source.get("empty", ())),
        table.get("distinct", False),
    )


def _place(folder: Path, look: Look, header: int) -> Path:
    """Where the mapping of a shape is: the names of its columns, in their order."""
    names = json.dumps([look.kind, *map(folded, look.columns(header))], ensure_ascii=False)
    return folder / MAPPINGS / f"{hashlib.sha256(names.encode()).hexdigest()[:24]}.toml"


def _foreign(encoding: str | None) -> str | None:
    return None if encoding in (None, "utf-8") else encoding


# --- TOML ---


def _toml(source: Mapping[str, Any]) -> str:
    (table,) = source["table"]
    lines = ["[[source]]", *(f"{name} = {_value(one)}" for name, one in source.items() if name != "table")]
    lines += ["", "[[source.table]]"]
    lines += [f"{name} = {_value(one)}" for name, one in table.items() if name != "columns"]
    lines += ["[source.table.columns]", *(f"{name} = {_value(one)}" for name, one in table["columns"].items()), ""]
    return "\n".join(lines)


def _value(one: Any) -> str:
    if isinstance(one, bool):
        return "true" if one else "false"
    if isinstance(one, int | float):
        return repr(one)
    if isinstance(one, Mapping):
        return "{ " + ", ".join(f"{_text(str(name))} = {_value(value)}" for name, value in one.items()) + " }"
    if isinstance(one, list | tuple):
        return "[" + ", ".join(map(_value, one)) + "]"
    return _text(str(one))


def _text(text: str) -> str:
    """Write a text as TOML has it: as JSON does, but DEL is escaped too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
