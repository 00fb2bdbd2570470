"""The maturity model of GB/T 39116 and the weights of GB/T 39117: what it holds, and which copies are refused."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from linghang.conditions.maturity import TAILORABLE, MaturityModel, load_maturity
from linghang.conditions.shelf import PACKS
from linghang.errors import BadInput

FILE = PACKS / "gbt-39116-2020.yaml"
CODES = [
    *("OS", "PS"),
    *("DA", "IN", "IS"),
    *("EQ", "NW"),
    *("PD", "PR", "PU", "PL", "PO", "EM", "WD", "SE", "EN", "LG", "SA", "CS", "PV"),
]


@pytest.fixture(scope="module")
def model() -> MaturityModel:
    return load_maturity(FILE)


@pytest.fixture(scope="module")
def text() -> str:
    return FILE.read_text(encoding="utf-8")


# --- what it holds ---


def test_it_has_20_sub_domains_in_4_elements(model: MaturityModel) -> None:
    assert [one.code for one in model.sub_domains] == CODES
    per_element = Counter(one.element for one in model.sub_domains)
    assert per_element == {"personnel": 2, "technology": 3, "resources": 2, "manufacturing": 13}
    assert set(per_element) == set(model.elements)
    assert {one.domain for one in model.sub_domains} == set(model.domains)
    assert set(TAILORABLE) < set(model.domains)


def test_it_has_219_items_each_of_a_sub_domain_and_level(model: MaturityModel) -> None:
    assert len(model.items) == len({item.code for item in model.items}) == 219
    for item in model.items:
        assert item.code.startswith(f"{item.sub_domain}.{item.level}.")
    assert {item.level for item in model.items} == {1, 2, 3, 4, 5}
    assert {item.sub_domain for item in model.items} == set(CODES)


def test_the_letters_of_the_items_of_a_cell_have_no_gap(model: MaturityModel) -> None:
    for code in CODES:
        for level in range(1, 6):
            letters = [item.code[-1] for item in model.items if (item.sub_domain, item.level) == (code, level)]
            assert letters == [*"abcdefghijklmnop"][: len(letters)]


def test_every_level_asks_something_of_the_production_domain(model: MaturityModel) -> None:
    """It cannot be left out, so that no level is ever empty."""
    production = {one.code for one in model.sub_domains if one.domain == "production"}
    assert {item.level for item in model.items if item.sub_domain in production} == {1, 2, 3, 4, 5}


@pytest.mark.parametrize("name", ["discrete", "process"])
def test_weights_add_up_to_one_and_those_of_an_element_to_its_own(name: str, model: MaturityModel) -> None:
    weights = model.weights[name]
    assert set(weights.sub_domains) == set(CODES)
    assert sum(one.value for one in weights.sub_domains.values()) == 1
    assert sum(one.value for one in weights.elements.values()) == 1
    for element, weight in weights.elements.items():
        inside = [weights.sub_domains[one.code].value for one in model.sub_domains if one.element == element]
        assert sum(inside) == weight.value, element


def test_there_are_weights_for_discrete_and_process_industries(model: MaturityModel) -> None:
    assert set(model.weights) == {"discrete", "process"}
    assert model.weights["discrete"].sub_domains["DA"].value == Decimal("0.05")
    process = model.weights["process"]
    assert process.status == "to_be_verified"
    assert {code for code in CODES if process.sub_domains[code].value == 0} == {"PD", "PV"}


def test_the_score_ranges_of_the_levels_join(model: MaturityModel) -> None:
    assert [level.level for level in model.levels] == [1, 2, 3, 4, 5]
    ends = [(str(level.score_from), str(level.score_to)) for level in model.levels]
    assert ends == [("0.8", "1.8"), ("1.8", "2.8"), ("2.8", "3.8"), ("3.8", "4.8"), ("4.8", "5.0")]
    assert [level.name.zh for level in model.levels] == ["规划级", "规范级", "集成级", "优化级", "引领级"]


def test_answers_gate_and_decisions_are_stated(model: MaturityModel) -> None:
    assert [str(answer) for answer in model.answers] == ["1", "0.8", "0.5", "0"]
    assert model.gate.value == Decimal("0.8")
    assert {name: value for name, (value, _) in model.decisions.items()} == {
        "empty-cells": "renormalise",
        "satisfied-level": "counts-one",
        "after-first-unsatisfied": "stop",
        "tailoring": "renormalise-inside-parent",
    }


def test_every_figure_and_text_says_how_sure_it_is(model: MaturityModel) -> None:
    def marks() -> Iterator[str]:
        yield model.gate.confidence
        yield from (level.confidence for level in model.levels)
        yield from (one.name_confidence for one in model.sub_domains)
        yield from (item.confidence for item in model.items)
        for weights in model.weights.values():
            yield from (one.confidence for one in (*weights.elements.values(), *weights.sub_domains.values()))

    assert set(model.marks) == {"H", "M", "L"}
    assert set(marks()) == {"H", "M", "L"}


def test_how_sure_the_items_are_is_as_the_note_says(model: MaturityModel) -> None:
    assert model.status == "partial"
    sure = Counter(item.confidence for item in model.items)
    assert (sure["H"], sure["L"]) == (2, 21)
    assert {item.confidence for item in model.items if item.evidence == "R"} == {"L"}


# --- broken copies ---

FIRST_ITEM = "  - code: OS.1.a\n"
DA = "      DA: {value: 0.05, confidence: M}\n"

BROKEN = {
    # how: (what stands there once, what stands there instead, what is said)
    "another format": ("format: linghang-maturity/1", "format: linghang-maturity/2", "this format is not known"),
    "weights above 1": (DA, DA.replace("0.05", "0.0501"), "the weights “discrete” add up to 1.0001, not to 1"),
    "weights below 1": (DA, DA.replace("0.05", "0.04"), "the weights “discrete” add up to 0.99, not to 1"),
    "element weights above 1": (
        "      personnel: {value: 0.06, confidence: H}\n",
        "      personnel: {value: 0.07, confidence: H}\n",
        "the weights “discrete” add up to 1.01, not to 1",
    ),
    "weight of no sub-domain": (DA, DA.replace("DA", "DT"), "the weights “discrete” name a sub-domain that is not in"),
    "a sub-domain without a weight": (
        "      DA: {value: 0.0506, confidence: L}\n      IN: {value: 0.0297, confidence: L}\n",
        "      DA: {value: 0.0803, confidence: L}\n",
        "the weights “process” do not name IN",
    ),
    "weight without a mark": (DA, "      DA: {value: 0.05}\n", "the key “confidence” is missing"),
    "weight with an unknown mark": (DA, DA.replace("M}", "X}"), "DA has the mark X, which is not explained"),
    "weight in words": (DA, DA.replace("0.05", "some"), "“value” must be a number, not “some”"),
    "item of no sub-domain": (FIRST_ITEM, "  - code: OX.1.a\n", "item OX.1.a belongs to no sub-domain and level"),
    "item of no level": (FIRST_ITEM, "  - code: OS.6.a\n", "item OS.6.a belongs to no sub-domain and level"),
    "item of level 0": (FIRST_ITEM, "  - code: OS.0.a\n", "item OS.0.a belongs to no sub-domain and level"),
    "code that is none": (FIRST_ITEM, "  - code: OS1a\n", "“OS1a” is not a code such as OS.1.a"),
    "code without a letter": (FIRST_ITEM, "  - code: OS.1\n", "“OS.1” is not a code such as OS.1.a"),
    "double code": (FIRST_ITEM, "  - code: OS.1.b\n", "two items have the same code"),
    "item with an unknown mark": (
        "    evidence: Q1\n    confidence: M\n",
        "    evidence: Q1\n    confidence: X\n",
        "OS.1.a has the mark X, which is not explained",
    ),
    "item with an unknown key": (FIRST_ITEM, f"{FIRST_ITEM}    weight: 2\n", "the key “weight” is not known here"),
    "gap in the ranges": (
        "    from: 1.8\n    to: 2.8\n",
        "    from: 1.9\n    to: 2.8\n",
        "the scores of levels 1",
    ),
    "overlap of the ranges": (
        "    from: 1.8\n    to: 2.8\n",
        "    from: 1.8\n    to: 2.9\n",
        "the scores of levels 2 and 3 overlap or leave a gap",
    ),
    "level left out": ("  - level: 3\n", "  - level: 4\n", "the scores of levels 2 and 4"),
    "sub-domain of no element": (
        "{code: EQ, name: {zh: 装备, en: equipment}, element: resources,",
        "{code: EQ, name: {zh: 装备, en: equipment}, element: resource,",
        "EQ: “resource” is not one of personnel, technology, resources, manufacturing",
    ),
    "sub-domain twice": (
        "{code: NW, name: {zh: 网络, en: network}",
        "{code: EQ, name: {zh: 网络, en: network}",
        "“EQ” stands twice in sub_domains",
    ),
    "name without English": ("name: {zh: 规划级, en: planning}", "name: {zh: 规划级}", "the key “en” is missing"),
    "no gate": ("  minimum: 0.8\n", "", "the key “minimum” is missing"),
    "decision that is not ours": (
        "    value: stop\n    source: platform\n",
        "    value: stop\n    source: standard\n",
        "“standard” is not one of platform",
    ),
    "status": ("\nstatus: partial\n", "\nstatus: nearly\n", "“nearly” is not one of complete, partial"),
}


@pytest.mark.parametrize(("part", "instead", "said"), BROKEN.values(), ids=BROKEN)
def test_a_broken_copy_is_refused(part: str, instead: str, said: str, text: str, tmp_path: Path) -> None:
    assert text.count(part) == 1, f"{part!r} stands {text.count(part)} times"
    path = tmp_path / "model.yaml"
    path.write_text(text.replace(part, instead), encoding="utf-8")
    with pytest.raises(BadInput) as refusal:
        load_maturity(path)
    assert said in str(refusal.value)
    assert str(refusal.value).startswith("model.yaml")


def test_a_copy_that_is_whole_is_the_same_model(model: MaturityModel, text: str, tmp_path: Path) -> None:
    path = tmp_path / "model.yaml"
    path.write_text(text, encoding="utf-8")
    assert load_maturity(path) == model
