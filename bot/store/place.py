"""The database file: made for its owner's eyes only, and for one process at a time."""

from __future__ import annotations

import fcntl
import os
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from bot.store.errors import DatabaseInUseError, StoreError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class ClaimedFile:
    """A database file that no other SchumaNN opens while this object is not released.

    A second writer could checkpoint while this one commits, which destroys databases in SQLite before 3.51.3. The
    lock belongs to an open file beside the database, so it ends with the process, however that ends.

    Raises:
        StoreError: the file or its folder cannot be made or written.
        DatabaseInUseError: somebody else has it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            _make_folder(path.parent)
            self._lock = _open(_lock_of(path))
        except OSError as error:
            raise _cannot_be_used(path, error) from error
        try:
            _take(self._lock, path)
            os.close(_open(path))
        except OSError as error:
            os.close(self._lock)
            raise _cannot_be_used(path, error) from error
        except DatabaseInUseError:
            os.close(self._lock)
            raise

    def release(self) -> None:
        """Let others have it. The lock's file stays: deleting it would let two processes hold two of them."""
        os.close(self._lock)


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Keep others from opening a database file for a moment, without making any file.

    Raises:
        StoreError: the file cannot be written, or is not there.
        DatabaseInUseError: somebody else has it.
    """
    with ExitStack() as stack:
        try:
            if _lock_of(path).exists():
                lock = os.open(_lock_of(path), os.O_RDWR | os.O_CLOEXEC)
                stack.callback(os.close, lock)
                _take(lock, path)
            # Not before: closing the file ends the locks that SQLite may have on it in this process.
            os.close(os.open(path, os.O_RDWR | os.O_CLOEXEC))
        except OSError as error:
            raise _cannot_be_used(path, error) from error
        yield


def was_left_open(path: Path) -> bool:
    """Whether the last process to use a database file ended without closing it."""
    log = path.with_name(f"{path.name}-wal")
    return log.exists() and log.stat().st_size > 0


def _lock_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.lock")


def _take(lock: int, path: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        message = f"Another SchumaNN is using {path}. Stop it first, or choose another folder with SCHUMANN_DATA."
        raise DatabaseInUseError(message) from error


def _make_folder(folder: Path) -> None:
    missing = [parent for parent in (folder, *folder.parents) if not parent.exists()]
    for parent in reversed(missing):
        parent.mkdir(mode=0o700, exist_ok=True)


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _cannot_be_used(path: Path, error: OSError) -> StoreError:
    reason = error.strerror or str(error)
    return StoreError(f"The database {path} cannot be used: {reason}. Make its folder writable, or choose another.")
