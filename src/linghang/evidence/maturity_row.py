"""What a row of the prefill is made of, and the thresholds, which are all ours."""

from dataclasses import dataclass
from decimal import Decimal

from linghang.evidence import maturity_looking as can
from linghang.evidence.maturity_looking import FULL, MOST, Propose
from linghang.words import Text


@dataclass(frozen=True, slots=True)
class Threshold:
    """A figure that no text gives; all of them are ours."""

    id: str
    value: Decimal
    unit: str
    text: Text
    source: str = "platform"


def _threshold(name: str, value: str, unit: str, zh: str, en: str) -> Threshold:
    return Threshold(name, Decimal(value), unit, Text(zh, en))


THRESHOLDS = (
    _threshold("full_share", "0.9", "1", "达到该占比答1", "share from which the answer is 1"),
    _threshold("most_share", "0.6", "1", "达到该占比答0.8", "share from which it is 0.8"),
    _threshold("part_share", "0.2", "1", "达到该占比答0.5，不足答0", "share from which it is 0.5; below it is 0"),
    _threshold(
        "register_answer",
        "0.8",
        "1",
        "仅有系统台账、无近期业务记录时的答案上限",
        "most that a register bears without recent transactions",
    ),
    _threshold("system_window_days", "90", "d", "业务记录回看天数", "days that transactions are looked back for"),
    _threshold("system_records_minimum", "1", "1", "视为在用的最少业务记录数", "least transactions of a system in use"),
    _threshold("monitoring_window_days", "30", "d", "监测回看天数", "days that monitoring is looked back for"),
    _threshold(
        "monitored_time_share",
        "0.9",
        "1",
        "视为受监测的时间占比",
        "share of time from which equipment counts as monitored",
    ),
    _threshold("open_state_days", "7", "d", "未结束状态最长计入天数", "days that an open state counts at most"),
    _threshold("key_equipment_share", "0.8", "1", "关键设备占比", "share of key equipment"),
    _threshold("key_characteristic_share", "0.8", "1", "关键质量特性占比", "share of key characteristics"),
    _threshold("traceable_share", "0.95", "1", "可追溯批次占比", "share of traceable lots"),
    _threshold("talent_minimum", "3", "1", "智能制造人才最少人数", "least number of professionals"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One item that records answer: which tables are looked at, what for, and how."""

    item: str
    tables: tuple[str, ...]
    text: Text
    propose: Propose


SYSTEM = ("software_function", "software")
LINKS = ("system_link", *SYSTEM)
MACHINES = ("equipment",)
STEPS = ("process_segment",)


def row(item: str, tables: tuple[str, ...], zh: str, en: str, propose: Propose) -> Row:
    """Answer an item from some tables."""
    return Row(item, tables, Text(zh, en), propose)


def used(item: str, functions: str, table: str, moment: str, zh: str, en: str, most: Decimal = FULL) -> Row:
    """Answer it by a system in use and its recent transactions."""
    return row(item, (table, *SYSTEM), zh, en, can.used(functions.split(), table, moment, most))


def system(item: str, functions: str, kinds: str, zh: str, en: str, most: Decimal = MOST) -> Row:
    """Answer it by a system in the register, with one of the functions or of one of the kinds."""
    return row(item, SYSTEM, zh, en, can.system(functions.split(), kinds.split(), most))


def joined(item: str, groups: str, zh: str, en: str) -> Row:
    """Answer it by systems that hang together; a group of functions is written a|b."""
    return row(item, LINKS, zh, en, can.joined(*(group.split("|") for group in groups.split())))


def elements(item: str, names: tuple[str, ...], zh: str, en: str, most: Decimal = MOST) -> Row:
    """Answer it by the findings on elements."""
    return row(item, (), zh, en, can.elements(*names, most=most))
