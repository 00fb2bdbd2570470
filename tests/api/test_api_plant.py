"""What the API says of a plant is what the use cases say, paged, tagged, and in the reader's language."""

import json
import threading
import time
from datetime import date
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from served import served, serving_of

from linghang.api import live_routes
from linghang.usecases.assessing import utc_now
from linghang.usecases.kept import assessed_document

DAY = {"as_of": "2025-04-15"}


def test_the_verdict_is_the_assessments(local: httpx.Client, works: Path) -> None:
    found = assessed_document(works, pack="national-2024", now=utc_now(), as_of=date(2025, 4, 15))
    said = local.get("verdict", params=DAY).json()
    assert said["floors"] == found["floors"]
    assert local.get("assessment", params=DAY).json() == found


def test_who_has_the_verdict_is_sent_nothing(local: httpx.Client) -> None:
    first = local.get("verdict", params=DAY)
    for _ in range(2):  # the second one is answered without the route
        again = local.get("verdict", params=DAY, headers={"If-None-Match": first.headers["etag"]})
        assert again.status_code == 304
        assert not again.content
    assert local.get("verdict", params=DAY, headers={"If-None-Match": '"other"'}).content == first.content


def test_a_changed_plant_has_another_verdict_within_seconds(local: httpx.Client, works: Path) -> None:
    before = local.get("verdict", params=DAY)
    engine = sa.create_engine(f"sqlite:///{works / 'records.sqlite'}", poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text("update enterprise set credit_clean = 0"))
    deadline = time.monotonic() + 20
    while (after := local.get("verdict", params=DAY)).headers["etag"] == before.headers["etag"]:
        assert time.monotonic() < deadline
        time.sleep(0.3)
    assert "base.credit-clean" in after.json()["floors"]["declared"]["levels"]["basic"]["failing"]


def test_a_verdict_that_is_ready_is_still_only_for_who_may_read(peopled: Path) -> None:
    from linghang.usecases.accounts import Accounts

    _, secret = Accounts(peopled).make_token("MES", "viewer", frozenset({"read"}), utc_now())
    with served(serving_of(peopled)) as client:
        assert client.get("verdict", params=DAY, headers={"Authorization": f"Bearer {secret}"}).status_code == 200
        assert client.get("verdict", params=DAY).status_code == 401


def test_elements_are_paged_and_linked_until_all_have_been_seen(local: httpx.Client) -> None:
    seen, address = [], "elements?as_of=2025-04-15&limit=50"
    while address:
        answer = local.get(address)
        seen += [(one["id"], one["level"]) for one in answer.json()["items"]]
        address = answer.links.get("next", {}).get("url", "")
    assert len(seen) == len(set(seen)) == answer.json()["total"] > 100


def test_an_element_is_explained_at_each_level_that_asks_for_it(local: httpx.Client) -> None:
    levels = local.get("elements/base.maturity", params=DAY).json()["levels"]
    assert len({one["level"] for one in levels}) == len(levels) > 1
    assert {one["id"] for one in levels} == {"base.maturity"}


def test_elements_are_chosen_by_finding_and_level(local: httpx.Client) -> None:
    found = local.get("elements", params=DAY | {"finding": "unknown", "level": "pioneer"}).json()
    assert found["total"] > 0
    assert {(one["finding"], one["level"]) for one in found["items"]} == {("unknown", "pioneer")}


def test_what_is_not_there_is_said_in_the_readers_language(local: httpx.Client) -> None:
    english = local.get("elements/basic.production.realtime-monitorin", params=DAY)
    assert english.status_code == 404
    assert "did you mean basic.production.realtime-monitoring" in english.json()["detail"]
    chinese = local.get("packs/none", headers={"Accept-Language": "zh-CN,zh;q=0.9"})
    assert chinese.headers["content-language"] == "zh"
    assert "没有" in chinese.json()["detail"]


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd.yaml", "x.yaml"])
def test_a_pack_is_never_a_file_of_this_machine(local: httpx.Client, name: str) -> None:
    assert local.get("verdict", params={"pack": name}).status_code in (404, 422)
    assert local.post("assessments", json={"pack": name}).status_code in (404, 422)


def test_rows_are_paged_in_the_order_that_is_asked_for(local: httpx.Client) -> None:
    rows = local.get("tables/software/rows", params={"order": "-software_id", "limit": 1}).json()
    assert rows["total"] == 2
    assert rows["items"][0]["software_id"] == "MES-01"
    assert local.get("tables/software/rows", params={"offset": 1}).json()["items"][0]["software_id"] == "MES-01"


def test_no_table_and_no_column_are_refused(local: httpx.Client) -> None:
    assert local.get("tables/softwares/rows").status_code == 404
    refused = local.get("tables/software/rows", params={"order": "namee"})
    assert refused.status_code == 400
    assert "did you mean name" in refused.json()["detail"]


def test_an_import_is_tried_and_then_kept(local: httpx.Client) -> None:
    content = "area_id,site_id,name\nA-NEW,S1,新车间\n".encode()
    trial = local.post("imports", files={"files": ("area.csv", content)}, params={"dry_run": True})
    assert trial.status_code == 200, trial.text
    assert trial.json()["tables"]["area"]["added"] == 1
    assert local.get("tables/area/rows").json()["total"] == 1
    kept = local.post("imports", files={"files": ("../../area.csv", content)})
    assert kept.status_code == 201
    assert local.get("tables/area/rows").json()["total"] == 2


