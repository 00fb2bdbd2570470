"""Export the questionnaire of a workspace as a workbook."""

from datetime import date, datetime
from pathlib import Path

from linghang.store.whole_file import write_whole
from linghang.usecases.maturity import Opened, opened
from linghang.usecases.maturity_prefilling import prefilled
from linghang.usecases.maturity_workbook import workbook_bytes
from linghang.words import language


def export(folder: Path, path: Path, *, now: datetime, as_of: date | None = None, proposals: bool = True) -> Opened:
    """Write the workbook; nothing in the workspace changes.

    Parameters
    ----------
    now
        The caller's clock (with a zone).
    as_of
        The day that the proposals are of (else the plant's today).
    proposals
        Whether the records are looked at for proposals.

    Raises
    ------
    BadInput
        The answers or the records cannot be read, or the file cannot be written.
    """
    found = prefilled(folder, now=now, as_of=as_of) if proposals else None
    one = found.opened if found else opened(folder)
    write_whole(path, workbook_bytes(one, found.found if found else None, language(), now))
    return one
