"""C1xx: whose file it is. Names, credit codes, regions and the kind of body are the same wherever they stand."""

import re
from collections.abc import Iterator

from linghang.plant.codes import REGIONS
from linghang.plant.credit_code import is_valid
from linghang.report.consistency.catalogue_row import Flaw, at, few, flaw, plain, record, row
from linghang.report.consistency.facts import Facts

_CODE = re.compile(r"(?<![0-9A-Z])[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}(?![0-9A-Z])")
_OWN_PAPERS = ("licence", "maturity_report", "audit_report")
"""Kinds of documents that are about the applicant itself; a contract or an invoice names others too."""
_BODIES = ("公司", "集团", "厂", "研究院", "合作社")
_BRANCH = ("分公司", "分厂", "分部")
_SHORT_REGIONS = {code: text.zh[:2] for code, text in REGIONS.items()}
"""内蒙, 黑龙, 广西 …: the first two characters name a province-level division without doubt."""


def _codes_in_papers(facts: Facts) -> Iterator[Flaw]:
    own = {row["credit_code"] for row in facts.rows("enterprise")}
    for one in facts.current:
        found = _CODE.findall(facts.texts.get(one.sha256, "")) if one.kind in _OWN_PAPERS else []
        codes = sorted({code for code in found if is_valid(code)})
        if codes and not own.intersection(codes):
            said = few(codes)
            yield flaw(
                at("evidence", one.id, said.zh),
                f"{one.id}《{one.title}》上的统一社会信用代码是 {said.zh}，企业登记是 {'、'.join(sorted(own))}",
                f"{one.id} “{one.title}” bears the credit code {said.en}, the enterprise is {', '.join(sorted(own))}",
                record("enterprise", facts.rows("enterprise")[0]["enterprise_id"], "credit_code"),
            )


def _names_in_papers(facts: Facts) -> Iterator[Flaw]:
    names = [row["name"] for table in ("enterprise", "factory") for row in facts.rows(table)]
    for one in facts.current:
        text = plain(facts.texts.get(one.sha256, "")) if one.kind in _OWN_PAPERS else ""
        if text and not any(plain(name) in text for name in names):
            yield flaw(
                at("evidence", one.id, one.title),
                f"{one.id}《{one.title}》全文没有出现企业或工厂名称（{'、'.join(names)}）",
                f"the text of {one.id} “{one.title}” names neither enterprise nor factory ({', '.join(names)})",
                record("enterprise", facts.rows("enterprise")[0]["enterprise_id"], "name"),
            )


def _signatory(facts: Facts) -> Iterator[Flaw]:
    signed = str(facts.statements.get("signed_by") or "")
    own = {plain(row["name"]) for table in ("enterprise", "factory") for row in facts.rows(table)}
    if signed.endswith(_BODIES) and plain(signed) not in own:
        name = facts.rows("enterprise")[0]["name"]
        yield flaw(
            at("statements", "statements.yaml signed_by", signed),
            f"声明由“{signed}”署名，企业登记是“{name}”",
            f"the statements are signed by “{signed}”, the enterprise is “{name}”",
            record("enterprise", facts.rows("enterprise")[0]["enterprise_id"], "name", name),
        )


def _code_region(facts: Facts) -> Iterator[Flaw]:
    for one in facts.rows("enterprise"):
        code, region = str(one["credit_code"]), str(one["region_code"])
        if code[2:4] in REGIONS and code[2:4] != region[:2]:
            here, there = REGIONS[code[2:4]], REGIONS.get(region[:2])
            yield flaw(
                record("enterprise", one["enterprise_id"], "region_code", region),
                f"信用代码 {code} 的登记地是{here.zh}，注册地区划代码 {region} 是{there.zh if there else '未知'}",
                f"the credit code {code} was given in {here.en}, the region code {region} is "
                f"{there.en if there else 'unknown'}",
                record("enterprise", one["enterprise_id"], "credit_code", code),
            )


def _address(facts: Facts) -> Iterator[Flaw]:
    for one in facts.rows("factory"):
        address, region = str(one["address"] or ""), str(one["region_code"])
        named = [code for code, short in _SHORT_REGIONS.items() if address.startswith(short)]
        if named and region[:2] not in named:
            yield flaw(
                record("factory", one["factory_id"], "address", address),
                f"地址“{address}”与区划代码 {region}（{REGIONS[region[:2]].zh}）不在同一省份",
                f"the address “{address}” is not in {REGIONS[region[:2]].en}, which the region code {region} names",
                record("factory", one["factory_id"], "region_code", region),
            )


def _branch(facts: Facts) -> Iterator[Flaw]:
    for one in facts.rows("enterprise"):
        is_branch = str(one["name"]).endswith(_BRANCH)
        if one["legal_person"] is not None and is_branch == one["legal_person"]:
            zh = "名称是分支机构，却登记为独立法人" if is_branch else "登记为非独立法人，名称却不是分支机构"
            en = "is named as a branch, yet is entered as a legal person"
            if not is_branch:
                en = "is entered as no legal person, yet its name is not that of a branch"
            yield flaw(
                record("enterprise", one["enterprise_id"], "legal_person", one["name"]),
                f"“{one['name']}”{zh}",
                f"“{one['name']}” {en}",
            )


