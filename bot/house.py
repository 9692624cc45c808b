"""The core, put together: everything but the platforms. ``bot.__main__`` and the tests build it here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

from bot.courier import Courier
from bot.desk import Desk
from bot.making import Maker
from bot.piece_files import PieceFolders
from bot.progress import Board
from bot.pulse import Pulse
from bot.recordings import Recordings
from bot.retraining.domain import RetrainingSettings
from bot.retraining.registry import Registry
from bot.retraining.retrainer import Retrainer
from bot.store import Store
from bot.studio import Studio

if TYPE_CHECKING:
    from pathlib import Path

    from bot.domain import Limits
    from bot.pool import Pool

DATABASE: Final = "schumann.db"
"""File name, in the data folder."""
_LAST_WORDS_SECONDS: Final = 3.0
"""How long the end of a retraining run may take to arrive when the bot ends."""


@dataclass(frozen=True)
class House:
    """The core of a running bot."""

    store: Store
    pool: Pool
    registry: Registry
    desk: Desk
    studio: Studio
    pulse: Pulse

    @classmethod
    async def open(
        cls,
        data: Path,
        pool: Pool,
        *,
        limits: Limits,
        workers: int,
        retraining: RetrainingSettings = RetrainingSettings(),  # noqa: B008 (it is frozen)
    ) -> Self:
        """Open the database in the folder ``data`` and put everything together; nothing runs yet.

        Raises:
            StoreError: the database cannot be used.
        """
        store = await Store.open(data / DATABASE)
        folders, board, pulse = PieceFolders(data), Board(workers), Pulse()
        courier = Courier(store, folders, board)
        registry = Registry(store, data, own_votes=retraining.own_votes)
        retrainer = Retrainer(store=store, pieces=folders, registry=registry, data=data, settings=retraining)
        maker = Maker(store, folders, pool, registry)
        desk = Desk(store, folders, maker, board, courier, runners=workers)
        studio = Studio(
            store=store,
            folders=folders,
            pool=pool,
            board=board,
            desk=desk,
            recordings=Recordings(folders, pool),
            pulse=pulse,
            registry=registry,
            retrainer=retrainer,
            limits=limits,
            workers=workers,
        )
        return cls(store, pool, registry, desk, studio, pulse)

    async def start(self) -> None:
        """Start the workers and go on with what was left; the platforms have been added by now.

        Raises:
            WorkerStartError: no worker can be started.
        """
        self.pulse.start()
        await self.pool.start()
        await self.registry.start(self.pool.checkpoint_id)
        await self.desk.start()
        await self.studio.retrainer.recover()

    async def close(self, seconds: float) -> None:
        """Give what is under way ``seconds`` to finish, then end everything; what is left goes on at the next start."""
        await self.studio.retrainer.close(min(seconds, _LAST_WORDS_SECONDS))
        await self.desk.drain(seconds)
        await self.pool.stop()
        await self.store.close()
        await self.pulse.close()
