"""The packs that come with the product, held against the table of elements that was read from the documents."""

import csv
import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

import linghang
from linghang.conditions.document import read_file
from linghang.conditions.model import Element, Origin, Pack
from linghang.conditions.rules import Compare, Covers, Literally, Name, names, walk
from linghang.conditions.shelf import PACKS, load_pack, pack_ids, sources_of
from linghang.words import Text

NATIONAL, NEIMENGGU, JIANGSU, HAINAN = "national-2024", "neimenggu-2025", "jiangsu-2025", "hainan-2025"
SHORT = {"N24": NATIONAL, "NM25": NEIMENGGU}
LEVELS = ("basic", "advanced", "excellence", "pioneer")
SUB_LINKS = {
    "工厂建设": ["工厂建设", "信息基础设施"],
    "研发设计": ["产品设计", "工艺设计"],
    "生产作业": ["生产作业", "质量管控", "设备管理"],
    "生产管理": ["计划调度", "仓储物流", "安全管控", "能碳管理", "环保管理"],
    "运营管理": ["营销与售后", "供应链管理"],
}
"""Notes 1 to 5 of the national document."""

Row = dict[str, str]


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    """The table of elements; it lies beside the repository, or where LINGHANG_SHARED says."""
    shared = Path(os.environ.get("LINGHANG_SHARED") or Path(__file__).parents[3] / "shared")
    path = shared / "criteria" / "elements.tsv"
    if not path.is_file():
        pytest.skip(f"the table of elements is not at {path}; LINGHANG_SHARED may name its folder")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def rows_of(rows: list[Row], short: str) -> list[Row]:
    return [row for row in rows if short in row["pack"].split("+")]


def by_key(pack: str) -> dict[str, Element]:
    return {element.key: element for element in load_pack(pack).elements}


def test_four_packs_come_with_the_product() -> None:
    assert set(pack_ids()) == {NATIONAL, NEIMENGGU, JIANGSU, HAINAN}
    assert {load_pack(name).id for name in pack_ids()} == set(pack_ids())


@pytest.mark.parametrize("short", SHORT)
def test_every_element_of_the_table_is_in_its_pack_as_the_table_says(short: str, rows: list[Row]) -> None:
    found = by_key(SHORT[short])
    for row in rows_of(rows, short):
        element = found[f"{row['id']}@{row['level']}"]
        assert (element.document, element.clause) == (short, row["clause"]), row
        assert (element.level, element.part, element.kind) == (row["level"], row["section"], row["kind"]), row
        assert (element.link or "") == row["link"], row


@pytest.mark.parametrize("short", SHORT)
def test_no_pack_holds_an_element_that_is_not_in_the_table(short: str, rows: list[Row]) -> None:
    assert sorted(by_key(SHORT[short])) == sorted(f"{row['id']}@{row['level']}" for row in rows_of(rows, short))


def test_the_table_names_no_third_pack(rows: list[Row]) -> None:
    assert {short for row in rows for short in row["pack"].split("+")} == set(SHORT)
    assert Counter(row["section"] for row in rows_of(rows, "N24"))["outcome"] == 11


@pytest.mark.parametrize("short", SHORT)
def test_coverage_requires_the_links_that_the_text_names(short: str, rows: list[Row]) -> None:
    pack = load_pack(SHORT[short])
    found = by_key(SHORT[short])
    required = {}
    for row in (row for row in rows_of(rows, short) if row["section"] == "coverage"):
        named = [link for link in pack.links if "全部五个环节" in row["term_zh"] or link.title.zh in row["term_zh"]]
        (rule,) = found[f"{row['id']}@{row['level']}"].rules
        assert isinstance(rule.node, Covers)
        assert rule.node.links == tuple(link.id for link in named)
        required[row["level"]] = len(named)
    assert required == {"basic": 1, "advanced": 3, "excellence": 5, "pioneer": 5}


@pytest.mark.parametrize("short", SHORT)
def test_the_maturity_floor_is_the_one_that_the_text_names(short: str, rows: list[Row]) -> None:
    found = by_key(SHORT[short])
    floors: dict[str, Decimal | str] = {}
    for row in (row for row in rows_of(rows, short) if row["section"] == "maturity"):
        number = re.search(r"≥ ([一二三四五])级", row["term_zh"])
        (rule,) = found[f"{row['id']}@{row['level']}"].rules
        floor = floors[row["level"]] = figure(rule.node, "maturity_level")
        assert floor == (Decimal("一二三四五".index(number[1]) + 1) if number else "interpretation.basic_self_rating")
    national = {"basic": Decimal(2), "advanced": Decimal(2), "excellence": Decimal(3), "pioneer": Decimal(4)}
    assert floors == national | ({} if short == "N24" else {"basic": "interpretation.basic_self_rating"})