def test_an_import_with_faults_names_each_with_its_place_and_keeps_nothing(local: httpx.Client) -> None:
    content = b"area_id,site_id,name\nA-NEW,S-NONE,x\n,S1,y\n"
    refused = local.post("imports", files={"files": ("area.csv", content)})
    assert refused.status_code == 400
    said = " ".join(one["message"] for one in refused.json()["errors"])
    assert "area.csv" in said
    assert "S-NONE" in said
    assert local.get("tables/area/rows").json()["total"] == 1


def test_a_job_is_asked_for_looked_at_and_taken_back(local: httpx.Client) -> None:
    number = local.post("jobs", json={"engine": "equipment.monitoring", "days": 7}).json()["number"]
    assert local.get(f"jobs/{number}").json()["job"]["status"] == "queued"
    assert local.delete(f"jobs/{number}").json()["status"] == "cancelled"
    assert local.delete(f"jobs/{number}").status_code == 400
    assert local.get("jobs/999").status_code == 404


def test_jobs_come_a_page_at_a_time_and_each_is_linked_to_the_next(local: httpx.Client) -> None:
    made = [local.post("jobs", json={"engine": "equipment.monitoring"}).json()["number"] for _ in range(3)]
    page = local.get("jobs", params={"limit": 2})
    seen = [one["id"] for one in page.json()["items"]]
    assert page.json()["total"] == 3
    seen += [one["id"] for one in local.get(page.links["next"]["url"]).json()["items"]]
    assert seen == made[::-1]


def test_a_job_that_cannot_be_is_refused_when_it_is_asked_for(local: httpx.Client) -> None:
    assert local.post("jobs", json={"engine": "equipment.monitorin"}).status_code == 404
    refused = local.post("jobs", json={"engine": "equipment.monitoring", "settings": {"nonsense": 1}})
    assert refused.status_code == 400


def test_a_schedule_comes_and_goes(local: httpx.Client) -> None:
    given = {"engine": "equipment.monitoring", "rule": "daily 02:30"}
    number = local.post("schedules", json=given).json()["number"]
    assert [one["rule"] for one in local.get("schedules").json()] == ["daily 02:30"]
    assert local.delete(f"schedules/{number}").status_code == 204
    assert local.delete(f"schedules/{number}").status_code == 404
    assert local.post("schedules", json=given | {"rule": "now and then"}).status_code == 400


def test_an_engine_without_a_result_says_what_to_do(local: httpx.Client) -> None:
    answer = local.get("engines/equipment.monitoring/result")
    assert answer.status_code == 404
    assert "ask for a run" in answer.json()["detail"]


def test_jobs_are_told_as_they_change_to_all_who_listen(local: httpx.Client) -> None:
    heard: list[dict[str, str]] = []

    def listen() -> None:
        with local.stream("GET", "live/jobs") as stream:
            for line in stream.iter_lines():
                if line.startswith("data: "):
                    heard.append({key: one["status"] for key, one in json.loads(line[6:]).items()})
                    if "cancelled" in heard[-1].values():
                        return

    threads = [threading.Thread(target=listen) for _ in range(3)]
    number = local.post("jobs", json={"engine": "equipment.monitoring"}).json()["number"]
    for one in threads:
        one.start()
    time.sleep(1.5)
    local.delete(f"jobs/{number}")
    for one in threads:
        one.join(20)
        assert not one.is_alive()
    assert heard.count({str(number): "cancelled"}) == 3


def test_who_does_not_listen_any_more_is_not_looked_for(local: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[float] = []
    monkeypatch.setattr(live_routes, "jobs_of", lambda *_: looked.append(time.monotonic()) or [])
    with local.stream("GET", "live/jobs"):
        time.sleep(2.5)
    time.sleep(2.5)
    before = len(looked)
    time.sleep(2.5)
    assert before >= 2
    assert len(looked) == before


@pytest.mark.parametrize("asked", ["tags", "tags/course?tag=x"])
def test_a_workspace_without_telemetry_says_so(local: httpx.Client, asked: str) -> None:
    answer = local.get(asked)
    assert answer.status_code == 404
    assert answer.json()["detail"] == "no telemetry was ever stored here"


@pytest.mark.parametrize("asked", ["verdict", "status", "tables", "me"])
def test_head_answers_as_get_without_the_content(local: httpx.Client, asked: str) -> None:
    for _ in range(2):  # the second one is answered by what was kept
        full, head = local.get(asked), local.head(asked)
        assert head.status_code == full.status_code == 200
        assert head.content == b""
        assert head.headers.get("etag") == full.headers.get("etag")
        assert head.headers["content-length"] == str(len(full.content))


def test_a_file_that_is_refused_is_named_as_it_was_sent(local: httpx.Client) -> None:
    answer = local.post("imports", files={"files": ("equipment.csv", b"no\ta\nb,c\n")})
    assert answer.status_code == 400
    assert "equipment.csv" in answer.text
    assert "linghang-import" not in answer.text
    long = local.post("imports", files={"files": ("a" * 300 + ".csv", b"x")})
    assert long.status_code == 400
    assert "linghang-import" not in long.text


def test_looking_that_fails_ends_the_stream(local: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object) -> list[object]:
        raise ValueError("damaged")

    monkeypatch.setattr(live_routes, "jobs_of", failing)
    with local.stream("GET", "live/jobs") as stream:
        assert list(stream.iter_lines()) == []


def test_a_fault_of_the_program_shows_no_code(local: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from linghang.api import engine_routes

    def broken(*_: object) -> None:
        raise RuntimeError("secret /path/of/this/machine")

    monkeypatch.setattr(engine_routes, "schedules_of", broken)
    answer = local.get("schedules")
    assert answer.status_code == 500
    assert "RuntimeError" in answer.json()["detail"]
    assert "secret" not in answer.text
