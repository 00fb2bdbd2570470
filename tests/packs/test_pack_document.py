"""The judgement as JSON: the keys that others read, for one example factory under both documents."""

import json
from pathlib import Path

import pytest
from golden_packs import DAY, DOCUMENTS, FLOORS, KEYS, LEVELS, NATIONAL, PARTS

from linghang.usecases.judging import judge_case
from linghang.words import use

HERE = Path(__file__).parent


def _document(pack: str) -> dict:
    verdict = judge_case(HERE / f"example-{pack}.yaml", today=DAY).verdict
    return json.loads(json.dumps(verdict.to_dict(), ensure_ascii=False))


@pytest.mark.parametrize("pack", DOCUMENTS)
def test_the_document_says_what_it_said(pack: str) -> None:
    expected = json.loads((HERE / f"verdict-{pack}.json").read_text(encoding="utf-8"))
    assert _of_interest(_document(pack)) == expected


@pytest.mark.parametrize("pack", DOCUMENTS)
def test_every_key_is_there_even_where_there_is_nothing_to_say(pack: str) -> None:
    document = _document(pack)
    assert {"pack", "as_of", "floors"} <= document.keys()
    assert tuple(document["floors"]) == FLOORS
    for floor in document["floors"].values():
        assert {"confirmed", "possible", "levels"} <= floor.keys()
        assert tuple(floor["levels"]) == LEVELS
        for level in floor["levels"].values():
            assert {"finding", "parts", "failing", "missing", "deciding"} <= level.keys()
            assert tuple(level["parts"]) == PARTS
            assert level["parts"]["scenario_count" if pack == NATIONAL else "outcome"] is None


def test_it_says_the_same_in_chinese() -> None:
    english = _document(NATIONAL)
    use("zh")
    assert _document(NATIONAL) == english


def _of_interest(document: dict) -> dict:
    """The document without keys that may come and go: the packs' digests, counts, interpretations."""
    return {
        "pack": document["pack"],
        "as_of": document["as_of"],
        "floors": {
            name: {
                "confirmed": floor["confirmed"],
                "possible": floor["possible"],
                "levels": {
                    level: {key: one[key] for key in KEYS if key != "links"} for level, one in floor["levels"].items()
                },
            }
            for name, floor in document["floors"].items()
        },
    }
