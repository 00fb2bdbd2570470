"""Files that somebody drops on a page, or chooses: each is written to a place of its own, handed on, and deleted."""

import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path, PurePath

from markupsafe import escape
from nicegui import ui
from nicegui.events import UploadEventArguments

from linghang.api.app import MOST_BYTES
from linghang.console.acting import allowed, tell
from linghang.console.visit import Visit
from linghang.usecases.accounts import Scope
from linghang.words import tr

HEAD = """<button type="button" class="lh-drop-head" @click="props.pickFiles"><span v-pre>{}</span></button>
<div hidden><q-uploader-add-trigger></q-uploader-add-trigger></div>"""
"""What is pressed to choose files: one button with a name, where the library nests a field without one in a link."""
Took = Callable[[Path, str], Awaitable[None]]


def drop_zone(
    visit: Visit, scope: Scope, label: str, took: Took, accept: str = "", multiple: bool = False
) -> ui.upload:
    """Put a place for files on the page.

    Parameters
    ----------
    scope
        The right that it needs; asked for again when a file has come.
    label
        What to drop here, in words.
    took
        Gets each file and the name that it came with; the file is gone when it returns.
    accept
        Endings, such as `.xlsx,.csv`.
    """

    async def came(event: UploadEventArguments) -> None:
        name = PurePath(event.file.name.replace("\\", "/")).name or "file"
        if not await allowed(visit, scope):
            return
        with tempfile.TemporaryDirectory(prefix="linghang-") as folder:
            path = Path(folder) / f"file{PurePath(name).suffix}"
            await event.file.save(path)
            await took(path, name)
        place.reset()

    def refused() -> None:
        tell(tr("this file is too large or of another kind; taken are {kinds}", kinds=accept or "*"), "wrong")

    place = ui.upload(
        multiple=multiple,
        max_file_size=MOST_BYTES,
        label=label,
        auto_upload=True,
        on_upload=visit.speaking(came),
        on_rejected=visit.speaking(refused),
    ).classes("lh-drop")
    if accept:
        place.props(f'accept="{accept}"')
    place.add_slot("header", HEAD.format(escape(label)))
    return place.props("flat bordered")
