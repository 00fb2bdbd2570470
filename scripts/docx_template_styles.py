"""Styles of the DOCX templates: fonts for both scripts, spacing, numbered headings, tables."""

from typing import Any

from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Pt, RGBColor

SERIF, SANS, LATIN, LATIN_SANS = "SimSun", "SimHei", "Times New Roman", "Arial"
"""Fonts that Windows and WPS have; where they are not, the machine's own Chinese serif and sans stand in."""
BLACK = RGBColor(0, 0, 0)

# name, based on, sans?, bold?, size pt, space before pt, after pt, line (0: exact by Word), first-line indent, align
_PARAGRAPHS = (
    ("Body Text", "Normal", False, False, 12, 0, 0, 1.5, True, None),
    ("Letter", "Normal", False, False, 14, 0, 0, 1.75, True, None),
    ("Note", "Normal", False, False, 9, 2, 6, 1.15, False, None),
    ("Gap", "Normal", False, False, 6, 0, 0, 1.0, False, None),
    ("Tag", "Normal", False, False, 8, 0, 0, 1.0, False, None),
    ("Table Text", "Normal", False, False, 10, 1, 1, 1.0, False, None),
    ("Table Small", "Normal", False, False, 8.5, 1, 1, 1.0, False, None),
    ("Table Head", "Normal", True, True, 9, 2, 2, 1.0, False, 1),
    ("Table Group", "Normal", True, True, 9, 2, 2, 1.0, False, None),
    ("Form Label", "Normal", True, False, 10, 1, 1, 1.0, False, 1),
    ("Figure", "Normal", False, False, 10, 6, 2, 1.0, False, 1),
    ("Plain Heading", "Normal", False, True, 14, 12, 6, 1.2, False, None),
    ("Cover Space", "Normal", False, False, 16, 36, 36, 1.0, False, None),
    ("Cover Line", "Normal", False, False, 14, 8, 2, 1.0, False, None),
    ("Cover Date", "Normal", False, False, 14, 0, 0, 1.0, False, 1),
    ("Signature Line", "Normal", False, False, 13, 10, 2, 1.0, False, None),
    ("Seal", "Normal", False, False, 14, 8, 0, 1.2, False, 2),
    ("Contents Heading", "Normal", True, True, 18, 0, 18, 1.2, False, 1),
    ("Centred Heading", "Normal", False, True, 20, 0, 24, 1.2, False, 1),
    ("Annex Heading", "Normal", True, True, 16, 0, 10, 1.2, False, None),
    ("TOC 1", "Normal", True, False, 12, 6, 0, 1.2, False, None),
    ("TOC 2", "Normal", False, False, 11, 0, 0, 1.2, False, None),
    ("Title", "Normal", False, True, 32, 60, 18, 1.1, False, 1),
    ("Subtitle", "Normal", True, False, 18, 0, 30, 1.1, False, 1),
    ("Caption", "Normal", True, False, 10.5, 6, 4, 1.1, False, 1),
    ("Header", "Normal", False, False, 9, 0, 0, 1.0, False, 1),
    ("Footer", "Normal", False, False, 10, 0, 0, 1.0, False, 1),
    ("Heading 1", "Normal", True, True, 16, 18, 9, 1.2, False, None),
    ("Heading 2", "Normal", False, True, 14, 12, 6, 1.2, False, None),
    ("Heading 3", "Normal", False, True, 12, 9, 5, 1.2, False, None),
)
_KEPT = (
    "Heading 1",
    "Heading 2",
    "Heading 3",
    "Plain Heading",
    "Annex Heading",
    "Centred Heading",
    "Figure",
    "Table Group",
)
_OUTLINED = {"Annex Heading": 0, "Centred Heading": 0}


