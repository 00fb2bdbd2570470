"""The guide of typical scenes: 40 of them, and which broken copies are refused."""

from collections import Counter
from pathlib import Path

import pytest

from linghang.conditions.scenes import MODEL_INNOVATION, SceneGuide, load_scenes
from linghang.conditions.shelf import PACKS, load_pack
from linghang.errors import BadInput

FILE = PACKS / "scenes-2025.yaml"


@pytest.fixture(scope="module")
def guide() -> SceneGuide:
    return load_scenes(FILE)


@pytest.fixture(scope="module")
def text() -> str:
    return FILE.read_text(encoding="utf-8")


def test_it_has_40_scenes_numbered_without_gaps(guide: SceneGuide) -> None:
    assert [scene.number for scene in guide.scenes] == list(range(1, 41))
    assert [scene.id for scene in guide.scenes] == [f"scene-{number:02}" for number in range(1, 41)]
    assert len({scene.name.zh for scene in guide.scenes}) == len({scene.name.en for scene in guide.scenes}) == 40


def test_the_scenes_stand_in_8_links_one_after_the_other(guide: SceneGuide) -> None:
    order = [link.id for link in guide.links]
    assert len(order) == len(set(order)) == 8
    places = [order.index(scene.guide_link) for scene in guide.scenes]
    assert places == sorted(places)
    assert set(places) == set(range(8))


def test_links_and_sub_links_are_those_of_the_conditions(guide: SceneGuide) -> None:
    links = {link.id: {sub.id for sub in link.sub_links} for link in load_pack("national-2024").links}
    assert {scene.link for scene in guide.scenes} == set(links)
    of_guide = {link.id: link.link for link in guide.links}
    for scene in guide.scenes:
        assert scene.link == of_guide[scene.guide_link]
        if scene.sub_link not in (None, MODEL_INNOVATION):
            assert any(scene.sub_link in subs for subs in links.values()), scene.id
    assert Counter(scene.sub_link for scene in guide.scenes)[MODEL_INNOVATION] > 0


def test_every_name_and_text_says_how_sure_it_is(guide: SceneGuide) -> None:
    assert set(guide.marks) == {"H", "M", "L", "D", "O", "I"}
    sure = {scene.number: scene.name_confidence for scene in guide.scenes}
    assert {number for number, mark in sure.items() if mark == "H"} == set(range(1, 9))
    assert [number for number, mark in sure.items() if mark == "L"] == [37]
    for scene in guide.scenes:
        assert scene.basis
        assert set(scene.basis) <= {"D", "O", "I"}
        assert scene.number < 8 or scene.basis == ("I",), "8 to 40 are understood from their names only"


BROKEN = {
    # how: (what stands there once, what stands there instead, what is said)
    "another format": ("format: linghang-scenes/1", "format: linghang-scenes/2", "this format is not known"),
    "number left out": ("  - number: 7\n", "  - number: 8\n", "are not numbered from 1 without gaps"),
    "not from 1": ("  - number: 1\n", "  - number: 0\n", "are not numbered from 1 without gaps"),
    "number in words": ("  - number: 7\n", "  - number: seven\n", "“number” must be a whole number, not “seven”"),
    "link that is not there": (
        "    name: {zh: 工厂数字化规划设计, en: digital factory planning and design}\n"
        "    guide_link: factory_construction\n",
        "    name: {zh: 工厂数字化规划设计, en: digital factory planning and design}\n"
        "    guide_link: factory_constructions\n",
        "there is no link factory_constructions; did you mean factory_construction",
    ),
    "link of another guide link": (
        "  - {id: product_service, name: {zh: 产品服务, en: product service}, link: operations}\n",
        "  - {id: product_service, name: {zh: 产品服务, en: product service}, link: production}\n",
        "belongs to operations, but its guide link to production",
    ),
    "mark that is not explained": (
        "  D:\n    zh: 说明：转述征求意见稿\n",
        "  C:\n    zh: 说明：转述征求意见稿\n",
        "“D” is not one",
    ),
    "mark of a name that is not explained": (
        "\n    name_confidence: L\n",
        "\n    name_confidence: X\n",
        "“X” is not one of",
    ),
    "key that is not known": (
        "  - number: 7\n",
        "  - number: 7\n    level: basic\n",
        "the key “level” is not known here",
    ),
    "name without Chinese": ("name: {zh: 产品服务, en:", "name: {en:", "the key “zh” is missing"),
    "status": ("\nstatus: complete\n", "\nstatus: done\n", "“done” is not one of complete, partial"),
}


@pytest.mark.parametrize(("part", "instead", "said"), BROKEN.values(), ids=BROKEN)
def test_a_broken_copy_is_refused(part: str, instead: str, said: str, text: str, tmp_path: Path) -> None:
    assert text.count(part) == 1, f"{part!r} stands {text.count(part)} times"
    path = tmp_path / "guide.yaml"
    path.write_text(text.replace(part, instead), encoding="utf-8")
    with pytest.raises(BadInput) as refusal:
        load_scenes(path)
    assert said in str(refusal.value)
    assert str(refusal.value).startswith("guide.yaml")


def test_a_copy_that_is_whole_is_the_same_guide(guide: SceneGuide, text: str, tmp_path: Path) -> None:
    path = tmp_path / "guide.yaml"
    path.write_text(text, encoding="utf-8")
    assert load_scenes(path) == guide
