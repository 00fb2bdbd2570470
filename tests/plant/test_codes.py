"""Credit codes, region codes and industry codes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linghang.errors import BadInput
from linghang.plant import credit_code
from linghang.plant.codes import DIVISIONS, REGIONS, SECTIONS, division_of, region_of

PUBLIC = [
    "914403001922038216",  # 华为技术有限公司
    "9144030071526726XG",  # 深圳市腾讯计算机系统有限公司
    "91330100799655058B",  # 阿里巴巴（中国）有限公司
    "91440300192317458F",  # 比亚迪股份有限公司
    "9152000071430580XT",  # 贵州茅台酒股份有限公司
    "91110000802100433B",  # 百度在线网络技术（北京）有限公司
    "91110000710926094P",  # 中国石油化工股份有限公司
    "91110108551385082Q",  # 小米科技有限责任公司
    "91320000134766570R",  # 徐工集团工程机械股份有限公司
]
CODES = st.builds(
    lambda region, body: f"91{region:06d}{body}" + credit_code.check_character(f"91{region:06d}{body}"),
    st.integers(110000, 829999),
    st.text(credit_code.ALPHABET, min_size=9, max_size=9),
)


@pytest.mark.parametrize("code", PUBLIC)
def test_codes_of_well_known_enterprises_are_right(code: str) -> None:
    credit_code.check(code)
    assert credit_code.is_valid(code)


@given(CODES, st.integers(0, 17), st.sampled_from(credit_code.ALPHABET))
def test_one_wrong_character_is_always_noticed(code: str, place: int, other: str) -> None:
    wrong = code[:place] + other + code[place + 1 :]
    assert credit_code.is_valid(wrong) == (wrong == code)


@given(CODES, st.integers(0, 16))
def test_two_neighbours_that_change_places_are_noticed(code: str, place: int) -> None:
    wrong = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert credit_code.is_valid(wrong) == (wrong == code)


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("", "0"),
        ("91440300192203821", "17"),
        ("91440300I922038216", "I"),
        ("91440300192203821x", "x"),
        ("91A403001922038216", "91A403001922038216"),
        ("914403001922038217", "6"),
    ],
)
def test_a_wrong_code_says_what_is_wrong(code: str, says: str) -> None:
    with pytest.raises(BadInput) as refused:
        credit_code.check(code)
    assert says in str(refused.value)


def test_there_are_34_regions_and_41_divisions() -> None:
    assert len(REGIONS) == 34
    assert list(REGIONS) == sorted(REGIONS)
    assert list(DIVISIONS) == [f"{number:02d}" for number in range(6, 47)]
    assert {division.section for division in DIVISIONS.values()} == set(SECTIONS)
    for said in (*REGIONS.values(), *SECTIONS.values(), *(division.name for division in DIVISIONS.values())):
        assert said.zh
        assert said.en.isascii()


@pytest.mark.parametrize(
    ("code", "name"), [("15", "Inner Mongolia"), ("1505", "Inner Mongolia"), ("150581", "Inner Mongolia")]
)
def test_a_region_code_names_its_province(code: str, name: str) -> None:
    assert region_of(code).en == name


@pytest.mark.parametrize("code", ["", "1", "150", "15058", "1505810", "990000", "内蒙古", "１５", "00"])
def test_other_region_codes_are_refused(code: str) -> None:
    with pytest.raises(BadInput):
        region_of(code)


@pytest.mark.parametrize(("code", "section"), [("36", "C"), ("3670", "C"), ("C3670", "C"), ("B06", "B"), ("441", "D")])
def test_an_industry_code_names_its_division(code: str, section: str) -> None:
    assert division_of(code).section == section


@pytest.mark.parametrize("code", ["", "C", "3", "36701", "B36", "47", "05", "C05", "ＣC36", "汽车"])
def test_other_industry_codes_are_refused(code: str) -> None:
    with pytest.raises(BadInput):
        division_of(code)
