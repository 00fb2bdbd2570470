"""Packs that state only differences: what they change, where each value comes from, and what they may not do."""

import hashlib
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from small_packs import CITY, SMALL, changed, load, refusals, write

from linghang.conditions.build import build
from linghang.conditions.document import read
from linghang.conditions.model import Element, Origin, Pack
from linghang.conditions.overlay import Source, resolve
from linghang.conditions.shelf import MAX_BASES, load_pack, pack_ids, sources_of
from linghang.errors import BadInput
from linghang.words import Text

HEAD = CITY[: CITY.index("changes:")]
BASIS = "basis: {zh: 市文件 一, en: city paper 1}"
ORIGIN = Origin("city", Text("市文件 一", "city paper 1"))
FROM_BASE = Origin("small")


def city(*changes: str) -> str:
    """An overlay with these changes, each with its basis."""
    return HEAD + "changes:\n" + "".join(f"  - {{{change}, {BASIS}}}\n" for change in changes)


def district(*changes: str, base: str = "city") -> str:
    """A third layer."""
    head = changed(HEAD, ("id: city", "id: district"), ("base: small", f"base: {base}"), ("C25", "D26"))
    return head + "changes:\n" + "".join(f"  - {{{one}, basis: {{zh: 区, en: district}}}}\n" for one in changes)


def one(pack: Pack, identity: str) -> Element:
    (element,) = pack.by_id[identity]
    return element


def test_what_an_overlay_does_not_name_stays(tmp_path: Path) -> None:
    base, pack = load(tmp_path, SMALL), load(tmp_path, SMALL, CITY)
    assert [element.key for element in pack.elements] == [element.key for element in base.elements]
    for before, after in zip(base.elements, pack.elements, strict=True):
        if before.id != "low.making.watch":
            assert (after.text, after.clause, after.kind) == (before.text, before.clause, before.kind)
            assert [rule.source for rule in after.rules] == [rule.source for rule in before.rules]
    assert (pack.levels, pack.links, pack.fields, pack.tables) == (base.levels, base.links, base.fields, base.tables)
    assert (pack.interpretations, pack.indicators) == (base.interpretations, base.indicators)


def test_head_and_validity_are_the_overlays_own(tmp_path: Path) -> None:
    pack = load(tmp_path, SMALL, CITY)
    assert (pack.id, pack.short, pack.title.en, pack.status) == ("city", "C25", "city", "partial")
    assert (pack.document, load(tmp_path, SMALL).document) == ({}, {"number": "小〔2024〕1号"})
    assert (pack.valid_from, pack.valid_to, pack.note) == (date(2025, 1, 1), None, None)
    assert pack.lineage == ("small", "city")
    assert [(rule.valid_from, rule.valid_to) for rule in one(pack, "sound").rules] == [(date(2025, 1, 1), None)]


def test_a_replacement_changes_the_attributes_it_states_and_no_other(tmp_path: Path) -> None:
    element = one(load(tmp_path, SMALL, CITY), "low.making.watch")
    assert element.text == Text("全面监控", "watch everything")
    assert (element.clause, element.kind, element.link, element.rules[0].source) == (
        "二.1",
        "capability",
        "making",
        "found",
    )
    assert element.origins["text"] == ORIGIN
    assert {origin for name, origin in element.origins.items() if name != "text"} == {FROM_BASE}


def test_an_addition_has_its_origin_in_every_attribute(tmp_path: Path) -> None:
    add = "add: local, with: {clause: 三, part: eligibility, kind: fact, text: {zh: 本地, en: local}, rule: found}"
    element = one(load(tmp_path, SMALL, city(add)), "local")
    assert element.cited == "C25 三"
    assert element.origins == dict.fromkeys(("id", "clause", "part", "kind", "text", "rule"), ORIGIN)


def test_a_removal_removes(tmp_path: Path) -> None:
    pack = load(tmp_path, SMALL, city("remove: high.outcome", "remove: energy_limit, in: tables"))
    assert "high.outcome" not in pack.by_id
    assert pack.tables == ()
    assert pack.removed == {"high.outcome@high": ORIGIN, "energy_limit": ORIGIN}


