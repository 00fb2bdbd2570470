"""Moments and qualities as messages write them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from linghang.errors import BadInput
from linghang.store.telemetry.points import Quality

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

UNITS = ((10**11, 1_000_000, 1), (10**14, 1_000, 1), (10**17, 1, 1), (2**63, 1, 1_000))
"""Numbers below the first are seconds, milliseconds, microseconds, nanoseconds since 1970; times and over give µs.

Seconds reach to the year 5138 so, milliseconds begin in 1973 (ours)."""

_WORDS: Mapping[str, Quality] = {one.name.lower(): one for one in Quality}


def moment(value: Any, arrived_us: int) -> int:
    """Return a moment as UTC microseconds.

    Parameters
    ----------
    value
        A number since 1970 (see `UNITS`), a text of ISO 8601 with its zone, or None for the moment of arrival.
    arrived_us
        UTC microseconds.

    Raises
    ------
    BadInput
        Anything else.
    """
    if value is None:
        return arrived_us
    if isinstance(value, int | float) and not isinstance(value, bool):
        for limit, times, over in UNITS:
            if abs(value) < limit:
                return round(value * times) if over == 1 else int(value) // over
    if isinstance(value, str):
        try:
            read = datetime.fromisoformat(value)
        except ValueError:
            pass
        else:
            if read.tzinfo is not None:
                return (read - _EPOCH) // _MICROSECOND
            raise BadInput("the moment “{value}” has no zone; right would be Z or +08:00 at its end", value=value)
    raise BadInput(
        "“{value}” is no moment; right would be milliseconds since 1970 or 2026-03-01T08:00:00Z", value=value
    )


def quality(value: Any) -> int:
    """Return an OPC quality byte; good for None.

    Raises
    ------
    BadInput
        Neither 0 to 255 nor good, uncertain, bad or stale.
    """
    if value is None:
        return Quality.GOOD
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 255:
        return value
    if isinstance(value, str) and (word := _WORDS.get(value.lower())) is not None:
        return word
    raise BadInput("“{value}” is no quality; right would be 0 to 255, good, uncertain, bad or stale", value=value)
