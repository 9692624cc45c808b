"""The rest of the JSON API: requests, lists, settings, privacy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot import wording
from bot.options import to_page
from bot.platforms.web.asking import OPTIONS, request_key
from bot.platforms.web.bodies import is_form, read_form, read_json
from bot.platforms.web.json_views import WEB_SETTINGS
from bot.platforms.web.routes import answer, number_in, taken_on
from composer.errors import BadInputError

if TYPE_CHECKING:
    from aiohttp import web

    from bot.domain import Ticket, Viewer
    from bot.platforms.web.answers import Answers
    from bot.platforms.web.asking import Asking
    from bot.platforms.web.commands import Commands
    from bot.platforms.web.people import People
    from bot.studio import Studio


class Api:
    """Handlers of everything but pieces and events."""

    def __init__(self, studio: Studio, answers: Answers, asking: Asking, commands: Commands, people: People) -> None:
        self._studio, self._answers, self._people = studio, answers, people
        self._asking, self._commands = asking, commands

    def add_to(self, app: web.Application) -> None:
        """Serve them."""
        add = app.router
        add.add_post("/api/command", self.command)
        add.add_get("/api/requests", self.requests)
        add.add_post("/api/requests", self.compose)
        add.add_get(r"/api/requests/{id:\d+}", self.request)
        add.add_delete(r"/api/requests/{id:\d+}", self.cancel)
        add.add_get("/api/history", self.history)
        add.add_get("/api/top", self.top)
        add.add_get("/api/openers", self.openers)
        add.add_get("/api/about", self.about)
        add.add_get("/api/privacy", self.privacy)
        add.add_delete("/api/privacy", self.forget)
        add.add_get("/api/settings", self.settings)
        add.add_patch("/api/settings", self.change_settings)

    async def command(self, request: web.Request) -> web.Response:
        """Do what a typed line says."""
        viewer = self._people.viewer(request)
        text = (await read_json(request, ["text"])).get("text")
        if not isinstance(text, str):
            message = "Send the line that was typed as text."
            raise BadInputError(message)
        content = await self._commands.run(text, viewer, request_key(request, viewer))
        return taken_on(content) if content["kind"] == "ticket" else answer(content)

    async def requests(self, request: web.Request) -> web.Response:
        """What this person waits for."""
        return answer(await self._answers.requests(self._people.viewer(request)))

    async def compose(self, request: web.Request) -> web.Response:
        """Ask for a piece, from an opener, notes or a file."""
        viewer = self._people.viewer(request)
        key = request_key(request, viewer)
        if is_form(request):
            ticket = await self._compose_form(request, viewer, key)
        else:
            ticket = await self._asking.compose(await read_json(request, OPTIONS), viewer, key)
        return taken_on(await self._answers.ticket(ticket.id, viewer))

    async def _compose_form(self, request: web.Request, viewer: Viewer, key: str) -> Ticket:
        form = await read_form(request, OPTIONS)
        if form.data is None:
            return await self._asking.compose(form.values, viewer, key)
        return await self._asking.compose_upload(form.data, form.file_name, form.values, viewer, key)

    async def request(self, request: web.Request) -> web.Response:
        """How far a request is."""
        viewer = self._people.viewer(request)
        return answer(await self._answers.ticket(number_in(request), viewer))

    async def cancel(self, request: web.Request) -> web.Response:
        """Cancel a request."""
        viewer, ticket_id = self._people.viewer(request), number_in(request)
        await self._studio.cancel(ticket_id, viewer)
        return answer(await self._answers.ticket(ticket_id, viewer))

    async def history(self, request: web.Request) -> web.Response:
        """This person's pieces."""
        page = to_page(request.query)
        return answer(await self._answers.history(self._people.viewer(request), page))

    async def top(self, request: web.Request) -> web.Response:
        """The best rated pieces."""
        page = to_page(request.query)
        return answer(await self._answers.top(self._people.viewer(request), page))

    async def openers(self, request: web.Request) -> web.Response:
        """Openers that fit what was typed so far."""
        return answer(self._answers.openers(request.query.get("text", "")[:100]))

    async def about(self, request: web.Request) -> web.Response:
        """What the bot says of itself; often a page's first question, so it brings the cookie."""
        self._people.viewer(request)
        return answer(await self._answers.about())

    async def privacy(self, request: web.Request) -> web.Response:
        """What is stored about this person."""
        return answer(await self._answers.privacy(self._people.viewer(request)))

    async def forget(self, request: web.Request) -> web.Response:
        """Delete it."""
        viewer = self._people.viewer(request)
        if (await read_json(request, ["confirm"])).get("confirm") is not True:
            message = f'{wording.FORGET_FIRST} Send {{"confirm": true}} if you mean it.'
            raise BadInputError(message)
        return answer(await self._answers.forget(viewer))

    async def settings(self, request: web.Request) -> web.Response:
        """What holds in this chat."""
        return answer(await self._answers.settings(self._people.viewer(request)))

    async def change_settings(self, request: web.Request) -> web.Response:
        """Change some of it."""
        viewer = self._people.viewer(request)
        changes = await read_json(request, WEB_SETTINGS)
        if not changes:
            message = f"Name what to change: {', '.join(WEB_SETTINGS)}."
            raise BadInputError(message)
        return answer(await self._answers.settings(viewer, await self._studio.change_guild_settings(viewer, **changes)))
