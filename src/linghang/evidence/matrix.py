"""The matrix: every element of a pack beside its evidence, and what would count where there is a gap."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, get_args

from linghang.conditions.model import DERIVED, Element, Pack
from linghang.conditions.rules import names
from linghang.evidence.matrix_ways import Way, ways
from linghang.evidence.proof import STRENGTH
from linghang.words import Text

Gap = Literal["proved", "weak", "stale", "expired", "contradicted", "none"]
GAPS: tuple[Gap, ...] = get_args(Gap)
FLOORS = ("declared", "documented", "measured")
MEASURED_KINDS = frozenset(("capability", "measured", "benchmark"))
"""Kinds of elements that need measured proof at the floor `measured`; all others need documented proof there."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """One observation that speaks of an element.

    Attributes
    ----------
    kind, source
        records, engine, document or signatory; name of the derivation or engine, sha256 or signatory.
    value
        What it says, as text.
    fresh
        Whether it has not aged out on the day.
    document
        The register's number, of a document.
    digest
        Of the observation.
    """

    kind: str
    source: str
    value: str
    proof: str
    window: tuple[str, str]
    valid_until: str | None
    fresh: bool
    document: str | None
    digest: str


@dataclass(frozen=True, slots=True)
class Paper:
    """One registered document, as far as the matrix looks at it; `state` is that of the day."""

    id: str
    title: str
    kind: str
    state: str
    proves: tuple[str, ...] = ()
    states: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Claiming:
    """One registered document that is to prove an element; `states` where it also states it."""

    id: str
    title: str
    kind: str
    state: str
    states: str | None


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One element with its evidence.

    Attributes
    ----------
    finding, proof, reason
        As the assessment found them.
    counts
        Floor of proof -> the finding that counts there.
    gap
        proved (it counts at the strictest floor), weak (it counts at a lower one only), stale, expired (only
        documents that have ended speak of it), contradicted, or none.
    wanted
        What would count where the floors `documented` and `measured` lack it.
    """

    id: str
    level: str
    clause: str
    text: Text
    part: str
    kind: str
    force: str
    link: str | None
    finding: str
    proof: str | None
    reason: str | None
    counts: Mapping[str, str]
    gap: Gap
    speakers: tuple[Speaker, ...]
    documents: tuple[Claiming, ...]
    wanted: tuple[Way, ...] = ()

    @property
    def group(self) -> str:
        """The link, of a construction element; else the part."""
        return self.link or self.part


@dataclass(frozen=True, slots=True)
class Matrix:
    """The matrix of a pack on a day."""

    pack: Pack
    as_of: date
    level: str | None
    rows: tuple[MatrixRow, ...]
    summary: Mapping[tuple[str, str], Mapping[Gap, int]] = field(default_factory=dict)
    """(level, link or part) -> gap -> number of elements."""


def matrix(
    pack: Pack,
    assessed: Mapping[str, Any],
    documents: Sequence[Paper],
    as_of: date,
    level: str | None,
    engines_of: Callable[[str], Sequence[str]],
) -> Matrix:
    """Put every element beside its evidence.

    Parameters
    ----------
    assessed
        What an assessment found, as JSON has it.
    documents
        Every registered document, retired ones too.
    level
        Only what this level asks; None for all.
    engines_of
        Element -> engines that can prove it.
    """
    rows = []
    for element, found in zip(pack.elements, assessed["elements"], strict=True):
        if level is None or element.level in (level, "all"):
            rows.append(_row(element, found, assessed, documents, as_of, engines_of))
    summary: dict[tuple[str, str], dict[Gap, int]] = {}
    for row in rows:
        counted = summary.setdefault((row.level, row.group), dict.fromkeys(GAPS, 0))
        counted[row.gap] += 1
    return Matrix(pack, as_of, level, tuple(rows), summary)