def test_where_neimenggu_gives_no_number_ours_stands_apart_from_the_text() -> None:
    (ours,) = (one for one in load_pack(NEIMENGGU).interpretations if one.id == "basic_self_rating")
    assert (ours.value, ours.source) == (Decimal(1), "platform")


def test_the_scene_counts_are_those_that_the_text_names(rows: list[Row]) -> None:
    found = by_key(NEIMENGGU)
    counts = {}
    for row in (row for row in rows if row["section"] == "scenario_count"):
        (rule,) = found[f"{row['id']}@{row['level']}"].rules
        count = counts[row["level"]] = figure(rule.node, f"scenes_{row['level']}")
        assert count == Decimal(re.findall(r"≥ (\d+)", row["term_zh"])[0])
    assert counts == {"basic": 5, "advanced": 10, "excellence": 16, "pioneer": 20}
    assert not [element for element in load_pack(NATIONAL).elements if element.part == "scenario_count"]


def figure(node: object, field: str) -> Decimal | str:
    """Return what `field` has to reach, of a rule `field >= figure`."""
    assert isinstance(node, Compare)
    assert (node.left, node.operator) == (Name(field), ">=")
    assert isinstance(node.right, Literally | Name)
    value = node.right.name if isinstance(node.right, Name) else node.right.value
    assert isinstance(value, Decimal | str)
    return value


@pytest.mark.parametrize("pack", [NATIONAL, NEIMENGGU, JIANGSU, HAINAN])
def test_every_other_rule_is_what_was_found_for_the_element(pack: str) -> None:
    plain = [element for element in load_pack(pack).elements if element.part in ("eligibility", "build", "outcome")]
    assert {rule.source for element in plain for rule in element.rules} == {"found"}


def test_in_principle_all_links_nationally_and_all_links_in_neimenggu() -> None:
    should = {pack: [one.key for one in load_pack(pack).elements if one.force == "should"] for pack in pack_ids()}
    coverage = ["excellence.coverage@excellence"]
    assert should == {NATIONAL: coverage, JIANGSU: coverage, HAINAN: coverage, NEIMENGGU: []}
    assert by_key(NEIMENGGU)["excellence.coverage@excellence"].force == "must"


@pytest.mark.parametrize("pack", [NATIONAL, NEIMENGGU, JIANGSU, HAINAN])
def test_four_levels_and_five_links_of_14_sub_links(pack: str) -> None:
    found = load_pack(pack)
    assert found.level_ids == LEVELS
    assert [level.title.zh for level in found.levels] == ["基础级", "先进级", "卓越级", "领航级"]
    assert {link.title.zh: [sub.title.zh for sub in link.sub_links] for link in found.links} == SUB_LINKS
    assert [link.clause for link in found.links] == [f"注 {number}" for number in range(1, 6)]
    assert len({sub.id for link in found.links for sub in link.sub_links}) == 14


def test_the_annex_has_20_indicators_nationally_and_none_in_neimenggu() -> None:
    found = {pack: load_pack(pack).indicators for pack in pack_ids()}
    assert [one.number for one in found[NATIONAL]] == list(range(1, 21))
    assert len({one.id for one in found[NATIONAL]}) == 20
    assert Counter(one.group.zh for one in found[NATIONAL]) == {
        "能力提升类": 4,
        "价值效益类": 2,
        "生产运营效率类": 9,
        "可持续发展类": 4,
        "推广应用类": 1,
    }
    assert found[NEIMENGGU] == ()
    assert found[JIANGSU] == found[HAINAN] == found[NATIONAL]


# Overlays


def test_neimenggu_keeps_the_origin_of_every_value() -> None:
    pack = load_pack(NEIMENGGU)
    assert pack.lineage == (NATIONAL, NEIMENGGU)
    for element in pack.elements:
        stated = {"id", "clause", "part", "kind", "force", "text", "rule"}
        stated |= {"level"} if element.level != "all" else set()
        stated |= {"link"} if element.part == "build" else set()
        assert element.origins.keys() == stated, element.key
        for name, origin in element.origins.items():
            assert origin.pack in pack.lineage, (element.key, name)
            assert (origin.basis is None) == (origin.pack == NATIONAL), (element.key, name)
    for interpretation in pack.interpretations:
        assert {"value", "source", "text"} <= interpretation.origins.keys()


