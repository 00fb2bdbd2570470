"""The rules of Sparkplug B sessions, without a broker (Sparkplug 3.0, chapters 5 and 6.4).

Messages go in with the time at which they came, and come out as steps in the order in which they have to be taken.
What a message holds is nobody's business here, but for its sequence numbers.

An edge node counts its messages from 0 to 255 and round again. A number that is missing may still come: data that do
not need the missing message are let through at once, since every value bears its own time; those that need a birth
that is missing wait. What has not come after `wait_s` is a gap, and the node is asked for its birth again.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from linghang.intake.live.sparkplug.topics import Topic

Node = tuple[str, str]
"""Group and edge node."""

ROUND = 256
REPEATED = 16
"""A number so little behind the expected one is a message again, not one after a gap of 240 and more (ours)."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Settings of a session, all of them ours.

    Attributes
    ----------
    wait_s
        How long a missing message may take to come, seconds.
    rebirth_every_s
        A node is asked for its birth at most once in so many seconds.
    most_waiting
        Messages of one node that wait for a birth at most.
    """

    wait_s: float = 2.0
    rebirth_every_s: float = 10.0
    most_waiting: int = 1000


class Message(NamedTuple):
    """A message as far as the rules look at it.

    Attributes
    ----------
    topic
        Where it came.
    seq
        Its sequence number, None where it has none.
    bd_seq
        Number that joins births and deaths of a node, of NBIRTH and NDEATH.
    content
        Anything; comes out again as it went in.
    """

    topic: Topic
    seq: int | None
    bd_seq: int | None = None
    content: Any = None


class Step(NamedTuple):
    """Something to do.

    Attributes
    ----------
    kind
        birth: learn the metrics of the owner and take its values. data: take values by the owner's birth. nameless:
        take what can be understood without a birth, for there is none. death: the owner's values are stale.
    owner
        Node or device: the topic's path.
    message
        What brought it.
    """

    kind: Literal["birth", "data", "nameless", "death"]
    owner: str
    message: Message


@dataclass(slots=True)
class Outcome:
    """What follows from a message, or from time going by.

    Attributes
    ----------
    steps
        In their order.
    rebirths
        Nodes to be asked for their births now.
    gaps
        Gaps in sequence numbers that were found.
    """

    steps: list[Step] = field(default_factory=list)
    rebirths: list[Node] = field(default_factory=list)
    gaps: int = 0


@dataclass(slots=True)
class _Node:
    bd_seq: int | None = None
    expected: int | None = None
    born: dict[str, None] = field(default_factory=dict)
    """Owners with a valid birth."""
    faded: dict[str, None] = field(default_factory=dict)
    """Owners whose birth is not valid any more, but who did not die as far as is known."""
    missing: dict[int, float] = field(default_factory=dict)
    """Numbers that have not come, with the time at which they are given up."""
    waiting: deque[Message] = field(default_factory=deque)
    asked_at: float | None = None

    def fade(self) -> None:
        self.faded |= self.born
        self.born.clear()

    def bear(self, owner: str) -> None:
        self.born[owner] = None
        self.faded.pop(owner, None)

    def die(self) -> list[str]:
        dead = list(self.faded | self.born)
        self.faded.clear()
        self.born.clear()
        return dead


class Session:
    """The edge nodes that one subscriber hears.

    Parameters
    ----------
    rules
        Settings.
    """

    def __init__(self, rules: Rules | None = None) -> None:
        self.rules = rules or Rules()
        self._nodes: dict[Node, _Node] = {}
        self._overdue: set[Node] = set()

    def born(self, topic: Topic) -> bool:
        """Tell whether the owner of a topic has a valid birth."""
        node = self._nodes.get((topic.group, topic.node))
        return node is not None and topic.path in node.born

    def restore(self, topic: Topic, bd_seq: int | None = None) -> None:
        """Take a birth as valid that was received before this session began."""
        node = self._nodes.setdefault((topic.group, topic.node), _Node())
        node.bear(topic.path)
        if topic.device is None:
            node.bd_seq = bd_seq

    def resume(self, kept: bool) -> None:
        """Note that the connection to the broker was made again.

        Parameters
        ----------
        kept
            Whether the broker kept every message in between; if not, births may have been missed, and none is valid
            any more.
        """
        for node in self._nodes.values():
            node.expected = None
            node.missing.clear()
            node.waiting.clear()
            if not kept:
                node.fade()

    def doubt(self, topic: Topic) -> None:
        """Hold the births of a node for invalid: messages of it may have been lost unseen."""
        node = self._nodes.get((topic.group, topic.node))
        if node is not None and node.expected is None:
            node.fade()

    def take(self, message: Message, now: float) -> Outcome:
        """Take a message.

        Parameters
        ----------
        message
            Any but NCMD, DCMD and STATE, which say nothing of a node's state.
        now
            Seconds of a clock that only goes forward.
        """
        topic = message.topic
        name = (topic.group, topic.node)
        node = self._nodes.setdefault(name, _Node())
        outcome = Outcome()
        if topic.verb == "NBIRTH":
            self._node_birth(node, message, outcome)
        elif topic.verb == "NDEATH":
            self._node_death(node, message, outcome)
        elif topic.verb in ("DBIRTH", "DDEATH", "NDATA", "DDATA"):
            self._count(name, node, message.seq, now)
            if topic.verb == "DBIRTH":
                node.bear(topic.path)
                outcome.steps.append(Step("birth", topic.path, message))
                self._release(node, outcome)
                if not self._node_born(node, topic):
                    self._ask(name, node, now, outcome)
            elif topic.verb == "DDEATH":
                if topic.path in node.born or topic.path in node.faded:
                    node.born.pop(topic.path, None)
                    node.faded.pop(topic.path, None)
                    outcome.steps.append(Step("death", topic.path, message))
            else:
                self._data(name, node, message, now, outcome)
        self._give_up(name, node, now, outcome)
        return outcome

    def tick(self, now: float) -> Outcome:
        """Let time go by: what is missing for too long is given up."""
        outcome = Outcome()
        for name in list(self._overdue):
            self._give_up(name, self._nodes[name], now, outcome)
        return outcome

    def unknown(self, topic: Topic, now: float) -> Outcome:
        """Note that a message named a metric that its owner's birth does not have."""
        name = (topic.group, topic.node)
        outcome = Outcome()
        self._ask(name, self._nodes.setdefault(name, _Node()), now, outcome)
        return outcome

    # --- the node ---

    def _node_birth(self, node: _Node, message: Message, outcome: Outcome) -> None:
        path = message.topic.path
        if message.bd_seq is None or message.bd_seq != node.bd_seq:
            # Another connection of the node: what it had before is gone, and its death did not reach us.
            outcome.steps.extend(Step("death", owner, message) for owner in node.die() if owner != path)
        node.fade()  # every device has to be born again
        node.bear(path)
        node.bd_seq = message.bd_seq
        node.expected = 1 if message.seq is None else (message.seq + 1) % ROUND
        node.missing.clear()
        outcome.steps.append(Step("birth", path, message))
        waiting, node.waiting = node.waiting, deque()
        outcome.steps.extend(Step("nameless", one.topic.path, one) for one in waiting)

    def _node_death(self, node: _Node, message: Message, outcome: Outcome) -> None:
        # The death of an older connection may come after the birth of a newer one: the will is sent when the broker
        # notices, and bdSeq tells them apart.
        if message.bd_seq is not None and node.bd_seq is not None and message.bd_seq != node.bd_seq:
            return
        outcome.steps.extend(Step("death", owner, message) for owner in node.die())
        outcome.steps.extend(Step("nameless", one.topic.path, one) for one in node.waiting)
        node.missing.clear()
        node.waiting.clear()
        node.expected = None

    def _node_born(self, node: _Node, topic: Topic) -> bool:
        return Topic("NBIRTH", topic.group, topic.node).path in node.born

    # --- sequence numbers ---

    def _count(self, name: Node, node: _Node, seq: int | None, now: float) -> None:
        if seq is None:
            return
        seq %= ROUND
        if node.expected is None:
            node.expected = (seq + 1) % ROUND
            return
        ahead = (seq - node.expected) % ROUND
        if node.missing.pop(seq, None) is not None or ahead >= ROUND - REPEATED:
            return
        for one in range(ahead):
            node.missing[(node.expected + one) % ROUND] = now + self.rules.wait_s
        node.expected = (seq + 1) % ROUND
        if ahead:
            self._overdue.add(name)

    def _give_up(self, name: Node, node: _Node, now: float, outcome: Outcome) -> None:
        late = [seq for seq, until in node.missing.items() if until <= now]
        if late:
            for seq in late:
                del node.missing[seq]
            outcome.gaps += _stretches(late)
            self._ask(name, node, now, outcome)
        if not node.missing:
            self._overdue.discard(name)
            waiting, node.waiting = node.waiting, deque()
            outcome.steps.extend(Step("nameless", one.topic.path, one) for one in waiting)
            if waiting:
                self._ask(name, node, now, outcome)

    # --- data ---

    def _data(self, name: Node, node: _Node, message: Message, now: float, outcome: Outcome) -> None:
        path = message.topic.path
        if path in node.born:
            outcome.steps.append(Step("data", path, message))
            return
        if node.missing:  # its birth may be among them
            node.waiting.append(message)
            if len(node.waiting) <= self.rules.most_waiting:
                return
            message = node.waiting.popleft()
        outcome.steps.append(Step("nameless", message.topic.path, message))
        self._ask(name, node, now, outcome)

    def _release(self, node: _Node, outcome: Outcome) -> None:
        still: deque[Message] = deque()
        for one in node.waiting:
            if one.topic.path in node.born:
                outcome.steps.append(Step("data", one.topic.path, one))
            else:
                still.append(one)
        node.waiting = still

    def _ask(self, name: Node, node: _Node, now: float, outcome: Outcome) -> None:
        if node.asked_at is None or now - node.asked_at >= self.rules.rebirth_every_s:
            node.asked_at = now
            outcome.rebirths.append(name)


def _stretches(numbers: Iterable[int]) -> int:
    """Count the stretches of numbers that follow each other, around the end too."""
    found = set(numbers)
    return max(1, sum((one - 1) % ROUND not in found for one in found))
