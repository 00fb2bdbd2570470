"""C4xx: shares and counts two ways. The register says one thing of a machine; its tags, loops and states another."""

from collections.abc import Iterator
from datetime import timedelta

from linghang.report.consistency.catalogue_row import Flaw, at, few, flaw, record, row
from linghang.report.consistency.facts import Facts, Values


def _used(facts: Facts) -> list[Values]:
    return [one for one in facts.rows("equipment") if one["status"] == "in_use"]


def _owners(facts: Facts) -> set[str]:
    return {one["equipment_id"] for one in facts.rows("tag") if one["equipment_id"]}


def _named(rows: list[Values]) -> tuple[str, str, str]:
    said = few([f"{one['equipment_id']} {one['name']}" for one in rows])
    return said.zh, said.en, rows[0]["equipment_id"]


def _networked_without_tags(facts: Facts) -> Iterator[Flaw]:
    owners, used = _owners(facts), _used(facts)
    networked = [one for one in used if one["networked"]]
    without = [one for one in networked if one["equipment_id"] not in owners]
    if without:
        zh, en, first = _named(without)
        yield flaw(
            record("equipment", first, "networked", "true"),
            f"在用设备 {len(used)} 台中 {len(networked)} 台登记为联网，其中 {len(without)} 台没有任何测点：{zh}；"
            f"有测点可证的联网率是 {_share(len(networked) - len(without), len(used))}，不是 "
            f"{_share(len(networked), len(used))}",
            f"of {len(used)} machines {len(networked)} are entered as networked, {len(without)} of "
            f"them have no tag: {en}; "
            f"tags show {_share(len(networked) - len(without), len(used))}, not {_share(len(networked), len(used))}",
            at("records", "tag.equipment_id"),
        )


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}%" if whole else "–"


def _tags_though_not_networked(facts: Facts) -> Iterator[Flaw]:
    owners = _owners(facts)
    odd = [one for one in _used(facts) if one["networked"] is False and one["equipment_id"] in owners]
    if odd:
        zh, en, first = _named(odd)
        yield flaw(
            record("equipment", first, "networked", "false"),
            f"登记为未联网，却有采集测点：{zh}",
            f"entered as not networked, yet tags are collected: {en}",
            at("records", "tag.equipment_id", first),
        )


def _silent_tags(facts: Facts) -> Iterator[Flaw]:
    sources: dict[str, list[str]] = {}
    for one in facts.rows("tag"):
        if one["equipment_id"] and one["source"]:
            sources.setdefault(one["equipment_id"], []).append(one["source"])
    silent = facts.silent or frozenset()
    odd = [
        one
        for one in _used(facts)
        if one["networked"] and sources.get(one["equipment_id"]) and silent.issuperset(sources[one["equipment_id"]])
    ]
    if odd:
        zh, en, first = _named(odd)
        yield flaw(
            record("equipment", first, "networked", "true"),
            f"登记为联网，时序库却从未收到其任何测点的数据：{zh}",
            f"entered as networked, but no point of any of their tags was ever received: {en}",
            at("records", "tag.source", sources[first][0]),
        )


def _loop_without_control(facts: Facts) -> Iterator[Flaw]:
    equipment = facts.by_id("equipment")
    in_service = {one["loop_id"] for one in facts.sums["loops"] if one["in_service"]}
    for loop in facts.rows("control_loop"):
        one = equipment.get(loop["equipment_id"])
        if one and one["numerically_controlled"] is False and loop["loop_id"] in in_service:
            yield flaw(
                record("equipment", one["equipment_id"], "numerically_controlled", "false"),
                f"{one['equipment_id']} 登记为非数控，其回路 {loop['loop_id']} 却有先进控制的投用记录",
                f"{one['equipment_id']} is entered as not numerically controlled, but its loop "
                f"{loop['loop_id']} was in "
                "service under advanced control",
                record("control_loop", loop["loop_id"]),
            )


