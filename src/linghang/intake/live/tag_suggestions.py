"""Proposals for rows of the table `tag`: what stored names probably mean, for a person to accept or change."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from linghang.intake.live.tag_hints import TagHint
from linghang.intake.live.tag_words import QUANTITIES_OF, QUANTITY_WORDS, ROLE_WORDS, first_of, tokens
from linghang.plant.unit_codes import SourceUnit, unit_of_source
from linghang.plant.units import unit as unit_named
from linghang.store.telemetry.points import TagKind
from linghang.words import tr

STRUCTURE = frozenset({"monitoring", "status", "data", "values", "process", "signals", "tags", "parameterset"})
"""Folders that companion specifications put between a machine and its signals; they say nothing of the signal."""
_SHORTEST = 3


class Confidence(StrEnum):
    """How much speaks for a proposal."""

    SURE = "sure"
    LIKELY = "likely"
    GUESS = "guess"


@dataclass(frozen=True, slots=True)
class Proposal:
    """One row of `tag` that is proposed for a stored name.

    Attributes
    ----------
    source
        Name in the telemetry store.
    row
        Column -> value; what is not known is not in it.
    fills
        Whether the row exists already and only gets its source.
    confidence
        How much speaks for it.
    why
        What speaks for or against it, in the language of the reader.
    """

    source: str
    row: Mapping[str, Any]
    fills: bool
    confidence: Confidence
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Machine:
    id: str
    name: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a name hangs: the machine, whether a whole part of the path names it, and the parts behind it."""

    machine: str | None
    whole: bool
    signal: tuple[str, ...]


def suggest(
    names: Mapping[str, TagKind],
    hints: Mapping[str, TagHint],
    equipment: Iterable[Mapping[str, Any]],
    existing: Iterable[Mapping[str, Any]],
    factory_id: str,
) -> list[Proposal]:
    """Propose what stored names mean.

    Parameters
    ----------
    names
        Names in the telemetry store, with their kinds.
    hints
        What the sources say of them, by name.
    equipment
        Rows of `equipment`.
    existing
        Rows of `tag`; names that are the source of one are left out, and rows without a source are filled in first.
    factory_id
        Of the new rows.

    Returns
    -------
    list of Proposal
        In the order of the names; ids of new rows are unique.
    """
    machines = [_Machine(row["equipment_id"], row.get("name") or "", tokens(row["equipment_id"])) for row in equipment]
    rows = list(existing)
    known = {row["source"] for row in rows if row.get("source")}
    free = {
        (row["equipment_id"], tokens(row["tag_id"].rpartition("/")[2])): row
        for row in rows
        if not row.get("source") and row.get("equipment_id")
    }
    taken = {row["tag_id"] for row in rows}
    proposals = []
    for name, kind in names.items():
        if name in known:
            continue
        proposal = _propose(name, kind, hints.get(name, TagHint(name)), machines, free, factory_id)
        if not proposal.fills and proposal.row["tag_id"] in taken:
            proposal = _apart(proposal, taken)
        taken.add(proposal.row["tag_id"])
        proposals.append(proposal)
    return proposals


def _propose(
    name: str,
    kind: TagKind,
    hint: TagHint,
    machines: Sequence[_Machine],
    free: dict[tuple[str, tuple[str, ...]], Mapping[str, Any]],
    factory_id: str,
) -> Proposal:
    place = _place(hint, machines)
    signal = place.signal[-1] if place.signal else name
    found, unit_why = _unit(hint, signal, kind)
    quantity, odd = _quantity(kind, found, place.signal, hint.label or "")
    why = [*_place_why(place), *unit_why, *odd]
    row: dict[str, Any] = {"source": name}
    if found is not None:
        row |= {"source_unit": found.unit}
        row |= {} if found.scale == 1 else {"source_scale": found.scale}
        row |= {} if found.offset == 0 else {"source_offset": found.offset}
    row |= {"quantity": quantity} if quantity else {}
    filled = free.pop((place.machine, tokens(signal)), None) if place.machine else None
    if filled is not None:
        return _fill(name, filled, row, found, place, why)
    row |= {
        "tag_id": "/".join((factory_id, *([place.machine] if place.machine else []), *place.signal)),
        "factory_id": factory_id,
        "name": _title(hint, signal),
        "role": _role(kind, signal, hint.label or ""),
        "writable": False,
    }
    row |= {"equipment_id": place.machine} if place.machine else {}
    row |= {"unit": found.unit} if found is not None else {}
    return Proposal(name, row, False, _confidence(place, kind, found, odd), tuple(why))


def _fill(
    name: str,
    filled: Mapping[str, Any],
    row: Mapping[str, Any],
    found: SourceUnit | None,
    place: _Place,
    why: Sequence[str],
) -> Proposal:
    """Give a tag that has no source yet its source; what its row says already stays."""
    said = (*why, tr("{tag} has this signal of this machine, and no source yet", tag=filled["tag_id"]))
    if found is not None and not _convertible(filled.get("unit"), found):
        odd = tr("its unit {unit} does not fit {given}", unit=filled.get("unit"), given=found.unit)
        return Proposal(name, {**filled, "source": name}, True, Confidence.GUESS, (*said, odd))
    kept = {column: value for column, value in filled.items() if value is not None}
    unit = {"unit": found.unit} if found is not None else {}
    confidence = Confidence.SURE if place.whole else Confidence.LIKELY
    return Proposal(name, {**filled, **unit, **row, **kept}, True, confidence, said)


