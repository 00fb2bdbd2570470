from collections.abc import Iterator

import pytest

from linghang import words


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Messages are compared in the language in which the code writes them."""
    before = words.language()
    words.use("en")
    yield
    words.use(before)
