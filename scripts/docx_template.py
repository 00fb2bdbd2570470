"""Writes the DOCX templates of reports: one for each kind and language, ordinary Word files that a user can edit.

    python scripts/docx_template.py           # writes src/linghang/report/templates/*.docx
    python scripts/docx_template.py --check   # says which of them are out of date

Styles, numbered headings, table of contents, page numbers and captions are Word's own. Tags are Jinja, as docxtpl reads
them; docs/how-to/edit-the-template.md lists their names.
"""

import sys
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path

from docx_template_page import Page
from docx_template_parts import (
    blockers,
    clause_table,
    clauses,
    cover,
    coverage,
    effects,
    evidence,
    factory,
    indicators,
    interfaces,
    kept,
    letter,
    maturity,
    plan,
    remarks,
    scenes,
    systems,
    verdict,
    way,
)
from linghang.report.content import KINDS, Kind
from linghang.report.docx_package import fixed
from linghang.report.labels import labels
from linghang.words import LANGUAGES, Language

TEMPLATES = Path(__file__).parents[1] / "src" / "linghang" / "report" / "templates"


def main() -> int:
    """Write, or compare, all templates."""
    stale = []
    for kind in KINDS:
        for language in LANGUAGES:
            path = TEMPLATES / f"{kind}.{language}.docx"
            made = template(kind, language)
            if "--check" not in sys.argv:
                path.write_bytes(made)
            elif not path.exists() or path.read_bytes() != made:
                stale.append(path.name)
    for name in stale:
        print(f"out of date: {name}; run scripts/docx_template.py")
    return 1 if stale else 0


def template(kind: Kind, language: Language) -> bytes:
    """Return the template of a kind of report in a language."""
    page = Page(labels(language), language)
    WRITERS[kind](page)
    kept = BytesIO()
    page.finished().save(kept)
    return fixed(kept.getvalue())


def application(page: Page) -> None:
    """Four blocks, the letter of truth, five annexes."""
    cover(page, applying=True)
    letter(page)
    page.contents()
    page.heading(1, "h_unit", new_page=True)
    page.form("unit_rows")
    factory(page)
    page.heading(1, "h_scenes")
    page.heading(2, "h_overview")
    page.text("{{ scenes_overview }}")
    coverage(page)
    page.heading(2, "h_each_scene")
    scenes(page)
    page.heading(2, "h_integration")
    page.figure("system_map")
    interfaces(page)
    page.heading(1, "h_results")
    page.heading(2, "h_features")
    page.loop("one in features", lambda: page.text("{{ one }}"))
    page.heading(2, "h_effects")
    effects(page)
    page.heading(2, "h_plan")
    plan(page)
    page.turn(landscape=True)
    clauses(page, "A", "clauses")
    indicators(page, "B")
    evidence(page, "C")
    page.turn(landscape=False)
    systems(page, "D")
    remarks(page, "E")


def self_assessment(page: Page) -> None:
    """The verdict first, then what it rests on."""
    cover(page, applying=False)
    page.contents()
    page.heading(1, "h_verdict", new_page=True)
    verdict(page)
    maturity(page)
    page.heading(1, "h_unit_and_factory")
    page.form("unit_rows")
    page.gap()
    factory(page, headed=False)
    page.heading(1, "h_scenes")
    coverage(page)
    page.heading(2, "h_integration")
    page.figure("system_map")
    interfaces(page)
    page.heading(1, "h_results")
    page.heading(2, "h_effects")
    effects(page)
    page.turn(landscape=True)
    clauses(page, "A", "clauses")
    indicators(page, "B")
    evidence(page, "C")
    page.turn(landscape=False)
    remarks(page, "D")


def gap(page: Page) -> None:
    """Where the factory stands, the plan, and what is lacking."""
    cover(page, applying=False)
    page.contents()
    page.heading(1, "h_verdict_gap", new_page=True)
    verdict(page)
    page.heading(1, "h_way")
    way(page)
    page.turn(landscape=True)
    page.heading(1, "h_gaps")
    page.condition("gap.there", lambda: page.or_none("gap.blocking", lambda: blockers(page)))
    page.condition("not gap.there", lambda: clause_table(page, "gaps"))
    indicators(page, "A")
    page.turn(landscape=False)
    remarks(page, "B", new_page=False)


def annual_review(page: Page) -> None:
    """Whether the level is kept, what runs, and what changed."""
    cover(page, applying=False)
    letter(page)
    page.contents()
    page.heading(1, "h_unit_and_factory", new_page=True)
    page.form("unit_rows")
    page.gap()
    page.form("factory_rows")
    page.heading(1, "h_verdict_kept")
    verdict(page)
    kept(page)
    page.heading(1, "h_running")
    coverage(page)
    page.heading(1, "h_changes")
    effects(page)
    page.heading(1, "h_plan")
    plan(page)
    page.turn(landscape=True)
    clauses(page, "A", "clauses")
    indicators(page, "B")
    evidence(page, "C")
    page.turn(landscape=False)
    remarks(page, "D")


WRITERS: Mapping[Kind, Callable[[Page], None]] = {
    "application": application,
    "self-assessment": self_assessment,
    "gap": gap,
    "annual-review": annual_review,
}


if __name__ == "__main__":
    sys.exit(main())
