"""Words in the names of signals, and what is likely measured by them; which quantity a unit measures."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from types import MappingProxyType

QUANTITY_WORDS: Sequence[tuple[str, tuple[str, ...]]] = (
    # quantity of the table `tag`, words in names; the first that fits counts
    ("state", ("state", "status", "状态", "模式")),
    ("other", ("factor", "因数")),
    ("rotation", ("rpm", "rotation", "转速")),
    ("vibration", ("vib", "vibration", "振动")),
    ("temperature", ("temp", "temperature", "温度", "温")),
    ("humidity", ("humidity", "湿度")),
    ("pressure", ("press", "pressure", "压力", "真空")),
    ("level", ("level", "液位", "料位")),
    ("flow", ("flow", "流量")),
    ("torque", ("torque", "扭矩")),
    ("force", ("force", "压紧力", "锁模力")),
    ("current", ("current", "电流")),
    ("voltage", ("voltage", "电压")),
    ("frequency", ("frequency", "freq", "频率")),
    ("energy", ("energy", "电量", "电能", "能耗")),
    ("power", ("power", "功率")),
    ("conductivity", ("conductivity", "电导率")),
    ("concentration", ("concentration", "浓度", "voc", "vocs", "cod", "粉尘")),
    ("acidity", ("ph", "酸碱度")),
    ("mass", ("mass", "weight", "重量", "质量")),
    ("volume", ("volume", "累计流量", "体积")),
    ("speed", ("speed", "velocity", "速度", "车速")),
    ("position", ("position", "pos", "stroke", "位置", "行程")),
    ("count", ("count", "counter", "pieces", "计数", "产量", "件数")),
    ("time", ("time", "duration", "时间", "节拍")),
)
"""Quantity -> words in the names of its signals (ours)."""

QUANTITIES_OF: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "temperature": ("temperature",),
        "pressure": ("pressure",),
        "flow": ("flow",),
        "standard_flow": ("flow",),
        "mass_flow": ("flow",),
        "volume": ("volume", "level"),
        "standard_volume": ("volume",),
        "mass": ("mass", "level"),
        "power": ("power",),
        "apparent_power": ("power",),
        "reactive_power": ("power",),
        "energy": ("energy",),
        "current": ("current",),
        "voltage": ("voltage",),
        "frequency": ("frequency", "rotation"),
        "rotation": ("rotation", "speed"),
        "speed": ("speed", "vibration"),
        "acceleration": ("vibration",),
        "length": ("position", "level", "vibration"),
        "angle": ("position",),
        "force": ("force",),
        "torque": ("torque",),
        "concentration": ("concentration",),
        "acidity": ("acidity",),
        "conductivity": ("conductivity",),
        "time": ("time",),
        "count": ("count",),
        "ratio": (
            "other",
            "humidity",
            "level",
            "concentration",
            "position",
            "speed",
            "power",
            "torque",
            "count",
            "flow",
        ),
    }
)
"""Dimension of a unit -> quantities that it may measure, the usual one first (ours)."""

ROLE_WORDS: Sequence[tuple[str, tuple[str, ...]]] = (
    ("setpoint", ("setpoint", "sp", "target", "设定", "给定", "目标")),
    ("output", ("output", "valve", "opening", "输出", "开度")),
    ("counter", ("count", "counter", "total", "totals", "累计", "计数")),
    ("state", ("state", "status", "状态")),
)
"""Role of the table `tag` -> words in the names of its signals (ours)."""

_PIECES = re.compile(r"[a-z]+|[0-9]+|[^\x00-\x7f]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LONG = 4


def tokens(text: str) -> tuple[str, ...]:
    """Return the words and numbers of a name in small letters: LPC-103 and Lpc_0103 are both lpc, 103."""
    plain = _CAMEL.sub(" ", unicodedata.normalize("NFKC", text)).casefold()
    return tuple(piece.lstrip("0") or "0" if piece.isdigit() else piece for piece in _PIECES.findall(plain))


def first_of(words: Sequence[tuple[str, tuple[str, ...]]], *texts: str) -> str | None:
    """Return the first meaning of which a word stands in the texts.

    A Latin word of four letters or more may be the beginning of another (temp, temperature); shorter ones stand alone.
    """
    pieces = [piece for text in texts for piece in tokens(text)]
    for meaning, candidates in words:
        for word in candidates:
            if not word.isascii():
                if any(word in piece for piece in pieces):
                    return meaning
            elif any(piece == word or (len(word) >= _LONG and piece.startswith(word)) for piece in pieces):
                return meaning
    return None
