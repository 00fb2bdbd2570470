"""Pages of a report as pictures: those of its PDF, kept while nothing that it rests on changes."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from reported_plants import NOW, STATED, asked, make_plant

from linghang.errors import BadInput
from linghang.usecases import report_previews
from linghang.usecases.report_missing import completeness_of
from linghang.usecases.report_previews import png, preview, preview_page
from linghang.usecases.reporting import Output, compose


@pytest.fixture(scope="module")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that no test changes."""
    return make_plant(tmp_path_factory.mktemp("previewed"))


def test_a_page_looks_as_in_the_file(plant: Path) -> None:
    from pypdfium2 import PdfDocument

    found = preview(plant, asked(), "en", NOW)
    drawn = preview_page(plant, found.of, 2, 600)
    assert drawn is not None
    document = PdfDocument(compose(plant, asked(), Output("pdf", "en"), NOW).content)
    page = document[1]
    theirs = page.render(scale=600 / page.get_width(), rev_byteorder=True).to_numpy()[:, :, :3].copy()
    assert len(found.pages) == len(document)
    document.close()
    assert np.array_equal(np.asarray(Image.open(BytesIO(drawn))), theirs)


def test_it_is_made_once_for_a_state_of_the_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = make_plant(tmp_path)
    made: list[str] = []
    real = report_previews.compose
    monkeypatch.setattr(report_previews, "compose", lambda *args: made.append("made") or real(*args))
    first = preview(folder, asked(), "zh", NOW)
    assert preview(folder, asked(), "zh", NOW) == first
    assert len(made) == 1
    assert preview(folder, asked(), "en", NOW).of != first.of
    (folder / "application.yaml").write_text(STATED.replace("三年目标", "另一个目标"), "utf-8")
    assert preview(folder, asked(), "zh", NOW).of != first.of
    assert len(made) == 3


def test_what_is_not_kept_or_not_there_is_told_apart(plant: Path) -> None:
    found = preview(plant, asked(), "zh", NOW)
    assert preview_page(plant, "0" * 32, 1, 600) is None
    assert preview_page(plant, "../../records", 1, 600) is None
    with pytest.raises(BadInput, match=r"has .* pages, not 999"):
        preview_page(plant, found.of, 999, 600)


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_a_picture_is_read_back_as_it_was(height: int, width: int, seed: int) -> None:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    assert np.array_equal(np.asarray(Image.open(BytesIO(png(pixels)))), pixels)


def test_completeness_counts_every_place_and_names_where_each_missing_one_is_supplied(plant: Path) -> None:
    found = completeness_of(plant, asked(), NOW)
    assert found.places > found.missing > 0
    assert [str(one.title.en) for one in found.chapters] == [
        "The unit",
        "The factory",
        "Scenes",
        "What is special, and effects",
        "Plan",
    ]
    parts = {part.where.en: part for one in found.chapters for part in one.missing}
    postal = parts["The unit: Postal address"]
    assert (postal.supplied, postal.at) == ("statement", "unit.postal_address")
    revenue = parts["The unit: Revenue of the main business"]
    assert (revenue.supplied, revenue.at) == ("records", "finance_month")
    assert "The unit: Phone" not in parts
    assert found.conditions >= found.proved
