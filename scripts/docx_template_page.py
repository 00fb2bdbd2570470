"""Writes the pieces of a DOCX template: styles, headings with Chinese numbers, tables with tags, captions, fields."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm

from docx_template_styles import dressed, in_order

PORTRAIT_CM, LANDSCAPE_CM = 15.6, 24.1
ALIGN = {"left": WD_ALIGN_PARAGRAPH.LEFT, "center": WD_ALIGN_PARAGRAPH.CENTER, "right": WD_ALIGN_PARAGRAPH.RIGHT}
Column = tuple[str, str, float, str]
GREY = "F2F4F6"


class Page:
    """A template on its way; every method adds to its end."""

    def __init__(self, labels: dict[str, str], language: str) -> None:
        self.label, self.zh = labels, language == "zh"
        self.doc: Any = Document()
        body = self.doc.element.body
        for child in list(body):
            if child.tag != qn("w:sectPr"):
                body.remove(child)
        dressed(self.doc, self.zh)
        self.width = PORTRAIT_CM
        section = self.doc.sections[0]
        section.different_first_page_header_footer = True
        _portrait(section)
        self._header(section)

    def finished(self) -> Any:
        """Return the document; its properties say nothing of who made the template, and when."""
        core = self.doc.core_properties
        core.title, core.author, core.comments, core.last_modified_by = "{{ title }}", "{{ cover.unit_plain }}", "", ""
        core.created = core.modified = datetime(2026, 1, 1)
        core.revision = 1
        core.language = "zh-CN" if self.zh else "en-GB"
        sections = self.doc.sections
        for root in (
            self.doc.element,
            self.doc.styles.element,
            sections[0].header._element,
            sections[0].footer._element,
        ):
            in_order(root)
        return self.doc

    def text(self, text: str, style: str = "Body Text") -> Any:
        """Add a paragraph."""
        return self.doc.add_paragraph(text, style=style)

    def note(self, key: str) -> None:
        """Add a note in small letters."""
        self.text(self.label[key], "Note")

    def gap(self) -> None:
        """Keep two tables apart."""
        self.text("", "Gap")

    def heading(self, level: int, key: str, *, new_page: bool = False) -> None:
        """Add a numbered heading."""
        self.raw_heading(level, self.label[key]).paragraph_format.page_break_before = new_page or None

    def raw_heading(self, level: int, text: str) -> Any:
        """Add a heading whose text may hold tags."""
        return self.doc.add_paragraph(text, style=f"Heading {level}")

    def plain_heading(self, key: str) -> None:
        """Add a heading that is neither numbered nor listed."""
        self.text(self.label[key], "Plain Heading")

    def centred_heading(self, key: str) -> None:
        """Begin a page with a title in the middle."""
        self.text(self.label[key], "Centred Heading").paragraph_format.page_break_before = True

    def annex(self, letter: str, key: str, *, new_page: bool = True) -> None:
        """Begin an annex."""
        head = f"{self.label['annex']}{'' if self.zh else ' '}{letter}　{self.label[key]}"
        self.text(head, "Annex Heading").paragraph_format.page_break_before = new_page or None

    def loop(self, what: str, body: Callable[[], object]) -> None:
        """Repeat what `body` adds: `what` is `one in ones`."""
        self.text(f"{{%p for {what} %}}", "Tag")
        body()
        self.text("{%p endfor %}", "Tag")

    def condition(self, test: str, body: Callable[[], object]) -> None:
        """Add what `body` adds only where `test` holds."""
        self.text(f"{{%p if {test} %}}", "Tag")
        body()
        self.text("{%p endif %}", "Tag")

    def or_none(self, test: str, body: Callable[[], object]) -> None:
        """Add what `body` adds, or say that there is nothing."""
        self.condition(test, body)
        self.condition(f"not {test}", lambda: self.text(self.label["n_none"]))

    def contents(self) -> None:
        """Add the table of contents; its lines are filled in when the report is made, Word renews them."""
        self.text(self.label["contents"], "Contents Heading").paragraph_format.page_break_before = True
        paragraph = self.text("", "TOC 1")
        _field(paragraph, 'TOC \\o "1-2" \\h \\z \\t "Annex Heading,1,Centred Heading,1"', " ")

    def cover(self, rows: Sequence[tuple[str, str]]) -> None:
        """Add the cover: title, level, and lines to fill and to seal."""
        self.text("", "Cover Space")
        self.text("{{ cover.title }}", "Title")
        self.text("（{{ level }}）" if self.zh else "({{ level }})", "Subtitle")
        self.text("", "Cover Space")
        self._lines([(self.label[key], text) for key, text in rows], (5.2, 8.6), "Cover Line")
        self.text("", "Cover Space")
        self.text("{{ as_of }}", "Cover Date")

    def signing(self, rows: str) -> None:
        """Add lines for signatures, and the place of the seal."""
        self.text("", "Cover Space")
        table = self._lines(
            [("{{ one.label }}" + ("：" if self.zh else ":"), "{{ one.text }}")], (5.6, 7.6), "Signature Line"
        )
        _around(table, 0, f"{{%tr for one in {rows} %}}", "{%tr endfor %}")
        self.text("", "Gap")
        self.text(self.label["seal"], "Seal")
        self.text(self.label["blank_date"], "Seal")

    def _lines(self, rows: Sequence[tuple[str, str]], widths: tuple[float, float], style: str) -> Any:
        table = self._empty(len(rows), widths, "Plain Lines")
        table.alignment = 1
        for row, (label, text) in zip(table.rows, rows, strict=True):
            for cell, said in zip(row.cells, (label, text), strict=True):
                _say(cell, said, style)
                cell.vertical_alignment = 3
            row.cells[0].paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
            borders = f'<w:tcBorders {nsdecls("w")}><w:bottom w:val="single" w:sz="6" w:color="000000"/></w:tcBorders>'
            row.cells[1]._tc.get_or_add_tcPr().append(parse_xml(borders))
        return table

    def form(self, rows: str, more: Sequence[tuple[str, str]] = (), *, keep: bool = False) -> None:
        """Add a form: a label and its text on every line of `rows`, then fixed lines; `keep` on one page."""
        table = self._form([("{{ row.label }}", "{{ row.text }}"), *((self.label[key], text) for key, text in more)])
        for row in table.rows[:-1] if keep else ():
            for cell in row.cells:
                cell.paragraphs[0].paragraph_format.keep_with_next = True
        _around(table, 0, f"{{%tr for row in {rows} %}}", "{%tr endfor %}")

    def fixed_form(self, rows: Sequence[tuple[str, str]]) -> None:
        """Add a form with fixed lines."""
        self._form([(self.label[key], text) for key, text in rows])

    def _form(self, rows: Sequence[tuple[str, str]]) -> Any:
        table = self._empty(len(rows), (4.0, self.width - 4.0), "Form")
        for row, (label, text) in zip(table.rows, rows, strict=True):
            _say(row.cells[0], label, "Form Label")
            _say(row.cells[1], text, "Table Text")
            for cell in row.cells:
                cell.vertical_alignment = 1
            _shade(row.cells[0])
        return table

    def table(
        self, rows: str, columns: Sequence[Column], *, caption: str = "", group: str = "", small: bool = False
    ) -> None:
        """Add a three-line table with a repeated head and one line for each of `rows`."""
        if caption:
            self._caption("table", self.label[caption], above=True)
        scale = self.width / sum(one[2] for one in columns)
        table = self._empty(3 if group else 2, [one[2] * scale for one in columns], "Three Lines")
        style = "Table Small" if small else "Table Text"
        self._head(table.rows[0], [self.label[key] for key, *_ in columns])
        data = table.rows[-1]
        for cell, (_, name, _, align) in zip(data.cells, columns, strict=True):
            _say(cell, f"{{{{ one.{name} }}}}", style).alignment = ALIGN[align]
            cell.vertical_alignment = 1
        _whole(data)
        if group:
            title = table.rows[1].cells[0].merge(table.rows[1].cells[-1])
            _say(title, f"{{{{ one.{group} }}}}", "Table Group")
            _shade(title)
            _whole(table.rows[1])
            _around(table, 1, "{%tr if one.opens %}", "{%tr endif %}")
        _around(table, 1, f"{{%tr for one in {rows} %}}", "{%tr endfor %}", last=len(table.rows) - 1)
        self.gap()

    def matrix(self) -> None:
        """Add the matrix of scenes and links: as many columns as there are links."""
        self._caption("table", self.label["t_matrix"], above=True)
        table = self._empty(2, (1.5, 5.1, 0.1, 8.8, 0.1), "Matrix")
        heads = [
            self.label["c_scene_no"],
            self.label["c_scene"],
            "{%tc for link in scene_links %}",
            "{{ link }}",
            "{%tc endfor %}",
        ]
        self._head(table.rows[0], heads)
        if not self.zh:  # English names of links are too long for narrow columns: they stand upright
            turned = f'<w:textDirection {nsdecls("w")} w:val="btLr"/>'
            table.rows[0].cells[3]._tc.get_or_add_tcPr().append(parse_xml(turned))
            height = f'<w:trHeight {nsdecls("w")} w:val="1900" w:hRule="atLeast"/>'
            table.rows[0]._tr.get_or_add_trPr().append(parse_xml(height))
        data = ["{{ one.number }}", "{{ one.name }}", "{%tc for mark in one.marks %}", "{{ mark }}", "{%tc endfor %}"]
        for place, (cell, text) in enumerate(zip(table.rows[1].cells, data, strict=True)):
            said = _say(cell, text, "Table Small")
            said.alignment = ALIGN["left" if place == 1 else "center"]
        for cell in (*table.rows[0].cells, *table.rows[1].cells):  # whole with its note, where a page holds it
            cell.paragraphs[0].paragraph_format.keep_with_next = True
        _whole(table.rows[1])
        _around(table, 1, "{%tr for one in scenes %}", "{%tr endfor %}")

    def parts(self) -> None:
        """Add the parts of the level with their findings at the three floors."""
        table = self._empty(2, (4.8, 3.6, 3.6, 3.6), "Three Lines")
        self._head(table.rows[0], [self.label["c_part"], *(f"{{{{ ladder_floors[{place}] }}}}" for place in range(3))])
        for place, cell in enumerate(table.rows[1].cells):
            said = "{{ one.part }}" if place == 0 else f"{{{{ one.findings[{place - 1}] }}}}"
            _say(cell, said, "Table Text").alignment = ALIGN["left" if place == 0 else "center"]
        _whole(table.rows[1])
        _around(table, 1, "{%tr for one in ladder_parts %}", "{%tr endfor %}")
        self.gap()

    def figure(self, name: str) -> None:
        """Add a figure with its caption, where there is one."""
        self.condition(f"figures.{name}", lambda: self.figure_of(f"figures.{name}"))

    def figure_of(self, one: str) -> None:
        """Add a figure by the name that it has in a loop."""
        self.text(f"{{{{ {one}.image }}}}", "Figure")
        self._caption("figure", f"{{{{ {one}.title }}}}", above=False)

    def turn(self, *, landscape: bool) -> None:
        """Go on with pages that lie, or stand."""
        section = self.doc.add_section(WD_SECTION.NEW_PAGE)
        section.different_first_page_header_footer = False
        if landscape:
            section.orientation = WD_ORIENT.LANDSCAPE
            section.page_width, section.page_height = Cm(29.7), Cm(21.0)
            section.top_margin, section.bottom_margin = Cm(2.8), Cm(2.6)
            section.left_margin, section.right_margin = Cm(3.0), Cm(2.6)
            section.header_distance, section.footer_distance = Cm(1.5), Cm(1.4)
        else:
            _portrait(section)
        self.width = LANDSCAPE_CM if landscape else PORTRAIT_CM

    def _caption(self, kind: str, text: str, *, above: bool) -> None:
        paragraph = self.text("", "Caption")
        paragraph.paragraph_format.keep_with_next = above
        paragraph.add_run(f"{self.label[kind]} ")
        _field(paragraph, f"SEQ {'Table' if kind == 'table' else 'Figure'} \\* ARABIC", "1")
        paragraph.add_run(f"　{text}")

    def _head(self, row: Any, texts: Sequence[str]) -> None:
        for cell, text in zip(row.cells, texts, strict=True):
            _say(cell, text, "Table Head")
            cell.vertical_alignment = 1
            borders = f'<w:tcBorders {nsdecls("w")}><w:bottom w:val="single" w:sz="6" w:color="000000"/></w:tcBorders>'
            cell._tc.get_or_add_tcPr().append(parse_xml(borders))
        row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
        _whole(row)

    def _empty(self, rows: int, widths: Sequence[float], style: str) -> Any:
        table = self.doc.add_table(rows, len(widths), style=style)
        table.autofit = False
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Cm(width)
        for row in table.rows:
            for cell, width in zip(row.cells, widths, strict=True):
                cell.width = Cm(width)
        return table

    def _header(self, section: Any) -> None:
        section.header.paragraphs[0].text = "{{ factory_name }}　　{{ title }}"
        section.header.paragraphs[0].style = "Header"
        line = f'<w:pBdr {nsdecls("w")}><w:bottom w:val="single" w:sz="4" w:space="3" w:color="000000"/></w:pBdr>'
        section.header.paragraphs[0]._p.get_or_add_pPr().append(parse_xml(line))
        paragraph = section.footer.paragraphs[0]
        paragraph.style = "Footer"
        before, _, rest = self.label["page_of"].partition("{page}")
        between, _, after = rest.partition("{pages}")
        paragraph.add_run(before)
        _field(paragraph, "PAGE", "1")
        paragraph.add_run(between)
        _field(paragraph, "NUMPAGES", "1")
        paragraph.add_run(after)


def _portrait(section: Any) -> None:
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Cm(21.0), Cm(29.7)
    section.top_margin, section.bottom_margin = Cm(3.7), Cm(3.5)
    section.left_margin, section.right_margin = Cm(2.8), Cm(2.6)
    section.header_distance, section.footer_distance = Cm(2.0), Cm(2.0)


def _say(cell: Any, text: str, style: str) -> Any:
    cell.paragraphs[0].text = text
    cell.paragraphs[0].style = style
    return cell.paragraphs[0]


def _shade(cell: Any) -> None:
    cell._tc.get_or_add_tcPr().append(
        parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="{GREY}"/>')
    )


def _whole(row: Any) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _around(table: Any, first: int, opening: str, closing: str, last: int | None = None) -> None:
    """Put a row with `opening` before row `first` of a table, and one with `closing` after row `last`."""
    rows = table._tbl.tr_lst
    start, end = rows[first], rows[first if last is None else last]
    start.addprevious(_tag_row(table, opening))
    end.addnext(_tag_row(table, closing))


def _tag_row(table: Any, tag: str) -> Any:
    span = len(table.columns)
    return parse_xml(
        f'<w:tr {nsdecls("w")}><w:tc><w:tcPr><w:gridSpan w:val="{span}"/></w:tcPr>'
        f"<w:p><w:r><w:t>{tag}</w:t></w:r></w:p></w:tc></w:tr>"
    )


def _field(paragraph: Any, instruction: str, shown: str) -> None:
    for kind in ("begin", "separate", "end"):
        if kind == "end":
            paragraph.add_run(shown)
        mark = OxmlElement("w:fldChar")
        mark.set(qn("w:fldCharType"), kind)
        paragraph.add_run()._r.append(mark)
        if kind == "begin":
            text = OxmlElement("w:instrText")
            text.set(qn("xml:space"), "preserve")
            text.text = f" {instruction} "
            paragraph.add_run()._r.append(text)
