"""The house: its walls, its sizes, its locks, and what must never stand in a file of it."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "linghang"
MAX_LINES_OF_A_FILE = 450  # “up to about 400”: rows of data may take some more
MAX_LINES_OF_A_FUNCTION = 45

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def modules() -> dict[str, ast.Module]:
    """Every module of the product, by its path from the root."""
    paths = sorted(SOURCE.rglob("*.py"))
    assert paths
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def written_by_hand() -> dict[str, ast.Module]:
    """The modules that people write: the steps of the records from version to version are made, and then frozen."""
    return {name: module for name, module in modules().items() if "/migrations/versions/" not in name}


@cache
def tracked_files() -> tuple[Path, ...]:
    """Every file of the repository and every one that would come into it."""
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        check=True,
    )
    return tuple(ROOT / name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file())


# --- walls ---


def test_the_walls_between_the_rooms_hold() -> None:
    called = [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"]
    ran = subprocess.run([*called, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert re.search(r"Contracts: [1-9]\d* kept, 0 broken", ran.stdout)


HEAVY = ("numpy", "pyarrow")


@pytest.mark.parametrize("arguments", [["--help"], ["batch", "--help"], ["--version"]], ids=" ".join)
def test_help_does_not_wait_for_the_heavy_libraries(arguments: list[str]) -> None:
    script = (
        "import sys; from linghang.cli.main import run; status = run(sys.argv[1:]); "
        f"print(status, [one for one in {HEAVY} if one in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, check=True, timeout=60)
    assert ran.stdout.decode().splitlines()[-1] == "0 []"


# --- sizes and descriptions ---


def test_no_file_is_long() -> None:
    lines = {name: len((ROOT / name).read_text(encoding="utf-8").splitlines()) for name in written_by_hand()}
    assert {name: count for name, count in lines.items() if count > MAX_LINES_OF_A_FILE} == {}


def test_no_function_is_long() -> None:
    """The description of its parameters does not count."""
    found = {
        f"{name}: {function.name}": lines
        for name, module in written_by_hand().items()
        for function in ast.walk(module)
        if isinstance(function, Function) and (lines := _lines(function)) > MAX_LINES_OF_A_FUNCTION
    }
    assert found == {}


def _lines(function: Function) -> int:
    whole = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function) is None or first.end_lineno is None:
        return whole
    return whole - (first.end_lineno - first.lineno + 1)


def test_every_public_thing_says_what_it_is() -> None:
    silent = [place for name, module in modules().items() for place in _silent(name, module)]
    assert silent == []


def _silent(name: str, module: ast.Module) -> Iterator[str]:
    if ast.get_docstring(module) is None:
        yield name
    for thing in module.body:
        if not isinstance(thing, Function | ast.ClassDef) or thing.name.startswith("_"):
            continue
        if ast.get_docstring(thing) is None:
            yield f"{name}: {thing.name}"
        if isinstance(thing, ast.ClassDef):
            for method in thing.body:
                if isinstance(method, Function) and not method.name.startswith("_") and not ast.get_docstring(method):
                    yield f"{name}: {thing.name}.{method.name}"


# --- locks ---

LOCKS = sorted((ROOT / "requirements").glob("*.txt"))


def requirements(lock: Path) -> list[str]:
    """Every requirement of a lock with its options, comments left away."""
    text = re.sub(r"(^|\s)#.*", "", lock.read_text(encoding="utf-8"), flags=re.MULTILINE)
    joined = re.sub(r"\\\s*\n", " ", text)
    return [line.strip() for line in joined.splitlines() if line.strip()]


def test_there_are_locks() -> None:
    assert {lock.name for lock in LOCKS} >= {"dev.txt", "bench.txt"}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_requirement_is_pinned_with_its_hashes(lock: Path) -> None:
    pinned = re.compile(
        r"[A-Za-z0-9._-]+(\[[a-z0-9,_-]+\])?==[^\s;]+( *;[^\\]*?)?( +--hash=sha256:[0-9a-f]{64})+", re.ASCII
    )
    found = requirements(lock)
    assert len(found) > 10
    assert [one for one in found if not pinned.fullmatch(one)] == []


# --- what must never stand in a file ---

# Written in two parts, so that this file does not hold them itself.
REGISTRIES = ("py" + "pi.org", "python" + "hosted.org", "registry.npm" + "js", "crates" + ".io", "mirrors" + ".")
INDEXES = ("--index" + "-url", "--extra-index" + "-url", "--find" + "-links", "PIP_INDEX" + "_URL", "/sim" + "ple/")
WORKPLACES = ("/wo" + "rk/", "/ro" + "ot/", "/ho" + "me/", "/Us" + "ers/", "C:" + "\\Users", "/tmp/" + "bash_jobs")


def lines_with(words: tuple[str, ...]) -> list[str]:
    """Find the lines of the repository that hold one of the words."""
    wanted = [word.encode() for word in words]
    found = []
    for path in tracked_files():
        content = path.read_bytes()
        if any(word in content for word in wanted):
            for number, line in enumerate(content.splitlines(), 1):
                if any(word in line for word in wanted):
                    found.append(f"{path.relative_to(ROOT)}:{number}: {line[:120].decode(errors='replace')}")
    return found


def test_the_repository_has_files_to_look_at() -> None:
    assert Path(__file__).resolve() in tracked_files()
    assert len(tracked_files()) > 50


def test_no_file_names_a_package_registry_or_an_index() -> None:
    assert lines_with(REGISTRIES + INDEXES) == []


def test_no_file_names_a_folder_of_the_machine_that_it_was_written_on() -> None:
    here = (f"{ROOT}/",) if len(ROOT.parts) > 2 else ()
    assert lines_with(WORKPLACES + here) == []
