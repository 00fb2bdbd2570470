"""Equipment monitoring, the plant: effectiveness and losses of machines, lines, days and crews, and what is shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from linghang.engines.charts import AnyChart
from linghang.engines.contract import Inputs, Observed, ResultTable, micros
from linghang.engines.equipment import monitoring_charts as charts
from linghang.engines.equipment import monitoring_tables as shown
from linghang.engines.equipment.monitoring_alarms import AlarmFigures
from linghang.engines.equipment.monitoring_live import Heard
from linghang.engines.equipment.monitoring_losses import LOSS_TITLES, Effect, Work, effect, total
from linghang.engines.equipment.monitoring_records import Jobs, Lacks, jobs_of, shifts_of, works_of
from linghang.engines.equipment.monitoring_states import Stretches
from linghang.words import Text

ELEMENT = "basic.production.realtime-monitoring"
MOST_NAMED = 50
MOST_DAYS = 400
"""Longest window whose days are shown."""


@dataclass(frozen=True, slots=True)
class PlantRules:
    """The settings that are used here; seconds, hours and a share of time."""

    monitored_time_share: float
    minor_stop_s: float
    startup_s: float
    long_stop_s: float
    gantt_h: float


class Plant:
    """The machines of a plant with their states and work, and what is shown of them."""

    def __init__(
        self,
        machines: list[dict[str, Any]],
        states: dict[str, Stretches],
        sources: dict[str, str],
        inputs: Inputs,
        rules: PlantRules,
        lacks: Lacks,
    ) -> None:
        self.machines, self.states, self.sources = machines, states, sources
        self.inputs, self.rules, self.lacks = inputs, rules, lacks
        self.jobs: Jobs | None = None
        self.effects: dict[str, Effect] = {}
        self.counted: Effect | None = None

    def work(self) -> None:
        """Compute OEE and losses of each machine, and of those together that have both states and work."""
        start, end = micros(self.inputs.start), micros(self.inputs.end)
        self.jobs = jobs_of(self.inputs.tables, start, end, self.lacks)
        self.effects = self._effects(self.states, self.jobs, self.lacks)
        self.counted = total(one for one in self.effects.values() if one.work is not None)
        overlapping = [id for id, one in self.states.items() if one.overlap_us > 0]
        if overlapping:
            self.lacks.add("equipment_state#overlap")

    def _effects(self, states: Mapping[str, Stretches], jobs: Jobs | None, lacks: Lacks) -> dict[str, Effect]:
        works: dict[str, Work] = works_of(jobs, states, round(self.rules.startup_s * 1e6), lacks)
        return {id: effect(one, works.get(id), self.rules.minor_stop_s) for id, one in states.items()}

    def _part(self, start: int, end: int, center: str = "") -> Effect | None:
        """Return the effect of a part of the window, of the machines whose work is known in all of it."""
        centers = {one["equipment_id"]: one["work_center_id"] for one in self.machines}
        chosen = {
            id: self.states[id].within(start, end)
            for id, one in self.effects.items()
            if one.work is not None and (not center or centers[id] == center)
        }
        jobs = self.jobs.within(start, end) if self.jobs is not None else None
        found = self._effects(chosen, jobs, Lacks())
        # A machine without jobs in a part made nothing in it: its jobs of the whole window are known.
        nothing = Work(0.0, 0.0, 0.0, 0.0)
        return total(
            one if one.work else effect(chosen[id], nothing, self.rules.minor_stop_s) for id, one in found.items()
        )

    def _lines(self) -> dict[str, Effect]:
        by_line: dict[str, list[Effect]] = {}
        for machine in self.machines:
            if machine["equipment_id"] in self.effects:
                by_line.setdefault(machine["work_center_id"] or "?", []).append(self.effects[machine["equipment_id"]])
        return {line: one for line in sorted(by_line) if (one := total(by_line[line])) is not None}

    def _days(self) -> list[tuple[str, Effect]]:
        zone = self.inputs.zone
        found: list[tuple[str, Effect]] = []
        day, last = self.inputs.start.astimezone(zone).date(), self.inputs.end.astimezone(zone).date()
        while day <= last and len(found) < MOST_DAYS:
            bounds = [datetime.combine(one, time(), zone).astimezone(UTC) for one in (day, day + timedelta(1))]
            first = max(micros(bounds[0]), micros(self.inputs.start))
            until = min(micros(bounds[1]), micros(self.inputs.end))
            one = self._part(first, until) if until > first else None
            if one is not None:
                found.append((day.isoformat(), one))
            day += timedelta(1)
        return found

    def _crews(self) -> list[tuple[str, Effect]]:
        by_crew: dict[str, list[Effect]] = {}
        for crew, center, first, last in shifts_of(
            self.inputs.tables, micros(self.inputs.start), micros(self.inputs.end)
        ):
            one = self._part(first, last, center)
            if one is not None:
                by_crew.setdefault(crew, []).append(one)
        return [(crew, one) for crew in sorted(by_crew) if (one := total(by_crew[crew])) is not None]

    def shown(self, heard: Heard, start: int, end: int) -> tuple[dict[str, ResultTable], list[AnyChart]]:
        """Return the tables and charts of states, effectiveness and losses."""
        if not self.states:
            return {}, []
        lines, days, crews = self._lines(), self._days(), self._crews()
        tables = {
            "machines": shown.machines_table([self._row(one, heard) for one in self.machines]),
            "lines": shown.groups_table("各产线综合效率", "OEE by line", lines.items()),
            "stops": shown.stops_table(self.states, self.rules.long_stop_s),
        }
        key = [one["equipment_id"] for one in self.machines if one["key"] and one["equipment_id"] in self.states]
        lanes = key[:MOST_NAMED] or sorted(self.states)[:MOST_NAMED]
        drawn: list[AnyChart] = [
            charts.states_gantt(self.states, lanes, max(start, end - round(self.rules.gantt_h * 3.6e9)), end),
            charts.oee_bars(lines),
        ]
        if self.counted is not None:
            plant = [("全厂 plant", self.counted)]
            tables["losses"] = shown.losses_table(plant + [one for one in lines.items() if one[1].work is not None])
            tables["days"] = shown.groups_table("每日综合效率", "OEE by day", days)
            drawn += [charts.waterfall(self.counted), charts.loss_pareto(self.counted), charts.daily_oee(days)]
            if crews:
                tables["crews"] = shown.groups_table("各班组综合效率", "OEE by crew", crews)
        return tables, drawn

    def _row(self, machine: Mapping[str, Any], heard: Heard) -> dict[str, Any]:
        id = machine["equipment_id"]
        row = {name: machine[name] for name in ("equipment_id", "name", "work_center_id", "key")}
        row |= {"known_share": 0.0, "counted": heard.counts.get(id)}
        one = self.effects.get(id)
        if one is None:
            return row
        row |= shown.effect_row(one) | {"source": self.sources[id], "overlap_h": self.states[id].overlap_us / 3.6e9}
        counted = heard.counts.get(id)
        if counted is not None and one.work is not None and one.work.produced > 0:
            row["counter_difference_share"] = counted / one.work.produced - 1
        return row

    def observed(self) -> tuple[Observed, ...]:
        """Return how many key machines are monitored; nothing where no state of any machine is known."""
        key = [one["equipment_id"] for one in self.machines if one["key"]]
        if not key or not self.effects:
            return ()
        share = {id: self.effects[id].known_share if id in self.effects else 0.0 for id in key}
        missed = [id for id in key if share[id] < self.rules.monitored_time_share]
        detail = {
            "monitored_time_share": self.rules.monitored_time_share,
            "not_monitored": {id: round(share[id], 4) for id in missed[:MOST_NAMED]},
            "by_telemetry": sum(1 for id in key if self.sources.get(id) == "telemetry"),
        }
        percent = f"{100 * self.rules.monitored_time_share:g}"
        what = Text(
            f"状态已知时间达到{percent}%的关键设备",
            f"key equipment whose state is known for at least {percent} % of the time",
        )
        covered = len(key) - len(missed)
        return (Observed(ELEMENT, what, covered, len(key), self.inputs.start, self.inputs.end, detail=detail),)

    def finding(self, alarms: AlarmFigures | None) -> Text:
        """Say in one sentence what was found."""
        parts = [Text(f"{len(self.states)}台设备有状态数据", f"{len(self.states)} machines have states")]
        if self.counted is not None and self.counted.oee is not None:
            percent = f"{100 * self.counted.oee:.1f}"
            parts.append(Text(f"综合效率{percent}%", f"OEE {percent} %"))
            known = {name: lost for name, lost in self.counted.losses().items() if lost is not None}
            worst = max(known, key=lambda name: known[name])
            share = f"{100 * known[worst] / self.counted.loading_s:.1f}"
            title = LOSS_TITLES[worst]
            parts.append(Text(f"最大损失为{title.zh}（{share}%）", f"the largest loss is {title.en} ({share} %)"))
        if alarms is not None:
            rate, flood = alarms.metric("per_day").value or 0.0, alarms.metric("flood_time").value or 0.0
            parts.append(
                Text(
                    f"每岗位每日报警{rate:.0f}条，泛滥时间占{flood:.2f}%",
                    f"{rate:.0f} alarms per operator and day, {flood:.2f} % of the time in flood",
                )
            )
        return Text("；".join(one.zh for one in parts), "; ".join(one.en for one in parts))