def _workspace_name(facts: Facts) -> Iterator[Flaw]:
    names = {plain(one["name"]): one["name"] for table in ("factory", "enterprise") for one in facts.rows(table)}
    if facts.workspace and plain(facts.workspace) not in names:
        name = facts.rows("factory")[0]["name"]
        yield flaw(
            at("records", "linghang.toml [workspace] name", facts.workspace),
            f"工作区名为“{facts.workspace}”，工厂登记是“{name}”；报告标题用的是前者",
            f"the workspace is named “{facts.workspace}”, the factory “{name}”; headings show the former",
            record("factory", facts.rows("factory")[0]["factory_id"], "name", name),
        )


def _only_one(facts: Facts) -> Iterator[Flaw]:
    for table, zh in (("enterprise", "企业"), ("factory", "工厂")):
        rows = facts.rows(table)
        if len(rows) > 1:
            said = few([one["name"] for one in rows])
            yield flaw(
                at("records", table, said.zh),
                f"记录中有 {len(rows)} 家{zh}：{said.zh}；一份申报只写一座工厂",
                f"the records hold {len(rows)} rows of {table}: {said.en}; an application is of one factory",
            )


def _own_replication(facts: Facts) -> Iterator[Flaw]:
    own = {one["credit_code"] for one in facts.rows("enterprise")}
    names = {plain(one["name"]) for one in facts.rows("enterprise")}
    for one in facts.rows("replication"):
        itself = one["receiver_credit_code"] in own or plain(one["receiver_name"]) in names
        if itself and not one["own_group"]:
            yield flaw(
                record("replication", one["replication_id"], "own_group", one["receiver_name"]),
                f"推广对象“{one['receiver_name']}”就是本企业，却未标为集团内",
                f"the receiver “{one['receiver_name']}” is the enterprise itself, yet not marked as of its own group",
                record("enterprise", facts.rows("enterprise")[0]["enterprise_id"], "credit_code"),
            )


ROWS = (
    row(
        "C101",
        "error",
        ("执照、成熟度报告、审计报告上的信用代码与企业登记一致", "own papers bear the enterprise's credit code"),
        (
            "核对执照，改正企业登记，或换上本企业的文件",
            "look at the licence; mend the record, or register the right paper",
        ),
        "enterprise documents",
        _codes_in_papers,
        "GB 32100-2015",
    ),
    row(
        "C102",
        "warning",
        ("执照、成熟度报告、审计报告写有企业或工厂名称", "own papers name the enterprise or the factory"),
        (
            "确认文件属于本企业；改过名的附上名称变更证明",
            "see that the paper is yours; after a change of name add its proof",
        ),
        "enterprise documents",
        _names_in_papers,
    ),
    row(
        "C103",
        "warning",
        ("声明的署名单位就是申报企业", "the statements are signed by the applicant"),
        ("由申报企业署名，或改正 signed_by", "let the applicant sign, or mend signed_by"),
        "enterprise statements",
        _signatory,
    ),
    row(
        "C104",
        "hint",
        ("信用代码中的登记地与注册地一致", "region of the credit code and of the registration agree"),
        ("迁址企业可以不同：说明迁址；否则改正代码", "it may differ after a move: say so; else mend the code"),
        "enterprise",
        _code_region,
        "GB 32100-2015",
    ),
    row(
        "C105",
        "warning",
        ("工厂地址与区划代码在同一省份", "address and region code of the factory are in one province"),
        ("改正地址或区划代码", "mend the address or the region code"),
        "factory",
        _address,
        "GB/T 2260",
    ),
    row(
        "C106",
        "warning",
        ("企业名称与法人资格相符", "name and legal standing of the enterprise agree"),
        (
            "按营业执照改正；分支机构申报看所在行业是否允许",
            "mend it after the licence; a branch may apply in some sectors",
        ),
        "enterprise",
        _branch,
        "N24 一.1",
    ),
    row(
        "C107",
        "hint",
        ("工作区名称与工厂名称一致", "workspace and factory have one name"),
        ("在 linghang.toml 中改成工厂名称", "give the workspace the factory's name in linghang.toml"),
        "factory",
        _workspace_name,
    ),
    row(
        "C108",
        "warning",
        ("记录中只有一家企业和一座工厂", "the records are of one enterprise and one factory"),
        ("每座工厂用一个工作区", "use one workspace for each factory"),
        "enterprise factory",
        _only_one,
    ),
    row(
        "C109",
        "error",
        ("推广对象不是本企业自己", "a solution was not passed on to the enterprise itself"),
        ("标为集团内，或删去", "mark it as of the own group, or take it out"),
        "enterprise replication",
        _own_replication,
        "N24 附件 20",
    ),
)
