"""Chinese and English: how the language is chosen, and that Chinese output has no English sentence left in it."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import typer
from babel.messages.pofile import read_po
from command_line import EXAMPLE, Linghang

from linghang.cli.commands import build
from linghang.words import LOCALE_DIR

PO = LOCALE_DIR / "zh" / "LC_MESSAGES" / "linghang.po"
CHINESE, ENGLISH = "等级", "level"
"""The heading of a column of `judge` in both languages."""


def language_of(out: str) -> str:
    heading = next(line for line in out.splitlines() if re.match(r" +(等级|level) ", line))
    return "zh" if CHINESE in heading else "en"


# --- how it is chosen ---


@pytest.mark.parametrize(
    "arguments",
    [
        ("--lang", "{}", "judge", EXAMPLE),
        ("--lang={}", "judge", EXAMPLE),
        ("judge", "--lang", "{}", EXAMPLE),
        ("judge", EXAMPLE, "--lang", "{}"),
        ("judge", EXAMPLE, "--lang={}", "--level", "basic"),
    ],
    ids=lambda arguments: " ".join(getattr(one, "name", one) for one in arguments),
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_language_may_be_said_anywhere(lang: str, arguments: tuple[str | Path, ...], linghang: Linghang) -> None:
    said = linghang(*(str(one).replace("{}", lang) for one in arguments), lang=None)
    assert (said.status, said.err) == (0, "")
    assert language_of(said.out) == lang


def test_without_anything_said_it_is_chinese(linghang: Linghang) -> None:
    assert language_of(linghang("judge", EXAMPLE, lang=None).out) == "zh"


ENVIRONMENTS = {
    "LINGHANG_LANG=en": "en",
    "LINGHANG_LANG=zh LC_ALL=en_GB.UTF-8": "zh",
    "LC_ALL=en_US.UTF-8 LANG=zh_CN.UTF-8": "en",
    "LC_ALL=zh_CN.UTF-8 LANG=en_US.UTF-8": "zh",
    "LC_MESSAGES=zh_TW LANG=en_US": "zh",
    "LANG=en_US.UTF-8": "en",
    "LANG=zh_CN.GB18030": "zh",
    "LANG=de_DE.UTF-8": "en",
    "LANG=C.UTF-8": "zh",
    "LC_ALL=C LANG=en_US.UTF-8": "en",
    "LC_ALL=POSIX": "zh",
    "LINGHANG_LANG= LANG=": "zh",
}


@pytest.mark.parametrize(("environment", "lang"), ENVIRONMENTS.items(), ids=ENVIRONMENTS)
def test_the_environment_is_asked_where_no_option_says(
    environment: str, lang: str, linghang: Linghang, monkeypatch: pytest.MonkeyPatch
) -> None:
    for one in environment.split():
        monkeypatch.setenv(*one.split("="))
    assert language_of(linghang("judge", EXAMPLE, lang=None).out) == lang


def test_an_option_is_stronger_than_the_environment(linghang: Linghang, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINGHANG_LANG", "en")
    assert language_of(linghang("judge", EXAMPLE, lang="zh").out) == "zh"


@pytest.mark.parametrize("value", ["fr", "english", "ZH", ""])
def test_a_language_that_is_not_there_is_refused(value: str, linghang: Linghang) -> None:
    for arguments in (("--lang", value), (f"--lang={value}",)):
        said = linghang("packs", "list", *arguments, lang=None)
        assert (said.status, said.out) == (2, "")
        (refusal,) = said.refusals
        assert "--lang" in refusal
        assert f"“{value}”" in refusal
        assert "zh / en" in refusal


def test_a_language_that_is_not_said_is_refused(linghang: Linghang) -> None:
    said = linghang("packs", "list", "--lang", lang=None)
    assert (said.status, said.out) == (2, "")
    assert "--lang" in said.err


def test_after_two_dashes_nothing_is_an_option(linghang: Linghang, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINGHANG_LANG", "en")
    said = linghang("packs", "show", "--", "--lang=zh", lang=None)
    assert said.status == 2
    assert "there is no pack --lang=zh" in said.err


def test_the_next_command_speaks_its_own_language(linghang: Linghang) -> None:
    for lang in ("zh", "en", "zh", "en"):
        assert language_of(linghang("judge", EXAMPLE, lang=lang).out) == lang


# --- help ---


def every_command() -> list[tuple[str, ...]]:
    """The command line itself, its commands, and the commands of its groups."""
    root = typer.main.get_command(build())
    found: list[tuple[str, ...]] = [()]
    for name, command in root.commands.items():  # type: ignore[attr-defined]
        found += [(name,), *((name, inner) for inner in getattr(command, "commands", ()))]
    return found


END = "\n--- end of one help ---\n"
SAY_ALL_HELP = """
import json, sys
from linghang.cli.main import run
language, commands, end = json.loads(sys.argv[1])
for command in commands:
    status = run(["--lang", language, *command])
    assert status == 0, (command, status)
    print(end, end="")
