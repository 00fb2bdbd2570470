"""The remarks of a review as a table: XLSX or CSV; what looks like a formula is written as text."""

import csv
from collections.abc import Sequence
from io import BytesIO, StringIO

from linghang.report.remarks import Remark
from linghang.report.review.comments import SEVERITIES, place
from linghang.words import later, tr

HEADS = (
    later("no."), later("check"), later("severity"), later("place"), later("page"), later("quote"), later("remark"),
    later("other places"), later("mend"), later("basis"),
)  # fmt: skip
_WIDTHS = (6, 8, 8, 34, 7, 32, 56, 40, 44, 20)
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


def rows(remarks: Sequence[Remark]) -> list[tuple[str, ...]]:
    """One row a remark, as texts in the reader's language."""
    return [
        (
            str(number), one.check.code, tr(SEVERITIES[one.check.severity]), one.spot.where,
            "" if one.spot.page is None else str(one.spot.page), one.spot.quote, str(one.message),
            "; ".join(place(other) for other in one.others), str(one.mend or one.check.mend), one.check.source,
        )
        for number, one in enumerate(remarks, 1)
    ]  # fmt: skip


def as_csv(remarks: Sequence[Remark]) -> bytes:
    """The table as CSV (UTF-8 with a byte order mark, as Excel reads it)."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerow([tr(one) for one in HEADS])
    for row in rows(remarks):
        writer.writerow([f"'{cell}" if cell.startswith(_FORMULA_SIGNS) else cell for cell in row])
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(remarks: Sequence[Remark]) -> bytes:
    """The table as a workbook with a frozen, filtered head."""
    import xlsxwriter

    buffer = BytesIO()
    plain = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(buffer, plain) as book:
        sheet = book.add_worksheet(tr("Review"))
        head = book.add_format(
            {"bold": True, "bg_color": "#1F4E78", "font_color": "#FFFFFF", "valign": "vcenter", "border": 1}
        )
        body = book.add_format({"text_wrap": True, "valign": "top", "border": 1, "border_color": "#D0D0D0"})
        for column, (name, width) in enumerate(zip(HEADS, _WIDTHS, strict=True)):
            sheet.write_string(0, column, tr(name), head)
            sheet.set_column(column, column, width)
        found = rows(remarks)
        for at, row in enumerate(found, 1):
            for column, cell in enumerate(row):
                sheet.write_string(at, column, cell, body)
        sheet.freeze_panes(1, 2)
        sheet.autofilter(0, 0, max(1, len(found)), len(HEADS) - 1)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
    return buffer.getvalue()
