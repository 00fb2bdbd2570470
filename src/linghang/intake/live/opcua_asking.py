"""Questions to an OPC UA server in blocks as large as it takes (OPC 10000-4, 5.9, 5.11; OPC 10000-5, 6.3.11)."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Literal, TypeVar

from asyncua import ua
from asyncua.common.session_interface import AbstractSession

BLOCK = 500
"""Questions in one request where the server names no limit (ours)."""
REFERENCES = 1000
"""References of one node in one answer; the rest follows by BrowseNext (ours)."""
TOO_LARGE = frozenset(
    {
        ua.StatusCodes.BadTooManyOperations,
        ua.StatusCodes.BadRequestTooLarge,
        ua.StatusCodes.BadResponseTooLarge,
        ua.StatusCodes.BadEncodingLimitsExceeded,
    }
)
HIERARCHICAL, HAS_SUBTYPE, HAS_PROPERTY = ua.NodeId(33), ua.NodeId(45), ua.NodeId(46)
OBJECTS_AND_VARIABLES = int(ua.NodeClass.Object) | int(ua.NodeClass.Variable)
_WANTED = int(
    ua.BrowseResultMask.ReferenceTypeId
    | ua.BrowseResultMask.NodeClass
    | ua.BrowseResultMask.BrowseName
    | ua.BrowseResultMask.DisplayName
)

Service = Literal["browse", "read", "monitor"]
Item = TypeVar("Item")
Answer = TypeVar("Answer")


class Asker:
    """Asks one session; blocks shrink when the server finds them too large.

    Parameters
    ----------
    session
        An activated session.
    """

    def __init__(self, session: AbstractSession) -> None:
        self.session = session
        self._sizes: dict[Service, int] = {"browse": BLOCK, "read": BLOCK, "monitor": BLOCK}

    async def read_limits(self) -> None:
        """Ask how much one request may hold; zero and silence mean no limit."""
        ids = [
            ua.NodeId(number)
            for number in (
                ua.ObjectIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerBrowse,
                ua.ObjectIds.Server_ServerCapabilities_OperationLimits_MaxNodesPerRead,
                ua.ObjectIds.Server_ServerCapabilities_OperationLimits_MaxMonitoredItemsPerCall,
            )
        ]
        for service, stated in zip(self._sizes, await self.read(ids), strict=True):
            if isinstance(stated, int) and stated > 0:
                self._sizes[service] = min(BLOCK, stated)

    async def blocks(
        self, service: Service, items: Sequence[Item], call: Callable[[Sequence[Item]], Awaitable[Sequence[Answer]]]
    ) -> list[Answer]:
        """Ask in blocks; give one answer for each item, in their order."""
        answers: list[Answer] = []
        while len(answers) < len(items):
            size = self._sizes[service]
            try:
                answers.extend(await call(items[len(answers) : len(answers) + size]))
            except ua.UaStatusCodeError as error:
                if error.code not in TOO_LARGE or size == 1:
                    raise
                self._sizes[service] = max(1, size // 2)
        return answers

    async def read(self, nodes: Sequence[ua.NodeId], attribute: ua.AttributeIds = ua.AttributeIds.Value) -> list[Any]:
        """Read one attribute of many nodes; None where it cannot be read."""
        return [None if one is None else one.Value for one in await self.variants(nodes, attribute)]

    async def variants(
        self, nodes: Sequence[ua.NodeId], attribute: ua.AttributeIds = ua.AttributeIds.Value
    ) -> list[ua.Variant | None]:
        """Read one attribute of many nodes with its type; None where it cannot be read."""

        async def call(block: Sequence[ua.NodeId]) -> Sequence[ua.DataValue]:
            found: Sequence[ua.DataValue] = await self.session.read_attributes(list(block), attribute)
            return found

        answers = await self.blocks("read", nodes, call)
        return [one.Value if one.StatusCode is None or one.StatusCode.is_good() else None for one in answers]

    async def references(
        self,
        nodes: Sequence[ua.NodeId],
        kind: ua.NodeId = HIERARCHICAL,
        classes: int = OBJECTS_AND_VARIABLES,
        direction: ua.BrowseDirection = ua.BrowseDirection.Forward,
    ) -> list[list[ua.ReferenceDescription]]:
        """Browse many nodes; give the references of each, whole even where the server gives them in parts."""

        async def call(block: Sequence[ua.NodeId]) -> Sequence[ua.BrowseResult]:
            asked = ua.BrowseParameters(RequestedMaxReferencesPerNode=REFERENCES)
            asked.NodesToBrowse = [
                ua.BrowseDescription(
                    NodeId=node,
                    BrowseDirection=direction,
                    ReferenceTypeId=kind,
                    IncludeSubtypes=True,
                    NodeClassMask=classes,
                    ResultMask=_WANTED,
                )
                for node in block
            ]
            first: Sequence[ua.BrowseResult] = await self.session.browse(asked)
            return await self._to_the_end(first)

        return [list(answer.References or ()) for answer in await self.blocks("browse", nodes, call)]

    async def _to_the_end(self, answers: Sequence[ua.BrowseResult]) -> Sequence[ua.BrowseResult]:
        """Follow the continuation points of one request at once: servers hold only few of them."""
        open_ends = [one for one in answers if one.ContinuationPoint]
        while open_ends:
            points = [one.ContinuationPoint for one in open_ends]
            following = ua.BrowseNextParameters(ReleaseContinuationPoints=False, ContinuationPoints=points)
            for one, more in zip(open_ends, await self.session.browse_next(following), strict=True):
                one.References = [*one.References, *(more.References or ())]
                one.ContinuationPoint = more.ContinuationPoint
            open_ends = [one for one in open_ends if one.ContinuationPoint]
        return answers


def local(node: ua.NodeId) -> ua.NodeId:
    """Return a plain node id of an expanded one, as references hold it."""
    return ua.NodeId(node.Identifier, node.NamespaceIndex, node.NodeIdType)
