"""The [[connections]] of linghang.toml: what a workspace listens to."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from linghang.errors import BadInput, ManyProblems, Place, nearest, reason_of
from linghang.intake.live.keys import COMMON, KINDS, REGISTER, WORDS_OF, Key
from linghang.words import Listed, Word, later

CONFIG = "linghang.toml"

Security = Literal["Basic256Sha256", "none"]
Mode = Literal["SignAndEncrypt", "Sign"]
PayloadForm = Literal["sparkplug", "json", "arrow"]
RegisterKind = Literal["holding", "input", "coil", "discrete"]
RegisterType = Literal["uint16", "int16", "uint32", "int32", "uint64", "int64", "float32", "float64", "bit"]
WordOrder = Literal["big", "little"]


@dataclass(frozen=True, slots=True)
class _Named:
    name: str

    @property
    def password_variable(self) -> str:
        """The variable of the environment that holds the password; it never stands in the file."""
        return f"LINGHANG_{_folded(self.name)}_PASSWORD"

    def source(self, address: str) -> str:
        """Return the name that a tag of this connection has in the store."""
        return f"{self.name}!{address}"


@dataclass(frozen=True, slots=True)
class OpcUaConnection(_Named):
    """An OPC UA server (IEC 62541).

    Attributes
    ----------
    url
        opc.tcp://host:port/path
    security, mode
        Security policy, and whether messages are encrypted or only signed; the mode has no meaning without a policy.
    certificate, private_key
        Of this client; made on first use where absent.
    trusted, rejected
        Folder of server certificates that are accepted, and the one where others are put.
    user
        Whom to log in as; anonymous where None.
    browse
        Node ids; everything below them is subscribed.
    sampling_ms
        Sampling interval that the server is asked for, milliseconds.
    """

    url: str
    security: Security
    mode: Mode
    certificate: Path
    private_key: Path
    trusted: Path
    user: str | None
    browse: tuple[str, ...]
    sampling_ms: int

    @property
    def rejected(self) -> Path:
        """Folder where server certificates are put that were not trusted."""
        return self.trusted.parent / "rejected"


@dataclass(frozen=True, slots=True)
class MqttConnection(_Named):
    """An MQTT broker (MQTT 3.1.1).

    Attributes
    ----------
    url, host, port, tls
        mqtt://host:port, or mqtts:// with TLS.
    topics
        Topic filters.
    payload
        What the messages hold.
    tag_from
        For JSON and Arrow: whether a tag is named by the payload alone or by topic and payload.
    qos
        Asked for when subscribing; with 0 the broker may drop messages.
    client_id
        Names the broker's session, which keeps messages while this client is away.
    user
        Whom to log in as; anonymous where None.
    ca, certificate, private_key
        Files in PEM: who signed the broker's certificate (the system's authorities where None), and the client's own.
    host_id
        Sparkplug: this host says under that name whether it is there (STATE); None says nothing.
    keepalive_s
        After 1.5 times as many silent seconds the broker takes this client for lost.
    """

    url: str
    host: str
    port: int
    tls: bool
    topics: tuple[str, ...]
    payload: PayloadForm
    tag_from: Literal["payload", "topic"]
    qos: int
    client_id: str
    user: str | None
    ca: Path | None
    certificate: Path | None
    private_key: Path | None
    host_id: str | None
    keepalive_s: int


@dataclass(frozen=True, slots=True)
class Register:
    """One value in the registers of a Modbus device.

    Attributes
    ----------
    unit
        Unit identifier, 0-255.
    kind
        Which of the four tables.
    address
        Protocol address, from 0.
    type
        How the words are read; `bit` for coils and discrete inputs.
    word_order
        Which word of a longer value comes first.
    scale
        The stored value is the raw one times this.
    name
        Given name; else made of unit, kind and address.
    """

    unit: int
    kind: RegisterKind
    address: int
    type: RegisterType
    word_order: WordOrder = "big"
    scale: float = 1.0
    name: str | None = None

    @property
    def words(self) -> int:
        """How many registers (or bits) it takes."""
        return WORDS_OF[self.type]

    @property
    def label(self) -> str:
        """What it is called within its connection."""
        return self.name or f"unit {self.unit} {self.kind} {self.address}"


@dataclass(frozen=True, slots=True)
class ModbusConnection(_Named):
    """A Modbus TCP server (Modbus Application Protocol V1.1b3).

    Attributes
    ----------
    url, host, port
        modbus://host:port
    poll_ms
        Every register is read once in so many milliseconds.
    registers
        What is read.
    """

    url: str
    host: str
    port: int
    poll_ms: int
    registers: tuple[Register, ...]


Connection = OpcUaConnection | MqttConnection | ModbusConnection


def read_connections(folder: Path) -> tuple[Connection, ...]:
    """Read the connections of a workspace; paths are taken from its folder.

    Raises
    ------
    BadInput
        The file cannot be read; as ManyProblems with everything that is wrong in its connections.
    """
    path = folder / CONFIG
    place = Place(str(path))
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput("cannot be read: {reason}", place, reason=reason_of(error)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput("is not TOML: {reason}", place, reason=str(error)) from None
    return parse_connections(document, folder, str(path))


def parse_connections(document: Mapping[str, Any], folder: Path, file: str = CONFIG) -> tuple[Connection, ...]:
    """Read the connections out of a document of TOML.

    Parameters
    ----------
    document
        The whole of linghang.toml; only `connections` is looked at.
    folder
        The workspace, where relative paths begin.
    file
        Its name, for refusals.

    Raises
    ------
    ManyProblems
        Everything that is wrong, each with its key and with what would be right.
    """
    reader = _Reader(folder, file)
    given = document.get("connections", [])
    found: list[Connection] = []
    if not isinstance(given, list):
        reader.refuse("connections are tables: [[connections]]", "connections")
        given = []
    for number, one in enumerate(given, start=1):
        if (connection := reader.connection(one, f"connections[{number}]")) is not None:
            found.append(connection)
    reader.check_together(found)
    if reader.problems:
        raise ManyProblems(reader.problems)
    return tuple(found)


class _Reader:
    """Reads the tables and collects everything that is wrong, each with the key where it stands."""

    def __init__(self, folder: Path, file: str) -> None:
        self.folder, self.file = folder, file
        self.problems: list[BadInput] = []

    def refuse(self, message: str, at: str, **values: object) -> None:
        self.problems.append(BadInput(message, Place(self.file, key=at), None, **values))

    def connection(self, given: Any, at: str) -> Connection | None:
        before = len(self.problems)
        if not isinstance(given, dict):
            self.refuse("is no table of keys", at)
            return None
        kind = given.get("kind")
        if not isinstance(kind, str) or kind not in KINDS:
            self.refuse("kind is one of {names}", f"{at}.kind", names=Listed(KINDS))
            return None
        keys = self.keys(given, {**COMMON, **KINDS[kind]}, at)
        if kind == "modbus":
            keys["registers"] = self.registers(given.get("registers"), f"{at}.registers")
        if len(self.problems) > before:
            return None
        del keys["kind"]
        if kind == "opcua":
            return OpcUaConnection(**keys)
        split = urlsplit(keys["url"])
        keys |= {"host": split.hostname, "port": split.port or {"mqtts": 8883, "mqtt": 1883}.get(split.scheme, 502)}
        if kind == "modbus":
            return ModbusConnection(**keys)
        keys["tls"] = split.scheme == "mqtts"
        keys["client_id"] = keys["client_id"] or f"linghang-{keys['name']}"
        self.check_mqtt(keys, at)
        return MqttConnection(**keys)

    def keys(self, given: Mapping[str, Any], known: Mapping[str, Key], at: str) -> dict[str, Any]:
        for name in given:
            if name == "password":
                self.refuse("a password does not belong into the file; put it into the environment", f"{at}.{name}")
            elif name not in known:
                near = nearest(name, tuple(known))
                self.refuse("there is no key {key}; {near}", f"{at}.{name}", key=name, near=near)
        return {name: self.value(given, name, key, at) for name, key in known.items() if key.read is not None}

    def value(self, given: Mapping[str, Any], name: str, key: Key, at: str) -> Any:
        assert key.read is not None
        if name not in given:
            if key.needed:
                self.refuse("{key} is missing; it is {right}", at, key=name, right=Word(key.right))
            return self.folder / key.default if isinstance(key.default, Path) else key.default
        value = key.read(given[name])
        if value is None:
            shown = re.sub(r"//[^/]*@", "//…@", str(given[name]))  # a password must not get into a log
            said = {"key": name, "right": Word(key.right), "found": shown}
            self.refuse("{key} is {right}, not “{found}”", f"{at}.{name}", **said)
        return self.folder / value if isinstance(value, Path) else value

    def registers(self, given: Any, at: str) -> tuple[Register, ...]:
        if not isinstance(given, list) or not given:
            self.refuse("a Modbus connection has one [[connections.registers]] or more", at)
            return ()
        found = [self.register(one, f"{at}[{number}]") for number, one in enumerate(given, start=1)]
        registers = tuple(one for one in found if one is not None)
        self.check_once([one.label for one in registers], later("two registers are called “{name}”"), at)
        return registers

    def register(self, given: Any, at: str) -> Register | None:
        before = len(self.problems)
        if not isinstance(given, dict):
            self.refuse("is no table of keys", at)
            return None
        keys = self.keys(given, REGISTER, at)
        if len(self.problems) > before:
            return None
        bits = keys["kind"] in ("coil", "discrete")
        keys["type"] = keys["type"] or ("bit" if bits else "uint16")
        if bits != (keys["type"] == "bit"):
            self.refuse("a coil or discrete input is a bit, a holding or input register is not", f"{at}.type")
        if keys["address"] + WORDS_OF[keys["type"]] > 1 << 16:
            self.refuse("reaches beyond the last address, 65535", f"{at}.address")
        return Register(**keys)

    def check_mqtt(self, keys: Mapping[str, Any], at: str) -> None:
        if (keys["certificate"] is None) != (keys["private_key"] is None):
            self.refuse("certificate and private_key belong together", at)
        if not keys["tls"] and (keys["ca"] or keys["certificate"]):
            self.refuse("certificates need TLS: mqtts://", f"{at}.url")
        if keys["payload"] == "sparkplug" and keys["tag_from"] == "topic":
            self.refuse("Sparkplug names its tags itself", f"{at}.tag_from")

    def check_together(self, found: list[Connection]) -> None:
        self.check_once(
            [_folded(one.name) for one in found],
            later("two connections are called “{name}” (upper and lower case, - and _ do not distinguish)"),
            "connections",
        )
        sessions = [f"{one.client_id}@{one.host}:{one.port}" for one in found if isinstance(one, MqttConnection)]
        self.check_once(
            sessions, later("two connections share the session “{name}”; give each its own client_id"), "connections"
        )

    def check_once(self, names: list[str], message: str, at: str) -> None:
        for name in dict.fromkeys(names):
            if names.count(name) > 1:
                self.refuse(message, at, name=name)


def _folded(name: str) -> str:
    return name.upper().replace("-", "_")
