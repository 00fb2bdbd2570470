"""C2xx: what was live when. Systems, links, equipment and the records that they make follow each other in time."""

from collections.abc import Iterator
from datetime import date, timedelta

from linghang.plant.tables.systems import FUNCTIONS
from linghang.plant.titles import titled
from linghang.report.consistency.catalogue_row import CannotTell, Flaw, at, few, flaw, record, row
from linghang.report.consistency.facts import Facts, Values
from linghang.words import Text

KEEPERS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("job_response.start", ("job_planning", "scheduling")),
    ("inspection.at", ("quality",)),
    ("maintenance_order.opened_at", ("equipment_assets",)),
    ("stock_movement.at", ("materials", "warehouse", "inventory", "logistics")),
    ("stock_snapshot.day", ("inventory", "warehouse", "materials")),
    ("purchase_order.ordered_on", ("procurement", "supply_chain")),
    ("receipt.received_on", ("procurement", "supply_chain", "warehouse")),
    ("sales_order.ordered_on", ("sales",)),
    ("service_request.opened_at", ("customer_service", "sales")),
    ("finance_month.month", ("finance", "accounting")),
    ("work_hours.day", ("workforce",)),
    ("meter_reading.start", ("energy", "carbon", "monitoring")),
    ("hazard.found_at", ("safety",)),
    ("outlet_reading.at", ("environment", "monitoring")),
    ("equipment_state.start", ("monitoring", "process_control")),
)
"""Records and the business functions whose systems may keep them (`software_function.function`)."""
GRACE = timedelta(31)
"""Records of the month before the go-live are those of the trial run."""
SPANS = tuple(name for name, _ in KEEPERS)


def _since(facts: Facts, functions: tuple[str, ...]) -> Iterator[tuple[str, date, date | None]]:
    """Software with one of the functions: id, first day of the function, day of retirement."""
    software = facts.by_id("software")
    for use in facts.rows("software_function"):
        one = software.get(use["software_id"])
        if one is not None and use["function"] in functions:
            yield use["software_id"], use["used_since"] or one["go_live_on"], one["retired_on"]


def _window(facts: Facts) -> int:
    return int(facts.assessed.get("interpretation", {}).get("system_window_days", 90))


def _said(functions: tuple[str, ...]) -> Text:
    return Text("、".join(FUNCTIONS[one] for one in functions), " / ".join(functions))


def _records_before_system(facts: Facts) -> Iterator[Flaw]:
    for name, functions in KEEPERS:
        first, keepers = facts.span(name).first, sorted(_since(facts, functions), key=lambda one: one[1])
        if first is None or not keepers or first >= keepers[0][1] - GRACE:
            continue
        what, (system, live, _) = titled(name.partition(".")[0]), keepers[0]
        yield flaw(
            at("records", name, first),
            f"{what.zh}记录始于 {first}，管理它的系统 {system} {live} 才上线；更早的记录出自哪个系统？",
            f"records of {what.en} begin on {first}, the system {system} that keeps them is live since {live}; "
            "where do the earlier ones come from?",
            record("software", system, "go_live_on", live),
        )


def _silent_system(facts: Facts) -> Iterator[Flaw]:
    window = _window(facts)
    for name, functions in KEEPERS:
        last = facts.span(name).last
        live = sorted(
            one for one, since, until in _since(facts, functions) if since < facts.as_of and not _gone(until, facts)
        )
        if last is None or not live or last >= facts.as_of - timedelta(window):
            continue
        what, said = titled(name.partition(".")[0]), few(live)
        yield flaw(
            at("records", name, last),
            f"系统 {said.zh} 登记为在用，{what.zh}记录却止于 {last}（判定日前 {(facts.as_of - last).days} 天）",
            f"{said.en} is entered as in use, but records of {what.en} end on {last}, "
            f"{(facts.as_of - last).days} days before the day of judgement",
            *(record("software", one) for one in live[:3]),
        )


def _gone(until: date | None, facts: Facts) -> bool:
    return until is not None and until <= facts.as_of


def _records_after_retirement(facts: Facts) -> Iterator[Flaw]:
    for name, functions in KEEPERS:
        last, keepers = facts.span(name).last, list(_since(facts, functions))
        ends = [until for _, _, until in keepers]
        if last is None or not ends or None in ends:
            continue
        end = max(one for one in ends if one is not None)
        if last > end + GRACE:
            what, said = titled(name.partition(".")[0]), few(sorted(one for one, _, _ in keepers))
            yield flaw(
                at("records", name, last),
                f"{_said(functions).zh}的系统（{said.zh}）都已停用（至 {end}），{what.zh}记录却到 {last}",
                f"all systems of {_said(functions).en} ({said.en}) are retired (by {end}), but records of {what.en} "
                f"go on until {last}",
                *(record("software", one, "retired_on") for one, _, _ in keepers[:3]),
            )


