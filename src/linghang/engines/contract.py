"""The contract of an engine: its card, what goes in, what comes out."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal, Protocol, runtime_checkable
from zoneinfo import ZoneInfo

import pyarrow as pa

from linghang.engines.charts import AnyChart
from linghang.engines.needs import said_need
from linghang.engines.signals import NO_SIGNALS, Signals
from linghang.errors import BadInput
from linghang.words import Text

SUB_LINKS = (
    "factory_planning",
    "infrastructure",
    "product_design",
    "process_design",
    "production",
    "quality",
    "equipment",
    "scheduling",
    "logistics",
    "safety",
    "energy_carbon",
    "environment",
    "sales_service",
    "supply_chain",
)
Severity = Literal["info", "low", "medium", "high", "urgent"]
SEVERITIES: tuple[Severity, ...] = ("info", "low", "medium", "high", "urgent")


@dataclass(frozen=True, slots=True)
class EngineCard:
    """What an engine is, without running it: cheap to import, shown in the catalogue.

    Attributes
    ----------
    id
        Sub-link and name: `equipment.anomaly_warning`.
    version
        Changes whenever the same input may give another answer.
    title, does
        Its name, and in one sentence what it does.
    elements
        Elements of packs that it can prove by measurement; empty where it proves none.
    scenes
        Numbers of the typical scenes (2025 guide) that it serves.
    needs
        Tables of the records that it cannot do without, and `telemetry` if it reads signals.
    uses
        Tables that it also reads where they are there.
    references
        Standards and papers it follows.
    extra
        The extra of the package that brings its libraries; empty where the base is enough.
    streaming
        Whether it has `stream`.
    window_days
        How many days before the day of judgement it looks at when nobody says otherwise.
    time_power, memory_power
        How time and memory grow with the rows of its input: 1 is linear. The contract tests hold it to them.
    """

    id: str
    version: str
    title: Text
    does: Text
    elements: tuple[str, ...] = ()
    scenes: tuple[int, ...] = ()
    needs: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    extra: str = ""
    streaming: bool = False
    window_days: int = 30
    time_power: float = 1.0
    memory_power: float = 1.0

    def __post_init__(self) -> None:
        sub_link, _, name = self.id.partition(".")
        if sub_link not in SUB_LINKS or not name.isidentifier():
            raise BadInput("“{id}” is no name of an engine; write it as sub-link.name", id=self.id)
        if not self.version or self.window_days <= 0 or not all(1 <= one <= 40 for one in self.scenes):
            raise BadInput("the card of the engine {id} lacks a version, a window or has unknown scenes", id=self.id)


@dataclass(frozen=True)
class Inputs:
    """What an engine may see: nothing else exists for it.

    Attributes
    ----------
    tables
        Name -> Arrow table of the records, read when first looked at. Every table of the plant is there; unfilled
        ones have no rows.
    signals
        The telemetry, mapped to equipment, quantity and unit.
    start, end
        The stretch to look at, `[start, end)`, UTC. Records outside it may be read (a baseline, a routing).
    zone
        The plant's zone: its days begin at its midnight.
    seed
        Of everything random.
    files
        Name -> content: pictures, documents.
    progress
        Called with the share that is done, 0 to 1.
    """

    tables: Mapping[str, pa.Table]
    start: datetime
    end: datetime
    zone: ZoneInfo
    signals: Signals = NO_SIGNALS
    seed: int = 0
    files: Mapping[str, bytes] = field(default_factory=dict)
    progress: Callable[[float], None] = lambda _: None

    def __post_init__(self) -> None:
        if self.start.utcoffset() != timedelta(0) or self.end.utcoffset() != timedelta(0):
            raise BadInput("the stretch of an engine is given in UTC")
        if self.end <= self.start:
            raise BadInput("the stretch ends before it starts")

    @property
    def day(self) -> date:
        """The plant's day on which the stretch ends."""
        return self.end.astimezone(self.zone).date()


