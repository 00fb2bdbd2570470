"""Group commit: threads that append while the disk is syncing share the next sync.

Whoever comes first leads: it takes what others have left meanwhile, makes all of it durable in one go, and wakes them.
No thread waits for a timer, and on a slow disk more batches share one sync (DeWitt et al., "Implementation Techniques
for Main Memory Database Systems", SIGMOD 1984, pre-committed transactions).
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Condition
from typing import Generic, TypeVar

Item = TypeVar("Item")


class _Waiting(Generic[Item]):
    __slots__ = ("done", "error", "item")

    def __init__(self, item: Item) -> None:
        self.item = item
        self.done = False
        self.error: BaseException | None = None


class GroupCommit(Generic[Item]):
    """Hands items of many threads to one function, several at a time and never two calls at once.

    Parameters
    ----------
    commit
        Makes all items durable, or raises and keeps none of them.
    size, most
        How large an item is, and how large several may be together.
    """

    def __init__(self, commit: Callable[[Sequence[Item]], None], size: Callable[[Item], int], most: int) -> None:
        self._commit, self._size, self._most = commit, size, most
        self._changed = Condition()
        self._queue: list[_Waiting[Item]] = []
        self._busy = False

    def __call__(self, item: Item) -> None:
        """Return when `item` is durable; raise what the commit of its group raised."""
        mine = _Waiting(item)
        with self._changed:
            self._queue.append(mine)
        while group := self._turn(mine):
            self._lead(group)  # those who came first; that may not be one's own yet
        if mine.error is not None:
            raise mine.error

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep every commit waiting."""
        with self._changed:
            while self._busy:
                self._changed.wait()
            self._busy = True
        try:
            yield
        finally:
            self._end()

    def _turn(self, mine: _Waiting[Item]) -> list[_Waiting[Item]]:
        """Wait until nobody leads and take a group to lead; nothing when `mine` was done meanwhile."""
        with self._changed:
            self._changed.wait_for(lambda: mine.done or not self._busy)
            if mine.done:
                return []
            self._busy = True
            return self._taken()

    def _taken(self) -> list[_Waiting[Item]]:
        """Take those who came first, one at least."""
        room, count = self._most, 0
        for waiting in self._queue:
            room -= self._size(waiting.item)
            if room < 0 and count:
                break
            count += 1
        group = self._queue[:count]
        del self._queue[:count]
        return group

    def _lead(self, group: Sequence[_Waiting[Item]]) -> None:
        error: BaseException | None = None
        try:
            self._commit([waiting.item for waiting in group])
        except BaseException as refused:
            error = refused
        finally:
            for waiting in group:
                waiting.error = error
            self._end(group)

    def _end(self, group: Sequence[_Waiting[Item]] = ()) -> None:
        with self._changed:
            for waiting in group:
                waiting.done = True
            self._busy = False
            self._changed.notify_all()
