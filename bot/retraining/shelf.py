"""The shelf: networks that retraining has made, as files, as rows in the database, and as what is known of both."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.domain import RefusedError
from bot.retraining import wording
from bot.retraining.domain import ModelState
from bot.retraining.folders import CheckpointFolders
from bot.retraining.roster import Roster
from bot.store import StoreError
from composer.errors import CheckpointError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bot.store import Store
    from bot.store.checkpoints import StoredCheckpoint
    from composer.checkpoints import Checkpoint

logger = logging.getLogger(__name__)


class Shelf:
    """Files first, then the row, then what is known here; one change at a time, which the registry sees to.

    Attributes:
        roster: what is known; there after ``open``.
    """

    roster: Roster

    def __init__(self, store: Store, data: Path) -> None:
        self._store, self._folders = store, CheckpointFolders(data)

    async def open(self, base_id: str) -> None:
        """See what there is, sweep what has no row, and set aside what is damaged of what composes.

        Raises:
            StoreError: the database cannot be used.
        """
        bases = [row.id for row in await self._store.checkpoints() if row.state is ModelState.BASE]
        self.roster = Roster(await self._store.set_base(base_id))
        if bases and bases != [base_id]:
            logger.warning("the base was %s and is %s now, which composes from now on", bases[0], base_id)
        await asyncio.to_thread(self._folders.prepare, frozenset(self.roster.rows))
        while not await self.is_sound(self.roster.current):
            pass  # what composed before it is the current one now
        if self.roster.trial is not None:
            await self.is_sound(self.roster.trial)

    def folder_of(self, checkpoint_id: str) -> Path:
        """Where the files of a network lie."""
        return self._folders.of(checkpoint_id)

    async def is_sound(self, row: StoredCheckpoint) -> bool:
        """Whether a network can compose; it is set aside where it cannot. The base can, or there were no workers."""
        if row.state is ModelState.BASE:
            return True
        try:
            await asyncio.to_thread(self._folders.verify, row.id, row.card_sha256)
        except CheckpointError as error:
            await self.set_aside(row.id, str(error))
            return False
        return True

    async def set_aside(self, checkpoint_id: str, fault: str) -> None:
        """Let a network compose nothing more, even where the database cannot be told."""
        row = self.roster.rows.get(checkpoint_id)
        if row is None or row.state in {ModelState.BASE, ModelState.DAMAGED}:
            return
        self.roster.set_aside(checkpoint_id)
        logger.error("the network %s is set aside, and %s composes: %s", checkpoint_id, self.roster.current.id, fault)
        try:
            self.roster.take(await self._store.mark_damaged(checkpoint_id))
        except StoreError as error:
            logger.error("that it is damaged is not stored: %s", error)  # noqa: TRY400 (the sentence says it all)

    async def read(self, folder: Path) -> Checkpoint:
        """The network that training has left in a folder.

        Raises:
            RefusedError: there is none that could be used, or it is there and composes already.
        """
        try:
            made = await asyncio.to_thread(self._folders.read, folder)
        except CheckpointError as error:
            raise RefusedError(str(error)) from error
        if made.id in {self.roster.base.id, self.roster.current.id}:
            raise RefusedError(wording.same_network(made.id))
        return made

    async def put_on_trial(self, made: Checkpoint, run_id: int | None, report: Mapping[str, Any]) -> None:
        """Move a network that was read to its place, then write its row.

        Raises:
            RefusedError: the disk does not take the files.
            StoreError: the database does not take the row.
        """
        card_sha256 = await self._in_place(made)
        parent_id, now = str(report.get("base", self.roster.base.id)), datetime.now(UTC)
        try:
            rows = await self._store.put_on_trial(
                made.id, card_sha256, now, parent_id=parent_id, run_id=run_id, report=report
            )
        except StoreError:
            if made.id not in self.roster.rows:
                await asyncio.to_thread(self._folders.remove, made.id)
            raise
        self.roster.mended(made.id)
        self.roster.take(rows)

    async def _in_place(self, made: Checkpoint) -> str:
        """The SHA-256 of the card that lies in place then; what is there from an earlier run stays if it is whole."""
        known = self.roster.rows.get(made.id)
        if known is not None and known.card_sha256 is not None and await self.is_sound(known):
            return known.card_sha256
        try:
            await asyncio.to_thread(self._folders.adopt, made)
        except OSError as error:
            raise RefusedError(wording.network_not_stored(error.strerror or str(error))) from error
        return made.card_sha256

    async def make_current(self, checkpoint_id: str) -> None:
        """Let a network that is sound compose everything; whatever trial is on ends."""
        rows = await self._store.make_current(checkpoint_id)
        self.roster.mended(checkpoint_id)
        self.roster.take(rows)

    async def end_trial(self) -> None:
        """Keep what is on trial, but let it compose nothing."""
        self.roster.take(await self._store.end_trial())

    async def go_back(self) -> None:
        """Let the network compose that did before, the last one of these that is sound.

        Raises:
            RefusedError: there is none.
        """
        while (previous := self.roster.previous) is not None:
            if await self.is_sound(previous):
                self.roster.take(await self._store.go_back())
                return
        raise RefusedError(wording.NOTHING_BEFORE)

    async def clear_away(self) -> None:
        """Let go of the oldest networks; what stays behind in trouble goes another time."""
        old = self.roster.too_old()
        try:
            self.roster.take(await self._store.drop_checkpoints(old))
        except StoreError as error:
            logger.warning("old networks are kept for now: %s", error)
            return
        for checkpoint_id in old:
            await asyncio.to_thread(self._folders.remove, checkpoint_id)
