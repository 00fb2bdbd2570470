"""After any sequence of changes, with stops between, register, files and ledger fit together."""

import contextlib
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linghang.errors import BadInput
from linghang.evidence.ledger import read
from linghang.evidence.observation import Observation
from linghang.evidence.settle import last_words
from linghang.store.documents import Description, DocumentRegister
from linghang.store.workspace import Workspace, open_workspace
from linghang.usecases import evidence_register
from linghang.usecases.evidence_looking import check_documents
from linghang.usecases.workspaces import make_workspace

START = datetime(2026, 11, 1, 1, tzinfo=UTC)
ROLE = "advanced.outcome.provincial-role"
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["add", "revise", "retire", "restore", "relabel"]),
        st.integers(1, 3),
        st.sampled_from([b"one", b"two", b"three"]),
        st.sampled_from([(), (f"{ROLE}=met",), (f"{ROLE}=unmet",)]),
        st.sampled_from(["", "", "", "before the file", "before the ledger"]),
    ),
    max_size=7,
)


class Stopped(BaseException):
    """The program was ended here."""


@settings(max_examples=25, deadline=None)
@given(STEPS)
def test_register_files_and_ledger_fit_after_any_changes_and_stops(steps: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as home:
        folder = make_workspace(Path(home) / "works", "厂", "Asia/Shanghai", None).folder
        workspace, register, now = open_workspace(folder), DocumentRegister(folder), START
        for what, number, content, states, stop in steps:
            now += timedelta(hours=7)
            before = {one.id: one for one in register.all(retired=True)}
            with contextlib.suppress(BadInput, Stopped):
                _change(workspace, what, f"E{number:04d}", content, states, now, stop)
            after = {one.id: one for one in register.all(retired=True)}
            assert before.keys() <= after.keys()
            assert all(len(register.revisions(id)) >= one.revision for id, one in before.items())
        _mended(workspace, register, now)
        assert list(check_documents(folder, now=now)) == []
        assert not list((folder / "documents").glob("incoming/*"))
        _check_words(workspace, register)


def _change(
    workspace: Workspace, what: str, id: str, content: bytes, states: tuple[str, ...], now: datetime, stop: str
) -> None:
    file = workspace.folder.parent / "file.bin"
    file.write_bytes(content)

    def stopped(*_: object, **__: object) -> Any:
        raise Stopped

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evidence_register, "_take_out_texts", lambda _: None)  # a process of its own takes its time
        if stop == "before the file":
            patch.setattr("linghang.store.documents._keep_file", stopped)
        elif stop:
            patch.setattr(evidence_register, "append", stopped)
        folder = workspace.folder
        if what == "add":
            evidence_register.add_document(folder, file, Description("证", states=states), now=now)
        elif what == "revise":
            evidence_register.revise_document(folder, id, file, {"states": states}, now=now)
        elif what == "relabel":
            evidence_register.revise_document(folder, id, None, {"title": str(now), "states": states}, now=now)
        elif what == "retire":
            evidence_register.retire_document(folder, id, "x", now=now)
        else:
            evidence_register.restore_document(folder, id, now=now)


def _mended(workspace: Workspace, register: DocumentRegister, now: datetime) -> None:
    """The next use of the register mends what stops left."""
    file = workspace.folder.parent / "last.txt"
    file.write_text("last")
    _change(workspace, "add", "", b"last", (), now, "")
    assert register.all()


def _check_words(workspace: Workspace, register: DocumentRegister) -> None:
    said = last_words((one.record for one in read(workspace.ledger)), START.date() + timedelta(days=3_000))
    found = {(one.source.id, one.about, one.value) for one in said.values() if isinstance(one, Observation)}
    wanted = {
        (one.sha256, about, value)
        for one in register.all()
        for about, _, value in (stated.partition("=") for stated in one.states)
    }
    assert found == wanted
