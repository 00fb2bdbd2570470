"""Writes a dossier as DOCX that stays editable: Word's own styles, headings, tables, captions and fields.

The templates beside this module are ordinary Word files (scripts/docx_template.py makes them); a user may hand in one
of his own. Tags are read by docxtpl within `docx_sandbox`; values are escaped and never become tags.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any

from docx.oxml import parse_xml
from docx.shared import Pt
from docxtpl import DocxTemplate, InlineImage

from linghang.errors import BadInput, Place
from linghang.intake.office_file import check_office
from linghang.report.content import Dossier, Kind
from linghang.report.docx_finish import finished
from linghang.report.docx_package import fixed
from linghang.report.docx_sandbox import TagEnvironment, rendered
from linghang.report.drawing import Drawing
from linghang.report.pdf import png
from linghang.report.report_figures import report_figures
from linghang.report.template_speaker import Values
from linghang.report.template_values import FIGURES, PLACED, template_values
from linghang.words import Language

TEMPLATES = Path(__file__).parent / "templates"
PRINT_PPI = 220.0
"""Dots an inch of drawings: sharp in print, small enough to be mailed."""
MAX_TEMPLATE = 8 << 20
_PARAGRAPH = re.compile(r"<w:p(?=[ >])")


def docx(dossier: Dossier, language: Language, template: Path | None = None) -> bytes:
    """Return a dossier as DOCX.

    Parameters
    ----------
    template
        A template of the user; without one, ours of this kind and language.

    Raises
    ------
    BadInput
        For a template that is no DOCX, could do harm, or has a tag that is broken or names what is not there.
    """
    path = template or TEMPLATES / f"{dossier.kind}.{language}.docx"
    if template is not None:
        _check(template)
    document = _Template(BytesIO(path.read_bytes()), path.name)
    values = template_values(dossier, language)
    values |= _figures(document, report_figures(dossier, language))
    document.render(values, TagEnvironment(), autoescape=True)
    moment = datetime(dossier.as_of.year, dossier.as_of.month, dossier.as_of.day)
    document.docx.core_properties.created = document.docx.core_properties.modified = moment
    finished(document.docx, language, own=template is None)
    kept = BytesIO()
    document.docx.save(kept)
    return fixed(kept.getvalue())


def default_template(kind: Kind, language: Language) -> bytes:
    """Return our template of a kind of report: what a user's own template begins with."""
    return (TEMPLATES / f"{kind}.{language}.docx").read_bytes()


def _check(template: Path) -> None:
    if check_office(template) != "docx":
        raise BadInput("a template is a Word file (.docx)", Place(str(template)))
    if template.stat().st_size > MAX_TEMPLATE:
        raise BadInput("a template has at most {mebibytes} MiB", Place(str(template)), mebibytes=MAX_TEMPLATE >> 20)


def _figures(document: "_Template", drawings: Mapping[str, Drawing]) -> Values:
    """Return the figures as templates name them; what has nothing to show is None."""
    made = {
        name: {"image": _Picture(document, drawing), "title": drawing.title, "alt": drawing.alt}
        for name, drawing in drawings.items()
    }
    more = [one for name, one in made.items() if name not in PLACED]
    return {"figures": dict.fromkeys(FIGURES) | made, "figures_more": more}


class _Picture(InlineImage):  # type: ignore[misc]
    """A drawing in a run, as PNG, with words for those who do not see it; drawn when a template asks for it."""

    def __init__(self, document: "_Template", drawing: Drawing) -> None:
        super().__init__(document, None, width=Pt(min(drawing.width, 442)))
        self.drawing = drawing
        self.image_descriptor: BytesIO | None = None

    def _insert_image(self) -> str:
        if self.image_descriptor is None:
            self.image_descriptor = BytesIO(png(self.drawing.svg, PRINT_PPI))
        self.image_descriptor.seek(0)
        part = self.tpl.current_rendering_part
        inline = part.new_pic_inline(self.image_descriptor, self.width, None)
        inline.docPr.set("descr", self.drawing.alt)
        inline.docPr.set("name", self.drawing.id)
        xml: str = inline.xml
        return f'</w:t></w:r><w:r><w:drawing>{xml}</w:drawing></w:r><w:r><w:t xml:space="preserve">'

    def __html__(self) -> str:
        return self._insert_image()

    __str__ = __html__


class _Template(DocxTemplate):  # type: ignore[misc]
    """docxtpl's template, rendered in our sandbox, which writes ends of lines itself."""

    def __init__(self, file: BytesIO, name: str) -> None:
        super().__init__(file)
        self.name = name

    def render_xml_part(self, src_xml: str, part: Any, context: Values, jinja_env: Any = None) -> str:
        """Fill in one part: body, header or footer."""
        self.current_rendering_part = part
        lined = _PARAGRAPH.sub("\n<w:p", src_xml)
        filled = rendered(lined, context, jinja_env, self.name).replace("\n<w:p", "<w:p")
        try:
            parse_xml(filled)
        except SyntaxError:
            raise BadInput(
                "the tags of the template tear a table or a paragraph apart: a loop or a condition that begins in a "
                "row, a cell or a paragraph ends in the same one, or is written with {{%tr, {{%tc or {{%p",
                Place(self.name),
            ) from None
        return filled

    def render_properties(self, context: Values, jinja_env: Any = None) -> None:
        """Fill in the properties that show who wrote what."""
        core = self.docx.core_properties
        for name in ("title", "author", "subject", "comments"):
            filled = rendered(getattr(core, name), context, jinja_env, self.name)
            setattr(core, name, unescape(filled)[:255])
