"""Paper for drawings: SVG written as text, with the widths of Chinese and Latin letters, and marks that print in grey.

Everything is in points (1/72 inch), from the top left. Same calls, same bytes: no clock, no random numbers.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

FONTS = "Noto Sans CJK SC, Source Han Sans SC, Microsoft YaHei, SimHei, WenQuanYi Zen Hei"
INK = "#1a1a1a"
FAINT = "#8c8c8c"
GRID = "#d9d9d9"
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#7f7f7f", "#e69f00", "#4d4d4d")
"""Colours that people with any kind of colour blindness tell apart (Okabe and Ito 2008), the darkest first."""
DASHES = ("", "5 2", "1.5 1.5", "7 2 1.5 2", "3 3", "9 3", "1 3", "6 1.5 1.5 1.5 1.5 1.5")
HATCHES = ("solid", "rising", "dots", "falling", "cross", "level", "upright", "plain")

_NARROW = frozenset("ijlI.,:;'|!()[]{} ft/\\-")
_WIDE = frozenset("mwMW@%")


def text_width(text: str, size: float) -> float:
    """Return the width of `text` in points at font size `size`; Chinese letters are one em wide."""
    return size * sum(_em(letter) for letter in text)


def _em(letter: str) -> float:
    if unicodedata.east_asian_width(letter) in "WF":
        return 1.0
    if unicodedata.combining(letter):
        return 0.0
    if letter in _NARROW:
        return 0.33
    if letter in _WIDE:
        return 0.88
    return 0.64 if letter.isupper() else 0.56


def folded(text: str, width: float, size: float, lines: int = 2) -> list[str]:
    """Break `text` into at most `lines` lines of `width` points; what does not fit ends with an ellipsis.

    Chinese breaks between any two letters, Latin words and numbers stay whole where they fit into a line. Lines come
    out about equally long: no single letter is left over.
    """
    done = _filled(text, width, size)
    narrower = width
    while 1 < len(done) <= lines and narrower > width / 2:
        narrower -= size / 2
        tried = _filled(text, narrower, size)
        if len(tried) > len(done):
            break
        done = tried
    if len(done) > lines:
        done = [*done[: lines - 1], shortened("".join(done[lines - 1 :]), width, size)]
    return done


def _filled(text: str, width: float, size: float) -> list[str]:
    done: list[str] = []
    line = ""
    for word in _words(" ".join(text.split())):
        if text_width(line + word.rstrip(), size) <= width:
            line += word
            continue
        if line.strip():
            done.append(line.rstrip())
        line = word
        while text_width(line.rstrip(), size) > width and len(line) > 1:
            fitting = _fitting(line, width, size)
            done.append(line[:fitting])
            line = line[fitting:]
    done.append(line.rstrip())
    return [one for one in done if one] or [""]


def shortened(text: str, width: float, size: float) -> str:
    """Cut `text` to `width` points, with an ellipsis where something is cut."""
    if text_width(text, size) <= width:
        return text
    return text[: _fitting(text, width - size, size)].rstrip() + "…"


def _fitting(text: str, width: float, size: float) -> int:
    used = 0.0
    for place, letter in enumerate(text):
        used += _em(letter) * size
        if used > width:
            return max(place, 1)
    return len(text)


def _words(text: str) -> Iterable[str]:
    word = ""
    for letter in text:
        if unicodedata.east_asian_width(letter) in "WF":
            if word:
                yield word
            word = ""
            yield letter
        else:
            word += letter
            if letter == " ":
                yield word
                word = ""
    if word:
        yield word


@dataclass(frozen=True, slots=True)
class Drawing:
    """A finished drawing: SVG, its size in points, and what it shows in words for those who do not see it."""

    id: str
    title: str
    svg: str
    width: float
    height: float
    alt: str


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in points."""

    x: float
    y: float
    width: float
    height: float

    def hits(self, other: "Box", gap: float = 0.0) -> bool:
        """Whether the two overlap, or come nearer than `gap`."""
        return (
            self.x < other.x + other.width + gap
            and other.x < self.x + self.width + gap
            and self.y < other.y + other.height + gap
            and other.y < self.y + self.height + gap
        )


