"""Single facts of `application.yaml`: read for a form, and put back so that the rest stays letter by letter.

A value is replaced where it stands; comments, order and layout of everything else are the writer's. After every edit
the text is read again, and nothing is given back unless it says exactly what was wanted and is otherwise unchanged.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import yaml

from linghang.conditions.document import read
from linghang.errors import BadInput, Place
from linghang.usecases.report_statements import APPLICATION, LIMITS
from linghang.words import Text

__all__ = ["FIELDS", "Field", "Values", "edited", "values_of"]

Kind = Literal["text", "both", "long", "day", "money", "list"]
Value = str | Mapping[str, str] | Sequence[str] | None
Values = Mapping[str, Value]
"""Key such as `unit.contact` -> text; of texts in both languages {zh, en}; of lists their items; None where empty."""
_MONEY = re.compile(r"\d{1,14}(\.\d{1,2})?")
_BREAKS = {ord(one): f"\\u{ord(one):04x}" for one in "\x7f\x85\u2028\u2029\ufeff"}


@dataclass(frozen=True, slots=True)
class Field:
    """One fact of a form: a text, one in both languages, a long one, a day, an amount in CNY, a list of texts."""

    key: str
    kind: Kind
    title: Text


FIELDS: Mapping[str, tuple[Text, tuple[Field, ...]]] = {
    "unit": (
        Text("申报单位", "The unit"),
        (
            Field("unit.contact", "text", Text("联系人", "Contact")),
            Field("unit.contact_role", "both", Text("职务", "Position")),
            Field("unit.phone", "text", Text("联系电话", "Phone")),
            Field("unit.email", "text", Text("电子邮箱", "E-mail")),
            Field("unit.postal_address", "both", Text("通信地址", "Postal address")),
            Field("unit.ownership", "both", Text("企业性质", "Ownership")),
            Field("unit.introduction", "long", Text("单位简介", "About the enterprise")),
        ),
    ),
    "factory": (
        Text("智能工厂", "The factory"),
        (
            Field("factory.summary", "long", Text("智能工厂总体情况", "Summary of the smart factory")),
            Field("factory.total_investment_cny", "money", Text("建设总投资（元）", "Total investment (CNY)")),
            Field("factory.build_from", "day", Text("建设开始日期", "Built from")),
            Field("factory.build_to", "day", Text("建设完成日期", "Built to")),
            Field("factory.integrators", "list", Text("主要集成商", "Main integrators")),
            Field("factory.products", "both", Text("主要产品", "Main products")),
        ),
    ),
    "scenes": (
        Text("场景和计划", "Scenes and plan"),
        (
            Field("scenes_overview", "long", Text("场景建设总体情况", "Overview of the scenes")),
            Field("plan.goal", "long", Text("后续三年实施目标", "Goal of the coming three years")),
        ),
    ),
    "signing": (
        Text("签署和推荐", "Who signs and recommends"),
        (
            Field("signing.legal_representative", "text", Text("法定代表人", "Legal representative")),
            Field("signing.signed_on", "day", Text("签署日期", "Signed on")),
            Field("signing.recommender", "both", Text("推荐单位", "Recommended by")),
            Field("signing.opinion", "long", Text("推荐意见", "Opinion of the recommender")),
            Field("signing.recommended_on", "day", Text("推荐日期", "Recommended on")),
        ),
    ),
}
"""Chapter -> its title and its facts, in the order of the report; scenes, effects and steps are lists of their own."""
_BY_KEY = {field.key: field for _, fields in FIELDS.values() for field in fields}


def values_of(text: str) -> dict[str, Value]:
    """Read the facts of a form out of the text of `application.yaml`.

    Raises
    ------
    BadInput
        The text is not YAML of the kind that is read.
    """
    data = _data(text)
    return {key: _shown(_at(data, key)) for key in _BY_KEY}


def edited(text: str, wanted: Values) -> str:
    """Put facts into the text of `application.yaml`; what is not named stays as it is.

    Raises
    ------
    BadInput
        There is no such fact, a value cannot be one, or the text is too unusual to be edited in place.
    """
    for key, value in wanted.items():
        if key not in _BY_KEY:
            raise BadInput("the form has no {key}", key=key)
        text = _put(text, key, _written(_BY_KEY[key], value))
    return text


def _data(text: str) -> dict[str, Any]:
    return read(text.encode(), APPLICATION, LIMITS) if _says_something(text) else {}


def _says_something(text: str) -> bool:
    """Whether there is more than comments."""
    return any(line.strip() and not line.lstrip().startswith("#") for line in text.splitlines())


def _at(data: Any, key: str) -> Any:
    for name in key.split("."):
        data = data.get(name) if isinstance(data, dict) else None
    return data


def _shown(value: Any) -> Value:
    if value is None:
        return None
    if isinstance(value, dict):
        return {str(name): str(said) for name, said in value.items()}
    if isinstance(value, list):
        return [str(one) for one in value]
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _written(field: Field, value: Value) -> Any:
    """Return what is to stand in the file: text, both languages, day, amount or list; None where it is left empty."""
    if field.kind == "list":
        items = [] if value is None else [value] if isinstance(value, str) else list(value)
        return [one.strip() for one in items if one.strip()] or None
    if isinstance(value, Mapping):
        both = {name: value[name].replace("\r\n", "\n").strip() for name in ("zh", "en") if value.get(name, "").strip()}
        return both if len(both) == 2 else next(iter(both.values()), None)
    plain = "" if value is None else str(value).replace("\r\n", "\n").strip()
    if not plain:
        return None
    if field.kind == "day":
        return _day(field, plain)
    if field.kind == "money":
        if not _MONEY.fullmatch(plain):
            raise BadInput("“{name}” is an amount in CNY such as 36000000 or 1250.50", name=str(field.title))
        return Decimal(plain)
    return plain


def _day(field: Field, plain: str) -> date:
    try:
        return date.fromisoformat(plain)
    except ValueError:
        raise BadInput("“{name}” is a day such as 2026-06-30", name=str(field.title)) from None


# --- the text ---


def _put(text: str, key: str, value: Any) -> str:
    before = _data(text)
    if _same(_at(before, key), value):
        return text
    for pretty in (True, False):
        after = _placed(text, key, value, pretty)
        if after is not None and _says(after, before, key, value):
            return after
    raise BadInput("this place cannot be edited from the form; write it in the text", Place(APPLICATION, key=key))


def _same(there: Any, value: Any) -> bool:
    """Whether a value stands there already; blanks around a text, and how a number is written, make no difference."""
    if isinstance(there, dict) and isinstance(value, dict):
        return set(there) == set(value) and all(_same(there[name], value[name]) for name in value)
    if isinstance(there, str):
        return bool((there.strip() or None) == value)
    if isinstance(there, bool):
        return False
    return bool((there or None) == value if isinstance(there, list) else there == value)


def _says(text: str, before: Mapping[str, Any], key: str, value: Any) -> bool:
    """Whether a text says what it said before, but for one value."""
    try:
        after = _data(text)
    except BadInput:
        return False
    head, _, name = key.rpartition(".")
    if not _same(_at(after, key), value):
        return False
    if not head:
        return _without(after, name) == _without(before, name)
    inside, was = after.get(head) or {}, before.get(head) or {}
    return _without(after, head) == _without(before, head) and _without(inside, name) == _without(was, name)


def _without(data: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key != name and value is not None}


def _placed(text: str, key: str, value: Any, pretty: bool) -> str | None:
    """Return the text with the value at its place; None where the layout allows no edit."""
    root: Any = yaml.compose(text, Loader=yaml.SafeLoader) if _says_something(text) else None
    head, _, name = key.rpartition(".")
    end_of_line = "\r\n" if "\r\n" in text else "\n"
    if root is None:
        lead = text if not text or text.endswith("\n") else text + end_of_line
        return lead + _lines(key, value, pretty, end_of_line)
    parent = _value(root, head) if head else root
    if not isinstance(parent, yaml.MappingNode):
        if head and (parent is None or parent.value == ""):
            return _with_section(text, root, parent, key, _lines(name, value, pretty, end_of_line, "  "))
        return None
    node = _value(parent, name)
    if node is None:
        return _added(text, parent, name, value, pretty, end_of_line)
    start, end = node.start_mark.index, _end(text, node)
    if parent.flow_style:
        return text[:start] + _spaced(text, start, _flow(value)) + text[end:]
    column = parent.start_mark.column
    if not isinstance(node, yaml.ScalarNode) and not node.flow_style:
        return _instead_of_block(text, _colon(text, parent, name), end, _said(value, pretty, column, end_of_line))
    return _instead_of_scalar(text, start, end, _said(value, pretty, column, end_of_line))


def _colon(text: str, parent: yaml.MappingNode, name: str) -> int:
    key = next(one for one, _ in parent.value if one.value == name)
    return text.index(":", key.end_mark.index)


def _instead_of_block(text: str, colon: int, end: int, said: str) -> str:
    """Put a value behind its key instead of the lines of a list or mapping below it; a comment there stays."""
    line = text.index("\n", colon)
    comment = text[colon + 1 : line].rstrip()
    return text[: colon + 1] + _before_comment(_spaced(text, colon + 1, said), comment) + text[end:]


def _instead_of_scalar(text: str, start: int, end: int, said: str) -> str:
    line = text.find("\n", end)
    line = len(text) if line < 0 else line
    comment = text[end:line].rstrip("\r")
    return text[:start] + _before_comment(_spaced(text, start, said), comment) + text[end + len(comment) :]


def _before_comment(said: str, comment: str) -> str:
    """The comment of a key stays in the key's line, also where the value goes on below it."""
    head, line, body = said.partition("\n")
    if head.endswith("\r"):
        head, line = head[:-1], "\r\n"
    return f"{head}{comment}{line}{body}"


