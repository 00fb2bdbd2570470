"""A whole table of enterprises as OSCAL assessment results, one document a line, from the column evaluator.

What does not depend on the enterprise is serialised once: of every element one fragment for each finding and proof.
A document is those fragments with UUIDs between them, so 16 findings cost as much as their digests.

Source: NIST OSCAL 1.2.1, assessment results model; the meaning is that of `oscal_results`, with one observation an
element (the columns that it was judged from) instead of the plant's evidence.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha1
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa

from linghang.conditions.model import Element
from linghang.conditions.rules import names
from linghang.evidence.proof import STRENGTH, Proof
from linghang.judge import planes
from linghang.judge.columns import JudgedBlock, judged_blocks
from linghang.judge.findings import FINDINGS, Finding, Floor
from linghang.judge.inputs import Population
from linghang.judge.planes import Trits
from linghang.judge.program import Asked, Plan, Program
from linghang.judge.rule_columns import proof_columns
from linghang.report.oscal import ROOT, Json, about_pack, both, line, metadata, moment, prop
from linghang.report.oscal_results import (
    METHODS,
    STRICTEST_FIRST,
    control_of,
    finding_of,
    plan_of,
    reviewed,
    settings_of,
)

Codes = npt.NDArray[np.uint8]
PROOFS: tuple[Proof, ...] = tuple(sorted(STRENGTH, key=STRENGTH.__getitem__))
ROWS = 1 << 11
"""Rows that are judged and written at once."""

_SLOT = "\x00"
"""Stands where a value of the enterprise goes. As JSON, with its quotes, no other text can contain it."""

_UNKNOWN = FINDINGS.index("unknown")


@dataclass(frozen=True, slots=True)
class Columns:
    """Columns that name an enterprise: an id that stays (else the row counts), what people call it (else the id)."""

    id: str | None = None
    name: str | None = None


class Who(NamedTuple):
    """An enterprise: its id and its name, each one line."""

    id: str
    name: str


class TableResults:
    """Writes the enterprises of a table, batch by batch.

    Parameters
    ----------
    program
        A pack ready to judge.
    floors
        The floors of proof, each a result of every document; written strictest first.
    columns
        Columns that name an enterprise.
    zone
        Time zone of the day of judgement.
    """

    def __init__(self, program: Program, floors: Sequence[Floor], columns: Columns, zone: str = "UTC") -> None:
        self.program = program
        self.floors = tuple(floor for floor in STRICTEST_FIRST if floor in floors)
        self.columns = columns
        self.start = moment(program.as_of, zone)
        self.elements = program.pack.elements
        self.asked = {one.key: one for one in program.asked}
        self.sources = {one.key: _sources(one, program) for one in program.asked}
        self.fragments = [self._fragments(one) for one in self.elements]
        self.seed = _json([program.pack.digest, self.start, self.floors, settings_of(program)])
        self.head, self.tail = self._frame()
        self.title = both(program.pack.title)
        self.suffixes = [
            f"{kind}\n{floor}\n{one}".encode()
            for floor in self.floors
            for kind, ids in (
                ("result", [""]),
                ("finding", [one.key for one in self.elements]),
                ("observation", [one.key for one in self.elements]),
            )
            for one in ids
        ]
        self.levels: dict[tuple[Floor, tuple[int, ...]], bytes] = {}

    def lines(self, batch: pa.RecordBatch, file: str = "", first_row: int = 1) -> Iterator[bytes]:
        """Yield one line of JSON, with its end, for every row, in order.

        Parameters
        ----------
        batch
            Some rows; columns as `linghang batch` reads them.
        file, first_row
            Name of the input, and number of its first row here, for messages.

        Raises
        ------
        BadInput
            A column holds what is not a finding, a number or a proof, with the row.
        """
        for start in range(0, batch.num_rows, ROWS):
            part = batch.slice(start, ROWS)
            yield from self._lines(part, file, first_row + start)

    def _lines(self, batch: pa.RecordBatch, file: str, first_row: int) -> Iterator[bytes]:
        population = Population(batch, file, first_row)
        floors = [self._codes(population, floor) for floor in self.floors]
        texts, levels = [codes.tobytes() for codes, _ in floors], [found.tolist() for _, found in floors]
        width, count = len(self.elements), len(self.suffixes) * 36
        whos = self._whos(batch, first_row)
        codes = [[text[at : at + width] for text in texts] for at in range(0, len(whos) * width, width)]
        roots = [
            _uuid5(ROOT.bytes, b"\n".join((b"enterprise", self.seed, _json(list(who)), *found)))
            for who, found in zip(whos, codes, strict=True)
        ]
        inner = _as_text([sha1(root + suffix).digest() for root in roots for suffix in self.suffixes])
        outer = _as_text(roots)
        parties = _as_text([_uuid5(ROOT.bytes, f"party\n{who.id}".encode()) for who in whos])
        for row, who in enumerate(whos):
            one = slice(row * 36, row * 36 + 36)
            uuids = [inner[at : at + 36] for at in range(row * count, (row + 1) * count, 36)]
            judged = [(found, tuple(level[row])) for found, level in zip(codes[row], levels, strict=True)]
            yield self._document(who, parties[one], outer[one], judged, uuids)

    def _document(
        self, who: "Who", party: bytes, root: bytes, judged: list[tuple[bytes, tuple[int, ...]]], uuids: list[bytes]
    ) -> bytes:
        """Put a document together: the UUIDs are those of `suffixes`, the numbers those of every floor."""
        head = self.head
        title = _json(f"{who.name}: {self.title}")
        written = [head[0], b'"', root, b'"', head[1], title, head[2], b'"', party, b'"', head[3]]
        written += [_json(who.name), head[4], _json(who.id), head[5]]
        count = 2 * len(self.elements) + 1
        for place, (floor, (codes, levels)) in enumerate(zip(self.floors, judged, strict=True)):
            written.append(b',{"uuid":"' if place else b'{"uuid":"')
            mine = uuids[place * count : (place + 1) * count]
            written += (mine[0], self._level_props(floor, levels))
            self._put(written, codes, mine, party)
        written.append(self.tail)
        return b"".join(written)

    def _put(self, written: list[bytes], codes: bytes, uuids: list[bytes], party: bytes) -> None:
        """Put the observations and the findings of one floor behind what is written."""
        width = len(self.elements)
        observations: list[bytes] = []
        findings: list[bytes] = []
        for known, code, finding, observation in zip(
            self.fragments, codes, uuids[1 : width + 1], uuids[width + 1 :], strict=True
        ):
            before, between, after, evidence = known[code]
            if evidence is None:
                findings += (before, finding, between)
            else:
                findings += (before, finding, between, observation, after)
                observations += (evidence[0], observation, evidence[1], party, evidence[2])
        if observations:
            observations[0] = observations[0][1:]  # no comma before the first
            written += (b'"observations":[', *observations, b"],")
        findings[0] = findings[0][1:]
        written += (b'"findings":[', *findings, b"]}")

    def _codes(self, population: Population, floor: Floor) -> tuple[Codes, Codes]:
        """Return per row and element its finding and proof in one number, and per row and level its finding."""
        codes = np.empty((population.rows, len(self.elements)), np.uint8)
        levels = np.empty((population.rows, len(self.program.plans)), np.uint8)
        plans = {plan.level.id: plan for plan in self.program.plans}
        for block in judged_blocks(self.program, population, floor):
            rows = slice(block.block.start, block.block.start + block.block.rows)
            strengths: dict[str, Codes] = {}
            for place, element in enumerate(self.elements):
                asked = self.asked.get(element.key)
                if asked is None:
                    codes[rows, place] = _coded(_coverage(block, plans[element.level]), block.block.rows) * 3
                    continue
                found = _coded(block.column(asked), block.block.rows)
                codes[rows, place] = found * 3 + self._strength(block, asked, strengths)
            for place, plan in enumerate(self.program.plans):
                levels[rows, place] = _coded(block.level(plan), block.block.rows)
        return codes, levels

    def _strength(self, block: JudgedBlock, asked: Asked, known: dict[str, Codes]) -> Codes:
        """Return the weakest proof of what an element was judged from."""
        weakest: Codes | None = None
        for column in self.sources[asked.key]:
            if column not in known:
                known[column] = _proofs(block, column)
            weakest = known[column] if weakest is None else np.minimum(weakest, known[column])
        return np.zeros(block.block.rows, np.uint8) if weakest is None else weakest

    def _whos(self, batch: pa.RecordBatch, first_row: int) -> list["Who"]:
        """Return the id and the name of every row; where a row has no id, its number in the table."""
        rows = range(first_row, first_row + batch.num_rows)
        ids = batch.column(self.columns.id).to_pylist() if self.columns.id else rows
        called = batch.column(self.columns.name).to_pylist() if self.columns.name else ids
        return [
            Who(who := line(str(row if one is None else one)), who if name is None else line(str(name)))
            for row, one, name in zip(rows, ids, called, strict=True)
        ]

    def _fragments(self, element: Element) -> list["Fragment"]:
        """Return the pieces of a finding and its observation, for every code."""
        about = control_of(element) | {"description": element.cited}
        columns = self.sources.get(element.key, ())
        found = []
        for finding in FINDINGS:
            for proof in PROOFS:
                observed = bool(columns) and finding != "unknown"
                found.append(_fragment(about, finding, proof, columns if observed else (), self.start))
        return found

    def _frame(self) -> tuple[list[bytes], bytes]:
        """Return what stands before the results, around what names the enterprise, and what stands behind them."""
        program, plan = self.program, plan_of(self.program)
        subject = prop("subject-id", "") | {"value": _SLOT}
        party = {"uuid": _SLOT, "type": "organization", "name": _SLOT, "props": [subject]}
        props = about_pack(program.pack) + settings_of(program)
        about = metadata("", self.start, program.as_of.isoformat(), props=props, parties=[party]) | {"title": _SLOT}
        body = {"uuid": _SLOT, "metadata": about, "import-ap": {"href": f"#{plan['uuid']}"}, "results": [_SLOT]}
        *head, tail = _json({"assessment-results": body | {"back-matter": {"resources": [plan]}}}).split(_json(_SLOT))
        return head, tail + b"\n"

    def _level_props(self, floor: Floor, findings: tuple[int, ...]) -> bytes:
        """Return the rest of a result up to its observations; enterprises with the same levels share it."""
        at = floor, findings
        if at not in self.levels:
            self.levels[at] = self._result(floor, [FINDINGS[one] for one in findings])
        return self.levels[at]

    def _result(self, floor: Floor, findings: Sequence[Finding]) -> bytes:
        ids = self.program.pack.level_ids
        known = list(zip(ids, findings, strict=True))
        confirmed = [level for level, finding in known if finding == "met"]
        possible = [level for level, finding in known if finding != "unmet"]
        body: Json = {
            "title": f"floor of proof: {floor}",
            "description": f"Findings that are proved as the floor {floor} asks; all others are unknown.",
            "start": self.start,
            "props": [
                prop("floor", floor),
                prop("confirmed-level", (confirmed or ["none"])[-1]),
                prop("possible-level", (possible or ["none"])[-1]),
                *(prop("level-finding", finding, level) for level, finding in known),
            ],
            "reviewed-controls": reviewed(self.program),
        }
        return b'",' + _json(body)[1:-1] + b","


Fragment = tuple[bytes, bytes, bytes, tuple[bytes, bytes, bytes] | None]
"""A finding before and behind its UUID and behind that of its observation; the observation around its two UUIDs."""


def _fragment(about: Json, finding: Finding, proof: Proof, columns: Sequence[str], start: str) -> Fragment:
    if not columns:
        before, after = _split(finding_of(about, finding, _SLOT))
        return b"," + before, after, b"", None
    related = {"related-observations": [{"observation-uuid": _SLOT}]}
    before, between, after = _split(finding_of(about, finding, _SLOT, **related))
    observation = {
        "uuid": _SLOT,
        "title": about["title"],
        "description": f"columns: {', '.join(columns)}",
        "props": [prop("about", about["props"][0]["value"]), prop("proof", proof)],
        "methods": [METHODS[proof]],
        "types": ["finding"],
        "subjects": [{"subject-uuid": _SLOT, "type": "party"}],
        "collected": start,
    }
    first, middle, last = _split(observation)
    return b"," + before, between, after, (b"," + first, middle, last)


def _json(value: Any) -> bytes:
    return orjson.dumps(value)


def _split(value: Json) -> list[bytes]:
    """Return the pieces of a JSON value around its slots; the quotes of what goes there belong to the pieces."""
    return _json(value).replace(_json(_SLOT), b'"\x00"').split(b"\x00")


def _sources(asked: Asked, program: Program) -> tuple[str, ...]:
    """Return the columns that an element is judged from: its own, fields, and those of elements that its rule reads."""
    read = names(asked.rule)
    own = [asked.id] if "found" in read else []
    others = [one for other in program.asked if other.id in read for one in _sources(other, program)]
    return tuple(dict.fromkeys([*own, *(name for name in program.fields if name in read), *others]))


def _coverage(block: JudgedBlock, plan: Plan) -> Trits:
    """Return the finding of a level's coverage: the conjunction over its links, each of which asks something."""
    return planes.conjunction([block.link(link, plan) for link in plan.links])


