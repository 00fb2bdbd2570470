"""What we read into the texts in numbers: every value and its source, and that ours are marked as ours."""

import csv
from pathlib import Path

import pytest
from golden_packs import HAINAN, JIANGSU, NATIONAL, NEIMENGGU

from linghang.conditions.shelf import load_pack

GOLDEN = Path(__file__).with_name("interpretations.tsv")


def _golden(pack: str) -> list[tuple[str, str, str]]:
    with GOLDEN.open(encoding="utf-8", newline="") as file:
        return [
            (row["id"], row["value"], row["source"])
            for row in csv.DictReader(file, delimiter="\t")
            if row["pack"] == pack
        ]


@pytest.mark.parametrize("pack", [NATIONAL, NEIMENGGU])
def test_interpretations_have_their_values_and_sources(pack: str) -> None:
    assert [(one.id, str(one.value), one.source) for one in load_pack(pack).interpretations] == _golden(pack)


@pytest.mark.parametrize("pack", [JIANGSU, HAINAN])
def test_partial_overlays_interpret_as_the_national_pack_does(pack: str) -> None:
    assert [(one.id, str(one.value), one.source) for one in load_pack(pack).interpretations] == _golden(NATIONAL)


@pytest.mark.parametrize("pack", [NATIONAL, NEIMENGGU])
def test_an_interpretation_is_ours_or_names_the_clause_that_gives_it(pack: str) -> None:
    shorts = {"N24", "NM25"}
    for one in load_pack(pack).interpretations:
        assert one.source == "platform" or one.source.split()[0] in shorts
