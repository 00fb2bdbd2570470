"""Names of tables and columns become what people call them."""

import pytest

from linghang.plant.tables import TABLES
from linghang.plant.titles import titled


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        ("equipment", "设备", "Equipment"),
        ("equipment.key", "设备·关键设备", "Equipment · Key equipment"),
        ("equipment_state (start)", "设备状态 (开始时间)", "Equipment state (Start)"),
        ("finance_month 2025-03", "月度财务 2025-03", "Accounts of a month 2025-03"),
        ("nothing.of this 3 × x", "nothing.of this 3 × x", "nothing.of this 3 × x"),
        ("equipment.nothing", "equipment.nothing", "equipment.nothing"),
        ("", "", ""),
    ],
)
def test_names_become_titles(text: str, zh: str, en: str) -> None:
    assert titled(text) == (zh, en)


def test_words_of_a_column_are_said_once_their_table_is_named() -> None:
    words = TABLES["software_function"].columns["function"].info["choices"]
    word = next(iter(words))
    assert titled(f"software_function ({word})").zh == f"软件功能 ({words[word].zh})"
    assert titled(word).zh == word


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_every_column_of_every_table_has_a_title_in_both_languages(table) -> None:  # type: ignore[no-untyped-def]
    for column in table.columns:
        found = titled(f"{table.name}.{column.name}")
        assert found.zh == f"{table.info['title'].zh}·{column.info['title'].zh}"
        assert not any("a" <= letter <= "z" for letter in found.zh.replace(table.info["title"].zh, ""))
