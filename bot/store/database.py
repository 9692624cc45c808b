"""One connection that writes, one that reads, and transactions that are whole or not there."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from bot.domain import ReplyError
from bot.store.errors import StoreError, refusal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import aiosqlite

T = TypeVar("T")
Value: TypeAlias = str | int | float | bytes | None

logger = logging.getLogger(__name__)


class Statements:
    """The statements of one transaction."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def rows(self, sql: str, *values: Value) -> list[sqlite3.Row]:
        """Everything that a statement gives."""
        return list(await self._connection.execute_fetchall(sql, values))

    async def first(self, sql: str, *values: Value) -> sqlite3.Row | None:
        """The first row that a statement gives."""
        return next(iter(await self.rows(sql, *values)), None)

    async def run(self, sql: str, *values: Value) -> None:
        """A statement that gives nothing."""
        await self.rows(sql, *values)


class Line:
    """A connection whose transactions take turns.

    All tasks share the connection, and their statements would mix: so every transaction is a task of its own that
    has the connection to itself until it is committed or rolled back, and that the end of its caller does not end.
    """

    def __init__(self, connection: aiosqlite.Connection, begin: str) -> None:
        self._connection, self._begin = connection, begin
        self._turn = asyncio.Lock()
        self._tasks: set[asyncio.Task[object]] = set()
        self._is_closed = False

    async def transact(self, work: Callable[[Statements], Awaitable[T]]) -> T:
        """Do ``work`` in a transaction: all of it, or nothing.

        Raises:
            StoreError: the disk is full or broken; nothing was changed.
        """
        return await self._in_turn(lambda: self._transact(work))

    async def apart(self, *statements: str) -> list[sqlite3.Row]:
        """What statements give that no transaction may hold, such as VACUUM; the last one's rows."""
        return await self._in_turn(lambda: self._run(statements))

    async def close(self) -> None:
        """Finish what has begun, and close the connection."""
        self._is_closed = True
        while self._tasks:
            await asyncio.wait(self._tasks)
        await self._connection.close()

    async def _in_turn(self, work: Callable[[], Awaitable[T]]) -> T:
        if self._is_closed:
            message = "The database is closed, because SchumaNN is stopping. Please try again in a moment."
            raise StoreError(message)
        task = asyncio.create_task(self._take_turn(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(_tell_of_failure)
            raise

    async def _take_turn(self, work: Callable[[], Awaitable[T]]) -> T:
        async with self._turn:
            try:
                return await work()
            except sqlite3.Error as error:
                if told := refusal(error):
                    logger.warning("the database refused: %s (%s)", error, error.sqlite_errorname)
                    raise told from error
                raise
            except UnicodeEncodeError as error:
                message = "This text holds characters that do not exist; please write it anew."
                raise StoreError(message) from error

    async def _transact(self, work: Callable[[Statements], Awaitable[T]]) -> T:
        statements = Statements(self._connection)
        try:
            await statements.run(self._begin)
            result = await work(statements)
            await statements.run("COMMIT")
        except BaseException:
            await self._connection.rollback()  # nothing where no transaction is open
            raise
        return result

    async def _run(self, statements: tuple[str, ...]) -> list[sqlite3.Row]:
        rows: list[sqlite3.Row] = []
        for statement in statements:
            rows = await Statements(self._connection).rows(statement)
        return rows


def _tell_of_failure(task: asyncio.Task[T]) -> None:
    if not task.cancelled() and (error := task.exception()):
        trace = None if isinstance(error, ReplyError) else error
        logger.warning("a transaction came to nothing after its caller had gone: %s", error, exc_info=trace)


class Database:
    """The two lines to a database: one writes, one reads what has been committed."""

    def __init__(self, writer: Line, reader: Line) -> None:
        self._writer, self._reader = writer, reader

    async def write(self, work: Callable[[Statements], Awaitable[T]]) -> T:
        """Do ``work`` in a transaction that may write."""
        return await self._writer.transact(work)

    async def read(self, work: Callable[[Statements], Awaitable[T]]) -> T:
        """Do ``work`` on one unchanging state of the database."""
        return await self._reader.transact(work)

    async def scrub(self) -> bool:
        """Write the database anew without the traces of deleted rows; False if another program was in the way.

        ``secure_delete`` alone is not enough: where rows moved between pages of a table, SQLite leaves copies of them
        behind that it no longer knows of.
        """
        await self._writer.apart("VACUUM")
        return await self.shorten_log()

    async def shorten_log(self) -> bool:
        """Move everything from the write-ahead log into the database; False if another program was in the way."""
        # While the reader waits here, none of its transactions can hold the log.
        row = (await self._reader.transact(lambda _: self._writer.apart("PRAGMA wal_checkpoint(TRUNCATE)")))[0]
        return not row[0]

    async def close(self) -> None:
        """Finish what has begun, empty the log where there is space, and close both connections."""
        await self._reader.close()
        try:
            await self._writer.apart("PRAGMA wal_checkpoint(TRUNCATE)")
        except StoreError:
            logger.warning("the log of the database is left for the next start")
        finally:
            await self._writer.close()
