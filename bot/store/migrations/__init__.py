"""The history of the database's form: numbered files, each one transaction, never changed once released."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from bot.store.errors import StoreError

if TYPE_CHECKING:
    import aiosqlite

FOLDER: Final = Path(__file__).parent
APPLICATION_ID: Final = 1398302798
"""Stands in every database of SchumaNN; the first migration writes it."""


def scripts(folder: Path = FOLDER) -> list[str]:
    """What to run, in order: the n-th leads to version n."""
    paths = sorted(folder.glob("[0-9]*.sql"))
    if [int(path.name.split("_")[0]) for path in paths] != list(range(1, len(paths) + 1)):
        message = f"The migrations in {folder} are not numbered from 1 without a gap."
        raise StoreError(message)
    return [path.read_text(encoding="utf-8") for path in paths]


async def check_ours(connection: aiosqlite.Connection, newest: int) -> None:
    """Refuse the databases of other programs and of later versions of this one, before anything is changed.

    Raises:
        StoreError: it is one of those.
    """
    version = await _number(connection, "PRAGMA user_version")
    tables = await _number(connection, "SELECT count(*) FROM sqlite_schema")
    if tables and await _number(connection, "PRAGMA application_id") != APPLICATION_ID:
        message = "This database belongs to another program. Choose another folder with SCHUMANN_DATA."
        raise StoreError(message)
    if version > newest:
        message = (
            f"This database was written by a later version of SchumaNN (form {version}, this one knows {newest}). "
            "Use that version."
        )
        raise StoreError(message)


async def migrate(connection: aiosqlite.Connection, scripts: list[str]) -> None:
    """Bring a database to the newest form, one transaction for each step."""
    version = await _number(connection, "PRAGMA user_version")
    for number, script in enumerate(scripts[version:], start=version + 1):
        try:
            await connection.executescript(f"BEGIN IMMEDIATE; {script}; PRAGMA user_version = {number}; COMMIT;")
        except BaseException:
            await connection.rollback()
            raise


async def _number(connection: aiosqlite.Connection, sql: str) -> int:
    rows = list(await connection.execute_fetchall(sql))
    return int(rows[0][0])
