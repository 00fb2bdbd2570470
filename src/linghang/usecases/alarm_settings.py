"""How the plant wants the limits of its tags judged: `[[alarms]]` of linghang.toml, and what counts without."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from linghang.engines.equipment.alarms import Limits
from linghang.engines.equipment.limit_alarms import MOST_DELAY_S, LimitLaw, span_of, usual
from linghang.errors import BadInput, ManyProblems, Place, reason_of
from linghang.plant.tables import TABLES
from linghang.store.workspace import CONFIG
from linghang.words import Listed

KEY = "alarms"
MOST_SHARE = 0.5
"""A dead band of half the range leaves only its middle: more and an alarm of one side would reach the other."""
QUANTITIES = tuple(TABLES["tag"].c.quantity.info["choices"])
NUMBERS: Mapping[str, float] = {
    "deadband": float("inf"),
    "deadband_share": MOST_SHARE,
    "on_delay_s": MOST_DELAY_S,
    "off_delay_s": MOST_DELAY_S,
}
"""Key -> its greatest value; the least is 0."""


@dataclass(frozen=True, slots=True)
class AlarmSetting:
    """One `[[alarms]]`: whom it is for, and what it says; None where it says nothing.

    Attributes
    ----------
    tag, quantity
        Of one tag (its id or its source), of all of a quantity, or of all where both are empty.
    deadband
        In the tag's unit.
    deadband_share
        As a share of the range between the limits.
    on_delay_s, off_delay_s
        Seconds.
    """

    tag: str = ""
    quantity: str = ""
    deadband: float | None = None
    deadband_share: float | None = None
    on_delay_s: float | None = None
    off_delay_s: float | None = None

    @property
    def rank(self) -> int:
        """What is said of one tag goes before what is said of a quantity, and that before what is said of all."""
        return 2 if self.tag else int(bool(self.quantity))


def read_alarm_settings(folder: Path) -> tuple[AlarmSetting, ...]:
    """Read the `[[alarms]]` of a workspace, what is said most closely first.

    Raises
    ------
    BadInput
        The file cannot be read; as ManyProblems everything that is wrong in them, each with its key.
    """
    path = folder / CONFIG
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput("cannot be read: {reason}", Place(str(path)), reason=reason_of(error)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput("is not TOML: {reason}", Place(str(path)), reason=str(error)) from None
    given = document.get(KEY, [])
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise BadInput("settings of alarms are tables: [[alarms]]", Place(str(path), key=KEY))
    found: list[AlarmSetting] = []
    problems: list[BadInput] = []
    for number, one in enumerate(given, 1):
        wrong = list(_problems(one, str(path), f"{KEY}[{number}]"))
        problems += wrong
        if not wrong:
            found.append(AlarmSetting(**one))
    if problems:
        raise ManyProblems(problems)
    return tuple(sorted(found, key=lambda one: -one.rank))


def _problems(one: Mapping[str, Any], file: str, where: str) -> Iterator[BadInput]:
    for name, value in one.items():
        place = Place(file, key=f"{where}.{name}")
        if name in NUMBERS:
            number = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < float("inf")
            if not number or value > NUMBERS[name]:
                most = f" … {NUMBERS[name]:g}" if isfinite(NUMBERS[name]) else " …"
                yield BadInput("“{value}” is not right; a number, {range}", place, value=value, range=f"0{most}")
        elif name == "quantity":
            if value not in QUANTITIES:
                yield BadInput("“{value}” is not right; one of {words}", place, value=value, words=Listed(QUANTITIES))
        elif name == "tag":
            if not (isinstance(value, str) and value):
                yield BadInput("“{value}” is not right; the id of a tag", place, value=value)
        else:
            known = Listed(("tag", "quantity", *NUMBERS))
            yield BadInput("there is no such key; there are {words}", place, words=known)
    if "tag" in one and "quantity" in one:
        yield BadInput("give a tag or a quantity, not both", Place(file, key=where))
    if "deadband" in one and "deadband_share" in one:
        yield BadInput("give a dead band or its share of the range, not both", Place(file, key=where))


def law_of(row: Mapping[str, Any], settings: Sequence[AlarmSetting]) -> LimitLaw | None:
    """Return how the limits of a tag are judged; None where it has none, or the low one is not below the high one.

    What the plant does not say is as is usual for the quantity (`limit_alarms.usual`). A dead band ends in the middle
    between both limits.

    Parameters
    ----------
    row
        Of the record table `tag`.
    settings
        Of `read_alarm_settings`.
    """
    low, high = row["low_limit"], row["high_limit"]
    if (low is None and high is None) or (low is not None and high is not None and low >= high):
        return None
    quantity, names = row["quantity"] or "", (row["tag_id"], row["source"])
    own = [one for one in settings if (one.tag in names if one.tag else one.quantity in ("", quantity))]
    share, delay = usual(quantity, row["unit"] or "")
    span = span_of(low, high)
    said = next((one for one in own if (one.deadband, one.deadband_share) != (None, None)), None)
    if said is None:
        deadband = share * span
    else:
        deadband = said.deadband if said.deadband is not None else (said.deadband_share or 0.0) * span
    if low is not None and high is not None:
        deadband = min(deadband, MOST_SHARE * span)
    on = next((one.on_delay_s for one in own if one.on_delay_s is not None), delay)
    off = next((one.off_delay_s for one in own if one.off_delay_s is not None), delay)
    return LimitLaw(Limits(low, high, float(deadband)), float(on), float(off))
