"""A pipe that nobody writes to is refused, and not waited for."""

import os
from pathlib import Path

import pytest

from linghang.errors import BadInput
from linghang.usecases.verifying import verify
from linghang.words import use


def test_a_pipe_is_no_bundle(tmp_path: Path) -> None:
    use("en")
    os.mkfifo(tmp_path / "bundle.zip")
    with pytest.raises(BadInput, match="is no file"):
        verify(tmp_path / "bundle.zip", trusted=None, trust_pack=False, again=False, documents=None)
