"""What telemetry is kept in elsewhere: a DuckDB table, PostgreSQL, InfluxDB 1.6. Each takes in batches of points."""

import http.client
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from linghang.store.telemetry import Points, TelemetryReader

ADDRESS = "LINGHANG_TEST_POSTGRESQL"


class Table:
    """A table of a DuckDB file."""

    def __init__(self, path: Path) -> None:
        import duckdb

        self._path = path
        self._connection = duckdb.connect(str(path))
        self._connection.execute("SET TimeZone = 'UTC'")
        self._connection.execute('CREATE TABLE points (tag INTEGER, "at" TIMESTAMPTZ, value DOUBLE, quality UTINYINT)')

    def __enter__(self) -> "Table":
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    @classmethod
    def taking_in(cls, folder: Path, batches: Sequence[Points]) -> float:
        """Insert batches, a commit each; return seconds."""
        tables = [batch.table() for batch in batches]
        with cls(folder / "points.duckdb") as table:
            begun = time.perf_counter()
            for batch in tables:
                table._connection.register("batch", batch)
                table._connection.execute("INSERT INTO points SELECT * FROM batch")
            return time.perf_counter() - begun

    def load(self, reader: TelemetryReader) -> None:
        """Take all points of a store, sorted as they are there."""
        with reader.relation() as relation:
            relation.show(self._connection, "shown")
            self._connection.execute('INSERT INTO points SELECT * FROM shown ORDER BY tag, "at"')
        self._connection.execute("CHECKPOINT")

    def points(self, tag: int, start_us: int, end_us: int) -> pa.Table:
        """Return a tag's points of a stretch."""
        query = f'SELECT tag, "at", value, quality FROM points WHERE {_stretch(tag, start_us, end_us)} ORDER BY "at"'
        return _fetched(self._connection.execute(query))

    def means(self, tag: int, start_us: int, end_us: int, every_s: int) -> pa.Table:
        """Return a tag's means of a stretch."""
        bucket = f'make_timestamptz(epoch_us("at") // {every_s}000000 * {every_s}000000)'
        figures = "avg(value) AS mean, min(value) AS low, max(value) AS high, count(*) AS count"
        where = f"{_stretch(tag, start_us, end_us)} AND quality >= 64 AND isfinite(value)"
        query = f'SELECT tag, {bucket} AS "at", {figures} FROM points WHERE {where} GROUP BY 1, 2 ORDER BY 1, 2'
        return _fetched(self._connection.execute(query))

    def last(self) -> pa.Table:
        """Return the last point of every tag."""
        query = 'SELECT tag, max("at") AS "at", arg_max(value, "at") AS value FROM points GROUP BY tag ORDER BY tag'
        return _fetched(self._connection.execute(query))

    def size(self) -> int:
        """Return bytes."""
        return self._path.stat().st_size


def _stretch(tag: int, start_us: int, end_us: int) -> str:
    return f'tag = {tag} AND "at" >= make_timestamptz({start_us}) AND "at" < make_timestamptz({end_us})'


def _fetched(result: Any) -> pa.Table:
    return result.fetch_arrow_table()


class Postgres:
    """A table of PostgreSQL, filled by COPY in its binary form."""

    @staticmethod
    def is_there() -> bool:
        """Say whether there is one to talk to."""
        return ADDRESS in os.environ

    @classmethod
    def notes(cls) -> Iterator[str]:
        """Say what has to be known of the figures."""
        if not cls.is_there():
            yield f"PostgreSQL is left out: {ADDRESS} is not set (make services)"
            return
        import psycopg

        with psycopg.connect(os.environ[ADDRESS]) as connection:
            ((state,),) = connection.execute("SHOW fsync").fetchall()
        if state == "off":
            yield "PostgreSQL ran with fsync = off: its points are NOT durable, durable ones would come slower"

    @staticmethod
    def taking_in(_folder: Path, batches: Sequence[Points]) -> float:
        """Copy batches, a commit each; return seconds."""
        import psycopg

        encoded = [_copied(batch) for batch in batches]
        with psycopg.connect(os.environ[ADDRESS]) as connection:
            connection.execute("DROP TABLE IF EXISTS bench_points")
            connection.execute("CREATE TABLE bench_points (tag int4, at int8, value float8, quality int2)")
            connection.commit()
            begun = time.perf_counter()
            for data in encoded:
                with connection.cursor() as cursor, cursor.copy("COPY bench_points FROM STDIN (FORMAT BINARY)") as copy:
                    copy.write(data)
                connection.commit()
            seconds = time.perf_counter() - begun
            connection.execute("DROP TABLE bench_points")
        return seconds


