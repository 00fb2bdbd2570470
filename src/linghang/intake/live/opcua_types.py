"""Which kinds of values OPC UA has, and what its status codes mean here (OPC 10000-3, 8; OPC 10000-4, 7.38)."""

from collections.abc import Mapping

import numpy as np
from asyncua import ua
from numpy.typing import NDArray

from linghang.store.telemetry.points import Quality, TagKind

_BUILT_IN = ua.VariantType
NUMBERS = frozenset(
    {
        _BUILT_IN.SByte,
        _BUILT_IN.Byte,
        _BUILT_IN.Int16,
        _BUILT_IN.UInt16,
        _BUILT_IN.Int32,
        _BUILT_IN.UInt32,
        _BUILT_IN.Int64,
        _BUILT_IN.UInt64,
        _BUILT_IN.Float,
        _BUILT_IN.Double,
        _BUILT_IN.DateTime,
    }
)
"""Kept as float64: whole numbers beyond 2^53 lose their last digits; a moment is its seconds since 1970, UTC."""
TEXTS = frozenset({_BUILT_IN.String, _BUILT_IN.LocalizedText})
FLAGS = frozenset({_BUILT_IN.Boolean})

KINDS: Mapping[ua.VariantType, TagKind] = {
    **dict.fromkeys(NUMBERS, TagKind.NUMBER),
    **dict.fromkeys(TEXTS, TagKind.TEXT),
    **dict.fromkeys(FLAGS, TagKind.FLAG),
}

_NUMBER, _INTEGER, _UINTEGER = 26, 27, 28
ENUMERATION = 29
BASE = 24
"""Any type: only a value says which."""

BUILT_IN_KINDS: Mapping[int, TagKind] = {
    **{int(kind): name for kind, name in KINDS.items()},
    **dict.fromkeys((_NUMBER, _INTEGER, _UINTEGER), TagKind.NUMBER),
    ENUMERATION: TagKind.TEXT,
}
"""Number of a data type in namespace 0 -> kind of tag; types that are not here are not kept."""

_OF_SEVERITY = np.array([Quality.GOOD, Quality.UNCERTAIN, Quality.BAD, Quality.BAD], np.uint8)
_LAST_KNOWN = np.array(
    [
        ua.StatusCodes.UncertainLastUsableValue >> 16,
        ua.StatusCodes.UncertainNoCommunicationLastUsableValue >> 16,
    ],
    np.uint32,
)
_DATA_VALUE_BITS, _OVERFLOW = 0x0C80, 0x0480
"""InfoType (bits 10 and 11) says that the overflow bit 7 is about a data value (OPC 10000-4, 7.38.2)."""


def qualities(status: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """Return the OPC quality byte of status codes: good, uncertain, bad by severity, stale for a last known value."""
    quality: NDArray[np.uint8] = _OF_SEVERITY[status >> 30]
    quality[np.isin(status >> 16, _LAST_KNOWN)] = Quality.STALE
    return quality


def overflows(status: NDArray[np.uint32]) -> int:
    """Count values before which the server had to drop others, since its queue was full."""
    return int(np.count_nonzero((status & _DATA_VALUE_BITS) == _OVERFLOW))


def name_of(code: int) -> str:
    """Return the name of a status code, such as BadNodeIdUnknown."""
    return str(ua.StatusCode(code & 0xFFFF0000).name)
