"""Stretches that the tests of process units run over."""

from collections.abc import Mapping, Sequence

import numpy as np

from linghang.twin.process.stretch import Stretch

DAY = 86_400.0


def stretch(
    loads: Sequence[float],
    seconds: Sequence[float],
    *,
    start: float = 0.0,
    ambient: float = 20.0,
    factors: Mapping[str, Sequence[float]] | None = None,
    powered: Sequence[bool] | None = None,
) -> Stretch:
    """Intervals of given lengths and loads, one after another."""
    edges = start + np.concatenate([[0.0], np.cumsum(seconds)])
    count = len(seconds)
    return Stretch(
        start_s=edges[:-1],
        end_s=float(edges[-1]),
        load=np.array(loads, np.float64),
        powered=np.array(powered if powered is not None else [True] * count),
        ambient_c=np.full(count, ambient),
        factors={name: np.array(values, np.float64) for name, values in (factors or {}).items()},
    )


def split(whole: Stretch, at: int) -> tuple[Stretch, Stretch]:
    """Cut a stretch before its interval number `at`."""

    def part(chosen: slice, end: float) -> Stretch:
        return Stretch(
            whole.start_s[chosen],
            end,
            whole.load[chosen],
            whole.powered[chosen],
            whole.ambient_c[chosen],
            {name: values[chosen] for name, values in whole.factors.items()},
        )

    return part(slice(0, at), float(whole.start_s[at])), part(slice(at, None), whole.end_s)