def test_what_was_removed_may_be_added_anew(tmp_path: Path) -> None:
    add = "add: sound, with: {clause: 五, part: eligibility, kind: attested, text: {zh: 稳, en: firm}, rule: found}"
    element = one(load(tmp_path, SMALL, city("remove: sound", add)), "sound")
    assert (element.clause, element.kind, element.origins["id"]) == ("五", "attested", ORIGIN)


def test_a_new_rule_replaces_dated_rules(tmp_path: Path) -> None:
    element = one(load(tmp_path, SMALL, city("replace: audited, with: {rule: found}")), "audited")
    assert [(rule.source, rule.valid_from, rule.valid_to) for rule in element.rules] == [
        ("found", date(2025, 1, 1), None)
    ]


def test_dated_rules_replace_a_rule(tmp_path: Path) -> None:
    rules = "rules: [{rule: found, from: 2025-01-01, to: 2026-01-01}, {rule: found and audited, from: 2026-01-01}]"
    element = one(load(tmp_path, SMALL, city(f"replace: sound, with: {{{rules}}}")), "sound")
    assert [(rule.source, rule.valid_from, rule.valid_to) for rule in element.rules] == [
        ("found", date(2025, 1, 1), date(2026, 1, 1)),
        ("found and audited", date(2026, 1, 1), None),
    ]


def test_dated_rules_of_the_base_must_reach_through_the_overlays_time(tmp_path: Path) -> None:
    short = changed(SMALL, ('6)", from: 2026-07-01}', '6)", from: 2026-07-01, to: 2030-01-01}'))
    assert load(tmp_path, short)
    with pytest.raises(BadInput, match=r"audited \(S24 一\.2\): has no rule from 2030-01-01 to …"):
        load(tmp_path, short, CITY)


@pytest.mark.parametrize("target", ["floor@low", "sound@all", "sound"])
def test_a_target_is_named_by_id_or_by_id_and_level(target: str, tmp_path: Path) -> None:
    pack = load(tmp_path, SMALL, city(f"replace: {target}, with: {{text: {{zh: 新, en: new}}}}"))
    changed_ones = [element.key for element in pack.elements if element.text.en == "new"]
    assert changed_ones == [target if "@" in target else f"{target}@all"]


@pytest.mark.parametrize(
    ("section", "change", "found"),
    [
        ("levels", "replace: low, with: {aim: {zh: 新, en: new}}", lambda pack: pack.levels[0].aim.en == "new"),
        ("links", "replace: making, with: {clause: 新}", lambda pack: pack.links[0].clause == "新"),
        (
            "interpretation",
            "replace: enough, with: {value: 0.7}",
            lambda pack: pack.interpretations[1].value == Decimal("0.7"),
        ),
        ("fields", "replace: region, with: {text: {zh: 新, en: new}}", lambda pack: pack.fields[0].text.en == "new"),
        (
            "tables",
            "replace: energy_limit, with: {text: {zh: 新, en: new}}",
            lambda pack: pack.tables[0].text.en == "new",
        ),
        ("indicators", "remove: defect_rate", lambda pack: pack.indicators == ()),
        (
            "fields",
            "add: water, with: {type: number, text: {zh: 水, en: water}}",
            lambda pack: pack.fields[-1].id == "water",
        ),
    ],
)
def test_every_section_can_be_changed(section: str, change: str, found: object, tmp_path: Path) -> None:
    pack = load(tmp_path, SMALL, city(f"in: {section}, {change}"))
    assert callable(found)
    assert found(pack)


def test_an_interpretation_keeps_its_origin_too(tmp_path: Path) -> None:
    change = "replace: enough, in: interpretation, with: {value: 0.7, source: 市文件}"
    interpretation = load(tmp_path, SMALL, city(change)).interpretations[1]
    assert interpretation.origins == {
        "id": FROM_BASE,
        "text": FROM_BASE,
        "value": ORIGIN,
        "source": ORIGIN,
    }


