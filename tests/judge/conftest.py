"""Messages are tested in English: the words in the code."""

from collections.abc import Iterator

import pytest

from linghang import words


@pytest.fixture(autouse=True, scope="module")
def _english() -> Iterator[None]:
    before = words.language()
    words.use("en")
    yield
    words.use(before)
