"""Workspaces with a self-assessment, as the tests of it use them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from linghang.store.documents import Description, Document, DocumentRegister
from linghang.store.workspace import open_workspace
from linghang.usecases.maturity import Opened, of_workspace
from linghang.usecases.maturity_journal import Answer, answer_content, record
from linghang.usecases.workspaces import make_workspace

DAY = date(2025, 4, 15)
NOW = datetime(2025, 4, 15, 3, tzinfo=UTC)


def new(folder: Path) -> Path:
    """Make an empty workspace."""
    return make_workspace(folder, "北疆铝轮毂", "Asia/Shanghai", None).folder


def answered(folder: Path, levels: int, value: str = "1", evidence: tuple[str, ...] = ()) -> Opened:
    """Answer every item up to a level alike, in one act."""
    one = of_workspace(open_workspace(folder))
    said = Answer(Decimal(value), "", evidence, "person", "王工", NOW)
    answers = {item.code: said for item in one.model.items if item.level <= levels}
    record(one.workspace, "answers", answer_content(answers), by="王工", now=NOW, after=len(one.acts))
    return of_workspace(one.workspace)


def document(folder: Path, title: str = "培训记录", valid_until: date | None = None) -> Document:
    """Register a small document."""
    path = folder.parent / f"{title}.txt"
    path.write_text(title, encoding="utf-8")
    register = DocumentRegister.of(open_workspace(folder))
    return register.add(path, Description(title, issued_on=date(2025, 1, 10), valid_until=valid_until), NOW)
