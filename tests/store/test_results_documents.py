"""Results of engines: their documents are read without their tables, and a missing table is still noticed."""

from pathlib import Path

import pyarrow as pa
import pytest

from linghang.errors import BadInput
from linghang.store.results import FOLDER, document_of, load, save


def test_a_document_is_read_without_its_tables_and_is_the_same(tmp_path: Path) -> None:
    document = {"finding": "met", "tables": {"rows": ["a"]}}
    save(tmp_path, "quality.spc", "2026-11-22", document, {"rows": pa.table({"a": [1]})})
    assert (
        document_of(tmp_path, "quality.spc", "2026-11-22") == load(tmp_path, "quality.spc", "2026-11-22")[0] == document
    )


@pytest.mark.parametrize(
    ("text", "said"), [("{", "is damaged"), ("[]", "is damaged"), ('{"tables": {"rows": 1}}', "rows.parquet")]
)
def test_a_damaged_result_is_refused(tmp_path: Path, text: str, said: str) -> None:
    folder = tmp_path / FOLDER / "quality.spc" / "one"
    folder.mkdir(parents=True)
    (folder / "result.json").write_text(text)
    with pytest.raises(BadInput, match=said):
        document_of(tmp_path, "quality.spc", "one")
    with pytest.raises(BadInput, match="there is no such result"):
        document_of(tmp_path, "quality.spc", "two")
