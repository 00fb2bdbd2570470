"""Packs as libraries of CISO Assistant, held against the rules that its tools and its importer state."""

import re
from datetime import date
from functools import cache
from typing import Any

import pytest
import yaml

from linghang.conditions.model import ALL_LEVELS, Pack
from linghang.conditions.shelf import load_pack, pack_ids
from linghang.errors import BadInput
from linghang.report.ciso_assistant import library, written

URN = re.compile(r"urn:([a-z0-9._-]+:)*[a-z0-9._-]+")
REF_ID = re.compile(r"[a-zA-Z0-9._-]+")
REQUIRED = ("urn", "locale", "ref_id", "name", "description", "copyright", "version", "provider", "packager", "objects")
"""Keys that the format asks of a library."""


@pytest.fixture(params=pack_ids())
def pack(request: pytest.FixtureRequest) -> Pack:
    return load_pack(request.param)


def read(pack: Pack, version: int = 1) -> dict[str, Any]:
    """The library as a program reads it that knows nothing of us."""
    return _read(pack.id, version)


@cache
def _read(pack: str, version: int) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(written(library(load_pack(pack), version)))
    return found


def nodes(pack: Pack) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = read(pack)["objects"]["framework"]["requirement_nodes"]
    return found


def requirements(pack: Pack) -> list[dict[str, Any]]:
    return [one for one in nodes(pack) if one["depth"] == 3]


def test_a_library_has_all_keys_that_the_format_asks_for(pack: Pack) -> None:
    found = read(pack)
    assert all(found[name] for name in REQUIRED)
    assert found["locale"] == "zh"
    assert type(found["version"]) is int
    assert type(found["publication_date"]) is date
    framework = found["objects"]["framework"]
    assert all(framework[name] for name in ("urn", "ref_id", "name", "description", "requirement_nodes"))


def test_urns_have_the_form_of_the_format_and_are_unique(pack: Pack) -> None:
    found = read(pack)
    urns = [found["urn"], found["objects"]["framework"]["urn"], *(one["urn"] for one in nodes(pack))]
    assert all(URN.fullmatch(one) for one in urns)
    assert len(set(urns)) == len(urns)
    kinds = [one.split(":")[:4] for one in urns]
    assert kinds[:3] == [["urn", "linghang", "risk", kind] for kind in ("library", "framework", "req_node")]


def test_parents_stand_before_their_children_one_level_above(pack: Pack) -> None:
    seen: dict[str, int] = {}
    for node in nodes(pack):
        if node["depth"] == 1:
            assert "parent_urn" not in node
        else:
            assert seen[node["parent_urn"]] == node["depth"] - 1
        seen[node["urn"]] = node["depth"]


def test_ref_ids_have_the_form_of_the_format_and_are_unique(pack: Pack) -> None:
    ids = [one["ref_id"] for one in nodes(pack)]
    assert all(REF_ID.fullmatch(one) for one in ids)
    assert len(set(ids)) == len(ids)


def test_implementation_groups_are_the_levels_and_every_node_names_known_ones(pack: Pack) -> None:
    groups = read(pack)["objects"]["framework"]["implementation_groups_definition"]
    assert [one["ref_id"] for one in groups] == list(pack.level_ids)
    assert all(one["name"] and one["description"] for one in groups)
    for node in nodes(pack):
        assert node["implementation_groups"]
        assert set(node["implementation_groups"]) <= set(pack.level_ids)


def test_choosing_a_level_leaves_exactly_what_it_asks(pack: Pack) -> None:
    for level in pack.level_ids:
        found = [one for one in requirements(pack) if level in one["implementation_groups"]]
        assert len(found) == sum(one.level in (level, ALL_LEVELS) for one in pack.elements)


def test_every_element_is_a_requirement_with_our_text_in_both_languages(pack: Pack) -> None:
    found = {(one["description"], one["translations"]["en"]["description"]) for one in requirements(pack)}
    assert found == {tuple(one.text) for one in pack.elements}
    assert len(requirements(pack)) == len(pack.elements)
    assert {one["name"] for one in requirements(pack)} == {one.cited for one in pack.elements}


def test_only_elements_are_assessable_and_coverage_follows_from_the_others(pack: Pack) -> None:
    assert not any(one["assessable"] for one in nodes(pack) if one["depth"] < 3)
    derived = sum(one.part == "coverage" for one in pack.elements)
    assert sum(one["assessable"] for one in requirements(pack)) == len(pack.elements) - derived


def test_everything_that_is_named_has_its_english(pack: Pack) -> None:
    found = read(pack)
    for one in (found, found["objects"]["framework"], *nodes(pack)):
        english = one["translations"]["en"]
        assert english.keys() == {"name", "description", "annotation"} & one.keys()
        assert all(english.values())


def test_the_copyright_says_whose_words_these_are(pack: Pack) -> None:
    said = read(pack)["copyright"]
    assert "不是文件原文" in said
    assert "Linghang's own" in said


def test_an_overlay_says_on_what_a_change_rests() -> None:
    found = {one["ref_id"]: one for one in requirements(load_pack("neimenggu-2025"))}
    assert "neimenggu-2025" in found["base.legal-person"]["annotation"]
    assert "NM25 一.1" in found["base.legal-person"]["annotation"]


def test_chinese_is_written_as_such_and_nothing_is_an_alias(pack: Pack) -> None:
    text = written(library(pack)).decode()
    assert pack.title.zh in text
    assert not re.search(r"^\s*\w+: [&*]id\d+", text, re.MULTILINE)


def test_a_newer_version_changes_nothing_but_the_version(pack: Pack) -> None:
    assert read(pack, 2) == read(pack) | {"version": 2}


def test_a_version_below_one_is_refused(pack: Pack) -> None:
    with pytest.raises(BadInput, match="from 1 on, not 0"):
        library(pack, 0)
