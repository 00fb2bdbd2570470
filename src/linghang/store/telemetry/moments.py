"""Moments as callers give them."""

from datetime import UTC, datetime, timedelta

from linghang.errors import BadInput

Moment = datetime | int
"""A moment with a time zone, or UTC microseconds since 1970-01-01."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def microseconds(moment: Moment) -> int:
    """Return a moment as UTC microseconds.

    Raises
    ------
    BadInput
        It has no time zone.
    """
    if not isinstance(moment, datetime):
        return moment
    if moment.tzinfo is None:
        raise BadInput("{moment} has no time zone", moment=moment)
    return (moment - _EPOCH) // timedelta(microseconds=1)
