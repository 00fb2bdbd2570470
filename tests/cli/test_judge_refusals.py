"""`linghang judge` with bad input: exit status 2, and a line for every problem that names file and line."""

from pathlib import Path
from textwrap import dedent

import pytest
from command_line import EXAMPLE, Linghang

HEAD = "pack: national-2024\nas_of: 2026-06-30\n"

REFUSED = {
    # what is wrong: (the case, the line that is named, what is said)
    "unknown id": (
        HEAD + "findings:\n  base.talents: {finding: met}\n",
        4,
        "pack national-2024 has no element base.talents; did you mean base.talent",
    ),
    "finding of maturity": (
        HEAD + "findings:\n  base.maturity: {finding: met}\n",
        4,
        "the finding of base.maturity is derived and cannot be stated; state “maturity: {level: …}”",
    ),
    "finding of coverage": (
        HEAD + "findings:\n  basic.coverage: {finding: met}\n",
        4,
        "the finding of basic.coverage is derived and cannot be stated; state the elements of its links",
    ),
    "finding of a scene count": (
        "pack: neimenggu-2025\nas_of: 2026-06-30\nfindings:\n  basic.scenarios: {finding: met}\n",
        4,
        "the finding of basic.scenarios is derived and cannot be stated; state “scenes: {count: …}”",
    ),
    "waiver of a must": (
        HEAD + "waivers:\n  basic.coverage: too hard\n",
        4,
        "basic.coverage is a must and cannot be waived; only a should can (here: excellence.coverage)",
    ),
    "waiver of nothing": (
        HEAD + "waivers:\n  excellence.covered: too hard\n",
        4,
        "pack national-2024 has no element excellence.covered; did you mean excellence.coverage",
    ),
    "waiver without a reason": (HEAD + "waivers:\n  excellence.coverage: ''\n", 4, "“excellence.coverage” is empty"),
    "waiver where there is no should": (
        "pack: neimenggu-2025\nas_of: 2026-06-30\nwaivers:\n  excellence.coverage: too hard\n",
        4,
        "excellence.coverage is a must and cannot be waived",
    ),
    "not applicable without a reason": (
        HEAD + "findings:\n  base.talent: {finding: not_applicable}\n",
        4,
        "base.talent: not_applicable needs a written reason",
    ),
    "finding that is none": (
        HEAD + "findings:\n  base.talent: {finding: good}\n",
        4,
        "base.talent: “good” is not one of met, unmet, unknown, not_applicable",
    ),
    "proof that is none": (
        HEAD + "findings:\n  base.talent:\n    finding: met\n    proof: seen\n",
        6,
        "base.talent: “seen” is not one of",
    ),
    "finding that is missing": (HEAD + "findings:\n  base.talent: {}\n", 4, "the key “finding” is missing"),
    "date that does not exist": ("pack: national-2024\nas_of: 2026-02-30\n", 2, "“2026-02-30” is not a date"),
    "date that is none": ("pack: national-2024\nas_of: soon\n", 2, "“as_of” must be a date such as 2026-06-30"),
    "day before the pack is in force": (
        "as_of: 2024-09-30\npack: national-2024\n",
        2,
        "pack national-2024 is in force from 2024-10-01 to …, not on 2024-09-30",
    ),
    "no pack": ("as_of: 2026-06-30\n", 1, "names no pack; add “pack: national-2024”, or choose one with --pack"),
    "pack that is not there": (
        "as_of: 2026-06-30\npack: national-2042\n",
        2,
        "there is no pack national-2042; did you mean national-2024",
    ),
    "pack that is no pack of conditions": (
        "as_of: 2026-06-30\npack: 2024\n",
        2,
        "“pack” must be text, not “2024”",
    ),
    "maturity out of range": (HEAD + "maturity: {level: 6}\n", 3, "a maturity level lies between 0 and 5, not 6"),
    "maturity in halves": (HEAD + "maturity: {level: 2.5}\n", 3, "“level” must be a whole number, not “2.5”"),
    "scenes of no level": (
        HEAD + "scenes:\n  count: {basics: 5}\n",
        4,
        "there is no level basics; did you mean basic",
    ),
    "negative scenes": (HEAD + "scenes:\n  count:\n    basic: -1\n", 5, "a number of scenes cannot be negative (-1)"),
    "fact that the pack does not have": (
        HEAD + "facts:\n  energy: {value: 1}\n",
        4,
        "pack national-2024 has no field energy",
    ),
    "key that is not known": (HEAD + "finding: {}\n", 3, "the key “finding” is not known here; did you mean findings"),
    "key twice": (HEAD + "as_of: 2026-07-01\n", 3, "has the key “as_of” twice"),
    "alias": (HEAD + "maturity: &m {level: 2}\nscenes: *m\n", 3, "uses a YAML anchor (&m); remove it"),
    "tag": (HEAD + "maturity: !!python/name:os.system x\n", 3, "uses a YAML tag"),
    "list that does not end": (HEAD + "findings: [1,\n", 4, "is not YAML: "),
    "no keys": ("- national-2024\n", 1, "must hold keys and values"),
}


@pytest.mark.parametrize(("text", "line", "words"), REFUSED.values(), ids=REFUSED)
def test_a_case_that_cannot_be_used_is_refused_with_file_and_line(
    text: str, line: int, words: str, linghang: Linghang, tmp_path: Path
) -> None:
    path = tmp_path / "case.yaml"
    path.write_text(text, encoding="utf-8")
    for shown in ((), ("--json",)):
        said = linghang("judge", path, *shown)
        assert (said.status, said.out) == (2, "")
        (refusal,) = said.refusals
        assert refusal.startswith(f"{path}:{line}: "), refusal
        assert words in refusal


