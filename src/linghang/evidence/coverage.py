"""What engines proved by running: how many of the things that an element is about they really covered.

A run puts the coverage into the ledger; whether it is enough, the pack's interpretation says, on the day of judgement.
So a reviewer can set another bound without running anything again.
"""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import Decimal

from linghang.evidence.derive import Derivation, Found, Look, Needs
from linghang.evidence.observation import Observation
from linghang.evidence.settle import last_words
from linghang.evidence.withdrawal import Record
from linghang.words import Text

PREFIX = "coverage."
ANALYSIS = (
    "advanced.production.anomaly-warning",
    "advanced.production.online-process-analysis",
    "advanced.management.intelligent-analysis",
)
"""What engines that analyse prove; `intelligent-analysis` itself for those that analyse something else."""


def coverage_about(element: str) -> str:
    """Return what the observation of a coverage of an element is about."""
    return PREFIX + element


def coverages(records: Iterable[Record], as_of: date) -> dict[str, tuple[Observation, ...]]:
    """Return element -> what each engine said last of it by a day."""
    found: dict[str, list[Observation]] = {}
    for one in last_words(records, as_of).values():
        if isinstance(one, Observation) and one.source.kind == "engine" and one.about.startswith(PREFIX):
            found.setdefault(one.about.removeprefix(PREFIX), []).append(one)
    return {name: tuple(sorted(ones, key=lambda one: one.source.id)) for name, ones in found.items()}


def fresh_coverages(look: Look, element: str) -> list[Observation]:
    """Return the coverages of an element that have not aged out."""
    seen = look.coverages.get(element, ())
    return [one for one in seen if look.as_of < one.window_to + timedelta(look.days("record_evidence_valid_days"))]


def covered(element: str, bound: str, engine: str) -> Callable[[Look], Found | Needs]:
    """Decide whether an engine covered enough: the share that a threshold asks for.

    Parameters
    ----------
    element
        What was covered.
    bound
        Name of the threshold.
    engine
        Which engine to run where none has.
    """

    def run(look: Look) -> Found | Needs:
        seen = fresh_coverages(look, element)
        answers = [_answer(one, bound, look) for one in seen]
        found = [one for one in answers if isinstance(one, Found)]
        met = [one for one in found if one.value == "met"]
        if met or (found and len(found) == len(answers)):
            return (met or found)[0]
        lacking = [str(what) for one in seen for what in one.detail.get("needs", ())]
        return Needs(tuple(dict.fromkeys(lacking)) or (f"engine:{seen[0].source.id if seen else engine}",))

    return run


def _answer(one: Observation, bound: str, look: Look) -> Found | None:
    """Judge one coverage; None where what is open decides."""
    done, unknown, total = (int(one.detail[name]) for name in ("covered", "open", "of"))
    asked = look.number(bound) * total
    if done < asked <= done + unknown:
        return None
    until = one.window_to + timedelta(look.days("record_evidence_valid_days") - 1)
    detail = {
        "engine": one.source.id,
        "covered": done,
        "open": unknown,
        "of": total,
        "observation": one.digest,
        "window": [one.window_from.isoformat(), one.window_to.isoformat()],
    }
    return Found("met" if done >= asked else "unmet", detail, "measured", until)


def engine_first(
    element: str, bound: str, engine: str, records: Callable[[Look], Found | Needs]
) -> Callable[[Look], Found | Needs]:
    """Let a run of the engine speak where there is a fresh one, for it looks closer; else the records."""
    by_engine = covered(element, bound, engine)

    def run(look: Look) -> Found | Needs:
        return by_engine(look) if fresh_coverages(look, element) else records(look)

    return run


def technology_applied(look: Look) -> Found | Needs:
    """Key equipment under warning and key process steps under analysis: both, each by its own bound."""
    parts = (
        covered(ANALYSIS[0], "key_equipment_share", "equipment.anomaly_warning")(look),
        covered(ANALYSIS[1], "key_process_share", "production.process_analysis")(look),
    )
    needs = tuple(what for one in parts if isinstance(one, Needs) for what in one.what)
    found = [one for one in parts if isinstance(one, Found)]
    detail = {"parts": [dict(one.detail) for one in found]}
    until = min((one.until for one in found if one.until), default=None)
    if any(one.value == "unmet" for one in found):
        return Found("unmet", detail, "measured", until)
    return Needs(needs) if needs else Found("met", detail, "measured", until)


def analysis_in_use(look: Look) -> Found | Needs:
    """Enough analysing engines have really covered something lately."""
    seen = [one for name in ANALYSIS for one in fresh_coverages(look, name) if int(one.detail["covered"]) > 0]
    names = sorted({one.source.id for one in seen})
    if not names or len(names) < look.number("analysis_tools_minimum"):
        others = ("equipment.anomaly_warning", "production.process_analysis", "energy_carbon.energy")
        return Needs(tuple(f"engine:{one}" for one in others if one not in names))
    first = min(one.window_to for one in seen)
    until = first + timedelta(look.days("record_evidence_valid_days") - 1)
    return Found("met", {"engines": names, "observations": sorted(one.digest for one in seen)}, "measured", until)


def share_of(covered: int, of: int) -> Decimal:
    """Return the share that was covered, to six digits; the exact counts stand beside it."""
    return (Decimal(covered) / Decimal(of)).quantize(Decimal("0.000001"))


def _row(id: str, element: str, bound: str, engine: str, zh: str, en: str) -> Derivation:
    return Derivation(id, (element,), (), "measured", Text(zh, en), covered(element, bound, engine))


ENGINE_RUNS = (
    _row(
        "anomaly_warning",
        ANALYSIS[0],
        "key_equipment_share",
        "equipment.anomaly_warning",
        "关键装备处于异常预警之下的比例",
        "key equipment under early warning",
    ),
    _row(
        "process_analysis",
        ANALYSIS[1],
        "key_process_share",
        "production.process_analysis",
        "关键工序数据在线分析的比例",
        "key process steps whose data are analysed",
    ),
    _row(
        "precise_control",
        "advanced.production.precise-control",
        "key_process_share",
        "production.control",
        "关键过程精准控制的比例",
        "key processes under precise control",
    ),
    _row(
        "assisted_scheduling",
        "advanced.management.assisted-scheduling",
        "scheduled_share",
        "scheduling.finite_capacity",
        "未完订单由有限产能排程排定的比例",
        "open orders that a finite-capacity schedule plans",
    ),
    Derivation(
        "technology_applied",
        ("advanced.production.digital-intelligent-technology",),
        (),
        "measured",
        Text("关键装备预警与关键工序分析均达比例", "key equipment under warning and key steps under analysis"),
        technology_applied,
    ),
    Derivation(
        "analysis_in_use",
        ("advanced.management.intelligent-analysis",),
        (),
        "measured",
        Text("正在使用的智能分析引擎数", "analysing engines in use"),
        analysis_in_use,
    ),
)
