"""Store: everything that must survive a restart, in one SQLite file."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.store.checkpoints import Checkpoints
from bot.store.guilds import Guilds
from bot.store.inspection import inspect, problems
from bot.store.opening import open_database
from bot.store.part import reading, writing
from bot.store.people import People
from bot.store.persons import drop_strangers
from bot.store.pieces import Pieces
from bot.store.place import ClaimedFile
from bot.store.ratings import Ratings
from bot.store.requests import Requests
from bot.store.runs import Runs
from bot.store.votes import Votes
from bot.store.work import Work

if TYPE_CHECKING:
    from pathlib import Path

    from bot.store.database import Database, Statements


class Store(Requests, Work, Pieces, Votes, Guilds, People, Ratings, Runs, Checkpoints):
    """The memory of the bot: every method is one transaction, whole or not there.

    A method that writes has written when it returns, safe from a crash and from a power cut. A caller that is
    cancelled meanwhile does not stop it half way. Any method may raise StoreError: the disk is full or broken, and
    nothing was changed.
    """

    def __init__(self, database: Database, file: ClaimedFile) -> None:
        super().__init__(database)
        self._file, self._is_closed = file, False

    @classmethod
    async def open(cls, path: Path) -> Store:
        """Open the database at ``path``, made if it is missing and brought to the newest form.

        Raises:
            StoreError: it is damaged, too new, not writable, not ours.
            DatabaseInUseError: another process has it.
        """
        file = await asyncio.to_thread(ClaimedFile, path)
        try:
            store = cls(await open_database(file), file)
        except BaseException:
            file.release()
            raise
        try:
            await store._tidy()
            await store.scrub_if_due()
        except BaseException:
            await store.close()
            raise
        return store

    @staticmethod
    async def inspect(path: Path) -> list[str]:
        """What is wrong with the database at ``path``, which is neither changed nor kept; nothing when it is sound.

        Raises:
            StoreError: it cannot be read or written, is too new, or is not ours.
            DatabaseInUseError: another process has it.
        """
        return await inspect(path)

    async def close(self) -> None:
        """Finish what has begun, and let others have the file."""
        if self._is_closed:
            return
        self._is_closed = True
        try:
            await self._database.close()
        finally:
            self._file.release()

    @reading
    async def counts(self, sql: Statements) -> dict[str, int]:
        """How much there is: pieces, votes, queued, running."""
        row = await sql.first(
            "SELECT (SELECT count(*) FROM pieces) AS pieces, (SELECT count(*) FROM ratings) AS votes, "
            "(SELECT count(*) FROM requests WHERE state = 'queued') AS queued, "
            "(SELECT count(*) FROM requests WHERE state = 'running') AS running"
        )
        return dict(row or {})

    @reading
    async def integrity_problems(self, sql: Statements) -> list[str]:
        """What is wrong with the file; nothing when it is sound."""
        return await problems(sql)

    @writing
    async def _tidy(self, sql: Statements) -> None:
        await drop_strangers(sql)
