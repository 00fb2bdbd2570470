"""A workspace with the example rows of every table, whose interpretations a reviewer sets."""

from datetime import UTC, date, datetime
from pathlib import Path

from linghang.plant.tables import TABLES
from linghang.usecases.interpretations import Reading, set_value
from linghang.usecases.workspaces import make_workspace

AS_OF = date(2025, 4, 15)
NOW = datetime(2025, 4, 15, 3, 0, tzinfo=UTC)
PACK = "national-2024"


def works_at(folder: Path) -> Path:
    """Make the workspace."""
    engine = make_workspace(folder, "北疆铝轮毂", "Asia/Shanghai", None).engine()
    with engine.begin() as connection:
        for table in TABLES.values():
            connection.execute(table.insert(), list(table.info["examples"]))
    engine.dispose()
    return folder


def put(folder: Path, name: str = "key_equipment_share", value: str = "0.5", reason: str = "few machines") -> Reading:
    """Set an interpretation as a reviewer."""
    return set_value(folder, name, value, pack=PACK, reason=reason, by="li", now=NOW)
