"""What comes with the product is read once: every request that names a pack asks whether it is there."""

import pytest

from linghang.conditions.model import Pack
from linghang.usecases import packs


def test_the_shelf_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    known = packs.list_packs()
    monkeypatch.setattr(packs, "read_file", None)
    assert packs.list_packs() == known
    for one in known:
        if one.kind == "conditions":
            found = packs.load(one.id)
            assert isinstance(found, Pack)
            assert found.id == one.id
