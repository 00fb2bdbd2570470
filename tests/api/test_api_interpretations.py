"""Interpretations by the API: a reviewer sets and takes back, everybody sees who did it and why."""

from pathlib import Path

import httpx
import pytest
from served import enter

DAY = {"as_of": "2025-04-15"}
NAME = "key_equipment_share"
GIVEN = {"value": "0.5", "reason": "few machines"}


def test_what_is_set_is_in_the_list_the_history_and_the_verdict(local: httpx.Client) -> None:
    set_ = local.put(f"interpretations/{NAME}", json=GIVEN)
    assert set_.status_code == 200, set_.text
    assert (set_.json()["value"], set_.json()["pack_value"], set_.json()["state"]) == ("0.5", "0.8", "set")
    listed = {one["name"]: one for one in local.get("interpretations").json()["items"]}
    assert listed[NAME] == set_.json() == local.get(f"interpretations/{NAME}").json()
    assert listed["incident_months"]["settable"] is False
    (mark,) = local.get("verdict", params=DAY).json()["set_interpretations"]
    assert (mark["name"], mark["by"], mark["reason"]) == (NAME, "local", "few machines")
    back = local.post(f"interpretations/{NAME}/take-back", json={"reason": "a new list"})
    assert (back.status_code, back.json()["state"], back.json()["value"]) == (200, "pack", "0.8")
    for address in ("interpretations/history", f"interpretations/{NAME}/history"):
        assert [one["kind"] for one in local.get(address).json()["items"]] == ["set", "take_back"]


def test_what_cannot_be_set_is_refused_where_it_stands(local: httpx.Client) -> None:
    assert local.put("interpretations/nothing", json=GIVEN).status_code == 404
    assert local.put(f"interpretations/{NAME}", json=GIVEN | {"pack": "nothing"}).status_code == 404
    assert local.put(f"interpretations/{NAME}", json=GIVEN | {"value": "2"}).status_code == 400
    assert local.put(f"interpretations/{NAME}", json={"value": "0.5"}).status_code == 422
    assert local.put(f"interpretations/{NAME}", json=GIVEN | {"reason": "  "}).status_code == 400
    assert local.put("interpretations/incident_months", json=GIVEN | {"value": "24"}).status_code == 400
    assert local.post(f"interpretations/{NAME}/take-back", json={"reason": "why"}).status_code == 400


@pytest.mark.parametrize(
    ("role", "status"),
    [("viewer", 403), ("engineer", 403), ("editor", 403), ("reviewer", 200), ("administrator", 200)],
)
def test_only_who_reviews_sets(client: httpx.Client, role: str, status: int) -> None:
    assert enter(client, role).status_code in (200, 201)
    found = client.put(f"interpretations/{NAME}", json=GIVEN)
    assert found.status_code == status, found.text
    assert client.get("interpretations").status_code == 200
    if status == 200:
        assert found.json()["set"]["by"] == role


def test_the_effect_is_told_before_anything_is_set(local: httpx.Client, works: Path) -> None:
    found = local.get(f"interpretations/{NAME}/effect", params=DAY | {"value": "0.5"})
    assert found.status_code == 200, found.text
    assert (found.json()["before"], found.json()["after"]) == ("0.8", "0.5")
    assert not (works / "interpretations.jsonl").exists()


def test_the_history_of_an_element_and_of_none(local: httpx.Client) -> None:
    assert local.post("assessments", json=DAY).status_code == 201
    found = local.get("elements/base.talent/history", params=DAY)
    assert found.status_code == 200
    assert found.json()["steps"][-1]["after"]["value"] == "unmet"
    assert local.get("elements/base.talen/history").status_code == 404


def test_the_course_the_baseline_and_the_rows_of_an_indicator(local: httpx.Client) -> None:
    found = local.get("indicators/key_equipment_nc_rate/course", params=DAY | {"months": 3})
    assert [one["month"] for one in found.json()["monthly"]] == ["2025-01-01", "2025-02-01", "2025-03-01"]
    rows = local.get("indicators/key_equipment_nc_rate/rows", params=DAY | {"table": "equipment"})
    assert rows.json()["total"] == len(rows.json()["items"])
    assert rows.json()["where"] == []
    assert local.get("indicators/key_equipment_nc_rate/rows", params=DAY | {"table": "receipt"}).status_code == 404
    for start, status in (("2023-01-01", 200), ("2023-01-02", 400), ("9999-12-01", 400), ("0001-01-01", 400)):
        asked = local.get("indicators/oee/baseline", params=DAY | {"start": start})
        assert asked.status_code == status, asked.text
