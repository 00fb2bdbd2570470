"""What goes to which channel, and readers that have seen enough."""

import subprocess
import sys

import pytest
from command_line import EXAMPLE, Linghang, in_a_process

from linghang import __version__


@pytest.mark.parametrize(
    "arguments",
    [("judge", EXAMPLE, "--trace"), ("judge", EXAMPLE, "--trace", "--json"), ("packs", "show", "gbt-39116-2020")],
    ids=["a tree", "JSON", "tables"],
)
def test_a_reader_that_has_seen_enough_is_no_error(arguments: tuple[object, ...]) -> None:
    called = [sys.executable, "-c", "from linghang.cli.main import main; main()", *map(str, arguments)]
    with subprocess.Popen(called, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(1)
        process.stdout.close()
        said = process.stderr.read()
        assert (process.wait(timeout=60), said) == (0, b"")


def test_the_exit_status_is_that_of_the_process() -> None:
    assert in_a_process("--lang", "en", "packs", "check", "national-2024").status == 0
    refused = in_a_process("--lang", "en", "judge", "nowhere.yaml")
    assert (refused.status, refused.out, refused.refusals) == (2, "", ["there is no file nowhere.yaml"])


def test_the_version_is_said(linghang: Linghang) -> None:
    said = linghang("--version")
    assert (said.status, said.out, said.err) == (0, f"linghang {__version__}\n", "")


def test_piped_output_has_no_colours_and_room_for_an_id_beside_its_text(linghang: Linghang) -> None:
    out = linghang("judge", EXAMPLE).out
    assert "\x1b" not in out
    assert max(map(len, out.splitlines())) == 120
