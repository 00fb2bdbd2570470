"""One session with an OPC UA server, from the first greeting to its loss (OPC 10000-4, 5.6, 5.7, 5.14)."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from threading import Event

from asyncua import Client, ua

from linghang.errors import BadInput, reason_of
from linghang.intake.live.batch import Tags
from linghang.intake.live.connections import OpcUaConnection
from linghang.intake.live.counters import Counters
from linghang.intake.live.opcua_asking import Asker
from linghang.intake.live.opcua_browse import Tree, Variable, browse
from linghang.intake.live.opcua_clock import ClockWatch
from linghang.intake.live.opcua_faults import Lost
from linghang.intake.live.opcua_points import Subscribed, microseconds
from linghang.intake.live.opcua_security import endpoint_of, now_of, outdated, own_certificate, secure
from linghang.intake.live.opcua_types import name_of
from linghang.intake.live.sink import Level, Surroundings
from linghang.intake.live.tag_hints import TagHint
from linghang.words import Listed, tr

REQUEST_S = 15.0
"""How long an answer may take (ours); asyncua's 4 s are too few for a busy controller."""
WATCH_S = 5.0
"""Between two looks whether the server still answers (ours)."""
SESSION_MS = 120_000
"""How long a server may keep the session of a client that fell silent (ours)."""
QUEUE = 10
"""Values of one variable that the server holds between two publish responses."""
LEAST_PUBLISHING_MS, MOST_PUBLISHING_MS = 50, 500
"""Between two publish responses (ours): rarer would be late, more often costs both sides more than it gives."""
KEEP_ALIVE_S = 5.0
LIFETIME_S = 600.0
"""How long the server keeps the subscription without a publish request (ours): a full disk can take a while."""
BATCH = 10_000
"""Points in one append; some servers ignore the limit of notifications that they are given."""
BROWSE_AGAIN_S = 600.0
"""Between two looks for new and vanished variables (ours): some servers say nothing when a node goes."""
MOST_GAP = 100
"""Lost messages that are asked for again (ours)."""


@dataclass(slots=True)
class Standing:
    """What outlives one session.

    Attributes
    ----------
    connection, around, counters, tags, stop, monotonic, on_hints, browse_again_s
        As the connector was given them.
    tell
        Says a line: key under which it is said rarely, level, text.
    namespaces
        Namespaces of the server as they were numbered last.
    stood
        Whether a session stood before.
    """

    connection: OpcUaConnection
    around: Surroundings
    counters: Counters
    tags: Tags
    stop: Event
    tell: Callable[[object, Level, str], None]
    monotonic: Callable[[], float]
    on_hints: Callable[[Sequence[TagHint]], None] | None
    browse_again_s: float
    namespaces: tuple[str, ...] = ()
    stood: bool = False


