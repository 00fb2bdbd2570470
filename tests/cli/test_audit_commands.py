"""`linghang audit`, `backup` and `restore`; and that no command changes a workspace without being told of."""

import json
from pathlib import Path
from typing import Any

import pytest

from linghang.cli.commands import build
from linghang.cli.deeds import CHANGES, FOLDERS, Row
from linghang.cli.main import run
from linghang.usecases.audit_log import deeds
from linghang.usecases.audit_words import said
from linghang.words import use

LOOKING = """
    accounts list|actions check|actions export|application missing|batch|check|checks list|draft|engines|evidence check
    interpretations history|interpretations list|evidence get|evidence list|evidence matrix|evidence show
    export ciso-assistant|export oscal catalog|export oscal profile
    export oscal results|export oscal table|follow|jobs list|jobs show|judge|keys show
    maturity export|maturity gap|maturity history|maturity show|mcp|packs check|packs diff|packs list|packs show|plan
    policy simulate|registry synth|report|result|review|sensitivity|serve|status|tags|template|tokens list|trend|verify
    watch|whatif|audit|new|plant build|restore
"""
"""Commands that look, or write the file that they are asked for; the last three make a workspace or tell themselves."""


@pytest.fixture
def works(tmp_path: Path) -> Path:
    """A new workspace."""
    use("en")
    assert run(["new", str(tmp_path / "works"), "--lang", "en"]) == 0
    return tmp_path / "works"


def commands() -> dict[str, Any]:
    """Every command with its name."""
    import typer

    found: dict[str, Any] = {}

    def walk(one: Any, path: str) -> None:
        for name, inner in getattr(one, "commands", {}).items():
            walk(inner, f"{path} {name}".strip())
        if not hasattr(one, "commands"):
            found[path] = one

    app = build()
    walk(typer.main.get_command(app) if isinstance(app, typer.Typer) else app, "")
    return found


def test_every_command_either_looks_or_is_told_of() -> None:
    looking = {one.strip() for line in LOOKING.strip().splitlines() for one in line.split("|")}
    known = commands()
    assert looking.isdisjoint(CHANGES)
    assert sorted(known.keys() - looking - CHANGES.keys()) == [], "say in cli/deeds.py what these change"
    assert sorted((looking | CHANGES.keys()) - known.keys()) == []


@pytest.mark.parametrize("path", sorted(CHANGES))
def test_rows_name_arguments_that_the_command_has(path: str) -> None:
    row, command = CHANGES[path], commands()[path]
    names = {one.name for one in command.params}
    assert {one for one in (row.on, *row.how, row.only_if, row.unless) if one} <= names
    assert names & set(FOLDERS)


@pytest.mark.parametrize("row", CHANGES.values(), ids=CHANGES)
def test_what_commands_do_has_words_in_the_log(row: Row) -> None:
    assert said(row.what) != row.what


def test_a_change_is_told_of_and_a_dry_run_is_not(works: Path, tmp_path: Path) -> None:
    source = tmp_path / "证书.txt"
    source.write_text("x")
    assert run(["evidence", "add", str(works), str(source), "--lang", "en"]) == 0
    assert run(["import", str(works), str(tmp_path / "none.csv"), "--dry-run"]) == 2
    assert run(["import", str(works), str(tmp_path / "none.csv")]) == 2
    found = deeds(works).deeds
    assert [(one.what, one.through) for one in found] == [("records.import", "command"), ("documents.add", "command")]
    assert found[0].failed is not None
    assert found[1].failed is None
    assert found[1].on == str(source)


def test_the_log_is_shown_filtered_and_checked(works: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["keys", "new", str(works), "--lang", "en"])
    capsys.readouterr()
    assert run(["audit", str(works), "--lang", "en"]) == 0
    assert "keys: new" in capsys.readouterr().out
    assert run(["audit", str(works), "--what", "documents", "--lang", "en"]) == 0
    assert "no deed fits" in capsys.readouterr().out
    assert run(["audit", str(works), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["deeds"][0]["what"] == "keys.new"
    assert run(["audit", str(works), "--check", "--lang", "en"]) == 0
    assert "1 records of the audit log fit together" in " ".join(capsys.readouterr().out.split())
    log = works / "audit.jsonl"
    log.write_bytes(log.read_bytes().replace(b"keys.new", b"keys.old"))
    assert run(["audit", str(works), "--check", "--lang", "en"]) == 1
    assert "does not fit" in " ".join(capsys.readouterr().out.split())


def test_a_backup_goes_there_and_back(works: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = str(tmp_path / "b.zip")
    assert run(["backup", str(works), file, "--lang", "en"]) == 0
    assert run(["restore", file, "--check", "--lang", "en"]) == 0
    assert run(["restore", file, str(tmp_path / "new"), "--lang", "en"]) == 0
    assert "restored:" in capsys.readouterr().out
    assert [one.what for one in deeds(tmp_path / "new").deeds] == ["backups.restore", "backups.make"]
    assert run(["restore", file, str(tmp_path / "new"), "--lang", "en"]) == 2
    assert "--replace" in capsys.readouterr().err
    assert run(["restore", file, str(tmp_path / "new"), "--replace", "--json"]) == 0
    assert Path(json.loads(capsys.readouterr().out)["aside"]).is_dir()
    assert run(["restore", file, "--lang", "en"]) == 2


def test_a_folder_that_is_no_workspace_gets_no_log(tmp_path: Path) -> None:
    assert run(["keys", "new", str(tmp_path)]) == 2
    assert list(tmp_path.iterdir()) == []
