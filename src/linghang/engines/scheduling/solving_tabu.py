"""Tabu search for the (flexible) job shop: the last end as early as possible.

Moves on a machine: an operation of a critical block goes before its first, behind its last, or the first and last go
inside (N7 of Zhang et al. 2007, which holds the N6 of Balas and Vazacopoulos 1998), ranked by the estimate of Balas
and Vazacopoulos. Moves between machines: a critical operation goes into a gap of another machine's queue
(Mastrolilli and Gambardella 2000). Elites are joined and searched again, after Peng, Lü and Cheng (2015): there by
swaps along a path, here by mixing the places of both in their topological orders, which can give no cycle.
"""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from linghang.engines.scheduling.solving_sequence import Sequencing, Shop

STALL = 2500
"""Steps without a better schedule before a search ends: with fewer, elites are not worth joining; ours."""
ELITES = 8
"""Schedules kept for joining: more are better in the long run and worse in a minute; ours."""
Order = tuple[list[int], list[int]]
"""A topological order of all operations, and the machine of each."""
Move = tuple[int, int, int, int, int]
"""Estimate, kind (BEHIND, AHEAD or SHIFT), operation, target or gap's first, machine or -1."""
BEHIND, AHEAD, SHIFT = 0, 1, 2


def blocks(now: Sequencing, makespan: int, rng: random.Random) -> list[list[int]]:
    """Return the blocks of one critical path: runs of operations on one machine."""
    end, duration, machine = now.end, now.duration, now.machine
    none = len(now.shop)
    at = rng.choice([one for one in range(none) if end[one] == makespan])
    path = [at]
    while end[at] > duration[at]:
        start = end[at] - duration[at]
        options = [one for one in (now.shop.job_before[at], now.before[at]) if one != none and end[one] == start]
        at = options[0] if len(options) == 1 else rng.choice(options)
        path.append(at)
    found: list[list[int]] = []
    for one in reversed(path):
        if found and machine[found[-1][-1]] == machine[one]:
            found[-1].append(one)
        else:
            found.append([one])
    return found


def behind_estimate(now: Sequencing, block: Sequence[int], low: int, high: int) -> int:
    """Estimate the longest way through block[low..high] when block[low] goes right behind block[high]."""
    end, tail, duration = now.end, now.tail, now.duration
    job_before, job_after = now.shop.job_before, now.shop.job_after
    moved = block[low]
    ready = end[now.before[moved]]
    heads = []
    for one in block[low + 1 : high + 1]:
        a = end[job_before[one]]
        ready = (a if a > ready else ready) + duration[one]
        heads.append(ready)
    a = end[job_before[moved]]
    ready = a if a > ready else ready
    a, b = tail[job_after[moved]], tail[now.after[block[high]]]
    rest = (a if a > b else b) + duration[moved]
    worst = ready + rest
    for place in range(high - low - 1, -1, -1):
        one = block[low + 1 + place]
        a = tail[job_after[one]]
        rest = a if a > rest else rest
        if heads[place] + rest > worst:
            worst = heads[place] + rest
        rest += duration[one]
    return worst


def ahead_estimate(now: Sequencing, block: Sequence[int], low: int, high: int) -> int:
    """Estimate the longest way through block[low..high] when block[high] goes right before block[low]."""
    end, tail, duration = now.end, now.tail, now.duration
    job_before, job_after = now.shop.job_before, now.shop.job_after
    moved = block[high]
    rest = tail[now.after[moved]]
    tails = []
    for place in range(high - 1, low - 1, -1):
        one = block[place]
        a = tail[job_after[one]]
        rest = (a if a > rest else rest) + duration[one]
        tails.append(rest)
    a = tail[job_after[moved]]
    rest = a if a > rest else rest
    a, b = end[job_before[moved]], end[now.before[block[low]]]
    ready = (a if a > b else b) + duration[moved]
    worst = ready + rest
    for place in range(low, high):
        one = block[place]
        a = end[job_before[one]]
        ready = a if a > ready else ready
        if ready + tails[high - 1 - place] > worst:
            worst = ready + tails[high - 1 - place]
        ready += duration[one]
    return worst


