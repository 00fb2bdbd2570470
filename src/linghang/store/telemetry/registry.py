"""Names of tags and texts of values, as numbers. A number is durable before anybody gets to know it."""

from collections.abc import Sequence
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from linghang.errors import BadInput, nearest
from linghang.store.telemetry.manifest import Manifest
from linghang.store.telemetry.points import TagKind
from linghang.store.telemetry.rows import MOST_TAGS

MOST_LETTERS = 4096
"""Letters of a name or a text; a longer one is a mistake of the source."""


class Registry:
    """Tags and texts of a store, as far as the manifest had them when they were last read.

    A tag is a name with a kind. Where a source changes the kind of a name, that makes a new tag: points stay with the
    kind under which they came, and whoever asks for the name gets both.

    Parameters
    ----------
    manifest
        Where they are kept.
    """

    def __init__(self, manifest: Manifest) -> None:
        self._manifest = manifest
        self._lock = Lock()
        self._tags: dict[tuple[str, str], int] = {}
        self._texts: dict[str, int] = {}
        self._numbers_of: dict[str, list[int]] = {}
        self.names: list[str] = []
        self.kinds: list[TagKind] = []
        self.texts: list[str] = []
        self.refresh()

    def __len__(self) -> int:
        return len(self.names)

    def refresh(self) -> None:
        """Read what has been added since."""
        with self._lock:
            self._know(self._manifest.tags(len(self.names) - 1), self._manifest.texts(len(self.texts) - 1))

    def register(self, names: Sequence[str], kinds: Sequence[TagKind] | TagKind) -> NDArray[np.int32]:
        """Return the numbers of tags, and keep those that are new.

        Raises
        ------
        BadInput
            A name that cannot be one, lengths that differ, or too many tags. Nothing is kept then.
        StoreFull
            No space.
        """
        wanted = [kinds] * len(names) if isinstance(kinds, TagKind) else list(kinds)
        if len(wanted) != len(names):
            raise BadInput("{names} names, but {kinds} kinds", names=len(names), kinds=len(wanted))
        tags = [(_sound(name), TagKind(kind).value) for name, kind in zip(names, wanted, strict=True)]
        if "" in names:
            raise BadInput("a tag needs a name")
        with self._lock:
            new = list(dict.fromkeys(tag for tag in tags if tag not in self._tags))
            if new:
                if len(self.names) + len(new) > MOST_TAGS:
                    raise BadInput("a store has room for {most} tags", most=MOST_TAGS)
                rows = [(len(self.names) + place, *tag) for place, tag in enumerate(new)]
                self._manifest.add(tags=rows)
                self._know(rows, [])
            return np.fromiter((self._tags[tag] for tag in tags), np.int32, len(tags))

    def text_numbers(self, words: Sequence[str]) -> list[int]:
        """Return the numbers of texts, and keep those that are new.

        Raises
        ------
        BadInput
            A text that cannot be kept. Nothing is kept then.
        StoreFull
            No space.
        """
        words = [_sound(word) for word in words]
        with self._lock:
            new = list(dict.fromkeys(word for word in words if word not in self._texts))
            if new:
                rows = [(len(self.texts) + place, word) for place, word in enumerate(new)]
                self._manifest.add(texts=rows)
                self._know([], rows)
            return [self._texts[word] for word in words]

    def numbers_of(self, names: Sequence[str]) -> NDArray[np.int32]:
        """Return the numbers of all tags with these names, in growing order.

        Raises
        ------
        BadInput
            There is no such tag.
        """
        with self._lock:
            for name in names:
                if name not in self._numbers_of:
                    known = tuple(self._numbers_of)
                    raise BadInput("no tag “{name}”; {near}", name=name, near=nearest(name, known))
            numbers = {number for name in names for number in self._numbers_of[name]}
        return np.array(sorted(numbers), np.int32)

    def _know(self, tags: Sequence[tuple[int, str, str]], texts: Sequence[tuple[int, str]]) -> None:
        for number, name, kind in tags:
            self._tags[name, kind] = number
            self._numbers_of.setdefault(name, []).append(number)
            self.names.append(name)
            self.kinds.append(TagKind(kind))
        for number, text in texts:
            self._texts[text] = number
            self.texts.append(text)


def _sound(text: str) -> str:
    """Return the text if it can be kept and found again as it is."""
    if len(text) > MOST_LETTERS:
        raise BadInput("“{text}…” is longer than {most} letters", text=text[:40], most=MOST_LETTERS)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise BadInput("“{text}” is not Unicode text", text=text.encode(errors="replace").decode()) from None
    return text
