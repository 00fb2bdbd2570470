"""The [[connections]] of linghang.toml: what is read, and every mistake at once."""

from pathlib import Path
from typing import Any

import pytest

from linghang.errors import BadInput, ManyProblems
from linghang.intake.live.connections import (
    ModbusConnection,
    MqttConnection,
    OpcUaConnection,
    Register,
    parse_connections,
    read_connections,
)

OPCUA = {"name": "works-opcua", "kind": "opcua", "url": "opc.tcp://127.0.0.1:4840/linghang/", "browse": ["ns=2;s=HLGL"]}
MQTT = {
    "name": "works-mqtt",
    "kind": "mqtt",
    "url": "mqtt://broker",
    "topics": ["spBv1.0/HLGL/#"],
    "payload": "sparkplug",
}
MODBUS = {
    "name": "meters",
    "kind": "modbus",
    "url": "modbus://127.0.0.1:5020",
    "registers": [{"unit": 3, "kind": "holding", "address": 40, "type": "float32", "scale": 0.1}],
}
FOLDER = Path("plant")


def read(*connections: Any) -> Any:
    return parse_connections({"connections": list(connections)}, FOLDER)


def problems(*connections: Any) -> list[str]:
    with pytest.raises(ManyProblems) as caught:
        read(*connections)
    return [str(one) for one in caught.value.problems]


def test_an_opcua_connection_has_safe_defaults_in_the_workspace() -> None:
    (found,) = read(OPCUA)
    assert isinstance(found, OpcUaConnection)
    assert (found.security, found.mode) == ("Basic256Sha256", "SignAndEncrypt")
    assert found.certificate == FOLDER / "pki/own/client.der"
    assert found.trusted == FOLDER / "pki/trusted"
    assert found.rejected == FOLDER / "pki/rejected"
    assert found.password_variable == "LINGHANG_WORKS_OPCUA_PASSWORD"
    assert found.source("ns=2;s=a") == "works-opcua!ns=2;s=a"


def test_a_path_beyond_the_workspace_stays_where_it_is() -> None:
    (found,) = read({**OPCUA, "certificate": "/etc/client.der"})
    assert found.certificate == Path("/etc/client.der")


def test_an_mqtt_connection_loses_nothing_by_default() -> None:
    (found,) = read(MQTT)
    assert isinstance(found, MqttConnection)
    assert (found.host, found.port, found.tls) == ("broker", 1883, False)
    assert (found.qos, found.client_id) == (1, "linghang-works-mqtt")


def test_mqtt_with_tls_has_its_own_port() -> None:
    (found,) = read({**MQTT, "url": "mqtts://broker", "ca": "ca.pem"})
    assert (found.port, found.tls, found.ca) == (8883, True, FOLDER / "ca.pem")


def test_a_modbus_connection_has_registers() -> None:
    (found,) = read(MODBUS)
    assert isinstance(found, ModbusConnection)
    assert (found.port, found.poll_ms) == (5020, 1000)
    assert found.registers == (Register(3, "holding", 40, "float32", "big", 0.1),)
    assert found.registers[0].words == 2
    assert found.source(found.registers[0].label) == "meters!unit 3 holding 40"


def test_a_coil_is_a_bit_and_a_register_a_whole_number_unless_told() -> None:
    (found,) = read(
        {**MODBUS, "registers": [{"kind": "coil", "address": 0}, {"kind": "input", "address": 0, "name": "x"}]}
    )
    assert [(one.type, one.label) for one in found.registers] == [("bit", "unit 1 coil 0"), ("uint16", "x")]


def test_a_workspace_without_connections_has_none() -> None:
    assert parse_connections({}, FOLDER) == ()


