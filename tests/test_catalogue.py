"""The one catalogue of what a person reads: everything in the code is in it, in Chinese, and compiled."""

import ast
import importlib.util
import io
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "linghang"
FIRST_ARGUMENT = {"tr", "later", "BadInput", "refuse"}
"""Calls whose first argument, if it is written out, is a text that a person reads."""


@pytest.fixture(scope="module")
def messages() -> ModuleType:
    """The script that keeps the catalogue."""
    found = importlib.util.spec_from_file_location("messages_script", ROOT / "scripts" / "messages.py")
    assert found is not None
    assert found.loader is not None
    script = importlib.util.module_from_spec(found)
    found.loader.exec_module(script)
    return script


@pytest.fixture
def catalogue(messages: ModuleType) -> Catalog:
    return read_po(io.BytesIO(messages.PO.read_bytes()), locale="zh")


def texts_of_the_code() -> Iterator[tuple[str, str]]:
    """Find every text with its place by the syntax tree, not by the collector that the script uses."""
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and _called(node) in FIRST_ARGUMENT:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str) and first.value:
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", first.value


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def test_the_check_of_the_catalogue_passes(messages: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    status = messages.main(check=True)
    assert status == 0, capsys.readouterr().out


def test_every_text_of_the_code_is_in_the_catalogue(catalogue: Catalog) -> None:
    found = list(texts_of_the_code())
    assert len(found) > 200
    assert [f"{place}: {text}" for place, text in found if catalogue.get(text) is None] == []


def test_the_script_collects_every_text_of_the_code(messages: ModuleType) -> None:
    collected = messages.collected()
    assert [f"{place}: {text}" for place, text in texts_of_the_code() if collected.get(text) is None] == []


def test_no_text_is_taken_apart_before_it_is_said() -> None:
    """A text inside an f-string is collected by some versions of Python and not by others."""
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sorted(SOURCE.rglob("*.py"))
        for joined in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(joined, ast.JoinedStr)
        for node in ast.walk(joined)
        if isinstance(node, ast.Call)
        and _called(node) in FIRST_ARGUMENT
        and node.args
        and isinstance(node.args[0], ast.Constant | ast.JoinedStr)
    ]
    assert found == []


def test_every_text_has_chinese(catalogue: Catalog) -> None:
    assert [message.id for message in catalogue if message.id and not message.string] == []
    without = [
        message.id
        for message in catalogue
        if message.id
        and message.string
        and not re.search("[一-鿿]", message.string)
        and re.search("[a-z]{3}", re.sub("{[^}]*}", "", message.id))
    ]
    assert without == []


def test_no_text_loses_or_gains_braces_on_its_way_into_chinese(catalogue: Catalog) -> None:
    def braces(text: str) -> list[str]:
        return sorted(re.findall(r"{[^}]*}", text))

    wrong = [one.id for one in catalogue if one.id and one.string and braces(one.id) != braces(one.string)]
    assert wrong == []


def test_the_compiled_catalogue_is_the_one_of_the_texts(messages: ModuleType, catalogue: Catalog) -> None:
    binary = read_mo(io.BytesIO(messages.PO.with_suffix(".mo").read_bytes()))
    written = {one.id: one.string for one in catalogue if one.id and one.string}
    assert {one.id: one.string for one in binary if one.id} == written


def test_the_catalogue_has_no_text_that_nobody_says(messages: ModuleType, catalogue: Catalog) -> None:
    assert {one.id for one in catalogue if one.id} == {one.id for one in messages.collected() if one.id}


# --- the check itself ---

WRONG = {
    "no Chinese": ("wheels", "", ["no Chinese: wheels"]),
    "lost braces": ("{count} wheels", "轮", ["other braces: {count} wheels / 轮"]),
    "other braces": ("{count} wheels", "{number} 轮", ["other braces: {count} wheels / {number} 轮"]),
    "braces twice": ("{count} wheels", "{count} {count} 轮", ["other braces: {count} wheels / {count} {count} 轮"]),
    "good": ("{count} wheels on {axle}", "{axle} 上有 {count} 个轮", []),
}


@pytest.mark.parametrize(("text", "chinese", "said"), WRONG.values(), ids=WRONG)
def test_the_check_names_what_is_wrong(text: str, chinese: str, said: list[str], messages: ModuleType) -> None:
    one = Catalog(locale="zh")
    one.add(text, chinese)
    assert messages.problems(one) == said


@pytest.mark.parametrize("ending", [".po", ".mo"])
def test_the_check_fails_where_a_file_is_not_up_to_date(
    ending: str,
    messages: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(messages, "PO", tmp_path / "linghang.po")
    messages.main(check=False)  # written whole, though maybe without Chinese
    messages.main(check=True)
    assert "not up to date" not in capsys.readouterr().out
    with messages.PO.with_suffix(ending).open("ab") as file:
        file.write(b"\n# changed by hand\n")
    assert messages.main(check=True) == 1
    assert "the catalogue is not up to date: run make messages" in capsys.readouterr().out
