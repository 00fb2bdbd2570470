import pytest
from command_line import Linghang, Said

from linghang.cli.main import run


@pytest.fixture
def linghang(capsys: pytest.CaptureFixture[str]) -> Linghang:
    """Run the command line in this process, in English if nothing else is asked."""

    def call(*arguments: object, lang: str | None = "en") -> Said:
        status = run([*([] if lang is None else ["--lang", lang]), *map(str, arguments)])
        out, err = capsys.readouterr()
        return Said(status, out, err)

    return call
