"""The topics of Sparkplug B (Sparkplug 3.0, chapter 4)."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

from linghang.errors import BadInput

NAMESPACE = "spBv1.0"

Verb = Literal["NBIRTH", "DBIRTH", "NDATA", "DDATA", "NDEATH", "DDEATH", "NCMD", "DCMD", "STATE"]
_VERBS: dict[str, Verb] = {one: one for one in get_args(Verb)}


@dataclass(frozen=True, slots=True)
class Topic:
    """What a topic says.

    Attributes
    ----------
    verb
        Kind of the message.
    group, node
        The edge node; for STATE the node is the host and the group is empty.
    device
        The device of the node, None for the node itself.
    """

    verb: Verb
    group: str
    node: str
    device: str | None = None

    def __str__(self) -> str:
        if self.verb == "STATE":
            return f"{NAMESPACE}/STATE/{self.node}"
        return "/".join(filter(None, (NAMESPACE, self.group, self.verb, self.node, self.device)))

    @property
    def path(self) -> str:
        """The owner of the metrics without the kind of message: spBv1.0/group/node/device."""
        return "/".join(filter(None, (NAMESPACE, self.group, self.node, self.device)))


@lru_cache(maxsize=65536)
def topic_of(text: str) -> Topic:
    """Read a topic.

    Raises
    ------
    BadInput
        It is no topic of Sparkplug B.
    """
    levels = text.split("/")
    if levels[:2] == [NAMESPACE, "STATE"] or levels[0] == "STATE":  # the latter: Sparkplug 2.2
        levels = levels[levels.index("STATE") :]
        if len(levels) == 2 and levels[1]:
            return Topic("STATE", "", levels[1])
    elif len(levels) in (4, 5) and levels[0] == NAMESPACE and all(levels):
        verb = _VERBS.get(levels[2])
        if verb is not None and (len(levels) == 5) == (verb[0] == "D"):
            return Topic(verb, levels[1], levels[3], levels[4] if len(levels) == 5 else None)
    raise BadInput("the topic is none of Sparkplug B; right would be spBv1.0/group/DDATA/node/device")
