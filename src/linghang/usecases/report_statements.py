"""What the plant itself says in its application: `application.yaml` of a workspace, read strictly.

Records and evidence come first. Here stands what no record holds: contacts, investment, what a scene solved and with
which equipment, features, the plan of the coming years, who signs. What is left empty stays unknown and becomes a
visible placeholder.
"""

from collections.abc import Callable, Collection, Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from linghang.conditions.document import Limits, read, read_file
from linghang.conditions.scenes import SceneGuide
from linghang.conditions.shape import Shape, shown
from linghang.errors import BadInput, ManyProblems, Place, nearest
from linghang.usecases.report_application import (
    Application,
    EffectStated,
    Factory,
    Figure,
    Plan,
    Said,
    SceneStated,
    Signing,
    StepStated,
    Unit,
)
from linghang.words import Listed, Text

__all__ = ["APPLICATION", "Application", "check_names", "read_application", "read_text"]

APPLICATION = "application.yaml"
LIMITS = Limits(bytes=1_000_000, nodes=20_000, depth=8)
MAX_MONEY = Decimal(10) ** 13
CENT = Decimal("0.01")
EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)
KINDS_OF_BASELINE = ("measured", "design", "industry_mean")
"""What a figure "before" is: a new plant has none, and says what stands for it."""

T = TypeVar("T")


def read_application(folder: Path, guide: SceneGuide) -> Application:
    """Read `application.yaml` of a workspace; a workspace without it says nothing.

    Raises
    ------
    BadInput, ManyProblems
        Everything in the file that is not known or not possible, with its line.
    """
    path = folder / APPLICATION
    if not path.exists():
        return Application()
    return _stated(Shape(read_file(path, LIMITS), str(path)), guide)


def read_text(text: str, guide: SceneGuide) -> Application:
    """Read what is to become `application.yaml`, as `read_application` reads the file."""
    return _stated(Shape(read(text.encode(), APPLICATION, LIMITS), APPLICATION), guide)


def _stated(head: Shape, guide: SceneGuide) -> Application:
    reader = _Reader(head, guide)
    found = reader.application()
    if reader.problems:
        reader.problems.sort(key=lambda one: (one.place.line or 0) if one.place else 0)
        raise reader.problems[0] if len(reader.problems) == 1 else ManyProblems(reader.problems)
    return found


def check_names(
    application: Application,
    file: str,
    *,
    software: Collection[str],
    elements: Collection[str],
    documents: Collection[str],
) -> None:
    """Refuse names that neither the records nor the pack nor the register of documents know.

    Parameters
    ----------
    file
        What the refusals call the file.

    Raises
    ------
    BadInput, ManyProblems
        Every such name, with its line.
    """
    problems: list[BadInput] = []

    def check(names: Collection[str], known: Collection[str], line: int | None, message: str) -> None:
        for name in names:
            if name not in known:
                place = Place(file, line)
                problems.append(BadInput(message, place, name=name, near=nearest(name, sorted(known))))

    for one in application.scenes:
        check(one.software, software, one.line, "the records know no software {name}; {near}")
        check(one.evidence, documents, one.line, "the register knows no document {name}; {near}")
    for step in application.plan.steps:
        check(step.brings, elements, step.line, "the pack has no condition {name}; {near}")
    if problems:
        raise problems[0] if len(problems) == 1 else ManyProblems(problems)