def _loop_without_periods(facts: Facts) -> Iterator[Flaw]:
    seen = {one["loop_id"] for one in facts.sums["loops"]}
    asked = [one["loop_id"] for one in facts.rows("control_loop") if one["apc_applicable"]]
    missing = [one for one in asked if one not in seen]
    if missing:
        said = few(missing)
        yield flaw(
            record("control_loop", missing[0], "apc_applicable", "true"),
            f"适用先进控制的 {len(asked)} 个回路中 {len(missing)} 个没有投用记录，投用率按未投用计：{said.zh}",
            f"of {len(asked)} loops for advanced control {len(missing)} have no record of service and count as out of "
            f"service: {said.en}",
            at("records", "apc_period.loop_id"),
        )


def _running_though_retired(facts: Facts) -> Iterator[Flaw]:
    equipment = facts.by_id("equipment")
    for seen in facts.sums["states"]:
        one = equipment.get(seen["equipment_id"])
        if one and one["retired_on"] and seen["last"] > one["retired_on"]:
            yield flaw(
                record("equipment", one["equipment_id"], "retired_on", one["retired_on"]),
                f"{one['equipment_id']} 已于 {one['retired_on']} 报废，{seen['last']} 仍有状态记录",
                f"{one['equipment_id']} was retired on {one['retired_on']}, but has states on {seen['last']}",
                at("records", "equipment_state", seen["last"]),
            )


def _key_but_silent(facts: Facts) -> Iterator[Flaw]:
    last = {one["equipment_id"]: one["last"] for one in facts.sums["states"]}
    since = facts.as_of - timedelta(int(facts.assessed.get("interpretation", {}).get("system_window_days", 90)))
    key = [one for one in _used(facts) if one["key"]]
    odd = [one for one in key if last.get(one["equipment_id"], since) <= since]
    if odd:
        zh, en, first = _named(odd)
        yield flaw(
            record("equipment", first, "status", "in_use"),
            f"{len(key)} 台在用关键设备中 {len(odd)} 台自 {since} 起没有状态记录：{zh}",
            f"of {len(key)} key machines in use {len(odd)} have no state since {since}: {en}",
            at("records", "equipment_state"),
        )


def _serial_numbers(facts: Facts) -> Iterator[Flaw]:
    seen: dict[tuple[str, str], list[str]] = {}
    for one in facts.rows("equipment"):
        if one["serial_number"]:
            seen.setdefault((str(one["maker"] or ""), one["serial_number"]), []).append(one["equipment_id"])
    for (_, number), owners in seen.items():
        if len(owners) > 1:
            said = few(owners)
            yield flaw(
                record("equipment", owners[0], "serial_number", number),
                f"出厂编号 {number} 出现 {len(owners)} 次：{said.zh}；设备数可能重复计算",
                f"the serial number {number} stands at {len(owners)} machines: {said.en}; they may be counted twice",
                *(record("equipment", one, "serial_number", number) for one in owners[1:4]),
            )


def _steps_without_machines(facts: Facts) -> Iterator[Flaw]:
    controlled: dict[str, set[bool | None]] = {}
    for one in _used(facts):
        controlled.setdefault(one["work_center_id"], set()).add(one["numerically_controlled"])
    odd: dict[str, int] = {}
    for step in facts.rows("process_segment"):
        centre = step["work_center_id"]
        if step["key"] and step["digitally_controlled"] and centre and controlled.get(centre, set()) <= {False}:
            odd[centre] = odd.get(centre, 0) + 1
    for centre, count in odd.items():
        yield flaw(
            record("process_segment", centre, "digitally_controlled", "true"),
            f"产线 {centre} 的 {count} 道关键工序登记为数字化控制，该产线却没有一台在用的数控设备",
            f"{count} key steps of {centre} are entered as digitally controlled, but no machine in use there is "
            "numerically controlled",
            at("records", "equipment.work_center_id", centre),
        )


