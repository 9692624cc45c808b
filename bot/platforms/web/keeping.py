"""What those who keep the network ask for, whether they typed a command or their program asked the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot.domain import NotFoundError
from bot.platforms.web.retraining_json import model_json, plan_json, run_json
from bot.retraining import wording as sentences

if TYPE_CHECKING:
    from bot.domain import Viewer
    from bot.platforms.web.json_views import Json
    from bot.retraining.domain import Model, Run
    from bot.retraining.retrainer import Retrainer

_NO_ADDRESS: Final = "{}"
"""Pages hear of runs by themselves: nobody needs to be found."""


class Keeping:
    """Asks the retrainer, which checks the right, and puts what it says into JSON."""

    def __init__(self, retrainer: Retrainer) -> None:
        self._retrainer = retrainer

    async def plan(self, viewer: Viewer, *, is_dry: bool = False) -> Json:
        """What a run would learn from, and the run that was started last."""
        plan = await self._retrainer.plan(viewer)
        run = await self._retrainer.latest(viewer)
        return {
            "kind": "retraining",
            "plan": plan_json(plan),
            "run": None if run is None else run_json(run),
            "may_start": plan.refusal is None and not is_dry,
        }

    async def start(self, viewer: Viewer, key: str) -> Json:
        """Begin a run."""
        return _run(await self._retrainer.start(viewer, key=key, address=_NO_ADDRESS))

    async def run(self, viewer: Viewer, run_id: int) -> Json:
        """How a run goes, or how it ended."""
        return _run(await self._retrainer.run(run_id, viewer))

    async def cancel(self, viewer: Viewer, run_id: int) -> Json:
        """End a run."""
        await self._retrainer.cancel(run_id, viewer)
        return await self.run(viewer, run_id)

    async def cancel_latest(self, viewer: Viewer) -> Json:
        """End the run that is under way."""
        run = await self._retrainer.latest(viewer)
        if run is None:
            raise NotFoundError(sentences.NO_RUN)
        return await self.cancel(viewer, run.id)

    async def models(self, viewer: Viewer) -> Json:
        """Every network that may compose."""
        return {"kind": "models", "models": [model_json(model) for model in await self._retrainer.models(viewer)]}

    async def model(self, viewer: Viewer, model_id: str | None) -> Json:
        """One of them; the one that composes if none is named."""
        return _model(await self._retrainer.model(viewer, model_id))

    async def use(self, viewer: Viewer, model_id: str) -> Json:
        """Let this one compose."""
        return _model(await self._retrainer.use(viewer, model_id))

    async def rollback(self, viewer: Viewer) -> Json:
        """Go back to the one before."""
        return _model(await self._retrainer.rollback(viewer))


def _run(run: Run) -> Json:
    return {"kind": "run", "run": run_json(run)}


def _model(model: Model) -> Json:
    return {"kind": "model", "model": model_json(model), "text": sentences.model_text(model)}