def test_what_neimenggu_changed_and_nothing_else_carries_its_basis() -> None:
    found = by_key(NEIMENGGU)
    stated: dict[str, dict[str, Text]] = {}
    for change in read_file(PACKS / f"{NEIMENGGU}.yaml")["changes"]:
        if change.get("in", "elements") == "elements" and "remove" not in change:
            names = set(change["with"]) | ({"id"} if "add" in change else set())
            key = next(key for key in found if change.get("add", change.get("replace")) in (key, key.partition("@")[0]))
            stated[key] = dict.fromkeys(names, Text(**change["basis"]))
    based = {
        key: {name: origin.basis for name, origin in element.origins.items() if origin.basis}
        for key, element in found.items()
    }
    assert {key: origins for key, origins in based.items() if origins} == stated
    assert all(basis.zh.startswith("NM25") for origins in stated.values() for basis in origins.values())


def test_every_removal_of_neimenggu_names_its_basis(rows: list[Row]) -> None:
    removed = {
        change["remove"]: change["basis"]["zh"]
        for change in read_file(PACKS / f"{NEIMENGGU}.yaml")["changes"]
        if "remove" in change and change.get("in", "elements") == "elements"
    }
    gone = {row["id"] for row in rows_of(rows, "N24")} - {row["id"] for row in rows_of(rows, "NM25")}
    assert removed.keys() == gone
    assert all(basis.startswith("NM25") for basis in removed.values())


def test_who_is_cited() -> None:
    assert {element.document for element in load_pack(NATIONAL).elements} == {"N24"}
    assert {element.document for element in load_pack(NEIMENGGU).elements} == {"NM25"}
    jiangsu, hainan = by_key(JIANGSU), by_key(HAINAN)
    assert {key for key, one in jiangsu.items() if one.document != "N24"} == {"advanced.scenarios@advanced"}
    assert jiangsu["advanced.scenarios@advanced"].cited == "JS25 先进级·场景数"
    assert {key for key, one in hainan.items() if one.document != "N24"} == {
        "base.above-scale@all",
        "base.maturity@basic",
    }


DIFFERENCES = {
    JIANGSU: {"advanced.scenarios@advanced"},
    HAINAN: {"base.above-scale@all", "base.maturity@basic"},
}


@pytest.mark.parametrize("pack", DIFFERENCES)
def test_a_partial_pack_differs_only_in_what_its_file_states(pack: str) -> None:
    national, found = load_pack(NATIONAL), load_pack(pack)
    assert (national.status, found.status) == ("complete", "partial")
    assert found.note
    assert found.note.zh
    before, after = by_key(NATIONAL), by_key(pack)
    assert {key for key in before | after if timeless(before.get(key)) != timeless(after.get(key))} == DIFFERENCES[pack]
    assert [key for key in after if key in before] == list(before)
    for section in ("levels", "links", "interpretations", "fields", "tables", "indicators"):
        assert getattr(found, section) == getattr(national, section)
    changed = {key for key, one in after.items() if any(origin.basis for origin in one.origins.values())}
    assert changed == DIFFERENCES[pack]


def timeless(element: Element | None) -> Element | None:
    """Leave out the dates of an element's rules: they are the pack's own."""
    day = load_pack(NATIONAL).valid_from
    return element and replace(
        element, rules=tuple(rule.__class__(rule.source, rule.node, day, None) for rule in element.rules)
    )


def test_jiangsu_counts_15_scenes_and_hainan_begins_at_maturity_1() -> None:
    (rule,) = by_key(JIANGSU)["advanced.scenarios@advanced"].rules
    assert figure(rule.node, "scenes_advanced") == 15
    (rule,) = by_key(HAINAN)["base.maturity@basic"].rules
    assert figure(rule.node, "maturity_level") == 1
    assert by_key(HAINAN)["base.maturity@basic"].origins["level"] == Origin(NATIONAL)


@pytest.mark.parametrize("pack", [NATIONAL, NEIMENGGU, JIANGSU, HAINAN])
def test_the_digest_is_that_of_the_files(pack: str) -> None:
    files = [PACKS / f"{name}.yaml" for name in load_pack(pack).lineage]
    digests = "".join(hashlib.sha256(file.read_bytes()).hexdigest() for file in files)
    assert load_pack(pack).digest == hashlib.sha256(digests.encode()).hexdigest()
    assert [source.file for source in sources_of(files[-1])] == [file.name for file in files]


