"""The retrainer: what keepers can do with the network, the same on every platform. Rights are checked at every call."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from bot.domain import NotFoundError, Place, PlatformName, RefusedError, TooLateError, UserRef, Viewer
from bot.retraining import wording
from bot.retraining.domain import Plan, RunState
from bot.retraining.run_folders import SAMPLES, RunFolders
from bot.retraining.runner import Ending, Runner
from bot.retraining.selection import FEWEST_LIKED, FEWEST_OF_EACH, FEWEST_VOTES, select, with_silent
from bot.retraining.teller import Teller
from bot.retraining.training import Training
from bot.retraining.under_way import UnderWay
from bot.rights import check_keeper
from bot.tasks import seen_through

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bot.domain import MessageRef
    from bot.piece_files import PieceFolders
    from bot.platforms.platform import Platform
    from bot.retraining.domain import Model, RetrainingSettings, Run
    from bot.retraining.registry import Registry
    from bot.retraining.selection import Selection
    from bot.store import Store

MOST_SILENT: Final = 2_000
"""Pieces without votes that are looked at, newest first."""
OPERATOR: Final = Viewer(UserRef(PlatformName.WEB, ""), Place(PlatformName.WEB, None, None), is_keeper=True)
"""Whoever sits at the computer itself, at the command line."""


class Retrainer:
    """What platforms call; methods raise ``ReplyError`` of all kinds, each with a sentence for the person.

    A run is in the database before its process is started. What was under way when the bot ended is ended at the next
    start, and its people are told; the network that composes stays in every case but one: a run that has passed.

    Args:
        pieces: where the music is.
        data: the data folder.
    """

    def __init__(
        self,
        *,
        store: Store,
        pieces: PieceFolders,
        registry: Registry,
        data: Path,
        settings: RetrainingSettings,
    ) -> None:
        self._store, self._registry, self._settings = store, registry, settings
        self._folders = RunFolders(data)
        self._teller = Teller(store, self._folders)
        training = Training(settings.command)
        runner = Runner(pieces=pieces, folders=self._folders, registry=registry, settings=settings, training=training)
        self._under_way = UnderWay(store, runner, self._teller)
        self._choosing = asyncio.Lock()

    def add_platform(self, platform: Platform) -> None:
        """Tell the people of this platform too."""
        self._teller.add_platform(platform)

    async def recover(self) -> None:
        """End what was under way when the bot ended, and tell what has not been told.

        Raises:
            StoreError: the database cannot be used.
        """
        await self._store.recover_runs(datetime.now(UTC))
        await self._sweep()
        for run in await self._store.untold_runs():
            self._teller.send(run)

    async def close(self, seconds: float) -> None:
        """End the process of a run that is under way; at the next start its people are told."""
        await self._under_way.close()
        await self._teller.close(seconds)

    # --- runs

    async def plan(self, viewer: Viewer) -> Plan:
        """What a run would train on, were it started now."""
        check_keeper(viewer)
        selection = await self._select()
        return Plan(
            liked=selection.liked,
            disliked=selection.disliked,
            votes=selection.votes,
            voters=selection.voters,
            excluded=selection.excluded,
            base_id=self._registry.base.id,
            current_id=self._registry.current_id,
            corpus=self._settings.corpus is not None,
            learns=selection.learns,
            refusal=self._refusal(selection),
            silent=len(selection.silent),
        )

    async def start(self, viewer: Viewer, *, key: str, address: str) -> Run:
        """Start a run; asking twice with one key is one run.

        Raises:
            RefusedError: there is too little to learn from, or another run is under way.
        """
        check_keeper(viewer)
        return await seen_through(self._start(None if viewer is OPERATOR else viewer.user, key, address))

    async def run(self, run_id: int, viewer: Viewer) -> Run:
        """How a run goes, or how it ended.

        Raises:
            NotFoundError: there is none.
        """
        check_keeper(viewer)
        return self._under_way.as_it_is(await self._store.stored_run(run_id))

    async def latest(self, viewer: Viewer) -> Run | None:
        """The run that was started last."""
        check_keeper(viewer)
        run = await self._store.latest_run()
        return None if run is None else self._under_way.as_it_is(run)

    async def cancel(self, run_id: int, viewer: Viewer) -> None:
        """End a run at once; the network that composes stays.

        Raises:
            TooLateError: it has ended already.
            NotFoundError: there is none.
        """
        check_keeper(viewer)
        run = await self._store.stored_run(run_id)
        now = self._under_way.run
        if now is None or now.id != run.id or self._under_way.is_too_late:
            raise TooLateError(wording.RUN_ENDED)
        await seen_through(self._under_way.end(Ending(RunState.CANCELLED, wording.CANCELLED)))

    async def sample(self, run_id: int, name: str, viewer: Viewer) -> Path:
        """The blind sample ``a`` or ``b`` of the last run.

        Raises:
            NotFoundError: there is none, or no longer.
        """
        check_keeper(viewer)
        run = await self._store.stored_run(run_id)
        found = {path.stem: path for path in await asyncio.to_thread(lambda: self._folders.of(run.id).samples)}
        if name not in SAMPLES or name not in found:
            raise NotFoundError(wording.NO_SAMPLE)
        return found[name]

    async def placed(self, run_id: int, message: MessageRef) -> None:
        """The message that shows how a run goes is there."""
        await self._store.run_placed(run_id, message)
        self._under_way.told_of(await self._store.stored_run(run_id))

    def subscribe(self, listener: Callable[[Run], None]) -> Callable[[], None]:
        """Hear of every change of every run; what is returned ends it."""
        return self._teller.subscribe(listener)

    # --- networks

    async def models(self, viewer: Viewer) -> list[Model]:
        """Every network that may compose."""
        check_keeper(viewer)
        return await self._registry.models()

    async def model(self, viewer: Viewer, model_id: str | None) -> Model:
        """One of them, by its id or a beginning that only it has; the current one where None.

        Raises:
            NotFoundError: there is none.
        """
        check_keeper(viewer)
        return await self._registry.model(model_id)

    async def use(self, viewer: Viewer, model_id: str) -> Model:
        """Let this network compose from now on; ends a trial.

        Raises:
            NotFoundError: there is none.
            RefusedError: it is damaged.
        """
        check_keeper(viewer)
        return await self._registry.use(model_id)

    async def rollback(self, viewer: Viewer) -> Model:
        """End the trial, or where none is on go back to the network that composed before; the one that composes then.

        Raises:
            RefusedError: there was none before.
        """
        check_keeper(viewer)
        return await self._registry.rollback()

    # --- what people want forgotten

    async def withdraw(self, pieces: set[int]) -> None:
        """Learn no more from these pieces: the run that does so now is ended, with all its copies of them.

        Ended rather than checked again before its network goes on trial: it would train for nothing, and the copies
        would lie there for minutes. Of those who only voted a run holds no more than numbers, so it goes on without
        them; their votes are not in the next one.
        """
        async with self._choosing:  # a run that is being started either knows of this already, or is seen here
            run = self._under_way.run
        if self._under_way.learns_from(pieces):
            await self._under_way.end(Ending(RunState.STOPPED, wording.WITHDRAWN))
        elif run is not None:  # whoever started it may be who wants to be forgotten
            self._under_way.told_of(await self._store.stored_run(run.id))

    # --- within

    async def _select(self) -> Selection:
        ratings = await self._store.rated()
        selection = await asyncio.to_thread(select, ratings, own_votes=self._settings.own_votes)
        return with_silent(selection, await self._store.silent(MOST_SILENT))

    def _refusal(self, selection: Selection) -> str | None:
        if self._under_way.run is not None:
            return wording.run_under_way(self._under_way.run.id)
        if selection.learns:
            return None
        if selection.enough_for:
            return wording.too_few_pieces(selection.liked, selection.others, FEWEST_OF_EACH)
        return wording.too_few_votes(selection.liked, selection.votes, FEWEST_LIKED, FEWEST_VOTES)

    async def _start(self, user: UserRef | None, key: str, address: str) -> Run:
        async with self._choosing:
            known = await self._store.run_with_key(key)
            if known is not None:
                return self._under_way.as_it_is(known)
            selection = await self._select()
            if refusal := self._refusal(selection):
                raise RefusedError(refusal)
            await self._sweep()
            run = await self._store.add_run(user, key=key, address=address, now=datetime.now(UTC))
            self._under_way.begin(run, selection)
            return run

    async def _sweep(self) -> None:
        """Delete what old runs have left; the last one's samples may still be listened to."""
        kept = {run.id for run in await self._store.untold_runs()}
        latest = await self._store.latest_run()
        with contextlib.suppress(OSError):  # what stays behind goes another time
            await asyncio.to_thread(self._folders.sweep, kept | ({latest.id} if latest else set()))
