"""A workspace with the example rows of every table, whose interpretations a reviewer sets."""

from datetime import UTC, date, datetime
from pathlib import Path

from linghang.usecases.interpretations import Reading, set_value

AS_OF = date(2025, 4, 15)
NOW = datetime(2025, 4, 15, 3, 0, tzinfo=UTC)
PACK = "national-2024"


def put(folder: Path, name: str = "key_equipment_share", value: str = "0.5", reason: str = "few machines") -> Reading:
    """Set an interpretation as a reviewer."""
    return set_value(folder, name, value, pack=PACK, reason=reason, by="li", now=NOW)
