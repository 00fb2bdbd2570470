"""What an engine would have to be supplied with, as a person reads it: its needs are names of programs."""

import re
from collections.abc import Mapping

from linghang.engines.settings import SettingWords
from linghang.plant.titles import titled
from linghang.words import Text

NAMED: Mapping[str, Text] = {
    "telemetry": Text("时序数据", "telemetry"),
    "telemetry: state": Text("时序数据：设备状态", "telemetry: states of the equipment"),
    "equipment_state#overlap": Text("互不重叠的设备状态", "states of the equipment that do not overlap"),
}
REMARKS: Mapping[str, Text] = {
    "35 days before": Text("窗口前 35 天", "35 days before the window"),
    "electricity, hourly": Text("电力，逐时", "electricity, hourly"),
    "repeated by part and gauge": Text("同一零件、同一量具重复测量", "repeated by part and gauge"),
}
"""What stands in brackets behind a table or column."""
_SETTING = re.compile(r"settings\.(\w+)(?:: (.+))?")
_REMARKED = re.compile(r"(.+) \((.+)\)")


def said_need(need: str, settings: Mapping[str, SettingWords] | None = None) -> Text:
    """Say what is needed: tables, columns and settings by their titles; what nothing is known of as it is.

    Parameters
    ----------
    settings
        Words of the settings of the engine that needs it.
    """
    if need in NAMED:
        return NAMED[need]
    if (found := _SETTING.fullmatch(need)) and (words := (settings or {}).get(found[1])):
        values = (f"：{found[2]}", f": {found[2]}") if found[2] else ("", "")
        return Text(f"设置“{words.title.zh}”{values[0]}", f"the setting “{words.title.en}”{values[1]}")
    if (found := _REMARKED.fullmatch(need)) and found[2] in REMARKS:
        what, remark = titled(found[1]), REMARKS[found[2]]
        return Text(f"{what.zh}（{remark.zh}）", f"{what.en} ({remark.en})")
    return titled(need)
