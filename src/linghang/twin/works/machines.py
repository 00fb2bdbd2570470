"""The machines of the works: 61, of which 40 are key equipment, with their places, failure modes and control loops."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from linghang.twin.works.layout import CENTERS, COMMISSIONED, Center, area_of
from linghang.twin.works.rows import listed


@dataclass(frozen=True, slots=True)
class Group:
    """Like machines of one work centre.

    Attributes
    ----------
    prefix, first, count
        Machine ids are the prefix and a running number: LPC-101, LPC-102 and so on; with `first` 0 there is one
        machine, and its id is the prefix.
    name
        Name of one machine, to which its number is added.
    mtbf_h, repair_h
        True mean operating time to a failure and mean time to repair in the baseline year.
    modes
        Component, cause and share of its failures.
    rated_kw, idle_kw, run_kw
        Rated power, and the electric power that it draws when it stands ready and when it works.
    """

    prefix: str
    first: int
    count: int
    center: str
    name: str
    kind: str
    model: str
    maker: str
    key: bool
    ideal_s: float | None
    rated_kw: float
    idle_kw: float
    run_kw: float
    mtbf_h: float
    repair_h: float
    modes: tuple[tuple[str, str, float], ...]
    commissioned: str = COMMISSIONED


GROUPS: tuple[Group, ...] = (
    Group("MF-", 1, 3, "WC-MELT", "熔炼炉", "furnace", "TMF-1500", "苏州某炉业", True, 48.0, 90, 14, 62, 420, 3.2,
          (("burner", "燃烧器点火失败", 0.5), ("lining", "炉衬渗漏", 0.2), ("charging", "加料机卡阻", 0.3))),
    Group("HF-", 1, 2, "WC-HOLD", "保温除气炉", "furnace", "HDF-3000", "苏州某炉业", False, None, 120, 46, 78, 600, 2.4,
          (("rotor", "除气转子断裂", 0.6), ("heater", "加热元件烧断", 0.4))),
    Group("LPC-", 101, 12, "WC-LPC", "低压铸造机", "machine", "J455-B", "天水某机械", True, 250.0, 110, 24, 58, 48, 2.6,
          (("riser", "升液管开裂", 0.34), ("hydraulic", "液压系统泄漏", 0.24), ("mould_cooling", "模具水路堵塞", 0.26),
           ("sensor", "热电偶失效", 0.16))),
    Group("XR-", 1, 3, "WC-XRAY", "X光探伤机", "inspection", "XG-160", "丹东某射线仪器",
          True, 72.0, 12, 2.5, 7.5, 380, 2.6,
          (("tube", "射线管老化", 0.4), ("handling", "机械手定位偏差", 0.6))),
    Group("HT-", 1, 2, "WC-HT", "T6热处理线", "furnace", "RTL-600", "江苏某热工", True, 52.0, 160, 42, 118, 520, 4.2,
          (("fan", "循环风机轴承损坏", 0.5), ("roller", "辊棒断裂", 0.3), ("quench_pump", "淬火泵失效", 0.2))),
    Group("CNC-", 201, 18, "WC-CNC", "轮毂数控加工单元", "machine", "VTL-24R", "沈阳某机床",
          True, 390.0, 55, 6.0, 21, 64, 2.8,
          (("spindle", "主轴轴承损坏", 0.05), ("tool_changer", "刀库换刀故障", 0.43), ("coolant", "切削液泵故障", 0.24),
           ("clamp", "液压夹具漏油", 0.28))),
    Group("LT-", 1, 3, "WC-LEAK", "氦检气密机", "inspection", "HLT-2", "安徽某真空",
          False, 68.0, 15, 2.2, 6.8, 340, 1.6,
          (("seal", "密封圈磨损", 0.7), ("detector", "氦质谱漂移", 0.3))),
    Group("PT-", 1, 1, "WC-PRE", "前处理线", "machine", "PRE-8S", "江苏某涂装", False, 25.0, 130, 36, 88, 460, 2.2,
          (("nozzle", "喷嘴堵塞", 0.6), ("pump", "循环泵故障", 0.4))),
    Group("PT-", 2, 1, "WC-POWDER", "静电喷粉线", "machine", "POW-6R", "江苏某涂装", True, 25.0, 75, 18, 52, 300, 1.7,
          (("gun", "喷枪堵粉", 0.65), ("recovery", "回收滤芯堵塞", 0.35))),
    Group("PT-", 3, 1, "WC-BAKE", "烘烤固化炉", "furnace", "BAK-240", "江苏某涂装", True, 25.0, 95, 30, 66, 560, 2.8,
          (("burner", "燃烧器熄火", 0.5), ("chain", "输送链卡链", 0.5))),
    Group("PK-", 1, 2, "WC-PACK", "包装线", "machine", "PKL-12", "青岛某自动化", False, 45.0, 18, 3.0, 11, 260, 1.2,
          (("wrapper", "缠膜机断膜", 0.6), ("label", "贴标机故障", 0.4))),
    Group("AGV-", 1, 4, "WC-AGV", "自动导引车", "agv", "AGV-1000", "沈阳某自动化", False, None, 4, 0.2, 1.6, 420, 0.9,
          (("battery", "电池欠压", 0.5), ("guide", "导航丢失", 0.5))),
    Group("ST-", 1, 2, "WC-STORE", "堆垛机", "storage", "SRM-18", "昆明某物流装备", False, None, 22, 2.0, 9.0, 500, 1.8,
          (("fork", "货叉限位故障", 1.0),)),
    Group("AC-", 1, 3, "WC-AIR", "螺杆空压机", "utility", "SA-110", "无锡某压缩机", False, None, 110, 34, 104, 900, 5.0,
          (("valve", "进气阀故障", 0.6), ("oil", "油温过高", 0.4))),
    Group("SUB-1", 0, 1, "WC-POWER", "10kV变电站", "utility", "S13-4000", "保定某变压器",
          False, None, 6, 4, 6, 20000, 6.0,
          (("breaker", "断路器跳闸", 1.0),)),
    Group("GAS-1", 0, 1, "WC-GAS", "天然气调压柜", "utility", "RX-600", "石家庄某燃气设备",
          False, None, 1, 0.4, 0.5, 20000, 4.0,
          (("regulator", "调压器超压", 1.0),)),
    Group("WW-1", 0, 1, "WC-WATER", "污水处理站", "utility", "WT-20", "北京某环保", False, None, 60, 11, 34, 1500, 6.0,
          (("pump", "提升泵故障", 1.0),)),
    Group("RTO-1", 0, 1, "WC-VOC", "蓄热式焚烧炉", "utility", "RTO-300", "上海某环保",
          False, None, 75, 12, 48, 1200, 5.0,
          (("valve", "切换阀故障", 1.0),)),
)  # fmt: skip

RELAY_CONTROLLED = frozenset({"MF-1", "XR-3"})
"""Key machines that relays control, not a program: the register says so."""


@dataclass(frozen=True, slots=True)
class Machine:
    """One machine: its group, its number in it and the middle of its place on the site plan, in metres."""

    id: str
    group: Group
    number: int
    x: float
    y: float

    @property
    def area(self) -> str:
        """Area that it stands in."""
        return area_of(self.group.center)

    @property
    def unit_id(self) -> str:
        """Work unit: the place of the machine."""
        return f"WU-{self.id}"


def _machines() -> Iterator[Machine]:
    centers = {center.id: center for center in CENTERS}
    for group in GROUPS:
        for number in range(group.count):
            x, y = _place(centers[group.center], number, group.count)
            yield Machine(group.prefix + (str(group.first + number) if group.first else ""), group, number, x, y)


def _place(center: Center, number: int, count: int) -> tuple[float, float]:
    """Spread machines over their centre in one row, or two where there are more than four."""
    lines = 2 if count > 4 else 1
    columns = -(-count // lines)
    row, column = divmod(number, columns)
    x = center.x + center.length * (column + 0.5) / columns
    y = center.y + center.width * (row + 0.5) / lines
    return round(x, 1), round(y, 1)


MACHINES: tuple[Machine, ...] = tuple(_machines())
"""All machines, in the order of the flow."""

BY_ID = {machine.id: machine for machine in MACHINES}


def machines_of(center: str) -> tuple[Machine, ...]:
    """Machines of a work centre."""
    return tuple(machine for machine in MACHINES if machine.group.center == center)


@dataclass(frozen=True, slots=True)
class LoopKind:
    """A control loop that each machine of some groups has.

    Attributes
    ----------
    signal
        Name of the measured signal; its setpoint is `<signal>_setpoint`.
    apc
        Whether advanced process control applies.
    """

    centers: tuple[str, ...]
    code: str
    name: str
    signal: str
    apc: bool
    weight: float


LOOPS: tuple[LoopKind, ...] = (
    LoopKind(("WC-MELT",), "TIC", "炉膛温度控制", "melt_temperature", True, 3.0),
    LoopKind(("WC-HOLD",), "TIC", "铝液温度控制", "metal_temperature", False, 1.0),
    LoopKind(("WC-LPC",), "PIC", "充型压力控制", "filling_pressure", True, 2.0),
    LoopKind(("WC-LPC",), "TIC", "铝液温度控制", "metal_temperature", False, 1.0),
    LoopKind(("WC-HT",), "TIC", "固溶炉温度控制", "solution_temperature", True, 3.0),
    LoopKind(("WC-BAKE",), "TIC", "烘烤炉温度控制", "oven_temperature", True, 2.0),
    LoopKind(("WC-VOC",), "TIC", "燃烧室温度控制", "chamber_temperature", False, 1.0),
    LoopKind(("WC-AIR",), "PIC", "供气压力控制", "pressure", False, 1.0),
)


def loop_id(kind: LoopKind, machine: Machine) -> str:
    """Id of a loop of a machine."""
    return f"{kind.code}-{machine.id}"


def loops() -> Iterator[tuple[LoopKind, Machine]]:
    """All control loops."""
    for kind in LOOPS:
        for center in kind.centers:
            for machine in machines_of(center):
                yield kind, machine


def machine_rows(agv_since: date) -> dict[str, pa.Table]:
    """Rows of work_unit, equipment and control_loop; the vehicles came with their capability."""
    units = [
        {
            "work_unit_id": one.unit_id,
            "work_center_id": one.group.center,
            "name": f"{_named(one)}工位",
            "sequence": one.number + 1,
        }
        for one in MACHINES
    ]
    return {
        "work_unit": listed("work_unit", units),
        "equipment": listed("equipment", [_equipment(one, agv_since) for one in MACHINES]),
        "control_loop": listed(
            "control_loop",
            [
                {
                    "loop_id": loop_id(kind, machine),
                    "equipment_id": machine.id,
                    "name": kind.name,
                    "apc_applicable": kind.apc,
                    "weight": kind.weight,
                }
                for kind, machine in loops()
            ],
        ),
    }


def _named(machine: Machine) -> str:
    return f"{machine.group.name}{machine.number + 1}号" if machine.group.count > 1 else machine.group.name


def _equipment(machine: Machine, agv_since: date) -> dict[str, object]:
    group = machine.group
    new = group.prefix == "AGV-"
    return {
        "equipment_id": machine.id,
        "work_center_id": group.center,
        "work_unit_id": machine.unit_id,
        "name": _named(machine),
        "model": group.model,
        "maker": group.maker,
        "origin_country": "CN",
        "serial_number": f"{group.model}-{'N' if new else '14'}{machine.number + 1:03d}",
        "kind": group.kind,
        "key": group.key,
        "numerically_controlled": machine.id not in RELAY_CONTROLLED and group.prefix != "GAS-1",
        "networked": True,
        "controllable": True,
        "status": "in_use",
        "commissioned_on": agv_since if new else date.fromisoformat(group.commissioned),
        "ideal_cycle_s": group.ideal_s,
        "rated_power_kw": float(group.rated_kw),
    }
