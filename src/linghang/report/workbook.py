"""A report as a workbook (XLSX): a sheet for each block and annex, with live formulas where figures add up."""

from datetime import datetime, time
from io import BytesIO

from linghang.report.content import Dossier
from linghang.report.naming import said
from linghang.report.workbook_annexes import add_clauses, add_evidence, add_indicators, add_missing, add_remarks
from linghang.report.workbook_blocks import add_effects, add_plan, add_scenes, add_systems, add_unit
from linghang.report.workbook_overview import Places, add_overview
from linghang.report.workbook_sheet import Book
from linghang.report.workbook_verdict import add_gap, add_maturity, add_review
from linghang.words import Language


def workbook(dossier: Dossier, language: Language) -> bytes:
    """Write a report as XLSX.

    The same dossier gives the same bytes. Texts are texts, whatever they begin with: nothing in them becomes a
    formula or a link.

    Parameters
    ----------
    dossier
        What the report says.
    language
        Of all words of ours; names and what the plant wrote in one language only stay as they are.
    """
    import xlsxwriter

    made = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(made, options) as written:
        written.set_properties(
            {
                "title": said(dossier.title, language),
                "subject": dossier.factory_name,
                "company": dossier.factory_name,
                "created": datetime.combine(dossier.as_of, time()),
            }
        )
        written.set_calc_mode("auto")
        book = Book(written, language)
        overview = written.add_worksheet(said(Places.OVERVIEW, language))
        places = Places(language)
        add_unit(book, dossier)
        if dossier.kind != "gap":
            add_scenes(book, dossier, places)
            add_systems(book, dossier)
            add_effects(book, dossier)
        add_gap(book, dossier, places)
        add_review(book, dossier)
        add_maturity(book, dossier)
        if dossier.kind in ("application", "annual-review"):
            add_plan(book, dossier, places)
        add_clauses(book, dossier, places)
        add_indicators(book, dossier, places)
        add_evidence(book, dossier)
        add_missing(book, dossier, places)
        add_remarks(book, dossier)
        add_overview(book, overview, dossier, places)
    return made.getvalue()