def dressed(doc: Any, zh: bool) -> None:
    """Set all styles of a new document."""
    _bare(doc)
    _fonts(doc.styles["Normal"], False)
    doc.styles["Normal"].font.size = Pt(12)
    _language(doc.styles["Normal"], zh)
    for row in _PARAGRAPHS:
        _paragraph(doc, row, zh)
    doc.styles["Title"].font.size = Pt(32 if zh else 26)
    _numbers(doc, zh)
    _tables(doc)
    _contents_tabs(doc)
    update = parse_xml(f'<w:updateFields {nsdecls("w")} w:val="true"/>')
    later = {qn(f"w:{name}") for name in ("hdrShapeDefaults", "footnotePr", "endnotePr", "compat", "rsids")}
    next(one for one in doc.settings.element if one.tag in later).addprevious(update)


def _bare(doc: Any) -> None:
    """Drop the styles of the library's own template that nothing here uses."""
    wanted = {"Normal", "Default Paragraph Font", "Normal Table", "No List", "Table Grid"} | {
        row[0] for row in _PARAGRAPHS
    }
    for style in list(doc.styles):
        if style.name not in wanted:
            style.element.getparent().remove(style.element)


def _paragraph(doc: Any, row: tuple[Any, ...], zh: bool) -> None:
    name, base, sans, bold, size, before, after, line, indent, align = row
    known = {style.name for style in doc.styles}
    style = doc.styles[name] if name in known else doc.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    for tag in ("w:rPr", "w:pPr"):
        for old in style.element.findall(qn(tag)):
            style.element.remove(old)
    for tag in ("w:link", "w:next"):
        for old in style.element.findall(qn(tag)):
            style.element.remove(old)
    style.base_style = doc.styles[base]
    style.hidden, style.quick_style = False, True
    _fonts(style, sans)
    style.font.size, style.font.bold, style.font.color.rgb = Pt(size), bold, BLACK
    form = style.paragraph_format
    form.space_before, form.space_after, form.line_spacing = Pt(before), Pt(after), line
    form.alignment = align
    form.keep_with_next = name in _KEPT or None
    form.widow_control = True
    if indent and not zh:
        form.space_after = Pt(6)
    if indent and zh:
        properties = style.element.get_or_add_pPr()
        properties.append(parse_xml(f'<w:ind {nsdecls("w")} w:firstLineChars="200" w:firstLine="480"/>'))
    if name in _OUTLINED:
        style.element.get_or_add_pPr().append(parse_xml(f'<w:outlineLvl {nsdecls("w")} w:val="{_OUTLINED[name]}"/>'))


def _fonts(style: Any, sans: bool) -> None:
    style.font.name = LATIN_SANS if sans else LATIN
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for old in [key for key in fonts.attrib if key.endswith("Theme")]:
        del fonts.attrib[old]
    fonts.set(qn("w:eastAsia"), SANS if sans else SERIF)
    fonts.set(qn("w:hAnsi"), LATIN_SANS if sans else LATIN)
    fonts.set(qn("w:cs"), LATIN_SANS if sans else LATIN)


def _language(style: Any, zh: bool) -> None:
    properties = style.element.get_or_add_rPr()
    for old in properties.findall(qn("w:lang")):
        properties.remove(old)
    properties.append(parse_xml(f'<w:lang {nsdecls("w")} w:val="{"en-US" if zh else "en-GB"}" w:eastAsia="zh-CN"/>'))


