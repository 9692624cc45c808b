"""The run that is under way: from its row in the database to the row that says how it ended."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bot.patience import until_stored
from bot.tasks import end_all

if TYPE_CHECKING:
    from bot.retraining.domain import Run
    from bot.retraining.reports import News
    from bot.retraining.runner import Ending, Runner
    from bot.retraining.selection import Selection
    from bot.retraining.teller import Teller
    from bot.store import Store


@dataclass
class _Active:
    """A run.

    Attributes:
        pieces: that it learns from.
        work: what is done for it.
        ending: how it ends when that is cancelled; None where the bot ends.
    """

    run: Run
    pieces: frozenset[int]
    work: asyncio.Task[Ending]
    ending: Ending | None = None


class UnderWay:
    """Holds the one run that may be under way."""

    def __init__(self, store: Store, runner: Runner, teller: Teller) -> None:
        self._store, self._runner, self._teller = store, runner, teller
        self._active: _Active | None = None
        self._whole: asyncio.Task[None] | None = None

    @property
    def run(self) -> Run | None:
        """The run as it is now; None where none is under way."""
        return None if self._active is None else self._active.run

    @property
    def is_too_late(self) -> bool:
        """Whether it can no longer be ended early."""
        return self._runner.is_too_late

    def as_it_is(self, run: Run) -> Run:
        """A run that was read from the database, with what is known of it since."""
        return self.run if self.run is not None and self.run.id == run.id else run

    def learns_from(self, pieces: set[int]) -> bool:
        """Whether some of these pieces are in it."""
        return self._active is not None and not self._active.pieces.isdisjoint(pieces)

    def begin(self, run: Run, selection: Selection) -> None:
        """Do what there is to do for a run that stands in the database."""
        self._runner.is_too_late = False
        work = asyncio.create_task(self._runner.run(run.id, selection, self._news), name=f"run {run.id}")
        self._active = _Active(run, frozenset(piece.piece_id for piece in (*selection.pieces, *selection.silent)), work)
        self._whole = asyncio.create_task(self._see_through(self._active), name=f"all of run {run.id}")
        self._teller.goes(run)

    def told_of(self, run: Run) -> None:
        """Where and by which message its people are told has changed, as ``run`` says."""
        if self._active is not None and self._active.run.id == run.id:
            told = replace(self._active.run, platform=run.platform, address=run.address, message=run.message)
            self._advance(self._active, told)

    async def end(self, ending: Ending) -> None:
        """End it at once, or where that is too late wait for its own end."""
        if self._active is not None and not self.is_too_late:
            self._active.ending = ending
            self._active.work.cancel()
        if self._whole is not None:
            await asyncio.wait([self._whole])

    async def close(self) -> None:
        """End its process without writing down an end: the next start does."""
        await end_all([self._whole, self._active.work if self._active is not None else None])

    async def _see_through(self, active: _Active) -> None:
        """Wait until the work has ended, and write down how."""
        await asyncio.wait([active.work])
        ending = active.ending if active.work.cancelled() else active.work.result()
        if ending is None:
            return  # the bot ends; the row says that the run was under way
        run = await until_stored(
            lambda: self._store.end_run(
                active.run.id,
                ending.state,
                ending.sentence,
                datetime.now(UTC),
                report=ending.report,
                checkpoint_id=ending.checkpoint_id,
            )
        )
        self._active = None
        await self._teller.ended(run)

    def _news(self, news: News) -> None:
        if self._active is not None:
            run = self._active.run
            share = max(news.share, run.share)
            self._advance(self._active, replace(run, stage=news.stage, share=share, eta_seconds=news.eta_seconds))

    def _advance(self, active: _Active, run: Run) -> None:
        active.run = run
        self._teller.goes(run)
