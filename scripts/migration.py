"""Write the next migration of the records from the difference between the tables and the last step.

python scripts/migration.py "what changed"
"""

import sys
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate.api import AutogenContext
from alembic.config import Config
from sqlalchemy import MetaData, create_engine

from linghang.plant.columns import Instant, Money
from linghang.plant.tables import METADATA
from linghang.store.migrate import MIGRATIONS, upgrade


def frozen(kind: str, item: Any, _context: AutogenContext) -> str | bool:
    """Write our own types as the plain ones: a step must not change when the code does."""
    if kind == "type" and isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Money):
        return "sa.Numeric(15, 4)"
    return False


def bare() -> MetaData:
    """Copy the tables without what explains them: a step holds only what the database holds."""
    copy = MetaData(naming_convention=METADATA.naming_convention)
    for table in METADATA.sorted_tables:
        table.to_metadata(copy).info.clear()
    return copy


def main(message: str) -> None:
    """Compare with a database at the last step and write the new one."""
    engine = create_engine("sqlite://")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    with engine.connect() as connection:
        config.attributes.update(connection=connection, target_metadata=bare(), render_item=frozen)
        if any((MIGRATIONS / "versions").glob("*.py")):
            upgrade(engine)
        number = len(list(Path(MIGRATIONS / "versions").glob("*.py"))) + 1
        command.revision(config, message, autogenerate=True, rev_id=f"{number:04d}")


if __name__ == "__main__":
    main(sys.argv[1])
