"""Texts of a column as values of its kind."""

from collections.abc import Callable, Mapping

import pyarrow as pa

from linghang.intake import moments, numbers, wording
from linghang.intake.reading import Converted, Reading

_READERS: Mapping[str, Callable[[pa.Array, Reading], Converted]] = {
    "id": wording.texts,
    "ref": wording.texts,
    "text": wording.texts,
    "choice": wording.choices,
    "flag": wording.flags,
    "number": numbers.numbers,
    "money": numbers.amounts,
    "whole": numbers.wholes,
    "day": moments.days,
    "when": moments.moments,
}


def convert(text: pa.Array, reading: Reading) -> Converted:
    """Read trimmed texts as values of the column's Arrow type; every text that cannot be read is named."""
    return _READERS[reading.kind](text, reading)
