"""The rule language as it is written: which text gives which tree, and which text is refused with which words."""

from contextlib import suppress
from datetime import date
from decimal import Decimal
from time import thread_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linghang.conditions.rule_parser import MAX_DEPTH, MAX_LENGTH, MAX_NODES, parse
from linghang.conditions.rules import (
    All,
    Among,
    Any,
    AtLeast,
    Compare,
    Covers,
    Literally,
    Lookup,
    MonthsBefore,
    Name,
    Node,
    Not,
    Share,
    names,
    walk,
    written,
)
from linghang.errors import BadInput

A, B, C = Name("a"), Name("b"), Name("c")
SECONDS = 5.0  # of this thread

TREES = {
    # names and literals
    "found": Name("found"),
    "  found\n": Name("found"),
    "base.no-major-incident": Name("base.no-major-incident"),
    "scenes_basic": Name("scenes_basic"),
    "interpretation.enough": Name("interpretation.enough"),
    "true": Literally(True),
    "false": Literally(False),
    "(found)": Name("found"),
    "orchard": Name("orchard"),
    "not_a": Name("not_a"),
    # comparisons
    "a >= 2": Compare(A, ">=", Literally(Decimal(2))),
    "a>2": Compare(A, ">", Literally(Decimal(2))),
    "a <= 60.1": Compare(A, "<=", Literally(Decimal("60.1"))),
    "a<-0.5": Compare(A, "<", Literally(Decimal("-0.5"))),
    "a == 'C36'": Compare(A, "==", Literally("C36")),
    "a != '甲'": Compare(A, "!=", Literally("甲")),
    "a == '2026-06-30'": Compare(A, "==", Literally("2026-06-30")),
    "a >= 2026-06-30": Compare(A, ">=", Literally(date(2026, 6, 30))),
    "a >= b": Compare(A, ">=", B),
    "a <= as_of": Compare(A, "<=", Name("as_of")),
    "a >= months_before(as_of, 36)": Compare(A, ">=", MonthsBefore(36)),
    "a <= lookup(limit, b, c)": Compare(A, "<=", Lookup("limit", ("b", "c"))),
    "share(a, b) >= 0.6": Compare(Share((A, B)), ">=", Literally(Decimal("0.6"))),
    # the field is put first
    "2 <= a": Compare(A, ">=", Literally(Decimal(2))),
    "2 < a": Compare(A, ">", Literally(Decimal(2))),
    "2 >= a": Compare(A, "<=", Literally(Decimal(2))),
    "2 > a": Compare(A, "<", Literally(Decimal(2))),
    "'C36' == a": Compare(A, "==", Literally("C36")),
    "'C36' != a": Compare(A, "!=", Literally("C36")),
    "lookup(limit, b) > a": Compare(A, "<", Lookup("limit", ("b",))),
    "months_before(as_of, 1) <= a": Compare(A, ">=", MonthsBefore(1)),
    "as_of > a": Compare(A, "<", Name("as_of")),
    "interpretation.enough <= a": Compare(A, ">=", Name("interpretation.enough")),
    # codes
    "a in ['C36']": Among(A, ("C36",)),
    "a in ['C36', 'C37']": Among(A, ("C36", "C37")),
    "a not in ['C36', 'C37']": Not(Among(A, ("C36", "C37"))),
    # joining: or binds weakest, then and, then not
    "a and b": All((A, B)),
    "a and b and c": All((A, B, C)),
    "a or b or c": Any((A, B, C)),
    "a or b and c": Any((A, All((B, C)))),
    "a and b or c": Any((All((A, B)), C)),
    "(a or b) and c": All((Any((A, B)), C)),
    "not a": Not(A),
    "not not a": Not(Not(A)),
    "not a and b": All((Not(A), B)),
    "not a or b": Any((Not(A), B)),
    "not (a and b)": Not(All((A, B))),
    "a and not b": All((A, Not(B))),
    "not a >= 2": Not(Compare(A, ">=", Literally(Decimal(2)))),
    "not a in ['x']": Not(Among(A, ("x",))),
    "a and b >= 2 or c in ['x']": Any((All((A, Compare(B, ">=", Literally(Decimal(2))))), Among(C, ("x",)))),
    "a and (b and c)": All((A, All((B, C)))),
    # counting
    "at_least(2, a, b, c)": AtLeast(2, (A, B, C)),
    "at_least(1, a or b, not c)": AtLeast(1, (Any((A, B)), Not(C))),
    "covers(making)": Covers(("making",)),
    "covers(making, selling)": Covers(("making", "selling")),
    # the names of functions are plain names where nothing is called
    "share": Name("share"),
    "covers and found": All((Name("covers"), Name("found"))),
}


@pytest.mark.parametrize(("rule", "tree"), TREES.items(), ids=TREES)
def test_a_rule_parses_to_its_tree(rule: str, tree: Node) -> None:
    assert parse(rule) == tree


def test_a_finding_that_is_fixed_is_not_a_number() -> None:
    assert [type(node.value) for node in walk(parse("true and a >= 1")) if isinstance(node, Literally)] == [
        bool,
        Decimal,
    ]


