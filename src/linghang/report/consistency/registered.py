"""C7xx, second part: the register of documents. No paper proves what it cannot, twice, or without its file."""

import re
from collections.abc import Iterator

from linghang.report.consistency.catalogue_row import Flaw, at, few, flaw, record, row
from linghang.report.consistency.facts import Facts
from linghang.report.consistency.papers import spot_of
from linghang.store.documents_card import Document, state_of
from linghang.words import Text

MOST_PROVED = {"invoice": 3, "photo": 3, "screenshot": 3, "contract": 5}
"""Kinds that show one thing, and how many elements and scenes one of them may prove before it is asked about; ours."""
_ASKED = re.compile(r"maturity_level >= (\d+)")
_STATED = re.compile(r"maturity_level=(\d+)")
_CHECKED_TABLES = ("software", "system_link", "equipment", "scene_built", "decision_model", "replication", "outlet")


def _unknown_proved(facts: Facts) -> Iterator[Flaw]:
    known = facts.known | set(facts.pack.by_id) | set(_removed(facts))
    scenes = {str(scene.number) for guide in facts.guides.values() for scene in guide.scenes}
    for one in facts.current:
        odd = []
        for name in one.proves:
            kind, colon, rest = name.partition(":")
            beside = {"scene": scenes, "indicator": set(facts.titles)}.get(kind, set()) if colon else known
            if beside and (rest if colon else name) not in beside:
                odd.append(name)
        if odd:
            said = few(odd)
            yield flaw(
                spot_of(one, said.en),
                f"{one.id}《{one.title}》要证明的条件、场景或指标不存在：{said.zh}",
                f"{one.id} “{one.title}” is to prove what there is not: {said.en}",
            )


def _removed(facts: Facts) -> dict[str, Text]:
    """Elements that the pack no longer asks at any level -> why."""
    left = {key.partition("@")[0]: origin.basis for key, origin in facts.pack.removed.items()}
    nothing = Text("", "")
    return {name: basis or nothing for name, basis in left.items() if name not in facts.pack.by_id}


def _removed_proved(facts: Facts) -> Iterator[Flaw]:
    removed = _removed(facts)
    for one in facts.current:
        odd = [name for name in one.proves if name in removed]
        if odd and len(odd) == len(one.proves):
            said = few(odd)
            yield flaw(
                spot_of(one, said.en),
                f"{one.id}《{one.title}》只证明标准包 {facts.pack.id} 已取消的条件：{said.zh}",
                f"{one.id} “{one.title}” proves only what the pack {facts.pack.id} has removed: {said.en}",
                at("pack", odd[0], removed[odd[0]].en),
            )


def _twice(facts: Facts) -> Iterator[Flaw]:
    seen: dict[str, list[Document]] = {}
    for one in facts.current:
        seen.setdefault(one.sha256, []).append(one)
    for ones in seen.values():
        first, *others = ones
        for other in others:
            different = [
                name
                for name in ("kind", "issuer", "issued_on", "supports_from", "supports_to", "valid_until")
                if getattr(first, name) != getattr(other, name)
            ]
            zh = f"，且说法不同（{'、'.join(different)}）" if different else ""
            en = f", and they differ in {', '.join(different)}" if different else ""
            yield flaw(
                spot_of(other, other.sha256[:16]),
                f"{first.id} 与 {other.id} 是同一个文件{zh}",
                f"{first.id} and {other.id} are one and the same file{en}",
                spot_of(first, first.sha256[:16]),
            )


def _proves_too_much(facts: Facts) -> Iterator[Flaw]:
    for one in facts.current:
        most = MOST_PROVED.get(one.kind)
        names = [name for name in one.proves if not name.startswith("maturity:")]
        if most is not None and len(names) > most:
            said = few(names)
            yield flaw(
                spot_of(one, said.en),
                f"{one.id}《{one.title}》一份材料证明 {len(names)} 项条件：{said.zh}",
                f"{one.id} “{one.title}” is one paper for {len(names)} conditions: {said.en}",
            )


def _stated_documents(facts: Facts) -> Iterator[Flaw]:
    kept = {one.sha256 for one in facts.current}
    numbers = {one.id for one in facts.current}
    retired = {one.id for one in facts.documents if one.retired_at is not None}
    for one in facts.observations:
        named = one.detail.get("document") if one.source.kind == "signatory" else None
        if not isinstance(named, dict):
            continue
        number, digest = str(named.get("number") or ""), str(named.get("sha256") or "")
        lost = (
            number in retired or (digest and digest not in kept) or (number.startswith("E0") and number not in numbers)
        )
        if lost:
            what = number or named.get("file") or digest[:16]
            zh = "已停用" if number in retired else "没有登记"
            en = "was retired" if number in retired else "is not registered"
            yield flaw(
                at("statements", f"statements.yaml {one.about}", what),
                f"声明 {one.about} 以“{what}”为据，该材料{zh}",
                f"the statement on {one.about} names the document “{what}”, which {en}",
            )


