"""A piece is made: by the network that the registry says or by the roll engine, by another worker where one fails."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from bot import wording
from bot.domain import Engine
from bot.planning import plan_job
from bot.workers import BadCheckpointError, JobFailedError, WorkerDiedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.domain import Composed, Ticket
    from bot.piece_files import PieceFolders
    from bot.pool import Pool
    from bot.retraining.domain import ComposeWith
    from bot.retraining.registry import Registry
    from bot.store import Store

    OnProgress = Callable[[str, float], None]

logger = logging.getLogger(__name__)

MOST_ATTEMPTS: Final = 3
"""A job that has taken its worker down this often is not begun again; the last time it is the base that composes."""


class Maker:
    """Has workers make what requests ask for."""

    def __init__(self, store: Store, folders: PieceFolders, pool: Pool, registry: Registry) -> None:
        self._store, self._folders, self._pool, self._registry = store, folders, pool, registry

    async def make(self, ticket: Ticket, on_progress: OnProgress) -> Composed:
        """The piece for a request; its files lie in the work folder of the ticket.

        Raises:
            NotFoundError: the piece that it starts from has been deleted.
            JobRefusedError: the person can mend it.
            JobFailedError: something is wrong with us.
            JobTimedOutError: it took too long and was ended.
            WorkerDiedError: it took down one worker after another.
        """
        left = MOST_ATTEMPTS
        while True:
            network = self._network(ticket, is_last=left == 1)
            try:
                return await self._attempt(network, ticket, on_progress)
            except BadCheckpointError as error:
                await self._set_aside(network, error)
            except WorkerDiedError:
                left -= 1
                logger.warning("the worker on request %d died; %d more attempts", ticket.id, left)
                if not left:
                    raise

    def _network(self, ticket: Ticket, *, is_last: bool) -> ComposeWith | None:
        """The registry's network for a request; None for the roll engine, which has one only and no part in trials."""
        if ticket.request.options.engine is Engine.ROLL:
            return None
        return self._registry.base if is_last else self._registry.checkpoint_for(ticket.id)

    async def _attempt(self, network: ComposeWith | None, ticket: Ticket, on_progress: OnProgress) -> Composed:
        folder = await asyncio.to_thread(self._folders.new_work_folder, ticket.id)
        job = await plan_job(ticket, folder, network, self._store, self._folders)
        music = await self._pool.compose(job, on_progress)
        return replace(music, trial_id=None if network is None else network.trial_id)

    async def _set_aside(self, network: ComposeWith | None, error: BadCheckpointError) -> None:
        """See to it that the registry does not choose this network again; there is nothing to choose but the base."""
        if network is None:
            logger.error("the roll engine cannot be used: %s", error)
            raise JobFailedError(wording.ROLL_OUT_OF_ORDER) from error
        if network.folder is None:
            logger.error("a worker does not take its own network: %s", error)
            raise JobFailedError(wording.OUT_OF_ORDER) from error
        await self._registry.damaged(network.id, str(error))
