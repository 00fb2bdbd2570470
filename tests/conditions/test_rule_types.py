"""What the names of a rule can mean: unknown names, values that do not go together, counts that decide nothing."""

import pytest

from linghang.conditions.rule_parser import parse
from linghang.conditions.rule_types import Scope, check
from linghang.conditions.rules import Type
from linghang.errors import BadInput

SCOPE = Scope(
    fields={
        "maturity_level": "number",
        "energy": "number",
        "audited_on": "date",
        "founded_on": "date",
        "region": "code",
        "industry": "code",
        "certified": "finding",
    },
    elements=frozenset({"base.sound", "base.audited", "low.making.watch"}),
    interpretations={"enough": "number", "since": "date", "home": "code", "strict": "finding"},
    tables={"energy_limit": ("region", "industry"), "by_energy": ("energy",)},
    links=frozenset({"making", "selling"}),
)

ACCEPTED = [
    "found",
    "certified",
    "base.sound",
    "not certified",
    "found and base.sound or not certified",
    "maturity_level >= 2",
    "2 <= maturity_level",
    "energy == maturity_level",
    "energy != 60.1",
    "maturity_level >= interpretation.enough",
    "audited_on >= 2026-01-01",
    "audited_on > founded_on",
    "audited_on >= months_before(as_of, 36)",
    "as_of > audited_on",
    "audited_on >= interpretation.since",
    "region == 'north'",
    "region != industry",
    "region == interpretation.home",
    "region in ['north', 'south']",
    "region not in ['north']",
    "energy <= lookup(energy_limit, region, industry)",
    "lookup(energy_limit, region, industry) >= energy",
    "at_least(1, found)",
    "at_least(2, found, certified)",
    "at_least(2, found, maturity_level >= 2, interpretation.strict)",
    "share(found) >= 1",
    "share(found, certified) > 0",
    "share(found, certified) >= 0.001",
    "share(found, certified) < 1",
    "share(found, certified) <= 0.999",
    "share(found, certified) <= 0",
    "share(found, certified) >= interpretation.enough",
    "covers(making)",
    "covers(selling, making)",
    "interpretation.strict or found",
    "true",
]


@pytest.mark.parametrize("rule", ACCEPTED)
def test_a_rule_that_makes_sense_is_accepted(rule: str) -> None:
    check(parse(rule), SCOPE)


def shares_alike(operator: str, bound: str) -> str:
    return f"share(…) {operator} {bound} decides the same for everybody; shares lie between 0 and 1"


