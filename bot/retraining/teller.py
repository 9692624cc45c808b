"""Tells people how a run goes, at a pace that platforms bear, and how it ended, again and again until that arrives."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Final

from bot.courier import PAUSES
from bot.patience import until_stored
from bot.platforms.platform import UndeliverableError
from bot.retraining import wording
from bot.retraining.domain import Notice, RunState
from bot.tasks import end_all

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.domain import MessageRef
    from bot.platforms.platform import Platform
    from bot.retraining.domain import Run
    from bot.retraining.run_folders import RunFolders
    from bot.store import Store

    Listener = Callable[[Run], None]

logger = logging.getLogger(__name__)

SHORTEST_PAUSE: Final = 5.0
"""Seconds between two edits of a message; a run takes minutes."""
_TICK: Final = 0.25
_SHOWING_SECONDS: Final = 20.0
_ATTEMPT_SECONDS: Final = 120.0
_PLACING_SECONDS: Final = 5.0
"""How long the end of a run waits for the message that it belongs to."""


class Teller:
    """Knows the run that is under way, and those whose end has yet to be told.

    Args:
        folders: where the samples are that belong to the end.
        pause: between two edits of a message, in seconds.
    """

    def __init__(self, store: Store, folders: RunFolders, pause: float = SHORTEST_PAUSE) -> None:
        self._store, self._folders, self._pause = store, folders, pause
        self._platforms: dict[str, Platform] = {}
        self._listeners: list[Listener] = []
        self._run: Run | None = None
        self._moved: tuple[int, MessageRef] | None = None
        self._showing: asyncio.Task[None] | None = None
        self._errands: set[asyncio.Task[None]] = set()
        self._is_closed = False

    def add_platform(self, platform: Platform) -> None:
        """Tell people there from now on."""
        self._platforms[platform.name] = platform

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` at every change; what is returned ends it."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def goes(self, run: Run) -> None:
        """A run is so far now."""
        self._run = run
        if self._showing is None and not self._is_closed:
            self._showing = asyncio.create_task(self._show(), name=f"show run {run.id}")
        self._call(run)

    async def ended(self, run: Run) -> None:
        """A run has come to its end: see to it that its people hear of it."""
        showing, self._showing, self._run = self._showing, None, None
        await end_all([showing])  # what it shows must not come after the end
        self._call(run)
        self.send(run)

    def send(self, run: Run) -> None:
        """Tell the end of a run, in the background."""
        if not self._is_closed:
            errand = asyncio.create_task(self._serve(run.id), name=f"tell run {run.id}")
            self._errands.add(errand)
            errand.add_done_callback(self._errands.discard)

    async def close(self, seconds: float) -> None:
        """Let what is under way arrive, but not longer than ``seconds``; the rest is left for the next start."""
        if self._errands:
            await asyncio.wait(self._errands, timeout=seconds)
        self._is_closed = True
        await end_all([self._showing, *self._errands])

    def _call(self, run: Run) -> None:
        for listener in tuple(self._listeners):
            listener(run)

    async def _show(self) -> None:
        shown, due = "", 0.0
        while True:
            run = self._run
            platform = None if run is None or run.platform is None else self._platforms.get(run.platform)
            if run is not None and platform is not None and time.monotonic() >= due and _can_show(run, platform):
                text = wording.run_text(run)
                if text != shown:
                    shown, due = text, time.monotonic() + max(self._pause, platform.progress_pause)
                    await self._show_once(run, platform, text)
            await asyncio.sleep(_TICK)

    async def _show_once(self, run: Run, platform: Platform, text: str) -> None:
        try:
            async with asyncio.timeout(_SHOWING_SECONDS):
                known = self._message_of(run)
                message = await platform.announce(run.address, Notice(text, run.id, cancellable=True), known)
            if message is not None and message != known:
                self._moved = (run.id, message)
                await self._store.run_placed(run.id, message)
        except Exception:
            # A courtesy: whatever goes wrong on the way to the platform, the run itself must not suffer.
            logger.warning("the progress of run %d could not be shown", run.id, exc_info=True)

    def _message_of(self, run: Run) -> MessageRef | None:
        """The message that shows it: a new one where the first was deleted."""
        return self._moved[1] if self._moved is not None and self._moved[0] == run.id else run.message

    async def _serve(self, run_id: int) -> None:
        for attempt, pause in enumerate(PAUSES):
            await asyncio.sleep(pause)
            try:
                await self._attempt(run_id)
            except Exception as error:
                # The network and the platforms fail in many ways; each of them is worth another attempt.
                what = "the end of run %d could not be told yet: %s"
                logger.warning(what, run_id, type(error).__name__, exc_info=attempt == 0)
            else:
                return
        logger.error("the end of run %d could not be told; it is tried again at the next start", run_id)

    async def _attempt(self, run_id: int) -> None:
        run = await self._store.stored_run(run_id)
        platform = None if run.platform is None else self._platforms.get(run.platform)
        if platform is None or await self._store.is_run_told(run_id):
            return
        if platform.answers_in_messages:
            run = await self._placed(run)
        message = None
        try:
            async with asyncio.timeout(_ATTEMPT_SECONDS):
                message = await platform.announce(run.address, self._end_of(run), run.message)
        except UndeliverableError as error:
            logger.warning("the end of run %d cannot be told: %s", run_id, error)
        if message is not None:
            await until_stored(lambda: self._store.run_placed(run_id, message))
        # However long the database takes: what has arrived must not be told again.
        await until_stored(lambda: self._store.run_told(run_id))

    async def _placed(self, run: Run) -> Run:
        """The run with its message, for which it waits a little."""
        end = time.monotonic() + _PLACING_SECONDS
        while run.message is None and time.monotonic() < end:
            await asyncio.sleep(_TICK)
            run = await self._store.stored_run(run.id)
        return run

    def _end_of(self, run: Run) -> Notice:
        has_samples = run.state in {RunState.PASSED, RunState.KEPT}
        return Notice(wording.run_text(run), run.id, files=self._folders.of(run.id).samples if has_samples else ())


def _can_show(run: Run, platform: Platform) -> bool:
    """Where answers are messages, there is nothing to turn into the news before the message is there."""
    return run.message is not None or not platform.answers_in_messages
