"""Words of settings: a title, a meaning and words of choices in both languages; the name where there are none."""

from dataclasses import dataclass
from typing import Literal

import pytest

from linghang.engines.contract import nothing_to_say
from linghang.engines.discovery import engine
from linghang.engines.needs import said_need
from linghang.engines.production.spc_rules import BY_NAME
from linghang.engines.scheduling.model import MEASURES
from linghang.engines.settings import described, setting, settings_of, words_of
from linghang.usecases.engine_readiness import said_settings
from linghang.usecases.engines import supplies, title_of
from linghang.words import Language, Text, use

SCHEDULING = "scheduling.finite_capacity"


@dataclass(frozen=True)
class Plain:
    """Settings of somebody who has declared no words."""

    seconds: float = 0.0
    way: Literal["up", "down"] = "up"


@dataclass(frozen=True)
class Worded:
    """Settings of somebody who has."""

    hours: float = setting(4.0, Text("时长", "Time"), Text("多久。", "How long."), "kVA")
    price: float = setting(1.0, Text("电价", "Price"), Text("多少。", "How much."), Text("元", "CNY"))


def test_a_setting_without_words_is_called_by_its_name() -> None:
    words = words_of(Plain)
    assert words["seconds"].title == ("seconds", "seconds")
    assert words["seconds"].help == ("", "")
    assert words["way"].choices == {"up": ("up", "up"), "down": ("down", "down")}
    assert settings_of(Plain, {"way": "down"}) == Plain(way="down")
    assert described(Plain)[0]["default"] == 0.0


def test_words_change_nothing_but_what_is_read() -> None:
    assert Worded() == Worded(4.0, 1.0)
    assert settings_of(Worded, {"hours": "5"}).hours == 5.0
    hours, price = described(Worded)
    assert (hours["name"], hours["kind"], hours["default"]) == ("hours", "float", 4.0)
    assert (hours["title"], hours["help"]) == ({"zh": "时长", "en": "Time"}, {"zh": "多久。", "en": "How long."})
    assert (hours["unit"], price["unit"]) == ({"zh": "kVA", "en": "kVA"}, {"zh": "元", "en": "CNY"})


def test_what_can_be_named_has_a_word() -> None:
    assert set(words_of(engine(SCHEDULING).Settings)["objectives"].choices) == set(MEASURES)
    assert set(words_of(engine("production.process_analysis").Settings)["rules"].choices) == set(BY_NAME)


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("zh", [("优化目标", "最大完工时间、延期"), ("冻结期", "4 小时"), ("按次序优化", "否"), ("求解工作量", "2.5")]),
        (
            "en",
            [
                ("Objectives", "Makespan, Tardiness"),
                ("Frozen zone", "4 h"),
                ("Objectives one after another", "no"),
                ("Search effort", "2.5"),
            ],
        ),
    ],
)
def test_settings_of_a_request_are_said_as_a_person_reads_them(lang: Language, said: list[tuple[str, str]]) -> None:
    use(lang)
    asked = {"objectives": "makespan,tardiness", "frozen_hours": "4", "lexicographic": False, "effort": 2.5}
    assert said_settings(SCHEDULING, asked) == said
    assert said_settings(SCHEDULING, asked | {"objectives": ["makespan", "tardiness"]}) == said


def test_settings_of_an_engine_that_is_gone_are_said_by_name() -> None:
    assert said_settings("somebody.gone", {"x": "1"}) == [("x", "1")]
    assert said_settings(SCHEDULING, {"gone": None}) == [("gone", "")]
    assert title_of("somebody.gone") == ("somebody.gone", "somebody.gone")
    assert title_of(SCHEDULING).zh == "有限产能排产"


@pytest.mark.parametrize(
    ("need", "zh", "en"),
    [
        ("telemetry", "时序数据", "telemetry"),
        ("telemetry: state", "时序数据：设备状态", "telemetry: states of the equipment"),
        ("equipment.key", "设备·关键设备", "Equipment · Key equipment"),
        ("settings.parents", "设置“计量表上级关系”", "the setting “Meters above”"),
        ("settings.parents: a, b", "设置“计量表上级关系”：a, b", "the setting “Meters above”: a, b"),
        ("settings.no_such", "settings.no_such", "settings.no_such"),
        ("H-2026-001", "H-2026-001", "H-2026-001"),
    ],
)
def test_what_an_engine_needs_is_said_by_titles(need: str, zh: str, en: str) -> None:
    assert supplies(need, "energy_carbon.energy") == (zh, en)


def test_a_remark_behind_a_column_is_said_in_the_readers_language() -> None:
    said = said_need("inspection.value (repeated by part and gauge)")
    assert said.zh.endswith("（同一零件、同一量具重复测量）")
    assert said.en.endswith(" (repeated by part and gauge)")


def test_a_run_without_its_data_says_what_it_needs_by_titles() -> None:
    found = nothing_to_say(["equipment_state", "telemetry", "equipment_state"])
    assert found.needs == ("equipment_state", "telemetry")
    assert "equipment_state" not in found.finding.zh + found.finding.en
    assert found.finding.zh.endswith("时序数据")
