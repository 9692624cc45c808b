"""Answers to what people ask for, whether they typed a command or their program asked the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot import wording
from bot.domain import NotFoundError, Progress, RequestState
from bot.platforms.web.json_views import about_json, opener_json, piece_json, settings_json, ticket_json

if TYPE_CHECKING:
    from bot.domain import GuildSettings, Piece, Tally, Ticket, Viewer
    from bot.platforms.web.json_views import Json
    from bot.studio import Studio

PAGE_LENGTH = 10
_MADE = {RequestState.COMPOSED, RequestState.DELIVERED}
_OVER = {*_MADE, RequestState.FAILED, RequestState.CANCELLED}


class Answers:
    """Asks the studio, and puts what it says into JSON."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    async def ticket(self, ticket_id: int, viewer: Viewer) -> Json:
        """A request, as it stands."""
        progress = await self._studio.progress(ticket_id)
        # Read after its progress: what has come to its end meanwhile is complete here, and what counts.
        ticket = await self._studio.ticket(ticket_id, viewer)
        if ticket.state in _OVER:
            progress = Progress(ticket.state, share=float(ticket.piece_id is not None))
        return {"kind": "ticket", "ticket": await self.ticket_at(ticket, progress, viewer)}

    async def ticket_at(self, ticket: Ticket, progress: Progress, viewer: Viewer) -> Json:
        """A request that is so far, with its piece if that is there."""
        piece = None
        if ticket.piece_id is not None and progress.state in _MADE:
            piece = piece_json(await self._studio.piece(ticket.piece_id, viewer), viewer.user)
        return ticket_json(ticket, progress, piece)

    async def requests(self, viewer: Viewer) -> Json:
        """The person's unfinished requests."""
        tickets = await self._studio.open_tickets(viewer)
        return {
            "kind": "requests",
            "requests": [(await self.ticket(ticket.id, viewer))["ticket"] for ticket in tickets],
        }

    async def piece(self, piece_id: int, viewer: Viewer) -> Json:
        """A piece."""
        return {"kind": "piece", "piece": piece_json(await self._studio.piece(piece_id, viewer), viewer.user)}

    async def history(self, viewer: Viewer, page: int) -> Json:
        """The person's own pieces."""
        pieces = await self._studio.history(viewer, limit=PAGE_LENGTH + 1, offset=_offset(page))
        return await self._page("history", viewer, page, pieces)

    async def top(self, viewer: Viewer, page: int) -> Json:
        """The best rated pieces."""
        pieces = await self._studio.top(viewer, limit=PAGE_LENGTH + 1, offset=_offset(page))
        return await self._page("top", viewer, page, pieces)

    async def _page(self, kind: str, viewer: Viewer, page: int, found: list[tuple[Piece, Tally]]) -> Json:
        pieces = []
        for piece, _ in found[:PAGE_LENGTH]:
            try:
                view = await self._studio.piece(piece.id, viewer)
            except NotFoundError:  # deleted in this moment
                continue
            pieces.append(piece_json(view, viewer.user))
        return {"kind": kind, "page": page, "more": len(found) > PAGE_LENGTH, "pieces": pieces}

    def openers(self, text: str) -> Json:
        """Openers that fit what was typed so far."""
        known = {opener.slug: opener for opener in self._studio.openers()}
        found = self._studio.suggest_openers(text, limit=len(known))
        return {"kind": "openers", "openers": [opener_json(known[slug], label) for label, slug in found]}

    async def settings(self, viewer: Viewer, settings: GuildSettings | None = None) -> Json:
        """What holds in this chat."""
        settings = settings or await self._studio.guild_settings(viewer)
        return {"kind": "settings", "settings": settings_json(settings), "may_change": viewer.is_admin}

    async def privacy(self, viewer: Viewer) -> Json:
        """Everything that is stored about this person."""
        return {"kind": "privacy", "report": await self._studio.privacy_report(viewer)}

    def confirm_forgetting(self) -> Json:
        """That deleting everything needs a yes."""
        request = {"method": "DELETE", "url": "/api/privacy", "body": {"confirm": True}}
        return {"kind": "confirm", "sentence": wording.FORGET_FIRST, **request}

    async def forget(self, viewer: Viewer) -> Json:
        """Delete everything that is stored about this person."""
        gone = await self._studio.forget(viewer)
        sentence = wording.forgotten(gone.pieces, gone.votes)
        return {"kind": "forgotten", "sentence": sentence, "pieces": gone.pieces, "votes": gone.votes}

    async def consent(self, viewer: Viewer, *, is_allowed: bool) -> Json:
        """Note whether the network may learn from this person's pieces."""
        await self._studio.training_consent(viewer, is_allowed)
        sentence = wording.LEARNING_ALLOWED if is_allowed else wording.LEARNING_FORBIDDEN
        return {"kind": "consent", "training": is_allowed, "sentence": sentence}

    async def about(self) -> Json:
        """What the bot says of itself."""
        about = await self._studio.about()
        return {"kind": "about", "about": about_json(about), "text": wording.about_text(about)}

    def help(self) -> Json:
        """How to use this chat."""
        return {"kind": "help", "text": wording.HELP}


def _offset(page: int) -> int:
    return (page - 1) * PAGE_LENGTH
