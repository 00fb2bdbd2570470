"""What is known of one factory: findings with their proof, facts, waivers. Read from a case file, checked whole."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TypeVar, cast

from linghang.conditions.model import DERIVED, Field
from linghang.conditions.shape import Shape, shown
from linghang.errors import BadInput, ManyProblems, nearest
from linghang.evidence.proof import STRENGTH, Proof
from linghang.judge.findings import FINDINGS, Finding
from linghang.judge.program import Program
from linghang.words import Listed, later, tr

T = TypeVar("T")
Value = Decimal | date | str | bool

MAX_MATURITY = 5
_PROOFS = tuple(STRENGTH)
_KEYS = ("pack", "as_of", "findings", "maturity", "scenes", "waivers", "facts")


@dataclass(frozen=True, slots=True)
class Claim:
    """What is said of one element, and how well it is proved."""

    finding: Finding
    proof: Proof = "declared"
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """One value that rules read, and how well it is proved."""

    value: Value
    proof: Proof = "declared"


@dataclass(frozen=True, slots=True)
class Case:
    """All that is known of one factory; what is not here is unknown.

    Attributes
    ----------
    findings
        Element id -> claim.
    facts
        Field -> fact; `maturity_level` and `scenes_<level>` are fields like any other.
    waivers
        Id of a `should` -> written reason.
    """

    findings: Mapping[str, Claim] = field(default_factory=dict)
    facts: Mapping[str, Fact] = field(default_factory=dict)
    waivers: Mapping[str, str] = field(default_factory=dict)


def read_case(content: Mapping[str, object], file: str, program: Program) -> Case:
    """Read the claims of a case file against the pack that judges it.

    Raises
    ------
    BadInput, ManyProblems
        Everything in the file that is not known, not possible or not reasoned, each with its line.
    """
    shape = Shape(content, file)
    problems: list[BadInput] = []
    findings = dict(_kept(_findings(shape, program), problems))
    facts = dict(_kept(_facts(shape, program), problems))
    waivers = dict(_kept(_waivers(shape, program), problems))
    problems += [_not_known(shape, key) for key in content if key not in _KEYS]
    if problems:
        raise problems[0] if len(problems) == 1 else ManyProblems(problems)
    return Case(findings, facts, waivers)


def _not_known(shape: Shape, key: str) -> BadInput:
    return shape.refuse(
        "the key “{name}” is not known here; {near}", key, name=shown(key), near=nearest(shown(key), _KEYS)
    )


def _kept(read: Iterator[tuple[str, T] | BadInput], problems: list[BadInput]) -> Iterator[tuple[str, T]]:
    for one in read:
        if isinstance(one, BadInput):
            problems.append(one)
        else:
            yield one


def _each(shape: Shape, section: str, read: Callable[[Shape, str], T | None]) -> Iterator[tuple[str, T] | BadInput]:
    """Read a section key by key, so that everything that is wrong is said and not only the first thing."""
    try:
        given = _mapping(shape, section)
    except BadInput as error:
        yield error
        return
    for key in given.data if given else ():
        assert given is not None
        try:
            found = read(given, key)
        except BadInput as error:
            yield error
        else:
            if found is not None:
                yield key, found


def _findings(shape: Shape, program: Program) -> Iterator[tuple[str, Claim] | BadInput]:
    return _each(shape, "findings", lambda given, key: _claim(given, key, program))


def _claim(given: Shape, key: str, program: Program) -> Claim:
    _check_claimable(given, key, program)
    claim = given.shape(key)
    claim.subject = key
    finding = cast(Finding, claim.word("finding", FINDINGS))
    proof = cast(Proof, claim.word("proof", _PROOFS, "declared"))
    reason = claim.maybe("reason", str)
    if finding == "not_applicable" and reason is None:
        raise claim.refuse("not_applicable needs a written reason: add “reason: …”", "finding")
    claim.done()
    return Claim(finding, proof, reason)


def _check_claimable(given: Shape, key: str, program: Program) -> None:
    if key in program.claimable:
        return
    place = given.place(key)
    elements = program.pack.by_id.get(key)
    if elements is None:
        raise BadInput(
            "pack {pack} has no element {name}; {near}",
            place,
            pack=program.pack.id,
            name=key,
            near=nearest(key, sorted(program.claimable)),
        )
    instead = (
        _INSTEAD[elements[0].part] if elements[0].part in DERIVED else later("state the facts that its rule reads")
    )
    raise BadInput(
        "the finding of {name} is derived and cannot be stated; {instead}",
        place,
        name=key,
        instead=tr(instead),
    )


_INSTEAD = {
    "maturity": later("state “maturity: {level: …}”"),
    "coverage": later("state the elements of its links"),
    "scenario_count": later("state “scenes: {count: …}”"),
}


def _facts(shape: Shape, program: Program) -> Iterator[tuple[str, Fact] | BadInput]:
    for read in (_maturity, _scenes, _other_facts):
        try:
            yield from read(shape, program)
        except BadInput as error:
            yield error


def _maturity(shape: Shape, _: Program) -> Iterator[tuple[str, Fact]]:
    given = _mapping(shape, "maturity")
    if given is None:
        return
    given.subject = "maturity"
    level = given.maybe("level", int)
    proof = cast(Proof, given.word("proof", _PROOFS, "declared"))
    given.done()
    if level is None:
        return
    if not 0 <= level <= MAX_MATURITY:
        raise given.refuse(
            "a maturity level lies between 0 and {limit}, not {level}",
            "level",
            limit=MAX_MATURITY,
            level=level,
        )
    yield "maturity_level", Fact(Decimal(level), proof)


def _scenes(shape: Shape, program: Program) -> Iterator[tuple[str, Fact] | BadInput]:
    given = _mapping(shape, "scenes")
    if given is None:
        return
    given.subject = "scenes"
    proof = cast(Proof, given.word("proof", _PROOFS, "declared"))
    given.taken.add("count")
    given.done()
    for found in _each(given, "count", lambda counts, level: _count(counts, level, program)):
        yield found if isinstance(found, BadInput) else (f"scenes_{found[0]}", Fact(found[1], proof))


def _count(counts: Shape, level: str, program: Program) -> Decimal | None:
    levels = program.pack.level_ids
    if level not in levels:
        raise counts.refuse("there is no level {name}; {near}", level, name=level, near=nearest(level, levels))
    count = counts.maybe(level, int)
    if count is not None and count < 0:
        raise counts.refuse("a number of scenes cannot be negative ({count})", level, count=count)
    return None if count is None else Decimal(count)


def _other_facts(shape: Shape, program: Program) -> Iterator[tuple[str, Fact] | BadInput]:
    own = {field.id: field for field in program.pack.fields}
    return _each(shape, "facts", lambda given, name: _fact(given, name, own, program.pack.id))


def _fact(given: Shape, name: str, own: Mapping[str, Field], pack: str) -> Fact | None:
    if name not in own:
        raise given.refuse(
            "pack {pack} has no field {name}; {near}",
            name,
            pack=pack,
            name=name,
            near=nearest(name, sorted(own)),
        )
    fact = given.shape(name)
    fact.subject = name
    proof = cast(Proof, fact.word("proof", _PROOFS, "declared"))
    value = fact.maybe("value", object)
    fact.done()
    return None if value is None else Fact(_fitting(value, own[name], fact), proof)


_FITTING: dict[str, tuple[type | tuple[type, ...], str]] = {
    "number": ((int, Decimal), later("a number")),
    "date": (date, later("a date such as 2026-06-30")),
    "code": (str, later("a code in quotes")),
    "finding": (bool, later("true or false")),
}


def _fitting(value: object, field: Field, fact: Shape) -> Value:
    kind, wanted = _FITTING[field.type]
    if not isinstance(value, kind) or (field.type == "number" and isinstance(value, bool)):
        raise fact.refuse(
            "“{name}” must be {wanted}, not “{value}”",
            "value",
            name=field.id,
            wanted=tr(wanted),
            value=shown(value),
        )
    if field.codes and value not in field.codes:
        raise fact.refuse(
            "“{value}” is not a code of {name}; {near}",
            "value",
            value=value,
            name=field.id,
            near=nearest(str(value), field.codes),
        )
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else cast(Value, value)


def _waivers(shape: Shape, program: Program) -> Iterator[tuple[str, str] | BadInput]:
    return _each(shape, "waivers", lambda given, key: _waiver(given, key, program))


def _waiver(given: Shape, key: str, program: Program) -> str:
    if key not in program.pack.by_id:
        raise given.refuse(
            "pack {pack} has no element {name}; {near}",
            key,
            pack=program.pack.id,
            name=key,
            near=nearest(key, sorted(program.pack.by_id)),
        )
    if key not in program.waivable:
        raise given.refuse(
            "{name} is a must and cannot be waived; only a should can (here: {names})",
            key,
            name=key,
            names=Listed(sorted(program.waivable) or ["–"]),
        )
    return given.take(key, str)


def _mapping(shape: Shape, key: str) -> Shape | None:
    shape.taken.add(key)
    return None if shape.data.get(key) is None else shape.shape(key)
