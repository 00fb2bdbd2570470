"""Tags of the works: every signal of every machine, by which connection it comes and under which name.

Process areas come over OPC UA, the machines and vehicles of the other areas over MQTT, and what their meters sum up
over Modbus; so no signal comes twice.
"""

from collections.abc import Iterator

import pyarrow as pa

from linghang.twin.process.stretch import Signal
from linghang.twin.works.layout import AREAS, FACTORY
from linghang.twin.works.machines import LOOPS, MACHINES, Machine, loop_id
from linghang.twin.works.processes import NETWORKS, TOTALS, signals_of
from linghang.twin.works.rows import listed

OPCUA, MQTT, METERS = "works-opcua", "works-mqtt", "meters"
"""Names of the connections."""
OPCUA_AREAS = ("MELT", "CAST", "HEAT", "PAINT", "UTIL")
MQTT_AREAS = tuple(area.id for area in AREAS if area.id not in OPCUA_AREAS)
SAMPLING_S = 1.0


def path_of(machine: Machine, signal: str) -> str:
    """Address of a signal without a protocol: area, machine, signal."""
    return f"{machine.area}/{machine.id}/{signal}"


def source_of(machine: Machine, signal: str) -> str:
    """Name under which a signal arrives in the telemetry store."""
    path = path_of(machine, signal)
    if machine.area in OPCUA_AREAS:
        return f"{OPCUA}!ns=2;s={path}"
    return f"{MQTT}!spBv1.0/{FACTORY}/{path}"


def totals() -> Iterator[tuple[Machine, str, str, str]]:
    """Meters of the networks: machine, name of the total, title, unit."""
    for machine in MACHINES:
        if machine.group.center in NETWORKS:
            for signal in signals_of(machine):
                if signal.name in TOTALS:
                    yield machine, *TOTALS[signal.name]


def tag_rows() -> pa.Table:
    """Rows of tag."""
    rows = [_tag(machine, signal) for machine in MACHINES for signal in signals_of(machine)]
    rows += [_total(*one) for one in totals()]
    return listed("tag", rows)


def _tag(machine: Machine, signal: Signal) -> dict[str, object]:
    loop = next((kind for kind in LOOPS if machine.group.center in kind.centers and kind.signal == signal.name), None)
    return {
        "tag_id": f"{FACTORY}/{path_of(machine, signal.name)}",
        "factory_id": FACTORY,
        "equipment_id": machine.id,
        "loop_id": loop_id(loop, machine) if loop else None,
        "name": signal.title.zh,
        "unit": signal.unit,
        "role": signal.role,
        "source": source_of(machine, signal.name),
        "sampling_s": SAMPLING_S,
        "low_limit": signal.low,
        "high_limit": signal.high,
        "writable": False,
    }


def _total(machine: Machine, name: str, title: str, unit: str) -> dict[str, object]:
    path = path_of(machine, name)
    return {
        "tag_id": f"{FACTORY}/{path}",
        "factory_id": FACTORY,
        "equipment_id": machine.id,
        "name": title,
        "unit": unit,
        "role": "counter",
        "source": f"{METERS}!{path}",
        "sampling_s": SAMPLING_S,
        "writable": False,
    }
