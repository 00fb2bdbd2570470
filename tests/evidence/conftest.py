"""Messages in English."""

import pytest

from linghang.words import use


@pytest.fixture(autouse=True)
def _english() -> None:
    use("en")
