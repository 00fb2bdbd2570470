"""What use cases return as what JSON takes."""

from collections.abc import Mapping
from dataclasses import is_dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from linghang.errors import BadInput
from linghang.words import Text


def plain(value: Any) -> Any:
    """Turn what use cases return into what JSON takes: texts with both languages, decimals and dates as text."""
    if isinstance(value, Text):
        return value.to_dict()
    if is_dataclass(value) and not isinstance(value, type):
        return {key: plain(getattr(value, key)) for key in value.__dataclass_fields__ if key != "node"}
    if isinstance(value, Mapping):
        return {key if type(key) is str else str(key): plain(one) for key, one in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return plain(value._asdict())
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(one) for one in value]
    return str(value) if isinstance(value, date | Decimal | BadInput) else value
