"""What an unknown indicator needs, as one short code and as a sentence.

A code is `table`, `table.column`, `baseline`, `months`, `region_code` or `coefficient.CARRIER (UNIT)`, then `@present`
or `@baseline` where it concerns one period, then `#` and a reason where the records are there but cannot be used.
"""

from linghang.plant.titles import titled
from linghang.words import Text

REASONS = {
    "": Text("需要{what}{when}", "needs {what}{when}"),
    "empty": Text("{what}{when}有空值", "{what} has empty values{when}"),
    "gaps": Text("{what}{when}未覆盖整个期间", "{what} does not cover all of the period{when}"),
    "overlap": Text("{what}{when}时段重叠", "stretches of {what} overlap{when}"),
    "order": Text("{what}{when}前后颠倒", "{what} lies before what it follows{when}"),
    "range": Text("{what}{when}超出合理范围", "{what} is out of range{when}"),
    "zero": Text("{what}{when}须大于零", "{what} has to be above zero{when}"),
    "units": Text("{what}{when}单位不一，无法相加", "{what} has several units and cannot be added{when}"),
}
WHENS = {
    "": Text("", ""),
    "present": Text("（当期）", " in the present period"),
    "baseline": Text("（基期）", " in the baseline"),
}
SPECIAL = {
    "baseline": Text("基期", "a baseline"),
    "months": Text("由整月组成的期间", "a period of whole months"),
    "region_code": Text("工厂所在地区划代码", "the region code of the factory"),
    "coefficient": Text("{rest}的折算系数", "a coefficient of {rest}"),
    "grid_factor": Text("{rest}的电力排放因子", "a grid factor of {rest}"),
}


def say(need: str) -> Text:
    """Say in both languages what a code of a need means."""
    code, _, reason = need.partition("#")
    what, _, when = code.partition("@")
    named = titled(what)
    head, _, rest = what.partition(".")
    if head in SPECIAL:
        named = Text(SPECIAL[head].zh.format(rest=rest), SPECIAL[head].en.format(rest=rest))
    sentence, moment = REASONS[reason], WHENS[when]
    return Text(sentence.zh.format(what=named.zh, when=moment.zh), sentence.en.format(what=named.en, when=moment.en))
