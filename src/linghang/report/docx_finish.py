"""The last touches on a filled DOCX: placeholders on yellow, numbers of captions, lines of the table of contents."""

import copy
from collections.abc import Iterator
from typing import Any

from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn

from linghang.report.template_speaker import CLOSES, OPENS
from linghang.words import Language

_T, _R, _P = qn("w:t"), qn("w:r"), qn("w:p")
LISTED = {"Heading1": 1, "Heading2": 2, "AnnexHeading": 1, "CentredHeading": 1}
"""Styles that the table of contents lists, with their level there."""
RUNNING = ("BodyText", "Letter")
MATRIX_LEFT, MATRIX_TWIPS = (850, 2900), 8840
DIGITS = "〇一二三四五六七八九"


def finished(document: Any, language: Language, own: bool) -> None:
    """Finish a filled document in place; `own` is whether the template is ours, whose contents we can number."""
    roots = [document.element.body]
    for section in document.sections:
        roots += [part._element for part in (section.header, section.footer) if not part.is_linked_to_previous]
    for root in roots:
        _highlight(root)
    _paragraphs(document.element.body)
    _even_columns(document.element.body)
    _number_captions(document.element.body)
    if own:
        _contents(document.element.body, language)


def _highlight(root: Any) -> None:
    """Put every placeholder into a run of its own, on a yellow ground."""
    for text in list(root.iter(_T)):
        if text.text and OPENS in text.text:
            _split(text)


def _split(text: Any) -> None:
    """Share a run among several: what stands before the text, its pieces, what stands after."""
    run = text.getparent()
    properties = run.find(qn("w:rPr"))
    children = [child for child in run if child is not properties]
    place = children.index(text)
    made = [_run(properties, children[:place])] if place else []
    for piece, marked in _pieces(text.text):
        inner = OxmlElement("w:t")
        inner.text = piece
        inner.set(qn("xml:space"), "preserve")
        made.append(_run(properties, [inner], marked))
    for one in made:
        run.addprevious(one)
    run.remove(text)
    if place + 1 == len(children):
        run.getparent().remove(run)


def _run(properties: Any, children: list[Any], marked: bool = False) -> Any:
    new = OxmlElement("w:r")
    if properties is not None:
        new.append(copy.deepcopy(properties))
    if marked:
        ground = f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="FFF07A"/>'
        new.get_or_add_rPr().append(parse_xml(ground))
    new.extend(children)
    return new


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    while text:
        plain, opens, rest = text.partition(OPENS)
        if plain:
            yield plain, False
        if not opens:
            return
        wanted, _, text = rest.partition(CLOSES)
        yield wanted, True


def _paragraphs(body: Any) -> None:
    """Make a paragraph of its own of every line of running text: it is indented like the others."""
    for paragraph in list(body.iter(_P)):
        style = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        if style is None or style.get(qn("w:val")) not in RUNNING:
            continue
        for mark in [one for one in paragraph.iter(qn("w:br")) if not one.attrib]:
            _cut(paragraph, mark)


def _cut(paragraph: Any, mark: Any) -> None:
    """Move what stands before a break into a paragraph before; the break itself goes."""
    run = mark.getparent()
    if run.getparent() is not paragraph:
        return
    head = OxmlElement("w:p")
    if (properties := paragraph.find(qn("w:pPr"))) is not None:
        head.append(copy.deepcopy(properties))
    for before in [one for one in run.itersiblings(preceding=True) if one.tag != qn("w:pPr")][::-1]:
        head.append(before)
    inner = [one for one in run if one.tag != qn("w:rPr")]
    head.append(_run(run.find(qn("w:rPr")), inner[: inner.index(mark)]))
    run.remove(mark)
    paragraph.addprevious(head)


def _even_columns(body: Any) -> None:
    """Give the columns of a matrix from the third on the same width; there are as many as the report has links."""
    for table in body.iter(qn("w:tbl")):
        style = table.find(f"{qn('w:tblPr')}/{qn('w:tblStyle')}")
        row = table.find(qn("w:tr"))
        if style is None or style.get(qn("w:val")) != "Matrix" or row is None:
            continue
        count = len(row.findall(qn("w:tc"))) - len(MATRIX_LEFT)
        if count < 1:
            continue
        each = (MATRIX_TWIPS - sum(MATRIX_LEFT)) // count
        widths = [*MATRIX_LEFT, *[each] * count]
        grid = table.find(qn("w:tblGrid"))
        for column in list(grid):
            grid.remove(column)
        for width in widths:
            grid.append(parse_xml(f'<w:gridCol {nsdecls("w")} w:w="{width}"/>'))
        for row in table.findall(qn("w:tr")):
            for cell, width in zip(row.findall(qn("w:tc")), widths, strict=False):
                cell.get_or_add_tcPr().width = width * 635


