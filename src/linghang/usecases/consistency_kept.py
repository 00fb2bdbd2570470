"""The checks of consistency as faces show them: made once, kept until what they look at changes."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from linghang.conditions.shelf import load_pack
from linghang.report.remarks import Check, Remark, Spot
from linghang.store.state import files_state
from linghang.store.workspace import Workspace, open_workspace
from linghang.usecases.consistency import check_consistency, every_check
from linghang.usecases.consistency_waivers import Waiver, Waivers, accept, waivers_of
from linghang.usecases.json_values import plain
from linghang.usecases.kept import kept, kept_before
from linghang.usecases.report_statements import APPLICATION
from linghang.words import Text

KEPT = "consistency"
SEVERITIES = ("error", "warning", "hint")


def consistency_document(
    folder: Path, *, pack: str, now: datetime, level: str | None = None, as_of: date | None = None
) -> dict[str, Any]:
    """Return what the checks found, as `Consistency.to_dict` has it, each remark with its `name` (`CODE:PLACE`).

    Raises
    ------
    BadInput
        As for `check_consistency`.
    """
    workspace = open_workspace(folder)

    def made() -> dict[str, Any]:
        found = check_consistency(folder, pack=pack, now=now, level=level, as_of=as_of)
        remarks = [one.to_dict() for one in found.everything]
        return dict(plain(found.to_dict() | {"remarks": remarks, "accepted": [], "checks": len(found.made)}))

    found = kept(workspace, KEPT, _question(workspace, pack, now, level, as_of), made)
    return _with_accepted(found, waivers_of(folder))


def consistency_before(
    folder: Path, *, pack: str, now: datetime, level: str | None = None, as_of: date | None = None
) -> dict[str, Any] | None:
    """Return what `consistency_document` would, where the checks are kept already; else None, at once."""
    workspace = open_workspace(folder)
    found = kept_before(workspace, KEPT, _question(workspace, pack, now, level, as_of))
    return None if found is None else _with_accepted(found, waivers_of(folder))


def accept_remark(folder: Path, found: Mapping[str, Any], named: str, reason: str, now: datetime) -> tuple[Waiver, ...]:
    """Accept the remarks of `CODE:PLACE` (or `CODE`) of a document of `consistency_document`; see `accept`."""
    every = [_remark(one) for one in (*found["remarks"], *found["accepted"])]
    return accept(folder, every, named, reason, now)


def checks_document() -> list[dict[str, Any]]:
    """The catalogue of checks as JSON has it."""
    return [
        {
            "code": one.code,
            "group": title.to_dict(),
            "severity": one.severity,
            "title": one.title.to_dict(),
            "mend": one.mend.to_dict(),
            "source": one.source,
        }
        for title, checks in every_check()
        for one in checks
    ]


def _question(workspace: Workspace, pack: str, now: datetime, level: str | None, as_of: date | None) -> str:
    day = workspace.day(now, as_of)
    beside = files_state((workspace.folder / APPLICATION,))  # the assessment does not look at it, the checks do
    return f"{load_pack(pack).digest} {day} {level} {beside}"


def _with_accepted(found: Mapping[str, Any], waivers: Waivers) -> dict[str, Any]:
    """Part the remarks that somebody accepted from those that stand, and count again."""
    standing: list[dict[str, Any]] = []
    accepted: list[dict[str, Any]] = []
    for one in found["remarks"]:
        named = one | {"name": f"{one['code']}:{one['spot']['where']}"}
        waiver = waivers.get(_remark(one))
        if waiver is None:
            standing.append(named)
        else:
            accepted.append(named | {"waiver": waiver.to_dict()})
    counts = found["counts"] | _by_severity(standing) | {"accepted": len(accepted)}
    return {**found, "counts": counts, "remarks": standing, "accepted": accepted}


def _by_severity(remarks: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    return {severity: sum(one["severity"] == severity for one in remarks) for severity in SEVERITIES}


def _remark(one: Mapping[str, Any]) -> Remark:
    """Make a remark of JSON again, as far as accepting looks at it."""
    check = Check(one["code"], one["severity"], Text(**one["title"]), Text(**one["mend"]), one["source"])
    return Remark(check, Spot(**one["spot"]), Text(**one["message"]))
