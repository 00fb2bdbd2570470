"""Case files: what they say, and every refusal with its line and its words."""

from datetime import date
from decimal import Decimal
from textwrap import dedent

import pytest
from judge_packs import AS_OF, built, case_of, coverage, element, field, small_program

from linghang.conditions.shelf import load_pack
from linghang.errors import BadInput, ManyProblems
from linghang.judge.case import Case, Claim, Fact
from linghang.judge.program import Program, prepare


@pytest.fixture(scope="module")
def program() -> Program:
    return small_program(
        element("base.legal"),
        element("base.honest", force="should"),
        element("base.rate", "rate >= 60.1"),
        built("basic.production.warning", "production"),
        coverage("production", force="should"),
        element("basic.maturity", "maturity_level >= 2", "maturity", level="basic"),
        element("basic.scenes", "scenes_basic >= 6", "scenario_count", level="basic"),
        element("advanced.award", level="advanced", part="outcome"),
        levels=("basic", "advanced"),
        fields=[
            field("rate", "number"),
            field("founded", "date"),
            field("region", "code", ("11", "12")),
            field("brand", "code"),
            field("listed", "yes_no"),
        ],
    )


def read(program: Program, said: str) -> Case:
    return case_of(program, dedent(said))


def refused(program: Program, said: str) -> BadInput:
    with pytest.raises(BadInput) as caught:
        read(program, said)
    return caught.value


def test_a_whole_case_is_read_as_it_stands(program: Program) -> None:
    case = read(
        program,
        """
        pack: small
        as_of: 2026-06-30
        findings:
          base.legal: {finding: met, proof: documented}
          base.honest: {finding: not_applicable, reason: founded last year}
          basic.production.warning: {finding: unmet}
        maturity: {level: 2, proof: documented}
        scenes: {count: {basic: 6, advanced: 0}, proof: measured}
        waivers: {basic.coverage: "the site is new"}
        facts:
          rate: {value: 60.1, proof: measured}
          founded: {value: 2001-02-28}
          region: {value: "11"}
          brand: {value: any word}
          listed: {value: false}
        """,
    )
    assert case.findings == {
        "base.legal": Claim("met", "documented"),
        "base.honest": Claim("not_applicable", "declared", "founded last year"),
        "basic.production.warning": Claim("unmet"),
    }
    assert case.facts == {
        "maturity_level": Fact(Decimal(2), "documented"),
        "scenes_basic": Fact(Decimal(6), "measured"),
        "scenes_advanced": Fact(Decimal(0), "measured"),
        "rate": Fact(Decimal("60.1"), "measured"),
        "founded": Fact(date(2001, 2, 28)),
        "region": Fact("11"),
        "brand": Fact("any word"),
        "listed": Fact(False),
    }
    assert case.waivers == {"basic.coverage": "the site is new"}


@pytest.mark.parametrize(
    "said",
    [
        "pack: small",
        "findings:\nmaturity:\nscenes:\nwaivers:\nfacts:",
        "findings: null\nmaturity: null\nscenes: null\nwaivers: null\nfacts: null",
        "findings: {}\nmaturity: {}\nscenes: {}\nwaivers: {}\nfacts: {}",
        "maturity: {level: null, proof: documented}\nscenes: {count: null}\nfacts: {rate: {value: null}}",
        "scenes: {count: {basic: null}, proof: declared}",
    ],
)
def test_what_is_empty_says_nothing(program: Program, said: str) -> None:
    assert read(program, said) == Case()


@pytest.mark.parametrize("level", range(6))
def test_maturity_lies_between_0_and_5(program: Program, level: int) -> None:
    assert read(program, f"maturity: {{level: {level}}}").facts["maturity_level"].value == level


def test_numbers_of_a_case_keep_every_digit(program: Program) -> None:
    for said in ("60.10000000000000000000000000001", "-0.1", "1e3", "7"):
        assert read(program, f"facts: {{rate: {{value: {said}}}}}").facts["rate"].value == Decimal(said)


