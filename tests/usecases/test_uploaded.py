"""Refusals of files that were handed in name them as their senders did."""

from pathlib import Path

import pytest

from linghang.errors import BadInput, ManyProblems, Place
from linghang.usecases.uploaded import called

KEPT = Path("/tmp/linghang-abc/given.xlsx")


def test_a_refusal_names_the_senders_file() -> None:
    with pytest.raises(BadInput) as refused, called(KEPT, "costs.xlsx"):
        raise BadInput("there is no file {file}", Place(f"{KEPT} [actions]", 7), file=str(KEPT))
    assert "/tmp" not in str(refused.value)
    assert str(refused.value).count("costs.xlsx") == 2


def test_every_one_of_several_refusals_does() -> None:
    with pytest.raises(ManyProblems) as refused, called(KEPT, "costs.xlsx"):
        raise ManyProblems([BadInput("is a folder", Place(str(KEPT))), BadInput("is a folder", Place(str(KEPT), 2))])
    assert "/tmp" not in str(refused.value)
