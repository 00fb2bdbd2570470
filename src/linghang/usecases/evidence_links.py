"""Links of documents that lead nowhere: to records, observations and tags that are not there."""

from collections.abc import Iterable, Iterator

import sqlalchemy as sa

from linghang.plant.tables import TABLES
from linghang.store.documents import Document
from linghang.store.workspace import Workspace


def dangling(
    workspace: Workspace, documents: Iterable[Document], observations: frozenset[str]
) -> Iterator[tuple[Document, str]]:
    """Yield documents with a link that leads nowhere.

    Parameters
    ----------
    documents
        Those to look at.
    observations
        Digests of the observations in the ledger.
    """
    linked = [(one, link) for one in documents for link in one.links]
    if not linked:
        return
    with workspace.engine().connect() as connection:
        for one, link in linked:
            kind, _, rest = link.partition(":")
            if kind == "observation":
                there = rest in observations
            else:
                table, _, key = ("tag", "", rest) if kind == "telemetry" else rest.partition("/")
                there = _has_row(connection, table, key)
            if not there:
                yield one, link


def _has_row(connection: sa.Connection, table: str, key: str) -> bool:
    """Whether a row has the key; the parts of a key of several columns stand with slashes between them."""
    columns = list(TABLES[table].primary_key.columns)
    parts = [key] if len(columns) == 1 else key.split("/")
    if len(parts) != len(columns):
        return False
    same = (sa.cast(column, sa.String) == part for column, part in zip(columns, parts, strict=True))
    asked = sa.select(sa.literal(1)).select_from(TABLES[table]).where(*same).limit(1)
    return connection.execute(asked).first() is not None
