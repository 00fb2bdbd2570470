"""Fields and formulas that load something by themselves: DDE, included pictures and texts, links, web functions.

The code of a Word field may be cut into any number of runs (ISO/IEC 29500-1, 17.16.18), and fields may stand in
fields; so the code is put together before it is looked at, and a field whose name is worked out by another is refused.
"""

import re
from collections.abc import Mapping
from zipfile import ZipFile, ZipInfo

from linghang.errors import BadInput, Place
from linghang.intake.office_xml import chunks, is_plain_utf8, read_elements
from linghang.words import later

_LOADING = re.compile(
    r"\s*(DDE|DDEAUTO|INCLUDEPICTURE|INCLUDETEXT|INCLUDE|IMPORT|LINK|RD|DATABASE|MACROBUTTON|EMBED)(?=[\s\\\"]|$)",
    re.IGNORECASE,
)
_FUNCTION = re.compile(r"(?<![\w.])(?:_xlfn\.)?(WEBSERVICE|IMAGE|RTD)\s*\(", re.IGNORECASE)
_FUNCTION_WORDS = (b"webservice", b"image", b"rtd", b"&#", b"cdata")
"""One of these stands, whatever the case, in the bytes of a sheet that calls such a function."""
_FORMULAS = ("f", "definedName", "formula", "formula1", "formula2")
_WITH_FORMULAS = ("xl/worksheets/", "xl/chartsheets/", "xl/workbook")
_FIELD_WORDS = (b"instrtext", b"fldsimple")
_OVERLAP = 64
_FIELD = later("holds a field that loads or runs something when it is opened ({code}); remove it, or print it to PDF")
_FORMULA = later("holds a formula that loads something from elsewhere ({code}); put its value there")


def check_fields(package: ZipFile, parts: Mapping[str, ZipInfo], kind: str, place: Place) -> None:
    """Refuse fields (Word) and formulas (Excel) that load something by themselves.

    Raises
    ------
    BadInput
        There is one.
    """
    for name, part in parts.items():
        if not name.endswith(".xml"):
            continue
        if kind == "docx" and name.startswith("word/") and _has(package, part, _FIELD_WORDS):
            _check_codes(package, part, place)
        if kind == "xlsx" and name.startswith(_WITH_FORMULAS) and _has(package, part, _FUNCTION_WORDS):
            _check_formulas(package, part, place)


def _has(package: ZipFile, part: ZipInfo, words: tuple[bytes, ...]) -> bool:
    """Whether one of the words stands in a part; of a part in another encoding than UTF-8 nobody can tell."""
    tail = b""
    for number, data in enumerate(chunks(package, part)):
        if number == 0 and not is_plain_utf8(data):
            return True
        text = (tail + data).lower()
        if any(word in text for word in words):
            return True
        tail = data[-_OVERLAP:]
    return False


class _Fields:
    """The codes of the fields of a part, put together from their runs."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._open: list[list[str]] = []
        self._in_code = False

    def start(self, name: str, given: Mapping[str, str]) -> None:
        """Take in the beginning of an element."""
        if name == "fldSimple":
            self._check(given.get("instr", ""))
        elif name in ("instrText", "delInstrText"):
            self._in_code = True
        elif name == "fldChar":
            kind = given.get("fldCharType", "")
            if kind == "begin":
                if self._open and not "".join(self._open[-1]).strip():
                    raise BadInput(_FIELD, self._place, code="{ { … } }")
                self._open.append([])
            elif kind in ("separate", "end") and self._open:
                self._check("".join(self._open[-1]))
                if kind == "end":
                    self._open.pop()

    def end(self, name: str) -> None:
        """Take in the end of an element."""
        if name in ("instrText", "delInstrText"):
            self._in_code = False

    def text(self, said: str) -> None:
        """Take in text."""
        if self._in_code:
            if self._open:
                self._open[-1].append(said)
            else:
                self._check(said)

    def close(self) -> None:
        """Look at fields that never end."""
        for one in self._open:
            self._check("".join(one))

    def _check(self, code: str) -> None:
        if _LOADING.match(code):
            raise BadInput(_FIELD, self._place, code=code.strip()[:80])


def _check_codes(package: ZipFile, part: ZipInfo, place: Place) -> None:
    fields = _Fields(place)
    read_elements(package, part, place, fields.start, fields.end, fields.text)
    fields.close()


class _Formulas:
    """The formulas of a sheet and the names of a workbook, put together from their pieces."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._said: list[str] | None = None

    def start(self, name: str, _given: Mapping[str, str]) -> None:
        """Take in the beginning of an element."""
        if name in _FORMULAS:
            self._said = []

    def text(self, said: str) -> None:
        """Take in text."""
        if self._said is not None:
            self._said.append(said)

    def end(self, name: str) -> None:
        """Take in the end of an element."""
        if name in _FORMULAS and self._said is not None:
            code = "".join(self._said)
            self._said = None
            if _FUNCTION.search(code):
                raise BadInput(_FORMULA, self._place, code=code[:80])


def _check_formulas(package: ZipFile, part: ZipInfo, place: Place) -> None:
    formulas = _Formulas(place)
    read_elements(package, part, place, formulas.start, formulas.end, formulas.text)
