"""Find tags among thousands: by words, machine, work center, unit and quality of the last value."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from linghang.usecases.live_values import live_values
from linghang.usecases.plant_states import machines_of

Order = Literal["title", "-title", "name", "-name", "unit", "-unit", "at", "-at", "equipment", "-equipment"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for; what is empty does not matter."""

    find: str = ""
    equipment: str = ""
    center: str = ""
    unit: str = ""
    quality: str = ""
    order: Order = "title"


@dataclass(frozen=True, slots=True)
class TagFound:
    """A tag with its last value; age in seconds."""

    name: str
    title: str
    unit: str
    equipment: str
    center: str
    kind: str
    value: float | str | bool | None
    at: datetime | None
    age_s: float | None
    good: bool
    quality: str


def find_tags(folder: Path, asked: Asked, offset: int, limit: int, now: datetime) -> tuple[list[TagFound], int]:
    """Return some of the tags that fit, and how many fit at all; none where nothing was ever stored."""
    centers = {one.id: (one.work_center_id, one.work_center) for one in machines_of(folder)}
    words = asked.find.casefold().split()

    def fits(name: str, one: Any) -> bool:
        center = centers.get(one["equipment"], ("", ""))
        text = f"{name} {one['title']} {center[1]} {one['unit']}".casefold()
        return (
            all(word in text for word in words)
            and asked.equipment in ("", one["equipment"])
            and asked.center in ("", center[0])
            and asked.unit in ("", one["unit"])
            and asked.quality in ("", one["quality"])
        )

    fitting = [(name, one) for name, one in live_values(folder).look().items() if fits(name, one)]
    fitting.sort(key=_key(asked.order), reverse=asked.order.startswith("-"))
    chosen = fitting[offset : offset + limit]
    return [_found(name, one, centers, now) for name, one in chosen], len(fitting)


def units_of(folder: Path) -> Sequence[str]:
    """Return the units that tags have."""
    return sorted({one["unit"] for one in live_values(folder).look().values()} - {""})


def _key(order: str) -> Callable[[tuple[str, Any]], tuple[Any, str]]:
    column = order.removeprefix("-")
    if column == "name":
        return lambda row: (row[0], row[0])
    if column == "title":
        return lambda row: (row[1]["title"] or row[0], row[0])
    return lambda row: (row[1][column] or "", row[0])


def _found(name: str, one: Any, centers: dict[str, tuple[str, str]], now: datetime) -> TagFound:
    at = datetime.fromisoformat(one["at"])
    return TagFound(
        name,
        one["title"],
        one["unit"],
        one["equipment"],
        centers.get(one["equipment"], ("", ""))[1],
        one["kind"],
        one["value"],
        at,
        (now - at).total_seconds(),
        one["good"],
        one["quality"],
    )
