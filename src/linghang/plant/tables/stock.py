"""Stock: where it lies, how much there is, and how it moves."""

from linghang.plant.columns import choice, day, flag, id_, money, number, ref, table, text, when
from linghang.plant.tables.enterprise import area, factory
from linghang.plant.tables.product import material
from linghang.words import Text

GROUP = Text("仓储物流", "Warehouse and logistics")

storage_location = table(
    "storage_location",
    ("库位", "Storage location"),
    ("一个仓库、库区或库位", "One warehouse, zone or bin"),
    GROUP,
    id_("location_id", "库位编号", "Location id", "FG-A-03-12"),
    ref(factory.c.factory_id),
    ref(area.c.area_id, optional=True),
    text("name", "库位名称", "Name of the location", "成品库A区3排12位", optional=True),
    number("capacity", "容量：托盘数", "Capacity: pallets", "pallet", 4, optional=True),
    number("distance_m", "距出入口距离", "Distance to the door", "m", 38, optional=True),
    flag("automated", "自动化库位", "Automated storage", True, optional=True),
    rows=(
        {},
        {"location_id": "FG-B-01-02", "name": "成品库B区1排2位", "distance_m": 21.0},
    ),
)

stock_snapshot = table(
    "stock_snapshot",
    ("库存快照", "Stock snapshot"),
    ("一座工厂一种物料某日的库存", "Stock of one material at one factory on one day"),
    GROUP,
    ref(factory.c.factory_id, key=True),
    ref(material.c.material_id, key=True),
    day("day", "盘点日期", "Day", "2025-03-31", key=True),
    number("quantity", "库存数量", "Quantity in stock", "@material.unit", 5200),
    money("value_cny", "库存金额：成本计价", "Value of the stock: at cost", "1476000.00", optional=True),
)

stock_movement = table(
    "stock_movement",
    ("库存移动", "Stock movement"),
    ("物料的一次入库、出库、移库或盘点调整", "One receipt, issue, transfer or adjustment of stock"),
    GROUP,
    id_("movement_id", "移动编号", "Movement id", "MV-25-031874"),
    ref(factory.c.factory_id),
    ref(material.c.material_id),
    when("at", "移动时间", "Moved at", "2025-03-14T15:42:00+08:00"),
    choice(
        "kind",
        "移动类型",
        "Kind of movement",
        {"receipt": "入库", "issue": "出库", "transfer": "移库", "adjustment": "盘点调整"},
        "transfer",
    ),
    number(
        "quantity",
        "移动数量：调整可为负",
        "Quantity moved: an adjustment may be negative",
        "@material.unit",
        40,
        minimum=None,
    ),
    ref(
        storage_location.c.location_id,
        "from_location_id",
        ("移出库位", "From location"),
        optional=True,
        example="FG-B-01-02",
    ),
    ref(storage_location.c.location_id, "to_location_id", ("移入库位", "To location"), optional=True),
    text("lot", "移动批次号", "Lot that moved", "L250314-03", optional=True),
    text("carrier", "搬运方式", "Carried by", "AGV-07", optional=True),
)
