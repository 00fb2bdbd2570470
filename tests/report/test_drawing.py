"""Drawings: what is written does not collide, prints in grey, and is the same each time."""

import re
from dataclasses import replace
from datetime import date
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from dossier_sample import sample
from hypothesis import given, settings
from hypothesis import strategies as st

from linghang.engines.charts import Axis, Chart, Gantt, Picture, Series
from linghang.report.content import System, SystemLink
from linghang.report.drawing import drawn
from linghang.report.drawing_axis import round_ticks, tick_text, time_ticks
from linghang.report.drawing_layers import BOX_HEIGHT, BOX_WIDTH, Join, laid_out
from linghang.report.drawing_map import system_map
from linghang.report.drawing_paper import COLOURS, folded, shortened, text_width
from linghang.report.pdf import png
from linghang.report.report_figures import report_figures
from linghang.words import LANGUAGES, Text

NOTHING = Text("", "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_chart_of_a_dossier_is_drawn_as_svg(language: str) -> None:
    figures = report_figures(sample(), language)  # type: ignore[arg-type]
    assert set(figures) == {"system_map", "plan", "indicators", "before_after", "flow", "heat"}
    for one in figures.values():
        root = ElementTree.fromstring(one.svg)
        assert float(root.attrib["width"].removesuffix("pt")) == pytest.approx(one.width)
        assert one.alt
        assert one.height < 700


def test_pictures_of_parts_and_empty_charts_are_left_out() -> None:
    empty = Chart("x", NOTHING, Axis(NOTHING), Axis(NOTHING), ())
    assert drawn(empty, "zh") is None
    assert drawn(Gantt("x", NOTHING, (), ()), "zh") is None
    assert drawn(Picture("x", NOTHING, "file.png"), "zh") is None


def test_the_same_data_give_the_same_drawing() -> None:
    one, other = (report_figures(sample(), "zh") for _ in range(2))
    assert {name: each.svg for name, each in one.items()} == {name: each.svg for name, each in other.items()}


def test_a_drawing_becomes_a_png_of_print_size() -> None:
    figure = report_figures(sample(), "zh")["system_map"]
    made = png(figure.svg, 220)
    assert made.startswith(b"\x89PNG")
    assert int.from_bytes(made[16:20]) == pytest.approx((figure.width + 4) / 72 * 220, abs=3)


def test_series_differ_by_more_than_colour() -> None:
    x = list(range(5))
    series = [Series(Text(f"线{n}", f"line {n}"), x, [float(n + one) for one in x]) for n in range(4)]
    figure = drawn(Chart("x", Text("图", "chart"), Axis(NOTHING), Axis(NOTHING), series), "zh")
    assert figure is not None
    dashes = {
        re.findall(r'stroke-dasharray="([^"]+)"', line)[0] for line in figure.svg.split("<") if "dasharray" in line
    }
    assert len(dashes) == 3  # and one is solid
    bars = [replace(one, kind="bar") for one in series]
    figure = drawn(Chart("x", Text("图", "chart"), Axis(NOTHING), Axis(NOTHING), bars), "zh")
    assert figure is not None
    assert len(re.findall("<pattern", figure.svg)) == 3


def test_text_is_escaped_and_control_characters_go() -> None:
    systems = [System("A&B", "<b>系统\x00\ud800", "MES", 3, None)]
    root = ElementTree.fromstring(system_map(systems, (), "zh").svg)
    assert any(one.text == "<b>系统  " or "<b>" in (one.text or "") for one in root.iter())


def _overlap(a: tuple[float, float], b: tuple[float, float]) -> bool:
    return abs(a[0] - b[0]) < BOX_WIDTH and abs(a[1] - b[1]) < BOX_HEIGHT


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[list[str]], list[Join]]:
    rows = [[f"r{row}b{place}" for place in range(draw(st.integers(1, 5)))] for row in range(draw(st.integers(1, 5)))]
    names = [one for row in rows for one in row]
    pairs = draw(st.lists(st.tuples(st.sampled_from(names), st.sampled_from(names)), max_size=14))
    return rows, [Join(number, a, b) for number, (a, b) in enumerate(pairs, 1) if a != b]


