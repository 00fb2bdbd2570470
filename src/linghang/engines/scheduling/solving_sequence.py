"""Sequences of a (flexible) job shop with heads and tails: what the tabu search changes and reads.

The order of all operations is kept topologically sorted, so that every move is proved free of cycles while it is made.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Shop:
    """A job shop as the search reads it.

    Attributes
    ----------
    options
        (n,) of every operation: machine -> duration.
    job_before, job_after
        (n,) the operation before and after it in its job; n where there is none.
    machines
        How many machines there are; they are numbered from 0.
    """

    options: Sequence[dict[int, int]]
    job_before: Sequence[int]
    job_after: Sequence[int]
    machines: int

    def __len__(self) -> int:
        return len(self.options)

    @property
    def flexible(self) -> bool:
        """Whether an operation can choose its machine."""
        return any(len(one) > 1 for one in self.options)

    def bound(self) -> int:
        """Return a makespan below which none lies: the longest job, and each machine's own work with what must
        come before and after it."""
        count = len(self)
        least = [min(one.values()) for one in self.options]
        before, after = [0] * (count + 1), [0] * (count + 1)
        for one in range(count):
            if self.job_before[one] != count:
                before[one] = before[self.job_before[one]] + least[self.job_before[one]]
        for one in range(count - 1, -1, -1):
            if self.job_after[one] != count:
                after[one] = after[self.job_after[one]] + least[self.job_after[one]]
        best = max((before[one] + least[one] + after[one] for one in range(count)), default=0)
        for machine in range(self.machines):
            own = [one for one in range(count) if len(self.options[one]) == 1 and machine in self.options[one]]
            if own:
                work = sum(least[one] for one in own)
                best = max(best, min(before[one] for one in own) + work + min(after[one] for one in own))
        return max(best, -(-sum(least) // max(self.machines, 1)))


def shop_of(jobs: Sequence[Sequence[dict[int, int]]], machines: int) -> Shop:
    """Return the shop of jobs given as their operations' choices (machine -> duration) in order."""
    flat = [step for job in jobs for step in job]
    count, place = len(flat), 0
    before, after = [count] * count, [count] * count
    for job in jobs:
        for first, second in pairwise(range(place, place + len(job))):
            after[first], before[second] = second, first
        place += len(job)
    return Shop(flat, before, after, machines)


