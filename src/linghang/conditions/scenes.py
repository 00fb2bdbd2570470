"""A guide of typical scenes: names, the links that they belong to, and how sure each name and text is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from linghang.conditions.build import validity
from linghang.conditions.document import read_file
from linghang.conditions.shape import Shape
from linghang.errors import BadInput, Place, nearest
from linghang.words import Listed, Text

FORMAT = "linghang-scenes/1"
MODEL_INNOVATION = "model_innovation"
"""Sub-link of the scenes on new modes, beside the 14 sub-links of the conditions."""


@dataclass(frozen=True, slots=True)
class GuideLink:
    """One of the links of the guide and the link of the conditions that it belongs to."""

    id: str
    name: Text
    link: str


@dataclass(frozen=True, slots=True)
class Scene:
    """One typical scene.

    Attributes
    ----------
    link, sub_link
        Link and sub-link of the conditions; no sub-link where none fits.
    variants
        Other names that are in use.
    name_confidence, basis
        Marks that the guide's `marks` explain.
    """

    number: int
    id: str
    name: Text
    guide_link: str
    link: str
    sub_link: str | None
    variants: tuple[str, ...]
    text: Text
    name_confidence: str
    basis: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SceneGuide:
    """One edition of the guide."""

    id: str
    title: Text
    note: Text
    document: Mapping[str, object]
    status: str
    valid_from: date
    valid_to: date | None
    marks: Mapping[str, Text]
    links: tuple[GuideLink, ...]
    scenes: tuple[Scene, ...]


def load_scenes(path: Path) -> SceneGuide:
    """Load a guide of scenes.

    Raises
    ------
    BadInput
        A key is missing or not known, a mark is not explained, or a number or link does not fit.
    """
    content = read_file(path)
    shape = Shape(content, path.name)
    if shape.take("format", str) != FORMAT:
        raise shape.refuse("this format is not known; it should be {format}", "format", format=FORMAT)
    start, end = validity(shape.shape("valid"))
    marks = marks_of(shape)
    links = tuple(_link(one) for one in shape.items("links"))
    guide = SceneGuide(
        shape.take("id", str),
        shape.text("title"),
        shape.text("note"),
        shape.take("document", dict),
        shape.word("status", ("complete", "partial")),
        start,
        end,
        marks,
        links,
        tuple(_scene(one, marks, {link.id: link.link for link in links}) for one in shape.items("scenes")),
    )
    shape.done()
    if [scene.number for scene in guide.scenes] != list(range(1, len(guide.scenes) + 1)):
        raise BadInput("the scenes are not numbered from 1 without gaps", Place(path.name))
    return guide


def marks_of(shape: Shape) -> dict[str, Text]:
    """Take the explanations of the confidence marks."""
    inside = shape.shape("confidence_marks")
    return {mark: inside.text(mark) for mark in inside.data}


def _link(shape: Shape) -> GuideLink:
    link = GuideLink(shape.take("id", str), shape.text("name"), shape.take("link", str))
    shape.done()
    return link


def _scene(shape: Shape, marks: Mapping[str, Text], links: Mapping[str, str]) -> Scene:
    scene = Scene(
        shape.take("number", int),
        shape.take("id", str),
        shape.text("name"),
        shape.take("guide_link", str),
        shape.take("link", str),
        shape.maybe("sub_link", str),
        shape.strings("variants"),
        shape.text("text"),
        shape.word("name_confidence", tuple(marks)),
        shape.strings("basis"),
    )
    shape.done()
    if scene.guide_link not in links:
        raise shape.refuse(
            "there is no link {name}; {near}",
            "guide_link",
            name=scene.guide_link,
            near=nearest(scene.guide_link, sorted(links)),
        )
    if links[scene.guide_link] != scene.link:
        raise shape.refuse(
            "belongs to {found}, but its guide link to {right}", "link", found=scene.link, right=links[scene.guide_link]
        )
    if unknown := [mark for mark in scene.basis if mark not in marks]:
        raise shape.refuse("“{value}” is not one of {choices}", "basis", value=unknown[0], choices=Listed(marks))
    return scene