@given(graphs())
@settings(max_examples=60, deadline=None)
def test_boxes_never_cover_each_other_and_lines_end_at_their_boxes(graph: tuple[list[list[str]], list[Join]]) -> None:
    rows, joins = graph
    layout = laid_out(rows, joins, 0, 440)
    centres = list(layout.centres.values())
    assert not any(_overlap(a, b) for place, a in enumerate(centres) for b in centres[:place])
    for join in joins:
        way = layout.ways[join.key]
        for (x, y), name in ((way[0], join.source), (way[-1], join.target)):
            centre = layout.centres[name]
            assert abs(x - centre[0]) <= BOX_WIDTH / 2
            assert abs(abs(y - centre[1]) - BOX_HEIGHT / 2) < 1e-6
        assert all(a[0] == b[0] or a[1] == b[1] or abs(a[0] - b[0]) <= 0.5 for a, b in pairwise(way))


@given(graphs())
@settings(max_examples=60, deadline=None)
def test_lines_do_not_run_through_boxes(graph: tuple[list[list[str]], list[Join]]) -> None:
    rows, joins = graph
    layout = laid_out(rows, joins, 0, 440)
    for join in joins:
        way = layout.ways[join.key]
        for (ax, ay), (bx, by) in pairwise(way):
            for name, (x, y) in layout.centres.items():
                if name in (join.source, join.target):
                    continue
                inside_x = min(ax, bx) < x + BOX_WIDTH / 2 - 1 and max(ax, bx) > x - BOX_WIDTH / 2 + 1
                inside_y = min(ay, by) < y + BOX_HEIGHT / 2 - 1 and max(ay, by) > y - BOX_HEIGHT / 2 + 1
                assert not (inside_x and inside_y), (join, name)


def test_numbers_of_interfaces_do_not_cover_each_other() -> None:
    dossier = sample()
    figure = system_map(dossier.systems, dossier.system_links, "zh")
    circles = re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)" r="4.6"', figure.svg)
    places = [(float(x), float(y)) for x, y in circles]
    assert len(places) == len(dossier.system_links)
    assert all(abs(a[0] - b[0]) > 9 or abs(a[1] - b[1]) > 9 for n, a in enumerate(places) for b in places[:n])


def test_links_to_systems_that_are_not_there_are_left_out() -> None:
    systems = [System("A", "甲", "MES", 3, None)]
    links = [
        SystemLink("A", "B", Text("文件", "file"), "x", date(2026, 1, 1)),
        SystemLink("A", "A", NOTHING, "x", None),
    ]
    assert "<circle" not in system_map(systems, links, "en").svg


@given(st.text(max_size=60), st.floats(20, 200), st.integers(1, 4))
def test_folded_lines_fit_and_lose_nothing_unless_cut(text: str, width: float, lines: int) -> None:
    found = folded(text, width, 7.5, lines)
    assert len(found) <= lines
    assert all(text_width(one, 7.5) <= width + 7.5 for one in found)
    if not any(one.endswith("…") for one in found):
        assert "".join("".join(found).split()) == "".join(text.split())


def test_chinese_is_one_em_wide() -> None:
    assert text_width("轮毂", 10) == 20
    assert 4 < text_width("a", 10) < 8
    assert shortened("很长的名称", 30, 10).endswith("…")


@given(st.floats(-1e6, 1e6), st.floats(1e-2, 1e9))
def test_ticks_are_round_and_hold_the_values(low: float, span: float) -> None:
    ticks = round_ticks(low, low + span)
    near = span * 1e-6 + abs(low) * 1e-9
    assert ticks[0] <= low + near
    assert ticks[-1] >= low + span - near
    assert 2 <= len(ticks) <= 9
    assert len({tick_text(one, ticks) for one in ticks}) == len(ticks)


@pytest.mark.parametrize("days", [0.2, 1, 3, 20, 70, 200, 800, 4000])
def test_moments_on_the_time_axis_are_few_and_differ(days: float) -> None:
    ticks = time_ticks(1.7e9, 1.7e9 + days * 86400)
    assert 1 <= len(ticks) <= 16
    assert [at for at, _ in ticks] == sorted(at for at, _ in ticks)


def test_there_are_as_many_colours_as_dashes_and_hatches() -> None:
    from linghang.report import drawing_paper

    assert len(COLOURS) == len(drawing_paper.DASHES) == len(drawing_paper.HATCHES)
