"""``python -m bot retrain`` and ``python -m bot model``: the same as in the chat, while the bot is stopped."""

from __future__ import annotations

import asyncio
import secrets
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from bot.domain import ReplyError
from bot.house import DATABASE
from bot.piece_files import PieceFolders
from bot.retraining import wording
from bot.retraining.domain import RunState
from bot.retraining.registry import Registry
from bot.retraining.retrainer import OPERATOR, Retrainer
from bot.store import Store
from composer.checkpoints import load_checkpoint
from composer.errors import CheckpointError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from bot.retraining.domain import RetrainingSettings, Run

    Say = Callable[[str], None]

DONE, TO_MEND = 0, 2
"""Exit codes."""
_LAST_WORDS_SECONDS: Final = 1.0


async def retrain(data: Path, settings: RetrainingSettings, say: Say, *, dry_run: bool) -> int:
    """Retrain the network, and wait until that is done; or only say what it would learn from.

    Returns:
        The exit code: 0 also where the present network stays because the new one is not better.
    """

    async def work(retrainer: Retrainer) -> int:
        if dry_run:
            say(wording.plan_text(await retrainer.plan(OPERATOR)))
            return DONE
        run = await _see_through(retrainer, say)
        say(wording.run_text(run))
        return DONE if run.state in {RunState.PASSED, RunState.KEPT} else TO_MEND

    return await _with_retrainer(data, settings, say, work)


async def model(data: Path, settings: RetrainingSettings, say: Say, *, action: str, model_id: str | None) -> int:
    """Look at networks, or choose which one composes.

    Args:
        data: the data folder.
        settings: how the bot is set.
        say: tells whoever started it a line.
        action: ``list``, ``info``, ``use`` or ``rollback``.
        model_id: a network, by its id or a beginning of that.

    Returns:
        The exit code.
    """

    async def work(retrainer: Retrainer) -> int:
        if action == "list":
            say(wording.models_text(await retrainer.models(OPERATOR)))
        elif action == "use":
            say(wording.model_text(await retrainer.use(OPERATOR, model_id or "")))
        elif action == "rollback":
            say(wording.model_text(await retrainer.rollback(OPERATOR)))
        else:
            say(wording.model_text(await retrainer.model(OPERATOR, model_id)))
        return DONE

    return await _with_retrainer(data, settings, say, work)


async def _with_retrainer(
    data: Path, settings: RetrainingSettings, say: Say, work: Callable[[Retrainer], Awaitable[int]]
) -> int:
    try:
        async with _retrainer(data, settings) as retrainer:
            return await work(retrainer)
    except (ReplyError, CheckpointError) as error:
        say(str(error))
        return TO_MEND


@asynccontextmanager
async def _retrainer(data: Path, settings: RetrainingSettings) -> AsyncIterator[Retrainer]:
    """A retrainer over the data folder of a bot that is stopped.

    Raises:
        StoreError: the database cannot be used, for example because the bot is running.
        CheckpointError: the base is damaged.
    """
    base = await asyncio.to_thread(load_checkpoint, settings.base)
    store = await Store.open(data / DATABASE)
    try:
        registry = Registry(store, data, own_votes=settings.own_votes)
        await registry.start(base.id)
        pieces = PieceFolders(data)
        retrainer = Retrainer(store=store, pieces=pieces, registry=registry, data=data, settings=settings)
        await retrainer.recover()
        try:
            yield retrainer
        finally:
            await retrainer.close(_LAST_WORDS_SECONDS)
    finally:
        await store.close()


async def _see_through(retrainer: Retrainer, say: Say) -> Run:
    """A run, from its beginning to its end; whoever is interrupted cancels it."""
    ended: asyncio.Future[Run] = asyncio.get_running_loop().create_future()
    stages: list[str] = []

    def tell(run: Run) -> None:
        if run.state is not RunState.RUNNING and not ended.done():
            ended.set_result(run)
        elif run.state is RunState.RUNNING and run.stage not in stages:
            stages.append(run.stage)
            say(wording.progress_line(run))

    unsubscribe = retrainer.subscribe(tell)
    try:
        run = await retrainer.start(OPERATOR, key=f"command line:{secrets.token_hex(16)}", address="{}")
        try:
            return await ended
        except asyncio.CancelledError:
            await retrainer.cancel(run.id, OPERATOR)
            raise
    finally:
        unsubscribe()
