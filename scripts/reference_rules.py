"""The reference page of the rule language: its parts, its logic, what it refuses, the rules in use."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import get_args

from linghang.conditions import rule_parser, rule_types, rules
from linghang.conditions.checks import fields_of, scope_of
from linghang.conditions.model import Pack
from linghang.errors import BadInput
from linghang.judge import findings
from linghang.usecases.packs import list_packs, load
from pages import MADE, code, table

WRITTEN = {
    rules.Name: "maturity_level",
    rules.Literally: "true",
    rules.Compare: "maturity_level >= 2",
    rules.Among: "industry in ['C36', 'C37']",
    rules.All: "found and maturity_level >= 2",
    rules.Any: "found or maturity_level >= 2",
    rules.Not: "not found",
    rules.AtLeast: "at_least(2, line.a, line.b, line.c)",
    rules.Share: "share(line.a, line.b, line.c) >= 0.5",
    rules.Lookup: "energy_per_tonne <= lookup(energy_limit, industry)",
    rules.MonthsBefore: "audited_on >= months_before(as_of, 12)",
    rules.Covers: "covers(production, operations)",
}
REFUSED = (
    "maturity_level",
    "maturity_levl >= 2",
    "maturity_level >= '2'",
    "industry > 'C36'",
    "2 >= 1",
    "found == true",
    "share(line.a, line.b) >= 0",
    "at_least(3, line.a, line.b)",
    "covers(logistic)",
    "maturity_level >= 2 +",
    "sum(line.a, line.b)",
)
SMALL = rule_types.Scope(
    fields={"maturity_level": "number", "industry": "code", "energy_per_tonne": "number", "audited_on": "date"},
    elements=frozenset({"line.a", "line.b", "line.c"}),
    interpretations={"floor_area": "number"},
    tables={"energy_limit": ("industry",)},
    links=frozenset({"production", "operations"}),
)


def rules_page() -> str:
    """The rule language: its parts, its logic, what is refused, and the rules in use."""
    parts = [
        MADE.format(source="src/linghang/conditions/rules.py and the packs"),
        "# Rule language\n",
        (rules.__doc__ or "").strip(),
        "\nThe idea behind it: [rules](../concepts/rules.md).\n\n## Parts of a rule\n",
        table(("part", "written for example", "meaning"), _parts()),
        "## Names that every pack has\n",
        "A pack may declare more under `fields`, of type number, date, code or yes_no.\n",
        _house_fields(),
        "## Logic\n",
        "`n/a` is not applicable: it is left out, and a whole of nothing but `n/a` is `n/a`.\n",
        _truth("and", findings.conjunction),
        _truth("or", findings.disjunction),
        table(("", *_SHORT.values()), [("**not**", *(_SHORT[findings.negation(one)] for one in findings.FINDINGS))]),
        "## Limits\n",
        table(
            ("limit", "value"),
            (
                ("characters of a rule", rule_parser.MAX_LENGTH),
                ("depth", rule_parser.MAX_DEPTH),
                ("parts", rule_parser.MAX_NODES),
            ),
        ),
        "## What is refused\n",
        "Each line is a rule and the refusal that it gets, in a small pack with the fields",
        f"{', '.join(map(code, sorted(SMALL.fields)))}",
        f"and the elements {', '.join(map(code, sorted(SMALL.elements)))}.\n",
        table(("rule", "refusal"), ((code(one), _refusal(one)) for one in REFUSED)),
        "## Rules in use\n",
        table(("rule", "elements that have it, by pack"), _in_use()),
    ]
    return "\n".join(parts)


_SHORT = {"met": "met", "unmet": "unmet", "unknown": "unknown", "not_applicable": "n/a"}


def _parts() -> Iterator[tuple[str, str, str]]:
    kinds = get_args(rules.Node)
    assert set(kinds) == set(WRITTEN), "a part of the rule language has no example here"
    for kind in kinds:
        node = rule_parser.parse(WRITTEN[kind])
        assert any(isinstance(one, kind) for one in rules.walk(node)), f"{WRITTEN[kind]} is no example of {kind}"
        yield kind.__name__, code(WRITTEN[kind]), " ".join((kind.__doc__ or "").split())


def _house_fields() -> str:
    pack = load("national-2024")
    assert isinstance(pack, Pack)
    own = {field.id for field in pack.fields}
    return table(
        ("name", "type", "zh", "en"),
        ((code(one.id), one.type, *one.text) for one in fields_of(pack) if one.id not in own),
    )


def _truth(word: str, join: Callable[[list[findings.Finding]], findings.Finding]) -> str:
    rows = [
        (f"**{_SHORT[left]}**", *(_SHORT[join([left, right])] for right in findings.FINDINGS))
        for left in findings.FINDINGS
    ]
    return table((word, *_SHORT.values()), rows)


def _refusal(rule: str) -> str:
    try:
        rule_types.check(rule_parser.parse(rule), SMALL)
    except BadInput as error:
        return str(error)
    raise AssertionError(f"{rule} is not refused")


def _in_use() -> Iterator[tuple[str, str]]:
    used: dict[str, Counter[str]] = {}
    for one in list_packs():
        if isinstance(pack := load(one.id), Pack):
            for rule in (rule for element in pack.elements for rule in element.rules):
                rule_types.check(rule.node, scope_of(pack))
                used.setdefault(rule.source, Counter())[pack.id] += 1
    for rule in sorted(used):
        yield code(rule), ", ".join(f"{pack}: {count}" for pack, count in used[rule].items())
