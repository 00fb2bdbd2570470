"""Tests of the packs of conditions that come with the product."""

import pytest

from linghang.words import use


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Name a test by its clause, in the document's own characters."""
    return str(val) if type(val).__module__ == "golden_packs" else None


@pytest.fixture(autouse=True)
def _english() -> None:
    use("en")
