"""What is found in the plant's energy: balance, significant uses, models and indicators, idle energy, leaks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from linghang.engines.contract import micros
from linghang.engines.energy_carbon import energy_baseline as eb
from linghang.engines.energy_carbon.energy_factors import kgce
from linghang.engines.energy_carbon.energy_idle import (
    BaseLoad,
    StandingFlow,
    StatePower,
    base_load,
    by_state,
    standing_flow,
)
from linghang.engines.energy_carbon.energy_meters import (
    SUPPLY,
    Closure,
    Doubt,
    Meter,
    Tree,
    closure,
    contradicted,
    meter_tree,
)
from linghang.engines.energy_carbon.energy_plant import (
    DAY_US,
    Plant,
    States,
    Variables,
    producing,
    production,
    running,
    supply,
)
from linghang.engines.energy_carbon.energy_readings import HOUR_US, Floats, grid_edges, spread

LEAST_DAYS = 30
"""Days from which a model of daily consumption is fitted (ours): fewer do not show how it follows production."""
LEAST_EXCESS = 0.02
"""Less than so much above the expected is found, but not worth a person's way (ours)."""
SEASON_DAYS = 330
"""A model knows the season only from nearly a year."""


@dataclass(frozen=True)
class Balance:
    """The tree, how it closes by month of the window (number 100 year + month), and links that readings contradict."""

    tree: Tree
    closures: Sequence[Closure]
    contradicted: Mapping[str, float]


def balance_of(plant: Plant, given: Sequence[str], doubt: Doubt) -> Balance:
    """Build the tree and close it over the days of the window, month by month."""
    parts = [one.partition(">") for one in given]
    links = {child.strip(): above.strip() for child, _, above in parts}
    tree = meter_tree(list(plant.meters.values()), links)
    window = plant.window
    daily = {
        name: type(one)(
            np.append(one.edges_us[:-1][window], one.edges_us[-1]), one.value[window], one.covered[window],
            one.estimated[window],
        )
        for name, one in plant.daily.items()
    }  # fmt: skip
    months = np.array([100 * one.year + one.month for one in plant.days], np.int64)[window]
    found = closure(tree, plant.meters, daily, months, doubt) if len(months) else []
    return Balance(tree, found, contradicted(tree, daily, doubt))


@dataclass(frozen=True)
class Use:
    """A use of energy directly below the boundary: amount in the window, and as standard coal.

    `significant`: one of the fewest that make up the share asked for (ISO 50001 3.5.6 leaves the rule to the plant).
    """

    meter: Meter
    amount: float
    tce: float | None
    share: float | None
    covered: float
    significant: bool = False


def uses_of(plant: Plant, tree: Tree, share: float) -> list[Use]:
    """Rank the uses below the boundary by standard coal over the window, or before it where the window has none."""
    window, found = plant.window, []
    for meter in _first_level(plant, tree):
        daily = plant.daily[meter.id]
        amounts = daily.value[window]
        covered = float(daily.covered[window].mean()) if window.any() else 0.0
        if covered <= 0 and daily.covered.sum() > 0:
            usual = float(daily.value.sum() / daily.covered.sum())
            amounts = np.array([usual * max(int(window.sum()), 1)])
        factor = kgce(meter.carrier, meter.unit)
        total = float(amounts.sum())
        if daily.covered.sum() > 0:
            found.append((meter, total, None if factor is None else total * factor / 1000, covered))
    ranked = sorted(found, key=lambda one: (-(one[2] or 0.0), one[0].id))
    everything = sum(one[2] or 0.0 for one in ranked)
    uses, reached = [], 0.0
    for meter, total, tce, covered in ranked:
        part = tce / everything if tce is not None and everything > 0 else None
        uses.append(Use(meter, total, tce, part, covered, part is not None and part > 0 and reached < share - 1e-12))
        reached += part or 0.0
    return uses


def _first_level(plant: Plant, tree: Tree) -> list[Meter]:
    found = []
    for node, below in tree.children.items():
        if node.startswith(SUPPLY):
            users = [one for one in below if tree.why[one] != "boundary" and not plant.meters[one].out]
            found += users or [one for one in below if not plant.meters[one].out]
    return [plant.meters[one] for one in sorted(found)]