def block_moves(now: Sequencing, found: Sequence[Sequence[int]]) -> list[Move]:
    """Return the moves of N7 on the blocks that cannot give a cycle, with their estimates."""
    end, tail = now.end, now.tail
    job_before, job_after = now.shop.job_before, now.shop.job_after
    gathered: list[Move] = []
    for number, block in enumerate(found):
        size = len(block) - 1
        if size < 1:
            continue
        pairs = {(low, size) for low in range(size)} | {(0, high) for high in range(1, size + 1)}
        if number == 0:
            pairs = {pair for pair in pairs if pair[1] == size}
        if number == len(found) - 1:
            pairs = {pair for pair in pairs if pair[0] == 0}
        for low, high in sorted(pairs):
            first, last = block[low], block[high]
            if tail[last] >= tail[job_after[first]] and job_after[first] != last:
                gathered.append((behind_estimate(now, block, low, high), BEHIND, first, last, -1))
            if high - low > 1 and end[first] >= end[job_before[last]] and job_before[last] != first:
                gathered.append((ahead_estimate(now, block, low, high), AHEAD, last, first, -1))
    return gathered


def machine_moves(now: Sequencing, found: Sequence[Sequence[int]]) -> list[Move]:
    """Return the moves of critical operations into gaps of other machines, with their estimates."""
    end, tail, shop = now.end, now.tail, now.shop
    queues = now.queues()
    gathered: list[Move] = []
    for block in found:
        for one in block:
            if len(shop.options[one]) == 1:
                continue
            ready, rest = end[shop.job_before[one]], tail[shop.job_after[one]]
            for machine, duration in shop.options[one].items():
                if machine == now.machine[one]:
                    continue
                for first, last in now.gaps(one, queues[machine]):
                    estimate = max(ready, end[first]) + duration + max(rest, tail[last])
                    gathered.append((estimate, SHIFT, one, first, machine))
    return gathered


class Memory:
    """What is tabu: pairs of operations that were just turned round, and machines that were just left."""

    def __init__(self, shop: Shop, rng: random.Random) -> None:
        self.count, self.rng = len(shop), rng
        self.until: dict[int, int] = {}
        machines = max(shop.machines, 1)
        self.length = 10 + int(len(shop) / machines / machines)  # jobs by machines, as Peng et al. set it

    def forbids(self, now: Sequencing, move: Move, step: int) -> bool:
        """Return whether the move turns a tabu pair back, or returns to a machine that was just left."""
        _, kind, moved, target, machine = move
        until, count = self.until, self.count
        if kind == SHIFT:
            return until.get(-1 - machine * count - moved, -1) > step
        neighbour, one = now.after if kind == BEHIND else now.before, moved
        while one != target:
            one = neighbour[one]
            if until.get(one * count + moved if kind == BEHIND else moved * count + one, -1) > step:
                return True
        return False

    def note(self, now: Sequencing, move: Move, step: int) -> None:
        """Forbid the way back of a move that is going to be made."""
        _, kind, moved, target, _ = move
        until = step + self.length + self.rng.randint(0, self.length)
        if kind == SHIFT:
            self.until[-1 - now.machine[moved] * self.count - moved] = until
            return
        neighbour, one = now.after if kind == BEHIND else now.before, moved
        while one != target:
            one = neighbour[one]
            self.until[moved * self.count + one if kind == BEHIND else one * self.count + moved] = until


def made(now: Sequencing, move: Move) -> bool:
    """Make a move; return whether it gives no cycle (else nothing changes)."""
    _, kind, moved, target, machine = move
    if kind == BEHIND:
        return now.behind(moved, target)
    if kind == AHEAD:
        return now.ahead(moved, target)
    none = len(now.shop)
    queue = now.queues()[machine]
    last = now.after[target] if target != none else (queue[0] if queue else none)
    now.shift(moved, machine, target, last)
    return True


def descend(
    now: Sequencing, rng: random.Random, stall: int, stop: Callable[[], bool], target: int = 0
) -> tuple[int, Order, int]:
    """Search from a sequencing; it is changed.

    Returns
    -------
    tuple of int, Order, int
        Best makespan, its order, steps taken.
    """
    memory, flexible = Memory(now.shop, rng), now.shop.flexible
    makespan = now.makespan()
    best, kept, since, step = makespan, (list(now.order), list(now.machine)), 0, 0
    while since < stall and best > target:
        if step % 64 == 0 and stop():
            break
        step += 1
        since += 1
        found = blocks(now, makespan, rng)
        options = block_moves(now, found)
        if flexible:
            options += machine_moves(now, found)
        if not options:
            break  # the critical path is one job, or one machine without a gap
        options.sort()
        chosen = None
        for one in options:
            if one[0] < best or not memory.forbids(now, one, step):
                ties = [other for other in options if other[0] == one[0] and not memory.forbids(now, other, step)]
                chosen = rng.choice(ties) if len(ties) > 1 else one
                break
        chosen = chosen or rng.choice(options)
        memory.note(now, chosen, step)
        if not made(now, chosen):
            continue
        makespan = now.makespan()
        if makespan < best:
            best, kept, since = makespan, (list(now.order), list(now.machine)), 0
    return best, kept, step


