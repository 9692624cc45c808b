"""Which events of Slack are heard, and who deals with each. All are acknowledged before anything else is done."""

from __future__ import annotations

import asyncio
import logging
import re
from typing import TYPE_CHECKING, Any, Final

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult

from bot.domain import MessageRef
from bot.options import parse_command
from bot.platforms.slack import messages, reactions
from bot.platforms.slack.answers import Asked, explain
from bot.platforms.slack.commands import COMPOSE, EVERYTHING, SHORTCUT, obey
from bot.platforms.slack.composing import compose_from_file
from bot.platforms.slack.letters import unescaped
from bot.platforms.slack.pressing import press
from bot.platforms.slack.quiet import quiet_logger
from bot.platforms.slack.workspace import Memory
from bot.tasks import end_all

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Mapping

    from bot.platforms.slack.workspace import Workspace

    Acknowledge = Callable[[], Awaitable[Any]]
    Respond = Callable[..., Awaitable[Any]]

logger = logging.getLogger(__name__)

MESSAGES: Final = ("app_mention", "message")
FILES: Final = ("file_shared",)
REACTIONS: Final = ("reaction_added", "reaction_removed")
_ANY: Final = re.compile(".")


class Listener:
    """Hears, acknowledges, and has things done in the background."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._heard = Memory()
        self._work: set[asyncio.Task[None]] = set()
        self._votes = asyncio.Lock()

    def app(self) -> AsyncApp:
        """The application that slack_bolt passes events through."""
        app = AsyncApp(
            client=self._workspace.web.tokenless(),
            name="schumann",
            logger=quiet_logger(),
            authorize=_always(self._workspace),
            request_verification_enabled=False,
            ssl_check_enabled=False,
            url_verification_enabled=False,
            attaching_function_token_enabled=False,
        )
        app.event(_ANY)(self.on_event)
        for command in (COMPOSE, EVERYTHING):
            app.command(command)(self.on_command)
        app.shortcut(SHORTCUT)(self.on_shortcut)
        app.action(_ANY)(self.on_press)
        return app

    async def close(self) -> None:
        """Do nothing more."""
        await end_all(tuple(self._work))

    async def on_command(self, ack: Acknowledge, body: Mapping[str, Any], respond: Respond) -> None:
        """Somebody has typed a slash command."""
        await ack()
        asked = self._asked(body["user_id"], body["channel_id"], body["trigger_id"], respond=respond)
        text = unescaped(body.get("text") or "")
        self._begin(self._follow(asked, f"/compose {text}" if body["command"] == COMPOSE else text))

    async def _follow(self, asked: Asked, text: str) -> None:
        async def work() -> None:
            await obey(asked, parse_command(text))

        await _explained(asked, work())

    async def on_shortcut(self, ack: Acknowledge, body: Mapping[str, Any], respond: Respond) -> None:
        """Somebody has chosen "Compose from this MIDI" from the menu of a message."""
        await ack()
        message = body.get("message", {})
        asked = self._asked(
            body["user"]["id"], _channel_of(body), body["trigger_id"], thread=_thread_of(message), respond=respond
        )
        self._begin(_explained(asked, compose_from_file(asked, message.get("files") or ())))

    async def on_press(self, ack: Acknowledge, body: Mapping[str, Any], respond: Respond) -> None:
        """Somebody has pressed a button."""
        await ack()
        container, action, channel_id = body.get("container") or {}, body["actions"][0], _channel_of(body)
        message = {
            "ts": container.get("message_ts"),
            "thread_ts": container.get("thread_ts"),
            **body.get("message", {}),
        }
        is_everybodys = bool(message["ts"]) and not container.get("is_ephemeral")
        asked = self._asked(
            body["user"]["id"],
            channel_id,
            body["trigger_id"],
            thread=_thread_of(message),
            respond=respond,
            pressed=MessageRef(channel_id, str(message["ts"])) if is_everybodys else None,
            is_press=True,
        )
        self._begin(_explained(asked, press(asked, action.get("action_id", ""), action.get("value") or "")))

    async def on_event(self, ack: Acknowledge, body: Mapping[str, Any]) -> None:
        """Something has happened that the app is subscribed to."""
        await ack()
        event = body["event"]
        if not self._heard.is_new(body.get("event_id") or object()):
            return
        if event["type"] in MESSAGES:
            self._begin(messages.hear(self._workspace, event))
        elif event["type"] in FILES:
            self._begin(messages.hear_file(self._workspace, event))
        elif event["type"] in REACTIONS:
            self._begin(self._count(event))

    async def _count(self, event: Mapping[str, Any]) -> None:
        """One at a time and in the order in which they were heard: of a person's votes the last one holds."""
        async with self._votes:
            await reactions.hear(self._workspace, event)

    def _asked(self, user_id: str, channel_id: str, trigger_id: str, **parts: Any) -> Asked:
        return Asked(self._workspace, user_id, channel_id, key=self._workspace.key(trigger_id), **parts)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(_logged(work))
        self._work.add(task)
        task.add_done_callback(self._work.discard)


def _always(workspace: Workspace) -> Callable[[], Awaitable[AuthorizeResult]]:
    """Who the bot is: known since the start, so that no event waits for the answer and is overtaken by another."""
    me = workspace.me
    result = AuthorizeResult(
        enterprise_id=None,
        team_id=me.team_id,
        bot_user_id=me.user_id,
        bot_id=me.bot_id,
    )

    async def authorize() -> AuthorizeResult:
        return result

    return authorize


def _thread_of(message: Mapping[str, Any]) -> str | None:
    """The thread that a message is in; one that begins a thread is in none."""
    thread = message.get("thread_ts")
    return thread if thread and thread != message.get("ts") else None


async def _explained(asked: Asked, work: Coroutine[Any, Any, None]) -> None:
    """Whatever goes wrong, the person is told."""
    try:
        await work
    except Exception as error:  # noqa: BLE001 (whatever went wrong, the person gets a sentence and the log a trace)
        await explain(asked, error)


async def _logged(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except Exception:
        logger.exception("an event of Slack was lost")


def _channel_of(body: Mapping[str, Any]) -> str:
    channel = body.get("channel") or {}
    return str(channel.get("id") or body.get("container", {}).get("channel_id") or "")