@dataclass(frozen=True)
class Modelled:
    """A meter or a carrier with its model over the days.

    Attributes
    ----------
    model
        None where there are too few days.
    poor
        What is not good enough about it.
    expected, actual
        (days,) of all the plant's days; NaN where not known.
    episodes
        In the window, places among the plant's days.
    savings
        Over the days compared; None without.
    """

    id: str
    unit: str
    model: eb.Baseline | None
    poor: tuple[str, ...]
    expected: Floats
    actual: Floats
    episodes: tuple[eb.Episode, ...] = ()
    savings: eb.Savings | None = None
    compared: int = 0
    extrapolated: int = 0


def variables_of(plant: Plant) -> Variables:
    """Return the relevant variables of each day: production of each work centre, and the season."""
    day = np.array([one.timetuple().tm_yday for one in plant.days], np.float64)
    waves = eb.season(day)
    season = Variables(tuple(waves), np.column_stack(list(waves.values())))
    return production(plant, plant.edges_us).joined(season)


def _fitting(variables: Variables, days: int) -> Variables:
    if days >= SEASON_DAYS:
        return variables
    keep = [number for number, name in enumerate(variables.names) if name not in eb.SEASON]
    return Variables(tuple(variables.names[one] for one in keep), variables.value[:, keep])


def enpi_of(
    plant: Plant, carriers: Sequence[str], variables: Variables, baseline: np.ndarray, compared: np.ndarray,
    limits: eb.Limits, level: float,
) -> list[Modelled]:  # fmt: skip
    """Return each carrier's model over the baseline, and what was saved against it.

    Parameters
    ----------
    baseline, compared
        (days,) which days the baseline is fitted to, and which are compared with it.
    """
    found = []
    for carrier in carriers:
        amounts = supply(plant, carrier, plant.edges_us)
        if amounts is None:
            continue
        unit = next(one.unit for one in plant.meters.values() if one.carrier == carrier)
        actual = amounts.known()
        own = _fitting(variables, int((baseline & np.isfinite(actual)).sum()))
        one = _modelled(carrier, unit, actual, own, baseline, limits, trim=False)
        days = compared & np.isfinite(one.actual) & np.isfinite(one.expected)
        if one.model is not None and days.any():
            columns = [own.names.index(name) for name in one.model.names]
            inside = own.value[days][:, columns]
            saved = eb.savings(one.model, actual[days], inside, level)
            one = Modelled(one.id, unit, one.model, one.poor, one.expected, actual, (), saved, int(days.sum()),
                           int(one.model.extrapolated(inside).sum()))  # fmt: skip
        found.append(one)
    return found


def drift_of(
    plant: Plant, meters: Sequence[Meter], variables: Variables, references: Sequence[np.ndarray], limits: eb.Limits
) -> list[Modelled]:
    """Return each meter's model over the days before the window, and where the window uses more than expected.

    Parameters
    ----------
    references
        (days,) each: the stretches to learn from, the newest first. The next one is taken where the one before shows
        no relevant variable: what follows the weather shows it only over a year.
    """
    found = []
    for meter in meters:
        actual = plant.daily[meter.id].known()
        one = Modelled(meter.id, meter.unit, None, ("days",), np.full(len(actual), np.nan), actual)
        for reference in references:
            own = _fitting(variables, int((reference & np.isfinite(actual)).sum()))
            tried = _modelled(meter.id, meter.unit, actual, own, reference, limits, trim=True)
            one = tried if one.model is None or (tried.model is not None and tried.model.names) else one
            if one.model is not None and one.model.names:
                break
        found.append(replace(one, episodes=_episodes(plant, one)))
    return found


def _episodes(plant: Plant, one: Modelled) -> tuple[eb.Episode, ...]:
    """Return the stretches of the window with an excess; none without a model that explains the use."""
    window = plant.window
    if one.model is None or not one.model.names or "cv_rmse" in one.poor or not window.any():
        return ()
    first = int(np.argmax(window))
    # Residuals that follow each other let a sum grow by themselves.
    follow = np.sqrt((1 + one.model.autocorrelation) / (1 - one.model.autocorrelation))
    sigma = max(one.model.rmse, 1e-6 * one.model.mean) * float(follow)
    raised = eb.episodes((one.actual - one.expected)[first:], one.expected[first:], sigma)
    return tuple(
        eb.Episode(each.first + first, each.last + first, each.excess, each.share)
        for each in raised
        if each.share >= LEAST_EXCESS
    )