def _function_before_software(facts: Facts) -> Iterator[Flaw]:
    software = facts.by_id("software")
    for use in facts.rows("software_function"):
        one, since = software.get(use["software_id"]), use["used_since"]
        if one is None or since is None:
            continue
        if since < one["go_live_on"] or (one["retired_on"] and since >= one["retired_on"]):
            when = one["go_live_on"] if since < one["go_live_on"] else one["retired_on"]
            zh, en = ("上线", "live since") if since < one["go_live_on"] else ("停用", "retired on")
            yield flaw(
                record("software_function", f"{use['software_id']}/{use['function']}", "used_since", since),
                f"{use['software_id']} 的功能“{FUNCTIONS[use['function']]}”{since} 启用，该软件 {when} {zh}",
                f"the function {use['function']} of {use['software_id']} is used since {since}, the software is {en} "
                f"{when}",
                record("software", use["software_id"], "go_live_on", one["go_live_on"]),
            )


def _ends(link: Values) -> tuple[str, str]:
    return link["from_software_id"], link["to_software_id"]


def _link_before_systems(facts: Facts) -> Iterator[Flaw]:
    software = facts.by_id("software")
    for link in facts.rows("system_link"):
        for end in _ends(link):
            live = software[end]["go_live_on"] if end in software else None
            if live and link["go_live_on"] < live:
                yield flaw(
                    record("system_link", link["link_id"], "go_live_on", link["go_live_on"]),
                    f"接口 {link['link_id']} {link['go_live_on']} 上线，早于系统 {end} 的上线日期 {live}",
                    f"the link {link['link_id']} is live since {link['go_live_on']}, before its system {end} ({live})",
                    record("software", end, "go_live_on", live),
                )


def _link_of_retired(facts: Facts) -> Iterator[Flaw]:
    software = facts.by_id("software")
    for link in facts.rows("system_link"):
        if _gone(link["retired_on"], facts):
            continue
        for end in _ends(link):
            until = software[end]["retired_on"] if end in software else None
            if until and until <= facts.as_of:
                yield flaw(
                    record("system_link", link["link_id"], "retired_on"),
                    f"接口 {link['link_id']} 登记为在用，系统 {end} 已于 {until} 停用",
                    f"the link {link['link_id']} is entered as in use, its system {end} was retired on {until}",
                    record("software", end, "retired_on", until),
                )


def _before_enterprise(facts: Facts) -> Iterator[Flaw]:
    days = [one["established_on"] for one in facts.rows("enterprise")]
    if None in days:
        raise CannotTell(titled("enterprise.established_on"))
    begun = min(days)
    for table, key, column in (
        ("factory", "factory_id", "commissioned_on"),
        ("software", "software_id", "go_live_on"),
        ("equipment", "equipment_id", "commissioned_on"),
    ):
        early = [one for one in facts.rows(table) if one[column] and one[column] < begun]
        if early:
            said = few([f"{one[key]} ({one[column]})" for one in early])
            yield flaw(
                record(table, early[0][key], column, early[0][column]),
                f"{titled(table).zh}早于企业成立（{begun}）：{said.zh}",
                f"{titled(table).en} before the enterprise was established ({begun}): {said.en}",
                at("records", "enterprise.established_on", begun),
            )


def _in_the_future(facts: Facts) -> Iterator[Flaw]:
    """What is to be live on a later day cannot carry a claim of today."""
    software = facts.by_id("software")
    for use in facts.rows("software_function"):
        one = software.get(use["software_id"])
        since = use["used_since"] or (one["go_live_on"] if one else None)
        if since and since > facts.as_of:
            yield flaw(
                record("software_function", f"{use['software_id']}/{use['function']}", "used_since", since),
                f"{use['software_id']} 的功能“{FUNCTIONS[use['function']]}”在判定日 {facts.as_of} "
                f"之后才启用（{since}）",
                f"the function {use['function']} of {use['software_id']} is used only from {since}, after the day of "
                f"judgement {facts.as_of}",
            )


