"""The runner of mutants finds what it should: kills, refusals by the checks, survivors, and tests that fail already."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "mutants.py"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def mutants() -> ModuleType:
    spec = importlib.util.spec_from_file_location("linghang_mutants", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPT), "--verbose", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False, timeout=300)


def test_every_entry_of_every_pack_is_changed(mutants: ModuleType) -> None:
    for pack, document in mutants.documents().items():
        found = list(mutants.of_pack(pack, document))
        changed = {(one.section, place) for one in found for place in one.entries}
        for section in ("elements", "interpretation", "indicators", "changes"):
            assert {place for name, place in changed if name == section} == set(range(len(document.get(section, ()))))
        assert len({str(one) for one in found}) == len(found)
        assert all(one.content(document) != document for one in found)


def test_every_rule_is_turned_round(mutants: ModuleType) -> None:
    for pack, document in mutants.documents().items():
        entries = [*document.get("elements", ()), *(one.get("with", {}) for one in document.get("changes", ()))]
        ruled = sum("rule" in entry for entry in entries)
        by_rule = {(one.section, *one.entries) for one in mutants.of_pack(pack, document) if "rule: " in one.change}
        assert ruled == len(by_rule), pack


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("found", {"not found"}),
        (
            "maturity_level >= 2",
            {
                "maturity_level > 2",
                "maturity_level <= 2",
                "not maturity_level >= 2",
                "maturity_level >= 3",
                "maturity_level >= 1",
            },
        ),
        ("covers(design, build)", {"covers(build)", "covers(design)", "covers(design, build, run)"}),
    ],
)
def test_changes_of_a_rule(mutants: ModuleType, rule: str, expected: set[str]) -> None:
    setting = mutants.Setting(("low", "high"), ("design", "build", "run"), {})
    assert set(mutants.rules(rule, setting)) == expected


def test_a_rule_of_another_form_is_not_passed_over(mutants: ModuleType) -> None:
    with pytest.raises(ValueError, match="there is no change for the rule"):
        list(mutants.rules("at_least(2, a, b, c)", mutants.Setting((), (), {})))


def test_the_tests_of_the_packs_kill() -> None:
    ran = run("--pack", "national-2024", "--only", ": basic.coverage:")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "basic.coverage: force: must -> should: tests/packs/test_pack_elements.py" in ran.stdout
    assert "checks: national-2024.yaml: basic.coverage: force: must -> encouraged" in ran.stdout
    assert "tests: national-2024.yaml: basic.coverage: operations added, its elements must" in ran.stdout
    assert "\nsurvived: " not in ran.stdout


def test_blind_tests_let_mutants_survive(tmp_path: Path) -> None:
    blind = tmp_path / "test_blind.py"
    blind.write_text(
        "from linghang.conditions.shelf import load_pack\n"
        "def test_the_packs_are_there():\n"
        "    for pack in ('national-2024', 'neimenggu-2025'):\n"
        "        assert 'base.organisation' in load_pack(pack).by_id\n",
        encoding="utf-8",
    )
    ran = run("--only", "base.organisation", "--tests", blind)
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "\nsurvived: national-2024.yaml: base.organisation: rule: found -> not found\n" in ran.stdout
    assert "\ntests: national-2024.yaml: base.organisation: removed: " in ran.stdout
    assert "\nchecks: national-2024.yaml: base.organisation: force: must -> encouraged: " in ran.stdout


def test_tests_that_fail_already_are_told_apart(tmp_path: Path) -> None:
    failing = tmp_path / "test_failing.py"
    failing.write_text("def test_fails():\n    raise AssertionError\n", encoding="utf-8")
    ran = run("--pack", "jiangsu-2025", "--tests", failing)
    assert ran.returncode == 2, ran.stdout + ran.stderr
    assert "mutants: the tests fail on the packs as they are: " in ran.stderr
    assert "::test_fails" in ran.stderr


def test_tests_that_cannot_be_collected_are_told_apart(tmp_path: Path) -> None:
    broken = tmp_path / "test_broken.py"
    broken.write_text("import no_such_module\n", encoding="utf-8")
    ran = run("--pack", "jiangsu-2025", "--tests", broken)
    assert ran.returncode == 2, ran.stdout + ran.stderr
    assert "mutants: the tests do not run" in ran.stderr
    assert "no_such_module" in ran.stderr
