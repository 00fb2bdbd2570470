"""Which commands change a workspace, and what the audit log calls it: one row a command, and one place that tells."""

import getpass
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import typer

from linghang.errors import BadInput
from linghang.words import later

T = TypeVar("T")


class Row(NamedTuple):
    """One command that changes a workspace.

    Attributes
    ----------
    what
        Word of the audit log.
    on
        Argument that names what is changed.
    how
        Arguments that say more.
    only_if, unless
        Option that makes a change of it, or none.
    makes
        Whether it makes the workspace where there is none: then nothing can be told before.
    """

    what: str
    on: str = ""
    how: tuple[str, ...] = ()
    only_if: str = ""
    unless: str = ""
    makes: bool = False


CHANGES: Mapping[str, Row] = {
    "accounts add": Row("accounts.add", "name", ("role",)),
    "accounts disable": Row("accounts.disable", "name"),
    "accounts enable": Row("accounts.enable", "name"),
    "accounts password": Row("accounts.password", "name"),
    "accounts role": Row("accounts.role", "name", ("role",)),
    "application init": Row("application.begin"),
    "assess": Row("assessments.record", "pack", ("as_of",), only_if="record"),
    "backup": Row("backups.make", "file", ("keys", "accounts")),
    "bundle": Row("bundles.make", "output", ("pack", "as_of", "documents", "inputs")),
    "checks accept": Row("checks.accept", "remark", ("reason",)),
    "checks take-back": Row("checks.take_back", "remark"),
    "evidence add": Row("documents.add", "file", ("title", "kind")),
    "evidence import": Row("documents.import", "listed"),
    "evidence restore": Row("documents.restore", "number"),
    "evidence retire": Row("documents.retire", "number", ("reason",)),
    "evidence revise": Row("documents.revise", "number", ("file", "title")),
    "import": Row("records.import", "sources", ("table", "mapping"), unless="dry_run"),
    "ingest": Row("telemetry.ingest", "only"),
    "interpretations set": Row("interpretations.set", "pair", ("pack", "reason", "by")),
    "interpretations take-back": Row("interpretations.take_back", "name", ("pack", "reason", "by")),
    "jobs add": Row("engines.run", "engine"),
    "jobs cancel": Row("engines.cancel", "job"),
    "jobs schedule": Row("schedules.add", "engine", ("every", "daily", "on_new_data")),
    "jobs unschedule": Row("schedules.remove", "number"),
    "jobs pause": Row("schedules.pause", "number"),
    "jobs resume": Row("schedules.resume", "number"),
    "jobs work": Row("engines.work"),
    "keys export": Row("keys.export", "output"),
    "keys new": Row("keys.new"),
    "keys trust": Row("keys.trust", "file"),
    "map-tags": Row("tags.map", "take", only_if="take"),
    "maturity adopt": Row("maturity.adopt", "signed_by"),
    "maturity answer": Row("maturity.answer", "code", ("value", "by")),
    "maturity import": Row("maturity.import", "file", ("by",), unless="dry_run"),
    "maturity import-report": Row("maturity.import_report", "file", ("level", "issuer")),
    "maturity leave-out": Row("maturity.leave_out", "domain", ("reason", "by")),
    "maturity prefill": Row("maturity.prefill", "", ("by",), only_if="take"),
    "maturity take-in": Row("maturity.take_in", "domain", ("by",)),
    "maturity undo": Row("maturity.undo", "", ("by",)),
    "maturity weights": Row("maturity.weigh", "which", ("by",)),
    "maturity withdraw": Row("maturity.withdraw", "", ("reason", "by")),
    "plant control": Row("plant.control", "", ("hours",)),
    "plant fault": Row("plant.fault", "machine", ("kind",), only_if="kind"),
    "plant run": Row("plant.run", "", ("seconds",), makes=True),
    "plant serve": Row("plant.serve"),
    "run": Row("engines.run", "engine", ("as_of", "days"), unless="no_record"),
    "tokens make": Row("tokens.add", "account", ("name", "scope", "days")),
    "tokens revoke": Row("tokens.revoke", "number"),
    "upgrade": Row("records.upgrade"),
}
"""Command -> row. A command that is not here looks, or writes nothing but the file that it was asked for."""
PAIR = "pair"
"""An argument NAME=VALUE: the name is what is changed."""
FOLDERS = ("folder", "workspace")
"""What commands call the folder of their workspace."""


LEFT = later("the command ended with status {status}")


class Left(BadInput):
    """A command ended with a status that says it was not done."""


def told(path: str, given: Mapping[str, Any], work: Callable[[], T]) -> T:
    """Run a command; where it changes a workspace, the audit log is told before.

    Parameters
    ----------
    path
        The command without the program's name, such as `evidence add`.
    given
        Its arguments by name.
    """
    row = CHANGES.get(path)
    if row is None or (row.only_if and not given.get(row.only_if)) or given.get(row.unless):
        return work()
    from linghang.usecases.auditing import Deed, audited
    from linghang.usecases.workspaces import open_workspace

    folder = Path(next(given[one] for one in FOLDERS if one in given))
    if row.makes:
        try:
            open_workspace(folder)
        except BadInput:
            return work()
    how = {name: _text(given[name]) for name in row.how if given.get(name) not in (None, "", ())}
    on = _text(given.get(row.on, ""))
    if row.on == PAIR:
        on, _, how["value"] = on.partition("=")
    deed = Deed(who(), "command", row.what, on, how)
    ended: list[typer.Exit] = []

    def done() -> T | None:
        try:
            return work()
        except typer.Exit as end:
            ended.append(end)
            if end.exit_code:
                raise Left(LEFT, status=end.exit_code) from None
            return None

    with suppress(Left):
        found = audited(folder, deed, datetime.now(UTC), done)
        if not ended:
            return found  # type: ignore[return-value]
    raise ended[0]


def who() -> str:
    """The system's user."""
    with suppress(OSError, KeyError, ImportError):
        return getpass.getuser()
    return "?"


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(str(one) for one in value)
    return str(value)
