"""SQL databases as sheets of texts."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, SQLAlchemyError

from linghang.errors import BadInput, Place, nearest
from linghang.intake.delimited import without_empty_rows
from linghang.intake.parquet import refuse_nul
from linghang.intake.sheet import Sheet
from linghang.words import Listed

CHUNK_ROWS = 100_000


def is_url(source: str) -> bool:
    """Whether a source is a database and no file."""
    return "://" in source


def named(source: str) -> str:
    """Return a source as it may be shown: a database without its password."""
    if not is_url(source):
        return source
    try:
        return make_url(source).render_as_string(hide_password=True)
    except (ArgumentError, ValueError):
        return source.partition("://")[0] + "://…"


def source_url(source: str) -> tuple[URL, Place]:
    """Read a database URL; a password is left out of the place.

    Raises
    ------
    BadInput
        It is none, or the database is neither SQLite nor PostgreSQL, or the SQLite file is not there.
    """
    try:
        url = make_url(source)
        backend = url.get_backend_name()
    except (ArgumentError, NoSuchModuleError, ValueError):
        raise BadInput(
            "“{url}” is not a database URL such as sqlite:///file or postgresql://user@host/name", url=named(source)
        ) from None
    place = Place(url.render_as_string(hide_password=True))
    if backend == "postgresql":
        return url.set(drivername="postgresql+psycopg"), place
    if backend != "sqlite":
        raise BadInput("records come from SQLite or PostgreSQL, not from {found}", place, found=backend)
    path = Path(url.database or "")
    if not path.is_file():
        raise BadInput("there is no file {file}", file=str(path))
    return URL.create("sqlite", database=f"file:{path}", query={"mode": "ro", "uri": "true"}), place


def sql_tables(source: str) -> list[str]:
    """Return the names of the tables of a database.

    Raises
    ------
    BadInput
        It cannot be reached.
    """
    url, place = source_url(source)
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    try:
        return sorted(sa.inspect(engine).get_table_names())
    except SQLAlchemyError as error:
        raise BadInput("the database cannot be used: {reason}", place, reason=_why(error)) from None
    finally:
        engine.dispose()


def read_sql(source: str, name: str, query: str | None = None) -> Sheet:
    """Read a table, or what a query gives, in a transaction that only reads.

    Parameters
    ----------
    source
        URL of the database.
    name
        The table, or what the query is called.
    query
        The query, else the whole table.

    Raises
    ------
    BadInput
        The database refuses it.
    """
    url, place = source_url(source)
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    try:
        with engine.connect() as connection:
            if query is None and name not in (known := sa.inspect(connection).get_table_names()):
                raise BadInput("has no table {name}; {near}", place, name=name, near=nearest(name, known))
            if engine.dialect.name == "postgresql":
                connection.execute(sa.text("SET TRANSACTION READ ONLY"))
            statement = sa.text(query) if query else sa.select(sa.text("*")).select_from(sa.table(name))
            result = connection.execution_options(yield_per=CHUNK_ROWS).execute(statement)
            header = tuple(result.keys())
            chunks = [_columns(rows, len(header)) for rows in result.partitions()]
    except DBAPIError as error:
        raise BadInput("the database refuses {name}: {reason}", place, name=name, reason=_why(error)) from None
    finally:
        engine.dispose()
    if len(set(header)) < len(header):
        raise BadInput("{name} gives two columns of one name: {names}", place, name=name, names=Listed(header))
    texts = tuple(
        pa.concat_arrays([chunk[at] for chunk in chunks]) if chunks else pa.array([], pa.string())
        for at in range(len(header))
    )
    for one, column in zip(texts, header, strict=True):
        refuse_nul(one, place, column)
    rows = np.arange(1, (len(texts[0]) if texts else 0) + 1, dtype=np.int64)
    return without_empty_rows(Sheet(place.file, name, "sql", header, texts, rows, 0))


def _columns(rows: Sequence[Sequence[object]], width: int) -> list[pa.Array]:
    return [pa.array([_text(row[at]) for row in rows], pa.string()) for at in range(width)]


def _text(value: object) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value) if not value.is_integer() or abs(value) >= 2**53 else str(int(value))
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return str(value)


def _why(error: SQLAlchemyError) -> str:
    return str(getattr(error, "orig", None) or error).strip().splitlines()[0]
