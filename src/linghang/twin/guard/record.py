"""Records of what was commanded, what the guard made of it, and what came of it: observations that can be kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite

import pyarrow as pa

from linghang.twin.guard.decide import Decision
from linghang.twin.guard.rules import Approval, Command, Reading, Rule

TAKEN = 0.01
"""Share of the range within which a readback counts as the value put out: resolution of valves and converters."""


@dataclass(frozen=True, slots=True)
class Effect:
    """What was seen after a value was put out.

    Attributes
    ----------
    at
        When.
    readback
        What the equipment had taken; None where it did not say.
    taken
        Whether that is what was put out; None where unknown.
    measured
        The controlled variable then; None where it did not say.
    """

    at: datetime
    readback: float | None
    taken: bool | None
    measured: float | None


@dataclass(frozen=True, slots=True)
class CommandRecord:
    """One command, the decision on it, and its effect, once it was seen."""

    command: Command
    decision: Decision
    at: datetime
    mode: str
    approved_by: str = ""
    effect: Effect | None = None


def recorded(
    rule: Rule,
    command: Command,
    decision: Decision,
    now: datetime,
    readings: dict[str, Reading],
    approval: Approval | None = None,
) -> CommandRecord:
    """Record a command that was decided on."""
    mode = readings.get(rule.mode_reading)
    by = approval.by if approval is not None and approval.holds(rule.tag, now) else ""
    return CommandRecord(command, decision, now, str(mode.value) if mode else "", by)


def effect_of(
    rule: Rule, decision: Decision, readings: dict[str, Reading], measured: str, now: datetime, fresh: timedelta
) -> Effect:
    """Look at what a value that was put out did.

    Parameters
    ----------
    rule, decision
        The output, and what was put out.
    readings
        As they are some time later.
    measured
        Name of the controlled variable.
    now
        When they are looked at.
    fresh
        Older readings say nothing.
    """

    def number(name: str) -> float | None:
        found = readings.get(name)
        if found is None or isinstance(found.value, str) or found.problem(now, fresh) is not None:
            return None
        return float(found.value)

    back = number(rule.readback)
    taken = None
    if back is not None and decision.value is not None:
        taken = abs(back - decision.value) <= TAKEN * (rule.high - rule.low)
    return Effect(now, back, taken, number(measured))


def table_of(records: Sequence[CommandRecord]) -> pa.Table:
    """Return records as a table, one row a command, oldest first; a commanded value that is no number is null."""
    moment, rows = pa.timestamp("us", "UTC"), list(records)
    effects = [row.effect for row in rows]
    return pa.table(
        {
            "at": pa.array([row.at for row in rows], moment),
            "tag_id": pa.array([row.command.tag for row in rows], pa.string()),
            "by": pa.array([row.command.by for row in rows], pa.string()),
            "commanded": pa.array(
                [row.command.value if isfinite(row.command.value) else None for row in rows], pa.float64()
            ),
            "verdict": pa.array([row.decision.verdict for row in rows], pa.string()),
            "put_out": pa.array([row.decision.value for row in rows], pa.float64()),
            "reason_zh": pa.array(["；".join(one.zh for one in row.decision.reasons) for row in rows], pa.string()),
            "reason_en": pa.array(["; ".join(one.en for one in row.decision.reasons) for row in rows], pa.string()),
            "mode": pa.array([row.mode for row in rows], pa.string()),
            "approved_by": pa.array([row.approved_by for row in rows], pa.string()),
            "seen_at": pa.array([one.at if one else None for one in effects], moment),
            "readback": pa.array([one.readback if one else None for one in effects], pa.float64()),
            "taken": pa.array([one.taken if one else None for one in effects], pa.bool_()),
            "measured": pa.array([one.measured if one else None for one in effects], pa.float64()),
        }
    )
