"""`linghang report` and `linghang application`: what they say, and what they refuse."""

from pathlib import Path

import pytest
from command_line import Linghang

from linghang.plant.tables import TABLES
from linghang.usecases.workspaces import make_workspace

DAY = ("--as-of", "2025-04-15")


@pytest.fixture
def plant(tmp_path: Path) -> Path:
    """A workspace with the example rows of every table."""
    folder = tmp_path / "works"
    engine = make_workspace(folder, "北疆铝轮毂", "Asia/Shanghai", None).engine()
    with engine.begin() as connection:
        for table in TABLES.values():
            connection.execute(table.insert(), list(table.info["examples"]))
    return folder


def test_it_says_where_the_report_is_and_what_is_missing(linghang: Linghang, plant: Path, tmp_path: Path) -> None:
    said = linghang("report", plant, *DAY, "--level", "advanced", "-o", tmp_path / "out.xlsx")
    assert said.status == 0
    assert (tmp_path / "out.xlsx").exists()  # the form follows the name
    assert "places are still to be supplied" in said.out
    assert "application.yaml" in said.out
    assert "linghang check" in said.out


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        (("--kind", "poem"), "--kind takes application, self-assessment, gap, annual-review, not “poem”"),
        (("--format", "odt"), "--format takes docx, pdf, xlsx, not “odt”"),
        (("--level", "great"), "--level takes basic, advanced, excellence, pioneer, not “great”"),
        (("--format", "pdf", "--template", "x.docx"), "a template is for DOCX"),
    ],
)
def test_it_refuses_what_is_none(linghang: Linghang, plant: Path, arguments: tuple[str, ...], refusal: str) -> None:
    said = linghang("report", plant, *DAY, "--format", "xlsx", *arguments)
    assert said.status == 2
    assert refusal in said.err


def test_it_needs_a_workspace(linghang: Linghang, tmp_path: Path) -> None:
    assert "is no workspace" in linghang("report", tmp_path, "--format", "xlsx").err


def test_a_skeleton_is_begun_once_and_tells_what_lacks(linghang: Linghang, plant: Path) -> None:
    assert linghang("application", "init", plant).status == 0
    assert "is there already" in linghang("application", "init", plant).err
    said = linghang("application", "missing", plant, *DAY)
    assert said.status == 0
    assert "factory.summary" in said.out