class Session:
    """One connection at work; `run` returns when the connector is to stop and raises when the other side is lost."""

    def __init__(self, standing: Standing) -> None:
        self._of, self._connection, self._counters = standing, standing.connection, standing.counters
        self._clock = ClockWatch(standing.monotonic)
        self._end: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._client: Client | None = None
        self._subscribed: Subscribed | None = None
        self._nodes: frozenset[ua.NodeId] = frozenset()
        self._heard_s, self._busy = standing.monotonic(), False
        self._sequence: int | None = None
        self._first = True
        self.stood = False

    async def run(self) -> None:
        """Connect, subscribe and receive."""
        try:
            client = await self._connect()
            asker = Asker(client.uaclient.session)
            silence_s = await self._subscribe(asker, await self._browse(client, asker))
            self.stood = self._counters.connected = True
            if self._of.stood:
                self._counters.add("reconnects")
            await self._watch(asker, silence_s)
        finally:
            self._counters.connected = False
            await self._leave()

    # --- the way in ---

    async def _connect(self) -> Client:
        connection, around = self._connection, self._of.around
        client = Client(connection.url, timeout=REQUEST_S, watchdog_intervall=WATCH_S)
        client.name = client.description = f"Linghang {connection.name}"
        client.product_uri, client.application_uri = "urn:linghang", "urn:linghang"
        client.session_timeout = SESSION_MS
        endpoint = endpoint_of(connection, await client.connect_and_get_server_endpoints())
        if connection.security != "none":
            now = now_of(around.clock())
            own = own_certificate(connection, now)
            if own.made:
                self._say("info", tr("made our certificate {file}; let the server trust it", file=own.certificate))
            await secure(client, connection, own, endpoint)
            if until := outdated(endpoint, now):
                day = until.date()
                self._say(
                    "warning", tr("the server's certificate ran out on {day}; it is trusted all the same", day=day)
                )
        if connection.user is not None:
            client.set_user(connection.user)
            client.set_password(self._password())
        client.connection_lost_callback = self._lost
        self._client = client
        await client.connect()
        return client

    def _password(self) -> str:
        connection = self._connection
        password = self._of.around.environment.get(connection.password_variable)
        if password is None:
            raise BadInput(
                "the password of user {user} is not in the environment: set {variable}",
                user=connection.user,
                variable=connection.password_variable,
            )
        if connection.security == "none":
            self._say("warning", tr("the password travels without security; set security in linghang.toml"))
        return password

    async def _browse(self, client: Client, asker: Asker) -> Sequence[Variable]:
        """Find what is to be subscribed, and say what is not."""
        connection = self._connection
        namespaces = tuple(await client.get_namespace_array())
        before, self._of.namespaces = self._of.namespaces, namespaces
        if namespaces[: len(before)] != before:
            self._say("error", tr("the server numbers its namespaces anew; check ns= of browse in linghang.toml"))
        await asker.read_limits()
        tree = await browse(asker, connection.browse)
        self._tell_of(tree)
        self._nodes = frozenset(one.node for one in tree.variables)
        self._hand_on(tree)
        return tree.variables

    def _hand_on(self, tree: Tree) -> None:
        """Give the hints away; they only help to map tags, so values come even where they cannot be kept."""
        if self._of.on_hints is None:
            return
        try:
            self._of.on_hints(
                [replace(one.hint, name=self._connection.source(one.hint.name)) for one in tree.variables]
            )
        except (OSError, BadInput) as error:
            reason = reason_of(error) if isinstance(error, OSError) else error
            self._say("warning", tr("units and ranges of its tags cannot be kept: {reason}", reason=reason))

    def _tell_of(self, tree: Tree) -> None:
        if tree.missing_roots:
            self._say("error", tr("the server does not know {names}", names=Listed(tree.missing_roots)))
        if tree.unkept:
            self._counters.add("unkept_metrics", len(tree.unkept))
            line = tr(
                "{count} variables are arrays or structures and are not kept, such as {example}",
                count=len(tree.unkept),
                example=tree.unkept[0],
            )
            self._say("info", line)
        if tree.cut:
            self._say("error", tr("browsing found no end and was cut off; name narrower nodes in browse"))
        if not tree.variables:
            raise BadInput("there is no variable below {names}", names=Listed(self._connection.browse))

    async def _subscribe(self, asker: Asker, variables: Sequence[Variable]) -> float:
        """Subscribe the variables; return after how many silent seconds the server counts as lost."""
        session, sampling_ms = asker.session, self._connection.sampling_ms
        self._subscribed = await asyncio.to_thread(Subscribed, self._of.tags, variables, self._counters, self._of.tell)
        publishing_ms = min(max(sampling_ms, LEAST_PUBLISHING_MS), MOST_PUBLISHING_MS)
        asked = ua.CreateSubscriptionParameters(
            RequestedPublishingInterval=publishing_ms,
            RequestedLifetimeCount=int(LIFETIME_S * 1000 / publishing_ms),
            RequestedMaxKeepAliveCount=max(1, int(KEEP_ALIVE_S * 1000 / publishing_ms)),
            MaxNotificationsPerPublish=BATCH,
            PublishingEnabled=True,
        )
        given = await session.create_subscription(asked, self._received)
        interval_ms = float(given.RevisedPublishingInterval)

        async def call(block: Sequence[ua.MonitoredItemCreateRequest]) -> Sequence[ua.MonitoredItemCreateResult]:
            wanted = ua.CreateMonitoredItemsParameters(given.SubscriptionId, ua.TimestampsToReturn.Both, list(block))
            results: Sequence[ua.MonitoredItemCreateResult] = await session.create_monitored_items(wanted)
            return results

        requests = [_request(place, one.node, sampling_ms, interval_ms) for place, one in enumerate(variables)]
        results = await asker.blocks("monitor", requests, call)
        refused = [place for place, one in enumerate(results) if one.StatusCode.is_bad()]
        if refused:
            line = tr(
                "the server refuses {count} of {all} variables, the first: {tag} ({code})",
                count=len(refused),
                all=len(variables),
                tag=variables[refused[0]].hint.name,
                code=name_of(results[refused[0]].StatusCode.value),
            )
            self._say("error", line)
        url, count = self._connection.url, len(variables) - len(refused)
        self._say("info", tr("connected to {url}: {count} variables", url=url, count=count))
        return 3 * interval_ms * int(given.RevisedMaxKeepAliveCount) / 1000 + REQUEST_S

    # --- while it stands ---

    async def _watch(self, asker: Asker, silence_s: float) -> None:
        monotonic, every_s = self._of.monotonic, self._of.browse_again_s
        browse_at = monotonic() + every_s
        self._heard_s = max(self._heard_s, monotonic())
        while not self._of.stop.is_set():
            if monotonic() > browse_at:
                await self._browse_again(asker)
                browse_at = monotonic() + every_s
            if not self._busy and monotonic() - self._heard_s > silence_s:
                raise Lost(tr("the server has been silent for {seconds} s", seconds=round(silence_s)))
            done, _ = await asyncio.wait([self._end], timeout=0.1)
            if done:
                self._end.result()

    async def _browse_again(self, asker: Asker) -> None:
        tree = await browse(asker, self._connection.browse)
        now = {one.node for one in tree.variables}
        if now != self._nodes:
            new, gone = len(now - self._nodes), len(self._nodes - now)
            raise Lost(tr("the server has {new} new variables and {gone} less; subscribing anew", new=new, gone=gone))

    async def _lost(self, _error: Exception) -> None:
        self._fail(Lost(tr("the connection to {url} is lost", url=self._connection.url)))

    def _fail(self, error: Exception) -> None:
        if not self._end.done():
            self._end.set_exception(error)

    async def _received(self, result: ua.PublishResult) -> None:
        """Take one publish response; it is acknowledged when this returns."""
        self._busy = True
        try:
            await self._take(result)
        except Exception as error:
            self._fail(error)
            await asyncio.Event().wait()  # asyncua would acknowledge it; this session ends instead
        finally:
            self._heard_s, self._busy = self._of.monotonic(), False

    async def _take(self, result: ua.PublishResult) -> None:
        message = result.NotificationMessage
        jumped, line = self._clock.note(microseconds(message.PublishTime), self._of.around.clock())
        if jumped:
            self._counters.add("clock_jumps")
        if line:
            self._say("warning", line)
        if not message.NotificationData:
            return
        for missing in self._missing(message.SequenceNumber):
            await self._ask_again(result.SubscriptionId, missing)
        self._sequence = message.SequenceNumber
        await self._keep(message)

    def _missing(self, sequence: int) -> range:
        """Return the sequence numbers that were left out; they begin again after 2^32 - 1, where none is missed."""
        if self._sequence is None or sequence <= self._sequence + 1:
            return range(0)
        self._counters.add("sequence_gaps")
        return range(max(self._sequence + 1, sequence - MOST_GAP), sequence)

    async def _ask_again(self, subscription: int, sequence: int) -> None:
        """Ask for a message that did not come; the server may still hold it."""
        assert self._client is not None
        try:
            message = await self._client.uaclient.session.republish(subscription, sequence)
        except ua.UaStatusCodeError:
            message = ua.NotificationMessage()
        if message.NotificationData:
            await self._keep(message)
        else:
            self._say("warning", tr("a message of the server did not come and is gone there too; values are lost"))

    async def _keep(self, message: ua.NotificationMessage) -> None:
        self._counters.add("messages")
        items: list[ua.MonitoredItemNotification] = []
        for data in message.NotificationData:
            if isinstance(data, ua.DataChangeNotification):
                items.extend(data.MonitoredItems)
            elif isinstance(data, ua.StatusChangeNotification) and not data.Status.is_good():
                code = name_of(data.Status.value)
                self._fail(Lost(tr("the server ended the subscription ({code})", code=code)))
        for start in range(0, len(items), BATCH):
            await asyncio.to_thread(self._store, items[start : start + BATCH])
        self._first = False

    def _store(self, items: Sequence[ua.MonitoredItemNotification]) -> None:
        assert self._subscribed is not None
        points = self._subscribed.store(items, self._of.around.clock())
        # The first values after subscribing are as old as their last change and say nothing of a lag.
        newest_us = None if self._first or not len(points) else int(points.at_us.max())
        self._counters.stored(len(points), newest_us, self._of.around.clock())

    async def _leave(self) -> None:
        """Close what is open, and mark the last values stale unless it was us who went."""
        if self._client is not None:
            protocol = self._client.uaclient.protocol
            with suppress(Exception):
                await asyncio.wait_for(self._client.disconnect(), WATCH_S)
            # asyncua leaves the socket of a server open that it took for dead.
            if protocol is not None and protocol.transport is not None:
                protocol.transport.abort()
        if self._subscribed is not None and not self._of.stop.is_set():
            await asyncio.to_thread(self._subscribed.stale, self._of.around.clock())

    def _say(self, level: Level, text: str) -> None:
        self._of.tell(text, level, text)


def _request(handle: int, node: ua.NodeId, sampling_ms: int, publishing_ms: float) -> ua.MonitoredItemCreateRequest:
    queue = QUEUE if sampling_ms == 0 else max(QUEUE, int(2 * publishing_ms / sampling_ms))
    return ua.MonitoredItemCreateRequest(
        ItemToMonitor=ua.ReadValueId(NodeId=node, AttributeId=ua.AttributeIds.Value),
        MonitoringMode=ua.MonitoringMode.Reporting,
        RequestedParameters=ua.MonitoringParameters(
            ClientHandle=handle, SamplingInterval=sampling_ms, QueueSize=queue, DiscardOldest=True
        ),
    )
