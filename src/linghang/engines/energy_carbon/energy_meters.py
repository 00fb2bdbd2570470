"""The tree of the meters, and how well it closes.

The records say where a meter stands (boundary, work centre, equipment), not which meter it is below. The tree is built
from that (`meter_tree`), each link with its reason, and checked against the readings: a meter cannot count more than
the one above it. A link that the readings contradict is shown, and the user can give the right one.

The closure error of a node is what its own meter counts less what the meters below it count: losses, unmetered users,
wrong meters. Its standard uncertainty follows ISO/IEC Guide 98-3 (GUM): class of the meters, estimated readings and
missing readings, each its share (`closure`).

Limits: what is below no meter cannot be split; drift of a meter within its class is not told from a loss.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from linghang.engines.energy_carbon.energy_readings import Amounts

Why = Literal["given", "boundary", "work_center", "area", "carrier", "none"]
SUPPLY = "supply:"
"""Begins the name of the node that adds up the meters at the boundary for one carrier."""


@dataclass(frozen=True, slots=True)
class Meter:
    """One meter as the records have it; `area` is that of its work centre or of the area it is named after."""

    id: str
    name: str
    carrier: str
    unit: str
    boundary: bool = False
    out: bool = False
    bought: bool = True
    renewable: bool = False
    work_center: str = ""
    equipment: str = ""
    area: str = ""


@dataclass(frozen=True, slots=True)
class Tree:
    """Meter -> the node above it, and why; what is above nothing is its own root.

    Attributes
    ----------
    parent
        Meter id -> id of the meter above it, `supply:carrier` for the boundary, or empty.
    why
        Meter id -> what the link rests on.
    """

    parent: Mapping[str, str]
    why: Mapping[str, Why]
    children: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def nodes(self) -> list[str]:
        """Return the nodes that have meters below them, the highest first."""
        return sorted(self.children, key=lambda one: (self.depth(one), one))

    def depth(self, node: str) -> int:
        """Return how many nodes are above one."""
        steps = 0
        while node := self.parent.get(node, ""):
            steps += 1
        return steps


def meter_tree(meters: Sequence[Meter], given: Mapping[str, str] | None = None) -> Tree:
    """Build the tree: given links first, then from where the meters stand.

    A meter of a machine is below the meter of its work centre, else of its area, else the boundary; a meter of a work
    centre below that of its area, else the boundary; any other below the boundary of its carrier. Where a rule fits
    two meters, none of them is taken: a guess is no tree.

    Parameters
    ----------
    given
        Meter id -> meter id above it, or empty for none. Links that would make a ring or join two carriers are not
        taken.
    """
    by_id = {one.id: one for one in meters}
    supplied = {one.carrier for one in meters if one.boundary}
    parent: dict[str, str] = {}
    why: dict[str, Why] = {}
    for one in meters:
        parent[one.id], why[one.id] = _above(one, meters, supplied)
    wanted = {
        child: above
        for child, above in sorted((given or {}).items())
        if child in by_id and (not above or (above in by_id and by_id[above].carrier == by_id[child].carrier))
    }
    inferred = {child: parent.pop(child) for child in wanted}
    for child, above in wanted.items():
        if _ring(child, above, parent):
            parent[child] = "" if _ring(child, inferred[child], parent) else inferred[child]
        else:
            parent[child], why[child] = above, "given"
    children: dict[str, list[str]] = {}
    for child, above in sorted(parent.items()):
        if above:
            children.setdefault(above, []).append(child)
    return Tree(parent, why, {node: tuple(below) for node, below in children.items()})


def _ring(child: str, above: str, parent: Mapping[str, str]) -> bool:
    while above:
        if above == child:
            return True
        above = parent.get(above, "")
    return False


def _above(one: Meter, meters: Sequence[Meter], supplied: set[str]) -> tuple[str, Why]:
    if one.boundary:
        return f"{SUPPLY}{one.carrier}", "boundary"
    same = [other for other in meters if other.carrier == one.carrier and other.id != one.id and not other.boundary]
    if one.equipment and one.work_center:
        found = [other for other in same if not other.equipment and other.work_center == one.work_center]
        if len(found) == 1:
            return found[0].id, "work_center"
    if one.area and (one.equipment or one.work_center):
        found = [other for other in same if not other.equipment and not other.work_center and other.area == one.area]
        if len(found) == 1:
            return found[0].id, "area"
    return (f"{SUPPLY}{one.carrier}", "carrier") if one.carrier in supplied else ("", "none")


@dataclass(frozen=True, slots=True)
class Doubt:
    """How sure readings are: standard uncertainties, relative.

    Attributes
    ----------
    meter
        Of a meter over a period: its class, taken as the half width of an even distribution.
    estimated
        Of a stretch of estimated readings; they err together, so it adds up linearly.
    """

    meter: float = 0.01
    estimated: float = 0.10


@dataclass(frozen=True, slots=True)
class Total:
    """What a meter counted in a period: amount, standard uncertainty, share of the time estimated and missing."""

    amount: float
    uncertainty: float
    estimated: float
    missing: float


@dataclass(frozen=True, slots=True)
class Closure:
    """How a node closes in one period.

    Attributes
    ----------
    above, below
        What its own meter and the meters below it counted; None where one of them has no reading.
    error
        above - below; None where unknown.
    share
        error / above.
    uncertainty
        Standard uncertainty of the error.
    estimated, missing
        Share of the readings (time x meters) that is estimated or missing.
    """

    node: str
    period: int
    above: float | None
    below: float | None
    error: float | None
    share: float | None
    uncertainty: float | None
    estimated: float
    missing: float

    @property
    def explained(self) -> bool | None:
        """Whether the error lies within twice its uncertainty; None if unknown."""
        if self.error is None or self.uncertainty is None:
            return None
        return abs(self.error) <= 2 * self.uncertainty


def total(amounts: Amounts, inside: np.ndarray, doubt: Doubt) -> Total | None:
    """Add up the intervals of a period; missing ones are filled with the mean of the covered ones.

    Parameters
    ----------
    inside
        (n,) which intervals belong to the period.

    Returns
    -------
    Total or None
        None if no interval of the period has a reading: nothing can be said.
    """
    value, covered = amounts.value[inside], amounts.covered[inside]
    guessed = np.minimum(amounts.estimated[inside], covered)
    length = np.diff(amounts.edges_us)[inside].astype(np.float64)
    time = float(length.sum())
    seen = float((covered * length).sum())
    if not len(value) or seen <= 0:
        return None
    measured = float(value.sum())
    rate = measured / seen
    missing = time - seen
    whole = covered >= 0.99
    spread = float(np.std(value[whole] / covered[whole], ddof=1)) if whole.sum() > 1 else rate * float(length.mean())
    lost = max(missing / float(length.mean()), 0.0)
    parts = (
        doubt.meter / np.sqrt(3) * measured,
        doubt.estimated * float((value * guessed / np.maximum(covered, 1e-9)).sum()),
        # What fills the gaps errs by the spread of the intervals, and by that of their mean.
        spread * np.sqrt(lost + lost**2 / max(float(whole.sum()), 1.0)) if lost > 1e-9 else 0.0,
    )
    filled = measured + rate * missing
    return Total(filled, float(np.sqrt(sum(part**2 for part in parts))), float((guessed * length).sum()) / time,
                 min(max(missing / time, 0.0), 1.0))  # fmt: skip


def closure(
    tree: Tree, meters: Mapping[str, Meter], amounts: Mapping[str, Amounts], period: np.ndarray, doubt: Doubt
) -> list[Closure]:
    """Return the closure of every node with meters below it, for every period.

    Parameters
    ----------
    amounts
        Meter id -> what it counted, all on the same intervals, in the same unit within a carrier.
    period
        (n,) number of the period that each interval belongs to.
    """
    found = []
    for node in tree.nodes():
        tops = _tops(tree, node)
        below = [one for one in tree.children[node] if one not in tops]
        if not below:
            continue
        for number in np.unique(period):
            inside = period == number
            found.append(_closed(node, int(number), tops, below, meters, amounts, inside, doubt))
    return found


def _tops(tree: Tree, node: str) -> list[str]:
    """Return the meters that measure what comes to a node: itself, or those at the boundary."""
    if not node.startswith(SUPPLY):
        return [node]
    return [one for one in tree.children[node] if tree.why[one] == "boundary"]


def _closed(
    node: str, number: int, tops: Sequence[str], below: Sequence[str], meters: Mapping[str, Meter],
    amounts: Mapping[str, Amounts], inside: np.ndarray, doubt: Doubt,
) -> Closure:  # fmt: skip
    sums: list[float | None] = []
    variance, estimated, missing = 0.0, [], []
    for group in (tops, below):
        added: float | None = 0.0 if group else None
        for one in group:
            known = total(amounts[one], inside, doubt)
            estimated.append(known.estimated if known else 0.0)
            missing.append(known.missing if known else 1.0)
            if known is None:
                added = None
                continue
            variance += known.uncertainty**2
            if added is not None:
                added += -known.amount if meters[one].out else known.amount
        sums.append(added)
    above, under = sums
    gap = None if above is None or under is None else above - under
    shares = float(np.mean(estimated)), float(np.mean(missing))
    if gap is None or above is None:
        return Closure(node, number, above, under, None, None, None, *shares)
    return Closure(node, number, above, under, gap, gap / above if above > 0 else None, float(np.sqrt(variance)),
                   *shares)  # fmt: skip


def contradicted(tree: Tree, amounts: Mapping[str, Amounts], doubt: Doubt) -> dict[str, float]:
    """Return meter -> its share of the meter above it, where it counted more than that meter could have missed.

    Compared over the intervals that both cover; more than twice the uncertainty above 1 contradicts the link.
    """
    found = {}
    for child, above in tree.parent.items():
        if above not in amounts or child not in amounts:
            continue
        both = amounts[child].whole() & amounts[above].whole()
        own, theirs = float(amounts[child].value[both].sum()), float(amounts[above].value[both].sum())
        limit = 2 * doubt.meter / np.sqrt(3) * float(np.hypot(own, theirs))
        if both.any() and own > theirs + limit:
            found[child] = own / theirs if theirs > 0 else float("inf")
    return found


def paths(tree: Tree, values: Mapping[str, float]) -> list[tuple[str, str, float]]:
    """Return the flows of the tree as (from, to, amount), with what is unmetered below a node as a flow of its own.

    Boundary meters flow into the supply of their carrier. Nodes without an amount are left out.
    """
    flows: list[tuple[str, str, float]] = []
    for node in tree.nodes():
        tops = _tops(tree, node) if node.startswith(SUPPLY) else []
        known = [(one, values[one]) for one in tree.children[node] if one not in tops and one in values]
        flows += [(one, node, values[one]) for one in tops if one in values]
        flows += [(node, one, amount) for one, amount in known]
        supplied = sum(values[one] for one in tops if one in values) if tops else values.get(node)
        if supplied is not None and known and (rest := supplied - sum(amount for _, amount in known)) > 0:
            flows.append((node, f"rest:{node}", rest))
    return flows
