"""`linghang template` and `linghang import` as a person uses them."""

import json
from pathlib import Path

import openpyxl
import pytest
import typer
from intake_plant import Plant

from linghang.cli.import_commands import register


def run(*arguments: str) -> int:
    app = typer.Typer()
    register(app)
    command = typer.main.get_command(app)
    return int(command(args=list(arguments), prog_name="linghang", standalone_mode=False) or 0)


def test_a_template_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("template", "-o", str(tmp_path / "t.xlsx"), "--tables", "equipment，客户") == 0
    assert "2 sheets" in capsys.readouterr().out
    assert openpyxl.load_workbook(tmp_path / "t.xlsx").sheetnames == ["Guide", "Equipment", "Customer"]


def test_an_import_says_what_it_did(new_plant: Plant, capsys: pytest.CaptureFixture[str]) -> None:
    path = new_plant.file("customer.csv", "customer_id,name\nC-1,a\n")
    assert run("import", str(new_plant.workspace.folder), path) == 0
    said = capsys.readouterr()
    assert "Customer" in said.out
    assert "added" in said.out
    assert said.err == ""


def test_a_refused_import_ends_with_two_and_names_every_problem(
    new_plant: Plant, capsys: pytest.CaptureFixture[str]
) -> None:
    path = new_plant.file("customer.csv", "customer_id,name,country\nC-1,,China\n")
    faults = new_plant.folder / "faults.xlsx"
    assert run("import", str(new_plant.workspace.folder), path, "--problems", str(faults)) == 2
    said = capsys.readouterr().err
    assert "row 2, column name" in said
    assert "2 problems; nothing was imported" in said
    assert faults.exists()


def test_json_for_programs(new_plant: Plant, capsys: pytest.CaptureFixture[str]) -> None:
    path = new_plant.file("customer.csv", "customer_id,name\nC-1,a\n")
    assert run("import", str(new_plant.workspace.folder), path, "--json", "--dry-run") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["tables"]["customer"] == {"rows": 1, "added": 1, "changed": 0, "unchanged": 0}
    assert document["kept"] is False
    bad = new_plant.file("客户.csv", "customer_id,name,country\nC-1,a,China\n")
    assert run("import", str(new_plant.workspace.folder), bad, "--json") == 2
    (problem,) = json.loads(capsys.readouterr().out)["problems"]
    assert (problem["row"], problem["column"], problem["table"]) == (2, "country", "customer")