# How an element is cited


def test_a_partial_overlay_cites_the_base_for_what_it_does_not_state(tmp_path: Path) -> None:
    pack = load(tmp_path, SMALL, city("replace: sound, with: {clause: 七}", "replace: audited, with: {rule: found}"))
    assert one(pack, "sound").cited == "C25 七"
    assert one(pack, "audited").cited == "S24 一.2"
    assert one(pack, "high.scenes").cited == "S24 三"


def test_a_restating_overlay_cites_itself(tmp_path: Path) -> None:
    pack = load(
        tmp_path, SMALL, changed(city("replace: sound, with: {clause: 七}"), ("short:", "restates: true\nshort:"))
    )
    assert {element.document for element in pack.elements} == {"C25"}
    assert one(pack, "sound").cited == "C25 七"
    assert one(pack, "high.scenes").cited == "C25 三"
    assert one(pack, "high.scenes").origins["clause"] == FROM_BASE


def test_a_third_layer_cites_the_restating_overlay_below_it(tmp_path: Path) -> None:
    restating = changed(city("replace: sound, with: {clause: 七}"), ("short:", "restates: true\nshort:"))
    pack = load(tmp_path, SMALL, restating, district("replace: audited, with: {clause: 八}"))
    assert one(pack, "sound").cited == "C25 七"
    assert one(pack, "audited").cited == "D26 八"
    assert one(pack, "high.scenes").cited == "C25 三"


def test_a_third_layer_cites_each_clause_by_the_layer_that_states_it(tmp_path: Path) -> None:
    middle = city("replace: sound, with: {clause: 七}", "replace: low.coverage, with: {clause: 七}")
    pack = load(tmp_path, SMALL, middle, district("replace: low.coverage, with: {clause: 八}"))
    assert pack.lineage == ("small", "city", "district")
    assert one(pack, "sound").cited == "C25 七"
    assert one(pack, "low.coverage").cited == "D26 八"
    assert one(pack, "high.scenes").cited == "S24 三"


def test_a_third_layer_keeps_the_origin_of_each_value(tmp_path: Path) -> None:
    middle = city("replace: sound, with: {clause: 七, text: {zh: 中, en: middle}}")
    pack = load(tmp_path, SMALL, middle, district("replace: sound, with: {text: {zh: 区, en: third}}"))
    origins = one(pack, "sound").origins
    assert origins["id"] == FROM_BASE
    assert origins["clause"] == ORIGIN
    assert origins["text"] == Origin("district", Text("区", "district"))
    assert one(pack, "sound").text.en == "third"


def test_a_third_layer_changes_what_the_second_added_and_misses_what_it_removed(tmp_path: Path) -> None:
    add = "add: local, with: {clause: 三, part: eligibility, kind: fact, text: {zh: 本, en: local}, rule: found}"
    middle = city(add, "remove: high.outcome")
    assert one(load(tmp_path, SMALL, middle, district("replace: local, with: {clause: 四}")), "local").cited == "D26 四"
    with pytest.raises(BadInput, match=r"the base has no “high\.outcome”"):
        load(tmp_path, SMALL, middle, district("replace: high.outcome, with: {clause: 四}"))


# What is refused

