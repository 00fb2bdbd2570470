"""What `application.yaml` can say, as data; all of it may be empty."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from linghang.words import Text

Said = Text | str


@dataclass(frozen=True, slots=True)
class Unit:
    """The applicant, beyond the records; money in CNY, `revenue_to` is the day after the last."""

    contact: str | None = None
    contact_role: Said | None = None
    phone: str | None = None
    email: str | None = None
    postal_address: Said | None = None
    ownership: Said | None = None
    introduction: Said | None = None
    revenue_cny: Decimal | None = None
    revenue_from: date | None = None
    revenue_to: date | None = None
    revenue_source: str = ""


@dataclass(frozen=True, slots=True)
class Factory:
    """The factory, beyond the records."""

    summary: Said | None = None
    total_investment_cny: Decimal | None = None
    build_from: date | None = None
    build_to: date | None = None
    integrators: tuple[str, ...] = ()
    products: Said | None = None


@dataclass(frozen=True, slots=True)
class SceneStated:
    """One instance of a scene as the plant describes it; `number` is None for a scene of its own."""

    line: int | None
    number: int | None
    name: Said | None
    link: str | None
    instance: Said | None
    problem: Said | None = None
    equipment: Said | None = None
    software: tuple[str, ...] = ()
    integration: Said | None = None
    technologies: Said | None = None
    data_volume: Said | None = None
    effect: Said | None = None
    since: date | None = None
    ai: bool | None = None
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of one side of an effect: the period `[start, end)` where it is known, and what kind it is."""

    value: Decimal
    start: date | None = None
    end: date | None = None
    kind: str = "measured"


@dataclass(frozen=True, slots=True)
class EffectStated:
    """A figure before and after that no indicator gives."""

    line: int | None
    title: Said
    unit: str
    better: str
    before: Figure | None
    after: Figure | None
    source: str


@dataclass(frozen=True, slots=True)
class StepStated:
    """One step of the plan; `end` is its last day."""

    line: int | None
    title: Said
    start: date | None = None
    end: date | None = None
    cost_cny: Decimal | None = None
    brings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of the coming years."""

    goal: Said | None = None
    steps: tuple[StepStated, ...] = ()


@dataclass(frozen=True, slots=True)
class Signing:
    """Who signs for the truth of it, and who recommends."""

    legal_representative: str | None = None
    signed_on: date | None = None
    recommender: Said | None = None
    opinion: Said | None = None
    recommended_on: date | None = None


@dataclass(frozen=True, slots=True)
class Application:
    """What `application.yaml` says; all of it may be empty.

    Attributes
    ----------
    lines
        Key as a path (`factory.summary`, `scenes[3]`) -> line of the file.
    there
        Whether the file is there.
    """

    unit: Unit = Unit()
    factory: Factory = Factory()
    scenes_overview: Said | None = None
    scenes: tuple[SceneStated, ...] = ()
    features: tuple[Said, ...] = ()
    effects: tuple[EffectStated, ...] = ()
    plan: Plan = Plan()
    signing: Signing = Signing()
    lines: Mapping[str, int] = field(default_factory=dict)
    there: bool = False
