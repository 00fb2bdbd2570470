"""The 20 indicators as a table for people."""

from linghang.kpi.indicators import RULES
from linghang.words import Language, Text

_HEAD = Text(
    "序号 | 指标 | 期内值 V | 单位 | V 越 | 类型 | 需要的表 | 依据 | 把握",
    "No | Indicator | Value V of a period | Unit of V | Better | Type | Tables | After | Confidence",
)
_WORDS = {
    "higher": Text("大越好", "higher"),
    "lower": Text("小越好", "lower"),
    "state": Text("现状", "state"),
    "change": Text("变化", "change"),
}


def table(lang: Language) -> str:
    """Write the 20 rules in one language, as a Markdown table."""
    head = _say(_HEAD, lang)
    lines = [f"| {head} |", "|" + "---|" * (head.count("|") + 1)]
    for rule in RULES:
        cells = (
            str(rule.number),
            f"`{rule.id}`",
            _say(rule.formula, lang),
            rule.measured,
            _say(_WORDS[rule.better], lang),
            _say(_WORDS[rule.type], lang),
            ", ".join(f"`{name}`" for name in rule.tables),
            rule.source,
            rule.confidence,
        )
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(lines) + "\n"


def _say(text: Text, lang: Language) -> str:
    return text.zh if lang == "zh" else text.en
