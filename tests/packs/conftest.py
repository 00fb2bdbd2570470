"""Tests of the packs of conditions that come with the product."""

from collections.abc import Iterator

import pytest

from linghang.words import language, use


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Name a test by its clause, in the document's own characters."""
    return str(val) if type(val).__module__ == "golden_packs" else None


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    before = language()
    use("en")
    yield
    use(before)
