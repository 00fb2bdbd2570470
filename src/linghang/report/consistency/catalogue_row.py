"""One row of the catalogue of consistency checks, and small words that its functions share."""

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from linghang.report.consistency.facts import Facts
from linghang.report.remarks import Check, Severity, Source, Spot
from linghang.words import Text

MOST_NAMED = 8


@dataclass(frozen=True, slots=True)
class Flaw:
    """What one look found: where, what it says, and the other places that it does not fit."""

    spot: Spot
    message: Text
    others: tuple[Spot, ...] = ()
    mend: Text | None = None


class CannotTell(Exception):
    """Something that a check needs is not there; found out only while it looks.

    Parameters
    ----------
    what
        What would have to be supplied.
    """

    def __init__(self, *what: Text) -> None:
        super().__init__(*what)
        self.what = what


Look = Callable[[Facts], Iterable[Flaw]]


@dataclass(frozen=True, slots=True)
class Row:
    """A check with what it needs and its function.

    Attributes
    ----------
    needs
        What has to be there (`Facts.has`); where it is not, the check says so and is not made.
    look
        Facts -> everything that does not fit; nothing where all fits. It may raise `CannotTell`.
    """

    check: Check
    needs: tuple[str, ...]
    look: Look


def row(
    code: str,
    severity: Severity,
    title: tuple[str, str],
    mend: tuple[str, str],
    needs: str,
    look: Look,
    source: str = "platform",
) -> Row:
    """Write a row of the catalogue: titles and mends as (中文, English), needs separated by spaces."""
    return Row(Check(code, severity, Text(*title), Text(*mend), source), tuple(needs.split()), look)


def at(source: Source, where: object, quote: object = "") -> Spot:
    """A place of a source, with what stands there."""
    return Spot(source, str(where), "" if quote is None else str(quote))


def record(table: str, key: object, column: str = "", quote: object = "") -> Spot:
    """A row of the records, and the column that is meant."""
    where = f"{table}/{key}" + (f".{column}" if column else "")
    return at("records", where, quote)


def plain(name: object) -> str:
    """A name without blanks, full-width forms and case: as two people write the same name."""
    return "".join(unicodedata.normalize("NFKC", str(name)).split()).casefold()


def few(names: Sequence[object]) -> Text:
    """Name some of many."""
    shown = [one if isinstance(one, Text) else Text(str(one), str(one)) for one in names[:MOST_NAMED]]
    rest = len(names) - len(shown)
    zh, en = "、".join(one.zh for one in shown), ", ".join(one.en for one in shown)
    return Text(f"{zh} 等{len(names)}项", f"{en} and {rest} more") if rest else Text(zh, en)


def flaw(spot: Spot, zh: str, en: str, *others: Spot) -> Flaw:
    """A flaw with its message in both languages."""
    return Flaw(spot, Text(zh, en), others)


def both(said: Text | str) -> Text:
    """What the plant stated in one language or in both, as a text of both."""
    return said if isinstance(said, Text) else Text(said, said)


def figure(value: Any, digits: int = 1) -> str:
    """Write a number with so many decimals at most, no zeros at its end, thousands apart."""
    rounded = round(Decimal(str(value)), digits)
    said = f"{rounded:,f}"
    return said.rstrip("0").rstrip(".") if "." in said else said


def each(*looks: Iterable[Flaw]) -> Iterator[Flaw]:
    """All flaws of several looks."""
    for one in looks:
        yield from one
