"""Damaged office files are refused in a sentence, whatever byte was changed; their text never stops anything."""

import contextlib
from pathlib import Path

import pytest
from hostile_office import docx, packed_bytes, xlsx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linghang.errors import BadInput
from linghang.intake.document_text import text_of
from linghang.intake.office_file import check_office, looks_like_office

WHOLE = {".docx": packed_bytes(docx()), ".xlsx": packed_bytes(xlsx())}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("office")


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    suffix=st.sampled_from(sorted(WHOLE)),
    changes=st.lists(st.tuples(st.integers(0, 1 << 16), st.integers(0, 255)), min_size=1, max_size=6),
    cut=st.none() | st.integers(0, 2_000),
)
def test_any_changed_byte_is_refused_in_a_sentence_or_harmless(
    home: Path, suffix: str, changes: list[tuple[int, int]], cut: int | None
) -> None:
    data = bytearray(WHOLE[suffix])
    for at, value in changes:
        data[at % len(data)] = value
    path = home / f"a{suffix}"
    path.write_bytes(data[:cut])
    looks_like_office(path, "a.dat")
    with contextlib.suppress(BadInput):
        check_office(path)
    assert text_of(path, path.name).state in ("text", "none", "failed")
