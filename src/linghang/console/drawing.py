"""Small drawings that need no chart library: the ring of links and the strip of an indicator, as SVG."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from linghang.console.hypertext import tag

STRENGTHS = ("measured", "documented", "declared", "unmet", "unknown")
"""How an arc is divided, from the strongest proof on."""
RADIUS, WIDTH, SIZE = 78.0, 22.0, 200.0
GAP = 0.05
"""Radians between two arcs."""


@dataclass(frozen=True, slots=True)
class Arc:
    """One link: how many of its conditions are met by which proof, unmet and unknown."""

    label: str
    counts: Mapping[str, int]

    @property
    def asked(self) -> int:
        """How many conditions there are."""
        return sum(self.counts.values())

    @property
    def met(self) -> int:
        """How many are met, by whatever proof."""
        return sum(self.counts.get(one, 0) for one in STRENGTHS[:3])


def ring(arcs: Sequence[Arc], title: str, middle: str, under: str) -> Markup:
    """Draw one arc a link, each divided by proof."""
    parts: list[Markup] = []
    share = 2 * math.pi / max(len(arcs), 1)
    for place, arc in enumerate(arcs):
        start, end = place * share + GAP / 2, (place + 1) * share - GAP / 2
        parts.append(_arc(start, end, "lh-arc-rest"))
        at = start
        for strength in STRENGTHS[:4]:
            part = (end - start) * arc.counts.get(strength, 0) / max(arc.asked, 1)
            if part > 0:
                parts.append(_arc(at, at + part, f"lh-arc-{strength}"))
                at += part
        middle_of = (start + end) / 2
        x, y = _point(middle_of, RADIUS + WIDTH / 2 + 9)
        parts.append(tag("text", str(place + 1), x=f"{x:.1f}", y=f"{y + 4:.1f}", class_="lh-arc-number"))
    return tag(
        "svg",
        tag("title", title),
        *parts,
        tag("text", middle, x="100", y="100", class_="lh-ring-middle"),
        tag("text", under, x="100", y="119", class_="lh-ring-under"),
        viewBox=f"-10 -10 {SIZE + 20:g} {SIZE + 20:g}",
        role="img",
        class_="lh-ring",
    )


def _point(angle: float, radius: float) -> tuple[float, float]:
    return SIZE / 2 + radius * math.sin(angle), SIZE / 2 - radius * math.cos(angle)


def _arc(start: float, end: float, class_: str) -> Markup:
    (x0, y0), (x1, y1) = _point(start, RADIUS), _point(end, RADIUS)
    wide = 1 if end - start > math.pi else 0
    return tag(
        "path",
        d=f"M{x0:.2f} {y0:.2f}A{RADIUS:g} {RADIUS:g} 0 {wide} 1 {x1:.2f} {y1:.2f}",
        class_=f"lh-arc {class_}",
        stroke_width=f"{WIDTH:g}",
    )


@dataclass(frozen=True, slots=True)
class Mark:
    """A value of others on a strip."""

    label: str
    value: float


def strip(own: float, marks: Sequence[Mark], title: str) -> Markup | None:
    """Draw a value as a bar beside the marks of others; nothing where there is nothing to compare with."""
    values = [own, *(one.value for one in marks)]
    low, high = min(0.0, *values), max(values)
    if not marks or high <= low:
        return None

    def place(value: float) -> float:
        return 2 + 236 * (value - low) / (high - low)

    ticks = (
        tag("line", x1=f"{place(one.value):.1f}", x2=f"{place(one.value):.1f}", y1="1", y2="15", class_="lh-strip-mark")
        for one in marks
    )
    zero, end = place(0.0), place(own)
    return tag(
        "svg",
        tag("title", title),
        tag("rect", x="2", y="5", width="236", height="6", rx="3", class_="lh-strip-ground"),
        tag(
            "rect",
            x=f"{min(zero, end):.1f}",
            y="5",
            width=f"{max(abs(end - zero), 2):.1f}",
            height="6",
            rx="3",
            class_="lh-strip-own",
        ),
        *ticks,
        viewBox="0 0 240 16",
        preserveAspectRatio="none",
        role="img",
        class_="lh-strip",
    )