def _damaged(facts: Facts) -> Iterator[Flaw]:
    for one in facts.current:
        if one.sha256 in facts.damaged:
            yield flaw(
                spot_of(one, one.sha256[:16]),
                f"{one.id}《{one.title}》的文件不在了，或与登记时不同",
                f"the file of {one.id} “{one.title}” is gone, or is not the one that was registered",
            )


def _against_judgement(facts: Facts) -> Iterator[Flaw]:
    for one in facts.current:
        odd = [name for name in one.proves if facts.elements.get(name, {}).get("finding") == "unmet"]
        if odd and state_of(one, facts.as_of) == "current":
            said = few(odd)
            yield flaw(
                spot_of(one, said.en),
                f"{one.id}《{one.title}》要证明 {said.zh}，判定结果却是不满足",
                f"{one.id} “{one.title}” is to prove {said.en}, which is judged unmet",
                *(at("judgement", name, "unmet") for name in odd[:3]),
            )


def _incomplete(facts: Facts) -> Iterator[Flaw]:
    bare = [one.id for one in facts.current if one.proves and not (one.issuer and one.issued_on)]
    if bare:
        said = few(bare)
        yield flaw(
            at("evidence", bare[0]),
            f"{len(bare)} 份材料没有写出具单位或出具日期：{said.zh}",
            f"{len(bare)} papers have no issuer or no day of issue: {said.en}",
        )


def _lost_links(facts: Facts) -> Iterator[Flaw]:
    for one in facts.current:
        for link in one.links:
            kind, _, rest = link.partition(":")
            table, _, key = rest.partition("/")
            if kind == "record" and table in _CHECKED_TABLES and key not in facts.by_id(table):
                yield flaw(
                    spot_of(one, link),
                    f"{one.id}《{one.title}》关联的记录 {rest} 不存在",
                    f"{one.id} “{one.title}” is linked to the record {rest}, which is not there",
                    record(table, key),
                )


ROWS = (
    row(
        "C704",
        "error",
        ("材料要证明的条件存在", "papers prove what there is"),
        ("改成条件、场景或指标的编号", "name a condition, scene or indicator"),
        "documents",
        _unknown_proved,
    ),
    row(
        "C719",
        "hint",
        ("材料证明的条件没有被取消", "papers prove what is still asked"),
        ("只用于别的标准包则保留，否则停用", "keep it if another pack asks it, else retire it"),
        "documents",
        _removed_proved,
    ),
    row(
        "C705",
        "warning",
        ("同一文件只登记一次", "a file is registered once"),
        ("保留一份登记，写全它证明的条件", "keep one registration, with everything that it proves"),
        "documents",
        _twice,
    ),
    row(
        "C706",
        "warning",
        ("一张发票、截图、照片不证明过多条件", "one invoice or picture does not prove too much"),
        ("为各项条件补各自的材料", "add a paper of its own for each condition"),
        "documents",
        _proves_too_much,
        "platform: 3–5",
    ),
    row(
        "C710",
        "error",
        ("声明引用的材料在登记中", "documents that statements name are registered"),
        ("登记该材料，或在声明中改用登记编号", "register it, or name a registered one in the statements"),
        "statements observations",
        _stated_documents,
    ),
    row(
        "C711",
        "error",
        ("登记的文件完好", "registered files are whole"),
        ("从备份放回原文件，或作为新版本登记", "put the file back, or register a revision"),
        "documents",
        _damaged,
    ),
    row(
        "C712",
        "error",
        ("材料要证明的条件没有被判为不满足", "papers do not prove what is judged unmet"),
        ("看记录与材料谁对；据实改正一方", "see whether records or paper are right, and mend the other"),
        "documents assessment",
        _against_judgement,
    ),
    row(
        "C714",
        "hint",
        ("材料写明出具单位和日期", "papers have issuer and day"),
        ("补出具单位和日期", "supply both"),
        "documents",
        _incomplete,
    ),
    row(
        "C715",
        "error",
        ("材料关联的记录存在", "records that papers are linked to are there"),
        ("改正记录编号", "mend the key of the record"),
        "documents",
        _lost_links,
    ),
)
