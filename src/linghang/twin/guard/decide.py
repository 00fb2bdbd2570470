"""The decision of the guard: a pure function, so that every case of it can be tried.

What it promises, whatever the commands, the readings and the clock do:

1. a value that is put out lies within the limits of the rule, a commanded one also within those of the approval;
2. it differs from the last known value by no more than the rate allows in the time that has passed, of which no more
   than `longest_step` counts and none where the clock went back;
3. nothing is put out unless the equipment says, freshly and with good quality, that it is in an allowed mode;
4. a command is carried out only while every interlock holds and, where the rule asks for it, an approval holds;
5. a controller that is silent for longer than the watchdog loses the output to the fallback value.

It is no safety function in the sense of IEC 61511: it stands before the equipment's own interlocks, not in their place.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import isfinite
from typing import Literal

from linghang.twin.guard.rules import Approval, Command, Reading, Rule
from linghang.words import Text

Verdict = Literal["accepted", "limited", "refused", "fallback", "idle"]
_HAIR = 1e-9
"""Share of the range by which a readback may lie beyond a limit: rounding of the equipment."""


@dataclass(frozen=True, slots=True)
class GuardState:
    """What the guard knows of one output.

    Attributes
    ----------
    value
        What it last put out or read back; None while unknown.
    at
        When it last decided. Time is counted from decision to decision: a clock that was set wrong and then right
        neither moves the output by a jump nor keeps the guard from moving it.
    silent
        For how long it has heard no usable command.
    fallen
        Whether the output is on its way to, or at, the fallback value.
    """

    value: float | None
    at: datetime
    silent: timedelta = timedelta()
    fallen: bool = False

    @classmethod
    def begin(cls, now: datetime) -> "GuardState":
        """Know nothing: the first fresh readback says where the equipment stands."""
        return cls(None, now)


@dataclass(frozen=True, slots=True)
class Decision:
    """What the guard made of a command.

    Attributes
    ----------
    verdict
        accepted: as commanded; limited: cut to limits or rate; refused: the command is not carried out, the output
        stays; fallback: the safe value is taken up instead; idle: no command came, the output stays.
    value
        What is put out; None where nothing is.
    reasons
        Why it is not as commanded.
    """

    verdict: Verdict
    value: float | None
    reasons: tuple[Text, ...] = ()


def decide(
    rule: Rule,
    state: GuardState,
    command: Command | None,
    now: datetime,
    readings: Mapping[str, Reading],
    approval: Approval | None = None,
) -> tuple[Decision, GuardState]:
    """Decide what is put out.

    Parameters
    ----------
    rule
        What may be done to the output.
    state
        As the last decision left it.
    command
        What the controller wants; None where it has said nothing since the last decision.
    now
        The guard's clock, UTC.
    readings
        Newest values by name.
    approval
        The permission that there is.
    """
    elapsed = max(now - state.at, timedelta())
    passed = min(elapsed, rule.longest_step).total_seconds()
    state = replace(state, at=now, silent=state.silent + elapsed)
    barred = _mode(rule, readings, now)
    if barred is not None:
        # Somebody else moves the output now: what the guard put out before says nothing any more.
        return Decision("refused" if command else "idle", None, (barred,)), replace(
            state, value=None, silent=timedelta()
        )
    standing = _standing(rule, state, readings, now)
    if isinstance(standing, Text):
        return Decision("refused" if command else "idle", None, (standing,)), replace(state, value=None)
    state = replace(state, value=standing)
    broken = tuple(found for lock in rule.interlocks if (found := lock.broken(readings, now)))
    if broken:
        return _fall(rule, state, standing, passed, broken)
    refusal = (_apart(rule, standing, readings, now) or _refusal(rule, command, now, approval)) if command else None
    if command is None or refusal is not None:
        if state.silent > rule.watchdog:
            lost = Text("控制器失联，转入安全值", "the controller is lost; the safe value is taken up")
            return _fall(rule, state, standing, passed, (*((refusal,) if refusal else ()), lost))
        if refusal is None:
            return Decision("idle", None), state
        return Decision("refused", None, (refusal,)), state
    held = approval if approval is not None and approval.holds(rule.tag, now) else None
    return _carried_out(rule, replace(state, silent=timedelta(), fallen=False), command, standing, passed, held)


def _mode(rule: Rule, readings: Mapping[str, Reading], now: datetime) -> Text | None:
    found = readings.get(rule.mode_reading)
    if found is None:
        return Text("设备模式未知", "the mode of the equipment is unknown")
    problem = found.problem(now, rule.fresh)
    if problem is not None:
        return Text(f"设备模式未知：{problem.zh}", f"the mode of the equipment is unknown: {problem.en}")
    if found.value not in rule.modes:
        return Text(
            f"设备处于 {found.value} 模式，不允许写入", f"the equipment is in mode {found.value}, which forbids it"
        )
    return None


def _standing(rule: Rule, state: GuardState, readings: Mapping[str, Reading], now: datetime) -> float | Text:
    """Return the value from which the rate counts, or why there is none."""
    value = state.value
    if value is None:
        found = readings.get(rule.readback)
        problem = Text("没有回读值", "there is no readback") if found is None else found.problem(now, rule.fresh)
        if problem is not None or found is None or isinstance(found.value, str):
            said = problem or Text("回读值不是数", "the readback is no number")
            return Text(f"输出现值未知：{said.zh}", f"the present value of the output is unknown: {said.en}")
        value = float(found.value)
    hair = _HAIR * (rule.high - rule.low)
    if not rule.low - hair <= value <= rule.high + hair:
        return Text(
            f"输出现值 {value} 超出 {rule.low}～{rule.high}，请先手动调回",
            f"the output stands at {value}, outside {rule.low} to {rule.high}; bring it back by hand first",
        )
    return min(max(value, rule.low), rule.high)


def _apart(rule: Rule, standing: float, readings: Mapping[str, Reading], now: datetime) -> Text | None:
    """Return why nothing more is put out to equipment that does not follow: it would jump when it follows again."""
    found = readings.get(rule.readback)
    if found is None or isinstance(found.value, str) or found.problem(now, rule.fresh) is not None:
        return None
    if abs(found.value - standing) <= rule.most_apart:
        return None
    return Text(
        f"设备没有跟随：回读 {found.value}，输出 {standing}",
        f"the equipment does not follow: it reads back {found.value} at an output of {standing}",
    )


def _refusal(rule: Rule, command: Command, now: datetime, approval: Approval | None) -> Text | None:
    if command.tag != rule.tag:
        return Text(f"命令针对 {command.tag}，不是 {rule.tag}", f"the command is for {command.tag}, not for {rule.tag}")
    if not isfinite(command.value):
        return Text("命令值不是有效数", "the commanded value is no number")
    problem = Reading(command.value, command.at).problem(now, rule.fresh)
    if problem is not None:
        return Text(f"命令不可用：{problem.zh}", f"the command cannot be used: {problem.en}")
    if rule.needs_approval and (approval is None or not approval.holds(rule.tag, now)):
        return Text("没有有效的批准", "no approval holds")
    return None


def _toward(rule: Rule, standing: float, wanted: float, passed: float) -> float:
    """Go toward a value as far as the rate allows; the end lies between two values that keep the limits."""
    step = rule.rate_per_s * passed
    return min(max(wanted, standing - step), standing + step)


def _fall(
    rule: Rule, state: GuardState, standing: float, passed: float, reasons: tuple[Text, ...]
) -> tuple[Decision, GuardState]:
    value = _toward(rule, standing, rule.fallback, passed)
    return Decision("fallback", value, reasons), replace(state, value=value, fallen=True)


def _carried_out(
    rule: Rule, state: GuardState, command: Command, standing: float, passed: float, approval: Approval | None
) -> tuple[Decision, GuardState]:
    low, high = rule.low, rule.high
    if approval is not None:
        low, high = max(low, approval.low), min(high, approval.high)
    if low > high:
        empty = Text("批准的范围与规则的范围不相交", "the approved range lies outside that of the rule")
        return Decision("refused", None, (empty,)), state
    reasons = []
    value = min(max(command.value, low), high)
    if value != command.value:
        reasons.append(Text(f"限幅到 {low}～{high}", f"cut to the limits {low} to {high}"))
    reached = _toward(rule, standing, value, passed)
    if reached != value:
        reasons.append(Text(f"变化率限于 {rule.rate_per_s}/s", f"held to the rate of {rule.rate_per_s}/s"))
    if not low <= reached <= high:
        # Within the rule, but not yet within what was approved: no step both keeps the rate and is approved.
        outside = Text(
            "现值在批准范围之外，变化率内无法到达",
            "the output stands outside the approved range, out of reach at the rate",
        )
        return Decision("refused", None, (outside,)), state
    return Decision("limited" if reasons else "accepted", reached, tuple(reasons)), replace(state, value=reached)
