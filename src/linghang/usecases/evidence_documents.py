"""Documents of the register as faces show them: chosen out of the list, and as JSON has them."""

import json
from collections.abc import Iterable
from typing import Any

from linghang.usecases.evidence_looking import Listed, Shown
from linghang.usecases.evidence_register import Extraction, Registered, remark_of

TEXT_SHOWN = 2_000
"""Characters of a document's text that are shown: to recognise it, not to read it."""


def choose(
    found: Iterable[Listed], *, states: frozenset[str] = frozenset(), kind: str = "", proves: str = ""
) -> tuple[Listed, ...]:
    """Return the documents that have one of the states, the kind, and prove something; empty is everything."""
    return tuple(
        one
        for one in found
        if (not states or one.state in states)
        and kind in ("", one.document.kind)
        and (not proves or proves in one.document.proves)
    )


def listed_document(one: Listed) -> dict[str, Any]:
    """A document of the list as JSON has it."""
    hit = {name: value for name, value in one.hit._asdict().items() if name != "document"} if one.hit else None
    return one.document.to_dict() | {"state": one.state, "days_left": one.days_left, "hit": hit}


def shown_document(found: Shown) -> dict[str, Any]:
    """Everything about a document as JSON has it."""
    return {
        "state": found.state,
        "revisions": [one.to_dict() for one in found.revisions],
        "history": [one._asdict() | {"at": one.at.isoformat()} for one in found.history],
        "ledger": [one.to_dict() | {"digest": one.digest} for one in found.records],
        "text": text_of(found.extraction) | {"excerpt": (found.text or "")[:TEXT_SHOWN]},
    }


def changed_document(one: Registered) -> dict[str, Any]:
    """What a change of the register did, as JSON has it."""
    return one.document.to_dict() | {
        "ledger_records": one.told,
        "same_file": list(one.also),
        "ends_with_year": one.ends_with_year,
        "text": text_of(one.extraction),
    }


def text_of(one: Extraction) -> dict[str, Any]:
    """How the text of a file was come by, as JSON has it, with the remark in the reader's language."""
    return {"state": one.state, "remark": json.loads(one.remark) if one.remark else None, "said": remark_of(one)}