# Texts and figures

CHINESE = re.compile(r"[\u4e00-\u9fff]")
CITED = re.compile(r"\([\u4e00-\u9fff]+\)|(?:N24|NM25) [一二三四五](?:\.\d)?")
"""What an English text may quote: a term of the document in brackets, and the number of a clause."""


@cache
def texts_of(pack: str) -> tuple[tuple[str, Text], ...]:
    """Every text of a pack with the name of what it belongs to."""
    found = load_pack(pack)

    def texts() -> Iterator[tuple[str, Text | None]]:
        yield from (("title", found.title), ("note", found.note))
        for level in found.levels:
            yield from ((level.id, level.title), (level.id, level.aim))
        for link in found.links:
            yield link.id, link.title
            yield from ((sub.id, sub.title) for sub in link.sub_links)
        for one in (*found.elements, *found.interpretations, *found.fields, *found.tables):
            yield one.id, one.text
        for one in (*found.elements, *found.interpretations):
            yield from ((one.id, origin.basis) for origin in one.origins.values())
        for indicator in found.indicators:
            yield from ((indicator.id, indicator.group), (indicator.id, indicator.title))

    return tuple((name, text) for name, text in texts() if text is not None)


@pytest.mark.parametrize("pack", [NATIONAL, NEIMENGGU, JIANGSU, HAINAN])
def test_every_text_is_chinese_in_chinese_and_english_in_english(pack: str) -> None:
    assert len(texts_of(pack)) > 100
    for name, text in texts_of(pack):
        assert CHINESE.search(text.zh), (name, text.zh)
        assert re.search("[A-Za-z]", text.en), (name, text.en)
        assert not CHINESE.search(CITED.sub("", text.en)), (name, text.en)
        assert text == Text(text.zh.strip(), text.en.strip()), name


@pytest.mark.parametrize("pack", [NATIONAL, NEIMENGGU, JIANGSU, HAINAN])
def test_no_figure_stands_in_a_rule_that_no_document_gives(pack: str) -> None:
    found = load_pack(pack)
    allowed = {
        NATIONAL: {"maturity_level": {2, 3, 4}},
        NEIMENGGU: {
            "maturity_level": {2, 3, 4},
            "scenes_basic": {5},
            "scenes_advanced": {10},
            "scenes_excellence": {16},
            "scenes_pioneer": {20},
        },
        JIANGSU: {"maturity_level": {2, 3, 4}, "scenes_advanced": {15}},
        HAINAN: {"maturity_level": {1, 2, 3, 4}},
    }[pack]
    figures: dict[str, set[Decimal]] = {}
    for element in found.elements:
        for rule in element.rules:
            for node in walk(rule.node):
                if isinstance(node, Compare) and isinstance(node.left, Name) and isinstance(node.right, Literally):
                    assert isinstance(node.right.value, Decimal)
                    figures.setdefault(node.left.name, set()).add(node.right.value)
    assert figures == allowed
    assert found.tables == ()
    assert found.fields == ()
    read = {
        name.removeprefix("interpretation.") for name in _names_in_rules(found) if name.startswith("interpretation.")
    }
    assert read == ({"basic_self_rating"} if pack == NEIMENGGU else set())


def test_the_threshold_tables_that_circulate_stand_nowhere() -> None:
    """No text joins the numerical control rate, or another indicator of the annex, to 50, 70, 90 or 95 %."""
    names = {one.title.zh for one in load_pack(NATIONAL).indicators} | {"数控化率", "numerically controlled"}
    threshold = re.compile(r"(?<![\d.])(?:50|70|90|95)(?:\.0+)?\s*(?:%|％|percent|以上|\b)")
    files = [path for path in Path(linghang.__file__).parent.rglob("*") if path.suffix in (".py", ".yaml", ".po")]
    assert len(files) > 20
    read = 0
    for path in files:
        for line in path.read_text(encoding="utf-8").splitlines():
            if any(name in line for name in names):
                read += 1
                assert not threshold.search(line), (path.name, line)
    assert read >= 20


def _names_in_rules(pack: Pack) -> set[str]:
    return {name for element in pack.elements for rule in element.rules for name in names(rule.node)}
