"""Block 3 of a report: the scenes as 环节—场景—实例, the systems, and how they are linked."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from linghang.report.content import Entry, Row, Scene, System, SystemLink
from linghang.report.figures import day, joined
from linghang.usecases.report_application import SceneStated
from linghang.usecases.report_sources import Sources, wanted_in
from linghang.words import Text

LAYERS: Mapping[str, int] = {
    "MES": 3, "QMS": 3, "EAM": 3, "WMS": 3, "EMS": 3, "APS": 3, "LIMS": 3,
    "SCADA": 2, "OS": 2,
    "ERP": 4, "PLM": 4, "CAD": 4, "CAE": 4, "CAPP": 4, "CRM": 4, "SRM": 4, "HR": 4, "FIN": 4, "BI": 4,
}  # fmt: skip
"""Kind of software -> its level of IEC 62264-1 (ISA-95): 4 business, 3 operations, 2 control."""
OPERATIONS = frozenset(
    (
        "job_planning", "scheduling", "quality", "equipment_assets", "materials", "inventory", "energy", "carbon",
        "safety", "emergency", "environment", "logistics", "warehouse", "analysis", "digital_twin",
    )
)  # fmt: skip
KEPT_IN: Mapping[str, tuple[str, ...]] = {
    "monitoring": ("equipment_state", "alarm"),
    "process_control": ("apc_period",),
    "energy": ("meter_reading",),
    "safety": ("hazard", "permit"),
    "environment": ("outlet_reading",),
    "equipment_assets": ("maintenance_order",),
    "design": ("rnd_project", "product"),
    "simulation": ("rnd_milestone",),
    "process_design": ("routing", "process_segment"),
    "customer_service": ("service_request",),
    "supply_chain": ("purchase_order", "receipt"),
    "kpi": ("finance_month", "output_month"),
}
"""Function of software -> the tables in which what it manages is recorded."""
CONTROL = frozenset(("monitoring", "process_control", "cyber_security"))


class Built:
    """One scene: what the records say of it, and what the plant states."""

    def __init__(self, row: Mapping[str, Any] | None, said: SceneStated | None) -> None:
        self.row, self.said = row or {}, said

    @property
    def number(self) -> int | None:
        """Number in the guide."""
        return self.said.number if self.said else self.row.get("scene_number")

    @property
    def software(self) -> tuple[str, ...]:
        """Ids of the software that it uses: the records first, then what is stated beyond."""
        listed = [one.strip() for one in (self.row.get("software_ids") or "").replace("；", ";").split(";")]
        return tuple(dict.fromkeys([*filter(None, listed), *(self.said.software if self.said else ())]))

    @property
    def ai(self) -> bool | None:
        """Whether it uses AI; None where nobody says."""
        stated = self.said.ai if self.said else None
        return bool(self.row["uses_ai"]) if "uses_ai" in self.row else stated


def built_scenes(sources: Sources) -> list[Built]:
    """Join the register of scenes with what the plant states, by number and, of several instances, by their name."""
    if "scenes" in sources.made:
        return list(sources.made["scenes"])
    left = list(sources.application.scenes)
    found: list[Built] = []
    for row in sources.records.in_use("scene_built", sources.day):
        same = [one for one in left if one.number is not None and one.number == row["scene_number"]]
        named = [one for one in same if _plain(one.instance) in (None, row["instance_name"])]
        said = next(iter(named or same), None)
        if said is not None:
            left.remove(said)
        found.append(Built(row, said))
    found += [Built(None, one) for one in left]
    found.sort(key=lambda one: one.number or 99)
    sources.made["scenes"] = found
    return found


def _plain(text: Text | str | None) -> str | None:
    return text.zh if isinstance(text, Text) else text


def scenes_of(sources: Sources) -> list[Scene]:
    """All scenes, in the order of the guide."""
    return [_scene(sources, one) for one in built_scenes(sources)]


def _scene(sources: Sources, one: Built) -> Scene:
    listed = next((scene for scene in sources.guide.scenes if scene.number == one.number), None)
    said, row = one.said, one.row
    place = sources.application.scenes.index(said) if said else None
    key = f"scenes[{place + 1}]" if place is not None else f"scenes (number: {one.number})"
    stated_name = said.instance if said else None
    instance = row.get("instance_name") or stated_name
    finding, proof, evidence = _finding(sources, one)
    return Scene(
        number=one.number,
        link=_link(sources, one),
        name=listed.name if listed else _text(said.name if said and said.name else row.get("scene_name", "")),
        instance=Entry(instance, f"scene_built {row['scene_id']}" if row else f"application.yaml {key}")
        if instance
        else Entry(None, "", wanted_in(f"{key} instance", Text("实例名称", "the name of the instance"))),
        finding=finding,
        proof=proof,
        rows=list(_rows(sources, one, key)),
        evidence=evidence,
    )


def _text(value: Text | str) -> Text:
    return value if isinstance(value, Text) else Text(value, value)


def _link(sources: Sources, one: Built) -> Text:
    listed = next((scene for scene in sources.guide.scenes if scene.number == one.number), None)
    if listed:
        return next(link.name for link in sources.guide.links if link.id == listed.guide_link)
    if one.said and one.said.link:
        return next((link.title for link in sources.pack.links if link.id == one.said.link), _text(one.said.link))
    return _text(one.row.get("link_name", ""))


def _finding(sources: Sources, one: Built) -> tuple[str, str | None, list[str]]:
    """What the evidence says of a scene: runs of engines measure it, documents document it, a register declares it."""
    runs = [id for id, card in sources.known["engines"].items() if one.number in card["scenes"] and card["run"]]
    documents = [*sources.documents_for(f"scene:{one.number}"), *(one.said.evidence if one.said else ())]
    measured = [
        element["id"]
        for element in sources.assessed["elements"]
        if element["finding"] == "met"
        and element["proof"] == "measured"
        and any(seen["detail"].get("engine", seen["source"]["id"]) in runs for seen in element["observations"])
    ]
    evidence = [*dict.fromkeys(documents), *measured, *(f"engine:{id}" for id in runs)]
    if measured:
        return "met", "measured", evidence
    if documents:
        return "met", "documented", evidence
    return ("met", "declared", evidence) if one.row else ("unknown", None, evidence)


def _rows(sources: Sources, one: Built, key: str) -> Iterator[Row]:
    said = one.said

    def of(name: str, label: Text, value: Text | str | None, source: str = "") -> Row:
        place = f"application.yaml {key} {name}"
        if value is None:
            return Row(name, label, Entry(None, place, wanted_in(f"{key} {name}", label)))
        return Row(name, label, Entry(value, source or place))

    yield of("problem", Text("解决的问题", "Problem solved"), said.problem if said else None)
    yield of("equipment", Text("主要装备", "Equipment"), said.equipment if said else None)
    yield of("software", Text("软件系统", "Software"), *_software(sources, one))
    yield of("integration", Text("系统集成", "Integration of systems"), *_integration(sources, one))
    yield of("technologies", Text("关键技术与模型", "Technologies and models"), *_technologies(sources, one))
    yield of("data_volume", Text("数据规模", "Volume of data"), *_volume(sources, one))
    yield of("effect", Text("实施成效", "Effect"), *_effect(sources, one))
    since = one.row.get("go_live_on") or (said.since if said else None)
    yield of("since", Text("上线时间", "Live since"), day(since) if since else None, _record(one, "go_live_on"))
    ai = None if one.ai is None else Text("是", "yes") if one.ai else Text("否", "no")
    yield of("ai", Text("应用人工智能", "Uses AI"), ai, _record(one, "uses_ai"))


def _record(one: Built, column: str) -> str:
    return f"scene_built {one.row['scene_id']} {column}" if one.row.get(column) is not None else ""


def _software(sources: Sources, one: Built) -> tuple[Text | str | None, str]:
    names = {row["software_id"]: row["name"] for row in sources.records["software"]}
    known = [f"{names[id]}（{id}）" for id in one.software if id in names]
    if not known:
        return None, ""
    english = ", ".join(f"{names[id]} ({id})" for id in one.software if id in names)
    return Text("、".join(known), english), "scene_built.software_ids, software.name"


def _integration(sources: Sources, one: Built) -> tuple[Text | str | None, str]:
    """What the plant states, else the interfaces of the scene's systems that the records hold."""
    if one.said and one.said.integration is not None:
        return one.said.integration, ""
    links = [
        row
        for row in sources.records.in_use("system_link", sources.day)
        if row["from_software_id"] in one.software or row["to_software_id"] in one.software
    ]
    if not links:
        return None, ""
    said = [
        f"{row['from_software_id']}→{row['to_software_id']}" + (f"（{row['content']}）" if row["content"] else "")
        for row in links
    ]
    english = [
        f"{row['from_software_id']} → {row['to_software_id']}" + (f" ({row['content']})" if row["content"] else "")
        for row in links
    ]
    return Text("；".join(said), "; ".join(english)), "system_link"


