"""What must hold of every pack: one small pack that is whole, and each way in which it may not be."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from time import thread_time

import pytest
from small_packs import SMALL, changed, load, refusals, write

from linghang.conditions.model import MAX_CONDITIONS
from linghang.conditions.shelf import load_pack
from linghang.errors import BadInput, ManyProblems


def test_the_small_pack_is_whole(tmp_path: Path) -> None:
    pack = load(tmp_path, SMALL)
    assert pack.level_ids == ("low", "high")
    assert [link.id for link in pack.links] == ["making", "selling"]
    assert pack.links[1].also_called == ("营销",)
    assert (pack.valid_from, pack.valid_to) == (date(2024, 1, 1), date(2030, 1, 1))
    assert pack.tables[0].values["north", "C36"] == Decimal("60.1")
    assert [element.key for element in pack.of("eligibility", "low")] == ["sound@all", "audited@all"]
    assert [element.level for element in pack.by_id["floor"]] == ["low", "high"]
    assert [one.value for one in pack.interpretations] == ["all", Decimal("0.6"), True]


def test_a_pack_needs_neither_links_nor_coverage_nor_interpretations(tmp_path: Path) -> None:
    head = SMALL[: SMALL.index("links:\n")]
    asked = SMALL[SMALL.index("elements:\n") : SMALL.index("  - id: audited\n")]
    pack = load(tmp_path, head + asked)
    assert [element.id for element in pack.elements] == ["sound"]
    assert (pack.links, pack.interpretations, pack.fields, pack.tables, pack.indicators) == ((), (), (), (), ())


@pytest.mark.parametrize(
    ("day", "rule"),
    [
        (date(2023, 12, 31), None),
        (date(2024, 1, 1), "audited_on >= months_before(as_of, 12)"),
        (date(2026, 6, 30), "audited_on >= months_before(as_of, 12)"),
        (date(2026, 7, 1), "audited_on >= months_before(as_of, 6)"),
        (date(2040, 1, 1), "audited_on >= months_before(as_of, 6)"),
    ],
)
def test_on_every_day_one_rule_is_in_force(day: date, rule: str | None, tmp_path: Path) -> None:
    found = load(tmp_path, SMALL).by_id["audited"][0].rule_on(day)
    assert (found and found.source) == rule


def test_a_pack_is_in_force_from_its_first_day_until_before_its_last(tmp_path: Path) -> None:
    pack = load(tmp_path, SMALL)
    days = [date(2023, 12, 31), date(2024, 1, 1), date(2029, 12, 31), date(2030, 1, 1)]
    assert [pack.in_force(day) for day in days] == [False, True, True, False]


SOUND = "{zh: 稳健, en: sound}, rule: found}"
AUDITED = """\
    rules:
      - {rule: "audited_on >= months_before(as_of, 12)", from: 2024-01-01, to: 2026-07-01}
      - {rule: "audited_on >= months_before(as_of, 6)", from: 2026-07-01}
