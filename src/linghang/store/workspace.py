"""A workspace: one factory's folder, with its records in SQLite or PostgreSQL."""

import fcntl
import json
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import NullPool

from linghang.errors import BadInput, Place, reason_of
from linghang.store.migrate import upgrade
from linghang.words import Listed, tr

CONFIG = "linghang.toml"
RECORDS = "records.sqlite"
LEDGER = "ledger.jsonl"
LOCK = ".linghang.lock"
FORMAT = 1
FOLDERS = ("documents", "telemetry")
DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}


@dataclass(frozen=True, slots=True)
class Workspace:
    """One factory's workspace.

    Attributes
    ----------
    folder
        Where it lies.
    name
        The factory's name, for headings.
    time_zone
        The plant's zone (IANA name): days and months are the plant's, times are kept in UTC.
    url
        Where the records are.
    """

    folder: Path
    name: str
    time_zone: str
    url: URL

    @property
    def ledger(self) -> Path:
        """The ledger of observations."""
        return self.folder / LEDGER

    @property
    def documents(self) -> Path:
        """The folder of documents."""
        return self.folder / "documents"

    @property
    def config(self) -> Path:
        """The file with the settings."""
        return self.folder / CONFIG

    def day(self, now: datetime, chosen: date | None = None) -> date:
        """Return the day that somebody chose, else the plant's at a moment."""
        return chosen or now.astimezone(ZoneInfo(self.time_zone)).date()

    def engine(self) -> Engine:
        """Return an engine of the records; SQLite runs in WAL mode and syncs every commit."""
        engine = create_engine(self.url, poolclass=NullPool)  # a command needs no connection that outlives it
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _sqlite_settings)
        return engine

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the workspace for one writer.

        Raises
        ------
        BadInput
            Somebody else writes to it now, or it cannot be written at all.
        """
        try:
            file = (self.folder / LOCK).open("a+")
        except OSError as error:
            raise BadInput("cannot be written: {reason}", Place(str(self.folder)), reason=reason_of(error)) from None
        with file as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise BadInput(
                    "another process is writing to this workspace; try again when it is done", Place(str(self.folder))
                ) from None
            yield


def new_workspace(
    folder: Path,
    name: str | None = None,
    time_zone: str = "Asia/Shanghai",
    url: str | None = None,
    *,
    existing: bool = False,
) -> Workspace:
    """Make a workspace in an empty or new folder.

    Parameters
    ----------
    folder
        Where it will lie.
    name
        The factory's name (else that of the records that are there, else the folder's).
    time_zone
        The plant's zone.
    url
        Database of the records (else SQLite in the folder), for example postgresql://user@host/name.
    existing
        Take over the records that the database holds. Without it, a database with records is refused: two workspaces
        on one database would each take the other's records for their own.

    Raises
    ------
    BadInput
        The folder is not empty, cannot be written, the database cannot be used, or it holds records though it should
        not, or holds none though it should.
    """
    from linghang.store.held import factories_in  # the tables of a plant are not needed to open a workspace

    place = Place(str(folder))
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise BadInput("is not an empty folder; choose another name", place)
        chosen = _url(url or f"sqlite:///{RECORDS}", folder)
        _check_zone(time_zone, place)
        with _nothing_left_behind(folder, chosen):
            folder.mkdir(parents=True, exist_ok=True)
            for one in FOLDERS:
                (folder / one).mkdir()
            workspace = Workspace(folder, name or folder.resolve().name, time_zone, chosen)
            engine = workspace.engine()
            try:
                held = factories_in(engine)
                _check_held(held, existing, chosen)
                upgrade(engine)
            finally:
                engine.dispose()
            if name is None and held is not None and len(held) == 1:
                workspace = replace(workspace, name=held[0])
            workspace.config.write_text(_config(workspace, url), encoding="utf-8")
    except OSError as error:
        raise BadInput("cannot be written: {reason}", place, reason=reason_of(error)) from None
    return workspace


def open_workspace(folder: Path) -> Workspace:
    """Open a workspace that exists.

    Raises
    ------
    BadInput
        The folder is no workspace, or it was made by a newer version.
    """
    path = folder / CONFIG
    place = Place(str(path))
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadInput(
            "is no workspace ({file} is missing); make one with: linghang new {folder}",
            Place(str(folder)),
            file=CONFIG,
            folder=folder,
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput("is not TOML: {reason}", place, reason=str(error)) from None
    except OSError as error:
        raise BadInput("cannot be read: {reason}", place, reason=reason_of(error)) from None
    general, records = settings.get("workspace"), settings.get("records", {})
    if not isinstance(general, dict):
        general = {}
    if general.get("format") != FORMAT:
        raise BadInput(
            "was made by another version (format {found}, this one reads {format})",
            place,
            found=general.get("format"),
            format=FORMAT,
        )
    zone = str(general.get("time_zone", "Asia/Shanghai"))
    _check_zone(zone, place)
    url = str(records.get("url", f"sqlite:///{RECORDS}") if isinstance(records, dict) else records)
    return Workspace(folder, str(general.get("name", folder.name)), zone, _url(url, folder))


def _check_held(held: tuple[str, ...] | None, existing: bool, url: URL) -> None:
    """Refuse a database of somebody else's records, and one without records where records should be."""
    place = Place(url.render_as_string(hide_password=True))
    if existing and held is None:
        raise BadInput("holds no records of a factory; leave --existing out to make the tables there", place)
    if held is not None and not existing:
        raise BadInput(
            "holds the records of {factory} already; choose another database, or take these records over with "
            "--existing",
            place,
            factory=Listed(held) if held else tr("a factory without a name"),
        )