def _row(
    element: Element,
    found: Mapping[str, Any],
    assessed: Mapping[str, Any],
    documents: Sequence[Paper],
    as_of: date,
    engines_of: Callable[[str], Sequence[str]],
) -> MatrixRow:
    read = _fields_read(element, as_of, assessed)
    speaking = found if element.part not in DERIVED else _of_fields(read, assessed) or found
    speakers = tuple(_speaker(one, as_of) for one in speaking["observations"])
    claiming = tuple(_claiming(element.id, read, documents))
    counts = _counts_of_part(element, assessed) if element.part in DERIVED else _counts(element, found)
    reason = speaking.get("reason")
    return MatrixRow(
        id=element.id,
        level=element.level,
        clause=element.cited,
        text=element.text,
        part=element.part,
        kind=element.kind,
        force=element.force,
        link=element.link,
        finding=counts["declared"],
        proof=speaking["proof"],
        reason=reason,
        counts=counts,
        gap=_gap(counts, reason, speakers, claiming),
        speakers=speakers,
        documents=claiming,
        wanted=tuple(ways(element, read, counts, tuple(found["needs"]), engines_of)),
    )


def _fields_read(element: Element, as_of: date, assessed: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the fields that decide an element, such as the maturity level."""
    rule = element.rule_on(as_of)
    read = names(rule.node) if rule else frozenset()
    return tuple(sorted(one for one in read if one in assessed["fields"]))


def _of_fields(read: tuple[str, ...], assessed: Mapping[str, Any]) -> Mapping[str, Any] | None:
    found: Mapping[str, Any] | None = assessed["fields"][read[0]] if read else None
    return found


def _counts(element: Element, found: Mapping[str, Any]) -> dict[str, str]:
    """What counts at each floor: a finding below it is unknown there."""
    carried = STRENGTH[found["proof"]] if found["proof"] else -1
    strictest = "measured" if element.kind in MEASURED_KINDS else "documented"
    needed = {"declared": "declared", "documented": "documented", "measured": strictest}
    return {
        floor: found["finding"] if carried >= STRENGTH[needed[floor]] else "unknown"  # type: ignore[index]
        for floor in FLOORS
    }


def _counts_of_part(element: Element, assessed: Mapping[str, Any]) -> dict[str, str]:
    """What follows from other input, the verdict says."""
    said = {floor: assessed["floors"][floor]["levels"].get(element.level, {}) for floor in FLOORS}
    return {floor: one.get("parts", {}).get(element.part) or "unknown" for floor, one in said.items()}


def _gap(
    counts: Mapping[str, str], reason: str | None, speakers: Sequence[Speaker], claiming: Sequence[Claiming]
) -> Gap:
    if counts["measured"] != "unknown":
        return "proved"
    if counts["declared"] != "unknown" or counts["documented"] != "unknown":
        return "weak"
    if reason == "contradicted":
        return "contradicted"
    if speakers and not any(one.fresh for one in speakers):
        return "expired" if all(one.kind == "document" for one in speakers) else "stale"
    if claiming and all(one.state == "expired" for one in claiming):
        return "expired"
    return "none"


def _speaker(one: Mapping[str, Any], as_of: date) -> Speaker:
    until = one["valid_until"]
    value = one["value"]
    return Speaker(
        kind=one["source"]["kind"],
        source=one["source"]["id"],
        value=value["decimal"] if isinstance(value, dict) else str(value),
        proof=one["proof"],
        window=(one["window"][0], one["window"][1]),
        valid_until=until,
        fresh=until is None or as_of.isoformat() < until,
        document=(one["detail"].get("document") or {}).get("number"),
        digest=one["digest"],
    )


def _claiming(element: str, read: tuple[str, ...], documents: Sequence[Paper]) -> Iterator[Claiming]:
    wanted = {element, *(f"field:{one}" for one in read)}
    for one in documents:
        stated = dict(said.partition("=")[::2] for said in one.states)
        said = next((stated[name] for name in (element, *read) if name in stated), None)
        if said is not None or wanted.intersection(one.proves):
            yield Claiming(one.id, one.title, one.kind, one.state, said)