REFUSALS = {
    # findings
    "unknown element": ("findings:\n  base.legl: {finding: met}", 2, "no element base.legl", "base.legal"),
    "finding of maturity": (
        "findings:\n  basic.maturity: {finding: met}",
        2,
        "the finding of basic.maturity is derived",
        "maturity: {level: …}",
    ),
    "finding of coverage": (
        "findings:\n  basic.coverage: {finding: met}",
        2,
        "basic.coverage is derived",
        "the elements of its links",
    ),
    "finding of a scene count": (
        "findings:\n  basic.scenes: {finding: met}",
        2,
        "basic.scenes is derived",
        "scenes: {count: …}",
    ),
    "finding of an element that reads facts only": (
        "findings:\n  base.rate: {finding: met}",
        2,
        "base.rate is derived",
        "the facts that its rule reads",
    ),
    "finding as a bare word": ("findings:\n  base.legal: met", 2, "base.legal", "keys and values", "met"),
    "finding as a number": ("findings:\n  base.legal: 1", 2, "base.legal", "keys and values"),
    "finding as a list": ("findings:\n  base.legal: [met]", 2, "base.legal", "keys and values"),
    "nothing under an element": ("findings:\n  base.legal:", 2, "base.legal", "missing"),
    "no finding": ("findings:\n  base.legal: {proof: measured}", 2, "base.legal", "“finding” is missing"),
    "unknown finding": (
        "findings:\n  base.legal:\n    finding: yes",
        3,
        "base.legal",
        "yes",
        "met, unmet, unknown, not_applicable",
    ),
    "finding as true": ("findings:\n  base.legal: {finding: true}", 2, "base.legal", "must be text"),
    "unknown proof": (
        "findings:\n  base.legal:\n    finding: met\n    proof: certain",
        4,
        "base.legal",
        "certain",
        "declared, documented, measured",
    ),
    "not applicable without a reason": (
        "findings:\n  base.legal:\n    proof: measured\n    finding: not_applicable",
        4,
        "base.legal",
        "needs a written reason",
    ),
    "not applicable with an empty reason": (
        'findings:\n  base.legal:\n    finding: not_applicable\n    reason: " "',
        4,
        "base.legal",
        "“reason” is empty",
    ),
    "unknown key of a finding": (
        "findings:\n  base.legal:\n    finding: met\n    prof: measured",
        4,
        "base.legal",
        "“prof” is not known",
        "proof",
    ),
    "findings as a list": ("pack: small\nfindings: [base.legal]", 2, "“findings” must be keys and values"),
    # maturity
    "maturity as a number": ("maturity: 2", 1, "“maturity” must be keys and values"),
    "maturity as true": ("maturity: {level: true}", 1, "maturity", "“level” must be a whole number"),
    "maturity of 2.5": ("maturity: {level: 2.5}", 1, "maturity", "a whole number", "2.5"),
    "maturity as text": ('maturity: {level: "2"}', 1, "maturity", "a whole number"),
    "maturity of 6": ("maturity:\n  level: 6", 2, "maturity", "between 0 and 5, not 6"),
    "negative maturity": ("maturity:\n  level: -1", 2, "maturity", "between 0 and 5, not -1"),
    "unknown proof of maturity": ("maturity:\n  level: 2\n  proof: sure", 3, "maturity", "sure"),
    "unknown key of maturity": ("maturity:\n  grade: 2", 2, "maturity", "“grade” is not known"),
    # scenes
    "scenes of no level": ("scenes:\n  count:\n    basics: 6", 3, "no level basics", "basic"),
    "negative scenes": ("scenes:\n  count:\n    basic: -1", 3, "cannot be negative", "-1"),
    "half a scene": ("scenes:\n  count:\n    basic: 1.5", 3, "“basic” must be a whole number", "1.5"),
    "scenes as text": ("scenes:\n  count:\n    basic: six", 3, "“basic” must be a whole number", "six"),
    "scenes as true": ("scenes:\n  count:\n    basic: true", 3, "“basic” must be a whole number"),
    "count as a number": ("scenes:\n  count: 6", 2, "“count” must be keys and values"),
    "scenes without count": ("scenes:\n  basic: 6", 2, "“basic” is not known", "count"),
    "unknown proof of scenes": ("scenes:\n  count: {basic: 6}\n  proof: sure", 3, "scenes", "sure"),
    # facts
    "unknown field": ("facts:\n  rates: {value: 1}", 2, "no field rates", "rate"),
    "the house's own field": ("facts:\n  maturity_level: {value: 2}", 2, "no field maturity_level"),
    "fact as a bare value": ("facts:\n  rate: 60.1", 2, "“rate” must be keys and values", "60.1"),
    "number as text": ('facts:\n  rate:\n    value: "60.1"', 3, "rate", "must be a number", "60.1"),
    "number as true": ("facts:\n  rate:\n    value: true", 3, "rate", "must be a number"),
    "number as a date": ("facts:\n  rate:\n    value: 2026-01-01", 3, "rate", "must be a number"),
    "date as text": ('facts:\n  founded:\n    value: "2026-01-01"', 3, "founded", "must be a date such as"),
    "date as a year": ("facts:\n  founded:\n    value: 2001", 3, "founded", "must be a date such as"),
    "date that does not exist": ("facts:\n  founded:\n    value: 2026-02-30", 3, "2026-02-30"),
    "code as a number": ("facts:\n  region:\n    value: 11", 3, "region", "a code in quotes"),
    "code outside the list": ('facts:\n  region:\n    value: "13"', 3, "“13” is not a code of region", "11, 12"),
    "yes or no as a word": ("facts:\n  listed:\n    value: yes", 3, "listed", "true or false"),
    "yes or no as 1": ("facts:\n  listed:\n    value: 1", 3, "listed", "true or false"),
    "value as a list": ("facts:\n  rate:\n    value: [60.1]", 3, "rate", "must be a number", "a list"),
    "unknown key of a fact": ("facts:\n  rate:\n    vale: 60.1", 3, "rate", "“vale” is not known", "value"),
    # waivers
    "waiver of a must": ("waivers:\n  base.legal: agreed", 2, "base.legal is a must", "base.honest, basic.coverage"),
    "waiver of nothing": ("waivers:\n  base.honst: agreed", 2, "no element base.honst", "base.honest"),
    "waiver without a reason": ("waivers:\n  base.honest:", 2, "base.honest", "missing"),
    "waiver with an empty reason": ('waivers:\n  base.honest: ""', 2, "“base.honest” is empty"),
    "waiver as true": ("waivers:\n  base.honest: true", 2, "“base.honest” must be text"),
    "waivers as a list": ("waivers: [base.honest]", 1, "“waivers” must be keys and values"),
    # the file
    "unknown key": ("pack: small\nfinding: {}", 2, "“finding” is not known", "findings"),
    "key twice": ("findings: {}\nfindings: {}", 2, "the key “findings” twice"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_case_is_refused_with_its_line_and_what_would_be_right(program: Program, name: str) -> None:
    said, line, *words = REFUSALS[name]
    refusal = refused(program, said)
    assert not isinstance(refusal, ManyProblems)
    assert str(refusal).startswith(f"case.yaml:{line}: ")
    for word in words:
        assert word in str(refusal)


@pytest.mark.parametrize(
    ("said", "lines"),
    [
        (
            """\
            findings:
              base.legl: {finding: met}
              base.honest: {finding: yes}
              basic.coverage: {finding: met}
            maturity: {level: 6}
            scenes: {count: {basics: 1}}
            waivers: {base.legal: agreed}
            facts: {rates: {value: 1}}
            colour: red
            """,
            [2, 3, 4, 5, 6, 7, 8, 9],
        ),
        (
            """\
            facts:
              rate: {value: many}
              listed: {value: 1}
              founded: {value: 2020-01-01}
              nothing: {value: 1}
            """,
            [2, 3, 5],
        ),
        (
            """\
            scenes:
              count:
                basics: 1
                basic: -1
                advanced: 1.5
            """,
            [3, 4, 5],
        ),
        (
            """\
            waivers:
              base.legal: agreed
              base.honest: agreed
              base.other: agreed
            """,
            [2, 4],
        ),
        (
            """\
            colour: red
            findings: {}
            smell: sweet
            """,
            [1, 3],
        ),
        (
            """\
            findings: [base.legal]
            maturity: 2
            scenes: 6
            waivers: base.honest
            facts: 60.1
            """,
            [1, 2, 3, 4, 5],
        ),
    ],
    ids=["one of each section", "facts", "scenes", "waivers", "keys", "sections"],
)
def test_all_that_is_wrong_is_listed_at_once(program: Program, said: str, lines: list[int]) -> None:
    refusal = refused(program, said)
    assert isinstance(refusal, ManyProblems)
    assert sorted(int(one.split(":")[1]) for one in str(refusal).splitlines()) == lines
    assert len(refusal.problems) == len(lines)


def test_a_waiver_of_a_must_says_that_a_pack_without_any_should_has_none() -> None:
    assert "(here: –)" in str(refused(small_program(element("a")), "waivers: {a: agreed}"))


def test_the_coverage_of_excellence_can_be_waived_in_the_national_conditions_and_no_other() -> None:
    national = prepare(load_pack("national-2024"), AS_OF)
    case = case_of(national, "waivers: {excellence.coverage: agreed in writing}")
    assert case.waivers == {"excellence.coverage": "agreed in writing"}
    assert national.waivable == {"excellence.coverage"}
    assert "is a must and cannot be waived" in str(refused(national, "waivers: {advanced.coverage: agreed}"))


def test_an_element_whose_rule_reads_found_among_other_things_can_be_stated() -> None:
    program = small_program(element("a", "found and rate >= 60.1"), fields=[field("rate", "number")])
    assert case_of(program, "findings: {a: {finding: met}}").findings == {"a": Claim("met")}