def _spaced(text: str, start: int, said: str) -> str:
    return f" {said}" if said and start and text[start - 1] == ":" and said[0] not in "\r\n" else said


def _value(parent: Any, name: str) -> Any:
    if isinstance(parent, yaml.MappingNode):
        return next((value for key, value in parent.value if key.value == name), None)
    return None


def _end(text: str, node: Any) -> int:
    """Where a value ends: of blocks not where the next begins, as the parser has it, but after the last sign."""
    if isinstance(node, yaml.ScalarNode):
        start, end = node.start_mark.index, node.end_mark.index
        return start + len(text[start:end].rstrip())
    if node.flow_style or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return max(_end(text, one) for one in (last if isinstance(last, tuple) else (last,)))


def _added(text: str, parent: yaml.MappingNode, name: str, value: Any, pretty: bool, line: str) -> str:
    """Add a key after the last one of its mapping."""
    if parent.flow_style:
        close = parent.end_mark.index - 1
        return text[:close] + f"{', ' if parent.value else ''}{name}: {_flow(value)}" + text[close:]
    end = text.find("\n", _end(text, parent))
    end = len(text) if end < 0 else end + 1
    lead = "" if text[:end].endswith("\n") else line
    return text[:end] + lead + _lines(name, value, pretty, line, " " * parent.start_mark.column) + text[end:]


