"""Deliveries: files that somebody has brought and that are not imported yet, with how they are to be read.

A delivery lies in the workspace's cache, so that a page that is opened again finds it; after a day it is taken away.
"""

import re
import secrets
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson

from linghang.errors import BadInput, reason_of
from linghang.intake.looking import Look, look_at
from linghang.store.state import kept_in
from linghang.store.whole_file import write_whole
from linghang.store.workspace import open_workspace
from linghang.usecases.import_plans import SheetPlan, mapped_anew, plan_document, plan_of, propose

FOLDER = "deliveries"
STAYS = timedelta(hours=24)
"""How long a delivery stays after it was last touched."""
MOST_OF_ONE = 8
"""Deliveries that one person may have open; the oldest goes."""
MOST_FILES = 20
READABLE = (".xlsx", ".xlsm", ".csv", ".tsv", ".txt", ".gz", ".parquet", ".pq")
_ID = re.compile(r"[0-9a-f]{16}")
_STATE, _LOOKS = "delivery.json", "looks.json"


@dataclass(frozen=True, slots=True)
class Offer:
    """A table that a sheet may be, and what speaks for it."""

    table: str
    confidence: float
    named: bool
    required: int
    required_found: int
    columns_found: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """Files that somebody has brought.

    Attributes
    ----------
    owner
        Who brought them; nobody else sees them.
    files
        Their names, as they came.
    looks, plans, offers
        For each sheet: how it begins, how it is to be read, and which tables it may be.
    result
        What the last check, or the import, found; None before the first.
    """

    id: str
    owner: str
    made_at: datetime
    files: tuple[str, ...]
    looks: tuple[Look, ...] = ()
    plans: tuple[SheetPlan, ...] = ()
    offers: tuple[tuple[Offer, ...], ...] = ()
    result: Mapping[str, Any] | None = None

    @property
    def imported(self) -> bool:
        """Whether it was imported."""
        return bool(self.result and self.result.get("kept"))


def add_delivery(folder: Path, files: Sequence[tuple[Path, str]], owner: str, now: datetime) -> Delivery:
    """Take files in, look at them, and propose how they are read.

    Parameters
    ----------
    files
        Where each is now, and the name that it came with; they are copied.

    Raises
    ------
    BadInput
        A file is none that can be read; then none is taken.
    """
    tidy(folder, now)
    own = deliveries(folder, owner)
    for old in own[MOST_OF_ONE - 1 :]:
        drop_delivery(folder, old.id, owner)
    made = Delivery(secrets.token_hex(8), owner, now, ())
    place = _place(folder, made.id)
    try:
        place.mkdir(parents=True, mode=0o700)
        return add_files(folder, made, files)
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise


def add_files(folder: Path, to: Delivery, files: Sequence[tuple[Path, str]]) -> Delivery:
    """Add files to a delivery; see `add_delivery`."""
    if to.imported:
        raise BadInput("this was imported already; begin a new import")
    if not files or len(to.files) + len(files) > MOST_FILES:
        raise BadInput("one import takes 1 to {most} files", most=MOST_FILES)
    found = to
    for path, name in files:
        plain = Path(name.replace("\\", "/")).name
        if Path(plain).suffix.lower() not in READABLE:
            kinds = " ".join(READABLE)
            raise BadInput("“{name}” is none of the files that can be read: {kinds}", name=plain, kinds=kinds)
        if plain in found.files:
            raise BadInput("“{name}” is here already; take it away first, or give it another name", name=plain)
        found = _taken(folder, found, path, plain)
    return save(folder, replace(found, result=None))


def _taken(folder: Path, to: Delivery, path: Path, name: str) -> Delivery:
    place = _place(folder, to.id) / str(len(to.files))
    try:
        place.mkdir()
        shutil.copyfile(path, place / name)
    except (OSError, ValueError) as error:
        reason = reason_of(error) if isinstance(error, OSError) else str(error)
        raise BadInput("“{name}” cannot be kept: {reason}", name=name[:80], reason=reason) from None
    looks = looked(place / name)
    proposed = [propose(folder, one) for one in looks]
    offers = [
        tuple(
            Offer(one.table, one.confidence, one.named, one.required, one.required_found, len(one.columns))
            for one in each.tables
        )
        for each in proposed
    ]
    return replace(
        to,
        files=(*to.files, name),
        looks=(*to.looks, *looks),
        plans=(*to.plans, *(one.plan for one in proposed)),
        offers=(*to.offers, *offers),
    )


def looked(path: Path, encoding: str | None = None, delimiter: str | None = None) -> tuple[Look, ...]:
    """Look at a file; what is wrong with it is said of its name, not of where it lies here."""
    try:
        return look_at(path, encoding, delimiter)
    except BadInput as error:
        raise BadInput("{fault}", fault=str(error).replace(str(path), path.name)) from None


