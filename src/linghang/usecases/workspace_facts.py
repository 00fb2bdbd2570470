"""What a workspace is made of: where it lies, how large its parts are, and its settings without their secrets."""

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from linghang import __version__
from linghang.errors import BadInput, Place, reason_of
from linghang.store.workspace import open_workspace
from linghang.words import later

LICENCE = "Apache-2.0"
PARTS = {
    "records.sqlite": later("records"),
    "telemetry": later("telemetry"),
    "documents": later("documents"),
    "results": later("results of engines"),
    "cache": later("what can be computed again"),
    "backups": later("backups"),
}
"""File or folder of a workspace -> what people call it."""
REST = later("everything else")
_SECRET_LINE = re.compile(
    r"^(\s*[\w.-]*(?:password|secret|token|passphrase|api_key|credential)\s*=\s*).*$", re.MULTILINE | re.IGNORECASE
)
_PASSWORD_IN_URL = re.compile(r"(://[^/@:\s\"']*):[^/@\s\"']*@")


@dataclass(frozen=True, slots=True)
class WorkspaceFacts:
    """What a workspace is made of.

    Attributes
    ----------
    records
        Where the records are, without a password.
    sizes
        Part -> bytes, in the order of `PARTS`, then `REST`; of each file what its length says.
    """

    folder: Path
    name: str
    time_zone: str
    records: str
    version: str
    licence: str
    sizes: dict[str, int]

    @property
    def size(self) -> int:
        """Bytes of all of it."""
        return sum(self.sizes.values())


def facts_of(folder: Path) -> WorkspaceFacts:
    """Say what a workspace is made of; it looks at every file's length."""
    workspace = open_workspace(folder)
    sizes = dict.fromkeys((*PARTS.values(), REST), 0)
    for here, _, files in os.walk(workspace.folder):
        for name in files:
            path = Path(here) / name
            first = path.relative_to(workspace.folder).parts[0]
            with suppress(OSError):
                sizes[PARTS.get(first.removesuffix("-wal"), REST)] += path.lstat().st_size
    url = workspace.url.render_as_string(hide_password=True)
    held = {name: size for name, size in sizes.items() if size}
    return WorkspaceFacts(
        workspace.folder.resolve(), workspace.name, workspace.time_zone, url, __version__, LICENCE, held
    )


def settings_shown(folder: Path) -> str:
    """Return linghang.toml with stars where a secret would stand."""
    file = open_workspace(folder).config
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = reason_of(error) if isinstance(error, OSError) else str(error)
        raise BadInput("cannot be read: {reason}", Place(str(file)), reason=reason) from None
    return _PASSWORD_IN_URL.sub(r"\1:***@", _SECRET_LINE.sub(r'\1"***"', text))