def _modelled(
    id: str, unit: str, actual: Floats, variables: Variables, fitted: np.ndarray, limits: eb.Limits, *, trim: bool
) -> Modelled:
    days = fitted & np.isfinite(actual)
    nothing = np.full(len(actual), np.nan)
    if days.sum() < LEAST_DAYS:
        return Modelled(id, unit, None, ("days",), nothing, actual)
    y, x = actual[days], variables.value[days]
    model = eb.trimmed(y, x, variables.names)[0] if trim else eb.chosen(y, x, variables.names)
    columns = [variables.names.index(name) for name in model.names]
    return Modelled(
        id, unit, model, tuple(eb.valid(model, limits)), model.expected(variables.value[:, columns]), actual
    )


@dataclass(frozen=True)
class Idle:
    """A machine with its own meter: power by state over the window."""

    equipment: str
    meter: str
    power: StatePower


def idle_of(plant: Plant, states: States | None) -> list[Idle]:
    """Return the power by state of every machine with its own electricity meter and states."""
    if states is None:
        return []
    found = []
    first = int(np.argmax(plant.window)) if plant.window.any() else len(plant.window)
    edges = plant.edges_us[first:]
    for meter in plant.meters.values():
        if meter.carrier == "electricity" and meter.equipment and not meter.out and len(edges) > 1:
            hours = states.of(meter.equipment, edges)
            power = by_state(plant.daily[meter.id].known()[first:], hours)
            if power is not None:
                found.append(Idle(meter.equipment, meter.id, power))
    return found


def rest_of(plant: Plant, carriers: Sequence[str]) -> dict[str, BaseLoad]:
    """Return the base load of each carrier that is read at least by the hour, over the window, per hour."""
    found = {}
    for carrier in carriers:
        steps = [plant.readings[one.id].usual_step_us() for one in plant.meters.values()
                 if one.carrier == carrier and one.boundary]  # fmt: skip
        if not steps or max(steps) > HOUR_US:
            continue
        edges = grid_edges(micros(plant.inputs.start), micros(plant.inputs.end), HOUR_US)
        amounts = supply(plant, carrier, edges)
        if amounts is None:
            continue
        offset = _offset_us(plant)
        local = (edges[:-1] + offset) // HOUR_US
        known = base_load(amounts.known(), local % 24, (local // 24 + 3) % 7)
        if known is not None:
            found[carrier] = known
    return found


def _offset_us(plant: Plant) -> int:
    """Return how far the plant's clock is before UTC at the end of the window."""
    offset = plant.inputs.end.astimezone(plant.inputs.zone).utcoffset()
    return int(offset.total_seconds() * 1e6) if offset else 0


def leaks_of(plant: Plant, states: States | None) -> dict[str, StandingFlow]:
    """Return what flows at rest of every meter of compressed air that is read at least by the hour."""
    edges = grid_edges(micros(plant.inputs.start), micros(plant.inputs.end), HOUR_US)
    users = running(plant, states, edges, producing(plant))
    found = {}
    for meter in plant.meters.values():
        step = plant.readings[meter.id].usual_step_us()
        if meter.carrier != "compressed_air" or not 0 < step <= HOUR_US:
            continue
        # The compressors follow the air; they are no users of it.
        keep = [number for number, name in enumerate(users.names) if name != f"{meter.work_center} h"]
        flow = spread(plant.readings[meter.id], edges).known()
        known = standing_flow(flow, users.value[:, keep], [users.names[one] for one in keep])
        if known is not None:
            found[meter.id] = known
    return found


def before(plant: Plant, days: int) -> np.ndarray:
    """Return (days,) which of the plant's days are the last so many before the window."""
    start = micros(plant.inputs.start) - DAY_US // 2
    return np.asarray((plant.edges_us[:-1] < start) & (plant.edges_us[:-1] >= start - days * DAY_US), bool)