class _Reader:
    """Takes the sections one by one; what is wrong with one does not hide what is wrong with the next."""

    def __init__(self, head: Shape, guide: SceneGuide) -> None:
        self.head, self.guide = head, guide
        self.problems: list[BadInput] = []
        self.lines: dict[str, int] = {}
        self.links = tuple(dict.fromkeys(one.link for one in guide.links))
        self.numbers = {
            name: scene.number for scene in guide.scenes for name in (scene.name.zh, scene.name.en, *scene.variants)
        }

    def application(self) -> Application:
        """Read the whole file."""
        found = Application(
            unit=self._section("unit", self._unit) or Unit(),
            factory=self._section("factory", self._factory) or Factory(),
            scenes_overview=self._tried(lambda: said(self.head, "scenes_overview")),
            scenes=tuple(self._each("scenes", self._scene)),
            features=self._tried(lambda: _said_list(self.head, "features")) or (),
            effects=tuple(self._each("effects", _effect)),
            plan=self._section("plan", self._plan) or Plan(),
            signing=self._section("signing", _signing) or Signing(),
            lines=self.lines,
            there=True,
        )
        for key in self.head.data:
            if key in self.head.taken:
                self.lines.setdefault(key, self.head.lines.get(key, 1))
        self._tried(self.head.done)
        return found

    def _tried(self, read: Callable[[], T]) -> T | None:
        try:
            return read()
        except ManyProblems as error:
            self.problems += error.problems
        except BadInput as error:
            self.problems.append(error)
        return None

    def _section(self, key: str, read: Callable[[Shape], T]) -> T | None:
        self.head.taken.add(key)
        if self.head.data.get(key) is None:
            return None

        def whole() -> T:
            shape = self.head.shape(key)
            self.lines.update({f"{key}.{name}": line for name, line in shape.lines.items()})
            found = read(shape)
            shape.done()
            return found

        return self._tried(whole)

    def _each(self, key: str, read: Callable[[Shape], T], within: Shape | None = None) -> Iterator[T]:
        try:
            given = list((within or self.head).items(key))
        except BadInput as error:
            self.problems.append(error)
            return
        for place, shape in enumerate(given):
            if shape.line is not None:
                self.lines[f"{key}[{place + 1}]"] = shape.line

            def whole(shape: Shape = shape) -> T:
                found = read(shape)
                shape.done()
                return found

            if (one := self._tried(whole)) is not None:
                yield one

    def _unit(self, shape: Shape) -> Unit:
        revenue = shape.maybe("revenue", dict)
        inside = shape.shape("revenue") if revenue else None
        given: dict[str, Any] = {}
        if inside is not None:
            start, end = _days(inside)
            given = {
                "revenue_cny": money(inside, "cny"),
                "revenue_from": start,
                "revenue_to": end,
                "revenue_source": inside.maybe("source", str) or "",
            }
            inside.done()
            if given["revenue_cny"] is not None and (start is None or end is None or not given["revenue_source"]):
                raise inside.refuse("revenue needs its period (from, to) and its source beside the amount")
        return Unit(
            contact=shape.maybe("contact", str),
            contact_role=said(shape, "contact_role"),
            phone=shape.maybe("phone", str),
            email=_email(shape),
            postal_address=said(shape, "postal_address"),
            ownership=said(shape, "ownership"),
            introduction=said(shape, "introduction"),
            **given,
        )

    def _factory(self, shape: Shape) -> Factory:
        start, end = _date(shape, "build_from"), _date(shape, "build_to")
        if start and end and end < start:
            raise shape.refuse("ends on {end}, before it begins on {start}", "build_to", start=start, end=end)
        return Factory(
            summary=said(shape, "summary"),
            total_investment_cny=money(shape, "total_investment_cny"),
            build_from=start,
            build_to=end,
            integrators=shape.strings("integrators"),
            products=said(shape, "products"),
        )

    def _scene(self, shape: Shape) -> SceneStated:
        number, name, link = shape.maybe("number", int), said(shape, "name"), shape.maybe("link", str)
        if number is None and name is not None:
            number = self.numbers.get(name.zh if isinstance(name, Text) else name)
        if number is not None and not 1 <= number <= len(self.guide.scenes):
            raise shape.refuse(
                "the guide has scenes 1 to {last}, not {number}", "number", last=len(self.guide.scenes), number=number
            )
        if number is None and (name is None or link is None):
            raise shape.refuse("a scene has its number in the guide, or, as one of your own, a name and a link")
        if link is not None and link not in self.links:
            raise shape.refuse("“{value}” is not one of {choices}", "link", value=link, choices=Listed(self.links))
        return SceneStated(
            line=shape.line,
            number=number,
            name=name,
            link=link,
            instance=said(shape, "instance"),
            problem=said(shape, "problem"),
            equipment=said(shape, "equipment"),
            software=shape.strings("software"),
            integration=said(shape, "integration"),
            technologies=said(shape, "technologies"),
            data_volume=said(shape, "data_volume"),
            effect=said(shape, "effect"),
            since=_date(shape, "since"),
            ai=shape.maybe("ai", bool),
            evidence=shape.strings("evidence"),
        )

    def _plan(self, shape: Shape) -> Plan:
        return Plan(said(shape, "goal"), tuple(self._each("steps", _step, shape)))