REFUSED = {
    # empty
    "": "a name, a value or “(” was expected instead of “the end”",
    " \n ": "a name, a value or “(” was expected instead of “the end”",
    # unexpected tokens
    "a b": "“b” was not expected here",
    "a)": "“)” was not expected here",
    "a >= 1 >= 2": "“>=” was not expected here",
    "a = 1": "“= 1” was not expected here",
    "a >= 60,5": "“,” was not expected here",
    "a >= 1.": "“1.” was not expected here",
    "a >= 1e3": "“1e3” was not expected here",
    "a >= 50%": "“%” was not expected here",
    "a + b": "“+ b” was not expected here",
    "a; b": "“; b” was not expected here",
    "a && b": "“&& b” was not expected here",
    "成熟度 >= 2": "“成熟度 >= 2” was not expected here",
    "a >= ２": "“２” was not expected here",
    "a == 'C36": "“'C36” was not expected here",
    "a == 'C\n36'": "“'C\n36'” was not expected here",
    'a == "C36"': '“"C36"” was not expected here',
    "__import__('os')": "there is no function __import__; known are at_least, share, lookup",
    "a.b.": "“.” was not expected here",
    "2026-06-301": "“1” was not expected here",
    "a >= 2026-02-30": "2026-02-30 is not a date of the calendar",
    # what is missing
    "a and": "a name, a value or “(” was expected instead of “the end”",
    "and a": "a name, a value or “(” was expected instead of “and”",
    "not": "a name, a value or “(” was expected instead of “the end”",
    "a or or b": "a name, a value or “(” was expected instead of “or”",
    "a >=": "a name, a value or “(” was expected instead of “the end”",
    ">= 2": "a name, a value or “(” was expected instead of “>=”",
    "()": "a name, a value or “(” was expected instead of “)”",
    "(a": "“)” was expected instead of “the end”",
    "((a)": "“)” was expected instead of “the end”",
    "(a b)": "“)” was expected instead of “b”",
    "[a]": "a name, a value or “(” was expected instead of “[”",
    "a not b": "“in” was expected instead of “b”",
    "a in 'C36'": "“[” was expected instead of “'C36'”",
    "a in []": "a code in single quotes was expected instead of “]”",
    "a in ['C36'": "“]” was expected instead of “the end”",
    "a in ['C36',": "a code in single quotes was expected instead of “",
    "a in [36]": "a code in single quotes was expected instead of “36”",
    "a in ['C36' 'C37']": "“]” was expected instead of “'C37'”",
    # keywords are no names
    "in": "a name, a value or “(” was expected instead of “in”",
    "a and in": "a name, a value or “(” was expected instead of “in”",
    "covers(or)": "a name was expected instead of “or”",
    "lookup(limit, true)": "a name was expected instead of “true”",
    # functions
    "shares(a) >= 0.5": "there is no function shares; did you mean share?",
    "atleast(1, a)": "there is no function atleast; did you mean at_least?",
    "eval(a)": "there is no function eval",
    "a(b)": "there is no function a",
    "at_least(a, b)": "a whole number was expected instead of “a”",
    "at_least(1.5, a)": "a whole number was expected instead of “1.5”",
    "at_least(-1, a)": "a whole number was expected instead of “-1”",
    "at_least()": "a whole number was expected instead of “)”",
    "at_least(1)": "“,” was expected instead of “)”",
    "at_least(1,)": "a name, a value or “(” was expected instead of “)”",
    "at_least(1, a": "“)” was expected instead of “the end”",
    "share() >= 0.5": "a name, a value or “(” was expected instead of “)”",
    "share(a": "“)” was expected instead of “the end”",
    "lookup()": "a name was expected instead of “)”",
    "lookup('limit', a)": "a name was expected instead of “'limit'”",
    "covers()": "a name was expected instead of “)”",
    "covers(making": "“)” was expected instead of “the end”",
    "covers(not making)": "a name was expected instead of “not”",
    "months_before(a, 3)": "months_before takes as_of and a number of months",
    "months_before(as_of)": "“,” was expected instead of “)”",
    "months_before(as_of, -3)": "a whole number was expected instead of “-3”",
    "months_before(as_of, 3": "“)” was expected instead of “the end”",
}


@pytest.mark.parametrize(("rule", "said"), REFUSED.items(), ids=[rule or "nothing" for rule in REFUSED])
def test_what_is_no_rule_is_refused_in_words(rule: str, said: str) -> None:
    with pytest.raises(BadInput) as refusal:
        parse(rule)
    assert said in str(refusal.value)
    assert f"the rule “{rule}” does not parse" in str(refusal.value)


def test_a_rule_has_a_length() -> None:
    assert parse("a" + " " * (MAX_LENGTH - 1)) == A
    with pytest.raises(BadInput, match=f"the rule is longer than {MAX_LENGTH} characters"):
        parse("a" + " " * MAX_LENGTH)


