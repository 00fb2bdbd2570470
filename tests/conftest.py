"""What all tests share: messages are read in English, and the environment says nothing about the language."""

from collections.abc import Iterator

import hypothesis
import pytest

from linghang import words

hypothesis.settings.register_profile("works", deadline=None)  # how long an example takes is the machine's matter
hypothesis.settings.load_profile("works")
SAYING_A_LANGUAGE = ("LINGHANG_LANG", "LC_ALL", "LC_MESSAGES", "LANG")


@pytest.fixture(autouse=True)
def _english_and_no_locale() -> Iterator[None]:
    before = words.language()
    with pytest.MonkeyPatch.context() as patch:
        for name in SAYING_A_LANGUAGE:
            patch.delenv(name, raising=False)
        patch.setenv("LANGUAGE", "en")  # the command line sets it; afterwards it is as before
        words.use("en")
        yield
    words.use(before)