def _number_captions(body: Any) -> None:
    """Write the numbers that Word's SEQ fields will show: a reader that renews no fields shows these."""
    counted: dict[str, int] = {}
    for field in body.iter(qn("w:instrText")):
        words = (field.text or "").split()
        if len(words) > 1 and words[0] == "SEQ":
            counted[words[1]] = counted.get(words[1], 0) + 1
            if (shown := _shown(field)) is not None:
                shown.text = str(counted[words[1]])


def _shown(field: Any) -> Any:
    """Return the text that a field shows: the first one after its separator."""
    run = field.getparent().getnext()
    while run is not None:
        if (text := run.find(_T)) is not None:
            return text
        run = run.getnext()
    return None


def _contents(body: Any, language: Language) -> None:
    """Fill the table of contents: headings with their numbers, and fields that find their pages."""
    start = next((one for one in body.iter(qn("w:instrText")) if (one.text or "").split()[:1] == ["TOC"]), None)
    if start is None:
        return
    lines = []
    for place, (paragraph, level, text) in enumerate(_headings(body, language)):
        mark = f"_Toc{place + 1:06}"
        opening = f'<w:bookmarkStart {nsdecls("w")} w:id="{9000 + place}" w:name="{mark}"/>'
        first = next((one for one in paragraph if one.tag == _R), None)
        if first is None:
            continue
        first.addprevious(parse_xml(opening))
        paragraph.append(parse_xml(f'<w:bookmarkEnd {nsdecls("w")} w:id="{9000 + place}"/>'))
        lines.append(_line(level, text, mark))
    if not lines:
        return
    head = start.getparent().getparent()
    runs = [one for one in head if one.tag == _R]
    after = runs.index(start.getparent()) + 2  # the separator follows
    ending = runs[-1]
    for run in runs[after:-1]:
        head.remove(run)
    for child in [one for one in lines[0] if one.tag != qn("w:pPr")]:
        ending.addprevious(child)
    last = head
    for line in lines[1:]:
        last.addnext(line)
        last = line
    last.append(ending)


def _headings(body: Any, language: Language) -> list[tuple[Any, int, str]]:
    found, counts = [], [0, 0]
    for paragraph in body.iter(_P):
        style = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        name = style.get(qn("w:val")) if style is not None else ""
        if name not in LISTED:
            continue
        level = LISTED[name]
        text = "".join(one.text or "" for one in paragraph.iter(_T))
        if name.startswith("Heading"):
            counts = [counts[0] + 1, 0] if level == 1 else [counts[0], counts[1] + 1]
            text = _numbered(level, counts, language) + text
        found.append((paragraph, level, text))
    return found


def _numbered(level: int, counts: list[int], language: Language) -> str:
    if language == "zh":
        return f"{_chinese(counts[0])}、" if level == 1 else f"（{_chinese(counts[1])}）"
    return f"{counts[0]} " if level == 1 else f"{counts[0]}.{counts[1]} "


def _chinese(number: int) -> str:
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else DIGITS[tens] + "十"
    return head + (DIGITS[ones] if ones or not tens else "")


def _line(level: int, text: str, mark: str) -> Any:
    line = parse_xml(
        f'<w:p {nsdecls("w")}><w:pPr><w:pStyle w:val="TOC{level}"/></w:pPr>'
        f'<w:hyperlink w:anchor="{mark}" w:history="1"><w:r><w:t xml:space="preserve"></w:t></w:r><w:r><w:tab/></w:r>'
        f'<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> PAGEREF {mark} \\h </w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t></w:t></w:r>'
        f'<w:r><w:fldChar w:fldCharType="end"/></w:r></w:hyperlink></w:p>'
    )
    line.find(f"{qn('w:hyperlink')}/{_R}/{_T}").text = text
    return line
