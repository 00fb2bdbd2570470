"""What the reference plant states in its application: contacts, investment, scenes, features, the plan."""

from datetime import date, timedelta
from pathlib import Path
from string import Template

from linghang.kpi.period import months_after
from linghang.twin.works.capabilities import live_on
from linghang.twin.works.span import IMPROVED_MONTHS, Span

_TEMPLATE = Path(__file__).parent / "application.yaml"
BUILT_BEFORE_MONTHS = 6
"""The works was rebuilt from so many months before its first capability went live until the last one did."""
STEPS: tuple[tuple[int, int], ...] = ((1, 9), (3, 12), (6, 18), (9, 18), (15, 36))
"""First and last month of the plan's steps, counted from the end of the records."""


def application_yaml(span: Span) -> str:
    """Return the statements; all days follow from the span of the records."""
    start = months_after(span.until, 1)
    days: dict[str, date] = {
        "build_from": months_after(live_on("design", span), -BUILT_BEFORE_MONTHS),
        "build_to": live_on("solar", span),
        "before_from": months_after(span.improved_from, -IMPROVED_MONTHS),
        "before_to": span.improved_from - timedelta(1),
        "after_from": span.improved_from,
        "after_to": span.complete_until - timedelta(1),
        "signed_on": span.until,
    }
    for number, (first, last) in enumerate(STEPS, 1):
        days[f"step{number}_from"] = months_after(start, first - 1)
        days[f"step{number}_to"] = months_after(start, last) - timedelta(1)
    text = _TEMPLATE.read_text(encoding="utf-8")
    return Template(text).substitute({name: day.isoformat() for name, day in days.items()})