REFUSED = {
    # names that are not there
    "maturity_levle >= 2": "there is no field maturity_levle; did you mean maturity_level?",
    "base.sonud": "there is no field base.sonud; did you mean base.sound",
    "found and zzz": "there is no field zzz; ",
    "interpretation.enuogh <= energy": "there is no interpretation enuogh; did you mean enough?",
    "interpretation.base.sound": "there is no interpretation base.sound; known are enough, home, since, strict",
    "energy <= lookup(energy_limits, region, industry)": "there is no table energy_limits; did you mean energy_limit?",
    "covers(makin)": "there is no link makin; did you mean making?",
    "covers(making, low)": "there is no link low; known are making, selling",
    "region in ['x'] and regoin in ['x']": "there is no field regoin; did you mean region?",
    # names of other things
    "energy_limit >= 2": "there is no field energy_limit; did you mean energy?",
    "making": "there is no field making",
    # values that do not go together
    "energy >= 'C36'": "a number cannot be compared with a code",
    "energy >= 2026-06-30": "a number cannot be compared with a date",
    "energy >= as_of": "a number cannot be compared with a date",
    "energy >= region": "a number cannot be compared with a code",
    "energy >= true": "a number cannot be compared with a finding",
    "energy >= certified": "a number cannot be compared with a finding",
    "energy >= interpretation.home": "a number cannot be compared with a code",
    "audited_on >= 20260630": "a date cannot be compared with a number",
    "audited_on >= '2026-06-30'": "a date cannot be compared with a code",
    "region == 36": "a code cannot be compared with a number",
    "region == lookup(energy_limit, region, industry)": "a code cannot be compared with a number",
    "region >= 'north'": "codes have no order; use == or !=",
    "certified == base.sound": "findings are joined by and, or, not; they are not compared",
    "certified == true": "findings are joined by and, or, not; they are not compared",
    "found >= 1": "a finding cannot be compared with a number",
    "(found and certified) == base.sound": "findings are joined by and, or, not; they are not compared",
    "energy in ['C36']": "“in” asks whether a field of codes is among some, not a number",
    "certified in ['yes']": "“in” asks whether a field of codes is among some, not a finding",
    "'C36' in ['C36']": "“in” asks whether a field of codes is among some, not a code",
    "interpretation.home in ['north']": "“in” asks whether a field of codes is among some, not a code",
    # nothing of the factory
    "1 <= 2": "a comparison needs a field of the factory on one side",
    "'a' == 'b'": "a comparison needs a field of the factory on one side",
    "as_of >= 2026-01-01": "a comparison needs a field of the factory on one side",
    "as_of >= months_before(as_of, 3)": "a comparison needs a field of the factory on one side",
    "interpretation.enough >= 2": "a comparison needs a field of the factory on one side",
    "lookup(energy_limit, region, industry) >= 60.1": "a comparison needs a field of the factory on one side",
    # values where a finding is needed
    "energy": "the rule gives a number, not a finding; compare it with something",
    "region": "the rule gives a code, not a finding; compare it with something",
    "as_of": "the rule gives a date, not a finding; compare it with something",
    "60.1": "the rule gives a number, not a finding; compare it with something",
    "interpretation.enough": "the rule gives a number, not a finding; compare it with something",
    "lookup(energy_limit, region, industry)": "the rule gives a number, not a finding; compare it with something",
    "months_before(as_of, 3)": "the rule gives a date, not a finding; compare it with something",
    "share(found)": "the rule gives a share, not a finding; compare it with something",
    "not energy": "a number stands where a finding is needed; compare it with something",
    "found and energy": "a number stands where a finding is needed; compare it with something",
    "found or audited_on": "a date stands where a finding is needed; compare it with something",
    "found and share(certified)": "a share stands where a finding is needed; compare it with something",
    "at_least(1, energy)": "a number stands where a finding is needed; compare it with something",
    "share(energy) >= 0.5": "a number stands where a finding is needed; compare it with something",
    "share(found, region) >= 0.5": "a code stands where a finding is needed; compare it with something",
    # shares
    "share(found) >= 0": shares_alike(">=", "0"),
    "share(found) >= 1.1": shares_alike(">=", "1.1"),
    "share(found) >= 60": shares_alike(">=", "60"),
    "share(found) >= -0.5": shares_alike(">=", "-0.5"),
    "share(found) > 1": shares_alike(">", "1"),
    "share(found) < 0": shares_alike("<", "0"),
    "share(found) < 1.5": shares_alike("<", "1.5"),
    "share(found) <= 1": shares_alike("<=", "1"),
    "share(found) <= -1": shares_alike("<=", "-1"),
    "share(found) == 0.5": "share(…) is compared by >=, >, <= or <",
    "share(found) != 0.5": "share(…) is compared by >=, >, <= or <",
    "share(found) >= energy": "share(…) is compared with a fixed number",
    "share(found) >= 'C36'": "a share cannot be compared with a code",
    "share(found) >= share(certified)": "a share cannot be compared with a share",
    "share(found) >= lookup(energy_limit, region, industry)": "a share cannot be compared with a number",
    "energy >= share(found)": "a number cannot be compared with a share",
    # counts
    "at_least(0, found)": "at_least(0, …) of 1 can never be decided",
    "at_least(2, found)": "at_least(2, …) of 1 can never be decided",
    "at_least(4, found, certified, base.sound)": "at_least(4, …) of 3 can never be decided",
    # tables
    "energy <= lookup(energy_limit)": "table energy_limit is looked up by (region, industry), not by ()",
    "energy <= lookup(energy_limit, region)": "table energy_limit is looked up by (region, industry), not by (region)",
    "energy <= lookup(energy_limit, industry, region)": "looked up by (region, industry), not by (industry, region)",
    "energy <= lookup(energy_limit, region, industry, region)": "not by (region, industry, region)",
    "maturity_level <= lookup(by_energy, energy)": "is looked up by energy, which is not a field of codes",
    # links
    "covers(making, making)": "covers(…) names a link twice",
}


@pytest.mark.parametrize(("rule", "said"), REFUSED.items(), ids=REFUSED)
def test_a_rule_that_makes_no_sense_is_refused_in_words(rule: str, said: str) -> None:
    with pytest.raises(BadInput) as refusal:
        check(parse(rule), SCOPE)
    assert said in str(refusal.value)


@pytest.mark.parametrize("around", ["not ({})", "found and {}", "{} or found", "at_least(1, found, {})"])
def test_nonsense_is_found_wherever_it_stands(around: str) -> None:
    for inner in ("share({}) > 0", "({})"):
        rule = inner.format(around.format("energy >= 'C36'"))
        with pytest.raises(BadInput, match="a number cannot be compared with a code"):
            check(parse(rule), SCOPE)


@pytest.mark.parametrize(("field", "type_"), SCOPE.fields.items())
def test_only_a_yes_no_field_is_a_rule_by_itself(field: str, type_: Type) -> None:
    if type_ == "finding":
        check(parse(field), SCOPE)
    else:
        with pytest.raises(BadInput, match=f"the rule gives a {type_}, not a finding"):
            check(parse(field), SCOPE)
