"""One run, from the votes to a network on trial: whatever goes wrong, the network that composes stays."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.domain import ReplyError
from bot.retraining import wording
from bot.retraining.domain import RunState
from bot.retraining.manifest import write_set
from bot.tasks import seen_through
from bot.wording import as_sentence, support_id
from composer.checkpoints import RELEASED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.piece_files import PieceFolders
    from bot.retraining.domain import RetrainingSettings
    from bot.retraining.registry import Registry
    from bot.retraining.reports import News
    from bot.retraining.run_folders import RunFiles, RunFolders
    from bot.retraining.selection import Selection
    from bot.retraining.training import Training

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended.

    Attributes:
        checkpoint_id: of the network that went on trial.
    """

    state: RunState
    sentence: str
    report: Mapping[str, Any] | None = None
    checkpoint_id: str | None = None


class Runner:
    """Carries runs out, one at a time.

    Attributes:
        is_too_late: the run is at the point where it can no longer be cancelled.
    """

    def __init__(
        self,
        *,
        pieces: PieceFolders,
        folders: RunFolders,
        registry: Registry,
        settings: RetrainingSettings,
        training: Training,
    ) -> None:
        self._pieces, self._folders, self._registry = pieces, folders, registry
        self._settings, self._training = settings, training
        self.is_too_late = False

    async def run(self, run_id: int, selection: Selection, on_news: Callable[[News], None]) -> Ending:
        """Train, and put what comes of it on trial if it has passed; nothing but samples is left in the folder."""
        files = self._folders.of(run_id)
        try:
            return await self._run(run_id, files, selection, on_news)
        except ReplyError as error:
            return Ending(RunState.FAILED, as_sentence(str(error)))
        except OSError as error:
            logger.warning("run %d failed: %s", run_id, error)
            return Ending(RunState.FAILED, wording.no_room(error.strerror or type(error).__name__))
        except Exception as error:
            named = support_id()
            logger.exception("run %d failed (support id %s)", run_id, named)
            return Ending(RunState.FAILED, wording.went_wrong(type(error).__name__, named))
        finally:
            await seen_through(asyncio.to_thread(files.tidy))

    async def _run(self, run_id: int, files: RunFiles, selection: Selection, on_news: Callable[[News], None]) -> Ending:
        await seen_through(asyncio.to_thread(self._prepare, files, selection))
        report = await self._training.run(self._options(files), on_news)
        self.is_too_late = True
        if not report["passed"]:
            return Ending(RunState.KEPT, report["sentence"], report)
        model = await self._registry.adopt(files.out, run_id, report)
        return Ending(RunState.PASSED, report["sentence"], report, model.id)

    def _prepare(self, files: RunFiles, selection: Selection) -> None:
        files.make()
        write_set(selection, self._pieces, files.set, datetime.now(UTC))

    def _options(self, files: RunFiles) -> list[str]:
        folders = {"--finetune": files.set, "--output": files.out, "--base": self._settings.base or RELEASED}
        folders["--cache"] = self._folders.base_pieces
        if self._settings.corpus:
            folders["--corpus"] = self._settings.corpus
        named = [(name, str(folder.expanduser().absolute())) for name, folder in folders.items()]
        return [*(part for option in named for part in option), "--json"]