class Paper:
    """Collects shapes and writes them as one SVG."""

    def __init__(self, width: float) -> None:
        self.width = width
        self._shapes: list[str] = []
        self._hatches: dict[str, str] = {}

    def line(
        self, points: Sequence[tuple[float, float]], colour: str = INK, width: float = 0.8, dash: str = ""
    ) -> None:
        """Draw a polyline."""
        if len(points) < 2:
            return
        path = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self._shapes.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{_n(width)}"'
            f' stroke-linejoin="round"{dashed}/>'
        )

    def area(self, points: Sequence[tuple[float, float]], fill: str, edge: str = "none", width: float = 0.6) -> None:
        """Draw a filled polygon."""
        path = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
        self._shapes.append(f'<polygon points="{path}" fill="{fill}" stroke="{edge}" stroke-width="{_n(width)}"/>')

    def box(self, box: Box, fill: str = "none", edge: str = INK, width: float = 0.6, round_: float = 0.0) -> None:
        """Draw a rectangle."""
        self._shapes.append(
            f'<rect x="{_n(box.x)}" y="{_n(box.y)}" width="{_n(max(box.width, 0.1))}"'
            f' height="{_n(max(box.height, 0.1))}" rx="{_n(round_)}" fill="{fill}" stroke="{edge}"'
            f' stroke-width="{_n(width)}"/>'
        )

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float = 8.0,
        anchor: str = "start",
        colour: str = INK,
        bold: bool = False,
        turn: float = 0.0,
    ) -> None:
        """Write one line; `y` is its base line."""
        weight = ' font-weight="bold"' if bold else ""
        turned = f' transform="rotate({_n(turn)} {_n(x)} {_n(y)})"' if turn else ""
        self._shapes.append(
            f'<text x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}" text-anchor="{anchor}" fill="{colour}"'
            f"{weight}{turned}>{escape(_printable(text))}</text>"
        )

    def lines(self, x: float, middle: float, lines: Sequence[str], size: float = 8.0, anchor: str = "middle") -> None:
        """Write several lines around the height `middle`."""
        step = size * 1.25
        first = middle - step * (len(lines) - 1) / 2 + size * 0.36
        for place, one in enumerate(lines):
            self.text(x, first + place * step, one, size, anchor)

    def mark(self, kind: int, x: float, y: float, colour: str, radius: float = 2.4) -> None:
        """Draw the mark of a series: each number another shape, so that grey print tells them apart."""
        r = radius
        shapes: tuple[tuple[tuple[float, float], ...], ...] = (
            (),
            ((-r, -r), (r, -r), (r, r), (-r, r)),
            ((0, -r * 1.2), (r * 1.1, r), (-r * 1.1, r)),
            ((0, -r * 1.3), (r * 1.3, 0), (0, r * 1.3), (-r * 1.3, 0)),
        )
        shape = shapes[kind % len(shapes)]
        fill = colour if kind < len(shapes) else "#ffffff"
        if not shape:
            self.circle(x, y, r, fill, colour)
        else:
            self.area([(x + dx, y + dy) for dx, dy in shape], fill, colour)

    def circle(self, x: float, y: float, radius: float, fill: str, edge: str = INK, width: float = 0.8) -> None:
        """Draw a circle."""
        self._shapes.append(
            f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}" fill="{fill}" stroke="{edge}"'
            f' stroke-width="{_n(width)}"/>'
        )

    def hatch(self, kind: int) -> str:
        """Return the fill of series `kind`: its colour with a pattern of its own."""
        name = HATCHES[kind % len(HATCHES)]
        colour = COLOURS[kind % len(COLOURS)]
        if name == "solid":
            return colour
        key = f"h{kind % len(COLOURS)}-{name}"
        if key not in self._hatches:
            self._hatches[key] = _pattern(key, name, colour)
        return f"url(#{key})"

    def finished(self, id_: str, title: str, height: float, alt: str) -> Drawing:
        """Return what was drawn."""
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{_n(self.width)}pt" height="{_n(height)}pt"'
            f' viewBox="0 0 {_n(self.width)} {_n(height)}" font-family={quoteattr(FONTS)}>'
        )
        kept = f"<defs>{''.join(self._hatches.values())}</defs>" if self._hatches else ""
        return Drawing(id_, title, "".join((head, kept, *self._shapes, "</svg>")), self.width, height, alt)


def _pattern(key: str, name: str, colour: str) -> str:
    strokes = {
        "rising": '<path d="M-1,1 L1,-1 M0,5 L5,0 M4,6 L6,4" stroke="{c}" stroke-width="1.1"/>',
        "falling": '<path d="M-1,4 L1,6 M0,0 L5,5 M4,-1 L6,1" stroke="{c}" stroke-width="1.1"/>',
        "cross": '<path d="M0,0 L5,5 M5,0 L0,5" stroke="{c}" stroke-width="0.8"/>',
        "level": '<path d="M0,2.5 L5,2.5" stroke="{c}" stroke-width="1.2"/>',
        "upright": '<path d="M2.5,0 L2.5,5" stroke="{c}" stroke-width="1.2"/>',
        "dots": '<circle cx="2.5" cy="2.5" r="1.1" fill="{c}"/>',
        "plain": "",
    }
    return (
        f'<pattern id="{key}" width="5" height="5" patternUnits="userSpaceOnUse">'
        f'<rect width="5" height="5" fill="#ffffff"/>{strokes[name].format(c=colour)}</pattern>'
    )


def _n(value: float) -> str:
    short = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if short in ("-0", "") else short


def _printable(text: str) -> str:
    return "".join(" " if unicodedata.category(letter) in ("Cc", "Cs", "Co", "Cn") else letter for letter in text)
