"""What one machine does at one stage: set-up time, time of work, scrap, rework and passage of each lot."""

from typing import NamedTuple

from linghang.twin.flow.distributions import lognormal
from linghang.twin.flow.lots import Lot, Stage
from linghang.twin.flow.model import Machine, Station
from linghang.twin.flow.streams import US, binomial
from linghang.twin.flow.world import World


class Outcome(NamedTuple):
    """What becomes of the pieces of a lot at a stage: how many are scrapped, and how many need rework."""

    scrap: int
    rework: int


AS_GOOD = Outcome(0, 0)


class Operation:
    """One machine at one stage of one product, with its own draws.

    The streams belong to the machine and the purpose; products that follow each other on it go on with them. Factors of
    changes are looked up again when a change has come.
    """

    __slots__ = (
        "_dwell",
        "_dwell_us",
        "_lot",
        "_piece",
        "_places",
        "_rework",
        "_rework_share",
        "_run_us",
        "_scrap",
        "_scrap_share",
        "_setup",
        "_setup_us",
        "_together",
        "_version",
        "_world",
        "mean_s",
        "speed",
        "step",
    )

    def __init__(self, world: World, station: Station, machine: Machine, stage: Stage) -> None:
        streams, name, step = world.streams, machine.machine_id, stage.step
        self._world, self.step, self.speed = world, step, machine.speed
        self.mean_s = step.piece_s.mean_s + step.lot_s.mean_s
        """Mean time of a piece and a lot together, by which the longest of a load is found."""
        self._together = station.load is not None
        self._places = (station.station_id, name, step.segment_id, stage.product_id)
        self._piece = streams.durations(step.piece_s, name, "piece")
        self._lot = streams.durations(step.lot_s, name, "lot") if step.lot_s.mean_s else None
        self._dwell = streams.durations(step.dwell_s, name, "dwell") if step.dwell_s.mean_s else None
        self._setup = streams.durations(lognormal(1.0, station.setup_cv), name, "setup")
        self._scrap = streams.uniform(name, "scrap")
        self._rework = streams.uniform(name, "rework")
        self._version = -1
        self.refresh()

    def refresh(self) -> None:
        """Take up the changes that are in force."""
        factors, places, step = self._world.factors, self._places, self.step
        if self._version == factors.version:
            return
        self._version = factors.version
        self._run_us = US * factors.of("process_time", *places) / self.speed
        self._setup_us = US * factors.of("setup_time", *places)
        self._dwell_us = US * factors.of("dwell_time", *places)
        self._scrap_share = min(1.0, step.scrap * factors.of("scrap", *places))
        sound = 1.0 - self._scrap_share
        rework = min(sound, step.rework * factors.of("rework", *places))
        self._rework_share = rework / sound if sound else 0.0

    def setup_us(self, seconds: float) -> int:
        """Draw the set-up time whose mean is `seconds`, in µs."""
        return round(seconds * self._setup() * self._setup_us)

    def dwell_us(self) -> int:
        """Draw the time of passage after the work, in µs."""
        return 0 if self._dwell is None else round(self._dwell() * self._dwell_us)

    def run_us(self, pieces: int) -> int:
        """Draw the time of work of so many pieces, in µs; a furnace treats them together."""
        seconds = self._piece() if self._together else pieces * self._piece()
        if self._lot is not None:
            seconds += self._lot()
        return round(seconds * self._run_us)

    def outcome(self, lot: Lot) -> Outcome:
        """Draw what becomes of a lot; bad pieces of an earlier stage are found here if this one inspects."""
        step, pieces = self.step, lot.pieces
        if not (step.scrap or step.rework or lot.bad):
            return AS_GOOD
        scrap = binomial(pieces, self._scrap_share, self._scrap()) if step.scrap else 0
        rework = binomial(pieces - scrap, self._rework_share, self._rework()) if step.rework else 0
        if step.inspection and lot.bad:
            scrap, lot.bad = min(pieces, scrap + lot.bad), 0
            rework = min(rework, pieces - scrap)
        return Outcome(scrap, rework)

    def pieces_made(self, lot: Lot, outcome: Outcome) -> int:
        """Pieces that are worked: those to rework on the spot twice."""
        return lot.pieces if self.step.rework_to else lot.pieces + outcome.rework