"""


@pytest.fixture(scope="module", params=["zh", "en"])
def helped(request: pytest.FixtureRequest) -> tuple[str, dict[str, str]]:
    """A language and the help of every command in it, said in a process of its own."""
    calls = [[*command, option] for command in every_command() for option in ("--help", "-h")]
    arguments = [sys.executable, "-c", SAY_ALL_HELP, json.dumps([request.param, calls, END])]
    environment = {**os.environ, "COLUMNS": "80", "PYTHONIOENCODING": "utf-8"}
    ran = subprocess.run(arguments, capture_output=True, check=True, timeout=60, env=environment)
    assert ran.stderr == b""
    said = ran.stdout.decode().split(END)[:-1]
    return request.param, {" ".join(call): one for call, one in zip(calls, said, strict=True)}


def test_every_command_has_help_in_both_languages(helped: tuple[str, dict[str, str]]) -> None:
    language, texts = helped
    for call, said in texts.items():
        assert ("用法" in said) == (language == "zh"), call
        assert ("Usage: " in said) == (language == "en"), call
        assert bool(re.search("[一-鿿]", said)) == (language == "zh"), call
        assert f" linghang {call.rpartition(' ')[0]}".rstrip() in said, call
        assert "--help" in said, call


def test_no_help_is_cut_short(helped: tuple[str, dict[str, str]]) -> None:
    for call, said in helped[1].items():
        assert not re.search("… *│", said), call


# --- Chinese ---


def english_sentences() -> Iterator[tuple[str, re.Pattern[str]]]:
    """What the catalogue has of several English words: the longest part of each, and a pattern that values fit into."""
    with PO.open("rb") as file:
        for message in read_po(file, locale="zh"):
            parts = [part for part in re.split(r"\{[^}]*\}", message.id) if part] if message.id else []
            if any(len(re.findall("[A-Za-z]{2,}", part)) > 1 for part in parts):
                yield max(parts, key=len), re.compile(".*".join(map(re.escape, parts)))


@pytest.fixture
def chinese_output(linghang: Linghang, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What every command says in Chinese, when all goes well and when it does not; lines are not broken."""
    monkeypatch.setenv("COLUMNS", "400")
    table, broken, pack = tmp_path / "in.parquet", tmp_path / "case.yaml", tmp_path / "city.yaml"
    columns = {"base.talent": [1, 0], "base.maturity": [1, 1], "proof:base.talent": ["measured", None]}
    pq.write_table(pa.table(columns), table)
    broken.write_text(
        "pack: national-2024\nas_of: 2026-06-30\nfindings: {base.talents: {finding: met}, base.maturity: {}}\n"
        "maturity: {level: 9}\nwaivers: {basic.coverage: x}\nremark: 1\n",
        encoding="utf-8",
    )
    pack.write_text("format: linghang-pack/1\nid: city\nbase: nothing\n", encoding="utf-8")
    output = ("-o", tmp_path / "out.parquet")
    commands: tuple[tuple[str | Path, ...], ...] = (
        *((*command, "--help") for command in every_command()),
        ("judge", EXAMPLE, "--trace"),
        ("judge", EXAMPLE, "--floor", "documented", "--level", "advanced"),
        ("judge", EXAMPLE, "--floor", "measured", "--level", "basic"),
        ("judge", EXAMPLE, "--level", "basic"),
        ("judge", EXAMPLE, "--pack", "jiangsu-2025", "--interpretation", "link_covered=any"),
        ("judge", broken),
        ("judge", EXAMPLE, "--level", "best"),
        ("judge", EXAMPLE, "--as-of", "2020-01-01"),
        ("judge", EXAMPLE, "--as-of", "soon"),
        ("judge", EXAMPLE, "--interpretation", "x"),
        ("judge", EXAMPLE, "other.yaml"),
        ("judge", EXAMPLE, "--packs"),
        ("judge", "--as-of"),
        ("judge", tmp_path / "nowhere.yaml"),
        ("judge",),
        ("judges",),
        ("batch", table, *output, "--pack", "national-2024"),
        ("batch", table, *output, "--pack", "nothing"),
        ("batch", broken, *output, "--pack", "national-2024"),
        ("batch", table, "-o", tmp_path, "--pack", "national-2024"),
        ("batch", table, "-o", table, "--pack", "national-2024"),
        ("packs", "list"),
        *(("packs", "show", name) for name in ("neimenggu-2025", "scenes-2025", "gbt-39116-2020")),
        ("packs", "check"),
        ("packs", "check", pack),
        ("packs", "diff", "national-2024", "neimenggu-2025"),
        ("packs", "diff", "national-2024", "national-2024"),
        ("packs", "diff", "national-2024", "nothing"),
        ("packs", "list", "--lang", "fr"),
    )
    return {" ".join(map(str, one)): "".join((said := linghang(*one, lang="zh")).out + said.err) for one in commands}


def test_chinese_output_has_no_english_sentence_of_the_catalogue(chinese_output: dict[str, str]) -> None:
    sentences = list(english_sentences())
    assert len(sentences) > 100
    left = {
        f"{command}: {found[0]}"
        for command, said in chinese_output.items()
        for part, sentence in sentences
        if part in said and (found := sentence.search(said))
    }
    assert not left


def test_chinese_output_is_chinese(chinese_output: dict[str, str]) -> None:
    for command, said in chinese_output.items():
        assert re.search("[一-鿿]", said) or command == "packs check", command
