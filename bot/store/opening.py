"""Opening the database: two connections, the right settings, the newest form, nothing damaged."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Final

import aiosqlite

from bot.store.database import Database, Line
from bot.store.errors import StoreError, unusable
from bot.store.migrations import check_ours, migrate, scripts
from bot.store.place import was_left_open

if TYPE_CHECKING:
    from pathlib import Path

    from bot.store.place import ClaimedFile

_OLDEST_SQLITE: Final = (3, 37, 0)
"""The first with STRICT tables."""
_BUSY_SECONDS: Final = 5.0
_SETTINGS: Final = (
    "PRAGMA synchronous = FULL",  # what was acknowledged survives a power cut
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA mmap_size = 0",
)


async def open_database(file: ClaimedFile) -> Database:
    """Connect to ``file``, and bring it to the newest form.

    Raises:
        StoreError: it is damaged, too new, of another program, or cannot be written.
    """
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        message = f"SQLite {sqlite3.sqlite_version} is too old: SchumaNN needs 3.37 or newer."
        raise StoreError(message)
    # At DEBUG aiosqlite writes every statement with its values, people's ids among them.
    logging.getLogger("aiosqlite").setLevel(logging.INFO)
    async with AsyncExitStack() as stack:
        try:
            writer = await stack.enter_async_context(connect(file.path, "rw"))
            await _prepare(writer, file)
            reader = await stack.enter_async_context(connect(file.path, "ro"))
        except sqlite3.Error as error:
            raise unusable(file.path, error) from error
        stack.pop_all()
    writer.row_factory = reader.row_factory = sqlite3.Row
    return Database(Line(writer, "BEGIN IMMEDIATE"), Line(reader, "BEGIN"))


def connect(path: Path, mode: str) -> aiosqlite.Connection:
    """A connection to a database that is there; ``mode`` as in SQLite's addresses."""
    address = f"{path.absolute().as_uri()}?mode={mode}"
    return aiosqlite.connect(address, uri=True, isolation_level=None, timeout=_BUSY_SECONDS)


async def _prepare(writer: aiosqlite.Connection, file: ClaimedFile) -> None:
    is_left_over = await asyncio.to_thread(was_left_open, file.path)
    steps = await asyncio.to_thread(scripts)
    await check_ours(writer, len(steps))
    if is_left_over:
        await _check_sound(writer, file.path)
    modes = await writer.execute_fetchall("PRAGMA journal_mode = WAL")
    if [row[0] for row in modes] != ["wal"]:
        message = f"The file system of {file.path} cannot hold a database: move it to a local disk with SCHUMANN_DATA."
        raise StoreError(message)
    for setting in _SETTINGS:
        await writer.execute_fetchall(setting)
    await migrate(writer, steps)


async def _check_sound(writer: aiosqlite.Connection, path: Path) -> None:
    rows = list(await writer.execute_fetchall("PRAGMA quick_check"))
    if rows[0][0] != "ok":
        message = f"The database {path} is damaged ({rows[0][0]}). Restore it from a backup, or move it away."
        raise StoreError(message)
