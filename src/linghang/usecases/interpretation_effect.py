"""What setting an interpretation would change, before anybody sets it. Nothing is written."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

from linghang.conditions.shelf import load_pack
from linghang.errors import BadInput, nearest
from linghang.usecases.interpretations import value_of
from linghang.usecases.json_values import plain
from linghang.usecases.kept import kept
from linghang.usecases.whatif import whatif
from linghang.usecases.workspaces import open_workspace

EFFECT = "interpretation-effect"


def effect_of(
    folder: Path, name: str, value: str, *, pack: str, now: datetime, as_of: date | None = None
) -> dict[str, Any]:
    """Judge a workspace as it is, and as it would be with another value of one interpretation.

    Parameters
    ----------
    value
        As `linghang.usecases.interpretations.set_value` takes it.
    now
        The caller's clock (with a zone).
    as_of
        The day of judgement (else the plant's today).

    Returns
    -------
    dict
        `name`, `before` and `after` (values), `levels`: floor -> `confirmed` and `possible`, each before and after,
        and `differing`: the conditions whose finding changes, as `linghang whatif --json` has them.

    Raises
    ------
    BadInput
        There is no such interpretation, or the value does not fit.
    """
    found = load_pack(pack)
    one = next((one for one in found.interpretations if one.id == name), None)
    if one is None:
        near = nearest(name, sorted(one.id for one in found.interpretations))
        raise BadInput("pack {pack} has no interpretation {name}; {near}", pack=found.id, name=name, near=near)
    wanted = value_of(one, value)

    def made() -> dict[str, Any]:
        seen = whatif(folder, base=pack, interpretation={name: wanted}, now=now, as_of=as_of)
        before, after = seen.before.verdict, seen.after.verdict
        return {
            "name": name,
            "before": plain(before.program.interpretation[name]),
            "after": plain(after.program.interpretation[name]),
            "levels": {
                floor: {
                    "confirmed": [judged.confirmed, after.floors[floor].confirmed],
                    "possible": [judged.possible, after.floors[floor].possible],
                }
                for floor, judged in before.floors.items()
            },
            "differing": seen.to_dict()["differing"],
        }

    workspace = open_workspace(folder)
    day = workspace.day(now, as_of)
    return kept(workspace, EFFECT, f"{found.digest} {name} {wanted} {day}", made)
