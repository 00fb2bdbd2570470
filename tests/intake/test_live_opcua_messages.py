"""What a server sends, without the server: gaps, unknown handles, lost queues, clocks that jump, qualities."""

import asyncio
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from asyncua import ua
from hypothesis import given
from hypothesis import strategies as st
from live_opcua_work import connection
from live_working import KeptSink

from linghang.intake.live.batch import Tags
from linghang.intake.live.counters import Counters
from linghang.intake.live.log import Rarely
from linghang.intake.live.opcua_browse import Variable
from linghang.intake.live.opcua_clock import ClockWatch
from linghang.intake.live.opcua_points import Subscribed, microseconds
from linghang.intake.live.opcua_session import Session, Standing
from linghang.intake.live.opcua_types import overflows, qualities
from linghang.intake.live.sink import Surroundings
from linghang.intake.live.tag_hints import TagHint
from linghang.store.telemetry.points import Quality, TagKind

NOW = datetime(2025, 3, 14, 8, 0, tzinfo=UTC)
NOW_US = microseconds(NOW)


class Bench:
    """Subscribed variables on a sink in memory."""

    def __init__(self, kinds: Sequence[TagKind] = (TagKind.NUMBER,)) -> None:
        self.lines: list[str] = []
        self.sink, self.counters = KeptSink(), Counters()
        log = lambda level, text: self.lines.append(text)  # noqa: E731
        self.tags = Tags(self.sink, "w", threading.Event(), self.counters, log, Rarely(log, lambda: 0.0))
        self.variables = [
            Variable(ua.NodeId(str(place), 2), kind, {}, TagHint(str(place))) for place, kind in enumerate(kinds)
        ]
        self.subscribed = Subscribed(
            self.tags, self.variables, self.counters, lambda key, level, text: self.lines.append(text)
        )


def item(value: Any = 1.0, handle: int = 0, status: int = 0, at: datetime | None = NOW) -> ua.MonitoredItemNotification:
    data = ua.DataValue(ua.Variant(value), ua.StatusCode(status), SourceTimestamp=at)
    return ua.MonitoredItemNotification(ClientHandle=handle, Value=data)


@given(st.integers(0, 2**32 - 1))
def test_the_two_upper_bits_of_a_status_decide_the_quality(status: int) -> None:
    (quality,) = qualities(np.array([status], np.uint32))
    if status >> 16 in (0x408F, 0x4090):
        assert quality == Quality.STALE
    else:
        assert quality == [Quality.GOOD, Quality.UNCERTAIN, Quality.BAD, Quality.BAD][status >> 30]


def test_values_lost_in_the_queue_of_the_server_are_counted_and_said() -> None:
    bench = Bench()
    bench.subscribed.store([item(status=0x480), item(status=0x80), item()], NOW_US)
    assert overflows(np.array([0x480, 0x80, 0x80000480], np.uint32)) == 2
    assert bench.counters["overflows"] == 1
    assert any("queue was full" in line for line in bench.lines)


def test_handles_that_nobody_asked_for_are_left_out() -> None:
    bench = Bench()
    bench.subscribed.store([item(handle=7), item(2.0), item(handle=2**32 - 1)], NOW_US)
    assert bench.sink.values("w!0") == [2.0]
    assert bench.counters["bad_messages"] == 2


def test_without_a_source_time_the_server_time_counts_and_without_both_ours() -> None:
    bench = Bench()
    server = ua.MonitoredItemNotification(0, ua.DataValue(ua.Variant(1.0), ServerTimestamp=NOW - timedelta(seconds=1)))
    never = item(at=datetime(1601, 1, 1, tzinfo=UTC))
    bench.subscribed.store([server, never, item(at=None)], NOW_US)
    assert [at for _, at, _, _ in bench.sink.of("w!0")] == [NOW_US - 1_000_000, NOW_US, NOW_US]


def test_a_source_from_the_future_is_kept_counted_and_said() -> None:
    bench = Bench()
    bench.subscribed.store([item(at=NOW + timedelta(hours=8)), item(at=NOW + timedelta(seconds=1))], NOW_US)
    assert bench.counters["future_points"] == 1
    assert "0: its time lies 28800 s in the future; set the clocks" in bench.lines


def test_what_was_last_known_turns_stale_once_and_after_the_last_value() -> None:
    bench = Bench([TagKind.NUMBER, TagKind.NUMBER, TagKind.NUMBER, TagKind.TEXT])
    ahead = NOW + timedelta(seconds=5)
    bench.subscribed.store([item(1.0), item(2.0, at=ahead), item(9.0, 1, 0x80000000), item("idle", 3)], NOW_US)
    kept = len(bench.sink.kept)
    bench.subscribed.stale(NOW_US + 1)
    bench.subscribed.stale(NOW_US + 2)
    stale = bench.sink.kept[kept:]
    assert [(bench.sink.tags[tag][0], at, value, quality) for tag, at, value, quality in stale] == [
        ("w!0", microseconds(ahead) + 1, 2.0, Quality.STALE),
        ("w!3", NOW_US + 1, float(bench.sink.texts.index("idle")), Quality.STALE),
    ], "not those that were bad already, nor those that never said anything"


