"""The interpretations that reviewers set, as they are kept: acts one after the other, and what they amount to.

They stand in a chain of their own (`linghang.evidence.chain`): nothing is rewritten, taking back is an act as well.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal, get_args

from linghang.errors import BadInput
from linghang.evidence.bundle_format import chosen_from_json, chosen_to_json
from linghang.evidence.chain import Chain, Words
from linghang.store.workspace import Workspace
from linghang.words import later

JOURNAL = "interpretations.jsonl"

Kind = Literal["set", "take_back"]
Value = Decimal | str | bool


@dataclass(frozen=True, slots=True)
class Act:
    """One act: who set or took back what, when and why.

    Attributes
    ----------
    number
        From 1, in the order of the file.
    pack, edition
        Id of the pack, and the digest of the edition that the reviewer had before their eyes.
    value
        What was set; of taking back, what had been set.
    pack_value
        What the pack itself says in that edition.
    at
        When (UTC).
    """

    number: int
    kind: Kind
    pack: str
    edition: str
    name: str
    value: Value
    pack_value: Value
    reason: str
    by: str
    at: datetime

    def to_dict(self) -> dict[str, Any]:
        """The act as JSON has it; numbers as text."""
        return {
            "number": self.number,
            "kind": self.kind,
            "pack": self.pack,
            "edition": self.edition,
            "name": self.name,
            "value": said(self.value),
            "pack_value": said(self.pack_value),
            "reason": self.reason,
            "by": self.by,
            "at": self.at.astimezone(UTC).isoformat(),
        }


def said(value: Value) -> str | bool:
    """A value as JSON has it: decimals as text."""
    return str(value) if isinstance(value, Decimal) else value


def read_acts(workspace: Workspace) -> tuple[Act, ...]:
    """Read all acts; a workspace without the file has none.

    Raises
    ------
    BadInput
        A line is no act, was changed, or is missing at the end; the place names it.
    """
    return tuple(one.record for one in CHAIN.read(workspace.folder / JOURNAL))


def standing(acts: Iterable[Act], pack: str) -> Mapping[str, Act]:
    """Return what is set of a pack: name of the interpretation -> the act that set it last and was not taken back."""
    found: dict[str, Act] = {}
    for act in acts:
        if act.pack == pack:
            if act.kind == "set":
                found[act.name] = act
            else:
                found.pop(act.name, None)
    return found


def record(workspace: Workspace, act: Act) -> None:
    """Append an act durably; the caller holds the workspace for writing.

    Raises
    ------
    BadInput
        The journal does not hold together, or it cannot be written.
    """
    CHAIN.append(workspace.folder / JOURNAL, [act])


def _written(act: Act) -> tuple[str, object]:
    values = chosen_to_json({"value": act.value, "pack_value": act.pack_value})
    return "interpretation", act.to_dict() | values


def _read(found: Mapping[str, Any]) -> Act:
    try:
        values = chosen_from_json({"value": found["value"], "pack_value": found["pack_value"]})
        texts = [found[name] for name in ("kind", "pack", "edition", "name", "reason", "by")]
        if found["kind"] not in get_args(Kind) or not all(isinstance(one, str) for one in texts):
            raise ValueError(found)
        return Act(
            found["number"],
            found["kind"],
            found["pack"],
            found["edition"],
            found["name"],
            values["value"],
            values["pack_value"],
            found["reason"],
            found["by"],
            datetime.fromisoformat(found["at"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError):
        raise BadInput("this is no act of a reviewer; put the file back as it was") from None


CHAIN: Chain[Act] = Chain(
    {"interpretation": _read},
    _written,
    Words(
        changed=later("act {number} of the reviewers cannot be read; it was changed"),
        unfit=later("act {number} of the reviewers does not fit the one before it; it or the chain was changed"),
        missing=later(
            "there are {found} acts of reviewers, but {count} were written; the last {missing} are missing: put the "
            "whole file back"
        ),
        anew=later("act {number} of the reviewers is not the one that was written; the chain was computed anew"),
        no_anchor=later("is not the anchor of the acts of reviewers; put it back as it was"),
    ),
    "interpretation",
)
