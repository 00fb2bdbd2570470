"""Observations to test with: one by hand, and any that Hypothesis thinks of."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from linghang.evidence.observation import Observation, Source
from linghang.evidence.withdrawal import Record, Withdrawal

DAY = date(2025, 4, 15)
MADE = datetime(2025, 4, 15, 3, 0, tzinfo=UTC)
PROVES = {
    "records": ("measured", "documented", "declared"),
    "engine": ("measured",),
    "document": ("documented",),
    "signatory": ("declared", "documented"),
}
"""Which kind of source may prove how well, as the design has it."""


def observation(value: Any = "met", **changes: Any) -> Observation:
    """An observation of the day before `DAY` by the records; `source` may be a pair of kind and id."""
    given: dict[str, Any] = {
        "about": "base.talent",
        "unit": "",
        "window_from": DAY - timedelta(1),
        "window_to": DAY,
        "subject": "plant",
        "proof": "documented",
        "source": ("records", "talent"),
        "made_at": MADE,
        "valid_until": DAY + timedelta(90),
        "detail": {"people": 3},
        **changes,
    }
    if isinstance(given["source"], tuple):
        given["source"] = Source(*given["source"])
    return Observation(value=value, **given)


ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
VALUES = st.sampled_from(["met", "unmet", "not_applicable"]) | st.decimals(allow_nan=False, allow_infinity=False)
DETAILS = st.dictionaries(
    TEXTS,
    st.recursive(st.none() | st.booleans() | st.integers() | TEXTS, lambda inner: st.lists(inner, max_size=3)),
    max_size=3,
)


@st.composite
def observations(draw: st.DrawFn, **changes: Any) -> Observation:
    kind = draw(st.sampled_from(sorted(PROVES)))
    start = draw(st.dates(date(2000, 1, 1), date(2030, 1, 1)))
    end = start + timedelta(draw(st.integers(1, 900)))
    given: dict[str, Any] = {
        "about": draw(TEXTS),
        "unit": draw(TEXTS),
        "window_from": start,
        "window_to": end,
        "subject": draw(TEXTS),
        "proof": draw(st.sampled_from(PROVES[kind])),
        "source": Source(kind, draw(TEXTS), draw(TEXTS), draw(TEXTS), draw(TEXTS)),  # type: ignore[arg-type]
        "made_at": draw(st.datetimes(datetime(2000, 1, 2), datetime(2030, 1, 1), timezones=ZONES)),
        "valid_until": draw(st.none() | st.dates()),
        "detail": draw(DETAILS),
        **changes,
    }
    return Observation(value=draw(VALUES), **given)


@st.composite
def withdrawals(draw: st.DrawFn) -> Withdrawal:
    return Withdrawal.of(
        draw(observations()),
        draw(st.dates(date(2000, 1, 1), date(2030, 1, 1))),
        draw(st.datetimes(datetime(2000, 1, 2), datetime(2030, 1, 1), timezones=ZONES)),
        draw(st.sampled_from(["not_stated", "not_derived"])),
        tuple(draw(st.lists(TEXTS, max_size=2))),
    )


def records() -> st.SearchStrategy[Record]:
    """Whatever a ledger may hold."""
    return observations() | withdrawals()


NUMBERS = [Decimal("60.1"), Decimal("60.10"), Decimal(0), Decimal("-0"), Decimal("1E+3"), Decimal("0." + "1" * 40)]
