"""The registry: every network that may compose, and which of them does. No other one is ever loaded."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from bot.domain import RefusedError
from bot.retraining import wording
from bot.retraining.domain import ComposeWith, Model, ModelState
from bot.retraining.shelf import Shelf
from bot.retraining.trial import Verdict, decide, is_chosen
from bot.store import StoreError
from bot.tasks import seen_through

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from bot.domain import Tally
    from bot.store import Store
    from bot.store.checkpoints import StoredCheckpoint

logger = logging.getLogger(__name__)


class Registry:
    """What the desk asks which network is to compose, and what retraining hands its networks to.

    Which one composes is known without asking the database. Every change is one transaction, and holds for all jobs
    that are given to a worker after it. Of the base there are no files of ours: the workers have it loaded.

    Args:
        store: with the rows.
        data: the data folder; files lie in ``checkpoints`` there.
        own_votes: whether people's votes on their own pieces count.
    """

    def __init__(self, store: Store, data: Path, *, own_votes: bool = False) -> None:
        self._store, self._own_votes = store, own_votes
        self._shelf = Shelf(store, data)
        self._changing = asyncio.Lock()

    async def start(self, base_id: str) -> None:
        """See what there is, and that what composes is whole; before anything else is asked.

        Args:
            base_id: of the network that workers have loaded.

        Raises:
            StoreError: the database cannot be used.
        """
        await self._shelf.open(base_id)

    # --- what composes

    @property
    def base(self) -> ComposeWith:
        """The network that every worker has loaded."""
        return ComposeWith(self._shelf.roster.base.id, None, None)

    @property
    def current_id(self) -> str:
        """Of the network that composes, but for the share of the one on trial."""
        return self._shelf.roster.current.id

    @property
    def trial_id(self) -> str | None:
        """Of the network that is on trial."""
        trial = self._shelf.roster.trial
        return None if trial is None else trial.id

    def checkpoint_for(self, ticket_id: int) -> ComposeWith:
        """The network for a request: as long as nothing changes, the same one each time."""
        trial, current = self._shelf.roster.trial, self._shelf.roster.current
        chosen = trial if trial is not None and is_chosen(trial.id, ticket_id) else current
        if chosen.state is ModelState.BASE:
            return ComposeWith(chosen.id, None, None, self.trial_id)
        return ComposeWith(chosen.id, self._shelf.folder_of(chosen.id), chosen.card_sha256, self.trial_id)

    async def damaged(self, checkpoint_id: str, fault: str) -> None:
        """A worker could not load this network: what composed before it does so from now on."""
        await seen_through(self._damaged(checkpoint_id, fault))

    async def _damaged(self, checkpoint_id: str, fault: str) -> None:
        async with self._changing:
            await self._shelf.set_aside(checkpoint_id, fault)

    # --- what there is

    async def models(self) -> list[Model]:
        """All networks: the base, then those made by retraining, newest first."""
        votes = await self._store.votes_by_checkpoint(own_votes=self._own_votes)
        return [self._model(row, *votes[row.id]) for row in self._shelf.roster.rows.values()]

    async def model(self, text: str | None) -> Model:
        """One of them, by its id or a beginning that only it has; the one that composes where None.

        Raises:
            NotFoundError: there is none, or more than one.
        """
        row = self._shelf.roster.current if text is None else self._shelf.roster.find(text)
        votes = await self._store.votes_by_checkpoint(own_votes=self._own_votes)
        return self._model(row, *votes[row.id])

    def _model(self, row: StoredCheckpoint, pieces: int, tally: Tally) -> Model:
        return Model(
            id=row.id,
            state=row.state,
            is_current=row.id == self.current_id,
            parent_id=row.parent_id,
            made_at=row.made_at,
            run_id=row.run_id,
            pieces=pieces,
            up=tally.up,
            down=tally.down,
            report=row.report,
        )

    # --- what changes it

    async def adopt(self, out: Path, run_id: int | None, report: Mapping[str, Any]) -> Model:
        """Take on the network that training has left in ``out/checkpoint``, and put it on trial.

        Its files are moved to their place; the row in the database comes last, so that there is all of it or nothing,
        whenever this is interrupted.

        Raises:
            RefusedError: it is damaged, made for another version, composes already, or cannot be stored.
            StoreError: the database does not take it.
        """
        return await seen_through(self._adopt(out / "checkpoint", run_id, report))

    async def _adopt(self, folder: Path, run_id: int | None, report: Mapping[str, Any]) -> Model:
        async with self._changing:
            made = await self._shelf.read(folder)
            await self._shelf.put_on_trial(made, run_id, report)
            logger.info("%s is on trial against %s", made.id, self.current_id)
            await self._shelf.clear_away()
        return await self.model(made.id)

    async def use(self, text: str) -> Model:
        """Let a network compose everything, by its id or a beginning that only it has; whatever trial is on ends.

        Raises:
            NotFoundError: there is none, or more than one.
            RefusedError: it is damaged.
        """
        return await seen_through(self._use(text))

    async def _use(self, text: str) -> Model:
        async with self._changing:
            row = self._shelf.roster.find(text)
            if not await self._shelf.is_sound(row):
                raise RefusedError(wording.network_damaged(row.id, self.current_id))
            await self._shelf.make_current(row.id)
            logger.info("%s composes from now on", row.id)
        return await self.model(row.id)

    async def rollback(self) -> Model:
        """End the trial, or where none is on go back to the network that composed before; what composes then.

        Raises:
            RefusedError: none composed before.
        """
        return await seen_through(self._rollback())

    async def _rollback(self) -> Model:
        async with self._changing:
            if self.trial_id is not None:
                await self._shelf.end_trial()
            else:
                await self._shelf.go_back()
            logger.info("%s composes from now on", self.current_id)
        return await self.model(None)

    # --- votes

    async def voted(self, piece_id: int) -> Verdict | None:
        """Weigh the trial after a vote on a piece; None where the piece is no part of it.

        The vote itself has been stored, so trouble with the database is left to the next vote.
        """
        trial_id = self.trial_id
        try:
            if trial_id is None or await self._store.trial_of(piece_id) != trial_id:
                return None
            return await seen_through(self._weigh(trial_id))
        except StoreError as error:
            logger.warning("the trial of %s is not weighed: %s", trial_id, error)
            return None

    async def _weigh(self, trial_id: str) -> Verdict | None:
        async with self._changing:
            trial = self._shelf.roster.trial
            if trial is None or trial.id != trial_id:
                return None
            votes = await self._store.trial_votes(trial_id, own_votes=self._own_votes)
            new, current = votes[trial_id], votes[self.current_id]
            verdict = decide(new, current)
            if verdict is Verdict.RETIRE:
                await self._shelf.end_trial()
            elif verdict is Verdict.PROMOTE and await self._shelf.is_sound(trial):
                await self._shelf.make_current(trial_id)
            logger.info("votes on the trial: %s for %s, %s for what composes: it %s", new, trial_id, current, verdict)
            return verdict
