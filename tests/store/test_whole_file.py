"""A file is there whole under its name, or not at all; what stood there before stays until the new one is whole."""

import os
from pathlib import Path

import pytest

from linghang.errors import BadInput
from linghang.store.whole_file import whole_file, write_whole


def names(folder: Path) -> list[str]:
    """What lies in a folder, hidden files too."""
    return sorted(one.name for one in folder.iterdir())


def test_it_appears_when_everything_is_written(tmp_path: Path) -> None:
    target = tmp_path / "report.pdf"
    target.write_text("before")
    with whole_file(target) as unfinished:
        unfinished.write_text("after")
        assert target.read_text() == "before"
    assert target.read_text() == "after"
    assert names(tmp_path) == ["report.pdf"]


def test_what_breaks_off_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "report.pdf"
    target.write_text("before")
    with pytest.raises(ZeroDivisionError), whole_file(target) as unfinished:
        unfinished.write_text(str(1 / len(unfinished.read_bytes())))
    assert target.read_text() == "before"
    assert names(tmp_path) == ["report.pdf"]


def test_a_full_disk_is_said_with_the_name_of_the_target(tmp_path: Path) -> None:
    target = tmp_path / "report.pdf"
    with pytest.raises(BadInput, match=r"report\.pdf.*the disk is full"), whole_file(target):
        raise OSError(28, "No space left on device")
    assert not names(tmp_path)


@pytest.mark.parametrize("name", ["folder", "missing/report.pdf"])
def test_where_no_file_can_be_nothing_is_written(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(BadInput, match="cannot be written"):
        write_whole(tmp_path / name, b"x")
    assert names(tmp_path) == ["folder"]


def test_a_name_as_long_as_a_file_system_takes_is_written(tmp_path: Path) -> None:
    target = tmp_path / ("申" * 83 + ".pdf")
    write_whole(target, b"x")
    assert target.read_bytes() == b"x"


def test_others_may_read_what_the_user_lets_them_read(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_whole(tmp_path / "report.pdf", b"x")
    finally:
        os.umask(before)
    assert (tmp_path / "report.pdf").stat().st_mode & 0o777 == 0o640
