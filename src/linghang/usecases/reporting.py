"""Report on a plant: gather what is to be said, then write it as DOCX, PDF or XLSX."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal, get_args

from linghang.errors import BadInput, Place, reason_of
from linghang.report.content import KINDS, Dossier, Kind, Ladder
from linghang.report.naming import REPORTS
from linghang.report.placeholders import Placeholder, placeholders
from linghang.report.remarks import Severity, by_severity
from linghang.store.whole_file import write_whole
from linghang.usecases.report_annexes import FLOORS, clause_rows, evidence_rows, indicator_rows, ladder_of
from linghang.usecases.report_charts import (
    Drawn,
    add_coverage,
    add_indicators,
    add_ladder,
    add_maturity,
    add_plan,
    add_scenes,
    add_system_map,
    add_trend,
)
from linghang.usecases.report_gap import gap_of, interpretation_sentences, verdict_sentences
from linghang.usecases.report_maturity import maturity_of
from linghang.usecases.report_remarks import remarks_of
from linghang.usecases.report_results import effects, features, letter, plan_goal, plan_steps, signatures
from linghang.usecases.report_review import review_of
from linghang.usecases.report_scenes import overview, scenes_of, system_links, systems_of
from linghang.usecases.report_sources import Request, Sources, open_sources
from linghang.usecases.report_unit import factory_name, factory_rows, products, summary, unit_rows
from linghang.words import Language, Listed, Text

__all__ = [
    "FORMATS",
    "KINDS",
    "REPORTS",
    "Composed",
    "Dossier",
    "Format",
    "Kind",
    "Output",
    "Placeholder",
    "Request",
    "Written",
    "compose",
    "gather",
    "own_template",
    "placeholders",
    "report_file",
    "write_report",
]

Format = Literal["docx", "pdf", "xlsx"]
FORMATS: tuple[Format, ...] = get_args(Format)
FOLDER = "reports"
"""Folder of the workspace in which reports lie, where no other place is named."""


@dataclass(frozen=True, slots=True)
class Output:
    """Where a report goes, and in which form.

    Attributes
    ----------
    path
        The file (else one in the folder `reports` of the workspace, named after kind, level, day and language).
    template
        Own template of a DOCX.
    """

    format: Format
    language: Language
    path: Path | None = None
    template: Path | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """A report that was written.

    Attributes
    ----------
    missing
        The places where something is still missing, in the order of the report.
    counts
        Remarks of the consistency checks by severity.
    """

    path: Path
    dossier: Dossier
    missing: tuple[Placeholder, ...]
    counts: Mapping[Severity, int]


@dataclass(frozen=True, slots=True)
class Composed:
    """A report that was made and is written nowhere; `name` is what its file is called."""

    name: str
    content: bytes
    dossier: Dossier


def write_report(folder: Path, request: Request, output: Output, now: datetime) -> Written:
    """Write a report; the file appears whole or not at all, and an old one stays until then.

    Raises
    ------
    BadInput, ManyProblems
        The workspace, the level, `application.yaml` or the template do not fit, or the file cannot be written.
    """
    made = compose(folder, request, output, now)
    path = output.path or folder / FOLDER / made.name
    _write(path, made.content, make_folder=output.path is None)
    counts = dict(by_severity(list(made.dossier.remarks)))
    return Written(path, made.dossier, tuple(placeholders(made.dossier)), counts)


def compose(folder: Path, request: Request, output: Output, now: datetime) -> Composed:
    """Make a report without writing it; `output.path` is not looked at.

    Raises
    ------
    BadInput, ManyProblems
        As `write_report`, but for the writing.
    """
    render = _renderer(output)
    dossier = gather(folder, request, now)
    return Composed(_name(dossier, output), render(dossier), dossier)


def report_file(folder: Path, request: Request, output: Output, now: datetime) -> tuple[str, bytes]:
    """Return name and bytes of a report: what another process is asked for."""
    made = compose(folder, request, output, now)
    return made.name, made.content


def own_template(kind: Kind, language: Language) -> bytes:
    """Return the template of a kind of report (DOCX) that one's own may begin with.

    Raises
    ------
    BadInput
        There is no such kind.
    """
    from linghang.report.docx import default_template

    _check_kind(kind)
    return default_template(kind, language)


def gather(folder: Path, request: Request, now: datetime) -> Dossier:
    """Gather everything that the report of a factory says.

    Parameters
    ----------
    folder
        The workspace.
    now
        The caller's clock (with a zone).

    Raises
    ------
    BadInput, ManyProblems
        The kind, the workspace, the pack, the level or `application.yaml` do not fit.
    """
    _check_kind(request.kind)
    return _dossier(open_sources(folder, request, now))


def _check_kind(kind: str) -> None:
    if kind not in KINDS:
        raise BadInput("{option} takes {choices}, not “{value}”", option="--kind", choices=Listed(KINDS), value=kind)


def _dossier(sources: Sources) -> Dossier:
    """The blocks and annexes, with what the kind of report says beside them."""
    kind, made = sources.request.kind, _blocks(sources)
    gap = gap_of(sources) if kind == "gap" else None
    maturity = maturity_of(sources) if kind in ("self-assessment", "annual-review") else None
    drawn = Drawn()
    add_indicators(drawn, made.indicators)
    add_scenes(drawn, made.scenes)
    add_plan(drawn, gap.way if gap else made.plan)
    add_system_map(drawn, made.systems, made.system_links)
    add_maturity(drawn, maturity)
    _add_judged(drawn, sources, made.ladder)
    return replace(
        made,
        charts=drawn.charts,
        labels=drawn.labels,
        remarks=remarks_of(sources),
        sentences=verdict_sentences(sources),
        interpretations=interpretation_sentences(sources),
        gap=gap,
        review=review_of(sources) if kind == "annual-review" else None,
        maturity=maturity,
    )


def _blocks(sources: Sources) -> Dossier:
    kind, pack, indicators = sources.request.kind, sources.pack, indicator_rows(sources)
    return Dossier(
        kind=kind,
        title=_title(sources, kind),
        factory_name=factory_name(sources),
        pack_id=pack.id,
        pack_title=pack.title,
        pack_digest=pack.digest,
        level=sources.level,
        level_title=sources.level_title(sources.level),
        as_of=sources.day,
        unit=unit_rows(sources),
        factory=factory_rows(sources),
        factory_summary=summary(sources),
        products=products(sources),
        scenes_overview=overview(sources),
        scenes=scenes_of(sources),
        systems=systems_of(sources),
        system_links=system_links(sources),
        features=features(sources),
        effects=effects(sources, indicators),
        plan_goal=plan_goal(sources),
        plan=plan_steps(sources),
        letter=letter(sources),
        signatures=signatures(sources),
        ladder=ladder_of(sources),
        clauses=clause_rows(sources, everything=kind in ("self-assessment", "annual-review")),
        indicators=indicators,
        evidence=evidence_rows(sources),
        total_investment_cny=sources.application.factory.total_investment_cny,
    )


def _add_judged(drawn: Drawn, sources: Sources, ladder: Ladder) -> None:
    floors = sources.assessed["floors"]
    findings = {floor: {level: one["finding"] for level, one in floors[floor]["levels"].items()} for floor in FLOORS}
    add_coverage(drawn, sources)
    add_ladder(drawn, ladder, findings)
    add_trend(drawn, sources)


def _title(sources: Sources, kind: Kind) -> Text:
    title, level = REPORTS[kind], sources.level_title(sources.level)
    if kind in ("self-assessment", "annual-review"):
        return title
    return Text(f"{title.zh}（{level.zh}）", f"{title.en} ({level.en})")


def _renderer(output: Output) -> Callable[[Dossier], bytes]:
    """Choose who writes; what cannot be is refused before anything is gathered."""
    language = output.language
    if output.format not in FORMATS:
        raise BadInput(
            "{option} takes {choices}, not “{value}”", option="--format", choices=Listed(FORMATS), value=output.format
        )
    if output.template is not None and output.format != "docx":
        raise BadInput("a template is for DOCX; leave --template out, or add --format docx")
    if output.format == "docx":
        from linghang.report.docx import docx

        return lambda dossier: docx(dossier, language, output.template)
    if output.format == "pdf":
        from linghang.report.pdf import pdf

        return lambda dossier: pdf(dossier, language)
    from linghang.report.workbook import workbook

    return lambda dossier: workbook(dossier, language)


def _name(dossier: Dossier, output: Output) -> str:
    level = f"-{dossier.level}" if dossier.kind in ("application", "gap") else ""
    return f"{dossier.kind}{level}-{dossier.as_of}-{output.language}.{output.format}"


def _write(path: Path, content: bytes, make_folder: bool) -> None:
    if make_folder:
        try:
            path.parent.mkdir(exist_ok=True)
        except OSError as error:
            raise BadInput("cannot be written: {reason}", Place(str(path)), reason=reason_of(error)) from None
    write_whole(path, content)
