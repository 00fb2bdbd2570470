"""Pictures of surfaces: descriptions, classifier, its archive; and the shared steel surfaces."""

import os
from pathlib import Path

import numpy as np
import pytest
from inspection_textures import as_png, texture

from linghang.engines.quality.inspection_features import decoded, described, groups, working
from linghang.engines.quality.inspection_vision import Learnt, learnt, loaded, stratified, trained, varied
from linghang.errors import BadInput

SHARED = Path(os.environ.get("LINGHANG_SHARED", Path(__file__).resolve().parents[4] / "shared/data"))
KINDS = ("grain", "brushed", "cells")


@pytest.fixture(scope="module")
def drawn() -> Learnt:
    pictures = [texture(kind, seed) for kind in KINDS for seed in range(6)]
    return learnt(pictures, [kind for kind in KINDS for _ in range(6)], variants=1, seed=3)


def test_a_description_is_finite_and_always_as_long() -> None:
    size = max(one.stop for one in groups().values())
    pictures = (texture("grain", 1), np.zeros((64, 64)), np.ones((300, 40)), texture("cells", 2, 256))
    for one in pictures:
        found = described(one)
        assert found.shape == (size,)
        assert np.isfinite(found).all()


def test_a_description_hardly_changes_when_the_picture_is_turned_or_mirrored() -> None:
    one, other = texture("brushed", 1, 200), texture("grain", 1, 200)
    between = np.abs(described(one) - described(other))
    for turned in (np.rot90(one), np.rot90(one, 2), one[:, ::-1], one[::-1]):
        moved = np.abs(described(np.ascontiguousarray(turned)) - described(one))
        assert (moved <= 0.15 * between + 0.08).mean() > 0.93


def test_classes_are_told_apart(drawn: Learnt) -> None:
    table = drawn.confusion(3, 1)
    assert np.trace(table) == table.sum()
    model = drawn.model()
    assert [model.classify(texture(kind, 77))[0] for kind in KINDS] == list(KINDS)
    share = model.classify(texture("cells", 78))[1]
    assert share.sum() == pytest.approx(1)
    assert share.min() >= 0


def test_two_classes_are_enough(drawn: Learnt) -> None:
    rows = np.flatnonzero(drawn.labels != "cells")
    model = drawn.model(rows)
    assert model.classes == ("brushed", "grain")
    assert model.classify(texture("brushed", 80))[0] == "brushed"
    assert model.classify(texture("grain", 81))[0] == "grain"


def test_a_model_comes_back_from_its_archive(drawn: Learnt) -> None:
    model = drawn.model()
    again = loaded(model.saved())
    assert again.digest == model.digest
    assert np.array_equal(again.shares(drawn.own), model.shares(drawn.own))
    assert drawn.model().digest == model.digest
    assert drawn.model(np.arange(1, 18)).digest != model.digest


@pytest.mark.parametrize("content", [b"", b"PK nonsense", as_png(texture("grain", 1))])
def test_what_is_no_model_is_refused(content: bytes) -> None:
    with pytest.raises(BadInput, match="no saved model"):
        loaded(content)


def test_an_archive_with_objects_is_refused() -> None:
    import io

    out = io.BytesIO()
    np.savez(out, version=np.array([{"a": 1}], dtype=object))
    with pytest.raises(BadInput, match="no saved model"):
        loaded(out.getvalue())


def test_the_learning_curve_grows(drawn: Learnt) -> None:
    curve = drawn.curve((2, 4, 50), 2)
    assert [size for size, _ in curve] == [2, 4]
    assert curve[-1][1] >= 0.9


def test_variants_are_repeatable_and_keep_the_size() -> None:
    one = texture("grain", 4)
    first, again = varied(one, 3, 5), varied(one, 3, 5)
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert {each.shape for each in first} == {working(one).shape}


def test_folds_hold_every_class_and_keep_groups_together() -> None:
    number, group = np.repeat([0, 1, 2], 20), np.arange(60) // 2
    seen = []
    for learn, test in stratified(number, 5, 0, group):
        assert set(np.bincount(number[test], minlength=3)) == {4}
        assert not set(group[learn]) & set(group[test])
        seen += test.tolist()
    assert sorted(seen) == list(range(60))


def test_too_little_to_learn_from_is_refused() -> None:
    with pytest.raises(BadInput, match="two classes"):
        trained(np.zeros((3, 5)), ["a", "a", "a"])
    with pytest.raises(BadInput, match="two classes"):
        trained(np.zeros((3, 5)), ["a", "a", "b"])


def test_files_are_decoded_or_refused_with_their_name() -> None:
    one = texture("grain", 9)
    assert np.abs(decoded(as_png(one)) - one).max() < 0.01
    with pytest.raises(BadInput, match=r"x\.jpg is no picture"):
        decoded(b"\xff\xd8\xff nothing", "x.jpg")
    with pytest.raises(BadInput, match="16 x 16"):
        described(np.zeros((4, 4)))
    with pytest.raises(BadInput, match="16 x 16"):
        described(np.full((40, 40), np.nan))


@pytest.mark.slow
def test_steel_surfaces_are_told_apart_as_well_as_promised() -> None:
    """NEU-DET, 6 classes x 20: at least 0.90, also when neighbouring pictures of a strip are held out together."""
    folder = SHARED / "surface_defects_neu/images"
    if not folder.exists():
        pytest.skip("the shared data are not there")
    files = sorted(folder.glob("*.jpg"))
    names = [one.stem.rpartition("_") for one in files]
    known = learnt([decoded(one.read_bytes()) for one in files], [one[0] for one in names], variants=0)
    table = known.confusion(5, 2)
    assert np.trace(table) / table.sum() >= 0.95
    number = np.unique(known.labels, return_inverse=True)[1]
    block = (np.array([int(one[2]) for one in names]) - 1) // 4
    right = 0
    for fold in range(5):
        learn, test = np.flatnonzero(block != fold), np.flatnonzero(block == fold)
        right += int((known.model(learn).shares(known.own[test]).argmax(axis=1) == number[test]).sum())
    assert right / len(files) >= 0.95
