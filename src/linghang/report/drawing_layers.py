"""Where boxes and the lines between them go: a layered layout with lines that turn at right angles.

Boxes stand in given rows. A line over several rows passes through places of its own in the rows between (Sugiyama,
Tagawa and Toda 1981); rows are ordered by the mean place of their neighbours, so that lines cross less. Between two
rows every line has a track of its own: no two lines run over each other.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

BOX_WIDTH = 60.0
BOX_HEIGHT = 30.0
GAP = 9.0
LANE = 7.0
TRACK = 7.5
MARGIN = 9.0
SWEEPS = 12


@dataclass(frozen=True, slots=True)
class Join:
    """A line from one box to another; `key` is what finds its way again."""

    key: int
    source: str
    target: str


@dataclass(slots=True)
class Layout:
    """Centres of boxes, the corner points of every line, and how high it all is (points)."""

    centres: dict[str, tuple[float, float]] = field(default_factory=dict)
    ways: dict[int, list[tuple[float, float]]] = field(default_factory=dict)
    row_tops: list[float] = field(default_factory=list)
    height: float = 0.0


@dataclass(slots=True)
class _Piece:
    """One crossing of the space between two rows; `low` of a piece within one row is in that same row."""

    join: int
    high: str
    low: str
    same_row: bool
    x_high: float = 0.0
    x_low: float = 0.0
    track: int = 0


def laid_out(rows: Sequence[Sequence[str]], joins: Sequence[Join], left: float, width: float) -> Layout:
    """Lay out the rows of boxes between `left` and `left + width` points, from 0 downwards."""
    row_of = {name: place for place, row in enumerate(rows) for name in row}
    places = [list(row) for row in rows]
    spaces: list[list[_Piece]] = [[] for _ in range(len(rows) + 1)]
    for join in joins:
        _pieces(join, row_of, places, spaces)
    _order(places, spaces)
    x = _spread(places, spaces, left, width)
    for space in spaces:
        _ports(space, x)
        _tracks(space)
    return _finished(places, spaces, joins, row_of, x)


def _pieces(join: Join, row_of: dict[str, int], places: list[list[str]], spaces: list[list[_Piece]]) -> None:
    start, end = row_of[join.source], row_of[join.target]
    if start == end:
        # Under the row, or over it where it is the last one.
        space = start + 1 if start + 1 < len(spaces) - 1 else start
        spaces[space].append(_Piece(join.key, join.source, join.target, True))
        return
    high, low = (join.source, join.target) if start < end else (join.target, join.source)
    above = high
    for row in range(min(start, end) + 1, max(start, end)):
        bend = f"\0{join.key}:{row}"
        places[row].append(bend)
        spaces[row].append(_Piece(join.key, above, bend, False))
        above = bend
    spaces[max(start, end)].append(_Piece(join.key, above, low, False))


def _order(places: list[list[str]], spaces: list[list[_Piece]]) -> None:
    near: dict[str, list[str]] = defaultdict(list)
    for space in spaces:
        for piece in space:
            near[piece.high].append(piece.low)
            near[piece.low].append(piece.high)
    for sweep in range(SWEEPS):
        at = {name: place - len(row) / 2 for row in places for place, name in enumerate(row)}
        for row in places if sweep % 2 else reversed(places):
            mean = {one: sum(at[o] for o in near[one]) / len(near[one]) if near[one] else at[one] for one in row}
            row.sort(key=lambda one, mean=mean, at=at: (mean[one], at[one]))  # type: ignore[misc]
            at |= {name: place - len(row) / 2 for place, name in enumerate(row)}


def _half(name: str) -> float:
    return LANE / 2 if name.startswith("\0") else BOX_WIDTH / 2 + GAP / 2


def _spread(places: list[list[str]], spaces: list[list[_Piece]], left: float, width: float) -> dict[str, float]:
    x: dict[str, float] = {}
    for row in places:
        needed = sum(2 * _half(one) for one in row)
        at = left + (width - needed) / 2
        free = max(width - needed, 0) / max(len(row), 1)
        at -= free * (len(row) - 1) / 2
        for one in row:
            x[one] = at + _half(one)
            at += 2 * _half(one) + free
    near: dict[str, list[str]] = defaultdict(list)
    for space in spaces:
        for piece in space:
            near[piece.high].append(piece.low)
            near[piece.low].append(piece.high)
    for _ in range(SWEEPS):
        for row in places:
            wanted = [sum(x[o] for o in near[one]) / len(near[one]) if near[one] else x[one] for one in row]
            wanted = [(x[one] + want) / 2 for one, want in zip(row, wanted, strict=True)]
            for one, at in zip(row, _apart(row, wanted, left, width), strict=True):
                x[one] = at
    return x


def _apart(row: list[str], wanted: list[float], left: float, width: float) -> list[float]:
    placed: list[float] = []
    edge = left
    for one, want in zip(row, wanted, strict=True):
        at = max(want, edge + _half(one))
        placed.append(at)
        edge = at + _half(one)
    edge = left + width
    for place in range(len(row) - 1, -1, -1):
        placed[place] = min(placed[place], edge - _half(row[place]))
        edge = placed[place] - _half(row[place])
    return placed


def _ports(space: list[_Piece], x: dict[str, float]) -> None:
    """Give every line end a place of its own along the side of its box."""
    ends: dict[tuple[str, bool], list[tuple[float, _Piece, bool]]] = defaultdict(list)
    for piece in space:
        ends[piece.high, True].append((x[piece.low], piece, True))
        ends[piece.low, piece.same_row].append((x[piece.high], piece, False))
    taken: list[float] = []
    for (name, _), group in sorted(ends.items(), key=lambda item: (not item[0][0].startswith("\0"), item[0])):
        group.sort(key=lambda end: (end[0], end[1].join))
        reach = 0.0 if name.startswith("\0") else BOX_WIDTH / 2 - 5
        for place, (_, piece, is_high) in enumerate(group):
            at = x[name] + reach * (2 * (place + 0.5) / len(group) - 1) if reach else x[name]
            own = piece.x_low if is_high else piece.x_high
            if reach:
                at = _free(at, taken, own, x[name] - reach, x[name] + reach)
            taken.append(at)
            if is_high:
                piece.x_high = at
            else:
                piece.x_low = at


def _free(at: float, taken: list[float], own: float, lowest: float, highest: float) -> float:
    """Return the nearest place to `at` that no other line of this space uses; its own other end may be there."""
    if own and lowest <= own <= highest and abs(own - at) < 8:
        return own
    for step in range(24):
        for sign in (1, -1):
            tried = at + sign * step * 2.2
            if lowest <= tried <= highest and all(abs(tried - one) >= 2.2 for one in taken):
                return tried
    return at


def _tracks(space: list[_Piece]) -> None:
    used: list[list[tuple[float, float]]] = []
    bent = [piece for piece in space if abs(piece.x_high - piece.x_low) > 0.5 or piece.same_row]
    for piece in sorted(bent, key=lambda one: (abs(one.x_high - one.x_low), one.join)):
        first, last = sorted((piece.x_high, piece.x_low))
        for track, intervals in enumerate(used):
            if all(last + 4 < start or end + 4 < first for start, end in intervals):
                intervals.append((first, last))
                piece.track = track
                break
        else:
            piece.track = len(used)
            used.append([(first, last)])


def _finished(
    places: list[list[str]],
    spaces: list[list[_Piece]],
    joins: Sequence[Join],
    row_of: dict[str, int],
    x: dict[str, float],
) -> Layout:
    layout = Layout()
    heights = [_height(space, place in (0, len(spaces) - 1)) for place, space in enumerate(spaces)]
    y = 0.0
    starts = []
    for row, names in enumerate(places):
        starts.append(y)
        y += heights[row]
        layout.row_tops.append(y)
        layout.centres |= {name: (x[name], y + BOX_HEIGHT / 2) for name in names if not name.startswith("\0")}
        y += BOX_HEIGHT
    starts.append(y)
    layout.height = y + heights[-1]
    down: dict[int, list[tuple[float, float]]] = defaultdict(list)
    for place, space in enumerate(spaces):
        for piece in space:
            top = starts[place]
            bottom = top + heights[place]
            middle = top + MARGIN + piece.track * TRACK
            if not piece.same_row:
                ends = (top, bottom)
            elif place <= row_of[piece.high]:
                ends, middle = (bottom, bottom), bottom - MARGIN - piece.track * TRACK
            else:
                ends = (top, top)
            down[piece.join] += _turned((piece.x_high, ends[0]), (piece.x_low, ends[1]), middle)
    for join in joins:
        way = down[join.key]
        layout.ways[join.key] = way if row_of[join.source] <= row_of[join.target] else way[::-1]
    return layout


def _turned(start: tuple[float, float], end: tuple[float, float], middle: float) -> list[tuple[float, float]]:
    if abs(start[0] - end[0]) <= 0.5 and start[1] != end[1]:
        return [start, end]
    return [start, (start[0], middle), (end[0], middle), end]


def _height(space: list[_Piece], outer: bool) -> float:
    if not space:
        return 7.0 if outer else 2 * MARGIN
    return 2 * MARGIN + TRACK * max(piece.track for piece in space) + (0 if not outer else 2)
