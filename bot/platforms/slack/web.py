"""Slack's Web API: the calls that the bot makes, and no others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain import MessageRef
from bot.platforms.slack.quiet import quiet_logger
from bot.platforms.slack.troubles import SlackError

if TYPE_CHECKING:
    from collections.abc import Awaitable

    import aiohttp
    from slack_sdk.web.async_slack_response import AsyncSlackResponse

    from bot.platforms.slack.letters import Letter

_SILENT: Final[dict[str, Any]] = {"link_names": False, "parse": "none"}
"""Names and addresses in the text stay text."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the bot is in its workspace.

    Attributes:
        url: of the workspace, with a slash at its end.
    """

    team_id: str
    user_id: str
    bot_id: str
    name: str
    url: str


class Web:
    """Calls Slack; what it refuses is a ``SlackError``. Rate limits are waited for, twice.

    Args:
        token: of the bot.
        base_url: of the Web API.
        session: to call through.
    """

    def __init__(self, token: str, base_url: str, session: aiohttp.ClientSession) -> None:
        self.token, self.base_url, self.session = token, base_url, session
        handlers = [AsyncConnectionErrorRetryHandler(), AsyncRateLimitErrorRetryHandler(max_retry_count=2)]
        self.client = AsyncWebClient(
            token=token, base_url=base_url, session=session, retry_handlers=handlers, logger=quiet_logger()
        )

    def tokenless(self) -> AsyncWebClient:
        """A client for slack_bolt, which only passes events on and needs no token for that."""
        return AsyncWebClient(base_url=self.base_url, session=self.session, logger=quiet_logger())

    async def identify(self) -> Identity:
        """Who the token belongs to."""
        found = await _answer(self.client.auth_test())
        return Identity(found["team_id"], found["user_id"], found.get("bot_id", ""), found["user"], found["url"])

    async def socket_url(self, app_token: str) -> str:
        """Where events can be heard, for a short while."""
        return str((await _answer(self.client.apps_connections_open(app_token=app_token)))["url"])

    async def post(self, channel_id: str, letter: Letter, thread: str | None = None) -> MessageRef:
        """Send a message; to a person where the id is one's."""
        posted = await _answer(
            self.client.chat_postMessage(
                channel=channel_id,
                text=letter.text,
                blocks=letter.blocks,
                thread_ts=thread,
                unfurl_links=False,
                unfurl_media=False,
                **_SILENT,
            )
        )
        return MessageRef(posted["channel"], posted["ts"])

    async def update(self, message: MessageRef, letter: Letter) -> None:
        """Turn a message into another."""
        channel, ts = message.channel_id, message.message_id
        call = self.client.chat_update(channel=channel, ts=ts, text=letter.text, blocks=letter.blocks, **_SILENT)
        await _answer(call)

    async def whisper(self, channel_id: str, user_id: str, letter: Letter, thread: str | None = None) -> None:
        """Show a message to one person only."""
        await _answer(
            self.client.chat_postEphemeral(
                channel=channel_id, user=user_id, text=letter.text, blocks=letter.blocks, thread_ts=thread, **_SILENT
            )
        )

    async def reactions(self, message: MessageRef) -> list[dict[str, Any]]:
        """Every reaction to a message, with all who gave it."""
        call = self.client.reactions_get(channel=message.channel_id, timestamp=message.message_id, full=True)
        found: list[dict[str, Any]] = (await _answer(call)).get("message", {}).get("reactions", [])
        return found

    async def user(self, user_id: str) -> dict[str, Any]:
        """A person."""
        found: dict[str, Any] = (await _answer(self.client.users_info(user=user_id)))["user"]
        return found

    async def file(self, file_id: str) -> dict[str, Any]:
        """What Slack knows of a file."""
        found: dict[str, Any] = (await _answer(self.client.files_info(file=file_id)))["file"]
        return found

    async def begin_upload(self, name: str, length: int) -> tuple[str, str]:
        """Announce a file: where its bytes go, and the id that it will have."""
        found = await _answer(self.client.files_getUploadURLExternal(filename=name, length=length))
        return found["upload_url"], found["file_id"]

    async def complete_upload(self, files: dict[str, str], channel_id: str, thread: str) -> None:
        """Make files, ids with their titles, appear in a thread."""
        listed: list[dict[str, str | None]] = [{"id": file_id, "title": title} for file_id, title in files.items()]
        await _answer(self.client.files_completeUploadExternal(files=listed, channel_id=channel_id, thread_ts=thread))


async def _answer(call: Awaitable[AsyncSlackResponse]) -> dict[str, Any]:
    try:
        data = (await call).data
    except SlackApiError as error:
        response = error.response
        said = response.data if hasattr(response, "data") else None
        code = said.get("error") if isinstance(said, dict) else None
        raise SlackError(str(code or f"status {getattr(response, 'status_code', 'unknown')}")) from None
    return data if isinstance(data, dict) else {}
