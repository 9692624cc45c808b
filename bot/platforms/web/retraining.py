"""Handlers of retraining and of the networks that there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from bot.platforms.web.asking import request_key
from bot.platforms.web.routes import answer, number_in

if TYPE_CHECKING:
    from bot.platforms.web.keeping import Keeping
    from bot.platforms.web.people import People
    from bot.retraining.retrainer import Retrainer


class Retraining:
    """Handlers below ``/api/retraining`` and ``/api/models``; all are for those alone who keep the network."""

    def __init__(self, retrainer: Retrainer, keeping: Keeping, people: People) -> None:
        self._retrainer, self._keeping, self._people = retrainer, keeping, people

    def add_to(self, app: web.Application) -> None:
        """Serve them."""
        add = app.router
        add.add_get("/api/retraining", self.plan)
        add.add_post("/api/retraining", self.start)
        add.add_get(r"/api/retraining/{id:\d+}", self.run)
        add.add_delete(r"/api/retraining/{id:\d+}", self.cancel)
        add.add_get(r"/api/retraining/{id:\d+}/samples/{file:a|b}.mp3", self.sample)
        add.add_get("/api/models", self.models)
        add.add_post("/api/models/rollback", self.rollback)
        add.add_get(r"/api/models/{model:[A-Za-z0-9_.-]+}", self.model)
        add.add_post(r"/api/models/{model:[A-Za-z0-9_.-]+}/use", self.use)

    async def plan(self, request: web.Request) -> web.Response:
        """What a run would learn from, and the run that was started last."""
        return answer(await self._keeping.plan(self._people.viewer(request)))

    async def start(self, request: web.Request) -> web.Response:
        """Begin a run."""
        viewer = self._people.viewer(request)
        content = await self._keeping.start(viewer, request_key(request, viewer))
        response = answer(content, 202)
        response.headers["Location"] = content["run"]["url"]
        return response

    async def run(self, request: web.Request) -> web.Response:
        """How a run goes, or how it ended."""
        return answer(await self._keeping.run(self._people.viewer(request), number_in(request)))

    async def cancel(self, request: web.Request) -> web.Response:
        """End a run."""
        return answer(await self._keeping.cancel(self._people.viewer(request), number_in(request)))

    async def sample(self, request: web.Request) -> web.FileResponse:
        """One of its blind samples, or the part of it that was asked for."""
        viewer, name = self._people.viewer(request), request.match_info["file"]
        path = await self._retrainer.sample(number_in(request), name, viewer)
        headers = {"Content-Type": "audio/mpeg", "Cache-Control": "private, no-cache"}
        return web.FileResponse(path, headers=headers)

    async def models(self, request: web.Request) -> web.Response:
        """Every network that may compose."""
        return answer(await self._keeping.models(self._people.viewer(request)))

    async def model(self, request: web.Request) -> web.Response:
        """One of them."""
        return answer(await self._keeping.model(self._people.viewer(request), request.match_info["model"]))

    async def use(self, request: web.Request) -> web.Response:
        """Let it compose."""
        return answer(await self._keeping.use(self._people.viewer(request), request.match_info["model"]))

    async def rollback(self, request: web.Request) -> web.Response:
        """Go back to the network that composed before."""
        return answer(await self._keeping.rollback(self._people.viewer(request)))