@pytest.mark.parametrize(
    ("changed", "key", "told"),
    [
        ({"name": "a b"}, "connections[1].name", "letters, digits"),
        ({"kind": "bacnet"}, "connections[1].kind", "opcua, mqtt, modbus"),
        ({"kind": ["mqtt"]}, "connections[1].kind", "opcua, mqtt, modbus"),
        ({"url": "http://broker"}, "connections[1].url", "mqtt://host:1883"),
        ({"url": "mqtt://me:secret@broker"}, "connections[1].url", "without user or password"),
        ({"url": "mqtt://broker:99999"}, "connections[1].url", "mqtt://host:1883"),
        ({"url": "mqtt://"}, "connections[1].url", "mqtt://host:1883"),
        ({"topics": []}, "connections[1].topics", "topic filters"),
        ({"topics": ["a/#/b"]}, "connections[1].topics", "topic filters"),
        ({"topics": ["a+"]}, "connections[1].topics", "topic filters"),
        ({"payload": "xml"}, "connections[1].payload", "sparkplug, json, arrow"),
        ({"qos": 2}, "connections[1].qos", "0 or 1"),
        ({"qos": True}, "connections[1].qos", "0 or 1"),
        ({"password": "secret"}, "connections[1].password", "into the environment"),
        ({"topic": "x"}, "connections[1].topic", "did you mean topics"),
        ({"ca": "ca.pem"}, "connections[1].url", "mqtts://"),
        ({"url": "mqtts://b", "certificate": "c.pem"}, "connections[1]", "belong together"),
        ({"tag_from": "topic"}, "connections[1].tag_from", "names its tags itself"),
    ],
)
def test_a_mistake_is_named_with_its_key_and_what_would_be_right(changed: Any, key: str, told: str) -> None:
    (problem,) = problems({**MQTT, **changed})
    assert key in problem
    assert told in problem


def test_a_password_is_not_repeated_in_the_refusal() -> None:
    assert "hunter2" not in "".join(problems({**MQTT, "password": "hunter2"}))
    assert "hunter2" not in "".join(problems({**MQTT, "url": "mqtt://me:hunter2@broker"}))


@pytest.mark.parametrize(
    ("register", "told"),
    [
        ({"kind": "holding", "address": 65535, "type": "uint32"}, "beyond the last address"),
        ({"kind": "coil", "address": 1, "type": "uint16"}, "is a bit"),
        ({"kind": "holding", "address": 1, "type": "bit"}, "is a bit"),
        ({"kind": "holding"}, "address is missing"),
        ({"kind": "holding", "address": 1, "unit": 256}, "0 to 255"),
        ({"kind": "holding", "address": 1, "scale": 0}, "other than 0"),
        (7, "no table"),
    ],
)
def test_a_mistake_in_a_register_is_named(register: Any, told: str) -> None:
    (problem,) = problems({**MODBUS, "registers": [register]})
    assert "connections[1].registers[1]" in problem
    assert told in problem


def test_registers_are_needed_and_have_names_of_their_own() -> None:
    assert "one [[connections.registers]] or more" in problems({**MODBUS, "registers": []})[0]
    assert "two registers are called" in problems({**MODBUS, "registers": MODBUS["registers"] * 2})[0]


def test_connections_have_names_and_sessions_of_their_own() -> None:
    assert "two connections are called" in problems(OPCUA, {**OPCUA, "name": "WORKS_opcua"})[0]
    assert "share the session" in problems({**MQTT, "client_id": "x"}, {**MQTT, "name": "other", "client_id": "x"})[0]


def test_everything_that_is_wrong_is_named_at_once() -> None:
    found = problems({**MQTT, "qos": 7, "payload": 3}, {**OPCUA, "browse": [], "mode": "none"}, 5, {"kind": "modbus"})
    assert len(found) == 8


def test_the_file_is_read_from_the_workspace(tmp_path: Path) -> None:
    (tmp_path / "linghang.toml").write_text(
        '[[connections]]\nname = "a"\nkind = "opcua"\nurl = "opc.tcp://h"\nbrowse = ["i=85"]\n'
    )
    (found,) = read_connections(tmp_path)
    assert found.certificate == tmp_path / "pki/own/client.der"


@pytest.mark.parametrize("content", [b"[[connections", b"\xff"])
def test_a_file_that_is_no_toml_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "linghang.toml").write_bytes(content)
    with pytest.raises(BadInput, match="is not TOML"):
        read_connections(tmp_path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        read_connections(tmp_path)


def test_connections_that_are_no_list_are_refused() -> None:
    with pytest.raises(ManyProblems):
        parse_connections({"connections": {"name": "x"}}, FOLDER)
