"""C22x: what documents can prove by their dates. A paper proves what was there when it was made, while it counts."""

from collections.abc import Iterator
from datetime import date

from linghang.report.consistency.catalogue_row import Flaw, at, few, flaw, record, row
from linghang.report.consistency.facts import Facts
from linghang.report.remarks import Spot
from linghang.store.documents_card import Document

SEEN = ("screenshot", "photo", "system_record")
"""Kinds that show something which is there."""
LOOKING_BACK = (*SEEN, "audit_report", "acceptance", "invoice")
"""Kinds that speak of what was until their day, not of what comes."""
BOUGHT = ("contract",)
LIVE_COLUMNS = {
    "software": "go_live_on",
    "system_link": "go_live_on",
    "equipment": "commissioned_on",
    "scene_built": "go_live_on",
    "decision_model": "first_used_on",
}


def spot_of(one: Document, quote: object = "") -> Spot:
    """A document as a place."""
    return at("evidence", one.id, quote or one.title)


def _name(one: Document) -> str:
    return f"{one.id}《{one.title}》"


def linked(facts: Facts, one: Document) -> Iterator[tuple[str, str, date | None]]:
    """Records that a document is linked to: table, key, and since when the thing is there."""
    for link in one.links:
        kind, _, rest = link.partition(":")
        table, _, key = rest.partition("/")
        if kind == "record" and table in LIVE_COLUMNS and (found := facts.by_id(table).get(key)):
            yield table, key, found[LIVE_COLUMNS[table]]


def _issued_before(facts: Facts) -> Iterator[Flaw]:
    for one in facts.current:
        if one.kind in LOOKING_BACK and one.issued_on and one.supports_from and one.issued_on < one.supports_from:
            yield flaw(
                spot_of(one, one.issued_on),
                f"{_name(one)}出具于 {one.issued_on}，早于它要证明的期间（{one.supports_from} 起）",
                f"{one.id} “{one.title}” was issued on {one.issued_on}, before the period that it supports "
                f"({one.supports_from})",
            )


def _beyond_issue(facts: Facts) -> Iterator[Flaw]:
    for one in facts.current:
        whole = one.issued_on and one.supports_to and one.supports_to.toordinal() - one.issued_on.toordinal() > 1
        begun = not (one.issued_on and one.supports_from and one.issued_on < one.supports_from)
        if one.kind in LOOKING_BACK and whole and begun:
            yield flaw(
                spot_of(one, one.supports_to),
                f"{_name(one)}出具于 {one.issued_on}，却要证明到 {one.supports_to} 之前：出具之后的事它不能证明",
                f"{one.id} “{one.title}” was issued on {one.issued_on}, yet is to support days until {one.supports_to}",
            )


def _of_the_future(facts: Facts) -> Iterator[Flaw]:
    for one in facts.current:
        if one.issued_on and one.issued_on > facts.as_of:
            yield flaw(
                spot_of(one, one.issued_on),
                f"{_name(one)}的出具日期 {one.issued_on} 晚于判定日 {facts.as_of}",
                f"{one.id} “{one.title}” is dated {one.issued_on}, after the day of judgement {facts.as_of}",
            )


def _expired(facts: Facts) -> Iterator[Flaw]:
    alive = {
        name for one in facts.current if one.valid_until is None or facts.as_of < one.valid_until for name in one.proves
    }
    for one in facts.current:
        if one.valid_until and facts.as_of >= one.valid_until and one.proves:
            alone = [name for name in one.proves if name not in alive]
            said = few(alone)
            zh = f"，且没有别的材料证明 {said.zh}" if alone else ""
            en = f", and nothing else proves {said.en}" if alone else ""
            yield flaw(
                spot_of(one, one.valid_until),
                f"{_name(one)}自 {one.valid_until} 起失效{zh}",
                f"{one.id} “{one.title}” no longer counts from {one.valid_until}{en}",
            )


def _before_it_was_there(facts: Facts) -> Iterator[Flaw]:
    for one in facts.current:
        for table, key, since in linked(facts, one):
            day = one.issued_on or one.supports_from
            if one.kind in SEEN and since and day and day < since:
                yield flaw(
                    spot_of(one, day),
                    f"{_name(one)}日期 {day}，早于它所示 {key} 的上线（启用）日期 {since}",
                    f"{one.id} “{one.title}” is of {day}, before {key}, which it shows, was live ({since})",
                    record(table, key, LIVE_COLUMNS[table], since),
                )


def _bought_after(facts: Facts) -> Iterator[Flaw]:
    for one in facts.current:
        for table, key, since in linked(facts, one):
            if one.kind in BOUGHT and since and one.issued_on and one.issued_on > since:
                yield flaw(
                    spot_of(one, one.issued_on),
                    f"{_name(one)}签于 {one.issued_on}，{key} 却已于 {since} 上线（启用）",
                    f"{one.id} “{one.title}” was signed on {one.issued_on}, but {key} is live since {since}",
                    record(table, key, LIVE_COLUMNS[table], since),
                )


def _accepted_before(facts: Facts) -> Iterator[Flaw]:
    for one in facts.current:
        for table, key, since in linked(facts, one):
            if one.kind == "acceptance" and since and one.issued_on and one.issued_on < since:
                yield flaw(
                    spot_of(one, one.issued_on),
                    f"{_name(one)}验收于 {one.issued_on}，{key} 登记为 {since} 才上线（启用）",
                    f"{one.id} “{one.title}” accepts on {one.issued_on} what is entered as live since {since}: {key}",
                    record(table, key, LIVE_COLUMNS[table], since),
                )


ROWS = (
    row(
        "C221",
        "error",
        ("证明材料不早于所证明的期间", "a paper is not older than what it supports"),
        ("换用期间内或之后出具的材料，或改正期间", "use a paper of that time or later, or mend the period"),
        "documents",
        _issued_before,
    ),
    row(
        "C222",
        "warning",
        ("证明材料不证明出具之后的事", "a paper supports no days after its own"),
        ("把支持期间截到出具日，之后另补材料", "let its period end with its day; add a later paper"),
        "documents",
        _beyond_issue,
    ),
    row(
        "C223",
        "error",
        ("证明材料的日期不晚于判定日", "papers are not dated after the day of judgement"),
        ("改正日期，或到期后再用", "mend the date, or use it later"),
        "documents",
        _of_the_future,
    ),
    row(
        "C224",
        "warning",
        ("引用的证明材料在有效期内", "papers that prove something are valid"),
        ("补新的证书或报告，旧的停用", "register the new one and retire the old"),
        "documents",
        _expired,
        "platform",
    ),
    row(
        "C225",
        "error",
        ("截图、照片、系统记录不早于系统上线", "screenshots and records are not older than the system"),
        (
            "改正上线日期或截图日期；属于旧系统的不得混用",
            "mend one of the two days; a picture of the old system proves nothing here",
        ),
        "documents",
        _before_it_was_there,
    ),
    row(
        "C226",
        "warning",
        ("合同不晚于上线", "contracts are not younger than the go-live"),
        ("说明先用后签，或改正日期", "explain it, or mend the day"),
        "documents",
        _bought_after,
    ),
    row(
        "C227",
        "warning",
        ("验收不早于上线", "acceptance is not before the go-live"),
        ("按验收报告改正上线日期", "mend the go-live after the acceptance"),
        "documents",
        _accepted_before,
    ),
)
