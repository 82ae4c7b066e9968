"""One database, shared by the threads of a server: an SQLite file, or one of a PostgreSQL server that several share."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, TypeAlias

from sqlalchemy import (
    URL,
    Connection,
    CursorResult,
    Engine,
    Executable,
    MetaData,
    RowMapping,
    Table,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from clipgen.errors import ClipgenError, OutputError, SettingsError
from clipgen.files import reason, unwritable
from clipgen.files.sqlite import write_ahead

Value: TypeAlias = str | int | float | bytes | None
#: of one row, in the order of the marks in a text, or by name, of as many rows as there are
Values: TypeAlias = Sequence[Value | Mapping[str, object]]
#: a statement of SQLAlchemy, or the text of one that only SQLite has to understand, with a question mark for each value
Statement: TypeAlias = Executable | str
Row = RowMapping
Insert: TypeAlias = sqlite.Insert | postgresql.Insert
_PATIENCE = 30.0  # seconds that a writer waits for another process, such as a backup
_LOCK = 4_021_977  # of PostgreSQL: two servers that start at once make the tables one after the other


class Database:
    """Rows in tables; what one `writing` block does is stored as a whole or not at all.

        >>> from sqlalchemy import Column, MetaData, Table, Text, select
        >>> notes = MetaData()
        >>> note = Table("note", notes, Column("text", Text, nullable=False))
        >>> database = Database(folder / "notes.sqlite", notes, version=1)
        >>> with database.writing():
        ...     database.execute(note.insert(), [{"text": "a fox"}])
        1
        >>> [row["text"] for row in database.rows(select(note))]
        ['a fox']

    place: the path of an SQLite file, made when missing, or the address of a PostgreSQL database; schema: the tables,
    made when missing, or the text of statements that make those of an SQLite file; version: of the schema.
    Raises OutputError for a database that cannot be used: damaged, of another program, or of another version;
    SettingsError for an address that is not one of PostgreSQL.
    """

    def __init__(self, place: Path | str, schema: MetaData | str, *, version: int) -> None:
        self.place: Path | URL = place if isinstance(place, Path) else _address(place)
        self._own = threading.local()
        # SQLite has one writer: threads wait for each other here, and not by asking again and again
        self._turn = threading.RLock() if isinstance(place, Path) else nullcontext()
        try:
            self.engine = _file(self.place) if isinstance(self.place, Path) else _server(self.place)
            self._prepare(schema, version)
        except (OSError, SQLAlchemyError) as error:
            raise self._unusable(error) from error

    @property
    def is_file(self) -> bool:
        """Whether this is an SQLite file, which one server has for itself."""
        return isinstance(self.place, Path)

    def _unusable(self, error: OSError | SQLAlchemyError) -> ClipgenError:
        why = str(getattr(error, "orig", None) or error)
        if isinstance(self.place, Path):
            return unwritable(self.place, OSError(why))
        # an address is shown without its password
        return OutputError(f"cannot use {self.place}: {reason(OSError(why))}; check the address", settings=["database"])

    def _prepare(self, schema: MetaData | str, version: int) -> None:
        with self.writing():
            connection: Connection = self._own.connection
            found = _version(connection)
            if found not in (0, version):
                line = f"{self.place} is of another version of clipgen; name another one"
                raise OutputError(line, settings=["folder" if self.is_file else "database"])
            if isinstance(schema, MetaData):
                schema.create_all(connection)
            elif found == 0:
                for statement in filter(str.strip, schema.split(";\n")):
                    connection.exec_driver_sql(statement)
            if found == 0:
                _set_version(connection, version)

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction; an error inside takes everything back. Blocks of one thread may be nested."""
        if getattr(self._own, "connection", None) is not None:
            yield
            return
        self._own.calls = []
        with self._errors(), self._turn, self.engine.execution_options(writing=True).begin() as connection:
            self._own.connection = connection
            try:
                yield
            finally:
                self._own.connection = None
        for call in self._own.calls:
            call()

    def afterwards(self, call: Callable[[], None]) -> None:
        """Call something once others see what is written: now, or after the block that writes in this thread."""
        if getattr(self._own, "connection", None) is None:
            call()
        else:
            self._own.calls.append(call)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """The connection of the block that writes in this thread, or another one."""
        own: Connection | None = getattr(self._own, "connection", None)
        if own is not None:
            yield own
            return
        with self._errors(), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """The errors of the database in the block, such as those of a damaged file, as one OutputError."""
        try:
            yield
        except SQLAlchemyError as error:
            raise self._unusable(error) from error

    def execute(self, statement: Statement, values: Values = ()) -> int:
        """Change rows, and return how many were changed."""
        with self.writing():
            return _run(self._own.connection, statement, values).rowcount

    def insert(self, statement: str, values: Values = ()) -> int:
        """Add a row to a table of an SQLite file, and return its rowid."""
        with self.writing():
            return int(_run(self._own.connection, statement, values).lastrowid)

    def added(self, statement: Executable) -> Row | None:
        """Add a row, and return what the statement asks of it; None where it was not added."""
        with self.writing():
            return _run(self._own.connection, statement, ()).mappings().first()

    def into(self, table: Table) -> Insert:
        """An insert into a table, which has `on_conflict_do_nothing`."""
        return sqlite.insert(table) if self.is_file else postgresql.insert(table)

    def rows(self, statement: Statement, values: Values = ()) -> Sequence[Row]:
        """The rows that a query finds."""
        with self._reading() as connection:
            return _run(connection, statement, values).mappings().all()

    def row(self, statement: Statement, values: Values = ()) -> Row | None:
        """The first row that a query finds."""
        with self._reading() as connection:
            return _run(connection, statement, values).mappings().first()

    def number(self, statement: Statement, values: Values = ()) -> int:
        """The whole number in the only row and column of a query; 0 where that is null."""
        with self._reading() as connection:
            return int(_run(connection, statement, values).scalar_one() or 0)


