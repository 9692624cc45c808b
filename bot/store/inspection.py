"""Looking at a database without making, changing or upgrading anything."""

from __future__ import annotations

import asyncio
import sqlite3
from typing import TYPE_CHECKING

from bot.store.database import Statements
from bot.store.errors import unusable
from bot.store.migrations import check_ours, scripts
from bot.store.opening import connect
from bot.store.place import held, was_left_open

if TYPE_CHECKING:
    from pathlib import Path


async def inspect(path: Path) -> list[str]:
    """What is wrong with the database at ``path``, which is there; nothing when it is sound.

    Raises:
        StoreError: it cannot be read or written, is too new, or is not ours.
        DatabaseInUseError: a bot that is running has it.
    """
    with held(path):
        # Without a log there is nothing to recover: SQLite need not even make the files that it shares it by.
        mode = "ro" if await asyncio.to_thread(was_left_open, path) else "ro&immutable=1"
        try:
            async with connect(path, mode) as connection:
                await check_ours(connection, len(scripts()))
                return await problems(Statements(connection))
        except sqlite3.Error as error:
            raise unusable(path, error) from error


async def problems(sql: Statements) -> list[str]:
    """What is wrong with the content of a database."""
    found = [str(row[0]) for row in await sql.rows("PRAGMA quick_check")]
    broken = await sql.rows("PRAGMA foreign_key_check")
    missing = [f"row {row[1]} of {row[0]} needs a row of {row[2]} that is not there" for row in broken]
    return [problem for problem in found if problem != "ok"] + missing