def said(shape: Shape, key: str) -> Said | None:
    """Take a text that may be absent: plain, or in both languages as `{zh: …, en: …}`."""
    value = shape.data.get(key)
    if isinstance(value, dict):
        return shape.text(key)
    return shape.maybe(key, str)


def _said_list(shape: Shape, key: str) -> tuple[Said, ...]:
    values = shape.maybe(key, list) or []
    found: list[Said] = []
    lines = getattr(values, "lines", [None] * len(values))
    for value, line in zip(values, lines, strict=True):
        inside = Shape({key: value}, shape.file, line)
        one = said(inside, key)
        if one is not None:
            found.append(one)
    return tuple(found)


def money(shape: Shape, key: str) -> Decimal | None:
    """Take an amount in CNY that may be absent: not below zero, whole fen."""
    value = shape.maybe(key, Decimal)
    if value is None:
        return None
    if not 0 <= value <= MAX_MONEY or value != value.quantize(CENT):
        raise shape.refuse(
            "“{name}” is an amount in CNY such as 36000000 or 1250.50, not {value}", key, name=key, value=value
        )
    return value


def _date(shape: Shape, key: str) -> date | None:
    """Take a day that may be absent, of the centuries in which there are factories."""
    value = shape.maybe(key, date)
    if value is not None and not EARLIEST <= value <= LATEST:
        raise shape.refuse(
            "“{name}” is a day from {first} to {last}, not {value}",
            key,
            name=key,
            first=EARLIEST,
            last=LATEST,
            value=value,
        )
    return value


def _days(shape: Shape) -> tuple[date | None, date | None]:
    """Take a period of whole days, both written; the second is given as the day after it."""
    start, last = _date(shape, "from"), _date(shape, "to")
    if start and last and last < start:
        raise shape.refuse("ends on {end}, before it begins on {start}", "to", start=start, end=last)
    return start, last + timedelta(1) if last else None


def _email(shape: Shape) -> str | None:
    value = shape.maybe("email", str)
    if value is not None and (value.count("@") != 1 or value.startswith("@") or value.endswith("@")):
        raise shape.refuse("“{value}” is no e-mail address", "email", value=shown(value))
    return value


def _effect(shape: Shape) -> EffectStated:
    title = said(shape, "title")
    if title is None:
        raise shape.refuse("an effect has a title")
    return EffectStated(
        line=shape.line,
        title=title,
        unit=shape.take("unit", str),
        better=shape.word("better", ("higher", "lower")),
        before=_figure(shape, "before"),
        after=_figure(shape, "after"),
        source=shape.maybe("source", str) or "",
    )


def _figure(shape: Shape, key: str) -> Figure | None:
    if shape.maybe(key, dict) is None:
        return None
    inside = shape.shape(key)
    start, end = _days(inside)
    value = inside.maybe("value", Decimal)
    kind = inside.word("kind", KINDS_OF_BASELINE, "measured")
    inside.done()
    return None if value is None else Figure(value, start, end, kind)


def _step(shape: Shape) -> StepStated:
    title = said(shape, "title")
    if title is None:
        raise shape.refuse("a step of the plan has a title")
    start, last = _date(shape, "from"), _date(shape, "to")
    if start and last and last < start:
        raise shape.refuse("ends on {end}, before it begins on {start}", "to", start=start, end=last)
    return StepStated(shape.line, title, start, last, money(shape, "cost_cny"), shape.strings("brings"))


def _signing(shape: Shape) -> Signing:
    return Signing(
        legal_representative=shape.maybe("legal_representative", str),
        signed_on=_date(shape, "signed_on"),
        recommender=said(shape, "recommender"),
        opinion=said(shape, "opinion"),
        recommended_on=_date(shape, "recommended_on"),
    )
