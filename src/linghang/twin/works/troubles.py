"""What goes wrong in the works on purpose: bad lots, shifts, drifts, leaks and exceedances, drawn from the seed.

Everything here stands in the truth file, so that tests can ask whether an engine finds it. What happens by chance
(failures, scrap, late trucks) is not listed: its true rates are.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import numpy as np

from linghang.twin.flow.model import Fault
from linghang.twin.works.machines import machines_of
from linghang.twin.works.products import CHARACTERISTICS
from linghang.twin.works.span import DAY_US, Span
from linghang.twin.works.streams import stream

Kind = Literal["bad_lot", "breakdown", "shift", "drift", "air_leak", "burner", "exceedance"]
HOUR_US = 3_600_000_000


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that goes wrong.

    Attributes
    ----------
    what
        Characteristic code of a shift or drift, outlet and substance of an exceedance, else the cause.
    subject
        Machine or outlet.
    size
        Bad share of a lot; hours of a breakdown; shift in standard deviations (of a drift: at its end); factor on air
        leaks, melting gas or concentration.
    start_us, end_us
        When, in UTC microseconds.
    """

    kind: Kind
    subject: str
    what: str
    size: float
    start_us: int
    end_us: int

    def to_dict(self) -> dict[str, object]:
        """As the truth file has it."""
        return {
            "kind": self.kind,
            "subject": self.subject,
            "what": self.what,
            "size": self.size,
            "start": datetime.fromtimestamp(self.start_us / 1_000_000, UTC).isoformat(),
            "end": datetime.fromtimestamp(self.end_us / 1_000_000, UTC).isoformat(),
        }


@dataclass(frozen=True, slots=True)
class Plague:
    """How often a kind of trouble comes: mean days between two, and its least and most length and size."""

    kind: Kind
    every_days: float
    hours: tuple[float, float]
    size: tuple[float, float]
    rarer: float


PLAGUES: tuple[Plague, ...] = (
    Plague("bad_lot", 9.0, (0.5, 1.0), (0.35, 0.85), 1.6),
    Plague("breakdown", 60.0, (14.0, 40.0), (1.0, 1.0), 1.5),
    Plague("shift", 16.0, (20.0, 96.0), (1.3, 2.6), 1.3),
    Plague("drift", 14.0, (48.0, 200.0), (1.6, 3.2), 1.3),
    Plague("air_leak", 75.0, (120.0, 500.0), (1.5, 2.2), 1.5),
    Plague("burner", 80.0, (120.0, 420.0), (1.10, 1.22), 1.5),
    Plague("exceedance", 45.0, (2.0, 9.0), (2.4, 3.6), 1.4),
)
"""`rarer`: how much rarer it is in the improved year."""

CAUSES = ("铝液含氢偏高", "模具排气不良", "浇注温度偏低", "铝液夹渣")
BIG_CAUSES = ("主电机烧毁", "控制柜进水", "液压站起火停用", "变频器损坏")
OUTLETS = (("DA001", "NOx"), ("DA002", "VOC"), ("DW001", "COD"))


def troubles(span: Span, seed: int) -> tuple[Trouble, ...]:
    """Draw everything that goes wrong on purpose within the span, in the order of time."""
    found = [one for plague in PLAGUES for one in _of(plague, span, stream(seed, "troubles", plague.kind))]
    return tuple(sorted(found, key=lambda one: (one.start_us, one.kind, one.subject)))


def _of(plague: Plague, span: Span, rng: np.random.Generator) -> Iterator[Trouble]:
    at = span.start_us + 2 * DAY_US
    improved = span.at(span.improved_from)
    while True:
        rarer = plague.rarer if at >= improved else 1.0
        at += max(DAY_US // 4, round(rng.exponential(plague.every_days * rarer) * DAY_US))
        hours = float(rng.uniform(*plague.hours))
        size = float(rng.uniform(*plague.size))
        subject, what = _where(plague.kind, rng)
        at = at // 60_000_000 * 60_000_000
        end = at + round(hours * 60) * 60_000_000
        if end >= span.end_us:
            return
        if plague.kind == "breakdown":
            size = round(hours, 2)
        yield Trouble(plague.kind, subject, what, round(size, 3), at, end)


def _where(kind: Kind, rng: np.random.Generator) -> tuple[str, str]:
    def one(center: str) -> str:
        machines = machines_of(center)
        return machines[int(rng.integers(len(machines)))].id

    if kind == "bad_lot":
        return one("WC-LPC"), CAUSES[int(rng.integers(len(CAUSES)))]
    if kind == "breakdown":
        return one("WC-LPC" if rng.random() < 0.5 else "WC-CNC"), BIG_CAUSES[int(rng.integers(len(BIG_CAUSES)))]
    if kind in ("shift", "drift"):
        return _characteristic(rng)
    if kind == "air_leak":
        return "WC-AIR", "管网泄漏"
    if kind == "burner":
        return one("WC-MELT"), "燃烧器积碳"
    outlet, substance = OUTLETS[int(rng.integers(len(OUTLETS)))]
    return outlet, substance


def _characteristic(rng: np.random.Generator) -> tuple[str, str]:
    """A measured characteristic, on a machine that makes it."""
    centers = {"040": "WC-HT", "050": "WC-CNC", "080": "WC-POWDER"}
    chosen = [each for each in CHARACTERISTICS if each.sigma > 0 and each.segment in centers]
    weights = np.array([4.0 if each.segment == "050" else 1.0 for each in chosen])
    picked = chosen[int(rng.choice(len(chosen), p=weights / weights.sum()))]
    machines = machines_of(centers[picked.segment])
    return machines[int(rng.integers(len(machines)))].id, picked.code


def flow_faults(found: tuple[Trouble, ...]) -> list[Fault]:
    """Troubles that happen to the flow."""
    return [
        Fault(
            datetime.fromtimestamp(one.start_us / 1_000_000, UTC),
            one.kind,
            one.subject,
            duration_s=one.size * 3600 if one.kind == "breakdown" else 3600.0,
            share=one.size if one.kind == "bad_lot" else 1.0,
            cause=one.what,
            component="main_drive" if one.kind == "breakdown" else "",
        )
        for one in found
        if one.kind in ("bad_lot", "breakdown")
    ]


def days_of(found: tuple[Trouble, ...], kind: Kind, span: Span) -> dict[int, float]:
    """Day (since 1970) -> size of a trouble of a kind that touches it; the larger where two do."""
    days: dict[int, float] = {}
    for one in found:
        if one.kind == kind:
            for day in range(int(span.day_of(one.start_us)), int(span.day_of(one.end_us - 1)) + 1):
                days[day] = max(days.get(day, 0.0), one.size)
    return days
