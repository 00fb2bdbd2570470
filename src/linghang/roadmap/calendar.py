"""The days of a plan: half months counted from its first day."""

from datetime import date, timedelta

from linghang.roadmap.actions import SLOTS_A_MONTH

MAX_SLOTS = 200 * 12 * SLOTS_A_MONTH
"""A plan that takes longer than 200 years is none."""
HALF = timedelta(days=15)


def day_of(start: date, slot: int) -> date:
    """Return the day on which half month `slot` begins (0 is the first day)."""
    months, half = divmod(slot, SLOTS_A_MONTH)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    for last in (start.day, 30, 29, 28):
        try:
            day = date(year, month + 1, min(start.day, last))
        except ValueError:
            continue
        return day + HALF if half else day
    raise AssertionError("every month has 28 days")


def slots_until(start: date, by: date) -> int:
    """Return how many half months are over when the day `by` ends; -1 if none begins."""
    slot = -1
    while slot < MAX_SLOTS and day_of(start, slot + 1) <= by + timedelta(days=1):
        slot += 1
    return slot


def years(start: date, slots: int) -> list[tuple[int, int, int]]:
    """Return the calendar years of `[0, slots]` with their first and last half month."""
    found: list[tuple[int, int, int]] = []
    for slot in range(slots + 1):
        year = day_of(start, slot).year
        if found and found[-1][0] == year:
            found[-1] = (year, found[-1][1], slot)
        else:
            found.append((year, slot, slot))
    return found
