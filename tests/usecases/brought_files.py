"""A workspace with example rows, and files as plants' systems write them."""

from datetime import UTC, datetime
from pathlib import Path

from example_works import works_at as plant_at
from linghang.usecases.import_deliveries import Delivery, add_delivery

__all__ = ["ME", "NOW", "brought", "foreign_equipment", "plant_at"]

NOW = datetime(2026, 6, 30, 8, tzinfo=UTC)
ME = "chen"


def brought(folder: Path, *files: tuple[str, bytes]) -> Delivery:
    """Bring files to a workspace."""
    place = folder.parent / "given"
    place.mkdir(exist_ok=True)
    given = []
    for number, (name, content) in enumerate(files):
        path = place / f"{number}.bin"
        path.write_bytes(content)
        given.append((path, name))
    return add_delivery(folder, given, ME, NOW)


def foreign_equipment(center: str) -> bytes:
    """A register of machines under a title, in GB18030, with names and a unit that are not ours."""
    return (
        f"2025年设备台账,,,,,\n资产编号,设备名称,所属产线,是否关键,使用状况,额定功率(MW)\n"
        f"A1,压铸机,{center},是,使用中,0.2\nA2,铣床,{center},否,闲置,0.1\n"
    ).encode("gb18030")