def _technologies(sources: Sources, one: Built) -> tuple[Text | str | None, str]:
    if one.said and one.said.technologies is not None:
        return one.said.technologies, ""
    from linghang.plant.tables import TABLES

    kinds = TABLES["decision_model"].c.kind.info["choices"]
    models = [
        row
        for row in sources.records.in_use("decision_model", sources.day, "first_used_on")
        if row["model_id"] == one.row.get("model_id") or (one.number is not None and row["scene_number"] == one.number)
    ]
    if not models:
        return None, ""
    return joined(
        [
            Text(f"{row['name']}（{kinds[row['kind']].zh}）", f"{row['name']} ({kinds[row['kind']].en})")
            for row in models
        ]
    ), "decision_model"


def _volume(sources: Sources, one: Built) -> tuple[Text | str | None, str]:
    """What the plant states, else the rows that the judgement counted in the scene's systems."""
    if one.said and one.said.data_volume is not None:
        return one.said.data_volume, ""
    counted: dict[str, tuple[int, Sequence[str]]] = {}
    for element in sources.assessed["elements"]:
        for seen in element["observations"]:
            detail = seen["detail"]
            shared = set(one.software) & set(map(str, detail.get("systems") or ()))
            if shared and isinstance(detail.get("rows"), int) and seen["source"]["kind"] == "records":
                table = next(iter(detail.get("tables", ("",))))
                counted[table] = (detail["rows"], seen["window"])
    parts = []
    for table, (rows, window) in counted.items():
        title = sources.known["tables"].get(table, {"zh": table, "en": table})
        days = (date.fromisoformat(window[1]) - date.fromisoformat(window[0])).days
        parts.append(Text(f"{title['zh']} {rows:,} 条（{days} 天内）", f"{title['en']}: {rows:,} rows in {days} days"))
    parts = parts or [*_kept_rows(sources, one)]
    if not parts:
        return None, ""
    return Text("；".join(part.zh for part in parts), "; ".join(part.en for part in parts)), "records"


