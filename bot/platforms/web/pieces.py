"""Pieces: their files, the votes on them, and what is made from them."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from aiohttp import web

from bot import wording
from bot.domain import Action, NotFoundError, Vote
from bot.platforms.web.asking import request_key
from bot.platforms.web.bodies import read_json
from bot.platforms.web.routes import answer, number_in, taken_on
from composer.errors import BadInputError

if TYPE_CHECKING:
    from pathlib import Path

    from bot.domain import Viewer
    from bot.piece_files import PieceFiles
    from bot.platforms.web.answers import Answers
    from bot.platforms.web.asking import Asking
    from bot.platforms.web.people import People
    from bot.studio import Studio

_VOTES: Final = {"up": Vote.UP, "down": Vote.DOWN, None: None}
_FILES: Final = {
    "midi": ("audio/midi", ".mid"),
    "mp3": ("audio/mpeg", ".mp3"),
    "picture": ("image/png", ".png"),
    "roll": ("application/json", ".json"),
}
_FOLLOW_UPS: Final = "|".join(action for action in Action if action is not Action.COMPOSE)


class Pieces:
    """Handlers below ``/api/pieces``."""

    def __init__(self, studio: Studio, answers: Answers, asking: Asking, people: People) -> None:
        self._studio, self._answers, self._asking, self._people = studio, answers, asking, people
        self._rating = asyncio.Lock()

    def add_to(self, app: web.Application) -> None:
        """Serve them."""
        app.router.add_get(r"/api/pieces/{id:\d+}", self.show)
        app.router.add_get(rf"/api/pieces/{{id:\d+}}/{{file:{'|'.join(_FILES)}}}", self.file)
        app.router.add_put(r"/api/pieces/{id:\d+}/rating", self.rate)
        app.router.add_post(rf"/api/pieces/{{id:\d+}}/{{action:{_FOLLOW_UPS}}}", self.follow_up)

    async def show(self, request: web.Request) -> web.Response:
        """A piece."""
        return answer(await self._answers.piece(number_in(request), self._people.viewer(request)))

    async def file(self, request: web.Request) -> web.FileResponse:
        """One of its files, or the part of it that was asked for."""
        view = await self._studio.piece(number_in(request), self._people.viewer(request))
        media_type, suffix = _FILES[request.match_info["file"]]
        path = _path(view.files, request.match_info["file"])
        if not await asyncio.to_thread(path.is_file):
            raise NotFoundError(wording.piece_not_found(view.piece.id))
        shown = "attachment" if request.query.get("download") == "1" else "inline"
        headers = {
            "Content-Type": media_type,
            "Content-Disposition": f'{shown}; filename="{wording.file_stem(view.piece)}{suffix}"',
            # A deleted piece must not live on in the browser.
            "Cache-Control": "private, no-cache",
        }
        return web.FileResponse(path, headers=headers)

    async def rate(self, request: web.Request) -> web.Response:
        """Give, change or take back this person's vote."""
        viewer, piece_id = self._people.viewer(request), number_in(request)
        content = await read_json(request, ["vote"])
        if "vote" not in content or not isinstance(content["vote"], str | None) or content["vote"] not in _VOTES:
            message = 'A vote is "up", "down" or null.'
            raise BadInputError(message)
        await self._set_vote(piece_id, viewer, _VOTES[content["vote"]])
        return answer(await self._answers.piece(piece_id, viewer))

    async def _set_vote(self, piece_id: int, viewer: Viewer, vote: Vote | None) -> None:
        """Make it so; for the studio, the same vote once more takes it back."""
        async with self._rating:
            own = (await self._studio.piece(piece_id, viewer)).own_vote
            pressed = own if vote is None else vote
            if own is not vote and pressed is not None:
                await self._studio.rate(piece_id, viewer, pressed)

    async def follow_up(self, request: web.Request) -> web.Response:
        """Again, a variation, or longer."""
        viewer, action = self._people.viewer(request), Action(request.match_info["action"])
        key = request_key(request, viewer)
        ticket = await self._asking.follow_up(action, number_in(request), viewer, key)
        return taken_on(await self._answers.ticket(ticket.id, viewer))


def _path(files: PieceFiles, name: str) -> Path:
    return {"midi": files.midi, "mp3": files.mp3, "picture": files.picture, "roll": files.score}[name]
