"""What must hold of every judgement, whatever the pack and the case: tried on random ones."""

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from decimal import Decimal
from itertools import pairwise
from random import Random
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from judge_packs import AS_OF, build_pack, change, element, field, written
from judge_random import PROOFS, RuleWriter, random_content, random_program, random_table

from linghang.evidence.proof import STRENGTH
from linghang.judge.case import read_case
from linghang.judge.findings import Finding
from linghang.judge.program import Program, prepare
from linghang.judge.reference import judge
from linghang.judge.verdict import FloorVerdict, LevelVerdict, Verdict

Said = dict[str, Any]
CASES = 12

lawful = settings(max_examples=40, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
seeds = given(st.integers(0, 2**64 - 1))

BETTER: dict[Finding, int] = {"unmet": 0, "unknown": 1, "met": 2}


def verdict(program: Program, said: Mapping[str, Any]) -> Verdict:
    return judge(program, read_case(said, "case.yaml", program))


def levels_of(one: Verdict) -> Iterator[tuple[str, str, LevelVerdict]]:
    for floor, at_floor in one.floors.items():
        for level, found in at_floor.levels.items():
            yield floor, level, found


def place(program: Program, level: str | None) -> int:
    return -1 if level is None else program.pack.level_ids.index(level)


def random_waivers(rng: Random, program: Program) -> dict[str, str]:
    return {one: "the reason was written down" for one in sorted(program.waivable) if rng.random() < 0.5}


def less_known(rng: Random, said: Said) -> Said:
    """The same case with some of its evidence not yet there."""
    less = deepcopy(said)
    for section in (less["findings"], less["facts"], less["scenes"]["count"]):
        for key in [key for key in section if rng.random() < 0.4]:
            del section[key]
    if rng.random() < 0.3:
        less["maturity"].pop("level", None)
    return less


def better_proved(rng: Random, said: Said) -> Said:
    """The same case with some of its proofs stronger."""
    better = deepcopy(said)
    claims = [*better["findings"].values(), *better["facts"].values(), better["maturity"], better["scenes"]]
    for claim in claims:
        claim["proof"] = PROOFS[rng.randint(STRENGTH[claim.get("proof", "declared")], 2)]
    return better


def assert_settled_stays(before: Verdict, after: Verdict) -> None:
    for (floor, level, one), (_, _, other) in zip(levels_of(before), levels_of(after), strict=True):
        assert one.finding in ("unknown", other.finding), f"{level} at {floor}"


@seeds
@lawful
def test_more_evidence_never_changes_what_is_settled(seed: int) -> None:
    rng = Random(seed)
    program = random_program(rng)
    for said in random_table(rng, program, CASES).cases:
        assert_settled_stays(verdict(program, less_known(rng, said)), verdict(program, said))


@seeds
@lawful
def test_stronger_proof_never_changes_what_is_settled(seed: int) -> None:
    rng = Random(seed)
    program = random_program(rng)
    for said in random_table(rng, program, CASES).cases:
        assert_settled_stays(verdict(program, said), verdict(program, better_proved(rng, said)))


@seeds
@lawful
def test_what_a_stricter_floor_settles_is_settled_the_same_way_at_a_laxer_one(seed: int) -> None:
    rng = Random(seed)
    program = random_program(rng)
    for said in random_table(rng, program, CASES).cases:
        found = verdict(program, said)
        for laxer, stricter in pairwise(found.floors.values()):
            for level, one in stricter.levels.items():
                assert one.finding in ("unknown", laxer.levels[level].finding)
            assert place(program, stricter.confirmed) <= place(program, laxer.confirmed)
            assert place(program, stricter.possible) >= place(program, laxer.possible)


@seeds
@lawful
def test_what_is_confirmed_is_possible(seed: int) -> None:
    rng = Random(seed)
    program = random_program(rng)
    for said in random_table(rng, program, CASES).cases:
        for one in verdict(program, {**said, "waivers": random_waivers(rng, program)}).floors.values():
            assert place(program, one.confirmed) <= place(program, one.possible)
            findings = [level.finding for level in one.levels.values()]
            confirmed = [at for at, finding in enumerate(findings) if finding == "met"]
            possible = [at for at, finding in enumerate(findings) if finding != "unmet"]
            assert place(program, one.confirmed) == max(confirmed, default=-1)
            assert place(program, one.possible) == max(possible, default=-1)


@seeds
@lawful
def test_a_waiver_only_helps_where_every_element_of_a_link_counts(seed: int) -> None:
    rng = Random(seed)
    program = random_program(rng, reading=False, link_covered="all")
    for said in random_table(rng, program, CASES).cases:
        without, waived = verdict(program, said), verdict(program, {**said, "waivers": random_waivers(rng, program)})
        for (_, _, before), (_, _, after) in zip(levels_of(without), levels_of(waived), strict=True):
            assert BETTER[after.finding] >= BETTER[before.finding]


@seeds
@lawful
def test_a_waiver_never_takes_a_level_away(seed: int) -> None:
    rng = Random(seed)
    program = random_program(rng, reading=False)
    for said in random_table(rng, program, CASES).cases:
        without, waived = verdict(program, said), verdict(program, {**said, "waivers": random_waivers(rng, program)})
        for (_, _, before), (_, _, after) in zip(levels_of(without), levels_of(waived), strict=True):
            assert before.finding != "met" or after.finding == "met"


@seeds
@lawful
def test_waiving_what_is_met_changes_nothing(seed: int) -> None:
    rng = Random(seed)
    program = random_program(rng, reading=False, link_covered="all")
    for said in random_table(rng, program, CASES).cases:
        for floor, one in verdict(program, said).floors.items():
            met = {found.asked.id for found in one.elements if found.finding == "met"}
            met -= {found.asked.id for found in one.elements if found.finding != "met"}
            waivers = dict.fromkeys(sorted(met & program.waivable), "not needed")
            again = verdict(program, {**said, "waivers": waivers}).floors[floor]
            assert [level.to_dict() for level in again.levels.values()] == [
                level.to_dict() for level in one.levels.values()
            ]


@seeds
@lawful
def test_failing_and_missing_are_what_the_parts_are_made_of(seed: int) -> None:
    rng = Random(seed)
    program = random_program(rng)
    for said in random_table(rng, program, CASES).cases:
        for one in verdict(program, {**said, "waivers": random_waivers(rng, program)}).floors.values():
            _assert_reasons_add_up(program, one)


def _assert_reasons_add_up(program: Program, one: FloorVerdict) -> None:
    found = {element.asked.key: element.finding for element in one.elements}
    for plan in program.plans:
        level = one.levels[plan.level.id]
        covered = [link for link, finding in level.links.items() if level.waived or finding == "met"]
        counting = [condition for condition in plan.conditions if condition.link not in covered]
        assert level.failing == tuple(one.id for one in counting if found[one.key] == "unmet")
        assert level.missing == tuple(one.id for one in counting if found[one.key] == "unknown")
        for part, conditions in plan.parts.items():
            if conditions is None:
                assert level.parts[part] is None
            elif part == "coverage":
                assert level.parts[part] == ("not_applicable" if level.waived else _joined(level.links.values()))
            else:
                assert level.parts[part] == _joined(found[one.key] for one in conditions)
        assert level.finding == _joined(level.parts.values())
        if program.link_covered == "all":
            assert level.finding == ("unmet" if level.failing else "unknown" if level.missing else "met")


def _joined(findings: Iterable[Finding | None]) -> Finding:
    """What a level or a part amounts to: the worst of what is applicable."""
    return min((one for one in findings if one in BETTER), key=BETTER.__getitem__, default="met")


@seeds
@lawful
def test_an_overlay_that_asks_for_one_thing_more_never_raises_a_level(seed: int) -> None:
    rng = Random(seed)
    content = random_content(rng, reading=False, link_covered="all")
    base = prepare(build_pack(content), AS_OF)
    level = rng.choice(base.pack.level_ids)
    more = {"rule": RuleWriter(rng, base.pack.level_ids, found=True, elements=()).rule()}
    part = rng.choice(("eligibility", "outcome", *(["build"] if base.plans[0].links else [])))
    if part == "build":
        level, link = base.pack.level_ids[0], rng.choice(list(base.plans[0].links))
        more |= {"link": link, "kind": "capability"}
    added = {**element("more", part=part, level=level, kind="attested"), **more}
    stricter = prepare(build_pack(content, change("add", "more", added)), AS_OF)
    for said in random_table(rng, stricter, CASES).cases:
        of_base = {**said, "findings": {key: one for key, one in said["findings"].items() if key != "more"}}
        _assert_never_better(verdict(base, of_base), verdict(stricter, said))


@seeds
@lawful
def test_an_overlay_that_asks_for_a_higher_number_never_raises_a_level(seed: int) -> None:
    rng = Random(seed)
    low, high = sorted(rng.choices(range(6), k=2))
    rate = Decimal(rng.randint(0, 1000)) / 10
    parts = [
        element("m", f"maturity_level >= {low}", "maturity", level="basic"),
        element("s", f"scenes_basic >= {low}", "scenario_count", level="basic"),
        element("o", f"energy > {rate}", "outcome"),
    ]
    higher = [f"maturity_level >= {high}", f"scenes_basic > {low}", f"energy > {rate + Decimal('0.1')}"]
    content = written(*parts, fields=[field("energy", "number")])
    base = prepare(build_pack(content), AS_OF)
    for old, rule in zip(parts, higher, strict=True):
        stricter = prepare(build_pack(content, change("replace", old["id"], {"rule": rule})), AS_OF)
        for said in random_table(rng, base, CASES).cases:
            _assert_never_better(verdict(base, said), verdict(stricter, said))


@seeds
@lawful
def test_an_overlay_that_makes_a_must_of_a_should_never_raises_a_level(seed: int) -> None:
    rng = Random(seed)
    content = random_content(rng, reading=False, link_covered="all")
    base = prepare(build_pack(content), AS_OF)
    should = [f"{one['id']}@{one['level']}" for one in content["elements"] if one["force"] == "should"]
    if not should:
        return
    stricter = prepare(build_pack(content, *(change("replace", key, {"force": "must"}) for key in should)), AS_OF)
    assert not stricter.waivable
    for said in random_table(rng, base, CASES).cases:
        waived = {**said, "waivers": random_waivers(rng, base)}
        _assert_never_better(verdict(base, waived), verdict(stricter, said))


def _assert_never_better(base: Verdict, stricter: Verdict) -> None:
    for (_, _, before), (_, _, after) in zip(levels_of(base), levels_of(stricter), strict=True):
        assert BETTER[after.finding] <= BETTER[before.finding]
