"""What a source says of its tags beside their values: where they hang, what they are called, in which unit."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from linghang.errors import BadInput, Place, reason_of

FILE = "tag-hints.json"


@dataclass(frozen=True, slots=True)
class TagHint:
    """What one source says of one tag; it helps to map the tag and decides nothing.

    Attributes
    ----------
    name
        The tag's name in the store.
    path
        Names from the root down to the tag itself.
    label
        What the source calls it for people.
    unit
        Engineering unit as the source writes it.
    unit_code
        Common code of UN/ECE recommendation 20, such as CEL, where the source gives one.
    low, high
        Range that the source states, in its unit.
    """

    name: str
    path: tuple[str, ...] = ()
    label: str | None = None
    unit: str | None = None
    unit_code: str | None = None
    low: float | None = None
    high: float | None = None


def read_hints(file: Path) -> dict[str, TagHint]:
    """Read the hints of a workspace by tag name; none where the file is absent.

    Raises
    ------
    BadInput
        The file cannot be read.
    """
    try:
        rows = json.loads(file.read_text(encoding="utf-8"))
        hints = [TagHint(**{**row, "path": tuple(row["path"])}) for row in rows]
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise BadInput("cannot be read: {reason}", Place(str(file)), reason=reason_of(error)) from None
    except (ValueError, TypeError, KeyError):
        raise BadInput("is no file of tag hints; remove it, it is written anew", Place(str(file))) from None
    return {hint.name: hint for hint in hints}


def merge_hints(file: Path, hints: Iterable[TagHint]) -> Mapping[str, TagHint]:
    """Add hints to those of the workspace, newer ones in place of older; return all of them."""
    known = read_hints(file) if file.exists() else {}
    known.update((hint.name, hint) for hint in hints)
    rows: list[dict[str, Any]] = [asdict(known[name]) for name in sorted(known)]
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".tmp")
    draft.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")
    draft.replace(file)
    return known