"""
WARN = "rule: found and low.making.watch}"
SENSE = "{zh: 感知, en: sense}, rule: found}"
SCENES = "rule: scenes_high >= 5}"
OUTCOME = 'rule: "energy <= lookup(energy_limit, region, industry)"}'
TABLE = "      north: {C36: 60.1, C37: 58}\n      south: {C36: 70, C37: 62.5}\n"


def case(name: str, said: str, *changes: tuple[str, str]) -> object:
    return pytest.param(changes, said, id=name)


def dated(*rules: str) -> tuple[str, str]:
    """Give the element `sound` dated rules."""
    return SOUND, f"{{zh: 稳健, en: sound}}, rules: [{', '.join(f'{{rule: found, {rule}}}' for rule in rules)}]}}"


def sound_rule(rule: str) -> tuple[str, str]:
    """Give the element `sound` another rule."""
    return SOUND, f'{{zh: 稳健, en: sound}}, rule: "{rule}"}}'


def more(element: str) -> tuple[str, str]:
    """Add an element at the end."""
    return "indicators:\n", f"  - {{{element}, text: {{zh: 加, en: more}}}}\nindicators:\n"


def of(section: str, entry: str) -> tuple[str, str]:
    """Add an entry at the beginning of a section."""
    return f"\n{section}:\n", f"\n{section}:\n  - {{{entry}}}\n"


NO_ID = "cannot be an id; use lower-case words joined by . - _"
EVERYBODY = "the rule reads nothing of the factory, so it decides the same for everybody"
NO_COVERED = "the pack needs the interpretation link_covered with the choices all, majority, any"

RULES_IN_TIME = [
    case(
        "two rules overlap",
        "sound (S24 一.1): two rules overlap from 2026-07-01",
        dated("from: 2024-01-01, to: 2026-07-02", "from: 2026-07-01"),
    ),
    case(
        "a rule without an end overlaps the next",
        "sound (S24 一.1): two rules overlap from 2026-07-01",
        dated("from: 2024-01-01", "from: 2026-07-01"),
    ),
    case(
        "two rules from the same day",
        "sound (S24 一.1): two rules overlap from 2024-01-01",
        dated("from: 2024-01-01, to: 2025-01-01", "from: 2024-01-01"),
    ),
    case(
        "gap at the beginning",
        "sound (S24 一.1): has no rule from 2024-01-01 to 2024-01-02",
        dated("from: 2024-01-02"),
    ),
    case(
        "gap of a day in the middle",
        "sound (S24 一.1): has no rule from 2026-06-30 to 2026-07-01",
        dated("from: 2024-01-01, to: 2026-06-30", "from: 2026-07-01"),
    ),
    case(
        "gap in the middle, rules in any order",
        "sound (S24 一.1): has no rule from 2026-06-30 to 2026-07-01",
        dated("from: 2026-07-01", "from: 2024-01-01, to: 2026-06-30"),
    ),
    case(
        "gap at the end",
        "sound (S24 一.1): has no rule from 2029-12-31 to 2030-01-01",
        dated("from: 2024-01-01, to: 2029-12-31"),
    ),
    case(
        "gap at the end of a pack without an end",
        "sound (S24 一.1): has no rule from 2029-12-31 to …",
        dated("from: 2024-01-01, to: 2029-12-31"),
        ("valid: {from: 2024-01-01, to: 2030-01-01}", "valid: {from: 2024-01-01, to: null}"),
    ),
    case(
        "gap of an element with a clause of its own",
        "audited (S24 一.2): has no rule from 2026-07-01 to 2030-01-01",
        ('      - {rule: "audited_on >= months_before(as_of, 6)", from: 2026-07-01}\n', ""),
    ),
    case("no dated rule", "sound (S24 一.1): has no rule", dated()),
    case(
        "no dated rule of coverage",
        "low.coverage (S24 二): has no rule",
        ("rule: covers(making)}", "rules: []}"),
    ),
    case(
        "a rule that ends before it begins",
        "sound (S24 一.1): it ends on 2023-01-01, before it begins on 2024-01-01",
        dated("from: 2024-01-01, to: 2023-01-01", "from: 2023-01-01"),
    ),
    case(
        "a rule that ends on its first day",
        "sound (S24 一.1): it ends on 2024-01-01, before it begins on 2024-01-01",
        dated("from: 2024-01-01, to: 2024-01-01", "from: 2024-01-01"),
    ),
    case(
        "a pack that ends before it begins",
        "it ends on 2020-01-01, before it begins on 2024-01-01",
        ("to: 2030-01-01}", "to: 2020-01-01}"),
    ),
    case(
        "a pack that ends on its first day",
        "it ends on 2024-01-01, before it begins on 2024-01-01",
        ("to: 2030-01-01}", "to: 2024-01-01}"),
    ),
    case(
        "rule and rules",
        "sound (S24 一.1): an element has either one “rule” or dated “rules”",
        (SOUND, "{zh: 稳健, en: sound}, rule: found, rules: [{rule: found, from: 2024-01-01}]}"),
    ),
    case(
        "neither rule nor rules",
        "sound (S24 一.1): an element has either one “rule” or dated “rules”",
        (SOUND, "{zh: 稳健, en: sound}}"),
    ),
    case(
        "a dated rule without a date",
        "sound (S24 一.1): the key “from” is missing",
        dated("to: 2026-07-01"),
    ),
]

RULES_OF_ELEMENTS = [
    case(
        "a rule that does not parse",
        "sound (S24 一.1): the rule “found &&” does not parse: “&&” was not expected here",
        sound_rule("found &&"),
    ),
    case(
        "a dated rule that does not parse",
        "sound (S24 一.1): the rule “found and” does not parse: "
        "a name, a value or “(” was expected instead of “the end”",
        (SOUND, '{zh: 稳健, en: sound}, rules: [{rule: "found and", from: 2024-01-01}]}'),
    ),
    case(
        "unknown field",
        "high.outcome (S24 三.(二)): there is no field enrgy; did you mean energy?",
        (OUTCOME, 'rule: "enrgy <= lookup(energy_limit, region, industry)"}'),
    ),
    case(
        "unknown element",
        "high.making.warn (S24 三.1): there is no field low.making.wacht; "
        "did you mean low.making.watch, high.making.warn?",
        (WARN, "rule: found and low.making.wacht}"),
    ),
    case(
        "unknown interpretation",
        "high.scenes (S24 三): there is no interpretation enuogh; did you mean enough?",
        (SCENES, "rule: scenes_high >= interpretation.enuogh}"),
    ),
    case(
        "unknown table",
        "high.outcome (S24 三.(二)): there is no table energy_limits; did you mean energy_limit?",
        (OUTCOME, 'rule: "energy <= lookup(energy_limits, region, industry)"}'),
    ),
    case(
        "unknown link of coverage",
        "low.coverage (S24 二): there is no link makin; did you mean making?",
        ("rule: covers(making)}", "rule: covers(makin)}"),
    ),
    case(
        "table by the wrong keys",
        "high.outcome (S24 三.(二)): table energy_limit is looked up by (region, industry), not by (industry, region)",
        (OUTCOME, 'rule: "energy <= lookup(energy_limit, industry, region)"}'),
    ),
    case(
        "values that do not go together",
        "high.scenes (S24 三): a number cannot be compared with a code",
        (SCENES, "rule: scenes_high >= region}"),
    ),
    case(
        "a mistake in the second dated rule",
        "audited (S24 一.2): there is no field audited_no; did you mean audited_on, audited?",
        ("audited_on >= months_before(as_of, 6)", "audited_no >= months_before(as_of, 6)"),
    ),
    case(
        "an element that stands at several levels",
        "high.making.warn (S24 三.1): there is no field floor; ",
        (WARN, "rule: found and floor}"),
    ),
    case(
        "a rule that reads itself",
        "high.making.warn (S24 三.1): the rules go round in a circle: high.making.warn → high.making.warn",
        (WARN, "rule: found and high.making.warn}"),
    ),
    case(
        "two rules that read each other",
        "low.making.watch (S24 二.1): the rules go round in a circle: "
        "low.making.watch → high.making.warn → low.making.watch",
        ("{zh: 监控, en: watch}, rule: found}", "{zh: 监控, en: watch}, rule: found or high.making.warn}"),
    ),
    case(
        "a circle through one of the dated rules",
        "sound (S24 一.1): the rules go round in a circle: sound → audited → sound",
        sound_rule("found and audited"),
        ("audited_on >= months_before(as_of, 6)", "sound or audited_on >= months_before(as_of, 6)"),
    ),
    case("a rule that is always met", f"sound (S24 一.1): {EVERYBODY}", sound_rule("true")),
    case("a rule that counts fixed findings", f"sound (S24 一.1): {EVERYBODY}", sound_rule("at_least(1, true, false)")),
    case(
        "a rule that reads only an interpretation",
        f"sound (S24 一.1): {EVERYBODY}",
        sound_rule("interpretation.strict or not interpretation.strict"),
    ),
    case(
        "a share against an interpretation that every share passes",
        "sound (S24 一.1): share(…) > 1.5 decides the same for everybody; shares lie between 0 and 1",
        sound_rule("share(found, audited) > interpretation.enough"),
        ("id: enough, value: 0.6", "id: enough, value: 1.5"),
    ),
    case(
        "coverage by a finding",
        "low.coverage (S24 二): the rule of a coverage element is covers(…) and nothing else",
        ("rule: covers(making)}", "rule: low.making.watch}"),
    ),
    case(
        "coverage and something else",
        "low.coverage (S24 二): the rule of a coverage element is covers(…) and nothing else",
        ("rule: covers(making)}", "rule: covers(making) and found}"),
    ),
    case(
        "no coverage",
        "low.coverage (S24 二): the rule of a coverage element is covers(…) and nothing else",
        ("rule: covers(making)}", "rule: not covers(making)}"),
    ),
    case(
        "covers elsewhere",
        "sound (S24 一.1): covers(…) is the rule of a coverage element only",
        sound_rule("found and covers(making)"),
    ),
    case(
        "found in a scene count",
        "high.scenes (S24 三): “found” cannot be the rule of a derived part (scenario_count)",
        (SCENES, "rule: found}"),
    ),
    case(
        "found in a maturity floor, among others",
        "floor (S24 三): “found” cannot be the rule of a derived part (maturity)",
        ("rule: maturity_level >= 3}", "rule: maturity_level >= 3 and found}"),
    ),
]

ELEMENTS = [
    case(
        "unknown level",
        "high.selling.sense (S24 三.2): there is no level hihg; did you mean high?",
        ("id: high.selling.sense, level: high", "id: high.selling.sense, level: hihg"),
    ),
    case(
        "what a link asks at no level",
        "high.selling.sense (S24 三.2): an element of part build names its level",
        ("id: high.selling.sense, level: high,", "id: high.selling.sense,"),
    ),
    case(
        "scene count at no level",
        "high.scenes (S24 三): an element of part scenario_count names its level",
        ("id: high.scenes, level: high,", "id: high.scenes,"),
    ),
    case(
        "unknown link",
        "high.selling.sense (S24 三.2): there is no link seling; did you mean selling?",
        ("clause: 三.2, part: build, link: selling", "clause: 三.2, part: build, link: seling"),
    ),
    case(
        "what a link asks, without the link",
        "high.selling.sense (S24 三.2): the key “link” is missing",
        ("clause: 三.2, part: build, link: selling", "clause: 三.2, part: build"),
    ),
    case(
        "a link where none is asked",
        "sound (S24 一.1): the key “link” is not known here; ",
        (SOUND, "{zh: 稳健, en: sound}, rule: found, link: making}"),
    ),
    case(
        "unknown part",
        "sound (S24 一.1): “eligible” is not one of eligibility, maturity, build, coverage, scenario_count, outcome",
        ("clause: 一.1, part: eligibility", "clause: 一.1, part: eligible"),
    ),
    case(
        "unknown kind",
        "sound (S24 一.1): “opinion” is not one of "
        "fact, attested, measured, maturity, coverage, count, capability, benchmark",
        ("一.1, part: eligibility, kind: fact", "一.1, part: eligibility, kind: opinion"),
    ),
    case(
        "unknown force",
        "high.coverage (S24 三): “may” is not one of must, should, encouraged",
        ("force: should", "force: may"),
    ),
    case(
        "kind of another part: eligibility",
        "sound (S24 一.1): an element of part eligibility is of kind "
        "fact / attested / measured / capability / benchmark, not count",
        ("一.1, part: eligibility, kind: fact", "一.1, part: eligibility, kind: count"),
    ),
    case(
        "kind of another part: build",
        "low.making.watch (S24 二.1): an element of part build is of kind capability, not fact",
        (
            "clause: 二.1, part: build, link: making, kind: capability",
            "clause: 二.1, part: build, link: making, kind: fact",
        ),
    ),
    case(
        "kind of another part: outcome",
        "high.outcome (S24 三.(二)): an element of part outcome is of kind "
        "benchmark / attested / fact / measured, not capability",
        ("kind: benchmark", "kind: capability"),
    ),
    case(
        "kind of another part: scene count",
        "high.scenes (S24 三): an element of part scenario_count is of kind count, not fact",
        ("kind: count", "kind: fact"),
    ),
    case(
        "kind of another part: maturity",
        "floor (S24 二): an element of part maturity is of kind maturity, not measured",
        ("二, part: maturity, kind: maturity", "二, part: maturity, kind: measured"),
    ),
    case(
        "kind of another part: coverage",
        "low.coverage (S24 二): an element of part coverage is of kind coverage, not capability",
        ("二, part: coverage, kind: coverage", "二, part: coverage, kind: capability"),
    ),
    case(
        "encouraged eligibility",
        "sound (S24 一.1): only what a link asks can be encouraged; say must or should",
        (SOUND, "{zh: 稳健, en: sound}, rule: found, force: encouraged}"),
    ),
    case(
        "encouraged in a link that the level requires",
        "high.selling.sense (S24 三.2): its force is encouraged, but level high requires the links making, selling",
        (SENSE, "{zh: 感知, en: sense}, rule: found, force: encouraged}"),
    ),
    case(
        "demanded in a link that the level does not require",
        "low.selling.list (S24 二.2): its force is must, but level low requires the links making",
        ("force: encouraged", "force: must"),
    ),
    case(
        "element twice",
        "“sound@all” stands twice in elements",
        more("id: sound, clause: 九, part: eligibility, kind: fact, rule: found"),
    ),
    case(
        "element twice at a level",
        "“floor@low” stands twice in elements",
        more("id: floor, level: low, clause: 九, part: maturity, kind: maturity, rule: maturity_level >= 1"),
    ),
    case(
        "two maturity floors at a level",
        "floor.other (S24 九): level low has two elements of part maturity",
        more("id: floor.other, level: low, clause: 九, part: maturity, kind: maturity, rule: maturity_level >= 1"),
    ),
    case(
        "two scene counts at a level",
        "more (S24 九): level high has two elements of part scenario_count",
        more("id: more, level: high, clause: 九, part: scenario_count, kind: count, rule: scenes_low >= 1"),
    ),
    case(
        "two coverages at a level",
        "more (S24 九): level high has two elements of part coverage",
        more("id: more, level: high, clause: 九, part: coverage, kind: coverage, rule: covers(making)"),
    ),
    case(
        "clause that YAML takes for a number",
        "“clause” must be text, not “1.1”",
        ("id: sound, clause: 一.1", "id: sound, clause: 1.1"),
    ),
    case("no clause", "the key “clause” is missing", ("id: sound, clause: 一.1,", "id: sound,")),
    case("empty clause", "“clause” is empty", ("id: sound, clause: 一.1", "id: sound, clause: ' '")),
    case("no id", "the key “id” is missing", ("{id: sound, clause", "{clause")),
    case("no text", "sound (S24 一.1): the key “text” is missing", ("text: {zh: 稳健, en: sound}, rule", "rule")),
    case(
        "text without English",
        "sound (S24 一.1): the key “en” is missing",
        ("{zh: 稳健, en: sound}", "{zh: 稳健}"),
    ),
    case(
        "text without Chinese",
        "sound (S24 一.1): the key “zh” is missing",
        ("{zh: 稳健, en: sound}", "{en: sound}"),
    ),
    case("empty text", "sound (S24 一.1): “en” is empty", ("{zh: 稳健, en: sound}", "{zh: 稳健, en: ''}")),
    case(
        "text in a third language",
        "sound (S24 一.1): the key “de” is not known here; known are en, zh",
        ("{zh: 稳健, en: sound}", "{zh: 稳健, en: sound, de: solide}"),
    ),
    case(
        "text in one language",
        "sound (S24 一.1): “text” must be keys and values, not “稳健”",
        ("{zh: 稳健, en: sound}", "稳健"),
    ),
    case(
        "unknown key",
        "sound (S24 一.1): the key “forse” is not known here; did you mean force?",
        (SOUND, "{zh: 稳健, en: sound}, rule: found, forse: must}"),
    ),
    case(
        "unknown key of a dated rule",
        "sound (S24 一.1): the key “form” is not known here; did you mean from?",
        (SOUND, "{zh: 稳健, en: sound}, rules: [{rule: found, from: 2024-01-01, form: 2025-01-01}]}"),
    ),
    case(
        "an id that is a field too",
        "energy (S24 九): the id is the name of a field too",
        more("id: energy, clause: 九, part: eligibility, kind: fact, rule: found"),
    ),
    case(
        "an id that is a field of the house too",
        "scenes_low (S24 九): the id is the name of a field too",
        more("id: scenes_low, clause: 九, part: eligibility, kind: fact, rule: found"),
    ),
]

LEVELS_AND_LINKS = [
    case(
        "no level",
        "the pack has no level",
        (SMALL[SMALL.index("levels:\n") : SMALL.index("links:\n")], ""),
    ),
    case(
        "a level that asks nothing",
        "level top asks nothing, so everybody would reach it",
        of("levels", "id: top, title: {zh: 顶, en: top}, aim: {zh: 顶, en: top}"),
        ("id: sound, clause", "id: sound, level: low, clause"),
        ("id: audited\n", "id: audited\n    level: low\n"),
    ),
    case(
        "a required link that asks nothing",
        "level high requires link selling, which asks nothing there",
        (SMALL[SMALL.index("  - {id: high.selling.sense") : SMALL.index("  - {id: high.scenes")], ""),
    ),
    case(
        "a link that asks nothing, required by an old rule",
        "level low requires link packing, which asks nothing there",
        of("links", "id: packing, title: {zh: 包装, en: packing}, clause: 注"),
        (
            "rule: covers(making)}",
            "rules: [{rule: 'covers(making, packing)', from: 2024-01-01, to: 2025-01-01},"
            " {rule: covers(making), from: 2025-01-01}]}",
        ),
    ),
    case("a level called all", "“all” is no name for a level", ("{id: low, title", "{id: all, title")),
    case("level twice", "“low” stands twice in levels", of("levels", "id: low, title: {zh: 低, en: low}")),
    case("link twice", "“making” stands twice in links", of("links", "id: making, title: {zh: 一, en: one}")),
    case(
        "a sub-link of two links",
        "the sub-link cutting belongs to two links",
        ("{id: shops, title", "{id: cutting, title"),
    ),
    case(
        "a level without its aim",
        "the key “aim” is missing",
        of("levels", "id: top, title: {zh: 顶, en: top}"),
    ),
    case("a link without its clause", "the key “clause” is missing", ("    clause: 注 1\n", "")),
    case(
        "a sub-link in one language",
        "the key “en” is missing",
        ("{id: shops, title: {zh: 门店, en: shops}}", "{id: shops, title: {zh: 门店}}"),
    ),
    case(
        "other names that are no list",
        "“also_called” must be a list, not “营销”",
        ("also_called: [营销]", "also_called: 营销"),
    ),
    case(
        "other names that are no words",
        "“also_called” must be a list of words",
        ("also_called: [营销]", "also_called: [营销, 7]"),
    ),
]

INTERPRETATIONS_FIELDS_TABLES = [
    case(
        "coverage without its interpretation",
        NO_COVERED,
        ("id: link_covered, value: all, choices: [all, majority, any]", "id: covered, value: all, choices: [all]"),
    ),
    case("coverage with other choices", NO_COVERED, ("choices: [all, majority, any]", "choices: [all, any]")),
    case(
        "a value that is none of its choices",
        "link_covered: “most” is not one of all, majority, any",
        ("value: all, choices", "value: most, choices"),
    ),
    case(
        "a value that is a list",
        "interpretation enough: “value” must be a number, a word, true or false",
        ("value: 0.6", "value: [0.6]"),
    ),
    case(
        "a value that is a date",
        "interpretation enough: “value” must be a number, a word, true or false",
        ("value: 0.6", "value: 2026-06-30"),
    ),
    case(
        "an interpretation without a source",
        "interpretation enough: the key “source” is missing",
        ("value: 0.6, source: platform,", "value: 0.6,"),
    ),
    case(
        "an interpretation twice",
        "“enough” stands twice in interpretation",
        of("interpretation", "id: enough, value: 1, source: platform"),
    ),
    case(
        "a field of an unknown type", "“text” is not one of number, date, code, yes_no", ("type: number", "type: text")
    ),
    case("a field twice", "“energy” stands twice in fields", of("fields", "id: energy, type: number")),
    case(
        "a field that every pack has",
        "the field maturity_level is there in every pack",
        of("fields", "id: maturity_level, type: code, text: {zh: 级, en: level}"),
    ),
    case(
        "a field that every pack with such a level has",
        "the field scenes_high is there in every pack",
        of("fields", "id: scenes_high, type: number, text: {zh: 数, en: count}"),
    ),
    case("codes that are no list", "“codes” must be a list, not “north”", ("codes: [north, south]", "codes: north")),
    case("codes that YAML takes for numbers", "“codes” must be a list of words", ("[north, south]", "[11, 12]")),
    case("a table without a row", "energy_limit: has no value for south × C36", ("C36: 70, ", "")),
    case(
        "a table without some rows",
        "energy_limit: has no value for south × C37",
        (TABLE, "      north: {C36: 60.1, C37: 58}\n      south: {}\n"),
    ),
    case(
        "a table with a row too many",
        "energy_limit: has a value for south × C38, which is not among the codes of its keys",
        ("C36: 70, ", "C36: 70, C38: 1, "),
    ),
    case(
        "a table with a part too many",
        "energy_limit: has a value for west × C36, which is not among the codes of its keys",
        (TABLE, TABLE + "      west: {C36: 1}\n"),
    ),
    case("a table with a row twice", "has the key “C36” twice", ("C36: 70, ", "C36: 70, C36: 1, ")),
    case("a table with a part twice", "has the key “south” twice", (TABLE, TABLE + "      south: {C36: 70, C37: 1}\n")),
    case(
        "a table by a number",
        "energy_limit: its key energy is not a field that lists its codes",
        ("keys: [region, industry]", "keys: [region, energy]"),
    ),
    case(
        "a table by a field without codes",
        "energy_limit: its key industry is not a field that lists its codes",
        ("codes: [C36, C37], ", ""),
    ),
    case(
        "a table by nothing that is there",
        "energy_limit: its key place is not a field that lists its codes",
        ("keys: [region, industry]", "keys: [place, industry]"),
    ),
    case("a table by nothing", "a table needs at least one key", ("keys: [region, industry]", "keys: []")),
    case("a table of words", "“C36” must be a number, not “low”", ("{C36: 60.1", "{C36: low")),
    case("a table of quoted numbers", "“C36” must be a number, not “60.1”", ("{C36: 60.1", "{C36: '60.1'")),
    case(
        "a table with more keys than its rows",
        "“C36” must be keys and values, not “60.1”",
        ("keys: [region, industry]", "keys: [region, industry, region]"),
    ),
    case(
        "a table with fewer keys than its rows",
        "“north” must be a number, not “keys and values”",
        ("keys: [region, industry]", "keys: [region]"),
    ),
    case("a table twice", "“energy_limit” stands twice in tables", of("tables", "id: energy_limit")),
    case("an indicator of an unknown type", "“rate” is not one of state, change", ("type: change", "type: rate")),
    case("an indicator that is better anyhow", "“up” is not one of higher, lower", ("better: lower", "better: up")),
    case("an indicator by half", "“number” must be a whole number, not “1.5”", ("number: 1,", "number: 1.5,")),
    case("an indicator twice", "“defect_rate” stands twice in indicators", of("indicators", "id: defect_rate")),
]

HEADS = [
    case(
        "unknown key",
        "the key “titel” is not known here; did you mean title?",
        ("\ntitle:", "\ntitel: {zh: 小, en: small}\ntitle:"),
    ),
    case("unknown section", "the key “feilds” is not known here; did you mean fields?", ("\nfields:", "\nfeilds:")),
    case(
        "unknown format",
        "is not a pack of conditions: its “format” should be linghang-pack/1",
        ("format: linghang-pack/1", "format: linghang-pack/2"),
    ),
    case(
        "no format",
        "is not a pack of conditions: its “format” should be linghang-pack/1",
        ("format: linghang-pack/1\n", ""),
    ),
    case("no id", "the key “id” is missing", ("\nid: small\n", "\n")),
    case("an id that YAML takes for a number", "“id” must be text, not “2024”", ("\nid: small\n", "\nid: 2024\n")),
    case("no title", "the key “title” is missing", ("\ntitle: {zh: 小条件, en: small conditions}", "")),
    case("title in one language", "the key “en” is missing", (", en: small conditions", "")),
    case("note in one language", "the key “zh” is missing", ("note: {zh: 只供检查, ", "note: {")),
    case("no short name", "the key “short” is missing", ("\nshort: S24\n", "\n")),
    case("no validity", "the key “valid” is missing", ("\nvalid: {from: 2024-01-01, to: 2030-01-01}", "")),
    case("no first day", "the key “from” is missing", ("valid: {from: 2024-01-01, to", "valid: {to")),
    case(
        "a first day that is no date",
        "“from” must be a date such as 2026-06-30, not “2024-01”",
        ("valid: {from: 2024-01-01", "valid: {from: 2024-01"),
    ),
    case(
        "unknown key of validity",
        "the key “until” is not known here; known are from, to",
        (", to: 2030", ", until: 2030"),
    ),
    case("unknown status", "“whole” is not one of complete, partial", ("status: complete", "status: whole")),
    case(
        "restates what is no yes or no",
        "“restates” must be true or false, not “yes”",
        ("\nid:", "\nrestates: yes\nid:"),
    ),
    case("changes without a base", "“changes” need a “base” that they change", ("\nlevels:", "\nchanges: []\nlevels:")),
    case(
        "section that is no list",
        "“levels” must be a list, not “keys and values”",
        ("\nlevels:\n", "\nlevels: {}\nx:\n"),
    ),
    case("entry that is no mapping", "keys and values are needed here", ("\nfields:\n", "\nfields:\n  - energy\n")),
]

PLACE = re.compile(r"small\.yaml(?::\d+)?: ")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        *RULES_IN_TIME,
        *RULES_OF_ELEMENTS,
        *ELEMENTS,
        *LEVELS_AND_LINKS,
        *INTERPRETATIONS_FIELDS_TABLES,
        *HEADS,
    ],
)
def test_a_pack_that_is_not_whole_is_refused_by_file_element_and_clause(
    changes: Sequence[tuple[str, str]], said: str, tmp_path: Path
) -> None:
    (tmp_path / "small.yaml").write_text(changed(SMALL, *changes), encoding="utf-8")
    with pytest.raises(BadInput) as refusal:
        load_pack(str(tmp_path / "small.yaml"))
    found = refusals(refusal.value)
    assert all(one.startswith(str(tmp_path / "small.yaml")) for one in found)
    reasons = [PLACE.split(one, maxsplit=1)[1] for one in found]
    open_end = said.endswith("; ")  # what is known instead is a long list
    assert any(one.startswith(said) if open_end else one == said for one in reasons), reasons


STANDS_AT = {
    "level": "- {id: high,",
    "link": "- id: making\n",
    "sub-link": "- {id: cutting,",
    "interpretation": "- {id: strict,",
    "field": "- {id: certified,",
    "table": "- id: energy_limit\n",
    "element": "- {id: high.scenes,",
    "indicator": "- {id: defect_rate,",
    "pack": "\nid: small\n",
}


@pytest.mark.parametrize("old", STANDS_AT.values(), ids=STANDS_AT)
@pytest.mark.parametrize(
    "name",
    ["High", "a b", "高", "2a", ".a", "a.", "a--b", "a/b", "a@b", "and", "true_", "found", "as_of", "interpretation.a"],
)
def test_an_id_is_lower_case_words(name: str, old: str, tmp_path: Path) -> None:
    new = re.sub(r"id: [a-z_.]+", f"id: '{name}'", old)
    write(tmp_path, small=changed(SMALL, (old, new)))
    with pytest.raises(BadInput) as refusal:
        load_pack(str(tmp_path / "small.yaml"))
    said = f"“{name}” cannot be an id; use lower-case words joined by . - _"
    assert any(one.endswith(said) and "small.yaml" in one for one in refusals(refusal.value))


@pytest.mark.parametrize("name", ["a", "a1", "a.b-c_d", "found.x", "c36"])
def test_an_id_may_be_joined(name: str, tmp_path: Path) -> None:
    pack = load(tmp_path, changed(SMALL, ("id: low.making.watch,", f"id: {name},"), ("low.making.watch}", f"{name}}}")))
    assert name in pack.by_id


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "at"),
    [
        ("scenes_high >= 5}", "scenes_high >= 5, more: 1}", "5, more"),
        (SCENES, "rule: scenes_high >=}", "rule: scenes_high >=}"),
        ("as_of, 6)", "as_of)", '- {rule: "audited_on >= months_before(as_of)'),
        ("status: complete", "status: whole", "status: whole"),
        ("to: 2030-01-01}", "to: 2000-01-01}", "valid:"),
        ("en: watch}", "de: watch}", "de: watch}"),
        ("{C36: 70,", "{C36: '70',", "{C36: '70',"),
        ("id: high.selling.sense, level: high", "id: high.selling.sense, level: top", "- {id: high.selling.sense"),
    ],
)
def test_a_refusal_names_the_line(old: str, new: str, at: str, tmp_path: Path) -> None:
    broken = changed(SMALL, (old, new))
    with pytest.raises(BadInput) as refusal:
        load(tmp_path, broken)
    assert refusals(refusal.value)[0].startswith(f"{tmp_path / 'small.yaml'}:{line_of(broken, at)}: ")


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(ManyProblems) as refusal:
        load(
            tmp_path,
            changed(
                SMALL,
                sound_rule("fuond"),
                ("to: 2026-07-01}", "to: 2026-06-01}"),
                ("force: should", "force: encouraged"),
                ("C36: 70, ", ""),
            ),
        )
    assert [PLACE.split(one)[1] for one in refusals(refusal.value)] == [
        "sound (S24 一.1): there is no field fuond; did you mean sound?",
        "audited (S24 一.2): has no rule from 2026-06-01 to 2026-07-01",
        "high.coverage (S24 三): only what a link asks can be encouraged; say must or should",
        "energy_limit: has no value for south × C36",
    ]
    assert str(refusal.value).splitlines() == refusals(refusal.value)


def test_a_level_ranges_over_as_many_conditions_as_a_mask_has_bits(tmp_path: Path) -> None:
    def with_more(count: int) -> str:
        """Level high asks 2 + 1 + 1 + 1 conditions, and 2 of links."""
        asked = [
            f"id: more.n{n}, level: high, clause: 九, part: eligibility, kind: fact, rule: found" for n in range(count)
        ]
        return changed(
            SMALL,
            ("indicators:\n", "".join(more(one)[1].removesuffix("indicators:\n") for one in asked) + "indicators:\n"),
        )

    assert MAX_CONDITIONS == 64
    assert len(load(tmp_path, with_more(57)).elements) == 69
    with pytest.raises(BadInput, match=r"small\.yaml:11: level high ranges over 65 conditions; 64 are allowed"):
        load(tmp_path, with_more(58))


def test_conditions_are_counted_by_the_rule_of_coverage_that_requires_most(tmp_path: Path) -> None:
    asked = "".join(
        f"  - {{id: low.selling.n{n}, level: low, clause: 九, part: build, link: selling, kind: capability,"
        f" force: encouraged, text: {{zh: 加, en: more}}, rule: found}}\n"
        for n in range(60)
    )
    once = (
        "rule: covers(making)}",
        "rules: [{rule: 'covers(making, selling)', from: 2024-01-01, to: 2025-01-01},"
        " {rule: covers(making), from: 2025-01-01}]}",
    )
    assert load(tmp_path, changed(SMALL, ("indicators:\n", asked + "indicators:\n")))
    with pytest.raises(BadInput, match="level low ranges over 65 conditions; 64 are allowed"):
        load(tmp_path, changed(SMALL, ("indicators:\n", asked + "indicators:\n"), once))


SECONDS = 10.0  # of this thread: what grows with the square would take minutes


def test_a_table_whose_keys_multiply_is_refused_at_once(tmp_path: Path) -> None:
    codes = ", ".join(f"c{n}" for n in range(1000))
    started = thread_time()
    with pytest.raises(BadInput) as refusal:
        load(
            tmp_path,
            changed(
                SMALL,
                ("codes: [north, south]", f"codes: [{codes}]"),
                ("keys: [region, industry]", "keys: [region, region, region, region, industry]"),
                (TABLE, "      c0: {c0: {c0: {c0: {C36: 1, C37: 1}}}}\n"),
            ),
        )
    assert thread_time() - started < SECONDS
    assert "energy_limit: has no value for c0 × c0 × c0 × c1 × C36" in str(refusal.value)


@pytest.mark.parametrize("end", ["found", "low.n0"], ids=["chain", "circle"])
def test_rules_that_read_each_other_thousands_deep_do_no_harm(end: str, tmp_path: Path) -> None:
    count = 3000
    chain = "".join(
        f"  - {{id: low.n{n}, level: low, clause: 九, part: build, link: selling, kind: capability,"
        f" force: encouraged, text: {{zh: 加, en: more}}, rule: {f'low.n{n + 1}' if n < count - 1 else end}}}\n"
        for n in range(count)
    )
    started = thread_time()
    text = changed(SMALL, ("indicators:\n", chain + "indicators:\n"))
    if end == "found":
        assert len(load(tmp_path, text).elements) == count + 12
    else:
        with pytest.raises(BadInput, match=r"the rules go round in a circle: low\.n\d+ → low\.n\d+ → "):
            load(tmp_path, text)
    assert thread_time() - started < SECONDS
