"""The keys of [[connections]], declared as data: how each is read, and what would be right."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from linghang.words import later

WORDS_OF: Mapping[str, int] = MappingProxyType(
    {"bit": 1, "uint16": 1, "int16": 1}
    | dict.fromkeys(("uint32", "int32", "float32"), 2)
    | dict.fromkeys(("uint64", "int64", "float64"), 4)
)
"""How many registers a type takes."""

Read = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Key:
    """One key.

    Attributes
    ----------
    read
        Turns what stands there into the value, None where it is wrong; None for keys that are read elsewhere.
    right
        What would be right (catalogue).
    default
        Where the key is absent; a path is taken from the workspace.
    needed
        Whether it must be there.
    """

    read: Read | None
    right: str
    default: Any = None
    needed: bool = False


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value and "\0" not in value else None


def _matching(pattern: str) -> Read:
    return lambda value: value if isinstance(value, str) and re.fullmatch(pattern, value) else None


def _path(value: Any) -> Path | None:
    return Path(value) if _text(value) else None


def _one_of(*words: str) -> Read:
    return lambda value: value if value in words else None


def _whole(low: int, high: int) -> Read:
    def read(value: Any) -> int | None:
        return value if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high else None

    return read


def _factor(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if value and abs(value) < float("inf") else None


def _texts(check: Read) -> Read:
    def read(value: Any) -> tuple[str, ...] | None:
        if not isinstance(value, list) or not value or any(check(one) is None for one in value):
            return None
        return tuple(dict.fromkeys(value))

    return read


def _url(*schemes: str) -> Read:
    def read(value: Any) -> str | None:
        if not isinstance(value, str):
            return None
        try:
            split = urlsplit(value)
            known = split.scheme in schemes and split.hostname and split.port != 0
        except ValueError:
            return None
        return value if known and split.username is None and split.password is None else None

    return read


def _topic_filter(value: Any) -> str | None:
    """A topic filter of MQTT 3.1.1, 4.7: # only as the last level, + only as a whole level."""
    if not _text(value) or len(value.encode()) > 65535:
        return None
    levels = value.split("/")
    well = all(one in ("#", "+") or not set(one) & {"#", "+"} for one in levels) and "#" not in levels[:-1]
    return value if well else None


_USER = Key(_text, later("the name of a user"))

COMMON: Mapping[str, Key] = MappingProxyType(
    {
        "name": Key(_matching(r"[A-Za-z0-9_-]{1,64}"), later("letters, digits, - and _"), needed=True),
        "kind": Key(_one_of("opcua", "mqtt", "modbus"), later("one of opcua, mqtt, modbus"), needed=True),
    }
)

KINDS: Mapping[str, Mapping[str, Key]] = MappingProxyType(
    {
        "opcua": {
            "url": Key(
                _url("opc.tcp"), later("a URL like opc.tcp://host:4840/path without user or password"), needed=True
            ),
            "security": Key(_one_of("Basic256Sha256", "none"), later("Basic256Sha256 or none"), "Basic256Sha256"),
            "mode": Key(_one_of("SignAndEncrypt", "Sign"), later("SignAndEncrypt or Sign"), "SignAndEncrypt"),
            "certificate": Key(_path, later("the path of a certificate (DER)"), Path("pki/own/client.der")),
            "private_key": Key(_path, later("the path of a private key (PEM)"), Path("pki/own/client.pem")),
            "trusted": Key(_path, later("a folder of certificates"), Path("pki/trusted")),
            "user": _USER,
            "browse": Key(_texts(_text), later("a list of node ids such as ns=2;s=HLGL"), needed=True),
            # 100 ms is what most servers sample at anyway (ours).
            "sampling_ms": Key(_whole(0, 86_400_000), later("milliseconds, 0 to 86400000"), 100),
        },
        "mqtt": {
            "url": Key(
                _url("mqtt", "mqtts"),
                later("a URL like mqtt://host:1883 or mqtts://host:8883 without user or password"),
                needed=True,
            ),
            "topics": Key(_texts(_topic_filter), later("a list of topic filters such as spBv1.0/HLGL/#"), needed=True),
            "payload": Key(_one_of("sparkplug", "json", "arrow"), later("one of sparkplug, json, arrow"), needed=True),
            "tag_from": Key(_one_of("payload", "topic"), later("payload or topic"), "payload"),
            # At least once: a point that comes twice does no harm. Exactly once (2) is confirmed by the client library
            # before the point is on the disk, so that a crash would lose it.
            "qos": Key(_whole(0, 1), later("0 or 1"), 1),
            "client_id": Key(_matching(r"[^\0#+]{1,128}"), later("a text of at most 128 characters")),
            "user": _USER,
            "ca": Key(_path, later("the path of a file with certificates (PEM)")),
            "certificate": Key(_path, later("the path of a certificate (PEM)")),
            "private_key": Key(_path, later("the path of a private key (PEM)")),
            "host_id": Key(_matching(r"[^\0/#+]{1,128}"), later("a name without /, # and +")),
            "keepalive_s": Key(_whole(1, 65535), later("seconds, 1 to 65535"), 30),
        },
        "modbus": {
            "url": Key(_url("modbus"), later("a URL like modbus://host:502"), needed=True),
            "poll_ms": Key(_whole(10, 86_400_000), later("milliseconds, 10 to 86400000"), 1000),
            "registers": Key(None, ""),
        },
    }
)

REGISTER: Mapping[str, Key] = MappingProxyType(
    {
        "unit": Key(_whole(0, 255), later("a unit identifier, 0 to 255"), 1),
        "kind": Key(
            _one_of("holding", "input", "coil", "discrete"), later("one of holding, input, coil, discrete"), needed=True
        ),
        "address": Key(_whole(0, 65535), later("an address, 0 to 65535"), needed=True),
        "type": Key(
            _one_of(*WORDS_OF),
            later("one of uint16, int16, uint32, int32, uint64, int64, float32, float64, bit"),
        ),
        "word_order": Key(_one_of("big", "little"), later("big or little"), "big"),
        "scale": Key(_factor, later("a number other than 0"), 1.0),
        "name": Key(_text, later("a text")),
    }
)
