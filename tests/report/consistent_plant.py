"""A small plant in which everything fits together, as data that a test may spoil before it makes the facts of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import pyarrow as pa

from linghang.conditions.model import Pack
from linghang.conditions.scenes import SceneGuide, load_scenes
from linghang.conditions.shelf import PACKS, load_pack
from linghang.evidence.observation import Observation, Source
from linghang.plant.columns import ARROW_TYPES
from linghang.plant.tables import TABLES
from linghang.report.claims.model import Claim, Paragraph, Period
from linghang.report.consistency.dates import SPANS
from linghang.report.consistency.facts import Facts, Span
from linghang.report.consistency.indicators import TIME_COLUMNS
from linghang.store.documents_card import Document
from linghang.words import Text

DAY = date(2026, 11, 22)
CODE = "91150581MA13N4K21C"
NAME = "霍林郭勒市北疆铝轮毂有限公司"
MADE = datetime(2026, 11, 1, tzinfo=UTC)
PERIOD = {"start": "2025-11-01", "end": "2026-11-01"}
BASELINE = {"start": "2024-11-01", "end": "2025-11-01"}


@cache
def pack() -> Pack:
    """A pack with scene counts of its own."""
    return load_pack("neimenggu-2025")


@cache
def guide() -> SceneGuide:
    """The guide of 2025."""
    return load_scenes(PACKS / "scenes-2025.yaml")


def months(first: date, count: int) -> list[date]:
    """So many first days of months."""
    return [date(first.year + (first.month - 1 + i) // 12, (first.month - 1 + i) % 12 + 1, 1) for i in range(count)]


MONTHS = months(date(2024, 11, 1), 24)


def rows() -> dict[str, list[dict[str, Any]]]:
    """Rows of the records; a column that is not named is empty."""
    return {
        "enterprise": [
            {
                "enterprise_id": "E",
                "name": NAME,
                "credit_code": CODE,
                "industry_code": "3670",
                "region_code": "150581",
                "above_scale": True,
                "legal_person": True,
                "finance_sound": True,
                "established_on": date(2012, 5, 18),
            }
        ],
        "factory": [
            {
                "factory_id": "F",
                "enterprise_id": "E",
                "name": "轮毂一厂",
                "region_code": "150581",
                "time_zone": "Asia/Shanghai",
                "address": "内蒙古通辽市铝业大道8号",
                "commissioned_on": date(2014, 9, 1),
                "process_type": "discrete",
            }
        ],
        "equipment": [machine("LPC-1", "S1"), machine("LPC-2", "S2")],
        "control_loop": [
            {"loop_id": "TIC-1", "equipment_id": "LPC-1", "name": "炉温", "apc_applicable": True, "weight": 1.0}
        ],
        "tag": [tag("LPC-1"), tag("LPC-2")],
        "software": [
            software("MES-01", "MES", date(2020, 11, 1)),
            software("ERP-01", "ERP", date(2018, 11, 1)),
        ],
        "software_function": [
            {"software_id": owner, "function": name, "used_since": since}
            for owner, since, names in (
                ("MES-01", date(2020, 11, 1), "job_planning quality equipment_assets monitoring energy safety"),
                ("ERP-01", date(2018, 11, 1), "materials procurement sales finance workforce"),
            )
            for name in names.split()
        ],
        "system_link": [
            {
                "link_id": "IF-1",
                "from_software_id": "ERP-01",
                "to_software_id": "MES-01",
                "kind": "api",
                "go_live_on": date(2021, 1, 1),
                "retired_on": None,
            }
        ],
        "person": [person(f"P{i}", smart=i < 3) for i in range(40)],
        "headcount_month": [{"factory_id": "F", "month": one, "employees": 42.0, "dispatched": 2.0} for one in MONTHS],
        "process_segment": [
            {
                "segment_id": "SG1",
                "product_id": "W1",
                "sequence": 1,
                "name": "铸造",
                "work_center_id": "WC",
                "key": True,
                "automated": True,
                "digitally_controlled": True,
            }
        ],
        "outlet": [{"outlet_id": "DA1", "factory_id": "F", "medium": "air", "name": "烟囱", "monitored_online": True}],
        "finance_month": [finance(one) for one in MONTHS],
        "decision_model": [
            {
                "model_id": "DM-1",
                "factory_id": "F",
                "name": "气孔模型",
                "kind": "ai",
                "purpose": "推荐参数",
                "scene_number": 26,
                "first_used_on": date(2025, 11, 1),
            }
        ],
        "scene_built": [scene(number) for number in (9, 10, 24, 25, 26, 27, 12, 13, 16, 22)],
        "replication": [
            {
                "replication_id": "R1",
                "factory_id": "F",
                "receiver_name": "赤峰某铝业有限公司",
                "receiver_credit_code": "91150404MA0RCPR015",
                "adopted_on": date(2026, 2, 25),
                "own_group": False,
            }
        ],
        "comparator": [
            {
                "comparator_id": "CP1",
                "indicator": "oee",
                "kind": "level",
                "statistic": "average",
                "industry_code": "36",
                "region": "15",
                "valid_from": date(2025, 1, 1),
                "valid_to": date(2027, 1, 1),
                "value": 60.0,
                "unit": "%",
                "source": "行业年报",
                "document": "E0003",
            }
        ],
    }


def machine(key: str, serial: str, **more: Any) -> dict[str, Any]:
    """A key machine in use."""
    return {
        "equipment_id": key,
        "work_center_id": "WC",
        "name": "低压铸造机",
        "maker": "天水",
        "serial_number": serial,
        "kind": "machine",
        "key": True,
        "numerically_controlled": True,
        "networked": True,
        "status": "in_use",
        "commissioned_on": date(2014, 9, 1),
    } | more


def tag(owner: str) -> dict[str, Any]:
    """A tag of a machine."""
    return {
        "tag_id": f"{owner}/t",
        "factory_id": "F",
        "equipment_id": owner,
        "name": "温度",
        "role": "measurement",
        "source": f"opcua!{owner}",
        "writable": False,
    }


def software(key: str, kind: str, since: date, until: date | None = None) -> dict[str, Any]:
    """A system."""
    return {
        "software_id": key,
        "factory_id": "F",
        "name": f"{kind}系统",
        "kind": kind,
        "go_live_on": since,
        "retired_on": until,
    }


def person(key: str, *, smart: bool = False) -> dict[str, Any]:
    """Somebody employed."""
    return {
        "person_id": key,
        "factory_id": "F",
        "role": "铸造工",
        "department": "铸造车间",
        "smart_manufacturing": smart,
        "joined_on": date(2016, 4, 11),
    }


def finance(month: date, **more: Any) -> dict[str, Any]:
    """A month of the books; revenue is that of the deliveries."""
    return {
        "factory_id": "F",
        "month": month,
        "revenue_cny": Decimal(2_500_000),
        "cost_of_goods_cny": Decimal(1_900_000),
        "operating_cost_cny": Decimal(2_200_000),
        "value_added_cny": Decimal(700_000),
        "material_cost_cny": Decimal(1_500_000),
        "labour_cost_cny": Decimal(400_000),
        "audited": True,
    } | more


def scene(number: int, **more: Any) -> dict[str, Any]:
    """A scene of the guide, built."""
    one = guide().scenes[number - 1]
    link = next(each for each in guide().links if each.id == one.guide_link)
    return {
        "scene_id": f"SC-{number}",
        "factory_id": "F",
        "guide_edition": "2025",
        "scene_number": number,
        "link_name": link.name.zh,
        "scene_name": one.name.zh,
        "instance_name": f"本厂做法{number}",
        "level_list": "advanced",
        "uses_ai": number == 26,
        "model_id": "DM-1" if number == 26 else None,
        "go_live_on": date(2025, 11, 1),
        "software_ids": "MES-01",
    } | more


def indicator(name: str, number: int, value: str, before: str | None = None, **more: Any) -> dict[str, Any]:
    """An indicator as an assessment has it."""
    now, then = Decimal(value), Decimal(before) if before else None
    change = {"absolute": None, "relative_percent": None}
    if then is not None:
        change = {"absolute": str(now - then), "relative_percent": str(100 * (now - then) / then)}  # type: ignore[dict-item]
    return {
        "id": name,
        "number": number,
        "value": value,
        "present_value": value,
        "baseline": before,
        "measured_unit": "%",
        "change": change,
        "lineage": {"tables": [["finance_month", 24]], "period": PERIOD, "baseline": BASELINE if before else None},
    } | more


def element(name: str, finding: str = "met", proof: str = "documented", **more: Any) -> dict[str, Any]:
    """An element as an assessment has it."""
    return {"id": name, "finding": finding, "proof": proof, "reason": None, "observations": []} | more


def assessed() -> dict[str, Any]:
    """An assessment in which the advanced level is met at every floor."""

    def levels() -> dict[str, Any]:
        met = {"finding": "met", "failing": [], "missing": []}
        return {"levels": {name: met | {"parts": {"scenario_count": "met"}} for name in pack().level_ids}}

    return {
        "floors": {name: levels() for name in ("declared", "documented", "measured")},
        "interpretation": {"system_window_days": "90", "model_called_days": "90", "statement_valid_days": "365"},
        "indicators": [
            indicator("oee", 10, "67.69", "60.66"),
            indicator("key_equipment_nc_rate", 1, "95"),
        ],
        "elements": [
            element("basic.production.realtime-monitoring"),
            element(
                "basic.outcome.above-provincial-average",
                observations=[{"source": {"id": "benchmark.province.average"}}],
            ),
            element("advanced.production.anomaly-warning", "unknown", None),  # type: ignore[arg-type]
        ],
    }


def document(number: int, kind: str = "acceptance", **more: Any) -> Document:
    """A registered document that counts on the day."""
    given: dict[str, Any] = {
        "id": f"E{number:04d}",
        "revision": 1,
        "sha256": f"{number:064x}",
        "file_name": "a.pdf",
        "size_bytes": 10,
        "media_type": "application/pdf",
        "title": f"材料{number}",
        "kind": kind,
        "proves": (),
        "issuer": "某评估机构",
        "issued_on": date(2026, 3, 1),
        "supports_from": None,
        "supports_to": None,
        "valid_until": None,
        "owner": "",
        "confidentiality": "internal",
        "links": (),
        "note": "",
        "added_at": MADE,
    }
    return Document(**(given | more))


def papers() -> list[Document]:
    """A licence, a maturity report, an acceptance, and a screenshot."""
    return [
        document(1, "licence", proves=("basic.production.realtime-monitoring",)),
        document(
            2,
            "maturity_report",
            proves=("field:maturity_level",),
            states=("maturity_level=3",),
            valid_until=date(2027, 1, 1),
        ),
        document(3, links=("record:software/MES-01",), proves=("basic.production.realtime-monitoring",)),
        document(
            4,
            "screenshot",
            links=("record:scene_built/SC-26",),
            supports_from=date(2026, 1, 1),
            supports_to=date(2026, 3, 1),
        ),
        document(5, "contract", issued_on=date(2020, 1, 1), links=("record:software/MES-01",)),
    ]


def observation(about: str, value: Any, signed_by: str = NAME, **more: Any) -> Observation:
    """Evidence of a signatory."""
    given: dict[str, Any] = {
        "unit": "",
        "window_from": date(2026, 11, 1),
        "window_to": DAY,
        "subject": "plant",
        "proof": "declared",
        "source": Source("signatory", signed_by),
        "made_at": MADE,
    }
    return Observation(about, value, **(given | more))


def application() -> dict[str, Any]:
    """What the plant states, and what fits its records."""
    figures = {"before": {"value": Decimal("60.7"), "end": date(2025, 11, 1)}, "after": {"value": Decimal("67.7")}}
    figures["after"] |= {"start": date(2025, 11, 1), "end": date(2026, 11, 1)}  # type: ignore[dict-item]
    return {
        "unit": {
            "revenue_cny": Decimal(30_000_000),
            "revenue_from": date(2025, 11, 1),
            "revenue_to": date(2026, 11, 1),
        },
        "factory": {
            "total_investment_cny": Decimal(36_000_000),
            "build_from": date(2024, 1, 1),
            "build_to": date(2026, 6, 30),
        },
        "scenes": tuple(
            {
                "number": one["scene_number"],
                "instance": one["instance_name"],
                "software": ("MES-01",),
                "since": one["go_live_on"],
                "ai": one["uses_ai"],
                "evidence": ("E0004",),
            }
            for one in rows()["scene_built"]
        ),
        "effects": ({"title": "设备综合利用率", "unit": "%", "better": "higher", "source": "MES", **figures},),
        "plan": {
            "steps": (
                {
                    "title": "设备异常预警",
                    "start": date(2027, 1, 1),
                    "end": date(2027, 12, 31),
                    "cost_cny": Decimal(2_000_000),
                    "brings": ("advanced.production.anomaly-warning",),
                },
            )
        },
        "signing": {"signed_on": date(2026, 11, 20), "recommended_on": date(2026, 11, 21)},
    }


def claim(kind: str, subject: str, value: Any, quote: str = "", **more: Any) -> Claim:
    """A claim of a draft."""
    spot = Paragraph(0, quote or str(value), headings=("一、企业概况",)).spot()
    return Claim(kind, subject, value, spot, quote or str(value), **more)  # type: ignore[arg-type]


def claims() -> list[Claim]:
    """Claims that the records bear out."""
    live = Period(date(2020, 11, 1), date(2020, 12, 1), "2020年11月")
    return [
        claim("credit_code", "enterprise", CODE),
        claim("name", "enterprise", NAME, detail={"said": "labelled"}),
        claim("industry", "", "C3670"),
        claim("level", "advanced", "先进级", detail={"said": "claimed"}),
        claim("maturity", "maturity", 3, detail={"said": "stated"}),
        claim("system", "MES", "MES", period=live),
        claim("scene", "26", "质量分析与改进", detail={"listed": "1"}),
        claim("figure", "staff", Decimal(42), unit="人"),
        claim("figure", "revenue", Decimal(30_000_000), unit="CNY", detail={"step": "1000000"}),
        claim("figure", "equipment_total", Decimal(2), unit="台"),
        claim("figure", "indicator:oee", Decimal("67.7"), unit="%", role="after", detail={"step": "0.1"}),
        claim("ai", "ai", "人工智能"),
    ]


@dataclass
class Plant:
    """A plant that a test may spoil."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=rows)
    spans: dict[str, Span] = field(
        default_factory=lambda: {
            name: Span(date(2024, 11, 1), date(2026, 11, 21)) for name in (*SPANS, *TIME_COLUMNS.values())
        }
    )
    sums: dict[str, list[dict[str, Any]]] = field(
        default_factory=lambda: {
            "states": [{"equipment_id": one, "last": date(2026, 11, 21)} for one in ("LPC-1", "LPC-2")],
            "calls": [{"model_id": "DM-1", "first": date(2025, 11, 1), "last": date(2026, 11, 21)}],
            "person_hours": [{"person_id": "P1", "first": date(2024, 11, 1), "last": date(2026, 11, 1)}],
            "month_hours": [{"month": one, "hours": 42 * 170.0} for one in MONTHS],
            "departments": [{"department": "铸造车间"}],
            "delivered": [{"month": one, "value": 2_500_000.0} for one in MONTHS],
            "outlets": [{"outlet_id": "DA1"}],
            "loops": [{"loop_id": "TIC-1", "in_service": True}],
        }
    )
    assessed: dict[str, Any] = field(default_factory=assessed)
    documents: list[Document] = field(default_factory=papers)
    texts: dict[str, str] = field(default_factory=lambda: {f"{1:064x}": f"营业执照 {NAME} {CODE}"})
    damaged: frozenset[str] = frozenset()
    observations: list[Observation] = field(
        default_factory=lambda: [
            observation(
                "maturity_level", Decimal(3), NAME, detail={"document": {"number": "E0002"}}, proof="documented"
            )
        ]
    )
    statements: dict[str, Any] = field(default_factory=lambda: {"signed_by": NAME, "signed_on": date(2026, 11, 20)})
    application: dict[str, Any] = field(default_factory=application)
    claims: list[Claim] | None = field(default_factory=claims)
    workspace: str = "轮毂一厂"
    level: str | None = "advanced"
    silent: frozenset[str] | None = frozenset()

    def row(self, table: str, place: int = 0) -> dict[str, Any]:
        """A row to spoil."""
        return self.rows[table][place]

    def paper(self, place: int, **more: Any) -> None:
        """Spoil a document; a place behind the last one adds one."""
        if place < len(self.documents):
            old = self.documents[place]
            self.documents[place] = Document(**{name: getattr(old, name) for name in Document.__slots__} | more)
        else:
            self.documents.append(document(place + 1, **more))

    def indicator(self, place: int = 0) -> dict[str, Any]:
        """An indicator to spoil."""
        return self.assessed["indicators"][place]

    def said(self, kind: str, subject: str | None = None) -> int:
        """Place of a claim."""
        return next(
            place for place, one in enumerate(self.claims or ()) if one.kind == kind and subject in (None, one.subject)
        )

    def claim(self, *given: Any, **more: Any) -> None:
        """Put a claim in the place of the one of its kind and subject, or add it."""
        fresh = claim(*given, **more)
        assert self.claims is not None
        same = [one for one in self.claims if one.kind == fresh.kind and fresh.kind != "figure"]
        for one in same:
            self.claims.remove(one)
        self.claims.append(fresh)

    def facts(self) -> Facts:
        """What the checks look at."""
        return Facts(
            pack=pack(),
            as_of=DAY,
            tables={name: table(name, given) for name, given in self.rows.items()},
            spans=self.spans,
            sums=self.sums,
            assessed=self.assessed,
            level=self.level,
            workspace=self.workspace,
            documents=tuple(self.documents),
            texts=self.texts,
            damaged=self.damaged,
            observations=tuple(self.observations),
            statements=self.statements,
            application=self.application,
            titles={"oee": Text("设备综合利用率", "OEE"), "key_equipment_nc_rate": Text("关键设备数控化率", "NC rate")},
            guides={"2025": guide()},
            silent=self.silent,
            claims=None if self.claims is None else tuple(self.claims),
        )


def table(name: str, given: Iterable[dict[str, Any]]) -> pa.Table:
    """Rows as an Arrow table of the plant's types."""
    columns = TABLES[name].columns
    schema = pa.schema([pa.field(one.name, ARROW_TYPES[one.info["kind"]]) for one in columns])
    return pa.Table.from_pylist([{one.name: row.get(one.name) for one in columns} for row in given], schema)
