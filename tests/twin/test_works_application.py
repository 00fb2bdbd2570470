"""What the reference plant states in its application fits its records, whatever the span."""

from datetime import date
from pathlib import Path

import pytest

from linghang.conditions.scenes import load_scenes
from linghang.conditions.shelf import load_pack
from linghang.twin.works.applied import application_yaml
from linghang.twin.works.innovation import SCENES, scene_live_on
from linghang.twin.works.span import Span
from linghang.usecases.report_sources import GUIDE
from linghang.usecases.report_statements import read_application

SPANS = (Span(date(2026, 11, 22), 24), Span(date(2024, 3, 1), 2), Span(date(2025, 1, 31), 13))


@pytest.mark.parametrize("span", SPANS)
def test_its_scenes_are_those_of_its_records(tmp_path: Path, span: Span) -> None:
    (tmp_path / "application.yaml").write_text(application_yaml(span), encoding="utf-8")
    found = read_application(tmp_path, load_scenes(GUIDE))
    built = {one.number: one.own for one in SCENES if scene_live_on(one, span) < span.until}
    assert {one.number: one.instance for one in found.scenes} == built
    assert all(one.problem and one.equipment and one.technologies and one.effect for one in found.scenes)


@pytest.mark.parametrize("span", SPANS)
def test_its_days_follow_each_other(tmp_path: Path, span: Span) -> None:
    (tmp_path / "application.yaml").write_text(application_yaml(span), encoding="utf-8")
    found = read_application(tmp_path, load_scenes(GUIDE))
    assert found.factory.build_from is not None
    assert found.factory.build_to is not None
    assert found.factory.build_to <= span.until
    assert all(one.start and one.end and span.until < one.start < one.end for one in found.plan.steps)
    known = {one.id for one in load_pack("national-2024").elements}
    assert {name for one in found.plan.steps for name in one.brings} <= known
