"""`linghang packs`: list, show, check and compare, as text and as JSON."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from command_line import Linghang

from linghang.conditions.shelf import PACKS, load_pack
from linghang.usecases.packs import Difference, diff_packs

GOLDEN = Path(__file__).with_name("differences-national-2024-neimenggu-2025.tsv")
NATIONAL, NEIMENGGU = "national-2024", "neimenggu-2025"

CITY = """\
format: linghang-pack/1
id: city
base: neimenggu-2025
short: C26
title: {zh: 市级, en: city}
valid: {from: 2026-01-01, to: null}
status: partial
note: {zh: 只供检查, en: for checks only}
changes:
  - replace: advanced.scenarios
    basis: {zh: 市文件 二, en: city paper 2}
    with:
      clause: 二
      text: {zh: 先进级场景不少于 12 个, en: at least 12 scenes}
      rule: scenes_advanced >= 12
"""


def written(folder: Path, text: str, name: str = "city") -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def joined(shown: str) -> str:
    """What a table shows, without the breaks of its lines."""
    return "".join(shown.split())


# --- list ---


def test_the_list_names_all_documents_packs_of_conditions_first(linghang: Linghang) -> None:
    said = linghang("packs", "list", "--json")
    assert (said.status, said.err) == (0, "")
    assert [(one["id"], one["kind"]) for one in said.document] == [
        (NATIONAL, "conditions"),
        ("hainan-2025", "conditions"),
        ("jiangsu-2025", "conditions"),
        (NEIMENGGU, "conditions"),
        ("scenes-2025", "scenes"),
        ("gbt-39116-2020", "maturity"),
    ]
    assert {one["id"] for one in said.document} == {path.stem for path in PACKS.glob("*.yaml")}
    national = said.document[0]
    assert (national["base"], national["valid_from"], national["valid_to"]) == (None, "2024-10-01", None)
    assert national["title"]["zh"] == "智能工厂梯度培育要素条件（2024 年版）"
    assert {one["base"] for one in said.document[1:4]} == {NATIONAL}


def test_the_list_says_status_and_base(linghang: Linghang) -> None:
    out = linghang("packs", "list").out
    for name in (path.stem for path in PACKS.glob("*.yaml")):
        assert name in out
    assert out.count("on national-2024") == 3
    hainan = next(line for line in out.splitlines() if line.split()[:1] == ["hainan-2025"])
    assert hainan.split()[-1] == "partial"


# --- show ---


@pytest.mark.parametrize("pack", [NATIONAL, NEIMENGGU])
def test_a_pack_is_shown_clause_by_clause(pack: str, linghang: Linghang) -> None:
    said = linghang("packs", "show", pack)
    assert (said.status, said.err) == (0, "")
    shown = joined(said.out)
    for one in load_pack(pack).elements:
        assert one.id in shown
        assert joined(one.cited) in shown
    assert "2024-10-01toopen" in shown or "2025-01-01toopen" in shown


def test_one_level_of_a_pack_may_be_shown(linghang: Linghang) -> None:
    shown = joined(linghang("packs", "show", NATIONAL, "--level", "excellence").out)
    for one in load_pack(NATIONAL).elements:
        assert (one.id in shown) == (one.level in ("all", "excellence") or one.id == "base.maturity"), one.id
    said = linghang("packs", "show", NATIONAL, "--level", "best")
    assert said.status == 2
    assert "--level takes basic, advanced, excellence, pioneer, not “best”" in said.err


def test_a_pack_as_a_document_has_every_element_with_its_origin(linghang: Linghang) -> None:
    document = linghang("packs", "show", NEIMENGGU, "--json").document
    assert document["lineage"] == [NATIONAL, NEIMENGGU]
    elements = {(one["id"], one["level"]): one for one in document["elements"]}
    assert len(elements) == len(load_pack(NEIMENGGU).elements)
    coverage = elements["excellence.coverage", "excellence"]
    assert (coverage["force"], coverage["document"], coverage["clause"]) == ("must", "NM25", "四")
    assert coverage["origins"]["force"]["pack"] == NEIMENGGU
    assert coverage["origins"]["force"]["basis"]["zh"] == "NM25 四：应覆盖全部五个环节，无“原则上”"
    assert coverage["origins"]["rule"] == {"pack": NATIONAL, "basis": None}


def test_interpretations_are_shown_apart_from_the_text_as_ours(linghang: Linghang) -> None:
    out = linghang("packs", "show", NEIMENGGU).out
    apart = out[out.index("Interpretation (apart from the text)") :]
    for name in ("link_covered", "basic_self_rating"):
        line = next(line for line in apart.splitlines() if name in line)
        assert "ours" in line


def test_the_guide_of_scenes_is_shown_with_its_marks(linghang: Linghang) -> None:
    said = linghang("packs", "show", "scenes-2025", lang="zh")
    numbers = [line.split()[0] for line in said.out.splitlines() if line[:5].strip().isdecimal()]
    assert numbers == [str(number) for number in range(1, 41)]
    document = linghang("packs", "show", "scenes-2025", "--json").document
    assert [one["number"] for one in document["scenes"]] == list(range(1, 41))
    for meaning in document["marks"].values():
        assert joined(meaning["zh"]) in joined(said.out)


def test_the_maturity_model_is_shown_with_weights_levels_and_items(
    linghang: Linghang, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "500")  # so that no line is broken
    document = linghang("packs", "show", "gbt-39116-2020", "--json").document
    shown = joined(linghang("packs", "show", "gbt-39116-2020").out)
    assert len(document["sub_domains"]) == 20
    assert len(document["items"]) == 219
    for item in document["items"]:
        assert joined(item["text"]["en"]) in shown, item["code"]
    for one in document["sub_domains"]:
        assert joined(one["code"] + one["name"]["en"]) in shown
    assert document["weights"]["discrete"]["sub_domains"]["DA"] == {"value": "0.05", "confidence": "M"}


def test_only_packs_of_conditions_have_levels(linghang: Linghang) -> None:
    for name in ("scenes-2025", "gbt-39116-2020"):
        said = linghang("packs", "show", name, "--level", "basic")
        assert (said.status, said.out) == (2, "")
        assert said.refusals == ["only packs of conditions have levels to choose from"]


def test_a_pack_that_is_not_there_is_refused_with_what_is_near(linghang: Linghang) -> None:
    for command in ("show", "check"):
        said = linghang("packs", command, "neimengu-2025")
        assert said.status == 2
        assert "there is no pack neimengu-2025; did you mean neimenggu-2025" in said.out + said.err
        assert str(PACKS) not in said.out + said.err, "where the product is installed is no concern of the reader"


# --- check ---


def test_everything_on_the_shelf_is_whole(linghang: Linghang) -> None:
    said = linghang("packs", "check")
    assert (said.status, said.err) == (0, "")
    assert sorted(said.out.splitlines()) == sorted(f"✓ {path.name}" for path in PACKS.glob("*.yaml"))
    document = linghang("packs", "check", "--json").document
    assert all(one["problems"] == [] for one in document)
    assert len(document) == len(said.out.splitlines())


def test_an_overlay_whose_base_lies_beside_it_is_checked_and_shown(linghang: Linghang, tmp_path: Path) -> None:
    city = written(tmp_path, CITY)
    quarter = written(
        tmp_path,
        CITY.replace("id: city", "id: quarter")
        .replace("base: neimenggu-2025", "base: city")
        .replace("12", "14")
        .replace("市文件", "区文件"),
        "quarter",
    )
    said = linghang("packs", "check", city, quarter)
    assert (said.status, said.out.splitlines()) == (0, [f"✓ {city}", f"✓ {quarter}"])
    document = linghang("packs", "show", quarter, "--json").document
    assert document["lineage"] == [NATIONAL, NEIMENGGU, "city", "quarter"]
    (element,) = (one for one in document["elements"] if one["id"] == "advanced.scenarios")
    assert element["rules"][0]["source"] == "scenes_advanced >= 14"
    assert element["origins"]["rule"]["basis"]["zh"] == "区文件 二"


BROKEN = {
    # how: (part of the file, what stands there instead, line, what is said of what)
    "a rule that reads nothing": ("scenes_advanced >= 12", "scenes_advance >= 12", 13, "advanced.scenarios (C26 二): "),
    "a rule that is no rule": ("scenes_advanced >= 12", "scenes_advanced >=", 15, "advanced.scenarios (C26 二): "),
    "a change of nothing": ("replace: advanced.scenarios", "replace: advanced.scenario", 10, "advanced.scenario: "),
    "a change without a basis": ("    basis: {zh: 市文件 二, en: city paper 2}\n", "", 10, "advanced.scenarios: "),
    "a key that is not known": (
        "      clause: 二\n",
        "      clause: 二\n      colour: red\n",
        14,
        "advanced.scenarios",
    ),
}


@pytest.mark.parametrize(("part", "instead", "line", "subject"), BROKEN.values(), ids=BROKEN)
def test_a_broken_pack_fails_with_file_line_element_and_clause(
    part: str, instead: str, line: int, subject: str, linghang: Linghang, tmp_path: Path
) -> None:
    assert CITY.count(part) == 1
    path = written(tmp_path, CITY.replace(part, instead))
    said = linghang("packs", "check", NATIONAL, path)
    assert said.status == 2
    whole, broken, problem = said.out.splitlines()
    assert (whole, broken) == ("✓ national-2024.yaml", f"✗ {path}")
    place = problem.strip().removeprefix(f"{path}:")
    assert place != problem.strip()
    number, _, rest = place.partition(": ")
    assert int(number) == line
    assert rest.startswith(subject)

    document = linghang("packs", "check", NATIONAL, path, "--json")
    assert document.status == 2
    assert document.document == [
        {"file": "national-2024.yaml", "problems": []},
        {"file": str(path), "problems": [problem.strip()]},
    ]


def test_all_problems_of_a_pack_are_named_at_once(linghang: Linghang, tmp_path: Path) -> None:
    second = CITY[CITY.index("  - replace") :].replace("advanced", "excellence")
    path = written(tmp_path, (CITY + second).replace(">= 12", ">= nothing_known"))
    said = linghang("packs", "check", path)
    assert said.status == 2
    assert len(said.out.splitlines()) == 3
    for name in ("advanced.scenarios", "excellence.scenarios"):
        assert name in said.out


def test_a_file_that_is_no_document_of_ours_fails_the_check(linghang: Linghang, tmp_path: Path) -> None:
    for text in ("", "a: 1\n", "format: linghang-pack/9\n", "[1\n"):
        path = written(tmp_path, text)
        said = linghang("packs", "check", path)
        assert said.status == 2
        assert said.out.splitlines()[0] == f"✗ {path}"
        assert len(said.out.splitlines()) == 2


# --- compare ---


def rows_of(found: Sequence[Difference]) -> list[list[str]]:
    """One line a difference, as the golden file has them."""
    return [
        [
            one.change,
            one.section,
            one.id,
            one.cited,
            "; ".join(f"{name}: {said(one.before.get(name))} → {said(now)}" for name, now in one.after.items())
            if one.change == "changed"
            else said((one.before or one.after).get("text", (one.before or one.after).get("title"))),
            one.origin.pack if one.origin else "",
            one.origin.basis.zh if one.origin and one.origin.basis else "",
        ]
        for one in found
    ]


def said(value: Any) -> str:
    return getattr(value, "zh", str(value))


def test_what_the_documents_ask_differs_as_it_was_read_from_them() -> None:
    differences = [one for one in diff_packs(NATIONAL, NEIMENGGU) if one.section in ("elements", "indicators")]
    found = ["\t".join(row) for row in rows_of(differences)]
    assert found == GOLDEN.read_text(encoding="utf-8").splitlines()


def test_every_change_of_the_overlay_is_one_difference_with_its_basis() -> None:
    overlay = yaml.safe_load((PACKS / f"{NEIMENGGU}.yaml").read_text(encoding="utf-8"))
    changes = {"add": "added", "remove": "removed", "replace": "changed"}
    stated = Counter(
        (changes[verb], one[verb].partition("@")[0], one["basis"]["zh"])
        for one in overlay["changes"]
        for verb in changes.keys() & one.keys()
    )
    found = diff_packs(NATIONAL, NEIMENGGU)
    told = Counter((one.change, one.id.partition("@")[0], one.origin.basis.zh) for one in found if one.origin)
    assert told == stated
    assert len(found) == len(overlay["changes"])


def test_the_difference_as_a_document_has_before_after_and_origin(linghang: Linghang) -> None:
    found = linghang("packs", "diff", NATIONAL, NEIMENGGU, "--json")
    assert (found.status, found.err) == (0, "")
    by_id = {one["id"]: one for one in found.document}
    coverage = by_id["excellence.coverage@excellence"]
    assert coverage["change"] == "changed"
    assert (coverage["before"]["force"], coverage["after"]["force"]) == ("should", "must")
    assert coverage["origin"] == {
        "pack": NEIMENGGU,
        "basis": {
            "zh": "NM25 四：应覆盖全部五个环节，无“原则上”",
            "en": "NM25 四: all five links, without “in principle”",
        },
    }
    removed = by_id["base.talent@all"]
    assert (removed["change"], removed["after"]) == ("removed", {})
    assert removed["origin"]["basis"]["zh"] == "NM25 一.4 只要求组织机制，无人才一项"


def test_the_difference_in_the_terminal_names_every_entry_and_counts(linghang: Linghang) -> None:
    out = linghang("packs", "diff", NATIONAL, NEIMENGGU).out
    found = diff_packs(NATIONAL, NEIMENGGU)
    first_column = "".join(line[6:42].strip() for line in out.splitlines())
    for one in found:
        assert one.id.removesuffix("@all") in first_column
    counts = Counter(one.change for one in found)
    last = f"{counts['added']} added, {counts['removed']} removed, {counts['changed']} changed"
    assert out.splitlines()[-1] == last


def test_the_other_way_round_what_was_added_is_removed(linghang: Linghang) -> None:
    there, back = diff_packs(NATIONAL, NEIMENGGU), diff_packs(NEIMENGGU, NATIONAL)
    turned = {"added": "removed", "removed": "added", "changed": "changed"}
    assert {(turned[one.change], one.id) for one in there} == {(one.change, one.id) for one in back}
    changed = {one.id: one for one in back if one.change == "changed"}
    for one in there:
        if one.change == "changed":
            assert {**one.before} == {name: changed[one.id].after.get(name) for name in one.before}


def test_a_pack_does_not_differ_from_itself(linghang: Linghang, tmp_path: Path) -> None:
    assert diff_packs(NEIMENGGU, NEIMENGGU) == []
    said = linghang("packs", "diff", NATIONAL, NATIONAL)
    assert (said.status, said.out) == (0, "national-2024 and national-2024 ask the same.\n")
    assert json.loads(linghang("packs", "diff", NATIONAL, NATIONAL, "--json").out) == []


def test_files_of_ones_own_are_compared_by_path(linghang: Linghang, tmp_path: Path) -> None:
    city = written(tmp_path, CITY)
    (only,) = linghang("packs", "diff", NEIMENGGU, city, "--json").document
    assert (only["id"], only["change"]) == ("advanced.scenarios@advanced", "changed")
    assert only["after"]["rule"] == "scenes_advanced >= 12"
    assert only["origin"] == {"pack": "city", "basis": {"zh": "市文件 二", "en": "city paper 2"}}


def test_only_packs_of_conditions_are_compared(linghang: Linghang) -> None:
    for names in ((NATIONAL, "scenes-2025"), ("gbt-39116-2020", NATIONAL), (NATIONAL, "nothing")):
        said = linghang("packs", "diff", *names)
        assert (said.status, said.out) == (2, "")
        assert len(said.refusals) == 1