def _model_calls(facts: Facts) -> Iterator[Flaw]:
    calls = {one["model_id"]: one for one in facts.sums["calls"]}
    for model in facts.rows("decision_model"):
        seen = calls.get(model["model_id"])
        if seen is None:
            continue
        since, until = model["first_used_on"], model["retired_on"]
        if since and seen["first"] < since:
            yield flaw(
                record("decision_model", model["model_id"], "first_used_on", since),
                f"模型 {model['model_id']} 首次使用日期是 {since}，调用记录却始于 {seen['first']}",
                f"the model {model['model_id']} is first used on {since}, but its calls begin on {seen['first']}",
                at("records", "model_call.at", seen["first"]),
            )
        if until and seen["last"] > until:
            yield flaw(
                record("decision_model", model["model_id"], "retired_on", until),
                f"模型 {model['model_id']} 已于 {until} 停用，{seen['last']} 仍有调用",
                f"the model {model['model_id']} was retired on {until}, but is called on {seen['last']}",
                at("records", "model_call.at", seen["last"]),
            )


def _model_unused(facts: Facts) -> Iterator[Flaw]:
    days = int(facts.assessed.get("interpretation", {}).get("model_called_days", 90))
    calls = {one["model_id"]: one["last"] for one in facts.sums["calls"]}
    for model in facts.rows("decision_model"):
        last = calls.get(model["model_id"])
        if not _gone(model["retired_on"], facts) and (last is None or last < facts.as_of - timedelta(days)):
            yield flaw(
                record("decision_model", model["model_id"], "retired_on", model["name"]),
                f"模型 {model['model_id']}“{model['name']}”登记为在用，近 {days} "
                f"天没有调用（最后一次：{last or '无'}）",
                f"the model {model['model_id']} “{model['name']}” is entered as in use, but was not called in {days} "
                f"days (last: {last or 'never'})",
            )


ROWS = (
    row(
        "C201",
        "warning",
        ("投产、启用、上线不早于企业成立", "nothing was live before the enterprise was established"),
        ("改正日期，或说明资产承接自哪家企业", "mend the day, or say from whom it was taken over"),
        "enterprise factory",
        _before_enterprise,
    ),
    row(
        "C202",
        "error",
        ("软件功能的启用日期在软件的上线与停用之间", "a function is used while its software is live"),
        ("按系统日志改正两个日期", "mend the days after the system's log"),
        "software software_function",
        _function_before_software,
    ),
    row(
        "C203",
        "error",
        ("接口不早于两端系统上线", "a link is not live before its systems"),
        ("按验收记录改正接口或系统的上线日期", "mend the go-live of the link or the system after the acceptance"),
        "software system_link",
        _link_before_systems,
    ),
    row(
        "C204",
        "error",
        ("在用接口的两端系统都在用", "both systems of a link in use are in use"),
        ("给接口填停用日期，或改接到新系统", "retire the link, or link the new system"),
        "software system_link",
        _link_of_retired,
    ),
    row(
        "C205",
        "hint",
        ("业务记录不早于管理它的系统", "records do not begin before the system that keeps them"),
        (
            "登记原来的系统（含停用日期），或说明记录的迁移",
            "enter the earlier system with its end, or say what was migrated",
        ),
        "software software_function",
        _records_before_system,
    ),
    row(
        "C206",
        "warning",
        ("在用系统近期有业务记录", "systems in use have recent records"),
        ("导入近期记录，或给系统填停用日期", "import the recent records, or retire the system"),
        "software software_function",
        _silent_system,
    ),
    row(
        "C207",
        "error",
        ("系统全部停用后不再有业务记录", "no records go on after the last system was retired"),
        ("登记接替的系统，或改正停用日期", "enter the system that took over, or mend the day of retirement"),
        "software software_function",
        _records_after_retirement,
    ),
    row(
        "C208",
        "error",
        ("所写的系统功能在判定日已启用", "functions of systems are in use on the day of judgement"),
        (
            "未启用的不能作为现状写；改日期或移到后续计划",
            "what is not in use is no present state; mend the day or plan it",
        ),
        "software_function",
        _in_the_future,
    ),
    row(
        "C209",
        "error",
        ("模型调用在其使用期间内", "models are called while they are in use"),
        ("按调用日志改正首次使用或停用日期", "mend first use or retirement after the log of calls"),
        "decision_model sum:calls",
        _model_calls,
    ),
    row(
        "C210",
        "warning",
        ("在用模型近期有调用", "models in use were called of late"),
        ("补调用记录，或给模型填停用日期", "supply the calls, or retire the model"),
        "decision_model sum:calls",
        _model_unused,
        "platform: model_called_days",
    ),
)
