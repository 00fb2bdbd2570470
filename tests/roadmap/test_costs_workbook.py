"""The figures of the actions in a workbook and back: nothing changes by itself, and what is wrong has its cell."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from linghang.errors import BadInput
from linghang.roadmap.reading import load_catalogue
from linghang.usecases.action_costs import COLUMNS, read_costs, write_costs

NAMES = [one.name for one in COLUMNS]


def changed(path: Path, **cells: Any) -> Path:
    """Change cells of the first action by the name of their column."""
    book = openpyxl.load_workbook(path)
    for name, value in cells.items():
        book.worksheets[0].cell(2, NAMES.index(name) + 1).value = value
    book.save(path)
    return path


@pytest.fixture
def costs(tmp_path: Path) -> Path:
    write_costs(load_catalogue(), tmp_path / "costs.xlsx", "zh")
    return tmp_path / "costs.xlsx"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_out_and_back_changes_nothing(tmp_path: Path, lang: Any) -> None:
    catalogue = load_catalogue()
    write_costs(catalogue, tmp_path / "costs.xlsx", lang)
    back = read_costs(catalogue, tmp_path / "costs.xlsx")
    assert back.actions == catalogue.actions
    assert (back.disabled, back.done) == (frozenset(), frozenset())


def test_the_digest_covers_the_figures(costs: Path) -> None:
    catalogue = load_catalogue()
    before = read_costs(catalogue, costs)
    after = read_costs(catalogue, changed(costs, cost_high=99_000_000))
    assert len({catalogue.digest, before.digest, after.digest}) == 3
    assert after.digest == read_costs(catalogue, costs).digest
    assert after.actions[0].cost.high == Decimal(99_000_000)


def test_states_are_read_in_both_languages(costs: Path) -> None:
    first = load_catalogue().actions[0].id
    assert read_costs(load_catalogue(), changed(costs, state="已做")).done == {first}
    assert read_costs(load_catalogue(), changed(costs, state="never")).disabled == {first}


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"cost_low": -5}, "[行动]:2, column D: -5 is negative"),
        ({"cost_low": 90_000_000}, "column E: low, likely and high must rise"),
        ({"months_likely": "soon"}, "column H: “soon” is not a number"),
        ({"months_likely": 12.25}, "column H: 12.25 is not in whole steps of 0.5"),
        ({"id": "raise-enterprise-strenght"}, "column A: there is no action raise-enterprise-strenght; did you mean"),
        ({"state": "maybe"}, "column L: “maybe” is not one of"),
    ],
)
def test_what_is_wrong_has_its_sheet_row_and_column(costs: Path, cells: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInput) as error:
        read_costs(load_catalogue(), changed(costs, **cells))
    assert said in str(error.value)


def test_an_action_that_stands_twice_is_refused(costs: Path) -> None:
    second = load_catalogue().actions[1].id
    with pytest.raises(BadInput, match=f"the action {second} stands twice"):
        read_costs(load_catalogue(), changed(costs, id=second))