@dataclass
class Sequencing:
    """Operations on their machines, in an order.

    Attributes
    ----------
    order
        All operations in a topological order.
    machine
        Of each operation.
    duration
        Of each operation on its machine.
    place
        Of each operation in `order`.
    before, after
        Neighbours on the machine; n where there is none.
    end, tail
        Longest way from the beginning to an operation's end, and from its start to the end of everything.
    """

    shop: Shop
    order: list[int]
    machine: list[int]
    duration: list[int] = field(init=False)
    place: list[int] = field(init=False)
    before: list[int] = field(init=False)
    after: list[int] = field(init=False)
    end: list[int] = field(init=False)
    tail: list[int] = field(init=False)

    def __post_init__(self) -> None:
        count = len(self.shop)
        self.order, self.machine = list(self.order), list(self.machine)
        self.duration = [self.shop.options[one][self.machine[one]] for one in range(count)]
        self.place = [0] * count
        self.before, self.after = [count] * count, [count] * count
        self.end, self.tail = [0] * (count + 1), [0] * (count + 1)
        last: dict[int, int] = {}
        for place, one in enumerate(self.order):
            self.place[one] = place
            machine = self.machine[one]
            if machine in last:
                self.after[last[machine]], self.before[one] = one, last[machine]
            last[machine] = one
        self.heads(0)
        self.tails(count - 1)

    def heads(self, first: int) -> None:
        """Compute the ends from a place of the order on."""
        end, before, job_before, duration = self.end, self.before, self.shop.job_before, self.duration
        for one in self.order[first:]:
            a, b = end[job_before[one]], end[before[one]]
            end[one] = (a if a > b else b) + duration[one]

    def tails(self, last: int) -> None:
        """Compute the tails from a place of the order back to its beginning."""
        tail, after, job_after, duration = self.tail, self.after, self.shop.job_after, self.duration
        for one in self.order[last::-1] if last >= 0 else ():
            a, b = tail[job_after[one]], tail[after[one]]
            tail[one] = (a if a > b else b) + duration[one]

    def makespan(self) -> int:
        """Return the end of everything."""
        return max(self.end)

    def starts(self) -> list[int]:
        """Return the start of every operation."""
        return [self.end[one] - self.duration[one] for one in range(len(self.shop))]

    def relink(self, moved: int, first: int, last: int) -> None:
        """Take an operation out of its machine and put it between two others (n: none)."""
        before, after, none = self.before, self.after, len(self.shop)
        old_before, old_after = before[moved], after[moved]
        if old_before != none:
            after[old_before] = old_after
        if old_after != none:
            before[old_after] = old_before
        before[moved], after[moved] = first, last
        if first != none:
            after[first] = moved
        if last != none:
            before[last] = moved

    def behind(self, moved: int, target: int) -> bool:
        """Move an operation right behind a later one of its machine; return whether that gives no cycle."""
        low, high = self.place[moved], self.place[target]
        piece = self.order[low + 1 : high + 1]
        turned = self._turned(moved, piece, self._chain(moved, target, self.after), self.shop.job_before, self.before)
        if turned is None:
            return False
        self._write(low, turned)
        self.relink(moved, target, self.after[target])
        self.heads(low)
        self.tails(high)
        return True

    def ahead(self, moved: int, target: int) -> bool:
        """Move an operation right before an earlier one of its machine; return whether that gives no cycle."""
        low, high = self.place[target], self.place[moved]
        piece = self.order[low:high][::-1]
        turned = self._turned(moved, piece, self._chain(moved, target, self.before), self.shop.job_after, self.after)
        if turned is None:
            return False
        self._write(low, turned[::-1])
        self.relink(moved, self.before[target], target)
        self.heads(low)
        self.tails(high)
        return True

    def shift(self, moved: int, machine: int, first: int, last: int) -> None:
        """Move an operation to another machine between two neighbours that `gaps` named."""
        low = self.place[moved]
        job_before, none = self.shop.job_before[moved], len(self.shop)
        self.relink(moved, none, none) if first == none and last == none else self.relink(moved, first, last)
        self.machine[moved] = machine
        self.duration[moved] = self.shop.options[moved][machine]
        behind = max(self.place[one] if one != none else -1 for one in (job_before, first))
        if behind >= low:
            self._write(low, [*self.order[low + 1 : behind + 1], moved])
            self.heads(low)
            self.tails(behind)
        else:
            self._write(behind + 1, [moved, *self.order[behind + 1 : low]])
            self.heads(behind + 1)
            self.tails(low)

    def gaps(self, moved: int, queue: Sequence[int]) -> list[tuple[int, int]]:
        """Return the neighbours (n: none) between which an operation fits into another machine's queue, for sure
        without a cycle: those that the topological order allows as it is."""
        none, place = len(self.shop), self.place
        before, after = self.shop.job_before[moved], self.shop.job_after[moved]
        low = bisect_right(queue, place[before], key=place.__getitem__) if before != none else 0
        high = bisect_left(queue, place[after], key=place.__getitem__) if after != none else len(queue)
        padded = (none, *queue, none)
        return [(padded[at], padded[at + 1]) for at in range(low, high + 1)]

    def queues(self) -> list[list[int]]:
        """Return the operations of every machine in their order."""
        found: list[list[int]] = [[] for _ in range(self.shop.machines)]
        for one in self.order:
            found[self.machine[one]].append(one)
        return found

    def _chain(self, moved: int, target: int, neighbour: Sequence[int]) -> set[int]:
        chain, one = set(), moved
        while one != target:
            one = neighbour[one]
            chain.add(one)
        return chain

    @staticmethod
    def _turned(
        moved: int, piece: Sequence[int], chain: set[int], job_next: Sequence[int], next_to: Sequence[int]
    ) -> list[int] | None:
        """Put what hangs on the moved operation behind the rest; None where one of its chain hangs on it."""
        taken, kept, carried = {moved}, [], [moved]
        for one in piece:
            if job_next[one] in taken or (one not in chain and next_to[one] in taken):
                if one in chain:
                    return None
                taken.add(one)
                carried.append(one)
            else:
                kept.append(one)
        return kept + carried

    def _write(self, low: int, piece: Sequence[int]) -> None:
        self.order[low : low + len(piece)] = piece
        place = self.place
        for at, one in enumerate(piece, low):
            place[one] = at
