"""Catalogues: what is wrong is refused by name with its place; the product's own is whole and speaks of everything."""

from pathlib import Path

import pytest

from linghang.conditions.scenes import load_scenes
from linghang.conditions.shelf import PACKS, load_pack, pack_ids
from linghang.errors import BadInput, ManyProblems
from linghang.roadmap.checking import check_names, without_action
from linghang.roadmap.reading import CATALOGUES, catalogues, load_catalogue

HEAD = """format: linghang-actions/1
id: own
title: {zh: 目录, en: catalogue}
note: {zh: 注, en: note}
actions:
"""


def written(*actions: str, cannot: str = "") -> str:
    """A catalogue's file; each action is given by its id and the lines after its texts."""
    parts = []
    for one in actions:
        name, _, rest = one.partition("\n")
        texts = f"  - id: {name}\n    title: {{zh: 甲, en: a}}\n    text: {{zh: 甲, en: a}}\n    source: estimate\n"
        parts.append(texts + "".join(f"    {line}\n" for line in rest.splitlines()))
    return HEAD + "".join(parts) + cannot


def refused(folder: Path, text: str) -> str:
    file = folder / "own.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput) as error:
        load_catalogue(str(file))
    assert "own.yaml:" in str(error.value)
    return str(error.value)


def test_a_circle_is_named_whole(tmp_path: Path) -> None:
    said = refused(tmp_path, written("one\nrequires: [two]", "two\nrequires: [three]", "three\nrequires: [one]"))
    assert "wait for each other in a circle: one → two → three → one" in said


def test_a_circle_through_an_element_is_found(tmp_path: Path) -> None:
    text = written("one\nrequires: [base.talent]", "two\nrequires: [one]\nsatisfies: [{element: base.talent}]")
    assert "one → two → one" in refused(tmp_path, text)


def test_a_circle_through_what_could_stand_for_an_action_is_found(tmp_path: Path) -> None:
    text = written(
        "one\nrequires: [two]",
        "two\nsatisfies: [{element: base.talent}]",
        "three\nrequires: [one]\nsatisfies: [{element: base.talent}]",
    )
    assert "circle" in refused(tmp_path, text)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("cost_cny: {low: -1, likely: 2, high: 3}", "-1 is negative"),
        ("cost_cny: {low: 3, likely: 2, high: 4}", "low, likely and high must rise: 3, 2, 4"),
        ("months: {low: 1, likely: 1.3, high: 2}", "1.3 is not in whole steps of 0.5"),
        ("cost_cny: {low: 1, likely: 1, high: 9999999999999}", "more than the 1,000,000,000,000"),
        ("people_months: -2", "-2 is negative"),
        ("satisfies: [{element: base.talent, scene: 3}]", "names one of element, maturity, scene, field"),
        ("satisfies: [{field: maturity_level}]", "only evidence answers a field"),
        ("effects: [{indicator: 0, change: {low: 1, likely: 1, high: 1}}]", "there is no indicator 0"),
        ("excludes: [tow]", "there is no action tow; did you mean two?"),
        ("excludes: [one]", "excludes itself"),
        ("requires: [two, two]", "names two twice"),
        ("colour: red", "the key “colour” is not known here"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, lines: str, said: str) -> None:
    assert said in refused(tmp_path, written(f"one\n{lines}", "two\n"))


def test_an_id_that_stands_twice_is_named(tmp_path: Path) -> None:
    assert "the id one stands twice" in refused(tmp_path, written("one\n", "one\n"))


def test_what_requires_what_it_excludes_is_refused(tmp_path: Path) -> None:
    assert "which exclude each other" in refused(tmp_path, written("one\nrequires: [two]\nexcludes: [two]", "two\n"))


def test_needs_that_exclude_each_other_are_refused(tmp_path: Path) -> None:
    text = written("one\nrequires: [two, three]", "two\nexcludes: [three]", "three\n")
    assert "one: cannot be done: it needs three, two, which exclude each other" in refused(tmp_path, text)


def test_everything_wrong_is_said_at_once(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(written("one\npeople_months: -2", "two\ncolour: red", "three\n"), encoding="utf-8")
    with pytest.raises(ManyProblems) as error:
        load_catalogue(str(file))
    assert len(error.value.problems) == 2


def test_unknown_elements_get_the_nearest(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_text(written("one\nsatisfies: [{element: base.talents}]", "two\nrequires: [base.organization]"))
    packs = [load_pack(name) for name in pack_ids()]
    problems = check_names(load_catalogue(str(file)), packs, load_scenes(PACKS / "scenes-2025.yaml"), "own.yaml")
    said = "\n".join(map(str, problems))
    assert "base.talents is known to no pack; did you mean base.talent" in said
    assert "did you mean base.organisation?" in said


@pytest.mark.parametrize("name", sorted(catalogues()))
def test_the_catalogues_of_the_product_are_whole(name: str) -> None:
    catalogue = load_catalogue(name)
    packs = [load_pack(pack) for pack in pack_ids()]
    guide = load_scenes(PACKS / "scenes-2025.yaml")
    assert check_names(catalogue, packs, guide, name) == []
    assert {pack.id: without_action(catalogue, pack) for pack in packs} == {pack.id: [] for pack in packs}
    assert {goal.number for one in catalogue.actions for goal in one.of_kind("scene")} == set(range(1, 41))


def test_every_element_can_be_answered_by_evidence() -> None:
    catalogue = load_catalogue()
    shown = {goal.of for one in catalogue.actions if one.kind == "evidence" for goal in one.of_kind("element")}
    asked = {one.id for name in ("national-2024", "neimenggu-2025") for one in load_pack(name).elements
             if one.part in ("eligibility", "build", "outcome")}  # fmt: skip
    assert asked - shown == set()


def test_figures_without_a_source_are_estimates() -> None:
    assert {one.source for one in load_catalogue().actions} == {None}
    assert (CATALOGUES / "actions-2026.yaml").read_text(encoding="utf-8").count("source: estimate") > 100
