"""The works as an OPC UA server: ISA-95 tree, names in the style of the Machinery companion, engineering units.

Objects/Enterprise/Site/Area/Machine, and under each machine `Identification`, `Monitoring` and `State`, as OPC 40001-1
(Machinery) orders them. Node ids are strings: ns=2;s=<area>/<machine>/<signal>, below the root ns=2;s=<factory>.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

from asyncua import Server, ua
from asyncua.common.node import Node

from linghang.twin.process.sensing import BAD, GOOD
from linghang.twin.process.stretch import Signal
from linghang.twin.serving.server_certificate import APPLICATION_URI
from linghang.twin.works.layout import AREAS, FACTORY, FACTORY_NAME, NAME, Area
from linghang.twin.works.live import Reading
from linghang.twin.works.machines import MACHINES, Machine
from linghang.twin.works.processes import signals_of

NAMESPACE = "urn:linghang:reference-plant:signals"
UNITS_NAMESPACE = "http://www.opcfoundation.org/UA/units/un/cefact"

COMMON_CODES: Mapping[str, str] = MappingProxyType(
    {
        "°C": "CEL",
        "m3/h": "MQH",
        "m3/min": "G53",
        "kg": "KGM",
        "kW": "KWT",
        "mbar": "MBR",
        "bar": "BAR",
        "kPa": "KPA",
        "L/min": "L2",
        "A": "AMP",
        "mm/s": "C16",
        "rpm": "RPM",
        "%": "P1",
        "m/min": "2X",
        "mg/m3": "GP",
        "mg/L": "M1",
        "piece": "C62",
    }
)
"""Units of the signals -> common codes of UN/ECE recommendation 20."""

_STATUS = {GOOD: ua.StatusCode(ua.StatusCodes.Good), BAD: ua.StatusCode(ua.StatusCodes.BadSensorFailure)}


def engineering_unit(unit: str) -> ua.EUInformation:
    """Return a unit as OPC UA writes it (OPC 10000-8, 5.6.4): its number is made of the letters of its common code."""
    code = COMMON_CODES[unit]
    number = 0
    for letter in code.encode():
        number = number << 8 | letter
    named = ua.LocalizedText(unit)
    return ua.EUInformation(UNITS_NAMESPACE, number, named, named)


class OpcUaPlant:
    """The server.

    Parameters
    ----------
    url
        Where it listens: opc.tcp://host:port/path.
    certificate, private_key
        Of the server, DER and PEM; without them it offers no encryption.
    """

    def __init__(self, url: str, certificate: Path | None = None, private_key: Path | None = None) -> None:
        self._url, self._certificate, self._key = url, certificate, private_key
        self._server = Server()
        self._nodes: dict[str, tuple[ua.NodeId, ua.VariantType]] = {}
        for noisy in ("asyncua", "asyncua.server.address_space", "asyncua.server.uaprocessor"):
            logging.getLogger(noisy).setLevel(logging.CRITICAL)

    async def start(self) -> None:
        """Build the address space and listen."""
        server = self._server
        await server.init()
        server.set_endpoint(self._url)
        server.set_server_name("Linghang reference plant")
        await server.set_application_uri(APPLICATION_URI)
        policies = [ua.SecurityPolicyType.NoSecurity]
        if self._certificate and self._key:
            await server.load_certificate(str(self._certificate))
            await server.load_private_key(str(self._key))
            policies += [
                ua.SecurityPolicyType.Basic256Sha256_SignAndEncrypt,
                ua.SecurityPolicyType.Basic256Sha256_Sign,
            ]
        server.set_security_policy(policies)
        index = await server.register_namespace(NAMESPACE)
        await self._tree(index)
        await server.start()

    async def stop(self) -> None:
        """Say goodbye to the clients and stop listening."""
        await self._server.stop()

    async def publish(self, readings: Sequence[Reading]) -> None:
        """Put new values into the address space; subscribers get them."""
        for reading in readings:
            node, kind = self._nodes[reading.path]
            value = ua.DataValue(
                Value=ua.Variant(reading.value, kind),
                StatusCode=_STATUS[reading.quality],
                SourceTimestamp=datetime.fromtimestamp(reading.at_us / 1e6, UTC),
            )
            await self._server.write_attribute_value(node, value)

    async def _tree(self, index: int) -> None:
        objects = self._server.nodes.objects
        factory = await _folder(objects, index, FACTORY, FACTORY, FACTORY_NAME)
        await _property(factory, index, f"{FACTORY}/enterprise", "Enterprise", NAME)
        for area in AREAS:
            await self._area(factory, index, area)

    async def _area(self, factory: Node, index: int, area: Area) -> None:
        folder = await _folder(factory, index, f"{FACTORY}/{area.id}", area.id, area.name)
        for machine in MACHINES:
            if machine.area == area.id:
                await self._machine(folder, index, machine)

    async def _machine(self, folder: Node, index: int, machine: Machine) -> None:
        path = f"{machine.area}/{machine.id}"
        node = await _folder(folder, index, path, machine.id, machine.group.name)
        known = await _folder(node, index, f"{path}/Identification", "Identification", None)
        for name, value in (
            ("Manufacturer", machine.group.maker),
            ("Model", machine.group.model),
            ("ComponentName", machine.id),
        ):
            await _property(known, index, f"{path}/Identification/{name}", name, value)
        watched = await _folder(node, index, f"{path}/Monitoring", "Monitoring", None)
        for signal in signals_of(machine):
            parent = node if signal.role == "state" else watched
            await self._variable(parent, index, f"{path}/{signal.name}", signal)

    async def _variable(self, parent: Node, index: int, path: str, signal: Signal) -> None:
        word = signal.role == "state"
        kind = ua.VariantType.String if word else ua.VariantType.Double
        first = ua.Variant("idle" if word else 0.0, kind)
        node = await parent.add_variable(ua.NodeId(path, index), ua.QualifiedName(signal.name, index), first)
        await node.write_attribute(
            ua.AttributeIds.DisplayName, ua.DataValue(ua.Variant(ua.LocalizedText(signal.title.zh, "zh-CN")))
        )
        if signal.unit is not None:
            await _property(node, index, f"{path}/EngineeringUnits", "EngineeringUnits", engineering_unit(signal.unit))
        if signal.low is not None and signal.high is not None:
            span = ua.Range(signal.low, signal.high)
            await _property(node, index, f"{path}/InstrumentRange", "InstrumentRange", span)
        self._nodes[path] = (node.nodeid, kind)


async def _folder(parent: Node, index: int, path: str, name: str, title: str | None) -> Node:
    node = await parent.add_object(ua.NodeId(path, index), ua.QualifiedName(name, index))
    if title:
        shown = ua.LocalizedText(title, "zh-CN")
        await node.write_attribute(ua.AttributeIds.DisplayName, ua.DataValue(ua.Variant(shown)))
    return node


async def _property(parent: Node, index: int, path: str, name: str, value: object) -> None:
    await parent.add_property(ua.NodeId(path, index), ua.QualifiedName(name, 0), value)
