"""The local web chat as a platform: a server, and the streams to the pages that are open."""

from __future__ import annotations

import errno
import logging
from typing import TYPE_CHECKING, Final, NoReturn

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from bot import wording
from bot.addresses import is_everywhere, is_loopback, with_brackets
from bot.domain import PlatformName, ReplyError
from bot.platforms.platform import PlatformStartError
from bot.platforms.web.access import SHORTEST_TOKEN, Access
from bot.platforms.web.answers import Answers
from bot.platforms.web.api import Api
from bot.platforms.web.asking import Asking
from bot.platforms.web.bodies import LARGEST_BODY
from bot.platforms.web.commands import Commands
from bot.platforms.web.events import Events
from bot.platforms.web.faults import answer_faults
from bot.platforms.web.guard import Guard, add_headers
from bot.platforms.web.keeping import Keeping
from bot.platforms.web.page import add_page
from bot.platforms.web.people import People, give_cookie
from bot.platforms.web.pieces import Pieces
from bot.platforms.web.retraining import Retraining

if TYPE_CHECKING:
    from collections.abc import Collection

    from bot.domain import MessageRef, Piece, Progress, Ticket
    from bot.piece_files import PieceFiles
    from bot.retraining.domain import Notice
    from bot.studio import Studio

_connections = logging.getLogger(f"{__name__}.connections")
_connections.addFilter(lambda record: not _is_theirs(record))
_KEEP_ALIVE_SECONDS: Final = 75.0
_CLOSING_SECONDS: Final = 2.0


class WebPlatform:
    """The web chat.

    Args:
        host: the address to listen on; any but this computer's own needs a token.
        port: 0 for any free one.
        token: what others must show to get in; None where only this computer itself can get in anyway.
        admins: who may retrain the network, as ``web:`` and the id (``web:token``: scripts with the token); where
            nobody of the web is listed, everybody may on this computer, unless there is a token.
    """

    name: Final = PlatformName.WEB
    answers_in_messages: Final = False
    progress_pause: Final = 0.0

    def __init__(
        self,
        studio: Studio,
        *,
        host: str = "127.0.0.1",
        port: int = 8080,
        token: str | None = None,
        admins: Collection[str] = (),
    ) -> None:
        self._studio, self._host, self._port, self._token = studio, host, port, token
        self._admins = admins
        self._runner: web.AppRunner | None = None
        self._events: Events | None = None

    @property
    def url(self) -> str:
        """Where to open the chat on this computer."""
        host = "127.0.0.1" if is_everywhere(self._host) else self._host
        return f"http://{with_brackets(host)}:{self._port}/"

    async def start(self) -> None:
        """Begin to listen.

        Raises:
            PlatformStartError: nobody could or should be let in there.
        """
        self._check()
        guard = Guard(self._host)
        self._runner = web.AppRunner(
            self._app(guard),
            access_log=None,
            logger=_connections,
            keepalive_timeout=_KEEP_ALIVE_SECONDS,
            shutdown_timeout=_CLOSING_SECONDS,
        )
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self._port).start()
        except OSError as error:
            await self.close()
            raise PlatformStartError(self._why_not(error)) from error
        self._port = int(self._runner.addresses[0][1])
        guard.listen_on(self._port)

    async def close(self) -> None:
        """End all streams and let nobody in any more."""
        if self._events is not None:
            self._events.close()
            self._events = None
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def _app(self, guard: Guard) -> web.Application:
        people = People(are_admins=is_loopback(self._host), has_token=bool(self._token), admins=self._admins)
        middlewares = [answer_faults, guard.middleware]
        if self._token:
            middlewares.append(Access(self._token, people).middleware)
        app = web.Application(middlewares=middlewares, client_max_size=LARGEST_BODY)
        app.on_response_prepare.append(add_headers)
        app.on_response_prepare.append(give_cookie)
        answers, asking = Answers(self._studio), Asking(self._studio)
        keeping = Keeping(self._studio.retrainer)
        commands = Commands(self._studio, answers, asking, keeping)
        self._events = Events(self._studio, answers, people)
        Api(self._studio, answers, asking, commands, people).add_to(app)
        Pieces(self._studio, answers, asking, people).add_to(app)
        Retraining(self._studio.retrainer, keeping, people).add_to(app)
        app.router.add_get("/api/events", self._events.handle, allow_head=False)
        add_page(app, people)
        return app

    def _check(self) -> None:
        if self._token and len(self._token) < SHORTEST_TOKEN:
            _refuse(f"SCHUMANN_WEB_TOKEN is too easy to guess; give it at least {SHORTEST_TOKEN} characters.")
        if not self._token and not is_loopback(self._host):
            _refuse(
                f"The web chat does not listen on {self._host} without a token, as everybody there could use it; set "
                "SCHUMANN_WEB_TOKEN, or SCHUMANN_WEB_HOST to 127.0.0.1."
            )

    def _why_not(self, error: OSError) -> str:
        if error.errno == errno.EADDRINUSE:
            return f"Port {self._port} is in use, perhaps by another SchumaNN; set SCHUMANN_WEB_PORT to another one."
        if error.errno == errno.EACCES:
            return f"Port {self._port} needs special rights; set SCHUMANN_WEB_PORT to one from 1024 to 65535."
        return f"The web chat cannot listen on {self._host}, port {self._port}: {error.strerror}."

    # --- what the core asks of a platform: pages hear of everything as it happens, and ask again when they come back

    async def show_progress(self, ticket: Ticket, progress: Progress) -> None:
        """Nothing to do: the streams have told it already."""

    async def deliver(self, ticket: Ticket, piece: Piece, files: PieceFiles) -> MessageRef | None:
        """Nothing to do: the piece is where the page looks for it."""

    async def tell(self, ticket: Ticket, sentence: str) -> None:
        """Nothing to do: the streams tell it in a moment."""

    async def announce(self, address: str, notice: Notice, message: MessageRef | None) -> MessageRef | None:  # noqa: ARG002 (what the core asks of every platform)
        """Tell the pages of those who keep the network; whoever comes later asks, or hears of it when they begin."""
        if self._events is not None:
            self._events.tell_run(notice.run_id)
        return None

    async def fetch_file(self, ticket: Ticket) -> bytes:  # noqa: ARG002 (what the core asks of every platform)
        """There is none to fetch: on the web a file comes together with its request."""
        raise ReplyError(wording.FILE_GONE)


def _is_theirs(record: logging.LogRecord) -> bool:
    """Whether a connection failed by what came over it: of no interest, and the message would hold what came."""
    error = record.exc_info[1] if record.exc_info else None
    return isinstance(error, ConnectionError | HttpProcessingError | web.RequestPayloadError)


def _refuse(sentence: str) -> NoReturn:
    raise PlatformStartError(sentence)
