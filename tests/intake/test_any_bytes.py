"""Whatever bytes a file has: it is read, or refused as bad input; nothing else happens."""

from contextlib import suppress
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linghang.errors import BadInput
from linghang.intake.delimited import read_delimited
from linghang.intake.mapping_file import read_mapping
from linghang.intake.parquet import read_parquet
from linghang.intake.sheet import Problems
from linghang.intake.workbook import read_workbook

_OFTEN = st.sampled_from(
    [b",", b"\n", b'"', b"\r\n", b";", b"a", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", "厂".encode("gb18030")]
)
_BYTES = st.lists(_OFTEN | st.binary(max_size=4), max_size=40).map(b"".join)
_KEPT = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@_KEPT
@given(_BYTES)
def test_any_bytes_as_csv(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    with suppress(BadInput):
        sheet = read_delimited(path, Problems())
        assert all(len(column) == len(sheet) for column in sheet.texts)
        assert len(sheet.texts) == len(sheet.header)


@_KEPT
@given(_BYTES)
def test_any_bytes_as_workbook_parquet_and_mapping(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(content)
    with suppress(BadInput):
        read_workbook(path, Problems())
    with suppress(BadInput):
        read_parquet(path)
    with suppress(BadInput):
        read_mapping(path)


_VALUES = st.recursive(
    st.text("abc{}[]%", max_size=5) | st.integers(-3, 3) | st.booleans(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["from", "value", "join", "unit", "plus", "next", "limit", "words", "take", "where", "times"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {_toml(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else f'"{value}"'


@_KEPT
@given(_VALUES, _VALUES, st.sampled_from(["name", "customer_id"]))
def test_any_mapping_is_read_or_refused(tmp_path: Path, value: object, where: object, name: str) -> None:
    path = tmp_path / "mapping.toml"
    head = '[[source]]\n[[source.table]]\nto = "customer"\n'
    path.write_text(f"{head}where = {_toml(where)}\n[source.table.columns]\n{name} = {_toml(value)}\n")
    with suppress(BadInput):
        read_mapping(path)