REFUSED = {
    "no basis": (
        HEAD + "changes:\n  - remove: sound\n",
        "sound: the change names no “basis”: the text that it rests on, as basis: {zh: …, en: …}",
    ),
    "empty basis": (
        HEAD + "changes:\n  - {remove: sound, basis: null}\n",
        "sound: the change names no “basis”: the text that it rests on, as basis: {zh: …, en: …}",
    ),
    "basis in one language": (
        HEAD + "changes:\n  - {remove: sound, basis: {zh: 市文件}}\n",
        "sound: the key “en” is missing",
    ),
    "basis that says nothing": (
        HEAD + "changes:\n  - {remove: sound, basis: {zh: '', en: ''}}\n",
        "sound: “zh” is empty",
    ),
    "no verb": (HEAD + f"changes:\n  - {{{BASIS}}}\n", "a change has exactly one of add, remove, replace"),
    "two verbs": (city("add: a, remove: sound"), "a change has exactly one of add, remove, replace"),
    "unknown verb": (city("drop: sound"), "a change has exactly one of add, remove, replace"),
    "verb of a list": (city("remove: [sound]"), "“remove” must be text, not “a list”"),
    "unknown section": (
        city("remove: sound, in: rows"),
        "sound: “rows” is not one of levels, links, interpretation, fields, tables, elements, indicators",
    ),
    "unknown key": (
        city("remove: sound, why: x"),
        "sound: the key “why” is not known here; known are basis, in, remove",
    ),
    "removal with something": (
        city("remove: sound, with: {clause: 七}"),
        "sound: the key “with” is not known here; known are basis, in, remove",
    ),
    "replacement without anything": (city("replace: sound"), "sound: the key “with” is missing"),
    "replacement by a text": (
        city("replace: sound, with: found"),
        "sound: “with” must be keys and values, not “found”",
    ),
    "addition of what is there": (
        city("add: sound, with: {clause: 七}"),
        "sound: the base has “sound@all” already; replace it instead",
    ),
    "addition of what is there at the level": (
        city("add: floor, with: {level: low, clause: 七}"),
        "floor: the base has “floor@low” already; replace it instead",
    ),
    "addition of a level that is there": (
        city(*["add: low, in: levels, with: {title: {zh: 低, en: low}, aim: {zh: 低, en: low}}"]),
        "low: the base has “low” already; replace it instead",
    ),
    "removal of what is not there": (city("remove: sonud"), "sonud: the base has no “sonud”; "),
    "removal from another section": (city("remove: sound, in: fields"), "sound: the base has no “sound”; "),
    "replacement of what is not there": (
        city("replace: low.making.wacht, with: {clause: 七}"),
        "low.making.wacht: the base has no “low.making.wacht”; did you mean low.making.watch@low",
    ),
    "replacement at another level": (
        city("replace: sound@low, with: {clause: 七}"),
        "sound@low: the base has no “sound@low”; did you mean ",
    ),
    "ambiguous removal": (
        city("remove: floor"),
        "floor: “floor” stands at several levels; say which: floor@low, floor@high",
    ),
    "ambiguous replacement": (
        city("replace: floor, with: {clause: 七}"),
        "floor: “floor” stands at several levels; say which: floor@low, floor@high",
    ),
    "removal twice": (city("remove: sound", "remove: sound"), "sound: the base has no “sound”; "),
    "another id": (
        city("replace: sound, with: {id: firm}"),
        "sound: “id” is not stated under “with”; it follows replace:",
    ),
    "an id of an addition": (
        city("add: firm, with: {id: firm}"),
        "firm: “id” is not stated under “with”; it follows add:",
    ),
    "another level": (
        city("replace: floor@low, with: {level: high}"),
        "floor@low: a replacement keeps the level; remove the element and add another",
    ),
    "a level where there was none": (
        city("replace: sound, with: {level: high}"),
        "sound: a replacement keeps the level; remove the element and add another",
    ),
    "a section of its own": (
        HEAD + "elements: []\n",
        "an overlay states its differences under “changes”, not a section “elements” of its own",
    ),
    "changes that are no list": (
        HEAD + "changes: {remove: sound}\n",
        "“changes” must be a list, not “keys and values”",
    ),
    "change that is no mapping": (HEAD + "changes: [remove]\n", "keys and values are needed here"),
    "a rule that is not whole": (
        city("replace: sound, with: {rule: fuond}"),
        "sound (S24 一.1): there is no field fuond; did you mean sound?",
    ),
    "an attribute that is not known": (
        city("replace: sound, with: {forse: should}"),
        "sound (S24 一.1): the key “forse” is not known here; did you mean force?",
    ),
    "an id that is none": (
        city("add: sound@low, with: {clause: 七, part: eligibility, kind: fact, text: {zh: 稳, en: s}, rule: found}"),
        "sound@low (C25 七): “sound@low” cannot be an id; use lower-case words joined by . - _",
    ),
    "both rule and rules": (
        city("replace: sound, with: {rule: found, rules: [{rule: found, from: 2025-01-01}]}"),
        "sound (S24 一.1): an element has either one “rule” or dated “rules”",
    ),
    "a removal that something reads": (
        changed(
            CITY,
            ("replace: low.making.watch", "remove: low.making.watch"),
            ("    with: {text: {zh: 全面监控, en: watch everything}}\n", ""),
        ),
        "high.making.warn (S24 三.1): there is no field low.making.watch; ",
    ),
}