def test_ten_thousand_values_and_more_in_one_message(tmp_path: Path) -> None:
    """MaxNotificationsPerPublish is a wish that some servers do not hear."""
    sizes: list[int] = []

    class Measuring(KeptSink):
        def append(self, points: Any) -> None:
            sizes.append(len(points))
            super().append(points)

    async def run() -> Standing:
        standing = _standing(tmp_path, Measuring())
        session = _session(standing)
        await session._received(_message(1, [item(float(value)) for value in range(25_000)]))
        return standing

    standing = asyncio.run(run())
    assert sizes == [10_000, 10_000, 5_000]
    assert standing.counters["points"] == 25_000


def _standing(folder: Path, sink: KeptSink, lines: list[str] | None = None) -> Standing:
    counters, lines = Counters(), [] if lines is None else lines
    stop = threading.Event()
    log = lambda level, text: lines.append(text)  # noqa: E731
    around = Surroundings(folder, {}, lambda: NOW_US, log)
    return Standing(
        connection("opc.tcp://127.0.0.1:4840/", folder),
        around,
        counters,
        Tags(sink, "w", stop, counters, log, Rarely(log, lambda: 0.0)),
        stop,
        lambda key, level, text: lines.append(text),
        lambda: 0.0,
        None,
        600.0,
    )


class HeldMessages:
    """Stands for a client whose server holds some messages still."""

    def __init__(self, held: dict[int, ua.NotificationMessage]) -> None:
        self.uaclient = self.session = self
        self.held = held

    async def republish(self, _subscription: int, sequence: int) -> ua.NotificationMessage:
        if sequence not in self.held:
            raise ua.UaStatusCodeError(ua.StatusCodes.BadMessageNotAvailable)
        return self.held[sequence]


def _session(standing: Standing, held: dict[int, ua.NotificationMessage] | None = None) -> Session:
    session = Session(standing)
    variable = Variable(ua.NodeId("0", 2), TagKind.NUMBER, {}, TagHint("0"))
    session._subscribed = Subscribed(standing.tags, [variable], standing.counters, standing.tell)
    session._client = HeldMessages(held or {})  # type: ignore[assignment]
    return session


def _message(sequence: int, items: list[Any]) -> ua.PublishResult:
    data = [ua.DataChangeNotification(MonitoredItems=items)] if items else []
    message = ua.NotificationMessage(SequenceNumber=sequence, PublishTime=NOW, NotificationData=data)
    return ua.PublishResult(SubscriptionId=5, NotificationMessage=message)


def test_messages_that_did_not_come_are_asked_for_again(tmp_path: Path) -> None:
    sink, lines = KeptSink(), list[str]()

    async def run() -> Standing:
        standing = _standing(tmp_path, sink, lines)
        session = _session(standing, {2: _message(2, [item(2.0)]).NotificationMessage})
        for sequence, value in ((1, 1.0), (4, 4.0), (5, 5.0)):
            await session._received(_message(sequence, [item(value)]))
        await session._received(_message(6, []))  # keep-alive: the number of the next message
        await session._received(_message(6, [item(6.0)]))
        return standing

    standing = asyncio.run(run())
    assert sink.values("w!0") == [1.0, 2.0, 4.0, 5.0, 6.0]
    assert standing.counters["sequence_gaps"] == 1
    assert any("values are lost" in line for line in lines)


def test_a_subscription_that_the_server_ends_is_a_loss(tmp_path: Path) -> None:
    async def run() -> None:
        session = _session(_standing(tmp_path, KeptSink()))
        ended = ua.StatusChangeNotification(Status=ua.StatusCode(ua.StatusCodes.BadTimeout))
        message = ua.NotificationMessage(SequenceNumber=1, PublishTime=NOW, NotificationData=[ended])
        await session._received(ua.PublishResult(SubscriptionId=5, NotificationMessage=message))
        await session._end

    with pytest.raises(Exception, match=r"the server ended the subscription \(BadTimeout\)"):
        asyncio.run(run())


def test_a_jump_of_a_clock_is_noticed_and_told_apart() -> None:
    seconds = 0.0
    watch = ClockWatch(lambda: seconds)

    def note(server_s: float, own_s: float) -> tuple[bool, str | None]:
        nonlocal seconds
        seconds += 1
        return watch.note(NOW_US + int(server_s * 1e6), NOW_US + int((own_s + seconds) * 1e6))

    assert note(1, 0) == (False, None)
    assert note(2, 0) == (False, None)
    assert note(63, 0) == (True, "the server's clock jumped by +60.0 s")
    assert note(64, 0) == (False, None)
    assert note(65, -30) == (True, "this computer's clock jumped by -30.0 s")
    assert note(66, -30) == (False, None)
    assert ClockWatch(lambda: 0.0).note(NOW_US - 90_000_000, NOW_US) == (
        False,
        "the server's clock differs from ours by -90.0 s",
    )
