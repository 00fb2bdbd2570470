"""A small workspace that reports are written of: the example rows of every table, and what the plant states."""

from datetime import UTC, date, datetime
from pathlib import Path

from example_works import works_at
from linghang.usecases.report_sources import Request

AS_OF = date(2025, 4, 15)
NOW = datetime(2025, 4, 15, 3, 0, tzinfo=UTC)
STATED = """\
unit: {contact: "=HYPERLINK(1)", phone: "0475-1", email: a@b.example}
factory: {total_investment_cny: 36000000, build_from: 2023-01-01, build_to: 2024-12-31, integrators: [甲, 乙]}
scenes:
  - {number: 26, problem: {zh: 气孔, en: pores}, software: [MES-01]}
effects:
  - title: 换型时间
    unit: min
    better: lower
    before: {value: 40, from: 2023-01-01, to: 2023-12-31}
    after: {value: 10, from: 2024-01-01, to: 2024-12-31}
    source: MES-01
plan:
  goal: {zh: 三年目标, en: the goal}
  steps:
    - {title: 甲步, from: 2025-05-01, to: 2025-12-31, cost_cny: 100.50, brings: [advanced.production.anomaly-warning]}
    - {title: 乙步, from: 2026-01-01, to: 2027-12-31, cost_cny: 200}
"""


def make_plant(tmp_path: Path, stated: str | None = STATED) -> Path:
    """Make the workspace; without `stated` there is no application.yaml."""
    folder = works_at(tmp_path / "works")
    if stated is not None:
        (folder / "application.yaml").write_text(stated, encoding="utf-8")
    return folder


def asked(kind: str = "application", level: str | None = "advanced", **more: object) -> Request:
    """Ask for a report of the day of the examples."""
    return Request(kind=kind, level=level, as_of=AS_OF, **more)  # type: ignore[arg-type]
