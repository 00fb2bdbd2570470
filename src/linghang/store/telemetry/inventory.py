"""The writer's side of the manifest: every change of the files changes the state of the tags with it, or neither."""

from collections.abc import Sequence
from threading import RLock

import numpy as np
from numpy.typing import NDArray

from linghang.errors import BadInput, Place
from linghang.store.telemetry.manifest import FILE, Manifest, RollUp, Segment, Standing
from linghang.store.telemetry.points import Points
from linghang.store.telemetry.registry import Registry
from linghang.store.telemetry.state import TagState


def state_of(packed: bytes) -> TagState:
    """Return the state of the tags as the manifest has it.

    Raises
    ------
    BadInput
        It is damaged.
    """
    if not packed:
        return TagState.of_no_tags()
    if (state := TagState.unpacked(packed)) is None:
        raise BadInput("the state of the tags is not what was written; take the file from a copy", Place(FILE))
    return state


class Inventory:
    """Files and state of the tags of a store, as its writer changes them.

    Parameters
    ----------
    manifest
        Where they are kept.
    registry
        Knows how many tags there are.
    """

    def __init__(self, manifest: Manifest, registry: Registry) -> None:
        self._manifest, self._registry = manifest, registry
        self._lock = RLock()
        self._through_seq, packed = manifest.state()
        self._state = state_of(packed)
        self.retained_us = manifest.standing().retained_us

    def standing(self) -> Standing:
        """Return which files there are now."""
        return self._manifest.standing()

    def sealed_state(self) -> tuple[TagState, int]:
        """Return a copy of the state of all tags, and up to which frame it goes."""
        with self._lock:
            return self._state.copy(len(self._registry)), self._through_seq

    def take_in(self, segment: Segment | None, points: Points, through_seq: int) -> None:
        """Make a sealed file part of the store; the frames up to `through_seq` are no longer needed."""
        with self._lock:
            state = self._state.copy(len(self._registry))
            state.fold(points)
            self._manifest.seal(segment, through_seq, state.packed())
            self._state, self._through_seq = state, through_seq

    def exchange(
        self,
        gone: Sequence[str],
        segments: Sequence[Segment] = (),
        rollups: Sequence[RollUp] = (),
        fewer: NDArray[np.int64] | None = None,
        retained_us: int | None = None,
    ) -> None:
        """Replace files, all at once; `fewer` says how many points each tag has less then."""
        with self._lock:
            state = self._state.copy(len(self._registry))
            if fewer is not None:
                state.points[: len(fewer)] -= fewer
            self._manifest.exchange(gone, segments, rollups, state.packed(), retained_us)
            self._state = state
            self.retained_us = self.retained_us if retained_us is None else retained_us
