"""Values of a real OPC UA server become points: kinds, moments, qualities, words, units, and what goes wrong."""

import errno
import math
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from asyncua import ua
from live_opcua_server import OpcUaServer, free_port
from live_opcua_work import at_work, connection, tag
from live_working import AtWork

from linghang.intake.live.opcua import OpcUaConnector
from linghang.intake.live.opcua_points import microseconds
from linghang.intake.live.tag_hints import TagHint
from linghang.store.telemetry.points import Quality, TagKind

Kind = ua.VariantType


@pytest.fixture(scope="module")
def server() -> Iterator[OpcUaServer]:
    made = OpcUaServer(free_port())
    made.start()
    yield made
    made.close()


def test_every_change_arrives_with_its_source_time_and_in_order(server: OpcUaServer, tmp_path: Path) -> None:
    server.folder("ORDER")
    server.variable("ORDER/t", 0.0)
    moments = [datetime(2025, 3, 14, 8, 0, second, 123456, UTC) for second in range(5)]
    with at_work(server, tmp_path, "ORDER") as work:
        work.wait(lambda: work.sink.values(tag("ORDER/t")), "first value")
        for value, at in enumerate(moments, start=1):
            server.write("ORDER/t", float(value), at=at)
        work.wait(lambda: len(work.sink.values(tag("ORDER/t"))) == 6, "all values")
    kept = work.sink.of(tag("ORDER/t"))[1:]
    assert [value for _, _, value, _ in kept] == [1, 2, 3, 4, 5]
    assert [at for _, at, _, _ in kept] == [microseconds(at) for at in moments]
    assert {(kind, quality) for kind, _, _, quality in kept} == {(TagKind.NUMBER, Quality.GOOD)}
    assert work.count("points") == 6


def test_flags_texts_words_and_moments_become_what_they_are(server: OpcUaServer, tmp_path: Path) -> None:
    server.folder("KINDS")
    states = server.enumeration("States", ["off", "idle", "running"])
    server.variable("KINDS/door", True)
    server.variable("KINDS/recipe", "A356")
    server.variable("KINDS/title", ua.LocalizedText("低压铸造", "zh"))
    server.variable("KINDS/state", 2, Kind.Int32, states)
    server.variable("KINDS/count", 7, Kind.UInt64)
    server.variable("KINDS/since", datetime(1970, 1, 2, tzinfo=UTC), Kind.DateTime)
    server.variable("KINDS/mode", 1, Kind.Byte)
    server.property("KINDS/mode", "EnumStrings", [ua.LocalizedText("manual"), ua.LocalizedText("automatic")])
    with at_work(server, tmp_path, "KINDS") as work:
        work.wait(lambda: len(work.sink.kept) == 7, "all seven")
        server.write("KINDS/state", 9, Kind.Int32)
        work.wait(lambda: len(work.sink.kept) == 8, "a word that the enumeration does not know")
    kinds = dict(work.sink.tags)
    assert kinds[tag("KINDS/door")] is TagKind.FLAG
    assert kinds[tag("KINDS/state")] is kinds[tag("KINDS/mode")] is kinds[tag("KINDS/recipe")] is TagKind.TEXT
    assert work.sink.values(tag("KINDS/door")) == [1.0]
    assert work.sink.words(tag("KINDS/recipe")) == ["A356"]
    assert work.sink.words(tag("KINDS/title")) == ["低压铸造"]
    assert work.sink.words(tag("KINDS/state")) == ["running", "9"]
    assert work.sink.words(tag("KINDS/mode")) == ["automatic"]
    assert work.sink.values(tag("KINDS/count")) == [7.0]
    assert work.sink.values(tag("KINDS/since")) == [86400.0]


def test_no_number_and_bad_quality_are_kept_and_counted(server: OpcUaServer, tmp_path: Path) -> None:
    server.folder("FAULTS")
    server.variable("FAULTS/t", 1.0)
    steps = [
        (math.nan, ua.StatusCodes.Good, Quality.GOOD),
        (2.0, ua.StatusCodes.BadSensorFailure, Quality.BAD),
        (None, ua.StatusCodes.BadNotConnected, Quality.BAD),
        (3.0, ua.StatusCodes.UncertainSensorNotAccurate, Quality.UNCERTAIN),
        (4.0, ua.StatusCodes.UncertainLastUsableValue, Quality.STALE),
        (5.0, ua.StatusCodes.Good, Quality.GOOD),
    ]
    with at_work(server, tmp_path, "FAULTS") as work:
        work.wait(lambda: work.sink.kept, "first value")
        for value, status, _ in steps:
            server.write("FAULTS/t", value, Kind.Double if value is not None else None, status)
        work.wait(lambda: len(work.sink.kept) == 7, "all values")
    kept = work.sink.of(tag("FAULTS/t"))[1:]
    assert [quality for *_, quality in kept] == [quality for *_, quality in steps]
    assert [str(value) for *_, value, _ in kept] == ["nan", "nan", "nan", "3.0", "4.0", "5.0"], (
        "a value with a bad status is null (OPC 10000-4, 7.7.1)"
    )
    assert (work.count("not_a_number"), work.count("bad_quality")) == (3, 2)
    assert "works: ns=2;s=FAULTS/t: comes with bad quality (BadSensorFailure)" in work.said
    assert "works: ns=2;s=FAULTS/t: sends a value that is no number" in work.said


