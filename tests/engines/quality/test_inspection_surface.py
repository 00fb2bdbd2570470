"""Where a surface differs: from itself, from good ones, and by boxes that people drew."""

import numpy as np
import pytest
from inspection_textures import SIDE, spoilt, texture

from linghang.engines.quality.inspection_marking import marker, mask_of, voc_boxes
from linghang.engines.quality.inspection_surface import boxes, good_surface, overlap, patches, spots
from linghang.errors import BadInput

BOX = (40, 60, 75, 90)
VOC = """<annotation><size><width>60</width><height>60</height><depth>1</depth></size>
<object><name>spot</name><bndbox><xmin>20</xmin><ymin>30</ymin><xmax>40</xmax><ymax>45</ymax></bndbox></object></annotation>"""


def test_a_spot_is_found_where_it_is() -> None:
    found = spots(spoilt(texture("grain", 1), BOX), (SIDE, SIDE))
    assert overlap(found[0][0], BOX) > 0.3


def test_boxes_are_in_pixels_of_the_file() -> None:
    image = spoilt(texture("grain", 1), BOX)
    small, large = spots(image, (SIDE, SIDE)), spots(image, (10 * SIDE, 10 * SIDE))
    assert large[0][0] == pytest.approx([10 * one for one in small[0][0]])


def test_an_even_surface_has_no_large_spot() -> None:
    for seed in range(5):
        found = spots(texture("grain", seed), (SIDE, SIDE))
        assert sum((box[2] - box[0]) * (box[3] - box[1]) for box, _ in found) < 0.15 * SIDE**2
    assert spots(np.full((64, 64), 0.5, np.float32), (64, 64)) == []


def test_against_good_surfaces() -> None:
    model = good_surface([patches(texture("grain", seed)) for seed in range(12)])
    good = [model.score(texture("grain", seed))[0] for seed in range(100, 130)]
    bad = [model.score(spoilt(texture("grain", seed), BOX))[0] for seed in range(100, 110)]
    other = [model.score(texture("brushed", seed))[0] for seed in range(10)]
    assert np.mean(np.array(good) > model.limit) <= 0.1
    assert min(bad) > model.limit
    assert min(other) > model.limit
    score, each = model.score(spoilt(texture("grain", 100), BOX))
    assert score == np.percentile(each, 98)
    assert overlap(boxes(each, model.patch_limit, (SIDE, SIDE))[0][0], BOX) > 0.3
    assert model.digest == good_surface([patches(texture("grain", seed)) for seed in range(12)]).digest


def test_a_limit_needs_five_good_pictures() -> None:
    with pytest.raises(BadInput, match="five pictures"):
        good_surface([patches(texture("grain", seed)) for seed in range(4)])


def test_boxes_that_people_drew_are_learnt() -> None:
    places = [(10 + 5 * seed, 70 - 5 * seed, 45 + 5 * seed, 100 - 5 * seed) for seed in range(8)]
    found = [patches(spoilt(texture("grain", seed), one)) for seed, one in enumerate(places)]
    masks = [mask_of([one], (SIDE, SIDE), found[0].shape[:2]) for one in places]
    model = marker(found, ["spot"] * 8, masks)
    marked = model.mark(spoilt(texture("grain", 99), BOX), "spot", (SIDE, SIDE))
    assert overlap(marked[0][0], BOX) > 0.6
    assert model.mark(texture("grain", 98), "another", (SIDE, SIDE)) == []


def test_voc_boxes_follow_a_resized_picture() -> None:
    assert voc_boxes(VOC.encode(), (120, 120)) == [(40.0, 60.0, 80.0, 90.0)]
    assert voc_boxes(b"<annotation/>", (10, 10)) == []


@pytest.mark.parametrize("content", [b"", b"<annotation", VOC.replace("<xmin>20", "<xmin>left").encode()])
def test_broken_voc_files_are_refused(content: bytes) -> None:
    with pytest.raises(BadInput, match=r"one\.xml is no file of boxes"):
        voc_boxes(content, (10, 10), "one.xml")


def test_overlap_by_hand() -> None:
    assert overlap((0, 0, 10, 10), (5, 5, 15, 15)) == pytest.approx(25 / 175)
    assert overlap((0, 0, 1, 1), (2, 2, 3, 3)) == 0
    assert overlap((0, 0, 2, 2), (0, 0, 2, 2)) == 1