def _numbers(doc: Any, zh: bool) -> None:
    """Join the headings with one list of several levels: 一、（一）1. or 1, 1.1, 1.1.1."""
    forms = (
        (("chineseCountingThousand", "%1、"), ("chineseCountingThousand", "（%2）"), ("decimal", "%3. "))
        if zh
        else (("decimal", "%1 "), ("decimal", "%1.%2 "), ("decimal", "%1.%2.%3 "))
    )
    levels = "".join(
        f'<w:lvl w:ilvl="{place}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:pStyle w:val="Heading{place + 1}"/>'
        f'<w:suff w:val="nothing"/><w:lvlText w:val="{text}"/><w:lvlJc w:val="left"/>'
        f'<w:pPr><w:ind w:left="0" w:firstLine="0"/></w:pPr></w:lvl>'
        for place, (form, text) in enumerate(forms)
    )
    numbering = doc.part.numbering_part.element
    for old in list(numbering):
        numbering.remove(old)
    numbering.append(
        parse_xml(
            f'<w:abstractNum {nsdecls("w")} w:abstractNumId="1"><w:multiLevelType w:val="multilevel"/>'
            f"{levels}</w:abstractNum>"
        )
    )
    numbering.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="1"><w:abstractNumId w:val="1"/></w:num>'))
    for place in range(3):
        properties = doc.styles[f"Heading {place + 1}"].element.get_or_add_pPr()
        number = f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{place}"/><w:numId w:val="1"/></w:numPr>'
        properties._insert_numPr(parse_xml(number))
        properties.append(parse_xml(f'<w:outlineLvl {nsdecls("w")} w:val="{place}"/>'))


def _tables(doc: Any) -> None:
    hair, thick = 'w:val="single" w:sz="2" w:color="B5BAC0"', 'w:val="single" w:sz="10" w:color="000000"'
    grid = 'w:val="single" w:sz="4" w:color="9AA0A6"'
    borders = {
        "Three Lines": f"<w:top {thick}/><w:bottom {thick}/><w:insideH {hair}/>",
        "Matrix": f"<w:top {thick}/><w:bottom {thick}/><w:insideH {hair}/>",
        "Form": "".join(f"<w:{side} {grid}/>" for side in ("top", "left", "bottom", "right", "insideH", "insideV")),
        "Plain Lines": "",
    }
    for name, edges in borders.items():
        style = doc.styles.add_style(name, WD_STYLE_TYPE.TABLE)
        style.base_style = doc.styles["Normal Table"]
        margins = "".join(f'<w:{side} w:w="70" w:type="dxa"/>' for side in ("left", "right"))
        style.element.append(
            parse_xml(
                f"<w:tblPr {nsdecls('w')}><w:tblBorders>{edges}</w:tblBorders>"
                f"<w:tblCellMar>{margins}</w:tblCellMar></w:tblPr>"
            )
        )


def _contents_tabs(doc: Any) -> None:
    for name, left in (("TOC 1", 0), ("TOC 2", 420)):
        properties = doc.styles[name].element.get_or_add_pPr()
        tabs = f'<w:tabs {nsdecls("w")}><w:tab w:val="right" w:leader="dot" w:pos="8840"/></w:tabs>'
        properties._insert_tabs(parse_xml(tabs))
        properties.append(parse_xml(f'<w:ind {nsdecls("w")} w:left="{left}"/>'))


# ISO/IEC 29500-1 asks for the children of these in one order; Word refuses files that have another.
_ORDERS = {
    "pPr": "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd tabs "
    "suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi adjustRightInd "
    "snapToGrid spacing ind contextualSpacing mirrorIndents suppressOverlap jc textDirection textAlignment "
    "textboxTightWrap outlineLvl divId cnfStyle rPr sectPr pPrChange",
    "tcPr": "cnfStyle tcW gridSpan hMerge vMerge tcBorders shd noWrap tcMar textDirection tcFitText vAlign hideMark",
    "trPr": "cnfStyle divId gridBefore gridAfter wBefore wAfter cantSplit trHeight tblHeader tblCellSpacing jc hidden",
    "style": "name aliases basedOn next link autoRedefine hidden uiPriority semiHidden unhideWhenUsed qFormat locked "
    "personal personalCompose personalReply rsid pPr rPr tblPr trPr tcPr tblStylePr",
}


def in_order(root: Any) -> None:
    """Put the children of properties into the order of the standard."""
    for name, order in _ORDERS.items():
        place = {qn(f"w:{one}"): at for at, one in enumerate(order.split())}
        for element in root.iter(qn(f"w:{name}")):
            element[:] = sorted(element, key=lambda child: place.get(child.tag, len(place)))
