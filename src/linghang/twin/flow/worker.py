"""A machine or vehicle that works, stops with its calendar, breaks down and is repaired."""

from collections.abc import Generator
from typing import Any, Protocol

import simpy

from linghang.twin.flow.events import Failed, Repaired, StateBegan
from linghang.twin.flow.lots import Lot, Stage
from linghang.twin.flow.model import FailureMode, Fault, Machine
from linghang.twin.flow.operations import Operation
from linghang.twin.flow.streams import Draw
from linghang.twin.flow.working_time import WorkingTime
from linghang.twin.flow.world import FAR_US, World, span_us

RUNNING, SETUP, IDLE, BREAKDOWN = "running", "setup", "idle", "breakdown"
STARVED, BLOCKED = "starved", "blocked"

Steps = Generator[simpy.Event, None, None]


class Source(Protocol):
    """Where a worker gets its tasks: the queue of a station, or the requests for vehicles."""

    def offer(self, worker: "Worker") -> None:
        """Give the worker a task, now or as soon as there is one."""

    def withdraw(self, worker: "Worker") -> None:
        """Give the worker nothing until it offers itself again."""

    def work(self, worker: "Worker", task: Any) -> Steps:
        """Do a task on the worker."""


class _Mode:
    """One failure mode of one machine: at which operating time it fails next."""

    __slots__ = ("fails_at", "mode", "repair", "time_to_failure")

    def __init__(self, world: World, machine_id: str, index: int, mode: FailureMode) -> None:
        self.mode = mode
        self.time_to_failure: Draw = world.streams.durations(mode.time_to_failure, machine_id, "failure", str(index))
        self.repair: Draw = world.streams.durations(mode.repair, machine_id, "repair", str(index))
        self.fails_at = 0


