"""Errors become answers: a status, and one sentence."""

from __future__ import annotations

import logging
import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from aiohttp import web

from bot import wording
from bot.domain import ForbiddenError, NotFoundError, RefusedError, ReplyError, TooLateError
from composer.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

logger = logging.getLogger(__name__)

_STATUS: Final[dict[type[ReplyError], int]] = {
    NotFoundError: 404,
    ForbiddenError: 403,
    TooLateError: 409,
    RefusedError: 429,
}
"""What is left says that something is not working: the database, for example."""
_PLAIN: Final = {
    404: "There is nothing at this address.",
    405: "This cannot be done at this address.",
    413: wording.FILE_TOO_LARGE,
}


class TooLargeError(BadInputError):
    """More was sent than is read."""


@web.middleware
async def answer_faults(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer with a sentence whatever goes wrong."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        sentence = _PLAIN.get(error.status) or error.text or error.reason
        if request.path == "/":  # a person reads this in their browser
            return web.Response(text=f"{sentence}\n", status=error.status)
        return fault(error.status, sentence)
    except (ReplyError, BadInputError) as error:
        return _refusal(error)
    except ConnectionError:
        raise
    except Exception as error:
        support_id = wording.support_id()
        # The route, not the address: addresses may hold what people typed.
        route = request.match_info.route.resource
        logger.exception("support id %s: %s %s", support_id, request.method, route.canonical if route else "?")
        return fault(500, wording.sentence_of(error, support_id))


def fault(status: int, sentence: str, retry_at: datetime | None = None) -> web.Response:
    """An answer that says why not."""
    headers = {} if retry_at is None else {"Retry-After": str(_seconds_until(retry_at))}
    content = {"error": sentence, "retry_at": None if retry_at is None else retry_at.isoformat()}
    return web.json_response(content, status=status, headers=headers)


def _refusal(error: ReplyError | BadInputError) -> web.Response:
    retry_at = error.retry_at if isinstance(error, RefusedError) else None
    return fault(_status(error), wording.sentence_of(error), retry_at)


def _status(error: ReplyError | BadInputError) -> int:
    if isinstance(error, BadInputError):
        return 413 if isinstance(error, TooLargeError) else 400
    return _STATUS.get(type(error), 503)


def _seconds_until(moment: datetime) -> int:
    return max(1, math.ceil((moment - datetime.now(UTC)).total_seconds()))
