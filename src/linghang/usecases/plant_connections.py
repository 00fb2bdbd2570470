"""The connections of the reference plant, as linghang.toml has them: each signal comes over one of them only."""

from collections.abc import Iterator

from linghang.twin.serving.modbus_server import REGISTERS
from linghang.twin.works.layout import FACTORY
from linghang.twin.works.tags import METERS, MQTT, MQTT_AREAS, OPCUA, OPCUA_AREAS, totals

OPCUA_URL = "opc.tcp://127.0.0.1:4840/linghang/"
MQTT_URL = "mqtt://127.0.0.1:1883"
MODBUS_URL = "modbus://127.0.0.1:5020"


def connections_toml() -> str:
    """Return the tables of the connections."""
    return "\n".join([*_opcua(), *_mqtt(), *_modbus()]) + "\n"


def _listed(words: list[str]) -> str:
    return "[" + ", ".join(f'"{word}"' for word in words) + "]"


def _opcua() -> Iterator[str]:
    yield "\n# The plant of this workspace comes to life with: linghang plant serve"
    yield "[[connections]]"
    yield f'name = "{OPCUA}"\nkind = "opcua"\nurl = "{OPCUA_URL}"'
    yield 'security = "Basic256Sha256"\nmode = "SignAndEncrypt"'
    yield 'certificate = "pki/own/client.der"\nprivate_key = "pki/own/client.pem"\ntrusted = "pki/trusted"'
    yield f"browse = {_listed([f'ns=2;s={FACTORY}/{area}' for area in OPCUA_AREAS])}"
    yield "sampling_ms = 100"


def _mqtt() -> Iterator[str]:
    yield "\n[[connections]]"
    yield f'name = "{MQTT}"\nkind = "mqtt"\nurl = "{MQTT_URL}"'
    yield f"topics = {_listed([f'spBv1.0/{FACTORY}/+/{area}/#' for area in MQTT_AREAS])}"
    yield 'payload = "sparkplug"\nqos = 1\nclient_id = "linghang-ingest"'


def _modbus() -> Iterator[str]:
    """Only what meters sum up: the flow itself comes over OPC UA."""
    wanted = {f"{machine.area}/{machine.id}/{name}" for machine, name, *_ in totals()}
    yield "\n[[connections]]"
    yield f'name = "{METERS}"\nkind = "modbus"\nurl = "{MODBUS_URL}"\npoll_ms = 1000'
    for row in REGISTERS:
        if row.path in wanted:
            yield "[[connections.registers]]"
            yield f'unit = {row.unit}\nkind = "holding"\naddress = {row.address}\ntype = "{row.type}"'
            yield f'word_order = "big"\nname = "{row.path}"'
