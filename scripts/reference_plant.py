"""The reference pages of a plant's records: data dictionary, derivations, indicators; the JSON of their commands."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from linghang.cli import import_view
from linghang.cli.pack_view import plain
from linghang.conditions.model import Pack
from linghang.evidence.catalogue import DERIVATIONS
from linghang.evidence.withdrawal import Withdrawal
from linghang.kpi import dictionary as kpi_dictionary
from linghang.kpi import indicators
from linghang.kpi.comparators import Comparator, Comparison
from linghang.kpi.compute import IndicatorValue, Lineage
from linghang.plant.dictionary import dictionary
from linghang.plant.tables import TABLES
from linghang.usecases.assessing import assess
from linghang.usecases.importing import ImportProblem, ImportReport, TableCount
from linghang.usecases.packs import list_packs, load
from linghang.usecases.status import LedgerState, status_document, status_of
from linghang.usecases.workspaces import make_workspace
from linghang.words import Language
from pages import MADE, code, fenced, table

Keys = Callable[[Mapping[str, str], Mapping[str, Any]], str]
Attributes = Callable[[type], dict[str, str]]
DAY = date(2025, 4, 15)
HEX = "64 hexadecimal digits"


# --- data-dictionary.md ---


def dictionary_page(lang: Language) -> str:
    """Every table and column, as the tables describe themselves."""
    return f"{MADE.format(source='src/linghang/plant/tables')}\n{dictionary(lang)}"


# --- derivations.md ---


def derivations_page() -> str:
    """Every derivation, the thresholds, and how much of each pack has none."""
    elements = {name for one in DERIVATIONS for name in one.about}
    by_proof = [sum(1 for one in DERIVATIONS if one.proof == proof) for proof in ("measured", "documented", "declared")]
    return "\n".join(
        [
            MADE.format(source="src/linghang/evidence/catalogue.py and the packs"),
            "# Derivations\n",
            f"{len(DERIVATIONS)} derivations look at the records for {len(elements)} elements and fields:",
            f"{by_proof[0]} prove by measurement, {by_proof[1]} by document, {by_proof[2]} by the enterprise's own",
            "declaration. An element that is in no row of this page is never concluded from records; it needs a",
            "statement. How they work: [evidence](../concepts/evidence.md). The tables:",
            "[data dictionary](data-dictionary.md).\n",
            "Without a row in its first table a derivation says that it needs that table. *Looks back* names the",
            "interpretation that says how many days before the day of judgement are looked at. A row `benchmark.…` is",
            "proved as well as the indicators and comparators that it rests on, at best as the table says.\n",
            table(("derivation", "elements or fields", "tables", "proof", "looks back", "zh", "en"), _rows()),
            "## Their thresholds\n",
            "The interpretations that a pack gives beside its conditions. `platform` means that no text gives the",
            "figure and it is ours; `--interpretation NAME=VALUE` sets another.\n",
            table(("pack", "interpretation", "value", "source", "zh", "en"), _thresholds()),
            "## Asked for, and in no derivation\n",
            "For these elements of a pack records conclude nothing yet.\n",
            table(("pack", "without a derivation", "of"), _left_out()),
        ]
    )


def _rows() -> Iterator[tuple[object, ...]]:
    for one in DERIVATIONS:
        yield (
            code(one.id),
            ", ".join(map(code, one.about)),
            ", ".join(map(code, one.tables)),
            one.proof,
            code(one.window_days),
            *one.text,
        )


def _packs() -> Iterator[Pack]:
    for one in list_packs():
        if isinstance(pack := load(one.id), Pack):
            yield pack


def _thresholds() -> Iterator[tuple[object, ...]]:
    shown: set[tuple[object, ...]] = set()
    for pack in _packs():
        for one in pack.interpretations:
            row = (code(one.id), code(one.value), one.source, *one.text)
            if row not in shown:
                shown.add(row)
                yield (code(pack.id), *row)


def _left_out() -> Iterator[tuple[object, ...]]:
    known = {name for one in DERIVATIONS for name in one.about}
    for pack in _packs():
        asked = {one.id for one in pack.elements if one.part not in ("maturity", "coverage", "scenario_count")}
        yield code(pack.id), len(asked - known), len(asked)


# --- indicators.md ---


def indicators_page() -> str:
    """The 20 indicators with tables and sources, then the pitfalls of each."""
    pitfalls = ((one.number, code(one.id), *one.pitfalls) for one in indicators.RULES)
    return "\n".join(
        [
            MADE.format(source="src/linghang/kpi/indicators.py"),
            "# Indicators\n",
            "How each is meant, its periods, and what unknown is: [indicators](../concepts/indicators.md).\n",
            kpi_dictionary.table("en"),
            "## 中文\n",
            kpi_dictionary.table("zh"),
            "## Pitfalls\n",
            table(("No", "Indicator", "zh", "en"), pitfalls),
        ]
    )


# --- json.md ---

ASSESSMENT = {
    "indicators": "the 20 indicators; empty where the pack has none",
    "related_references": "published numbers that are no indicator of the annex, like `references` of an indicator",
    "elements": "every element of the pack, in its order, with the evidence that it rests on",
    "fields": "what rules read beside findings, such as `maturity_level`: `value`, `proof`, `reason`, `observations`, "
    "`withdrawals`, as of an element",
    "recorded": "how many observations were new and went into the ledger",
    "withdrawn": "how many observations were taken back in the ledger: nobody says any more what they say",
    "set_interpretations": "those that a reviewer set in this workspace or the call gave: `name`, `value`, "
    "`pack_value` (what the pack says), `unit`, `state`, `by`, `at`, `reason`",
}
INDICATOR = {
    "id": "id in the pack",
    "number": "number in the annex",
    "unit": "unit of `value`",
    "state": "known, unknown or not_applicable",
    "baseline": "the value of the baseline period, as `baseline_value`",
    "change": "`absolute` and `relative_percent` change; positive is better",
    "measured_unit": "unit of `baseline_value` and `present_value`",
    "confidence": "how sure the formula is: H, M or L",
    "lineage": "where the value comes from",
    "comparisons": "the indicator beside its industry, for each area and statistic with a comparator",
    "references": "published averages, for orientation; nothing is judged by them",
}
COMPARISON = {
    "area": "province, country or world",
    "statistic": "what is asked: average (strictly better than it) or leading (as good as it or better)",
    "better": "whether it is; null where that is unknown",
    "reason": "why it is unknown: `industry`, `province`, `own` (value of the plant), `unit`, `contradicted`, "
    "`new_plant`, `not_applicable`; else empty",
    "own": "the plant's value that was compared, or null",
    "own_unit": "its unit",
}
COMPARATOR = {
    "id": "key of its row in the table `comparator`",
    "indicator": "id of the indicator",
    "value": "as it was supplied",
    "unit": "its unit, which was converted to that of `own`",
    "source": "who published it",
    "plants": "plants behind the value, or null",
}
REFERENCE = {
    "of": "of whom it is the average, in both languages",
    "value": "as published; a change is positive where it is better",
    "unit": "its unit",
    "as_of": "year and month of the publication",
    "source": "where it was published",
    "confidence": "how sure the number is: H, M or L",
    "bound": "`over` where only a lower bound was published, else empty",
    "use": "always `reference_only`",
}
ELEMENT = {
    "id": "the element",
    "level": "the level that asks it, or `all`",
    "clause": "document and clause",
    "finding": "met, unmet, not_applicable or unknown",
    "proof": "measured, documented or declared; null where nothing fresh is there",
    "reason": "why it is unknown: `stale`, `contradicted`, `withdrawn` (nobody says it any more), `needs` (records are "
    "missing), else null",
    "needs": "tables and columns that would have to be supplied; empty where the records answer",
    "interpretations": "those that it rests on, each with `name`, `value` that was used, `unit` (UCUM; empty of "
    "words), `source` (`platform` where it is ours) and `pack_value` (what the pack says)",
    "observations": "the observations that count; of an unknown one those that are stale or disagree",
    "withdrawals": "the sources that took their word back",
}
OBSERVATION = {
    "about": "element or field",
    "value": "finding, text, true/false, or `{decimal: …}`",
    "unit": "unit of a number",
    "window": "what was observed: first day, and the day after the last",
    "subject": "plant, or the id of a line or an equipment",
    "proof": "measured, documented or declared",
    "source": "kind (records, engine, document, signatory), id, version, digests of settings and input",
    "made_at": "when it was made (UTC)",
    "valid_until": "first day on which it is stale, or null",
    "detail": "figures, tables and thresholds that make it understandable",
    "digest": "sha256 of what it says, whenever it was made",
}
WITHDRAWAL = {
    "about": "element or field",
    "subject": "as in the observation",
    "source": "kind and id of the source",
    "day": "day of judgement from which on its word no longer counts; on earlier days it does",
    "made_at": "when it was taken back (UTC)",
    "observation": "digest of the observation that was its last word",
    "needs": "what the records would have to give so that there is an answer again",
    "reason": "not_stated (the statements no longer say it), not_derived (the records give no answer any more), "
    "retired (the document was) or revised (a newer revision of the document does not say it)",
}
STATUS = {
    "name": "name of the workspace",
    "time_zone": "the plant's zone",
    "database": "where the records are, without a password",
    "factories": "names of the factories in the records",
    "current": "whether the records are of this version; `records` is empty where they are not",
    "records": "by subject: `title`, `rows`, `latest` moment or day that has come, and the same of its `tables`",
    "ledger": "the ledger, as far as it can be read",
    "telemetry": "files and bytes of the folder",
    "documents": "files and bytes of the folder",
}
LEDGER = {
    "observations": "how many",
    "withdrawals": "how many",
    "bytes": "size of the file",
    "problem": "what is wrong with it, in the chosen language, or null",
}
IMPORT = {
    "kept": "whether the records are in the workspace now",
    "dry_run": "whether it was only a trial",
    "tables": "table -> `{rows, added, changed, unchanged}`",
    "problem_count": "how many problems there are in all",
    "problems": "the first of them",
}
PROBLEM = {
    "file": "file, or database without its password",
    "sheet": "sheet of a workbook, or null",
    "row": "row, counted from 1 with the header, or null",
    "column": "header or place of the column, or null",
    "table": "our table, or null",
    "field": "our column, or null",
    "said": "what is wrong and what would be right, in the chosen language",
}


def plant_json(keys: Keys, attributes: Attributes) -> Iterator[str]:
    """What assess and import print, key by key, with parts of a real document."""
    found = _assessed()
    own = {name: found[name] for name in ASSESSMENT}
    indicator = next(one for one in found["indicators"] if one["state"] == "known")
    unknown = next(one for one in found["indicators"] if one["state"] == "unknown")
    element = next(one for one in found["elements"] if one["proof"] == "measured")
    needing = next(one for one in found["elements"] if one["reason"] == "needs")
    yield "## linghang assess --json\n"
    yield "The keys of `linghang judge --json`, and these. The examples are the example rows of the data dictionary,"
    yield f"judged as of {DAY}.\n"
    yield keys(ASSESSMENT, own)
    yield "### An indicator\n\nOne that is known, and what another one needs:\n"
    yield fenced(_masked(indicator))
    yield fenced({name: unknown[name] for name in ("id", "state", "value", "needs")})
    yield keys(attributes(IndicatorValue) | INDICATOR, indicator)
    yield "Its `lineage`:\n"
    yield keys(attributes(Lineage) | {"period": "the present period", "baseline": "or null"}, indicator["lineage"])
    compared = next(one for each in found["indicators"] for one in each["comparisons"])
    yield "One of its `comparisons`, and a comparator of it:\n"
    yield keys(attributes(Comparison) | COMPARISON, compared)
    yield keys(attributes(Comparator) | COMPARATOR, compared["comparators"][0])
    yield "One of the `references`:\n"
    yield keys(REFERENCE, found["related_references"][0])
    yield "### An element with its evidence\n"
    yield fenced(_masked(element))
    yield fenced(needing)
    yield keys(ELEMENT, element)
    yield "### An observation\n"
    yield keys(OBSERVATION, element["observations"][0])
    yield "The ledger holds the same keys without `digest`.\n"
    yield "### A withdrawal\n"
    yield keys(WITHDRAWAL, _withdrawn())
    yield "## linghang status --json\n"
    shown_status = _status()
    yield keys(STATUS, shown_status)
    yield "Its `ledger`:\n"
    yield keys(attributes(LedgerState) | LEDGER, shown_status["ledger"])
    yield "## linghang import --json\n"
    refused = ImportReport((TableCount("person", 1, 1, 0, 0),), (ImportProblem("person.csv", "…", {}),), 1)
    shown = import_view._document(refused)
    yield keys(IMPORT, shown)
    yield "Where anything is wrong `tables` is empty and the exit status is 2. A problem:\n"
    yield keys(PROBLEM, shown["problems"][0])  # type: ignore[index]


def _assessed() -> dict[str, Any]:
    with TemporaryDirectory() as parent:
        folder = Path(parent) / "plant"
        engine = make_workspace(folder, "plant", "Asia/Shanghai", None).engine()
        with engine.begin() as connection:
            for one in TABLES.values():
                connection.execute(one.insert(), list(one.info["examples"]))
        engine.dispose()
        found = assess(folder, pack="national-2024", now=datetime(2025, 4, 15, 1, tzinfo=UTC), as_of=DAY, record=False)
    return dict(plain(found.to_dict()))


def _withdrawn() -> dict[str, Any]:
    taken_back = Withdrawal("…", "plant", "records", "…", DAY, datetime(2025, 4, 15, 1, tzinfo=UTC), "not_derived", HEX)
    return taken_back.to_dict()


def _status() -> dict[str, Any]:
    with TemporaryDirectory() as parent:
        folder = make_workspace(Path(parent) / "plant", "plant", "Asia/Shanghai", None).folder
        return status_document(status_of(folder, datetime(2025, 4, 15, 1, tzinfo=UTC)))


def _masked(value: Any) -> Any:
    """Put words where digests stand: they change with every row of the example."""
    if isinstance(value, dict):
        return {name: HEX if name.endswith("digest") and one else _masked(one) for name, one in value.items()}
    return [_masked(one) for one in value] if isinstance(value, list) else value