def set_plan(folder: Path, found: Delivery, given: Mapping[int, Mapping[str, Any]]) -> Delivery:
    """Change how sheets are read.

    Parameters
    ----------
    given
        Number of the sheet -> keys of the plan and what they become. With another `table` its columns are proposed
        anew unless `columns` are given too; with another `encoding` or `delimiter` the file is looked at again.

    Raises
    ------
    BadInput, ManyProblems
        There is no such sheet, or the plan is none.
    """
    if found.imported:
        raise BadInput("this was imported already; begin a new import")
    looks, plans = list(found.looks), list(found.plans)
    for number, changes in given.items():
        if not 0 <= number < len(plans):
            raise BadInput("there is no sheet {number}; there are {count}", number=number, count=len(plans))
        before = plans[number]
        if any(name in changes and changes[name] != getattr(before, name) for name in ("encoding", "delimiter")):
            looks[number] = _again(folder, found, number, changes)
        plans[number] = _changed(looks[number], before, changes)
    return save(folder, replace(found, looks=tuple(looks), plans=tuple(plans), result=None))


def _again(folder: Path, found: Delivery, number: int, changes: Mapping[str, Any]) -> Look:
    """Look at a text file again, with another encoding or delimiter."""
    plan = found.plans[number]
    encoding = changes.get("encoding", plan.encoding) or None
    delimiter = changes.get("delimiter", plan.delimiter) or None
    (look,) = looked(path_of(folder, found, plan.file), encoding, delimiter)
    return look


def _changed(look: Look, before: SheetPlan, changes: Mapping[str, Any]) -> SheetPlan:
    own = {name: one for name, one in changes.items() if name in _CHANGEABLE}
    other = any(name in own and own[name] != getattr(before, name) for name in ("table", "header", "delimiter"))
    wanted = plan_document(before) | own
    if wanted["use"] != "left_out" and wanted["table"] is None:
        raise BadInput("say which table the sheet “{sheet}” is", sheet=before.title)
    if wanted["use"] == "mapped" and "columns" not in own and (other or not before.columns):
        return mapped_anew(look, plan_of(wanted | {"columns": {}}))
    return replace(plan_of(wanted), remembered=before.remembered and not other and "columns" not in own)


_CHANGEABLE = frozenset(("use", "table", "header", "encoding", "delimiter", "columns", "empty", "distinct"))


# --- where they lie ---


def deliveries(folder: Path, owner: str) -> list[Delivery]:
    """Return what somebody has brought and not taken away, the newest first."""
    found = []
    with suppress(OSError):
        for place in sorted(_root(folder).iterdir()):
            if _ID.fullmatch(place.name):
                with suppress(BadInput):
                    found.append(open_delivery(folder, place.name, owner))
    return sorted(found, key=lambda one: one.made_at, reverse=True)


def open_delivery(folder: Path, id: str, owner: str) -> Delivery:
    """Open a delivery.

    Raises
    ------
    BadInput
        There is none of this name, or somebody else brought it.
    """
    gone = BadInput("these files are no longer here; bring them again")
    if not _ID.fullmatch(id):
        raise gone
    place = _place(folder, id)
    try:
        state = orjson.loads((place / _STATE).read_bytes())
        looks = orjson.loads((place / _LOOKS).read_bytes())
    except (OSError, ValueError):
        raise gone from None
    if state["owner"] != owner:
        raise gone
    return Delivery(
        id,
        owner,
        datetime.fromisoformat(state["made_at"]),
        tuple(state["files"]),
        tuple(Look(**one | {"rows": tuple(tuple(row) for row in one["rows"])}) for one in looks),
        tuple(plan_of(one) for one in state["plans"]),
        tuple(tuple(Offer(**one) for one in each) for each in state["offers"]),
        state["result"],
    )


def save(folder: Path, found: Delivery) -> Delivery:
    """Keep a delivery as it is now."""
    place = _place(folder, found.id)
    state = {
        "owner": found.owner,
        "made_at": found.made_at.isoformat(),
        "files": found.files,
        "plans": [plan_document(one) for one in found.plans],
        "offers": [[asdict(one) for one in each] for each in found.offers],
        "result": found.result,
    }
    if not place.is_dir():
        raise BadInput("these files are no longer here; bring them again")
    write_whole(place / _LOOKS, orjson.dumps([asdict(one) for one in found.looks]))
    write_whole(place / _STATE, orjson.dumps(state))
    return found


def drop_delivery(folder: Path, id: str, owner: str) -> None:
    """Take a delivery away."""
    found = open_delivery(folder, id, owner)
    shutil.rmtree(_place(folder, found.id), ignore_errors=True)


def forget_files(folder: Path, found: Delivery) -> None:
    """Take the files of a delivery away; what was found in them stays for a day."""
    for number in range(len(found.files)):
        shutil.rmtree(_place(folder, found.id) / str(number), ignore_errors=True)


def path_of(folder: Path, found: Delivery, name: str) -> Path:
    """Where a file of a delivery is."""
    if name not in found.files:
        raise BadInput("there is no file {file}", file=name)
    return _place(folder, found.id) / str(found.files.index(name)) / name


def beside(folder: Path, found: Delivery, name: str) -> Path:
    """Where something that belongs to a delivery is kept."""
    return _place(folder, found.id) / name


def tidy(folder: Path, now: datetime) -> None:
    """Take away what nobody has touched for a day."""
    with suppress(OSError):
        for place in _root(folder).iterdir():
            state = place / _STATE
            touched = state.stat().st_mtime if state.exists() else place.stat().st_mtime
            if _ID.fullmatch(place.name) and now.timestamp() - touched > STAYS.total_seconds():
                shutil.rmtree(place, ignore_errors=True)


def _root(folder: Path) -> Path:
    return kept_in(open_workspace(folder)) / FOLDER


def _place(folder: Path, id: str) -> Path:
    return _root(folder) / id