def _config(workspace: Workspace, url: str | None) -> str:
    records = url or f"sqlite:///{RECORDS}"
    return (
        f"[workspace]\nformat = {FORMAT}\nname = {_quoted(workspace.name)}\n"
        f"time_zone = {_quoted(workspace.time_zone)}\n\n"
        "# A password does not belong here: leave it to PGPASSWORD or ~/.pgpass.\n"
        f"[records]\nurl = {_quoted(records)}\n"
    )


def _quoted(text: str) -> str:
    """Write a text as TOML has it: as JSON does, but DEL is escaped too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _url(text: str, folder: Path) -> URL:
    """Read a database URL; a relative SQLite path lies in the workspace."""
    place = Place(str(folder))
    try:
        url = make_url(text)
        backend = url.get_backend_name()
    except (ArgumentError, NoSuchModuleError, ValueError):
        raise BadInput("“{url}” is not a database URL such as postgresql://user@host/name", place, url=text) from None
    if backend not in DRIVERS:
        raise BadInput("records can be kept in SQLite or PostgreSQL, not in {found}", place, found=backend)
    if backend == "sqlite":
        path = Path(url.database or RECORDS)
        return url.set(database=str(path if path.is_absolute() else folder / path))
    return url.set(drivername=DRIVERS[backend])


def _check_zone(name: str, place: Place) -> None:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise BadInput("“{name}” is not a time zone such as Asia/Shanghai", place, name=name) from None


@contextmanager
def _nothing_left_behind(folder: Path, url: URL) -> Iterator[None]:
    """Take away again what was made here, if not all of it can be made."""
    made = [one for one in (folder, *folder.parents) if not one.exists()]
    records = Path(url.database or "") if url.get_backend_name() == "sqlite" else None
    files = [folder / CONFIG]
    if records is not None and not records.exists():
        files += [records.with_name(records.name + end) for end in ("", "-wal", "-shm", "-journal")]
    try:
        yield
    except BaseException:
        for file in files:
            with suppress(OSError):
                file.unlink()
        for one in (*(folder / name for name in FOLDERS), *made):
            with suppress(OSError):
                one.rmdir()
        raise


def _sqlite_settings(connection: object, _record: object) -> None:
    cursor = connection.cursor()  # type: ignore[attr-defined]
    for setting in _SETTINGS:
        cursor.execute(f"PRAGMA {setting}")
    cursor.close()


_SETTINGS: Sequence[str] = ("journal_mode=wal", "synchronous=full", "foreign_keys=on", "busy_timeout=5000")
