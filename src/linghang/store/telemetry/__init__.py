"""The store of telemetry: points of machines, durable when they are acknowledged, sorted and merged later."""

from linghang.store.telemetry.points import Points, Quality, StoreFull, TagKind, quality_of
from linghang.store.telemetry.reader import TelemetryReader
from linghang.store.telemetry.settings import StoreSettings
from linghang.store.telemetry.store import TelemetryStore

__all__ = [
    "Points",
    "Quality",
    "StoreFull",
    "StoreSettings",
    "TagKind",
    "TelemetryReader",
    "TelemetryStore",
    "quality_of",
]
