"""Plans, what-if and sensitivity over HTTP; cases and registries that are handed in."""

import json
from collections.abc import Iterator
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import openpyxl
import pyarrow.parquet as pq
import pytest
from served import enter, served, serving_of

from linghang.plant.tables import TABLES
from linghang.usecases.registry import write_registry
from linghang.usecases.workspaces import make_workspace

DAY = "2025-04-15"
EXAMPLE = Path(__file__).parents[2] / "examples/wheel-works.yaml"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a workspace that no test changes: where it stands is found out once."""
    folder = tmp_path_factory.mktemp("way") / "works"
    engine = make_workspace(folder, "北疆铝轮毂", "Asia/Shanghai", None).engine()
    with engine.begin() as connection:
        for table in TABLES.values():
            connection.execute(table.insert(), list(table.info["examples"]))
    engine.dispose()
    with served(serving_of(folder)) as client:
        yield client


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A synthetic registry of a few enterprises."""
    path = tmp_path_factory.mktemp("registry") / "synthetic.parquet"
    write_registry(path, enterprises=500, seed=7, pack="national-2024", as_of=date(2026, 6, 30))
    return path.read_bytes()


def plan_of(answer: httpx.Response, case: str = "pessimistic") -> dict[str, Any]:
    """The plan of one case."""
    assert answer.status_code == 200, answer.text
    plan = answer.json()["cases"][case]["plan"]
    assert isinstance(plan, dict)
    return plan


# --- plans ---


def test_a_plan_is_proven_and_says_when_each_level_is_reached(asked: httpx.Client) -> None:
    answer = asked.post("way-up/plans", json={"target": "basic", "as_of": DAY})
    plan = plan_of(answer)
    assert answer.json()["limits"]["start"] == DAY
    assert plan["proof"]["status"] == "optimal"
    assert plan["verdict"] == "met"
    assert {"floor": "documented", "level": "basic", "day": plan["finished"]} in plan["reached"]
    ids = {one["action"] for one in plan["steps"]}
    for one in plan["steps"]:
        assert set(one["after"]) <= ids
        assert float(one["cost_range_cny"]["low"]) <= float(one["cost_cny"]) <= float(one["cost_range_cny"]["high"])


def test_limits_hold_and_an_action_that_is_left_out_is_not_there(asked: httpx.Client) -> None:
    free = plan_of(asked.post("way-up/plans", json={"target": "basic", "as_of": DAY}))
    out = free["actions"][0]
    limits = {"target": "basic", "as_of": DAY, "without": [out], "parallel": 2, "start": "2025-06-01"}
    answer = asked.post("way-up/plans", json=limits)
    assert answer.json()["limits"]["start"] == "2025-06-01"
    found = answer.json()["cases"]["pessimistic"]
    if found["plan"] is None:
        assert f"without:{out}" in found["conflict"]["limits"]
    else:
        assert out not in found["plan"]["actions"]


def test_limits_that_do_not_go_together_are_named_with_what_would_be_enough(asked: httpx.Client) -> None:
    free = plan_of(asked.post("way-up/plans", json={"target": "basic", "as_of": DAY}))
    answer = asked.post("way-up/plans", json={"target": "basic", "as_of": DAY, "budget_cny": "1.00"})
    conflict = answer.json()["cases"]["pessimistic"]["conflict"]
    assert conflict["limits"] == ["budget"]
    assert conflict["enough"] == {"budget": free["cost_cny"]}


def test_a_trade_off_begins_with_the_cheapest_plan(asked: httpx.Client) -> None:
    answer = asked.post("way-up/plans", json={"target": "basic", "as_of": DAY, "pareto": True})
    front = answer.json()["front"]["plans"]
    assert front[0]["cost_cny"] == plan_of(answer)["cost_cny"]
    costs, months = [float(one["cost_cny"]) for one in front], [one["months"] for one in front]
    assert costs == sorted(costs)
    assert min(months) <= months[0]


@pytest.mark.parametrize(
    ("given", "status", "said"),
    [
        ({"target": "basics"}, 400, "did you mean basic"),
        ({"target": "basic", "must": ["prove-standin"]}, 400, "did you mean prove-standing"),
        ({"target": "basic", "pack": "no-pack"}, 404, "no-pack"),
        ({"target": "basic", "as_of": "9999-12-31"}, 422, ""),
        ({"target": "basic", "budget_cny": -1}, 422, ""),
        ({"target": "basic", "start": "2026-01-02", "by": "2026-01-01"}, 400, "after its last day"),
        ({"target": "basic", "weights": {"cost": 0, "time": 0}}, 400, "weights"),
        ({"target": "basic", "interpretation": {"link_coverd": "majority"}}, 400, "link_covered"),
    ],
)
def test_what_cannot_be_asked_is_refused(asked: httpx.Client, given: dict[str, Any], status: int, said: str) -> None:
    answer = asked.post("way-up/plans", json={"as_of": DAY} | given)
    assert answer.status_code == status, answer.text
    assert said in answer.text


# --- costs ---


def test_costs_go_down_are_changed_and_planned_with(asked: httpx.Client) -> None:
    down = asked.get("way-up/actions.xlsx", params={"lang": "en"})
    assert down.headers["content-type"].endswith("sheet")
    first = asked.post("way-up/plans", json={"target": "basic", "as_of": DAY})
    action = max(plan_of(first)["steps"], key=lambda one: float(one["cost_cny"]))["action"]
    book = openpyxl.load_workbook(BytesIO(down.content))
    sheet = book.active
    assert sheet is not None
    names = [str(cell.value).rpartition("[")[2].rstrip("]") for cell in sheet[1]]
    for row in sheet.iter_rows(min_row=2):
        if row[0].value == action:
            for name in ("cost_low", "cost_likely", "cost_high"):
                row[names.index(name)].value = 12.0
    changed = BytesIO()
    book.save(changed)
    question = json.dumps({"target": "basic", "as_of": DAY})
    second = asked.post(
        "way-up/plans/costed", files={"costs": ("ours.xlsx", changed.getvalue())}, data={"asked": question}
    )
    assert float(plan_of(second)["cost_cny"]) < float(plan_of(first)["cost_cny"])
    assert second.json()["catalogue_digest"] != first.json()["catalogue_digest"]


