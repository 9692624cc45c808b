"""What can go wrong with the database, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.domain import ReplyError

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path


class StoreError(ReplyError):
    """The database cannot be used; the message says why, for whoever asked or whoever runs the bot."""


class DatabaseInUseError(StoreError):
    """Another process has the database."""


_REASONS: Final = {
    "SQLITE_FULL": "the disk is full",
    "SQLITE_IOERR": "the disk does not take or give what it should",
    "SQLITE_READONLY": "the database may only be read",
    "SQLITE_PERM": "access to the database is denied",
    "SQLITE_CANTOPEN": "the database cannot be opened",
    "SQLITE_BUSY": "another program keeps the database to itself",
    "SQLITE_LOCKED": "another program keeps the database to itself",
    "SQLITE_NOMEM": "there is no memory left",
    "SQLITE_CORRUPT": "the database is damaged and has to be restored from a backup",
    "SQLITE_NOTADB": "the file is not a database; restore it from a backup, or move it away",
}


def reason_of(error: sqlite3.Error) -> str | None:
    """Why the surroundings refuse, or None where the mistake is our own."""
    name: str = getattr(error, "sqlite_errorname", "")
    return next((reason for code, reason in _REASONS.items() if name.startswith(code)), None)


def unusable(path: Path, error: sqlite3.Error) -> StoreError:
    """What to raise where a database cannot be opened."""
    return StoreError(f"The database {path} cannot be used: {reason_of(error) or error}.")


def refusal(error: sqlite3.Error) -> StoreError | None:
    """What to raise instead of ``error``; None where it must be seen as it is, because the mistake is our own."""
    reason = reason_of(error)
    return StoreError(f"Nothing was stored, because {reason}. Please try again later.") if reason else None