def _kept_rows(sources: Sources, one: Built) -> Iterator[Text]:
    """The rows of records that the functions of the scene's systems keep."""
    functions = {row["function"] for row in sources.records["software_function"] if row["software_id"] in one.software}
    for table in dict.fromkeys(table for name in KEPT_IN if name in functions for table in KEPT_IN[name]):
        if rows := sources.known["rows"].get(table):
            title = sources.known["tables"][table]
            yield Text(f"{title['zh']} {rows:,} 条", f"{title['en']}: {rows:,} rows")


def _effect(sources: Sources, one: Built) -> tuple[Text | str | None, str]:
    """What the plant states; without it what the newest run of an engine for the scene found."""
    if one.said and one.said.effect is not None:
        return one.said.effect, ""
    for id, card in sources.known["engines"].items():
        if one.number in card["scenes"] and card["run"]:
            finding = card["run"]["finding"]
            return Text(finding["zh"], finding["en"]), f"engine {id}, run {card['run']['name']}"
    return None, ""


def overview(sources: Sources) -> Entry:
    """The overall picture: what the plant states, else what can be counted."""
    said = sources.application.scenes_overview
    if said is not None:
        return Entry(said, "application.yaml scenes_overview")
    built = built_scenes(sources)
    if not built:
        return Entry(None, "scene_built", wanted_in("scenes_overview", Text("场景建设总体情况", "the overall picture")))
    by_link: dict[Text, int] = {}
    for one in built:
        link = _link(sources, one)
        by_link[link] = by_link.get(link, 0) + 1
    ai = sum(one.ai is True for one in built)
    zh = f"已建成 {len(built)} 个场景实例，覆盖 {len(by_link)} 个环节：" + "、".join(
        f"{link.zh} {count} 个" for link, count in by_link.items()
    )
    en = f"{len(built)} scenes are built in {len(by_link)} links: " + ", ".join(
        f"{link.en} {count}" for link, count in by_link.items()
    )
    more = _volume_overall(sources)
    return Entry(
        Text(
            f"{zh}；其中 {ai} 个应用人工智能（占 {100 * ai / len(built):.1f}%）。{more.zh}",
            f"{en}; {ai} of them use AI ({100 * ai / len(built):.1f}%). {more.en}",
        ),
        "scene_built, system_link, telemetry",
    )


def _volume_overall(sources: Sources) -> Text:
    systems = len(sources.records.in_use("software", sources.day))
    links = len(sources.records.in_use("system_link", sources.day))
    rows, points = sum(sources.known["rows"].values()), sources.known["points"]
    zh = f"在用软件系统 {systems} 套、系统间接口 {links} 个；工作区保存业务记录 {rows:,} 条"
    en = f"{systems} software systems and {links} interfaces are in use; the workspace holds {rows:,} records"
    if points is not None:
        zh, en = f"{zh}、测点数据 {points:,} 个", f"{en} and {points:,} points of telemetry"
    return Text(zh + "。", en + ".")


def systems_of(sources: Sources) -> list[System]:
    """The software in use, by its layer."""
    from linghang.plant.tables import TABLES

    titles = TABLES["software_function"].c.function.info["choices"]
    functions: dict[str, list[str]] = {}
    for row in sources.records["software_function"]:
        functions.setdefault(row["software_id"], []).append(row["function"])
    found = [
        System(
            row["software_id"],
            row["name"],
            row["kind"],
            _layer(row["kind"], functions.get(row["software_id"], [])),
            row["go_live_on"],
            [titles[one] for one in functions.get(row["software_id"], [])],
        )
        for row in sources.records.in_use("software", sources.day)
    ]
    return sorted(found, key=lambda one: (-one.layer, one.id))


def _layer(kind: str, functions: Sequence[str]) -> int:
    if kind in LAYERS:
        return LAYERS[kind]
    if functions and CONTROL.issuperset(functions):
        return 2
    return 3 if OPERATIONS.intersection(functions) else 4


def system_links(sources: Sources) -> list[SystemLink]:
    """The interfaces in use."""
    from linghang.plant.tables import TABLES

    kinds = TABLES["system_link"].c.kind.info["choices"]
    return [
        SystemLink(
            row["from_software_id"],
            row["to_software_id"],
            kinds[row["kind"]],
            row["content"] or "",
            row["go_live_on"],
        )
        for row in sources.records.in_use("system_link", sources.day)
    ]