def test_a_workbook_that_is_none_is_refused_by_its_own_name(asked: httpx.Client) -> None:
    answer = asked.post(
        "way-up/plans/costed", files={"costs": ("ours.xlsx", b"no workbook")}, data={"asked": '{"target": "basic"}'}
    )
    assert answer.status_code == 400
    assert "ours.xlsx" in answer.text
    assert "/tmp" not in answer.text
    assert asked.post("way-up/plans/costed", files={"costs": ("a.xlsx", b"")}, data={"asked": "{}"}).status_code == 422


def test_the_actions_are_listed_in_pages(asked: httpx.Client) -> None:
    found = asked.get("way-up/actions", params={"limit": 5}).json()
    assert found["total"] > 100
    assert len(found["items"]) == 5
    assert {"low", "likely", "high"} == found["items"][0]["cost_cny"].keys()


# --- what if, sensitivity ---


def test_a_what_if_judges_beside_and_changes_nothing(asked: httpx.Client) -> None:
    before = asked.get("verdict", params={"as_of": DAY}).json()
    element = asked.get("elements", params={"as_of": DAY, "limit": 1}).json()["items"][0]["id"]
    answer = asked.post("way-up/what-if", json={"as_of": DAY, "set": [f"{element}=unmet"]})
    found = answer.json()
    assert found["changes"] == [{"name": element, "value": "unmet", "proof": "measured"}]
    assert found["before"]["floors"]["declared"]["confirmed"] == before["floors"]["declared"]["confirmed"]
    assert asked.get("verdict", params={"as_of": DAY}).json() == before


def test_a_what_if_by_another_pack_and_one_that_cannot_be(asked: httpx.Client) -> None:
    answer = asked.post("way-up/what-if", json={"as_of": DAY, "pack": "neimenggu-2025"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["after"]["pack"] == "neimenggu-2025"
    wrong = asked.post("way-up/what-if", json={"as_of": DAY, "set": ["maturity_levl=3"]})
    assert wrong.status_code == 400
    assert "did you mean maturity_level" in wrong.text


def test_sensitivity_is_sent_with_an_etag(asked: httpx.Client) -> None:
    first = asked.get("way-up/sensitivity", params={"as_of": DAY})
    assert first.status_code == 200, first.text
    assert first.json()["thresholds"]
    headers = {"If-None-Match": first.headers["etag"]}
    assert asked.get("way-up/sensitivity", params={"as_of": DAY}, headers=headers).status_code == 304


# --- cases and registries ---


def test_a_case_is_judged_and_names_no_file_of_this_machine(asked: httpx.Client, tmp_path: Path) -> None:
    answer = asked.post("cases/judged", files={"file": ("wheel.yaml", EXAMPLE.read_bytes())})
    assert answer.status_code == 200, answer.text
    assert set(answer.json()["floors"]) == {"declared", "documented", "measured"}
    secret = tmp_path / "pack.yaml"
    secret.write_text("format: linghang/pack", "utf-8")
    answer = asked.post("cases/judged", files={"file": ("case.yaml", f"pack: {secret}\n".encode())})
    assert answer.status_code == 404
    wrong = asked.post("cases/judged", files={"file": ("case.yaml", b"pack: national-2024\nfindings: [1]\n")})
    assert wrong.status_code == 400
    assert "case.yaml" in wrong.text
    assert "/tmp" not in wrong.text


def test_a_registry_is_judged_row_by_row(asked: httpx.Client, registry: bytes) -> None:
    answer = asked.post(
        "registries/judged", params={"as_of": "2026-06-30"}, files={"file": ("registry.parquet", registry)}
    )
    assert answer.status_code == 200, answer.text
    table = pq.read_table(BytesIO(answer.content))
    assert table.num_rows == 500
    assert {"confirmed", "possible", "basic"} <= set(table.schema.names)
    wrong = asked.post("registries/judged", files={"file": ("registry.parquet", b"PAR1")})
    assert wrong.status_code == 400
    assert "registry.parquet" in wrong.text
    assert "/tmp" not in wrong.text


def test_a_policy_is_simulated_on_a_registry(asked: httpx.Client, registry: bytes) -> None:
    answer = asked.post(
        "registries/policies",
        params={"as_of": "2026-06-30"},
        files={"file": ("registry.parquet", registry)},
        data={"change": ["advanced.production.anomaly-warning=remove", "link_covered=majority"], "by": ["region"]},
    )
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert found["synthetic"] is True
    assert found["rows"] == 500
    assert len(found["variants"]) == 2
    assert sum(one["rows"] for one in found["variants"][0]["by"]["region"]) == 500
    none = asked.post("registries/policies", files={"file": ("registry.parquet", registry)})
    assert none.status_code == 400


def test_who_may_only_read_plans_but_judges_no_registry(client: httpx.Client, registry: bytes) -> None:
    assert client.post("way-up/plans", json={"target": "basic"}).status_code == 401
    enter(client, "viewer")
    assert client.get("way-up/actions").status_code == 200
    assert client.post("registries/judged", files={"file": ("r.parquet", registry)}).status_code == 403
