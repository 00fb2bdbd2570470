"""Compute the 20 indicators from a plant's tables."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction
from typing import Literal

from linghang.errors import BadInput
from linghang.kpi.factors import Confidence
from linghang.kpi.formulas import Case, Measured
from linghang.kpi.indicators import RULES
from linghang.kpi.period import Period
from linghang.kpi.rule import IndicatorRule
from linghang.kpi.settings import given
from linghang.kpi.spans import Expr, Spans
from linghang.kpi.sums import ROWS, Figures, NotApplicableFigure, Row, Source, UnknownFigure
from linghang.words import Text

State = Literal["known", "unknown", "not_applicable"]
INEXACT_DIGITS = 9
"""Significant digits of a value that binary numbers went into: their sums differ beyond with the order of adding."""
EXACT_DIGITS = 28
"""Significant digits of an exact value that has no finite decimal, such as a third."""


@dataclass(frozen=True, slots=True)
class Lineage:
    """Where a value comes from.

    Attributes
    ----------
    tables
        Table and the number of its rows that were used, in both periods together.
    filters
        Which rows count, in both languages.
    settings
        Thresholds, codes and coefficients that were read: name and value.
    input_digest
        sha256 over the digests of the tables used, the periods, the settings, the indicator and its version.
    """

    tables: tuple[tuple[str, int], ...]
    period: Period
    baseline: Period | None
    filters: Text
    settings: tuple[tuple[str, str], ...]
    input_digest: str


@dataclass(frozen=True, slots=True)
class IndicatorValue:
    """One indicator of one plant.

    Attributes
    ----------
    value
        A state indicator's present value, a change indicator's relative change in per cent; positive is better.
    needs
        Codes of what an unknown value needs (`linghang.kpi.needs.say`).
    baseline_value, present_value
        V0 and V1 in `measured_unit`; V0 of change indicators only.
    change_absolute
        V1 - V0, or V0 - V1 where lower is better; percentage points where V is a percentage.
    change_relative
        Change in per cent of V0; None where V0 is not above zero.
    digits
        Significant digits that the values are rounded to; None where they are exact.
    """

    id: str
    number: int
    value: Decimal | None
    unit: str
    state: State
    needs: tuple[str, ...]
    baseline_value: Decimal | None
    present_value: Decimal | None
    measured_unit: str
    change_absolute: Decimal | None
    change_relative: Decimal | None
    digits: int | None
    confidence: Confidence
    lineage: Lineage


def compute(
    tables: Mapping[str, Expr],
    period: Period,
    baseline: Period | None,
    region_code: str | None,
    digests: Mapping[str, str],
    thresholds: Mapping[str, Decimal | str | bool] | None = None,
    rules: Sequence[IndicatorRule] = RULES,
) -> tuple[IndicatorValue, ...]:
    """Compute the 20 indicators, or some of them.

    Parameters
    ----------
    tables
        Name -> Ibis table of one plant's records, as `linghang.plant.tables` describes them; what is missing makes
        indicators unknown.
    period
        The present period; accounts and output need whole months.
    baseline
        What changes are measured from; None for a new plant.
    region_code
        GB/T 2260, for the grid factor.
    digests
        Table -> sha256 of its content.
    thresholds
        The interpretations of a pack, instead of our own (`linghang.kpi.settings.THRESHOLDS`).
    rules
        Which indicators.

    Returns
    -------
    tuple
        One value for each indicator, in the order of the annex.

    Raises
    ------
    BadInput
        If the periods overlap or a table that is used has no digest.
    """
    if baseline is not None and period.overlaps(baseline):
        raise BadInput("the baseline {baseline} and the period {period} overlap", baseline=baseline, period=period)
    spans = Spans(period, baseline, given(thresholds, region_code))
    found = _found(tables, spans, digests, rules)
    return tuple(_indicator(rule, tables, found, spans, digests) for rule in rules)


def compute_each(
    tables: Mapping[str, Expr],
    periods: Sequence[Period],
    region_code: str | None,
    digests: Mapping[str, str],
    thresholds: Mapping[str, Decimal | str | bool] | None = None,
    rules: Sequence[IndicatorRule] = RULES,
) -> list[tuple[IndicatorValue, ...]]:
    """Compute indicators of several periods, each for itself, as `compute` would; every source is read once for all.

    Parameters
    ----------
    periods
        They may overlap, such as the twelve months up to each month.

    Returns
    -------
    list
        For each period what `compute` returns of it without a baseline.

    Raises
    ------
    BadInput
        If a table that is used has no digest.
    """
    if not periods:
        return []
    asked = given(thresholds, region_code)
    whole = Spans(periods[0], None, asked, tuple(periods[1:]))
    found = _found(tables, whole, digests, rules)
    suffixes = [suffix for suffix, _ in whole.named()]
    values = []
    for suffix, period in whole.named():
        own = {source: _of_period(rows, suffix, suffixes) for source, rows in found.items()}
        values.append(tuple(_indicator(rule, tables, own, Spans(period, None, asked), digests) for rule in rules))
    return values


def _of_period(rows: Sequence[Row], suffix: str, suffixes: Sequence[str]) -> tuple[Row, ...]:
    """Return the rows as a reading of one period alone names their columns."""
    others = {f"_{one}" for one in suffixes if one != suffix}

    def named(row: Row) -> Row:
        kept = {name: value for name, value in row.items() if name[name.rfind("_") :] not in others}
        return {
            f"{name.removesuffix(f'_{suffix}')}_1" if name.endswith(f"_{suffix}") else name: value
            for name, value in kept.items()
        }

    return tuple(named(row) for row in rows)


def _found(
    tables: Mapping[str, Expr], spans: Spans, digests: Mapping[str, str], rules: Sequence[IndicatorRule]
) -> dict[str, tuple[Row, ...]]:
    """Read every source of the rules once; those whose tables are missing are left out."""
    sources = {source.id: source for rule in reversed(rules) for source in reversed(rule.sources)}
    for name in dict.fromkeys(name for source in sources.values() for name in source.tables):
        if name in tables and name not in digests:
            raise BadInput("table {table} has no digest", table=name)
    return {id: summed(one, tables, spans) for id, one in sources.items() if not one.missing(tables)}


def summed(source: Source, tables: Mapping[str, Expr], spans: Spans) -> tuple[Row, ...]:
    """Run the one query of a source."""
    return tuple(source.build(tables, spans).to_pyarrow().to_pylist())


def figures_of(sources: Sequence[Source], found: Mapping[str, Sequence[Row]], suffix: str) -> dict[str, Figures]:
    """Fold the rows of sources into the figures of one period."""
    return {source.id: source.fold(found[source.id], suffix) for source in sources}


def _indicator(
    rule: IndicatorRule,
    tables: Mapping[str, Expr],
    found: Mapping[str, Sequence[Row]],
    spans: Spans,
    digests: Mapping[str, str],
) -> IndicatorValue:
    missing = tuple(dict.fromkeys(need for source in rule.sources for need in source.missing(tables)))
    missing = missing or tuple(
        need for need in rule.needs if need.partition(".")[2] not in tables[need.partition(".")[0]].columns
    )
    used = tuple(dict.fromkeys(name for source in rule.sources for name in source.tables if name in tables))
    if missing:
        lineage = _lineage(rule, used, (), spans, digests)
        return _value(rule, None, None, missing, "unknown", lineage)
    both = {suffix: figures_of(rule.sources, found, suffix) for suffix, _ in spans.named()}
    lineage = _lineage(rule, used, tuple(both.values()), spans, digests)
    year = spans.present.end.year if spans.present.end.timetuple().tm_yday > 1 else spans.present.end.year - 1
    needs: list[str] = []
    values: dict[str, Measured] = {}
    inexact = False
    for suffix, period in spans.named():
        if rule.type == "state" and suffix == "0":
            continue
        other = both.get("0" if suffix == "1" else "1") if rule.type == "change" else None
        try:
            values[suffix] = rule.value(Case(both[suffix], period, other, rule.given(spans), year))
        except NotApplicableFigure:
            return _value(rule, None, None, (), "not_applicable", lineage)
        except UnknownFigure as lack:
            when = "present" if suffix == "1" else "baseline"
            needs += [_at(need, when) for need in lack.needs]
        inexact |= any(figures.inexact for figures in both[suffix].values())
    state: State = "unknown" if needs else "known"
    return _value(rule, values.get("1"), values.get("0"), tuple(needs), state, lineage, inexact)


def _value(
    rule: IndicatorRule,
    present: Measured | None,
    baseline: Measured | None,
    needs: tuple[str, ...],
    state: State,
    lineage: Lineage,
    inexact: bool = False,
) -> IndicatorValue:
    absolute = relative = None
    value = present.value if present else None
    if rule.type == "change":
        value = None
        if present and baseline:
            absolute = present.value - baseline.value
            absolute = -absolute if rule.better == "lower" else absolute
            if baseline.value > 0:
                value = relative = 100 * absolute / baseline.value
            else:
                needs, state = (*needs, f"{rule.id}#zero@baseline"), "unknown"
        elif state == "known":
            needs, state = (*needs, "baseline"), "unknown"
    digits = INEXACT_DIGITS if inexact else None
    shown = present or baseline
    return IndicatorValue(
        id=rule.id,
        number=rule.number,
        value=None if state != "known" else decimal(value, digits),
        unit=rule.unit,
        state=state,
        needs=tuple(dict.fromkeys(needs)),
        baseline_value=decimal(baseline.value, digits) if baseline else None,
        present_value=decimal(present.value, digits) if present else None,
        measured_unit=shown.unit if shown else rule.measured,
        change_absolute=decimal(absolute, digits),
        change_relative=decimal(relative, digits),
        digits=digits,
        confidence=max((rule.confidence, *(one.confidence for one in (present, baseline) if one)), key="HML".index),
        lineage=lineage,
    )


def decimal(value: Fraction | None, digits: int | None) -> Decimal | None:
    """Round to `digits` significant digits; without them give the exact decimal where there is one.

    A value without a finite decimal is rounded to 28 digits.
    """
    if value is None:
        return None
    top, bottom = Decimal(value.numerator), Decimal(value.denominator)
    if digits is None:
        rest = value.denominator
        for prime in (2, 5):
            while rest % prime == 0:
                rest //= prime
        if rest == 1:
            digits = len(str(abs(value.numerator))) + len(str(value.denominator)) * 4
    result = Context(prec=digits or EXACT_DIGITS).divide(top, bottom)
    return _plain(result)


def _plain(value: Decimal) -> Decimal:
    """Write without trailing zeros and without an exponent."""
    value = value.normalize(Context(prec=max(28, len(value.as_tuple().digits))))
    exponent = value.as_tuple().exponent
    return (
        value.quantize(Decimal(1), context=Context(prec=400)) if isinstance(exponent, int) and exponent > 0 else value
    )


def _lineage(
    rule: IndicatorRule,
    used: tuple[str, ...],
    figures: Sequence[Mapping[str, Figures]],
    spans: Spans,
    digests: Mapping[str, str],
) -> Lineage:
    rows = dict.fromkeys(used, 0)
    for of_period in figures:
        for table in used:
            counted = [one.count(f"{ROWS}{table}") for one in of_period.values()]
            rows[table] += max(counted, default=0)
    settings = tuple((name, str(value)) for name, value in rule.given(spans).items())
    periods = [str(spans.present), str(spans.baseline) if rule.type == "change" else ""]
    digest = json.dumps([rule.id, rule.version, [[name, digests[name]] for name in sorted(used)], periods, settings])
    return Lineage(
        tables=tuple(rows.items()),
        period=spans.present,
        baseline=spans.baseline,
        filters=Text(
            "；".join(source.filters.zh for source in rule.sources),
            "; ".join(source.filters.en for source in rule.sources),
        ),
        settings=settings,
        input_digest=hashlib.sha256(digest.encode()).hexdigest(),
    )


def _at(need: str, when: str) -> str:
    """Put the period into the code of a need."""
    if need in ("months", "region_code") or need.startswith(("coefficient.", "grid_factor.")):
        return need
    code, mark, reason = need.partition("#")
    return f"{code}@{when}{mark}{reason}"