def _outlets(facts: Facts) -> Iterator[Flaw]:
    heard = {one["outlet_id"] for one in facts.sums["outlets"]}
    for one in facts.rows("outlet"):
        if one["monitored_online"] and one["outlet_id"] not in heard:
            yield flaw(
                record("outlet", one["outlet_id"], "monitored_online", one["name"]),
                f"排放口 {one['outlet_id']}“{one['name']}”登记为在线监测，没有任何监测数据",
                f"the outlet {one['outlet_id']} “{one['name']}” is entered as monitored online, but has no readings",
                at("records", "outlet_reading"),
            )


def _no_key_list(facts: Facts) -> Iterator[Flaw]:
    used = _used(facts)
    key = [one for one in used if one["key"]]
    if used and not key:
        yield flaw(
            at("records", "equipment.key"),
            f"{len(used)} 台在用设备没有一台是关键设备：数控化率、联网率没有分母",
            f"none of {len(used)} machines in use is key equipment: the rates of networking and control have no "
            "denominator",
        )


ROWS = (
    row(
        "C401",
        "warning",
        ("登记为联网的设备有测点", "machines entered as networked have tags"),
        ("补测点映射，或把设备改为未联网", "map their tags, or enter them as not networked"),
        "equipment tag",
        _networked_without_tags,
        "N24 二.3",
    ),
    row(
        "C402",
        "warning",
        ("有采集测点的设备登记为联网", "machines with tags are entered as networked"),
        ("更新设备台账的联网标记", "bring the register of equipment up to date"),
        "equipment tag",
        _tags_though_not_networked,
    ),
    row(
        "C403",
        "warning",
        ("联网设备确有数据到达", "data arrive of networked machines"),
        (
            "检查连接和测点来源（linghang tags），或改联网标记",
            "look at connection and source of the tags, or mend the flag",
        ),
        "equipment tag telemetry",
        _silent_tags,
    ),
    row(
        "C404",
        "warning",
        ("有先进控制投用的设备登记为数控", "machines under advanced control are entered as controlled"),
        ("改正数控标记或回路所属设备", "mend the flag, or the machine of the loop"),
        "equipment control_loop sum:loops",
        _loop_without_control,
        "N24 附件 1、2",
    ),
    row(
        "C405",
        "hint",
        ("适用先进控制的回路有投用记录", "loops for advanced control have records of service"),
        ("补投用时段，或改为不适用并说明", "supply the periods, or enter them as not applicable with a reason"),
        "control_loop sum:loops",
        _loop_without_periods,
        "N24 附件 2",
    ),
    row(
        "C406",
        "error",
        ("报废设备不再有状态记录", "retired machines have no states afterwards"),
        ("改正报废日期或设备编号", "mend the day of retirement, or the machine of the states"),
        "equipment sum:states",
        _running_though_retired,
    ),
    row(
        "C407",
        "warning",
        ("在用关键设备近期有状态记录", "key machines in use have recent states"),
        ("导入状态记录，或改为闲置", "import the states, or enter them as idle"),
        "equipment sum:states",
        _key_but_silent,
        "platform: system_window_days",
    ),
    row(
        "C408",
        "error",
        ("一台设备只登记一次", "a machine is entered once"),
        ("合并重复的设备，或改正出厂编号", "join the rows, or mend the serial number"),
        "equipment",
        _serial_numbers,
    ),
    row(
        "C409",
        "warning",
        ("数字化控制的关键工序有数控设备", "key steps under digital control have controlled machines"),
        ("补设备的数控标记，或改正工序", "supply the flag of the machine, or mend the step"),
        "equipment process_segment",
        _steps_without_machines,
        "N24 二.3",
    ),
    row(
        "C410",
        "warning",
        ("在线监测的排放口有监测数据", "outlets monitored online have readings"),
        ("导入监测数据，或改正在线监测标记", "import the readings, or mend the flag"),
        "outlet",
        _outlets,
    ),
    row(
        "C411",
        "warning",
        ("关键设备有清单", "there is a list of key equipment"),
        ("标出关键设备", "say which machines are key"),
        "equipment",
        _no_key_list,
        "N24 附件 1",
    ),
)
