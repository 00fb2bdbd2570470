"""Small parts of pages: HTML that is always text, numbers for readers, the ring, charts, addresses."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linghang import words
from linghang.console import charts, facts, figures, shell
from linghang.console.drawing import Arc, Mark, ring, strip
from linghang.console.evidence_consistency import asked_by
from linghang.console.hypertext import ICONS, card, icon, table, tag
from linghang.console.interpretation_panel import CHOICES
from linghang.console.telling import FINDINGS, SIGNS, finding, said, source
from linghang.console.visit import Visit
from linghang.engines.charts import Axis, Chart, Limit, Series, to_json
from linghang.usecases.accounts import ALLOWED, Accounts, Person
from linghang.words import Text


class _Read(HTMLParser):
    """The text of HTML, its elements, and the values of their attributes."""

    def __init__(self, said: str) -> None:
        super().__init__()
        self.text, self.tags, self.values = "", [], []
        self.feed(said)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.values += [value for _, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_what_records_say_is_never_markup(text: str) -> None:
    read = _Read(str(tag("p", text, title=text)))
    assert read.text == text
    assert read.tags == ["p"]
    assert read.values == [text]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1), min_size=1, max_size=3))
def test_tables_and_cards_are_text_too(texts: list[str]) -> None:
    read = _Read(str(card(texts[0], table(texts, [texts], caption=texts[0]))))
    assert set(read.tags) <= {"section", "div", "h2", "table", "caption", "thead", "tbody", "tr", "th", "td"}


def test_on_a_narrow_screen_a_cell_stands_under_its_head() -> None:
    rows = [("C101", "mend it")]
    assert '<td data-head="check">C101</td><td data-head="mend">' in table(("check", "mend"), rows, stacks=True)
    assert "data-head" not in table(("check", "mend"), rows)


def test_attributes_are_left_out_or_bare() -> None:
    assert str(tag("details", "x", open=True, class_="a", hidden=False, title=None)) == (
        '<details open class="a">x</details>'
    )


def test_icons_are_silent() -> None:
    for name in ICONS:
        assert 'aria-hidden="true"' in icon(name)


@pytest.mark.parametrize("word", FINDINGS)
def test_a_finding_differs_by_sign_and_word(word: str) -> None:
    badge = finding(word, small=True)
    assert SIGNS[word] in badge
    assert FINDINGS[word] in badge
    assert len({*SIGNS.values()}) == len(FINDINGS)


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        ("314181049.92", "3.14亿", "314 M"),
        ("36087.7476", "3.61万", "36.1 k"),
        ("1234567", "123万", "1.23 M"),
        ("9500", "9,500", "9.5 k"),
        ("-25000", "-2.5万", "-25 k"),
        (None, "–", "–"),
    ],
)
def test_large_numbers_are_counted_as_readers_count(value: str | None, zh: str, en: str) -> None:
    words.use("zh")
    assert figures.large(value) == zh
    words.use("en")
    assert figures.large(value) == en


@pytest.mark.parametrize(
    ("value", "said_so"),
    [("91.36457158", "91.36"), ("95", "95"), ("0.0042", "0.004"), ("0", "0"), ("1616.41872", "1,616.42"), ("x", "–")],
)
def test_numbers_for_the_eye_keep_what_matters(value: str, said_so: str) -> None:
    assert figures.short(value) == said_so


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=6))
def test_a_number_that_is_not_zero_is_never_shown_as_zero(value: Decimal) -> None:
    shown = figures.short(value)
    assert (Decimal(shown.replace(",", "")) == 0) == (value == 0)


def test_days_and_moments_stand_in_the_plants_zone() -> None:
    moment = datetime(2026, 11, 21, 17, 58, tzinfo=UTC)
    words.use("zh")
    assert figures.moment(moment, "Asia/Shanghai") == "2026年11月22日 01:58"
    words.use("en")
    assert figures.moment(moment.isoformat(), "Asia/Shanghai") == "22 Nov 2026 01:58"
    assert figures.ago("2026-11-20", moment) == "yesterday"


def test_a_unit_that_the_row_says_is_not_written() -> None:
    assert figures.unit("@product.unit") == ""
    assert figures.unit("1") == ""
    assert figures.period("36", "mo") == "36 months"


def test_the_ring_gives_every_part_its_share() -> None:
    arcs = [Arc("a", {"measured": 1, "unknown": 1}), Arc("b", {"unmet": 2})]
    drawn = str(ring(arcs, "title", "1 / 4", "met"))
    assert arcs[0].met == 1
    assert arcs[1].met == 0
    assert len(re.findall("lh-arc-measured", drawn)) == 1
    assert len(re.findall("lh-arc-unmet", drawn)) == 1
    assert len(re.findall("lh-arc-rest", drawn)) == 2


def test_a_strip_needs_something_to_compare_with() -> None:
    assert strip(3.0, [], "t") is None
    assert strip(0.0, [Mark("a", 0.0)], "t") is None
    assert "lh-strip-mark" in str(strip(3.0, [Mark("a", 4.0)], "t"))


@pytest.mark.parametrize("dark", [False, True])
def test_a_chart_of_a_result_becomes_options(dark: bool) -> None:
    text = Text("甲", "a")
    chart = Chart(
        "c",
        text,
        Axis(text, kind="time"),
        Axis(text, "kW"),
        [Series(text, [0.0, 60.0, 120.0], [1.0, None, 3.0], marked=[2])],
        [Limit(text, 2.0), Limit(text, [1.0, 2.0, 3.0], "target")],
    )
    options = charts.course(to_json(chart), dark)
    first, bent = options["series"]
    assert first["data"] == [[0.0, 1.0], [60_000.0, None], [120_000.0, 3.0]]
    assert first["markLine"]["data"][0]["yAxis"] == 2.0
    assert first["markPoint"]["data"] == [{"coord": [120_000.0, 3.0]}]
    assert bent["lineStyle"]["color"] == charts.LIMIT_COLOURS["target"][dark]
    assert options["yAxis"][0]["name"] == "a kW"


def test_a_chart_shows_times_as_the_plants_clocks_do() -> None:
    text = Text("甲", "a")
    chart = Chart("c", text, Axis(text, kind="time"), Axis(text), [Series(text, [0.0], [1.0])])
    options = charts.course(to_json(chart), False, "Asia/Shanghai")
    assert options["useUTC"]
    assert options["series"][0]["data"] == [[8 * 3_600_000.0, 1.0]]


def _contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


GROUNDS = ("ground", "surface", "raised", "chosen")
PAIRS = [("text", one) for one in GROUNDS] + [("faint", one) for one in GROUNDS] + [("link", one) for one in GROUNDS]
PAIRS += [(one, f"{one}-ground") for one in ("met", "unmet", "unknown")] + [("faint", "none-ground")]
PAIRS += [("on-primary", "primary"), ("on-head", "head"), ("met", "surface"), ("unmet", "surface")]


@pytest.mark.parametrize("theme", [":root", "body.body--dark"])
@pytest.mark.parametrize(("above", "below"), PAIRS)
def test_words_stand_out_from_their_ground(theme: str, above: str, below: str) -> None:
    """WCAG 2.2, 1.4.3: at least 4.5 to 1 for text."""
    style = (Path(charts.__file__).parent / "static" / "console.css").read_text("utf-8")
    block = style.partition(theme + " {")[2].partition("}")[0]
    colours = dict(re.findall(r"--lh-([\w-]+): (#[0-9a-f]{6});", block))
    assert _contrast(colours[above], colours[below]) >= 4.5


def _visit() -> Visit:
    person = Person("local", "local", "administrator", ALLOWED["administrator"])
    return Visit(Path("works"), cast(Accounts, None), person, None, "en", {})


def test_a_page_speaks_of_the_plants_day_or_of_the_chosen_one() -> None:
    east, west, chosen = _visit(), _visit(), _visit()
    east.zone, west.zone = "Pacific/Kiritimati", "Pacific/Pago_Pago"  # 25 hours apart
    assert east.judged > west.judged
    chosen.day = date(2026, 3, 1)
    assert chosen.judged == date(2026, 3, 1)


def test_addresses_keep_pack_and_day() -> None:
    visit = _visit()
    assert visit.url("/data") == "/data"
    visit.look_at({"pack": "neimenggu-2025", "day": "2026-01-31"}, {"neimenggu-2025": None})
    assert visit.url("/data", words="a b", none="") == "/data?pack=neimenggu-2025&day=2026-01-31&words=a+b"
    visit.look_at({"day": ""}, {})
    assert visit.day is None


@pytest.mark.parametrize("query", [{"pack": "../../etc/passwd"}, {"day": "soon"}, {"floor": "none"}])
def test_what_an_address_cannot_ask_changes_nothing(query: dict[str, str]) -> None:
    visit = _visit()
    before: Any = (visit.pack, visit.day, visit.floor)
    visit.look_at(query, {"national-2024": None})
    assert (visit.pack, visit.day, visit.floor) == before


def test_texts_are_said_in_the_readers_language() -> None:
    words.use("zh")
    assert said({"zh": "甲", "en": "a"}) == "甲"
    assert said(Text("甲", "a")) == "甲"
    words.use("en")
    assert said({"zh": "甲", "en": "a"}) == "a"
    assert said(date(2026, 1, 1)) == ""


def test_every_page_that_has_pages_inside_leads_to_them() -> None:
    for path, _, _, builder in shell.PAGES:
        for part, inside in getattr(import_module(builder.__module__), "PARTS", {}).items():
            assert shell.PARTS_OF[f"{path}/{part}"] == (path, inside)


def test_what_packs_let_choose_of_has_words() -> None:
    chosen = {word for id in facts.packs() for one in facts.pack_of(id).interpretations for word in one.choices}
    assert chosen
    assert chosen <= CHOICES.keys()


@pytest.mark.parametrize(
    ("count", "said_as"), [(999, "999 bytes"), (1000, "1 kB"), (474_712_345, "474.7 MB"), (2_000_000_000, "2 GB")]
)
def test_sizes_are_said_in_powers_of_ten(count: int, said_as: str) -> None:
    words.use("en")
    assert figures.size(count) == said_as
    words.use("zh")


def test_who_asks_for_a_check_is_said_in_words() -> None:
    words.use("en")
    assert [asked_by(one) for one in ("platform", "platform: 10 %", "GB/T 2260")] == ["ours", "ours: 10 %", "GB/T 2260"]
    words.use("zh")


def test_who_says_a_piece_of_evidence_is_told_in_one_language() -> None:
    assert (
        source("records", "talent")
        == "the plant&#39;s records register of people: smart-manufacturing talent <code>talent</code>"
    )
    words.use("zh")
    assert source("records", "talent") == "工厂数据记录 人员台账：智能制造人才 <code>talent</code>"
    assert source("signatory", "<张>") == "陈述人 <strong>&lt;张&gt;</strong>"
