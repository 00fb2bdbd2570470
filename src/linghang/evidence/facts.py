"""Derivations for the eligibility: what registers and statements in the records say of the enterprise."""

import pyarrow as pa
import pyarrow.compute as pc

from linghang.conditions.rules import months_before
from linghang.evidence.derive import Derivation, Found, Look, Needs
from linghang.evidence.looking import between, in_use, key_equipment, share_of_flags, where, whether_in_use
from linghang.words import Text

_SEVERITIES = ("general", "larger", "major", "extraordinary")
_BRANCH_DIVISIONS = ("25", "16", "32", "36", "07")
"""Petrochemicals, tobacco, non-ferrous metals, automotive, oil and gas: a branch may apply (NM25 一.1)."""


def _flag(column: str, wanted: bool = True):  # type: ignore[no-untyped-def]
    def run(look: Look) -> Found | Needs:
        values = set(look.tables["enterprise"][column].to_pylist())
        if len(values) != 1 or None in values:
            return Needs((f"enterprise.{column}",))
        return Found("met" if values == {wanted} else "unmet", {"column": f"enterprise.{column}"})

    return run


def _registered_in_region(look: Look) -> Found | Needs:
    wanted = str(look.thresholds["region_code"])
    regions = {str(code)[:2] for code in look.tables["enterprise"]["region_code"].to_pylist()}
    if len(regions) != 1:
        return Needs(("enterprise.region_code",))
    return Found("met" if regions == {wanted[:2]} else "unmet", {"region_code": wanted})


def _legal_person(look: Look) -> Found | Needs:
    """Legal person above designated size; in four sectors a branch with a credit code will do."""
    rows = look.tables["enterprise"].to_pylist()
    if len(rows) != 1:
        return Needs(("enterprise",))
    one = rows[0]
    if None in (one["above_scale"], one["legal_person"]):
        return Needs(("enterprise.above_scale", "enterprise.legal_person"))
    division = str(one["industry_code"]).lstrip("BCDbcd")[:2]
    branch = division in _BRANCH_DIVISIONS and bool(one["credit_code"])
    met = one["above_scale"] and (one["legal_person"] or branch)
    return Found("met" if met else "unmet", {"legal_person": one["legal_person"], "branch_sector": branch})


def _no_incident(look: Look) -> Found | Needs:
    """No incident of the pack's severity and domains in its look-back. An empty register says nothing."""
    worst = _SEVERITIES.index(str(look.thresholds["incident_severity"]))
    domains = ["safety", "environment"] + ["quality"] * (look.thresholds["incident_domains"] == "with_quality")
    start, end = look.midnight(months_before(look.as_of, look.days("incident_months"))), look.midnight(look.as_of)
    register = look.tables["incident"]
    register = register.filter(pc.less(register["at"], pa.scalar(end, register["at"].type)))
    if register.num_rows == 0:
        return Needs(("incident",))
    seen = between(register, "at", start, end)
    bad = where(seen, severity=list(_SEVERITIES[worst:]), domain=domains)
    detail = {"domains": domains, "incidents": bad.num_rows, "register_rows": register.num_rows}
    return Found("unmet" if bad.num_rows else "met", detail)


def _talent(look: Look) -> Found | Needs:
    """Professionals employed on the day; who may be one, or may be employed, leaves it open where that decides."""
    people = look.tables["person"]
    employed = whether_in_use(people, look.as_of, "joined_on", "left_on")
    flags = pc.and_kleene(employed, people["smart_manufacturing"])
    least = look.number("talent_minimum")
    count = int(pc.sum(pc.cast(flags, pa.int64())).as_py() or 0)
    if count < least <= count + flags.null_count:
        return Needs(("person.smart_manufacturing, person.joined_on",))
    detail = {"people": count, "unknown": flags.null_count}
    return Found("met" if count >= least else "unmet", detail)


def _controllable(look: Look) -> Found | Needs:
    """Key equipment and software that the register calls controllable: all of them, by the text."""
    if look.tables["software"].num_rows == 0:
        return Needs(("software",))
    software = in_use(look.tables["software"], look.as_of)
    flags = [*key_equipment(look)["controllable"].chunks, *software["controllable"].chunks]
    return share_of_flags(
        pa.chunked_array(flags, pa.bool_()),
        look.number("controllable_share"),
        "controllable_share",
        "equipment.controllable, software.controllable",
    )


FACTS = (
    Derivation(
        "enterprise.above_scale",
        ("base.above-scale",),
        ("enterprise",),
        "declared",
        Text("企业登记：规模以上", "enterprise register: above designated size"),
        _flag("above_scale"),
    ),
    Derivation(
        "enterprise.region",
        ("base.registered-in-region",),
        ("enterprise",),
        "declared",
        Text("企业登记：注册地", "enterprise register: region"),
        _registered_in_region,
    ),
    Derivation(
        "enterprise.legal_person",
        ("base.legal-person",),
        ("enterprise",),
        "declared",
        Text("企业登记：法人与规模", "enterprise register: legal person and size"),
        _legal_person,
    ),
    Derivation(
        "enterprise.finance",
        ("base.finance-sound",),
        ("enterprise",),
        "declared",
        Text("企业登记：近三年经营财务", "enterprise register: finances of three years"),
        _flag("finance_sound"),
    ),
    Derivation(
        "enterprise.operating",
        ("base.operating-normally",),
        ("enterprise",),
        "declared",
        Text("企业登记：正常经营", "enterprise register: normal operation"),
        _flag("operating_normally"),
    ),
    Derivation(
        "enterprise.credit",
        ("base.credit-clean",),
        ("enterprise",),
        "declared",
        Text("企业登记：信用记录", "enterprise register: credit record"),
        _flag("credit_clean"),
    ),
    Derivation(
        "enterprise.dishonest",
        ("base.not-on-dishonest-list",),
        ("enterprise",),
        "declared",
        Text("企业登记：严重失信名单", "enterprise register: list of dishonest entities"),
        _flag("on_dishonest_list", wanted=False),
    ),
    Derivation(
        "enterprise.law",
        ("base.law-abiding",),
        ("enterprise",),
        "declared",
        Text("企业登记：违法违规", "enterprise register: violations of law"),
        _flag("law_abiding"),
    ),
    Derivation(
        "incidents",
        ("base.no-major-incident",),
        ("incident",),
        "documented",
        Text("事故台账", "register of incidents"),
        _no_incident,
    ),
    Derivation(
        "talent",
        ("base.talent",),
        ("person",),
        "documented",
        Text("人员台账：智能制造人才", "register of people: smart-manufacturing talent"),
        _talent,
    ),
    Derivation(
        "controllable",
        ("base.tech-controllable",),
        ("equipment", "software"),
        "documented",
        Text("设备与软件台账：安全可控", "registers of equipment and software: controllable"),
        _controllable,
    ),
)
"""Statements of the enterprise itself are declared; kept registers are documented."""