def test_a_tag_that_changes_its_type_goes_on_as_a_new_registration(server: OpcUaServer, tmp_path: Path) -> None:
    server.folder("TYPES")
    server.variable("TYPES/x", 1.5, Kind.Double, ua.NodeId(ua.ObjectIds.BaseDataType))
    with at_work(server, tmp_path, "TYPES") as work:
        work.wait(lambda: work.sink.kept, "first value")
        server.write("TYPES/x", "broken")
        server.write("TYPES/x", True)
        server.write("TYPES/x", b"\0", Kind.ByteString)
        server.write("TYPES/x", 2.5)
        work.wait(lambda: len(work.sink.kept) == 5, "all values")
    kept = work.sink.of(tag("TYPES/x"))
    assert [kind for kind, *_ in kept] == [TagKind.NUMBER, TagKind.TEXT, TagKind.FLAG, TagKind.FLAG, TagKind.NUMBER]
    assert [quality for *_, quality in kept] == [Quality.GOOD] * 3 + [Quality.BAD, Quality.GOOD]
    assert len(work.sink.tags) == 3, "back to an earlier type is the earlier registration"
    assert work.count("type_changes") == 2, "as often as it became something new"
    assert work.count("unkept_metrics") == 1
    assert "works: ns=2;s=TYPES/x: was number, is text now; both are kept" in work.said
    assert "sends a ByteString now, which is not kept" in work.said


def test_units_ranges_and_paths_are_handed_on_as_hints(server: OpcUaServer, tmp_path: Path) -> None:
    server.folder("HINTS")
    server.folder("HINTS/LPC-103")
    server.variable("HINTS/LPC-103/metal_temperature", 700.0)
    celsius = ua.EUInformation(
        "http://www.opcfoundation.org/UA/units/un/cefact", 4408652, ua.LocalizedText("°C"), ua.LocalizedText("")
    )
    server.property("HINTS/LPC-103/metal_temperature", "EngineeringUnits", celsius)
    server.property("HINTS/LPC-103/metal_temperature", "EURange", ua.Range(650.0, 760.0))
    with at_work(server, tmp_path, "HINTS") as work:
        work.wait(lambda: work.sink.kept, "first value")
    name = tag("HINTS/LPC-103/metal_temperature")
    path = ("LPC-103", "metal_temperature")
    assert work.hints == [TagHint(name, path, "metal_temperature", "°C", "CEL", 650.0, 760.0)]
    assert [one for one, _ in work.sink.tags] == [name], "units and ranges are no tags themselves"


def test_arrays_and_structures_are_not_kept_but_said(server: OpcUaServer, tmp_path: Path) -> None:
    server.folder("SHAPES")
    server.variable("SHAPES/one", 1.0)
    server.variable("SHAPES/many", [1.0, 2.0])
    server.variable("SHAPES/range", ua.Range(0.0, 1.0))
    with at_work(server, tmp_path, "SHAPES") as work:
        work.wait(lambda: work.sink.kept, "first value")
    assert [name for name, _ in work.sink.tags] == [tag("SHAPES/one")]
    assert work.count("unkept_metrics") == 2
    assert "2 variables are arrays or structures and are not kept, such as ns=2;s=SHAPES/many" in work.said


def test_new_and_vanished_variables_are_noticed_and_the_others_go_on(server: OpcUaServer, tmp_path: Path) -> None:
    server.folder("GONE")
    server.variable("GONE/a", 1.0)
    server.variable("GONE/b", 1.0)
    with at_work(server, tmp_path, "GONE", browse_again_s=0.2) as work:
        work.wait(lambda: len(work.sink.kept) == 2, "first values")
        server.unhook("GONE/b")
        server.variable("GONE/c", 3.0)
        work.wait(lambda: work.sink.values(tag("GONE/c")), "the new one")
        server.write("GONE/a", 2.0)
        work.wait(lambda: 2.0 in work.sink.values(tag("GONE/a")), "the other one")
    assert [quality for *_, quality in work.sink.of(tag("GONE/b"))] == [Quality.GOOD, Quality.STALE]
    assert "new variables and" in work.said


def test_a_full_disk_stops_reading_and_loses_nothing(server: OpcUaServer, tmp_path: Path) -> None:
    server.folder("FULL")
    server.variable("FULL/a", 0.0)
    with at_work(server, tmp_path, "FULL") as work:
        work.wait(lambda: work.sink.kept, "first value")
        work.sink.full = True
        server.write("FULL/a", 1.0)
        work.wait(lambda: work.count("store_full_waits") >= 2, "waits")
        for value in range(2, 8):
            server.write("FULL/a", float(value))
        work.sink.full = False
        work.wait(lambda: 7.0 in work.sink.values(tag("FULL/a")), "values after the wait")
    assert work.sink.values(tag("FULL/a")) == [float(value) for value in range(8)]
    assert "the disk is full" in work.said
    assert "nothing was lost" in work.said


def test_hints_that_cannot_be_kept_do_not_keep_values_away(server: OpcUaServer, tmp_path: Path) -> None:
    server.folder("UNHINTED")
    server.variable("UNHINTED/a", 1.0)

    def full(_hints: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    wanted = connection(server.url, tmp_path, "UNHINTED")
    with AtWork(lambda _work, around: OpcUaConnector(wanted, around, full), tmp_path) as work:
        work.wait(lambda: work.sink.kept, "first value")
    assert "units and ranges of its tags cannot be kept: the disk is full" in work.said