def _proofs(block: JudgedBlock, column: str) -> Codes:
    """Return how well each row proves a column: its place in `PROOFS`."""
    rows = block.block.rows
    for name in proof_columns(column):
        if (found := block.block.strengths(name)) is not None:
            return planes.unpack(found[0], rows) + planes.unpack(found[1], rows)
    return np.zeros(rows, np.uint8)


def _coded(found: Trits, rows: int) -> Codes:
    """Return each row's place in `FINDINGS`."""
    met, unmet = planes.unpack(found.met, rows), planes.unpack(found.unmet, rows)
    codes: Codes = np.uint8(_UNKNOWN) - 2 * met - unmet
    return codes if found.na is None else codes + planes.unpack(found.na, rows)


def _uuid5(namespace: bytes, name: bytes) -> bytes:
    """Return the bytes of a UUID of version 5 (RFC 9562, 5.5)."""
    digest = bytearray(sha1(namespace + name).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    return bytes(digest)


_HEX = np.frombuffer(b"".join(b"%02x" % byte for byte in range(256)), np.uint8).reshape(256, 2)
_PLACES = np.array([place for place in range(36) if place not in (8, 13, 18, 23)])


def _as_text(digests: Sequence[bytes]) -> bytes:
    """Return digests as UUIDs of version 5, 36 bytes each, one after the other."""
    raw = np.frombuffer(b"".join(digests), np.uint8).reshape(len(digests), -1)[:, :16].copy()
    raw[:, 6] = raw[:, 6] & 0x0F | 0x50
    raw[:, 8] = raw[:, 8] & 0x3F | 0x80
    text = np.full((len(digests), 36), ord("-"), np.uint8)
    text[:, _PLACES] = _HEX[raw].reshape(len(digests), 32)
    return text.tobytes()
