"""The maturity model of GB/T 39116 and the weights of GB/T 39117, each figure with how sure it is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from linghang.conditions.build import validity
from linghang.conditions.document import read_file
from linghang.conditions.scenes import marks_of
from linghang.conditions.shape import Shape
from linghang.errors import BadInput, Place
from linghang.words import Listed, Text

FORMAT = "linghang-maturity/1"
TAILORABLE = ("design", "logistics", "sales", "service")
"""Domains that an enterprise without such business may leave out (our reading; see the model's decisions)."""


class Marked(NamedTuple):
    """A figure and how sure it is."""

    value: Decimal
    confidence: str


@dataclass(frozen=True, slots=True)
class MaturityLevel:
    """A level of the model and the total scores that fall into it, `[score_from, score_to)`."""

    level: int
    name: Text
    meaning: Text
    score_from: Decimal
    score_to: Decimal
    confidence: str


@dataclass(frozen=True, slots=True)
class SubDomain:
    """One of the 20 sub-domains."""

    code: str
    name: Text
    element: str
    domain: str
    name_confidence: str


@dataclass(frozen=True, slots=True)
class Item:
    """One requirement of a sub-domain at a level, in our words."""

    code: str
    sub_domain: str
    level: int
    text: Text
    evidence: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Weights:
    """The weights of one type of industry: of sub-domains in the whole, and of the elements as the texts print them."""

    id: str
    note: Text
    status: str | None
    elements: Mapping[str, Marked]
    sub_domains: Mapping[str, Marked]


@dataclass(frozen=True, slots=True)
class MaturityModel:
    """One edition of the model.

    Attributes
    ----------
    answers
        The scores that an answer can have.
    gate
        The level score from which a level is satisfied.
    decisions
        What we decided where the text was not at hand: name -> (value, text).
    """

    id: str
    title: Text
    note: Text
    document: Mapping[str, object]
    status: str
    valid_from: date
    valid_to: date | None
    marks: Mapping[str, Text]
    levels: tuple[MaturityLevel, ...]
    answers: Mapping[Decimal, Text]
    gate: Marked
    gate_note: Text
    decisions: Mapping[str, tuple[str, Text]]
    elements: Mapping[str, Text]
    domains: Mapping[str, Text]
    sub_domains: tuple[SubDomain, ...]
    weights: Mapping[str, Weights]
    items: tuple[Item, ...]
    prompts: tuple[tuple[str, str, Text], ...]


def load_maturity(path: Path) -> MaturityModel:
    """Load a maturity model and check that its parts fit together.

    Raises
    ------
    BadInput
        A key is missing or not known, weights do not add up to 1, score ranges leave a gap, or an item is double.
    """
    shape = Shape(read_file(path), path.name)
    if shape.take("format", str) != FORMAT:
        raise shape.refuse("this format is not known; it should be {format}", "format", format=FORMAT)
    start, end = validity(shape.shape("valid"))
    gate = shape.shape("gate")
    weights = shape.shape("weights")
    model = MaturityModel(
        id=shape.take("id", str),
        title=shape.text("title"),
        note=shape.text("note"),
        document=shape.take("document", dict),
        status=shape.word("status", ("complete", "partial")),
        valid_from=start,
        valid_to=end,
        marks=marks_of(shape),
        levels=tuple(_level(one) for one in shape.items("levels")),
        answers=dict(_answer(one) for one in shape.items("answers")),
        gate=Marked(gate.take("minimum", Decimal), gate.take("confidence", str)),
        gate_note=gate.text("note"),
        decisions=dict(_decision(one) for one in shape.items("decisions")),
        elements=dict(_named(one) for one in shape.items("elements")),
        domains=dict(_named(one) for one in shape.items("domains")),
        sub_domains=tuple(_sub_domain(one) for one in shape.items("sub_domains")),
        weights={name: _weights(name, weights.shape(name)) for name in weights.data},
        items=tuple(_item(one) for one in shape.items("items")),
        prompts=tuple(_prompt(one) for one in shape.items("optional_prompts")),
    )
    shape.done()
    for problem in _problems(model, path.name):
        raise problem
    return model


def _level(shape: Shape) -> MaturityLevel:
    level = MaturityLevel(
        shape.take("level", int),
        shape.text("name"),
        shape.text("meaning"),
        shape.take("from", Decimal),
        shape.take("to", Decimal),
        shape.take("confidence", str),
    )
    shape.done()
    return level


def _answer(shape: Shape) -> tuple[Decimal, Text]:
    shape.take("confidence", str)
    answer = shape.take("value", Decimal), shape.text("name")
    shape.done()
    return answer


def _decision(shape: Shape) -> tuple[str, tuple[str, Text]]:
    shape.word("source", ("platform",))
    decision = shape.take("id", str), (shape.take("value", str), shape.text("text"))
    shape.done()
    return decision


def _named(shape: Shape) -> tuple[str, Text]:
    shape.maybe("element", str)
    named = shape.take("id", str), shape.text("name")
    shape.done()
    return named


def _sub_domain(shape: Shape) -> SubDomain:
    sub_domain = SubDomain(
        shape.take("code", str),
        shape.text("name"),
        shape.take("element", str),
        shape.take("domain", str),
        shape.take("name_confidence", str),
    )
    shape.done()
    return sub_domain


def _weights(name: str, shape: Shape) -> Weights:
    for layer in ("domains", "relative"):  # the layers behind the global weights; kept for the reader of the file
        shape.maybe(layer, dict)
    weights = Weights(
        name,
        shape.text("note"),
        shape.maybe("status", str),
        _marked(shape.shape("elements")),
        _marked(shape.shape("sub_domains")),
    )
    shape.done()
    return weights


def _marked(shape: Shape) -> dict[str, Marked]:
    found = {}
    for key in shape.data:
        one = shape.shape(key)
        found[key] = Marked(one.take("value", Decimal), one.take("confidence", str))
    return found


def _item(shape: Shape) -> Item:
    code = shape.take("code", str)
    sub_domain, _, rest = code.partition(".")
    level, _, letter = rest.partition(".")
    if not (level.isdecimal() and letter):
        raise shape.refuse("“{value}” is not a code such as OS.1.a", "code", value=code)
    item = Item(
        code, sub_domain, int(level), shape.text("text"), shape.take("evidence", str), shape.take("confidence", str)
    )
    shape.done()
    return item


def _prompt(shape: Shape) -> tuple[str, str, Text]:
    prompt = shape.take("sub_domain", str), shape.take("question", str), shape.text("text")
    shape.done()
    return prompt


def _problems(model: MaturityModel, file: str) -> Iterator[BadInput]:
    place = Place(file)
    codes = [one.code for one in model.sub_domains]
    for code in sorted({code for code in codes if codes.count(code) > 1}):
        yield BadInput("“{name}” stands twice in {section}", place, name=code, section="sub_domains")
    for one in model.sub_domains:
        for value, known in ((one.element, model.elements), (one.domain, model.domains)):
            if value not in known:
                yield BadInput("“{value}” is not one of {choices}", place, one.code, value=value, choices=Listed(known))
    for item in model.items:
        if item.sub_domain not in codes or not 1 <= item.level <= len(model.levels):
            yield BadInput("item {code} belongs to no sub-domain and level of the model", place, code=item.code)
    if len({item.code for item in model.items}) < len(model.items):
        yield BadInput("two items have the same code", place)
    for name, mark in _marks_used(model):
        if mark not in model.marks:
            yield BadInput("{name} has the mark {mark}, which is not explained", place, name=name, mark=mark)
    for before, after in zip(model.levels, model.levels[1:], strict=False):
        if before.score_to != after.score_from or after.level != before.level + 1:
            yield BadInput(
                "the scores of levels {before} and {after} overlap or leave a gap",
                place,
                before=before.level,
                after=after.level,
            )
    for weights in model.weights.values():
        yield from _problems_of_weights(weights, codes, place)


def _problems_of_weights(weights: Weights, codes: list[str], place: Place) -> Iterator[BadInput]:
    for layer in (weights.elements, weights.sub_domains):
        if (total := sum(one.value for one in layer.values())) != 1:
            yield BadInput("the weights “{name}” add up to {total}, not to 1", place, name=weights.id, total=total)
    if weights.sub_domains.keys() - set(codes):
        yield BadInput("the weights “{name}” name a sub-domain that is not in the model", place, name=weights.id)
    if left_out := [code for code in codes if code not in weights.sub_domains]:
        yield BadInput("the weights “{name}” do not name {codes}", place, name=weights.id, codes=Listed(left_out))


def _marks_used(model: MaturityModel) -> Iterator[tuple[str, str]]:
    """Yield every mark with the name of what it is about."""
    yield "gate", model.gate.confidence
    yield from ((str(level.level), level.confidence) for level in model.levels)
    yield from ((one.code, one.name_confidence) for one in model.sub_domains)
    yield from ((item.code, item.confidence) for item in model.items)
    for weights in model.weights.values():
        for layer in (weights.elements, weights.sub_domains):
            yield from ((name, one.confidence) for name, one in layer.items())
