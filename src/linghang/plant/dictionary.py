"""The data dictionary: every table and column of a plant as Markdown."""

import sqlalchemy as sa

from linghang.plant.tables import described
from linghang.plant.units import UNITS
from linghang.words import Language, Text

_HEAD = Text(
    "列 | 名称与含义 | 类型 | 必填 | 单位 | 示例", "Column | Name and meaning | Type | Required | Unit | Example"
)
_KINDS = {
    "id": Text("主键", "key"),
    "ref": Text("引用", "reference"),
    "text": Text("文本", "text"),
    "number": Text("数值", "number"),
    "money": Text("金额", "amount"),
    "whole": Text("整数", "whole number"),
    "flag": Text("是否", "yes/no"),
    "day": Text("日期", "day"),
    "when": Text("时间", "moment"),
    "choice": Text("选项", "choice"),
}
_KEY = Text("主键", "key")
_YES = Text("是", "yes")
_WORDS = Text("可填：", "Words: ")


def dictionary(lang: Language) -> str:
    """Write the data dictionary in one language, as Markdown: a section for each subject, a table for each table."""
    lines = [f"# {_say(Text('数据字典', 'Data dictionary'), lang)}"]
    group = None
    for table in described():
        if table.info["group"] != group:
            group = table.info["group"]
            lines += ["", f"## {_say(group, lang)}"]
        lines += ["", *_section(table, lang)]
    return "\n".join(lines) + "\n"


def _section(table: sa.Table, lang: Language) -> list[str]:
    head = _say(_HEAD, lang)
    return [
        f"### {_say(table.info['title'], lang)} `{table.name}`",
        "",
        _say(table.info["text"], lang),
        "",
        f"| {head} |",
        "|" + "---|" * (head.count("|") + 1),
        *(_row(column, lang) for column in table.columns),
    ]


def _row(column: "sa.Column[object]", lang: Language) -> str:
    info = column.info
    meaning = _say(info["text"], lang)
    if info["choices"]:
        sep, stop = ("；", "。") if lang == "zh" else ("; ", ". ")
        words = sep.join(f"`{word}` {_say(text, lang)}" for word, text in info["choices"].items())
        meaning = f"{meaning}{stop}{_say(_WORDS, lang)}{words}"
    kind = _say(_KINDS[info["kind"]], lang)
    if info["kind"] == "ref":
        (target,) = column.foreign_keys
        kind = f"{kind} `{target.target_fullname}`"
    elif column.primary_key and info["kind"] != "id":
        kind = f"{kind} ({_say(_KEY, lang)})" if lang == "en" else f"{kind}（{_say(_KEY, lang)}）"
    cells = (
        f"`{column.name}`",
        meaning,
        kind,
        "" if column.nullable else _say(_YES, lang),
        _unit(info["unit"], lang),
        _example(info["example"], lang),
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _unit(unit: str | None, lang: Language) -> str:
    if unit is None:
        return ""
    if unit.startswith("@"):
        return f"`{unit[1:]}`"
    return _say(UNITS[unit].text, lang) if unit in ("CNY", "person", "pallet") else unit


def _example(example: object, lang: Language) -> str:
    if isinstance(example, bool):
        return _say(Text("是", "yes") if example else Text("否", "no"), lang)
    return f"{example:g}" if isinstance(example, float) else str(example)


def _say(text: Text, lang: Language) -> str:
    return text.zh if lang == "zh" else text.en
