"""Servers that are not there, go, come back, refuse the user or fall silent."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from live_opcua_server import OpcUaServer, free_port
from live_opcua_work import at_work, connection, tag

from linghang.intake.live.opcua import OpcUaConnector
from linghang.intake.live.opcua_faults import explain
from linghang.store.telemetry.points import Quality


@pytest.fixture(scope="module")
def server() -> Iterator[OpcUaServer]:
    made = OpcUaServer(free_port())
    made.folder("CAST")
    made.variable("CAST/t", 1.0)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _stopped_afterwards(server: OpcUaServer) -> Iterator[None]:
    yield
    server.stop()


def test_a_server_that_comes_later_is_found(server: OpcUaServer, tmp_path: Path) -> None:
    with at_work(server, tmp_path, "CAST") as work:
        work.wait(lambda: "nothing listens" in work.said, "the line that says so")
        assert not work.connector.counters.connected
        server.start()
        work.wait(lambda: work.sink.kept, "first value")
        assert work.connector.counters.connected
    assert f"works: nothing listens at {server.url}; does the server run, is the port right?" in work.said
    assert work.count("reconnects") == 0


def test_after_a_restart_everything_is_subscribed_again(server: OpcUaServer, tmp_path: Path) -> None:
    server.start()
    with at_work(server, tmp_path, "CAST") as work:
        work.wait(lambda: work.sink.kept, "first value")
        server.write("CAST/t", 2.0)
        work.wait(lambda: 2.0 in work.sink.values(tag("CAST/t")), "a change")
        server.stop()
        work.wait(lambda: work.sink.of(tag("CAST/t"))[-1][-1] == Quality.STALE, "stale")
        assert work.sink.values(tag("CAST/t"))[-1] == 2.0, "the last known value"
        server.start()
        work.wait(lambda: work.count("reconnects") == 1, "connected again")
        server.write("CAST/t", 3.0)
        work.wait(lambda: work.sink.values(tag("CAST/t"))[-1] == 3.0, "a change after the restart")
    moments = [at for _, at, _, _ in work.sink.of(tag("CAST/t"))]
    assert moments[:3] == sorted(moments[:3]), "a value turns stale after it was good"
    assert len(work.sink.tags) == 1
    assert "is lost" in work.said


def test_a_stop_ends_it_at_once_and_marks_nothing(server: OpcUaServer, tmp_path: Path) -> None:
    server.start()
    with at_work(server, tmp_path, "CAST") as work:
        work.wait(lambda: work.sink.kept, "first value")
        begun = time.monotonic()
    assert time.monotonic() - begun < 5
    assert {quality for *_, quality in work.sink.of(tag("CAST/t"))} == {Quality.GOOD}
    assert not work.connector.counters.connected


def test_a_stop_ends_the_waiting_for_a_server(server: OpcUaServer, tmp_path: Path) -> None:
    with at_work(server, tmp_path, "CAST") as work:
        work.wait(lambda: work.said, "the first try")


def test_a_root_that_is_not_there_is_named(server: OpcUaServer, tmp_path: Path) -> None:
    server.start()
    with at_work(server, tmp_path, "CAST", "FORGE") as work:
        work.wait(lambda: work.sink.kept, "the other root")
    assert "works: the server does not know ns=2;s=FORGE" in work.said
    with at_work(server, tmp_path, "FORGE") as work:
        work.wait(lambda: "there is no variable below ns=2;s=FORGE" in work.said, "the refusal")


def test_a_root_may_be_a_variable_and_roots_may_overlap(server: OpcUaServer, tmp_path: Path) -> None:
    server.start()
    with at_work(server, tmp_path, "CAST/t", "CAST") as work:
        work.wait(lambda: work.sink.kept, "first value")
    assert [name for name, _ in work.sink.tags] == [tag("CAST/t")]


@pytest.fixture(scope="module")
def guarded() -> Iterator[OpcUaServer]:
    made = OpcUaServer(free_port(), "operator", "sesame")
    made.folder("CAST")
    made.variable("CAST/t", 1.0)
    made.start()
    yield made
    made.close()


def test_user_and_password_from_the_environment(guarded: OpcUaServer, tmp_path: Path) -> None:
    env = {"LINGHANG_WORKS_PASSWORD": "sesame"}
    with at_work(guarded, tmp_path, "CAST", env=env, user="operator") as work:
        work.wait(lambda: work.sink.kept, "first value")
    assert "the password travels without security" in work.said
    assert "sesame" not in work.said


@pytest.mark.parametrize(
    ("env", "user", "line"),
    [
        ({"LINGHANG_WORKS_PASSWORD": "open"}, "operator", "does not accept user operator; check user in linghang.toml"),
        ({}, "operator", "the password of user operator is not in the environment: set LINGHANG_WORKS_PASSWORD"),
        ({}, None, "does not accept user anonymous"),
    ],
)
def test_a_user_that_is_not_accepted(
    guarded: OpcUaServer, tmp_path: Path, env: dict[str, str], user: str | None, line: str
) -> None:
    with at_work(guarded, tmp_path, "CAST", env=env, user=user) as work:
        work.wait(lambda: work.count("refused_connections"), "the refusal")
        work.wait(lambda: line in work.said, line)
    assert not work.sink.kept


def test_a_host_that_nobody_knows_is_said(tmp_path: Path) -> None:
    import socket

    wanted = connection("opc.tcp://nowhere.invalid:4840/", tmp_path, "CAST")
    assert "no computer is known by the name" in explain(socket.gaierror(), wanted)
    assert "does not answer in time" in explain(TimeoutError(), wanted)


@pytest.mark.slow
def test_a_server_that_freezes_is_left_and_found_again(
    server: OpcUaServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No end of the connection comes, only nothing more: as when a cable is pulled."""
    from linghang.intake.live import opcua_session

    server.start()
    monkeypatch.setattr(opcua_session, "WATCH_S", 0.5)
    monkeypatch.setattr(opcua_session, "REQUEST_S", 1.0)
    with at_work(server, tmp_path, "CAST") as work:
        work.wait(lambda: work.sink.kept, "first value")
        server.freeze(3.0)
        work.wait(lambda: not work.connector.counters.connected, "noticed")
        work.wait(lambda: work.count("reconnects") == 1, "connected again")


@pytest.mark.slow
def test_a_server_that_falls_silent_is_left(
    server: OpcUaServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The socket stands and reads are answered, but the subscription says nothing any more."""
    from linghang.intake.live import opcua_session

    server.start()
    monkeypatch.setattr(opcua_session, "KEEP_ALIVE_S", 0.1)
    monkeypatch.setattr(opcua_session, "REQUEST_S", 1.0)
    with at_work(server, tmp_path, "CAST") as work:
        work.wait(lambda: work.sink.kept, "first value")
        time.sleep(2)
        assert work.connector.counters.connected, "keep-alives are no silence"
        server.do(_mute(server))
        work.wait(lambda: "the server has been silent" in work.said, "silence")
        work.wait(lambda: work.count("reconnects") == 1, "connected again")


async def _mute(server: OpcUaServer) -> None:
    for subscription in server.server.iserver.subscription_service.subscriptions.values():
        if subscription._task is not None:
            subscription._task.cancel()


def test_the_connector_is_one(server: OpcUaServer, tmp_path: Path) -> None:
    from linghang.intake.live.sink import Connector, Surroundings

    around = Surroundings(tmp_path, {}, lambda: 0, lambda level, text: None)
    made: Connector = OpcUaConnector(connection(server.url, tmp_path, "CAST"), around)
    assert made.name == "works"