def _run(connection: Connection, statement: Statement, values: Values) -> CursorResult[Any]:
    if isinstance(statement, str):
        return connection.exec_driver_sql(statement, tuple(values) or None)
    return connection.execute(statement, values or None)  # type: ignore[arg-type]


def _file(path: Path) -> Engine:
    """An engine on an SQLite file that begins its transactions itself: those that write do so at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(URL.create("sqlite", database=str(path)), connect_args={"timeout": _PATIENCE})

    @event.listens_for(engine, "connect")
    def _(connection: Any, entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # Python begins no transactions of its own
        write_ahead(connection, patience=_PATIENCE)

    @event.listens_for(engine, "begin")
    def _(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writing")
        connection.exec_driver_sql("begin immediate" if writes else "begin")

    return engine


def _address(text: str) -> URL:
    """The address of a PostgreSQL database."""
    try:
        address = make_url(text)
    except ArgumentError:
        address = None
    if address is None or address.get_backend_name() != "postgresql":
        line = "the database is no address of PostgreSQL; write postgresql://USER:PASSWORD@HOST/NAME"
        raise SettingsError(line, settings=["database"])
    return address.set(drivername="postgresql+psycopg") if address.drivername == "postgresql" else address


def _server(address: URL) -> Engine:
    try:
        return create_engine(address, pool_pre_ping=True)
    except ModuleNotFoundError as error:
        line = f"{error.name} is missing, which connects to PostgreSQL: pip install 'clipgen[postgresql]'"
        raise ClipgenError(line, settings=["database"]) from error


def _version(connection: Connection) -> int:
    """The version of the schema that a database has, 0 where it has none."""
    if connection.dialect.name == "sqlite":
        found: int = connection.exec_driver_sql("pragma user_version").scalar_one()
        foreign = found == 0 and connection.exec_driver_sql("select 1 from sqlite_master").first()
        return -1 if foreign else found
    connection.exec_driver_sql(f"select pg_advisory_xact_lock({_LOCK})")
    connection.exec_driver_sql("create table if not exists clipgen (version int not null)")
    return connection.exec_driver_sql("select max(version) from clipgen").scalar() or 0


def _set_version(connection: Connection, version: int) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"pragma user_version = {version:d}")
    else:
        connection.exec_driver_sql(f"insert into clipgen values ({version:d})")
