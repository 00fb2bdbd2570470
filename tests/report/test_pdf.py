"""PDF reports: rendered for real, looked at page by page."""

import re
import string
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from dossier_sample import NAME, sample
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from report_pages import (
    HAN,
    LATIN,
    assert_a4,
    assert_no_empty_page,
    assert_within_margins,
    covered,
    flat,
    fonts,
    stranded,
    texts,
)

from linghang.errors import BadInput
from linghang.report.content import KINDS, Dossier, Entry, Kind, Row
from linghang.report.fonts import chosen
from linghang.report.labels import LABELS
from linghang.report.pdf import pdf
from linghang.words import LANGUAGES, Language, Text

BOTH = [(kind, language) for kind in KINDS for language in LANGUAGES]
OWN_LATIN = re.compile(
    r"N24|advanced|production|step|scene|application|yaml|national|records|indicators|kgce|CNY|SHA|CRM|ERP|PLM|SRM|MES"
    r"|WMS|QMS|APS|SCADA|API|PDF|software"
)
"""Latin words that the sample itself says in both languages."""


@pytest.mark.parametrize(("kind", "language"), BOTH)
def test_every_page_is_a4_filled_and_within_its_margins(kind: Kind, language: Language) -> None:
    made = pdf(sample(kind), language)
    assert_a4(made)
    assert_no_empty_page(made)
    assert_within_margins(made)
    assert covered(made) == []
    assert 5 <= len(texts(made)) <= 30


@pytest.mark.parametrize(("kind", "language"), BOTH)
def test_no_heading_is_left_at_the_end_of_a_page(kind: Kind, language: Language) -> None:
    keys = [key for key in LABELS if key.startswith(("h_", "t_"))]
    headings = [LABELS[key].zh if language == "zh" else LABELS[key].en for key in keys]
    # Pages of the contents end with headings; they come before the first chapter.
    assert stranded(pdf(sample(kind, clauses=47), language), headings) == []


def test_a_figure_and_its_caption_stand_on_the_same_page() -> None:
    whole = sample(clauses=1)
    plan: Any = whole.charts["plan"]
    for count in range(1, 6):  # the second drawing moves down the page, line by line
        lanes = [f"lane {number}" for number in range(count)]
        bars = [replace(plan.bars[0], lane=lane) for lane in lanes]
        charts = {"plan": replace(plan, lanes=lanes, bars=bars), "plan_cost": whole.charts["indicators"]}
        for page in texts(pdf(replace(whole, charts=charts), "zh")):
            for line in page.splitlines()[1:4]:  # the head of the page comes before it
                assert not re.match(r"图 ?\d", line), f"{count} lanes: {line}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_font_is_embedded(language: Language, tmp_path: Path) -> None:
    (tmp_path / "report.pdf").write_bytes(pdf(sample(), language))
    found = fonts(tmp_path / "report.pdf")
    assert found
    assert all(embedded for _, embedded in found)
    assert any("CJK" in name for name, _ in found)


def test_all_clauses_placeholders_and_blocks_are_there() -> None:
    dossier = sample()
    said = flat(pdf(dossier, "zh"))
    for clause in dossier.clauses:
        assert clause.id in said
    wanted = ("联系人姓名与电话", "总投资额", "效果的数据", "基期能耗", "签字人")
    for text in wanted:
        assert f"【待补：{text}】" in said
    for heading in ("一、申报单位基本信息", "二、智能工厂基本情况", "三、场景建设情况", "四、建设成效", "附件E"):
        assert said.count(heading) >= 2, heading  # in the contents and in its place
    assert "第2页" in said
    assert "真实性及保密承诺" in said


def test_a_placeholder_stands_on_yellow() -> None:
    import pypdfium2 as pdfium

    document = pdfium.PdfDocument(pdf(sample(), "zh"))
    # The form of the unit is on the page after letter and contents; yellow is a colour of nothing else there.
    pages = [page for page in document if "联系人姓名与电话" in page.get_textpage().get_text_range()]
    picture = pages[0].render(scale=1).to_pil()
    assert any(red > 240 and green > 225 and blue < 160 for _, (red, green, blue) in picture.getcolors(1 << 20))