@pytest.mark.parametrize(
    ("before", "after"),
    [("(", ")"), ("not ", ""), ("not (", ")"), ("at_least(1, ", ")"), ("share(", ")")],
    ids=["brackets", "not", "not and brackets", "at_least", "share"],
)
def test_a_rule_has_a_depth(before: str, after: str) -> None:
    deepens = 2 if before == "not (" else 1
    deep = (MAX_DEPTH - 1) // deepens
    parse(before * deep + "a" + after * deep)
    with pytest.raises(BadInput, match=f"it is nested deeper than {MAX_DEPTH}"):
        parse(before * (deep + 1) + "a" + after * (deep + 1))


def test_depth_is_counted_per_branch() -> None:
    branch = "(" * 20 + "a" + ")" * 20
    assert parse(f"{branch} and not not not {branch} and {branch}") == All((A, Not(Not(Not(A))), A))


def test_a_rule_has_a_number_of_parts() -> None:
    assert len(list(walk(parse(" or ".join(["a"] * (MAX_NODES - 1)))))) == MAX_NODES
    with pytest.raises(BadInput, match=f"it has more than {MAX_NODES} parts"):
        parse(" or ".join(["a"] * MAX_NODES))


@pytest.mark.parametrize(
    "rule",
    [
        "(" * 2000,
        "not " * 500,
        "a or " * 400,
        "(a and " * 280,
        "'" * 2000,
        "-" * 2000,
        "1" * 1999 + ".",
        "a." * 1000,
        "at_least(1," * 180,
        "covers(" + "a," * 990,
        "a in [" + "'x'," * 490,
        "a" * 100_000_000,
    ],
    ids=lambda rule: rule[:12],
)
def test_a_hostile_rule_is_refused_at_once(rule: str) -> None:
    started = thread_time()
    with pytest.raises(BadInput):
        parse(rule)
    assert thread_time() - started < SECONDS


def test_what_a_rule_reads() -> None:
    rule = "found and (a >= interpretation.enough or share(b, not c) > 0.5) and d < lookup(limit, e, f) and g in ['x']"
    assert names(parse(rule)) == {"found", "a", "interpretation.enough", "b", "c", "d", "e", "f", "g"}
    assert names(parse("covers(making)")) == set()
    assert names(parse("at_least(1, a >= months_before(as_of, 3), b <= as_of)")) == {"a", "b", "as_of"}


NAMES = st.sampled_from(["a", "b.c", "found", "as_of", "interpretation.x", "at_least", "share", "covers", "lookup"])
WORDS = st.sampled_from(["and", "or", "not", "in", "true", "at_least(1,", "share(", "covers(", "months_before(as_of,"])
MARKS = st.sampled_from(["(", ")", "[", "]", ",", ">=", "<", "==", "'", ".", "智", "\0"])
VALUES = st.sampled_from(["1", "0.5", "-3", "2026-06-30", "2026-02-30", "'x'"])
WORDISH = st.lists(NAMES | WORDS | MARKS | VALUES, max_size=60).map(" ".join)


@settings(max_examples=800, deadline=SECONDS * 1000)
@given(WORDISH | st.text(max_size=80))
def test_any_text_is_a_rule_or_is_refused(text: str) -> None:
    with suppress(BadInput):
        assert 1 <= len(list(walk(parse(text)))) <= MAX_NODES


FIELDS = st.sampled_from(["a", "b.c-d", "scenes_basic"]).map(Name)
NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=9).map(
    Literally
)
CODES = st.text(st.characters(exclude_characters="'\n", exclude_categories=["Cs"]), max_size=5)
DATES = st.dates(date(1000, 1, 1)).map(Literally)
LEAVES = st.one_of(
    st.just(Name("found")),
    FIELDS,
    st.booleans().map(Literally),
    st.builds(Compare, FIELDS, st.sampled_from([">=", ">", "<=", "<", "==", "!="]), NUMBERS | DATES | FIELDS),
    st.builds(Compare, FIELDS, st.sampled_from(["==", "!="]), CODES.map(Literally)),
    st.builds(Among, FIELDS, st.lists(CODES, min_size=1, max_size=3).map(tuple)),
    st.builds(Compare, FIELDS, st.just("<="), st.just(Lookup("limit", ("a", "b")))),
    st.builds(Compare, FIELDS, st.just(">="), st.integers(0, 99).map(MonthsBefore)),
)


def _above(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    some = st.lists(inner, min_size=1, max_size=3).map(tuple)
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        st.builds(All, several),
        st.builds(Any, several),
        st.builds(Not, inner),
        st.builds(AtLeast, st.integers(0, 3), some),
        st.builds(Compare, st.builds(Share, some), st.just(">="), NUMBERS),
    )


@settings(max_examples=300, deadline=None)
@given(st.recursive(LEAVES, _above, max_leaves=8))
def test_what_is_written_down_parses_to_the_same_tree(node: Node) -> None:
    assert parse(written(node)) == node


@pytest.mark.parametrize("rule", [rule for rule in TREES if rule.isascii()])
def test_writing_down_a_parsed_rule_loses_nothing(rule: str) -> None:
    assert parse(written(parse(rule))) == parse(rule)


def test_a_very_small_number_is_written_without_an_exponent() -> None:
    rule = "a >= 0.0000001"
    assert written(parse(rule)) == rule
