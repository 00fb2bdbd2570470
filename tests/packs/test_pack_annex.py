"""附 1 of the national document: twenty indicators, each a state or a change, and which way is better."""

import csv
from pathlib import Path

import pytest
from golden_packs import HAINAN, JIANGSU, NATIONAL, NEIMENGGU

from linghang.conditions.shelf import load_pack

ANNEX = Path(__file__).with_name("annex-1.tsv")


def _annex() -> list[dict[str, str]]:
    with ANNEX.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


@pytest.mark.parametrize("pack", [NATIONAL, JIANGSU, HAINAN])
def test_the_annex_names_twenty_indicators(pack: str) -> None:
    found = [
        {
            "number": str(one.number),
            "id": one.id,
            "group": one.group.zh,
            "title": one.title.zh,
            "unit": one.unit,
            "type": one.type,
            "better": one.better,
        }
        for one in load_pack(pack).indicators
    ]
    assert found == _annex()


def test_neimenggu_has_no_annex_of_indicators() -> None:
    assert load_pack(NEIMENGGU).indicators == ()