@pytest.mark.parametrize("kind", KINDS)
def test_chinese_has_no_english_labels_and_english_no_chinese_ones(kind: Kind) -> None:
    dossier = sample(kind)
    chinese = OWN_LATIN.sub("", flat(pdf(dossier, "zh")))
    for label in LABELS.values():
        if LATIN.search(label.en) and len(label.en) > 5 and label.en not in label.zh:
            assert re.sub(r"\s", "", label.en) not in chinese, label.en
    english = flat(pdf(replace(dossier, factory_name="Works", charts={}), "en"))
    own = {NAME, "三", "敕勒川工业园", "号", "系统", "生产订单", "某研究院", "验收报告"}
    left = [one for one in HAN.findall(english) if not any(one in word or word in one for word in own)]
    assert left == []


def test_the_same_dossier_gives_the_same_bytes() -> None:
    assert pdf(sample(), "zh") == pdf(sample(), "zh")


def test_the_document_carries_title_author_and_its_own_date() -> None:
    import pypdfium2 as pdfium

    meta = pdfium.PdfDocument(pdf(sample(), "zh")).get_metadata_dict()
    assert "智能工厂申报书" in meta["Title"]
    assert meta["Author"] == NAME
    assert "20261122" in meta["CreationDate"]


def test_it_is_tagged_and_pdf_a() -> None:
    made = pdf(sample(), "zh")
    assert b"pdfaid:part" in made
    assert b"/StructTreeRoot" in made or b"/MarkInfo" in made


HOSTILE = '#eval("1") $x^2$ *bold* _it_ @ref \\ [a] <b> `code` // #read("/etc/passwd") {{7*7}} {% x %} ~ --- "q" \'q\''


def test_text_is_never_read_as_markup() -> None:
    dossier = sample(factory_summary=Entry(HOSTILE), products=Entry(Text(HOSTILE, HOSTILE)))
    said = flat(pdf(dossier, "zh"))
    assert said.count(re.sub(r"\s", "", HOSTILE)) == 2


@pytest.mark.slow
@given(text=st.text(alphabet=string.punctuation + "ab1 轮毂，。", min_size=1, max_size=40))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_punctuation_comes_out_as_it_is(text: str) -> None:
    dossier = sample(clauses=1, products=Entry(f"开始{text}结束"))
    assert re.sub(r"\s", "", f"开始{text}结束") in flat(pdf(dossier, "zh"))


@pytest.mark.parametrize("text", ["\ufdd0假占位\ufdd1", "a\x00b\x07c", "\ud800", "\u202eabc", "x" * 3000, "龘" * 3000])
def test_odd_texts_do_not_break_it(text: str) -> None:
    made = pdf(sample(clauses=2, factory_summary=Entry(text)), "zh")
    assert_within_margins(made)


@pytest.mark.parametrize("sign", ["\U0001f600", "\U00020000", "\ue000", "\u0378", "\U0001f469\u200d\U0001f467"])
def test_a_sign_that_no_font_shows_is_a_box_and_stops_nothing(sign: str) -> None:
    text = f"张{sign}三 said \u05e9\u05dc\u05d5\u05dd"
    rows = [Row("contact", Text("联系人", "Contact"), Entry(text))]
    made = pdf(sample(clauses=1, unit=rows, systems=[replace(sample().systems[0], name=text)]), "zh")
    assert "张□" in flat(made) or f"张{sign}三" in flat(made)


def test_a_long_cell_goes_over_pages_and_loses_nothing() -> None:
    from linghang.report.content import Row

    long = "场景" * 1500 + "终点"
    scene = replace(sample().scenes[0], rows=(Row("problem", Text("问题", "Problem"), Entry(long)),))
    made = pdf(sample(clauses=1, scenes=(scene,)), "zh")
    assert "终点" in flat(made)
    assert_within_margins(made)


def test_an_empty_dossier_makes_a_report(tmp_path: Path) -> None:
    empty: Dossier = sample(
        clauses=0, scenes=(), systems=(), system_links=(), features=(), effects=(), plan=(), letter=(), signatures=(),
        indicators=(), evidence=(), charts={}, remarks=(), unit=(), factory=(),
    )  # fmt: skip
    for kind in KINDS:
        for language in LANGUAGES:
            assert_a4(pdf(replace(empty, kind=kind), language))


def test_without_a_chinese_font_it_says_what_to_install() -> None:
    with pytest.raises(BadInput, match="fonts-noto-cjk"):
        chosen(["DejaVu Sans", "Libertinus Serif"])


def test_one_chinese_font_is_enough() -> None:
    assert chosen(["SimHei"]) == ("SimHei", "SimHei")
    assert chosen(["SimSun", "Noto Serif CJK SC"]) == ("Noto Serif CJK SC", "Noto Serif CJK SC")