def _with_section(text: str, root: yaml.MappingNode, node: Any, key: str, lines: str) -> str | None:
    """Add a whole section, or fill in one that is empty."""
    if root.flow_style:
        return None
    head = key.partition(".")[0]
    if node is None:
        lead = text if text.endswith("\n") else text + "\n"
        return f"{lead}{head}:\n{lines}"
    end = text.find("\n", node.start_mark.index)
    end = len(text) if end < 0 else end + 1
    lead = "" if text[:end].endswith("\n") else "\n"
    return text[:end] + lead + lines + text[end:]


def _lines(name: str, value: Any, pretty: bool, line: str, indent: str = "") -> str:
    key = name if not indent and "." not in name else name.rpartition(".")[2]
    if "." in name and not indent:
        return f"{name.partition('.')[0]}:{line}" + _lines(key, value, pretty, line, "  ")
    return f"{indent}{key}: {_said(value, pretty, len(indent), line)}".rstrip() + line


def _said(value: Any, pretty: bool, column: int, line: str) -> str:
    """A value in a block: several lines as lines, everything else as in a flow."""
    if not pretty or not isinstance(value, str | dict):
        return _flow(value)
    pad = line + " " * (column + 2)
    if isinstance(value, dict):
        if not any("\n" in one for one in value.values()):
            return _flow(value)
        return "".join(f"{pad}{name}: {_said(one, True, column + 2, line)}" for name, one in value.items())
    if "\n" not in value:
        return _flow(value)
    return "|2-" + "".join(f"{pad}{one}" if one else line for one in value.split("\n"))


def _flow(value: Any) -> str:
    """A value on one line."""
    if value is None:
        return ""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {_flow(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, Decimal | date):
        return format(value, "f") if isinstance(value, Decimal) else value.isoformat()
    return json.dumps(value, ensure_ascii=False).translate(_BREAKS)
