"""Templates of strangers: a small part of Jinja, which can neither reach the machine nor run on and on.

Allowed are values, conditions, loops over what is there, comparisons, and a few filters that make nothing larger.
Calls, assignments, macros, imports and arithmetic beyond + and - are refused where the template is read. Every loop
draws on one budget of rounds, so loops in loops end. A name that is not there is an error, never an empty place.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from jinja2 import StrictUndefined, TemplateSyntaxError, UndefinedError, nodes
from jinja2.exceptions import SecurityError, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup, escape

from linghang.errors import BadInput, Place, nearest
from linghang.words import later, tr

MAX_ROUNDS = 200_000
"""Rounds of all loops of one template together; the largest report of a factory takes about a tenth."""
FILTERS = ("default", "d", "join", "length", "count", "upper", "lower", "trim", "first", "last", "e", "escape", "sort")
TESTS = ("defined", "undefined", "none", "even", "odd", "string", "number", "in", "eq", "ne", "lt", "gt", "le", "ge")
_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.For, nodes.If, nodes.Name, nodes.Getattr, nodes.Getitem,
    nodes.Const, nodes.Filter, nodes.Test, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not,
    nodes.CondExpr, nodes.Concat, nodes.Add, nodes.Sub, nodes.List, nodes.Tuple, nodes.Keyword,
)  # fmt: skip
_REFUSED = {
    "Call": later("a call"),
    "Assign": later("an assignment"),
    "AssignBlock": later("an assignment"),
    "Mul": later("arithmetic beyond + and -"),
    "Div": later("arithmetic beyond + and -"),
    "FloorDiv": later("arithmetic beyond + and -"),
    "Mod": later("arithmetic beyond + and -"),
    "Pow": later("arithmetic beyond + and -"),
    "Macro": later("a macro"),
    "CallBlock": later("a macro"),
    "Include": later("another file"),
    "Import": later("another file"),
    "FromImport": later("another file"),
    "Extends": later("another file"),
}
_OTHER_TAG = later("this kind of tag")
_TAG = re.compile(r"\{[{%#].*?[}%#]\}", re.DOTALL)
_XML = re.compile(r"<[^>]+>")


class TagEnvironment(ImmutableSandboxedEnvironment):
    """The part of Jinja that templates of reports may use."""

    def __init__(self) -> None:
        super().__init__(autoescape=True, undefined=StrictUndefined, finalize=_written, cache_size=0)
        self.rounds = 0
        self.globals.clear()
        self.filters = {name: self.filters[name] for name in FILTERS} | {"_counted": self._counted}
        self.tests = {name: self.tests[name] for name in TESTS}

    def _counted(self, values: Iterable[Any]) -> Iterator[Any]:
        for value in values:
            self.rounds += 1
            if self.rounds > MAX_ROUNDS:
                raise SecurityError(tr("its loops take more than {most} rounds", most=f"{MAX_ROUNDS:,}"))
            yield value

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for node in tree.find_all(nodes.Node):
            if not isinstance(node, _ALLOWED):
                what = tr(_REFUSED.get(type(node).__name__, _OTHER_TAG))
                raise TemplateSyntaxError(tr("{what} is not allowed in a template", what=what), node.lineno)
        for loop in tree.find_all(nodes.For):
            if loop.recursive:
                what = tr(later("a recursive loop"))
                raise TemplateSyntaxError(tr("{what} is not allowed in a template", what=what), loop.lineno)
            counted = nodes.Filter(loop.iter, "_counted", [], [], None, None, lineno=loop.lineno)
            loop.iter = counted
        return tree


def rendered(source: str, values: dict[str, Any], environment: TagEnvironment, file: str) -> str:
    """Fill in a template; `source` has one paragraph a line.

    Raises
    ------
    BadInput
        For a tag that is broken, not allowed, or names what is not there: with the tag and the text around it.
    """
    try:
        return environment.from_string(source).render(values)
    except UndefinedError as error:
        line = _line_of(error)
        name = _missing_name(str(error))
        raise BadInput(
            "the template names {name}, which is not there ({near}): {tag}",
            Place(file),
            name=name,
            near=nearest(name, sorted(map(str, values))),
            tag=_around(source, line),
        ) from None
    except (TemplateError, RecursionError, TypeError, ValueError, KeyError, AttributeError) as error:
        line = error.lineno if isinstance(error, TemplateSyntaxError) else _line_of(error)
        raise BadInput(
            "the template has a tag that cannot be used ({reason}): {tag}",
            Place(file),
            reason=str(error),
            tag=_around(source, line),
        ) from None


def _written(value: Any) -> Any:
    """Write a value into a run of Word: escaped, ends of lines as breaks."""
    if value is None:
        return ""
    if isinstance(value, str) and not isinstance(value, Markup):
        said = str(escape(value)).replace("\t", "    ")
        return Markup(said.replace("\n", '</w:t><w:br/><w:t xml:space="preserve">'))
    return value


def _line_of(error: BaseException) -> int | None:
    line, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def _around(source: str, line: int | None) -> str:
    """Return the paragraph of a line as a person sees it, and the tags in it."""
    if line is None:
        return "?"
    lines = source.split("\n")
    shown = lines[min(line, len(lines)) - 1] if lines else ""
    text = " ".join(_XML.sub(" ", shown).split())
    tags = " ".join(_TAG.findall(text))
    return (text or tags)[:200]


def _missing_name(message: str) -> str:
    found = re.findall(r"'([^']+)'", message)
    return found[-1] if found else message
