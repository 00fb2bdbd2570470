"""Browsing servers that set limits, keep none, answer in parts, run in circles or never end."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from asyncua import ua
from live_opcua_server import OpcUaServer, free_port
from live_opcua_work import at_work

from linghang.intake.live.opcua_asking import Asker
from linghang.intake.live.opcua_browse import Tree, browse
from linghang.store.telemetry.points import TagKind

Codes = ua.StatusCodes
HAS_COMPONENT = ua.NodeId(47)


def node(name: str) -> ua.NodeId:
    return ua.NodeId(name, 2)


class PretendedServer:
    """Answers like a session of a server; `below` says what stands below a node: (name, is a variable)."""

    def __init__(self, most: int = 10_000, part: int = 10_000, stated: int = 0) -> None:
        self.most, self.part, self.stated = most, part, stated
        self.rests: dict[bytes, list[ua.ReferenceDescription]] = {}
        self.asked: list[int] = []
        self.gone: set[str] = set()

    def below(self, name: str) -> Sequence[tuple[str, bool]]:
        raise NotImplementedError

    def _take(self, count: int) -> None:
        if count > self.most:
            raise ua.UaStatusCodeError(Codes.BadTooManyOperations)
        self.asked.append(count)

    async def read_attributes(self, nodes: Sequence[ua.NodeId], attribute: ua.AttributeIds) -> list[ua.DataValue]:
        self._take(len(nodes))
        return [self._attribute(one, attribute) for one in nodes]

    def _attribute(self, of: ua.NodeId, attribute: ua.AttributeIds) -> ua.DataValue:
        if of.Identifier in self.gone:
            return ua.DataValue(ua.Variant(), ua.StatusCode(Codes.BadNodeIdUnknown))
        values: dict[Any, Any] = {
            ua.AttributeIds.NodeClass: ua.Variant(int(ua.NodeClass.Object), ua.VariantType.Int32),
            ua.AttributeIds.DataType: ua.Variant(ua.NodeId(11), ua.VariantType.NodeId),
            ua.AttributeIds.ValueRank: ua.Variant(-1, ua.VariantType.Int32),
            ua.AttributeIds.Value: ua.Variant(self.stated, ua.VariantType.UInt32),
        }
        return ua.DataValue(values.get(attribute, ua.Variant()))

    async def browse(self, asked: ua.BrowseParameters) -> list[ua.BrowseResult]:
        self._take(len(asked.NodesToBrowse))
        return [
            self._part([_reference(*one) for one in self.below(str(of.NodeId.Identifier))])
            for of in asked.NodesToBrowse
        ]

    async def browse_next(self, asked: ua.BrowseNextParameters) -> list[ua.BrowseResult]:
        return [self._part(self.rests.pop(point)) for point in asked.ContinuationPoints]

    def _part(self, references: list[ua.ReferenceDescription]) -> ua.BrowseResult:
        result = ua.BrowseResult(References=references[: self.part])
        if rest := references[self.part :]:
            result.ContinuationPoint = f"{len(self.rests)}-{id(rest)}".encode()
            self.rests[result.ContinuationPoint] = rest
        return result


def _reference(name: str, variable: bool) -> ua.ReferenceDescription:
    return ua.ReferenceDescription(
        ReferenceTypeId=HAS_COMPONENT,
        IsForward=True,
        NodeId=ua.ExpandedNodeId(name, 2),
        BrowseName=ua.QualifiedName(name.rpartition("/")[2], 2),
        DisplayName=ua.LocalizedText(name),
        NodeClass=ua.NodeClass.Variable if variable else ua.NodeClass.Object,
    )


class Halls(PretendedServer):
    """Ten halls of ten machines of ten signals."""

    def below(self, name: str) -> Sequence[tuple[str, bool]]:
        depth = name.count("/")
        return [(f"{name}/{place}", depth == 2) for place in range(10)] if depth < 3 else []


class Circle(PretendedServer):
    def below(self, name: str) -> Sequence[tuple[str, bool]]:
        return [("A", False), ("B", False), ("B/x", True)]


class Endless(PretendedServer):
    def below(self, name: str) -> Sequence[tuple[str, bool]]:
        return [(f"{name}/{place}", True) for place in range(100)]


def found(server: PretendedServer, *roots: str, most: int = 500_000) -> Tree:
    async def run() -> Tree:
        asker = Asker(server)
        await asker.read_limits()
        return await browse(asker, [f"ns=2;s={one}" for one in roots], most)

    return asyncio.run(run())


def names(tree: Tree) -> list[str]:
    return [one.hint.name for one in tree.variables]


ALL = {f"ns=2;s=H/{a}/{b}/{c}" for a in range(10) for b in range(10) for c in range(10)}


@pytest.mark.parametrize("part", [1, 3, 10_000])
def test_answers_in_parts_are_put_together(part: int) -> None:
    server = Halls(part=part)
    tree = found(server, "H")
    assert set(names(tree)) == ALL
    assert len(names(tree)) == 1000
    assert not server.rests, "every continuation point was followed to its end"


def test_limits_that_a_server_states_are_kept() -> None:
    server = Halls(stated=7)
    assert set(names(found(server, "H"))) == ALL
    assert max(server.asked) == 7


@pytest.mark.parametrize("most", [3, 60])
def test_limits_that_a_server_does_not_state_are_found_out(most: int) -> None:
    server = Halls(most=most)
    assert set(names(found(server, "H"))) == ALL
    assert max(server.asked) <= most


def test_a_server_that_refuses_even_one_question_is_an_error() -> None:
    with pytest.raises(ua.UaStatusCodeError):
        found(Halls(most=0), "H")


def test_a_tree_in_circles_is_walked_once() -> None:
    assert names(found(Circle(), "A")) == ["ns=2;s=B/x"]


def test_a_tree_without_end_is_cut() -> None:
    tree = found(Endless(), "E", most=5_000)
    assert tree.cut
    assert 5_000 < len(tree.variables) < 20_000


def test_roots_that_are_not_there_or_no_node_ids_are_named() -> None:
    server = Halls()
    server.gone = {"H9"}

    async def run() -> Tree:
        return await browse(Asker(server), ["ns=2;s=H9", "not a node", "ns=2;s=H/1"])

    tree = asyncio.run(run())
    assert tree.missing_roots == ["not a node", "ns=2;s=H9"]
    assert len(tree.variables) == 100


def test_paths_and_kinds_of_what_is_found() -> None:
    first = found(Halls(), "H").variables[0]
    assert (first.hint.path, first.hint.label, first.kind) == (("0", "0", "0"), "H/0/0/0", TagKind.NUMBER)
    assert first.node == node("H/0/0/0")


@pytest.mark.slow
def test_ten_thousand_variables_are_browsed_and_subscribed(tmp_path: Path) -> None:
    server = OpcUaServer(free_port())
    server.folder("BIG")
    for hall in range(10):
        server.folder(f"BIG/{hall}")
        server.variables(f"BIG/{hall}", (f"v{place}" for place in range(1000)))
    server.start()
    try:
        with at_work(server, tmp_path, "BIG") as work:
            work.wait(lambda: len(work.sink.kept) == 10_000, "first value of each")
            assert work.connector.counters.connected
        assert len(work.sink.tags) == 10_000
        assert "10000 variables" in work.said
    finally:
        server.close()