@dataclass(frozen=True, slots=True)
class Observed:
    """What the run proves of an element: how many of the things it is about were really covered.

    Whether that is enough is not the engine's to say: the pack's interpretation decides.

    Attributes
    ----------
    about
        Id of the element.
    what
        What was counted: “key equipment under warning on at least 90 % of its running time”.
    covered, open, of
        How many things were covered, of how many it cannot be said, of how many in all.
    start, end
        What was looked at, UTC.
    detail
        What makes the figure understandable, above all what was not covered. JSON values only.
    """

    about: str
    what: Text
    covered: int
    of: int
    start: datetime
    end: datetime
    open: int = 0
    detail: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if min(self.covered, self.open) < 0 or self.of <= 0 or self.covered + self.open > self.of:
            raise BadInput(
                "of {about}: {covered} of {of} is no share", about=self.about, covered=self.covered, of=self.of
            )


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, in the order of time.

    Attributes
    ----------
    at
        When (UTC).
    subject
        Id of what it happened to.
    kind
        In the engine's own words, stable: `raised`, `cleared`, `drift`.
    severity
        How urgent it is.
    text
        What a person reads.
    values
        Figures with it. JSON values only.
    """

    at: datetime
    subject: str
    kind: str
    severity: Severity
    text: Text
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ResultTable:
    """A table of a result.

    Attributes
    ----------
    title
        What it shows.
    data
        The rows. Column names are the field's words, with their unit at the end where they have one: `energy_kwh`.
    columns
        Column -> its title; a column without one is shown by its name.
    """

    title: Text
    data: pa.Table
    columns: Mapping[str, Text] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """What a run gave.

    Attributes
    ----------
    finding
        One sentence: what was found, with its figures.
    tables, charts
        What a person looks at; charts say what to draw, not how.
    observations
        What it proves. None without data: what could not be looked at is never a no.
    events
        What happened; a streaming engine gives the same from `update`.
    needs
        What would have to be supplied (table, table.column, or telemetry with its quantity) to say more.
    """

    finding: Text
    tables: Mapping[str, ResultTable] = field(default_factory=dict)
    charts: tuple[AnyChart, ...] = ()
    observations: tuple[Observed, ...] = ()
    events: tuple[Event, ...] = ()
    needs: tuple[str, ...] = ()


class Stream(Protocol):
    """A running engine: takes what comes, in constant memory."""

    def update(self, batch: pa.Table) -> Sequence[Event]:
        """Take points (tag_id, at in UTC microseconds, value, good), oldest first; return what happened.

        The value of a text signal is its place in the signal's texts, as `Points` has it.
        """
        ...


@runtime_checkable
class Engine(Protocol):
    """What a module has to have to be an engine."""

    CARD: EngineCard
    Settings: type[Any]

    @staticmethod
    def run(inputs: Inputs, settings: Any) -> Result:
        """Run it: the same inputs and settings give the same result."""
        ...


@runtime_checkable
class StreamingEngine(Engine, Protocol):
    """An engine that also runs on points as they come."""

    @staticmethod
    def stream(inputs: Inputs, settings: Any) -> Stream:
        """Start it: what it has to learn is learnt from the stretch of `inputs`, which ends before the points begin."""
        ...


def nothing_to_say(needs: Iterable[str]) -> Result:
    """Return the result of a run that lacks its data: no figure, no observation, and what to supply."""
    what = tuple(dict.fromkeys(needs))
    said = [said_need(one) for one in what]
    listed = "、".join(one.zh for one in said), ", ".join(one.en for one in said)
    return Result(Text(f"数据不足，无法分析；需要：{listed[0]}", f"Not enough data; needed: {listed[1]}"), needs=what)


def moment(us: int) -> datetime:
    """Return the moment (UTC) of microseconds since 1970."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(us))


def micros(at: datetime) -> int:
    """Return the microseconds since 1970 of a moment with a zone."""
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