@pytest.mark.parametrize(("overlay", "said"), REFUSED.values(), ids=REFUSED)
def test_a_change_that_cannot_be_made_is_refused_by_file_and_target(overlay: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput) as refusal:
        load(tmp_path, SMALL, overlay)
    assert any(said in one for one in refusals(refusal.value)), str(refusal.value)


def test_a_refusal_names_the_line_of_the_change(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as refusal:
        load(tmp_path, SMALL, city("remove: high.scenes", "replace: sonud, with: {clause: 七}"))
    assert str(refusal.value).startswith(f"{tmp_path / 'city.yaml'}:{HEAD.count(chr(10)) + 3}: sonud: ")


def test_what_an_overlay_breaks_is_refused_in_its_file(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as refusal:
        load(tmp_path, SMALL, city("replace: high.selling.sense, with: {force: encouraged}"))
    assert str(refusal.value).startswith(
        f"{tmp_path / 'city.yaml'}:{HEAD.count(chr(10)) + 2}: high.selling.sense (S24 三.2)"
    )


# Bases


def test_a_base_is_sought_beside_the_overlay_and_then_among_the_packs_of_the_product(tmp_path: Path) -> None:
    own = changed(district(base="jiangsu-2025"), ("changes:\n", ""))
    assert load(tmp_path, own).lineage == ("national-2024", "jiangsu-2025", "district")
    assert load(tmp_path, SMALL, CITY).lineage == ("small", "city")


def test_a_base_may_be_a_file(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    write(tmp_path / "below", small=SMALL)
    assert load(tmp_path, changed(CITY, ("base: small", "base: below/small.yaml"))).lineage == ("small", "city")


def test_a_file_is_sought_from_where_one_stands_and_a_base_from_where_its_overlay_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "packs").mkdir()
    write(tmp_path / "packs", small=SMALL, city=CITY)
    monkeypatch.chdir(tmp_path)
    assert load_pack("packs/city.yaml").lineage == ("small", "city")
    away = changed(CITY, ("base: small", f"base: {tmp_path / 'packs' / 'small.yaml'}"))
    assert load(tmp_path, away).lineage == ("small", "city")


def test_a_base_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as refusal:
        load(tmp_path, changed(CITY, ("base: small", "base: natoinal-2024")))
    assert str(refusal.value).startswith(
        f"{tmp_path / 'city.yaml'}:3: there is no pack natoinal-2024; did you mean national-2024"
    )
    with pytest.raises(BadInput, match=r"city\.yaml:3: there is no file .*none\.yaml"):
        load(tmp_path, changed(CITY, ("base: small", "base: none.yaml")))


@pytest.mark.parametrize("name", ["x" * 5000, "x" * 5000 + ".yaml", "nothing", "nothing.yml", "a\0b", "a\0b.yaml", ""])
def test_a_pack_that_is_not_there_is_refused(name: str) -> None:
    with pytest.raises(BadInput, match=r"there is no (pack|file) "):
        load_pack(name)


def test_a_file_of_another_kind_is_no_pack() -> None:
    with pytest.raises(BadInput, match="is not a pack of conditions: its “format” should be linghang-pack/1"):
        load_pack("scenes-2025")
    assert "scenes-2025" not in pack_ids()


def test_bases_that_go_round_in_a_circle_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="the bases go round in a circle: city → city"):
        load(tmp_path, changed(CITY, ("base: small", "base: city")))
    write(tmp_path, city=changed(CITY, ("base: small", "base: district")))
    with pytest.raises(BadInput, match="the bases go round in a circle: district → city → district"):
        load(tmp_path, district())


def test_bases_have_a_number(tmp_path: Path) -> None:
    below = "small"
    write(tmp_path, small=SMALL)
    for number in range(1, MAX_BASES):
        write(
            tmp_path, **{f"o{number}": changed(HEAD, ("id: city", f"id: o{number}"), ("base: small", f"base: {below}"))}
        )
        below = f"o{number}"
    assert len(load_pack(str(tmp_path / f"{below}.yaml")).lineage) == MAX_BASES
    write(tmp_path, city=changed(HEAD, ("base: small", f"base: {below}")))
    with pytest.raises(BadInput, match=f"rests on more than {MAX_BASES} bases"):
        load_pack(str(tmp_path / "city.yaml"))


# Digest and purity


def test_the_digest_follows_every_file_of_the_lineage_and_no_other(tmp_path: Path) -> None:
    texts = {"small": SMALL, "city": CITY, "district": district("replace: sound, with: {clause: 八}")}
    write(tmp_path, **texts)

    def digest() -> str:
        return load_pack(str(tmp_path / "district.yaml")).digest

    first = digest()
    assert digest() == first
    found = {first}
    for name, text in texts.items():
        write(tmp_path, **{name: text + "# said again\n"})
        found.add(digest())
        write(tmp_path, **{name: text})
    assert len(found) == 4
    write(tmp_path, other=changed(SMALL, ("id: small", "id: other")))
    assert digest() == first
    assert load_pack(str(tmp_path / "city.yaml")).digest not in found
    assert load_pack(str(tmp_path / "small.yaml")).digest == sha256(sha256(SMALL))


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def test_the_digest_does_not_know_where_the_files_lie(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    assert load(tmp_path / "a", SMALL, CITY).digest == load(tmp_path / "b", SMALL, CITY).digest


def test_resolution_changes_no_document_and_can_be_repeated() -> None:
    middle = city("remove: high.outcome", "replace: audited, with: {rule: found}", "replace: sound, with: {clause: 七}")
    texts = (SMALL, middle, district("replace: sound, with: {text: {zh: 区, en: third}}"))
    sources = [Source(f"{n}.yaml", read(text.encode(), f"{n}.yaml"), sha256(text)) for n, text in enumerate(texts)]
    before = repr([source.content for source in sources])
    alone = repr(build(sources[:1]))
    first, second = resolve(sources), resolve(sources)
    assert repr(first) == repr(second)
    assert repr(build(sources)) == repr(build(sources))
    assert repr([source.content for source in sources]) == before
    assert repr(build(sources[:1])) == alone


def test_documents_of_another_format_are_not_built() -> None:
    text = changed(SMALL, ("linghang-pack/1", "linghang-pack/2"))
    with pytest.raises(BadInput, match=r"s\.yaml:1: this format is not known; it should be linghang-pack/1"):
        build([Source("s.yaml", read(text.encode(), "s.yaml"), sha256(text))])


def test_a_file_of_ones_own_is_read_anew_each_time(tmp_path: Path) -> None:
    assert one(load(tmp_path, SMALL), "sound").clause == "一.1"
    assert (
        one(load(tmp_path, changed(SMALL, ("id: sound, clause: 一.1", "id: sound, clause: 七"))), "sound").clause
        == "七"
    )


def test_sources_are_named_by_their_files(tmp_path: Path) -> None:
    write(tmp_path, small=SMALL, city=CITY)
    assert [source.file for source in sources_of(tmp_path / "city.yaml")] == [
        str(tmp_path / "small.yaml"),
        str(tmp_path / "city.yaml"),
    ]
