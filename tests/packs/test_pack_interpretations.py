"""What we read into the texts in numbers: every value and its source, and that ours are marked as ours."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from golden_packs import HAINAN, JIANGSU, NATIONAL, NEIMENGGU

from linghang.conditions.shelf import load_pack

GOLDEN = Path(__file__).with_name("interpretations.tsv")


def _golden(pack: str) -> list[tuple[str, str, str, str]]:
    with GOLDEN.open(encoding="utf-8", newline="") as file:
        return [
            (row["id"], row["value"], row["unit"], row["source"])
            for row in csv.DictReader(file, delimiter="\t")
            if row["pack"] == pack
        ]


def _said(pack: str) -> list[tuple[str, str, str, str]]:
    return [(one.id, str(one.value), one.unit, one.source) for one in load_pack(pack).interpretations]


@pytest.mark.parametrize("pack", [NATIONAL, NEIMENGGU])
def test_interpretations_have_their_values_units_and_sources(pack: str) -> None:
    assert _said(pack) == _golden(pack)


@pytest.mark.parametrize("pack", [JIANGSU, HAINAN])
def test_partial_overlays_interpret_as_the_national_pack_does(pack: str) -> None:
    assert _said(pack) == _golden(NATIONAL)


@pytest.mark.parametrize("pack", [NATIONAL, NEIMENGGU])
def test_an_interpretation_is_ours_or_names_the_clause_that_gives_it(pack: str) -> None:
    shorts = {"N24", "NM25"}
    for one in load_pack(pack).interpretations:
        assert one.source == "platform" or one.source.split()[0] in shorts


@pytest.mark.parametrize("pack", [NATIONAL, NEIMENGGU, JIANGSU, HAINAN])
def test_a_number_has_a_unit_and_a_word_has_none(pack: str) -> None:
    for one in load_pack(pack).interpretations:
        assert bool(one.unit) == isinstance(one.value, Decimal), one.id
