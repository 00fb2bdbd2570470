"""A small workspace with open orders, and a schedule that the engine made of them."""

from datetime import UTC, date, datetime
from pathlib import Path

from linghang.plant.tables import TABLES
from linghang.usecases.engines import Request, run_engine
from linghang.usecases.workspaces import make_workspace

PLANNED_AT = datetime(2026, 3, 2, tzinfo=UTC)
ENGINE = "scheduling.finite_capacity"
ORDERS = ("MO-26-0001", "MO-26-0002")


def planned_works(folder: Path, *, run: bool = True) -> Path:
    """Make a workspace with two open orders, four machines for them and no breaks; plan them.

    Parameters
    ----------
    run
        Whether the engine runs, so that a schedule is kept.
    """
    engine = make_workspace(folder, "北疆铝轮毂", "Asia/Shanghai", None).engine()
    machine = dict(TABLES["equipment"].info["examples"][0])
    order = dict(TABLES["production_order"].info["examples"][0]) | {"planned_start": None, "planned_end": None}
    order |= {"quantity": 200.0, "released_on": date(2026, 3, 1), "status": "released", "sales_line_id": None}
    with engine.begin() as connection:
        for table in TABLES.values():
            connection.execute(table.insert(), list(table.info["examples"]))
        connection.execute(TABLES["shift"].delete())
        more = [machine | {"equipment_id": f"LPC-19{n}", "name": f"压铸机9{n}"} for n in (1, 2)]
        connection.execute(TABLES["equipment"].insert(), more)
        dated = zip(ORDERS, (date(2026, 3, 2), date(2026, 3, 4)), strict=True)
        made = [order | {"production_order_id": name, "due_on": due} for name, due in dated]
        connection.execute(TABLES["production_order"].insert(), made)
    engine.dispose()
    if run:
        run_engine(folder, ENGINE, Request({"effort": 0.2, "promises": 0}), now=PLANNED_AT)
    return folder