def test_a_file_that_cannot_be_read_is_refused_by_its_name(linghang: Linghang, tmp_path: Path) -> None:
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "empty.yaml").write_bytes(b"")
    for name, words in {
        "nowhere.yaml": "there is no file",
        "binary.yaml": "is not UTF-8 text",
        "empty.yaml": "is empty",
        ".": "this is a folder; a YAML file is needed",
    }.items():
        said = linghang("judge", tmp_path / name)
        (refusal,) = said.refusals
        assert (said.status, said.out) == (2, "")
        assert words in refusal
        assert str(tmp_path / name) in refusal


def test_all_problems_of_a_case_are_named_at_once(linghang: Linghang, tmp_path: Path) -> None:
    path = tmp_path / "case.yaml"
    path.write_text(
        dedent("""\
            pack: national-2024
            as_of: 2026-06-30
            findings:
              base.talents: {finding: met}
              base.talent: {finding: good}
              base.law-abiding: {finding: not_applicable}
              base.maturity: {finding: met}
            maturity: {level: 9}
            scenes:
              count: {basic: -1, advance: 3}
            waivers: {basic.coverage: no}
            remark: a new line
            """),
        encoding="utf-8",
    )
    said = linghang("judge", path, "--json")
    assert (said.status, said.out) == (2, "")
    lines = [int(refusal.removeprefix(f"{path}:").partition(":")[0]) for refusal in said.refusals]
    assert sorted(lines) == [4, 5, 6, 7, 8, 10, 10, 11, 12]


OPTIONS = {
    "pack that is not there": (("--pack", "national-2042"), "there is no pack national-2042; did you mean"),
    "pack file that is not there": (("--pack", "nowhere.yaml"), "there is no file nowhere.yaml"),
    "day before the pack": (("--as-of", "2024-09-30"), "in force from 2024-10-01 to …, not on 2024-09-30"),
    "day that does not exist": (("--as-of", "2026-02-30"), "“2026-02-30” is not a date of the calendar"),
    "day in other words": (("--as-of", "30.06.2026"), "“30.06.2026” is not a date of the calendar"),
    "floor": (("--floor", "seen"), "--floor takes declared, documented, measured, not “seen”"),
    "level": (("--level", "best"), "--level takes basic, advanced, excellence, pioneer, not “best”"),
    "level of a document for programs": (("--json", "--level", "best"), "--level takes basic, advanced"),
    "interpretation without a value": (("--interpretation", "link_covered"), "--interpretation takes NAME=VALUE"),
    "interpretation of no name": (("--interpretation", "=all"), "--interpretation takes NAME=VALUE"),
    "interpretation that is not there": (
        ("--interpretation", "link=all"),
        "pack national-2024 has no interpretation link; ",
    ),
    "interpretation with a wrong choice": (
        ("--interpretation", "link_covered=some"),
        "“some” is not one of all, majority, any",
    ),
    "interpretation of another type": (("--interpretation", "link_covered=3"), "“3” is not one of all, majority, any"),
    "option that is not there": (("--packs", "x"), "there is no option --packs; did you mean --pack"),
    "option without a value": (("--as-of",), "--as-of needs a value (see linghang"),
    "two cases": (("other.yaml",), "“other.yaml” is one argument too many (see linghang judge --help)"),
}


@pytest.mark.parametrize(("options", "words"), OPTIONS.values(), ids=OPTIONS)
def test_an_option_that_cannot_be_used_is_refused(options: tuple[str, ...], words: str, linghang: Linghang) -> None:
    said = linghang("judge", EXAMPLE, *options)
    assert (said.status, said.out) == (2, "")
    (refusal,) = said.refusals
    assert words in refusal


def test_a_command_that_is_not_there_or_not_whole_is_refused(linghang: Linghang) -> None:
    for arguments, words in {
        ("judges",): "there is no command judges",
        ("judge",): "CASE.yaml",
        ("packs", "lists"): "there is no command lists",
        ("batch", "in.parquet"): "is missing (see linghang batch --help)",
    }.items():
        said = linghang(*arguments)
        assert (said.status, said.out) == (2, "")
        (refusal,) = said.refusals
        assert words in refusal


@pytest.mark.parametrize("arguments", [(), ("packs",)], ids=["linghang", "linghang packs"])
def test_without_a_command_the_help_is_shown(arguments: tuple[str, ...], linghang: Linghang) -> None:
    said = linghang(*arguments)
    assert said.status == 2
    assert "Usage: linghang" in said.out
    assert said.err == ""


def test_a_broken_pack_is_refused_with_its_own_file_and_line(linghang: Linghang, tmp_path: Path) -> None:
    pack = tmp_path / "city.yaml"
    pack.write_text(
        "format: linghang-pack/1\nid: city\nbase: national-2024\nshort: C26\ntitle: {zh: 市级, en: city}\n"
        "valid: {from: 2026-01-01, to: null}\nstatus: complete\nchanges:\n  - remove: base.talents\n"
        "    basis: {zh: 市文件, en: city paper}\n",
        encoding="utf-8",
    )
    said = linghang("judge", EXAMPLE, "--pack", pack)
    assert said.status == 2
    (refusal,) = said.refusals
    assert refusal.startswith(f"{pack}:9: base.talents: the base has no “base.talents”; did you mean")