def _copied(points: Points) -> bytes:
    """Encode points as COPY takes them: each field with its length before it, big-endian."""
    fields = [("tag", ">i4"), ("at", ">i8"), ("value", ">f8"), ("quality", ">i2")]
    row = np.dtype(
        [("fields", ">i2"), *(part for name, kind in fields for part in ((f"{name} size", ">i4"), (name, kind)))]
    )
    rows = np.zeros(len(points), row)
    rows["fields"] = len(fields)
    columns = (points.tag, points.at_us, points.value, points.quality)
    for (name, kind), column in zip(fields, columns, strict=True):
        rows[f"{name} size"], rows[name] = np.dtype(kind).itemsize, column
    return b"PGCOPY\n\xff\r\n\0" + bytes(8) + rows.tobytes() + b"\xff\xff"


class Influx:
    """InfluxDB 1.x, as Debian has it, with a server of its own for each turn."""

    @staticmethod
    def is_there() -> bool:
        """Say whether it is installed."""
        return shutil.which("influxd") is not None

    @classmethod
    def notes(cls) -> Iterator[str]:
        """Say what has to be known of the figures."""
        if not cls.is_there():
            yield "InfluxDB is left out: influxd is not installed (Debian: influxdb)"

    @staticmethod
    def taking_in(folder: Path, batches: Sequence[Points]) -> float:
        """Write batches in its line protocol; return seconds."""
        encoded = [_lines(batch) for batch in batches]
        with _influx(folder) as connection:
            _post(connection, "/query?q=CREATE%20DATABASE%20bench", b"")
            begun = time.perf_counter()
            for data in encoded:
                _post(connection, "/write?db=bench&precision=u", data)
            return time.perf_counter() - begun


def _lines(points: Points) -> bytes:
    columns = (points.tag.tolist(), points.value.tolist(), points.quality.tolist(), points.at_us.tolist())
    return "\n".join(
        f"point,tag={tag} value={value},quality={quality}i {at}"
        for tag, value, quality, at in zip(*columns, strict=True)
    ).encode()


@contextmanager
def _influx(folder: Path) -> Iterator[http.client.HTTPConnection]:
    http_port, rpc_port = _free_port(), _free_port()
    config = folder / "influxdb.conf"
    config.write_text(
        f'reporting-disabled = true\nbind-address = "127.0.0.1:{rpc_port}"\n[meta]\ndir = "{folder}/meta"\n'
        f'[data]\ndir = "{folder}/data"\nwal-dir = "{folder}/wal"\nquery-log-enabled = false\n'
        f'[monitor]\nstore-enabled = false\n[http]\nbind-address = "127.0.0.1:{http_port}"\nlog-enabled = false\n'
    )
    with subprocess.Popen(
        ["influxd", "-config", config], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    ) as server:
        try:
            yield _answering(http_port)
        finally:
            server.terminate()


def _answering(port: int) -> http.client.HTTPConnection:
    for _ in range(300):
        connection = http.client.HTTPConnection("127.0.0.1", port)
        with suppress(OSError):
            connection.request("GET", "/ping")
            connection.getresponse().read()
            return connection
        time.sleep(0.1)
    raise SystemExit("telemetry: InfluxDB does not answer")


def _post(connection: http.client.HTTPConnection, path: str, body: bytes) -> None:
    connection.request("POST", path, body)
    answer = connection.getresponse()
    said = answer.read()
    if answer.status >= 300:
        raise SystemExit(f"telemetry: InfluxDB refused: {said[:200]!r}")


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