def mixed(shop: Shop, one: Order, other: Order, share: float, rng: random.Random) -> Order:
    """Return an order between two: each operation at the weighted mean of its places, on the machine of either.

    A job's operations ascend in both orders, so they ascend in the mean, and no cycle can come in.
    """
    count = len(shop)
    first, second = [0] * count, [0] * count
    for place, task in enumerate(one[0]):
        first[task] = place
    for place, task in enumerate(other[0]):
        second[task] = place
    key = [share * first[task] + (1 - share) * second[task] for task in range(count)]
    order = sorted(range(count), key=lambda task: (key[task], first[task]))
    machine = [one[1][task] if rng.random() < share else other[1][task] for task in range(count)]
    return order, machine


def dispatched(shop: Shop, rng: random.Random, chance: float = 0.2) -> Order:
    """Return a start: of the operations that can start first, the one with the most work left (with chance)."""
    count = len(shop)
    work = [0.0] * (count + 1)
    for one in range(count - 1, -1, -1):
        choices = shop.options[one].values()
        work[one] = sum(choices) / len(choices) + work[shop.job_after[one]]
    free = [0] * shop.machines
    ready = {one: 0 for one in range(count) if shop.job_before[one] == count}
    order, machine = [], [0] * count
    while ready:
        begins = {
            one: min((max(at, free[which]) + length, which) for which, length in shop.options[one].items())
            for one, at in ready.items()
        }
        starts = {one: begins[one][0] - shop.options[one][begins[one][1]] for one in ready}
        soonest = min(starts.values())
        can = [one for one in ready if starts[one] == soonest]
        chosen = max(can, key=lambda one: work[one] * rng.uniform(1 - chance, 1.0))
        end, machine[chosen] = begins[chosen]
        order.append(chosen)
        del ready[chosen]
        free[machine[chosen]] = end
        if shop.job_after[chosen] != count:
            ready[shop.job_after[chosen]] = end
    return order, machine


@dataclass
class Pool:
    """The elites, best first, no two alike."""

    size: int = ELITES
    held: list[tuple[int, Order]] = field(default_factory=list)

    def add(self, makespan: int, order: Order) -> None:
        """Keep a schedule if it is good enough and not there yet."""
        if (makespan, order) not in self.held:
            self.held = sorted([*self.held, (makespan, order)], key=lambda one: one[0])[: self.size]

    def next(self, shop: Shop, rng: random.Random) -> Order:
        """Return where to search next: somewhere new until the pool is full, then between two elites."""
        if len(self.held) < self.size:
            return dispatched(shop, rng)
        one, other = rng.sample(self.held, 2)
        return mixed(shop, one[1], other[1], rng.uniform(0.3, 0.7), rng)


def search(
    shop: Shop,
    seed: int,
    stop: Callable[[], bool],
    found: Callable[[int, Order], None] = lambda *_: None,
    start: Order | None = None,
    target: Callable[[], int] = lambda: 0,
    news: Callable[[], Order | None] = lambda: None,
) -> tuple[int, Order]:
    """Search until `stop` says so or `target` is reached; a schedule comes in any case.

    Parameters
    ----------
    shop
        The job shop, with one operation at least.
    seed
        Of all chance.
    stop
        Asked every 64 steps.
    found
        Told of every better schedule.
    start
        An order to begin with.
    target
        Tells a bound below which no makespan lies.
    news
        Asked between searches for a schedule from elsewhere to go on from.
    """
    rng, pool = random.Random(seed), Pool()
    first = start or dispatched(shop, rng, 0.0)
    best, kept = Sequencing(shop, *first).makespan(), first
    found(best, kept)
    order = first
    while not stop() and best > target():
        makespan, order, _ = descend(Sequencing(shop, *order), rng, STALL, stop, target())
        pool.add(makespan, order)
        if makespan < best:
            best, kept = makespan, order
            found(best, kept)
        order = news() or pool.next(shop, rng)
    return best, kept
