"""Results over the API: runs, pages and files of tables; a changed schedule checked; schedules that rest."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pyarrow.parquet as pq
import pytest
from pyarrow import BufferReader
from served import enter, served, serving_of

from planned_works import ENGINE, PLANNED_AT, planned_works

TASK = "MO-26-0002-W1875-020/1"
CHECK = f"engines/{ENGINE}/check"


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a workspace with a schedule."""
    with served(serving_of(planned_works(tmp_path_factory.mktemp("planned") / "works"))) as client:
        yield client


def the_run(client: httpx.Client) -> str:
    return str(client.get(f"engines/{ENGINE}/runs").json()[0]["name"])


def test_the_runs_of_an_engine_and_what_one_found(planned: httpx.Client) -> None:
    run = the_run(planned)
    answer = planned.get(f"engines/{ENGINE}/runs/{run}")
    assert answer.json()["run"] == run
    assert answer.json()["tables"]["schedule"]["rows"] == 8
    assert (
        planned.get(f"engines/{ENGINE}/runs/{run}", headers={"If-None-Match": answer.headers["etag"]}).status_code
        == 304
    )
    assert planned.get("engines/equipment.monitoring/runs").json() == []


def test_settings_come_with_their_words_in_both_languages(planned: httpx.Client) -> None:
    found = next(one for one in planned.get("engines").json() if one["id"] == ENGINE)
    settings = {one["name"]: one for one in found["settings"]}
    assert settings["frozen_hours"]["title"] == {"zh": "冻结期", "en": "Frozen zone"}
    assert settings["frozen_hours"]["unit"] == {"zh": "小时", "en": "h"}
    assert settings["frozen_hours"]["default"] == 8.0
    assert settings["objectives"]["choices"]["tardiness"] == {"zh": "延期", "en": "Tardiness"}
    assert all(one["help"]["zh"] and one["help"]["en"] for one in settings.values())


def test_a_table_by_pages_in_an_order(planned: httpx.Client) -> None:
    place = f"engines/{ENGINE}/runs/{the_run(planned)}/tables/schedule/rows"
    found = planned.get(place, params={"limit": 3, "offset": 6, "order": "-lot"}).json()
    assert (found["total"], len(found["items"])) == (8, 2)
    assert found["columns"]["start"] == "when"
    assert (found["offset"], found["limit"]) == (6, 3)
    assert "offset=3" in planned.get(place, params={"limit": 3}).links["next"]["url"]
    assert planned.get(place, params={"order": "no_such"}).status_code == 400


@pytest.mark.parametrize("kind", ["csv", "xlsx", "parquet"])
def test_a_table_as_a_file(planned: httpx.Client, kind: str) -> None:
    answer = planned.get(f"engines/{ENGINE}/runs/{the_run(planned)}/tables/schedule/file", params={"kind": kind})
    assert answer.status_code == 200
    assert f"{ENGINE}-schedule.{kind}" in answer.headers["content-disposition"]
    assert answer.content.startswith({"csv": b"\xef\xbb\xbf", "xlsx": b"PK", "parquet": b"PAR1"}[kind])
    if kind == "parquet":
        assert pq.read_table(BufferReader(answer.content)).num_rows == 8


@pytest.mark.parametrize(
    "path",
    [
        f"engines/{ENGINE}/runs/20200101T000000Z-0",
        "engines/no.such/runs/20200101T000000Z-0",
        f"engines/{ENGINE}/runs/20200101T000000Z-0/tables/schedule/rows",
        f"engines/{ENGINE}/runs/20200101T000000Z-0/tables/schedule/file",
    ],
)
def test_what_is_not_kept_is_not_there(planned: httpx.Client, path: str) -> None:
    answer = planned.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_table_that_the_result_does_not_have_is_not_there(planned: httpx.Client) -> None:
    assert planned.get(f"engines/{ENGINE}/runs/{the_run(planned)}/tables/result/rows").status_code == 404


def test_a_changed_schedule_is_checked_and_nothing_is_kept(planned: httpx.Client) -> None:
    bad = {"task": TASK, "machine": "LPC-103", "start": (PLANNED_AT + timedelta(hours=1)).isoformat()}
    good = bad | {"start": (PLANNED_AT + timedelta(hours=90)).isoformat()}
    found = planned.post(CHECK, json={"moves": [bad]}).json()
    assert "overlap" in {one["rule"] for one in found["broken"]}
    found = planned.post(CHECK, json={"run": the_run(planned), "moves": [good]}).json()
    assert found["broken"] == []
    assert found["after"]["makespan_h"] > found["before"]["makespan_h"]
    assert planned.post(CHECK, json={}).json()["before"] == found["before"]
    assert len(planned.get(f"engines/{ENGINE}/runs").json()) == 1


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"run": "20200101T000000Z-0"}, 404),
        ({"moves": [{"task": "no-such", "machine": "LPC-103", "start": "2026-03-03T00:00:00Z"}]}, 400),
        ({"moves": [{"task": TASK, "machine": "no-such", "start": "2026-03-03T00:00:00Z"}]}, 400),
        ({"moves": [{"task": TASK, "machine": "LPC-103", "start": "2026-03-03T00:00:00"}]}, 422),
        ({"moves": [{"task": TASK, "machine": "LPC-103", "start": "9999-03-03T00:00:00Z"}]}, 400),
        ({"moves": 7}, 422),
    ],
)
def test_a_check_that_makes_no_sense_is_refused(planned: httpx.Client, given: dict[str, object], status: int) -> None:
    answer = planned.post(CHECK, json=given)
    assert answer.status_code == status, answer.text


def test_a_schedule_rests_and_goes_on(planned: httpx.Client) -> None:
    number = planned.post("schedules", json={"engine": "equipment.monitoring", "rule": "every 1h"}).json()["number"]
    rested = planned.patch(f"schedules/{number}", json={"paused": True})
    assert rested.json()["paused"] is True
    assert [one["paused"] for one in planned.get("schedules").json()] == [True]
    assert planned.patch(f"schedules/{number}", json={"paused": False}).json()["paused"] is False
    assert planned.patch("schedules/999", json={"paused": True}).status_code == 404
    assert planned.patch(f"schedules/{number}", json={}).status_code == 422
    assert planned.delete(f"schedules/{number}").status_code == 204


def test_who_may_only_look_pauses_nothing_but_may_check(client: httpx.Client) -> None:
    assert enter(client, "viewer").status_code == 201
    assert client.patch("schedules/1", json={"paused": True}).status_code == 403
    assert client.post(CHECK, json={}).status_code == 404


def test_a_run_that_was_asked_for_is_told_in_the_audit_log(planned: httpx.Client, tmp_path: Path) -> None:
    works = planned_works(tmp_path / "works", run=False)
    with served(serving_of(works)) as client:
        assert client.post("jobs", json={"engine": "equipment.monitoring"}).status_code == 201
    assert "engines.run" in (works / "audit.jsonl").read_text("utf-8")
