"""What would prove an element, in words: records, a run of an engine, or a document."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from linghang.conditions.model import DERIVED, Element
from linghang.evidence.catalogue import DERIVATIONS
from linghang.evidence.derive import Derivation
from linghang.plant.titles import titled
from linghang.words import Text

Kind = Literal["need", "records", "engine", "document", "nothing", "parts"]


@dataclass(frozen=True, slots=True)
class Way:
    """One way to proof that counts at a floor.

    Attributes
    ----------
    floor
        documented or measured.
    kind
        need (what the records lacked this time), records, engine, document, parts (it follows from other elements),
        or nothing (no record and no engine can measure it).
    name
        Table, column, engine, kinds of documents.
    text
        The same in words.
    stated
        What a document would have to state.
    """

    floor: str
    kind: Kind
    name: str
    text: Text
    stated: str = ""


PAPERS: Mapping[str, tuple[tuple[str, ...], Text]] = {
    "fact": (
        ("licence", "certificate", "statement"),
        Text("证照、证书或官方登记摘录", "a licence, a certificate or an excerpt of an official register"),
    ),
    "attested": (
        ("audit_report", "certificate", "statement"),
        Text("审计报告、证书或主管部门证明", "an audit report, a certificate or a statement of the authority"),
    ),
    "measured": (("system_record",), Text("系统记录", "a record out of a system")),
    "capability": (
        ("acceptance", "contract", "system_record", "screenshot"),
        Text("验收报告、合同、系统记录或截图", "an acceptance report, a contract, a system record or a screenshot"),
    ),
    "benchmark": (
        ("audit_report", "certificate", "other"),
        Text("行业协会或主管部门发布的对比", "a comparison published by an association or an authority"),
    ),
    "maturity": (("maturity_report",), Text("当年的成熟度评估报告", "the maturity report of the year")),
    "count": (("acceptance", "certificate"), Text("各场景的验收报告", "acceptance reports of the scenes")),
}
"""Kind of element -> kinds of documents that commonly prove it. No official text lists them: they are our advice."""
MEASURED_KINDS = frozenset(("capability", "measured", "benchmark"))


def ways(
    element: Element,
    read: Sequence[str],
    counts: Mapping[str, str],
    needs: Sequence[str],
    engines_of: Callable[[str], Sequence[str]],
) -> Iterator[Way]:
    """Yield what would count at the floors where an element does not count yet.

    Parameters
    ----------
    read
        Fields that decide it, such as the maturity level.
    counts
        Floor -> the finding that counts there.
    needs
        What the records lacked in this assessment.
    """
    if element.part == "coverage":
        if counts["measured"] == "unknown":
            said = Text("由各必备环节的要素得出：补齐这些要素", "follows from the elements of its links: prove those")
            yield Way("measured", "parts", element.id, said)
        return
    about = (element.id, *read)
    rows = [one for one in DERIVATIONS if set(about) & set(one.about)]
    if counts["documented"] == "unknown":
        yield from _documented(element, read, rows, needs)
    if counts["measured"] == "unknown" and element.kind in MEASURED_KINDS:
        yield from _measured(element, rows, needs, engines_of(element.id))


def _documented(
    element: Element, read: Sequence[str], rows: Sequence[Derivation], needs: Sequence[str]
) -> Iterator[Way]:
    if any(one.proof == "documented" and one.tables for one in rows):
        for need in needs:
            if not need.startswith("engine:"):
                yield _need("documented", need)
        for one in rows:
            if one.proof == "documented" and one.tables:
                yield _records("documented", one)
    stated = _stated(element, read)
    kinds, papers = PAPERS.get(element.kind, PAPERS["fact"])
    if stated:
        yield Way("documented", "document", " ".join(kinds), papers, stated)


def _stated(element: Element, read: Sequence[str]) -> str:
    if read:
        return f"{read[0]}=N"
    return "" if element.part in DERIVED else f"{element.id}=met"


def _measured(
    element: Element, rows: Sequence[Derivation], needs: Sequence[str], engines: Sequence[str]
) -> Iterator[Way]:
    given = False
    for need in needs:
        given = True
        yield _need("measured", need)
    for one in engines:
        if f"engine:{one}" not in needs:
            given = True
            yield _need("measured", f"engine:{one}")
    for row in rows:
        if row.proof == "measured" and row.tables:
            given = True
            yield _records("measured", row)
    if not given:
        said = Text("目前没有引擎或记录可以实测它", "no engine and no record measures it yet")
        yield Way("measured", "nothing", element.id, said)


def _need(floor: str, need: str) -> Way:
    kind, _, name = need.partition(":")
    if kind == "engine":
        return Way(floor, "engine", name, Text(f"运行引擎 {name}", f"run the engine {name}"))
    what = titled(need)
    return Way(floor, "need", need, Text(f"补充记录：{what.zh}", f"records to supply: {what.en}"))


def _records(floor: str, row: Derivation) -> Way:
    tables = [titled(one) for one in row.tables]
    zh, en = "、".join(one.zh for one in tables), ", ".join(one.en for one in tables)
    said = Text(f"记录“{zh}”：{row.text.zh}", f"records “{en}”: {row.text.en}")
    return Way(floor, "records", " ".join(row.tables), said)