class Worker:
    """One machine or vehicle in a run.

    Attributes
    ----------
    spec, source, hours
        What it is, where its tasks come from, and its calendar.
    task
        What it was given and has not begun.
    product, family
        Of the last lot, for the next set-up.
    lots, held
        Lots in work, and finished lots that still stand on it.
    operations
        What it does at each stage that it has worked.
    place
        Where a vehicle stands.
    bad_share
        Share of bad pieces of the next lot that it finishes.
    """

    def __init__(
        self, world: World, spec: Machine, places: tuple[str, ...], source: Source, hours: WorkingTime
    ) -> None:
        self.world, self.spec, self.source, self.hours = world, spec, source, hours
        self.id, self.places = spec.machine_id, places
        self.task: Any = None
        self.product = self.family = self.place = ""
        self.lots: list[Lot] = []
        self.held: list[Lot] = []
        self.operations: dict[Stage, Operation] = {}
        self.bad_share = 0.0
        self._spent_us = self._left_us = 0
        self._since_us: int | None = None
        self._sets_up = False
        self.state, self.reason, self.lot_id = "", "", ""
        self._resting = ""
        self._broken = False
        self._wake = world.env.event()
        self._operated = 0
        self._modes = [_Mode(world, self.id, index, mode) for index, mode in enumerate(spec.failures)]
        self._fails_at = FAR_US
        for mode in self._modes:
            self._renew(mode)
        self._process = world.env.process(self._live())

    # --- what others ask of it ---

    @property
    def may_start(self) -> bool:
        """Whether its calendar is open now."""
        hours, now = self.hours, self.world.env.now_us
        if hours.until_us <= now:
            hours.roll(now)
        return hours.open

    def give(self, task: Any) -> None:
        """Give a task to a worker that offered itself."""
        self.task = task
        self.rouse()

    def rouse(self) -> None:
        """End its rest, if it rests."""
        if self._resting and not self._wake.triggered:
            self._wake.succeed()

    def strike(self, fault: Fault) -> None:
        """Break it down now, whatever it does; or spoil the lot that it finishes next."""
        if fault.kind == "breakdown":
            self._process.interrupt(fault)
        else:
            self.bad_share = fault.share

    def spoil(self, lots: list[Lot]) -> None:
        """Make the share of bad pieces that a fault asked for, once."""
        for lot in lots:
            lot.bad = min(lot.pieces, lot.bad + round(lot.pieces * self.bad_share))
        self.bad_share = 0.0

    def calendar_changed(self) -> None:
        """Show the new period of its calendar while it rests; offer itself when it opens."""
        if self._resting and not self._broken:
            self._go_on_resting()

    # --- what it does ---

    def _live(self) -> Steps:
        while True:
            if self.task is None and self.may_start:
                self.source.offer(self)
            if self.task is None:
                yield from self.rest(STARVED)
            if self.task is not None:
                task, self.task = self.task, None
                yield from self.source.work(self, task)

    def rest(self, reason: str) -> Steps:
        """Wait: `starved` until a task comes, `blocked` until the lots that it holds are gone."""
        self._resting, self._wake = reason, self.world.env.event()
        if reason == STARVED:
            self.lot_id = ""
        self._show_rest()
        while True:
            try:
                yield self._wake
                break
            except simpy.Interrupt as struck:
                self.source.withdraw(self)
                yield from self._break_down_by(_fault(struck))
                self._go_on_resting()
        self._resting = ""

    def _go_on_resting(self) -> None:
        """Rest on after a repair or a change of the calendar; offer itself if it waits for a task and may start."""
        if self._wake.triggered:
            return
        if self._resting == STARVED:
            self.source.withdraw(self)
            if self.may_start:
                self.source.offer(self)
        if not self._wake.triggered:
            self._show_rest()

    def _show_rest(self) -> None:
        if self.may_start:
            self.show(IDLE, self._resting, self.lot_id)
        else:
            self.show(self.hours.state, self.hours.reason, self.lot_id)

    def spend(self, left_us: int, state: str, lot_id: str, reason: str = "") -> Steps:
        """Work for a time that counts neither stops of the calendar nor breakdowns."""
        env, hours, running = self.world.env, self.hours, state == RUNNING
        self._spent_us, self._left_us, self._sets_up = 0, left_us, state == SETUP
        while self._left_us > 0:
            now = env.now_us
            if hours.until_us <= now:
                hours.roll(now)
            if not hours.open:
                yield from self._stop(lot_id)
                continue
            if running and self._fails_at <= self._operated:
                yield from self._fail()
                continue
            self.show(state, reason, lot_id)
            to_failure = self._fails_at - self._operated if running else FAR_US
            stretch = min(self._left_us, hours.until_us - now, to_failure)
            fault: Fault | None = None
            self._since_us = now
            try:
                yield env.timeout(stretch)
            except simpy.Interrupt as struck:
                fault, stretch = _fault(struck), env.now_us - now
            self._since_us = None
            self._left_us -= stretch
            self._spent_us += stretch
            if running:
                self._operated += stretch
            if fault is not None:
                yield from self._break_down_by(fault)

    def progress(self) -> float:
        """Share of the present work on pieces, or of a vehicle's drive, that is done: 0 (also in set-up) to 1."""
        if self._sets_up:
            return 0.0
        whole = self._spent_us + self._left_us
        under_way = 0 if self._since_us is None else self.world.now - self._since_us
        return (self._spent_us + under_way) / whole if whole else 1.0

    def _stop(self, lot_id: str) -> Steps:
        """Wait with a lot until the calendar opens."""
        hours = self.hours
        self.show(hours.state, hours.reason, lot_id)
        try:
            yield self.world.env.timeout(hours.until_us - self.world.now)
        except simpy.Interrupt as struck:
            yield from self._break_down_by(_fault(struck))

    # --- failures ---

    def _fail(self) -> Steps:
        mode = min(self._modes, key=lambda one: one.fails_at)
        factor = self.world.factors.of("repair_time", *self.places)
        yield from self._break_down(span_us(mode.repair() * factor), mode.mode.cause, mode.mode.component)
        self._renew(mode)

    def _renew(self, mode: _Mode) -> None:
        factor = self.world.factors.of("time_to_failure", *self.places)
        mode.fails_at = self._operated + max(1, span_us(mode.time_to_failure() * factor))
        self._fails_at = min(one.fails_at for one in self._modes)

    def _break_down_by(self, fault: Fault) -> Steps:
        return self._break_down(span_us(fault.duration_s), fault.cause, fault.component)

    def _break_down(self, repair_us: int, cause: str, component: str) -> Steps:
        world, lot_id, failed_us = self.world, self.lot_id, self.world.now
        self._broken = True
        world.emit(Failed(failed_us, self.id, cause, component))
        self.show(BREAKDOWN, cause, lot_id)
        repaired_us = failed_us + max(1, repair_us)
        while (left := repaired_us - world.now) > 0:
            try:
                yield world.env.timeout(left)
            except simpy.Interrupt as struck:
                repaired_us = max(repaired_us, world.now + span_us(_fault(struck).duration_s))
        self._broken = False
        world.emit(Repaired(world.now, self.id, failed_us))

    def show(self, state: str, reason: str, lot_id: str) -> None:
        """Say in which state it is now, if that is new."""
        if state != self.state or lot_id != self.lot_id or reason != self.reason:
            self.state, self.reason, self.lot_id = state, reason, lot_id
            self.world.emit(StateBegan(self.world.now, self.id, state, reason, lot_id))


def _fault(struck: simpy.Interrupt) -> Fault:
    cause = struck.cause
    if not isinstance(cause, Fault):
        raise struck
    return cause