def _place(hint: TagHint, machines: Sequence[_Machine]) -> _Place:
    """Find the machine in the path that the source gives, else in the name's own address."""
    address = hint.name.partition("!")[2].rpartition(";s=")[2]
    own = tuple(part for part in address.replace(".", "/").split("/") if part)
    for parts in (hint.path, own):
        if (found := _machine_in(parts, machines)) is not None:
            return found
    parts = hint.path or own
    return _Place(None, False, tuple(part for part in parts if part.casefold() not in STRUCTURE))


def _machine_in(parts: Sequence[str], machines: Sequence[_Machine]) -> _Place | None:
    """Return the machine whose id (or name) stands in the parts: the longest id, of those the last one."""
    best: tuple[int, int, bool, tuple[str, ...]] | None = None
    chosen: set[str] = set()
    for at, part in enumerate(parts):
        pieces = tokens(part)
        for machine in machines:
            whole = pieces == machine.words or (bool(machine.name) and part.strip() == machine.name)
            start = 0 if whole else _within(pieces, machine.words)
            if start is None:
                continue
            rest = () if whole else pieces[start + len(machine.words) :] or pieces[:start]
            behind = tuple(one for one in parts[at + 1 :] if one.casefold() not in STRUCTURE)
            candidate = (len(machine.words), at, whole, behind or (("_".join(rest),) if rest else ()))
            if best is None or candidate[:2] > best[:2]:
                best, chosen = candidate, {machine.id}
            elif candidate[:2] == best[:2]:
                chosen.add(machine.id)
    if best is None or len(chosen) != 1 or not best[3]:
        return None
    return _Place(chosen.pop(), best[2], best[3])


def _within(pieces: tuple[str, ...], words: tuple[str, ...]) -> int | None:
    """Return where `words` stand in `pieces`; a single short word is no id."""
    if len(words) < 2 and (not words or len(words[0]) < _SHORTEST):
        return None
    span = len(words)
    return next((at for at in range(len(pieces) - span + 1) if pieces[at : at + span] == words), None)


def _unit(hint: TagHint, signal: str, kind: TagKind) -> tuple[SourceUnit | None, list[str]]:
    if kind is not TagKind.NUMBER:
        return None, []
    said = hint.unit or hint.unit_code
    if said:
        found = unit_of_source(hint.unit_code, hint.unit)
        if found is not None:
            return found, [tr("its source says {unit}", unit=said)]
        return None, [tr("its source says {unit}, which is no unit here", unit=said)]
    quantity, ending = first_of(QUANTITY_WORDS, signal), signal.rpartition("_")[2]
    found = unit_of_source(None, ending) if ending != signal else None
    if found is not None and quantity in QUANTITIES_OF.get(unit_named(found.unit).dimension, ()):
        return found, [tr("its name ends in {unit}", unit=ending)]
    return None, []


def _quantity(
    kind: TagKind, found: SourceUnit | None, signal: Sequence[str], label: str
) -> tuple[str | None, list[str]]:
    """Return what is measured, and what is odd about it: the unit decides, the name chooses among what it allows."""
    named = first_of(QUANTITY_WORDS, *signal[-1:], label) or first_of(QUANTITY_WORDS, *signal)
    if kind is not TagKind.NUMBER:
        return ("state" if named == "state" else None), []
    if found is None:
        return named, []
    allowed = QUANTITIES_OF.get(unit_named(found.unit).dimension, ("other",))
    if named is None or named in allowed:
        return named or allowed[0], []
    if allowed[0] == "other":
        return named, []
    return allowed[0], [tr("its name speaks of another quantity than its unit {unit}", unit=found.unit)]


def _role(kind: TagKind, signal: str, label: str) -> str:
    named = first_of(ROLE_WORDS, signal, label)
    if kind is TagKind.NUMBER:
        return "measurement" if named in (None, "state") else str(named)
    return "state" if named == "state" or kind is TagKind.FLAG else "other"


def _confidence(place: _Place, kind: TagKind, found: SourceUnit | None, odd: Sequence[str]) -> Confidence:
    if place.machine is None:
        return Confidence.GUESS
    clear = place.whole and not odd and (found is not None or kind is not TagKind.NUMBER)
    return Confidence.SURE if clear else Confidence.LIKELY


def _place_why(place: _Place) -> list[str]:
    if place.machine is None:
        return [tr("no machine stands in its name")]
    if place.whole:
        return [tr("it hangs below {machine}", machine=place.machine)]
    return [tr("{machine} stands in its name", machine=place.machine)]


def _title(hint: TagHint, signal: str) -> str:
    label = (hint.label or "").strip()
    return label if label and label != signal else signal.replace("_", " ")


def _convertible(wanted: str | None, found: SourceUnit) -> bool:
    if wanted is None:
        return True
    mine = unit_of_source(None, wanted)
    return mine is not None and unit_named(mine.unit).dimension == unit_named(found.unit).dimension


def _apart(proposal: Proposal, taken: set[str]) -> Proposal:
    """Give a row another id: two sources have a signal of the same name."""
    wanted = proposal.row["tag_id"]
    connection = proposal.source.partition("!")[0]
    ids = (f"{wanted}@{connection}{'' if count == 1 else f'-{count}'}" for count in range(1, len(taken) + 2))
    free = next(one for one in ids if one not in taken)
    why = (*proposal.why, tr("{tag} is another tag already", tag=wanted))
    return Proposal(proposal.source, {**proposal.row, "tag_id": free}, False, proposal.confidence, why)
