"""Requests for pieces, from a typed command, a JSON object or a form, become requests to the studio."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING, Any, Final

from bot import wording
from bot.command_text import KEYS
from bot.domain import Action, ComposeRequest, Seed, SeedKind
from bot.options import to_options
from composer.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp import web

    from bot.domain import Ticket, Viewer
    from bot.studio import Studio

OPTIONS: Final = KEYS["compose"]
_KEY_HEADER: Final = "Idempotency-Key"
_KEY = re.compile(r"[!-~]{1,100}")
_NO_ADDRESS: Final = "{}"
"""The page hears of its requests by itself: nobody needs to be found."""


def request_key(request: web.Request, viewer: Viewer) -> str:
    """What makes two requests of one person the same.

    Raises:
        BadInputError: the header for it makes no sense.
    """
    given = request.headers.get(_KEY_HEADER) or uuid.uuid4().hex
    if not _KEY.fullmatch(given):
        message = f"The header {_KEY_HEADER} takes 1 to 100 plain characters without spaces."
        raise BadInputError(message)
    return f"web:{viewer.user.id}:{given}"


class Asking:
    """Takes requests to the studio."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio

    async def compose(self, values: Mapping[str, Any], viewer: Viewer, key: str) -> Ticket:
        """A piece from an opener or notes."""
        seed = values.get("seed")
        if not isinstance(seed, str) or not seed.strip():
            raise BadInputError(wording.NO_SEED)
        request = _request(self._studio.parse_seed(seed), values, viewer, key)
        return await self._studio.compose(request, viewer)

    async def compose_upload(
        self, data: bytes, file_name: str, values: Mapping[str, Any], viewer: Viewer, key: str
    ) -> Ticket:
        """A piece from a MIDI file."""
        if str(values.get("seed", "")).strip():
            raise BadInputError(wording.SEED_OR_MIDI)
        name = wording.safe_name(file_name)
        request = _request(Seed(SeedKind.UPLOAD, name, name), values, viewer, key)
        return await self._studio.compose_upload(request, viewer, data)

    async def follow_up(self, action: Action, piece_id: int, viewer: Viewer, key: str) -> Ticket:
        """A piece that starts from another."""
        return await self._studio.follow_up(action, piece_id, viewer, key=key, address=_NO_ADDRESS)


def _request(seed: Seed, values: Mapping[str, Any], viewer: Viewer, key: str) -> ComposeRequest:
    for name, value in values.items():
        if isinstance(value, bool | list | dict):
            message = f"The option {name} takes a number or a text."
            raise BadInputError(message)
    options = to_options({name: value for name, value in values.items() if name != "seed"})
    return ComposeRequest(key, viewer.user, viewer.place, seed, options, _NO_ADDRESS)
