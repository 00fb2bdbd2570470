"""Charts of results as the console draws them: signs beside colours, layers from left to right, fields of a heatmap."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linghang.console import charts, gantt
from linghang.console.chart_kinds import _options, graph, heatmap, layered, sankey
from linghang.engines.charts import Axis, Bar, Chart, Edge, Gantt, Graph, Heatmap, Limit, Node, Series, to_json
from linghang.words import Text, use

NAME = Text("名", "name")
use("en")


def edge(source: str, target: str) -> dict[str, Any]:
    return {"source": source, "target": target, "amount": 1.0}


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=25))
def test_every_node_has_a_layer_and_without_circles_every_edge_goes_right(pairs: list[tuple[int, int]]) -> None:
    nodes = [str(one) for one in range(10)]
    layers = layered([edge(str(a), str(b)) for a, b in pairs], nodes)
    assert set(layers) == set(nodes)
    forward = [(min(a, b), max(a, b)) for a, b in pairs if a != b]
    layers = layered([edge(str(a), str(b)) for a, b in forward], nodes)
    assert all(layers[str(a)] < layers[str(b)] for a, b in forward)


def chart_of(made: object) -> dict[str, Any]:
    found: dict[str, Any] = to_json(made)
    return found


def test_points_out_of_control_carry_a_sign() -> None:
    series = Series(NAME, [0.0, 1.0, 2.0], [1.0, 9.0, None], marked=[1, 2])
    control = Chart("c", NAME, Axis(NAME, kind="time"), Axis(NAME), [series], [Limit(NAME, 5.0)])
    drawn = charts.course(chart_of(control), False)["series"][0]["markPoint"]
    assert [one["coord"] for one in drawn["data"]] == [[1000.0, 9.0]], "what has no value cannot be marked"
    assert drawn["label"]["show"]
    assert drawn["label"]["formatter"] == "!"


def test_what_flows_is_drawn_as_flows_and_what_goes_round_as_a_graph() -> None:
    nodes = [Node("a", "A", "meter"), Node("b", "B", "line")]
    flow = chart_of(Graph("g", NAME, nodes, [Edge("a", "b", 3.0), Edge("b", "b", None)][:1], "kWh"))
    assert _options(flow, False, "UTC")[0]["series"][0]["type"] == "sankey"
    round_ = chart_of(Graph("g", NAME, nodes, [Edge("a", "b", 3.0), Edge("b", "a", 1.0)], "kWh"))
    assert _options(round_, False, "UTC")[0]["series"][0]["type"] == "graph"
    plain = chart_of(Graph("g", NAME, nodes, [Edge("a", "b")]))
    assert _options(plain, True, "UTC")[0]["series"][0]["type"] == "graph"


def test_a_flow_without_an_amount_is_not_a_flow_of_nothing() -> None:
    nodes = [Node("a", "A"), Node("b", "B"), Node("c", "C")]
    flows = chart_of(Graph("g", NAME, nodes, [Edge("a", "b", 3.0), Edge("a", "c", None), Edge("b", "c", 0.0)], "t"))
    links = sankey(flows, False)["series"][0]["links"]
    assert [(one["source"], one["target"]) for one in links] == [("a", "b")]


def test_a_graph_lies_in_layers_from_left_to_right() -> None:
    nodes = [Node(one, one) for one in "abc"]
    made = chart_of(Graph("g", NAME, nodes, [Edge("a", "b"), Edge("b", "c", 2.5)]))
    layers = layered(made["edges"], list("abc"))
    series = graph(made, layers, False)["series"][0]
    assert [one["x"] for one in series["data"]] == sorted(one["x"] for one in series["data"])
    assert [one.get("label", {}).get("formatter") for one in series["links"]] == [None, "2.5"]


def test_a_heatmap_has_no_field_where_there_is_no_value() -> None:
    made = chart_of(Heatmap("h", NAME, Axis(NAME), Axis(NAME), ["x", "y"], ["r"], [[None, 2.0]], "kW"))
    options = heatmap(made, True)
    assert options["series"][0]["data"] == [[1, 0, 2.0]]
    assert options["visualMap"]["min"] < options["visualMap"]["max"]
    empty = chart_of(Heatmap("h", NAME, Axis(NAME), Axis(NAME), [], [], []))
    assert heatmap(empty, False)["series"][0]["data"] == []


@pytest.mark.parametrize("dark", [True, False])
def test_a_gantt_chart_has_a_series_a_group_and_a_lane_a_machine(dark: bool) -> None:
    bars = [Bar("M2", 0.0, 3600.0, "job", "run"), Bar("M1", 0.0, 60.0, "", "stop"), Bar("M1", 60.0, 90.0, "", "other")]
    made = chart_of(
        Gantt("s", NAME, ["M1", "M2"], bars, [("run", Text("运行", "running")), ("stop", Text("停", "stop"))])
    )
    options = gantt.options(made, dark, "Asia/Shanghai")
    assert options["yAxis"]["data"] == ["M1", "M2"]
    assert [one["name"] for one in options["series"]] == ["running", "stop", "other"]
    assert options["series"][0]["data"][0]["value"][:3] == [1, 8 * 3600_000.0, 9 * 3600_000.0], "the plant's clocks"
    assert gantt.height_px(2) < gantt.height_px(40)


@pytest.mark.parametrize(("kind", "scaled"), [("bar", False), ("area", False), ("line", True)])
def test_bars_stand_on_zero(kind: Any, scaled: bool) -> None:
    made = Chart(
        "c", NAME, Axis(NAME, kind="category"), Axis(NAME, "%"), [Series(NAME, ["a", "b"], [49.0, 53.0], kind)]
    )
    assert charts.course(chart_of(made), False)["yAxis"][0]["scale"] is scaled
