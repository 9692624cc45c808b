"""The fake with a small app of the real slack_bolt, which knows nothing of our bot."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack.checking import checked_fake

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from slack_bolt.context.ack.async_ack import AsyncAck
    from slack_bolt.context.respond.async_respond import AsyncRespond

    from tests.fakes.slack.server import FakeSlack

MANIFEST: dict[str, Any] = {
    "display_information": {"name": "Plain"},
    "features": {
        "bot_user": {"display_name": "plain"},
        "slash_commands": [{"command": "/play", "description": "Play a note"}],
        "shortcuts": [{"name": "Count letters", "type": "message", "callback_id": "count"}],
    },
    "oauth_config": {
        "scopes": {
            "bot": [
                *("commands", "chat:write", "files:write", "files:read", "reactions:read", "reactions:write"),
                *("app_mentions:read", "users:read", "channels:history", "channels:read", "im:history"),
            ]
        }
    },
    "settings": {
        "event_subscriptions": {
            "bot_events": [
                *("app_mention", "message.channels", "message.im", "file_shared", "reaction_added", "reaction_removed")
            ]
        },
        "socket_mode_enabled": True,
    },
}


@dataclass
class PlainApp:
    """Notes what reaches it."""

    app: AsyncApp
    handler: AsyncSocketModeHandler
    events: list[dict[str, Any]] = field(default_factory=list)

    @property
    def client(self) -> AsyncWebClient:
        """Calls methods."""
        return self.app.client

    @property
    def seen(self) -> list[str]:
        """Kinds of the events that came, in order."""
        return [f"{event['type']}/{event.get('subtype', '')}".rstrip("/") for event in self.events]


@pytest.fixture
async def fake() -> AsyncIterator[FakeSlack]:
    """The fake."""
    async with checked_fake(MANIFEST) as fake:
        yield fake


@pytest.fixture
async def plain(fake: FakeSlack) -> AsyncIterator[PlainApp]:
    """An app that is connected."""
    client = AsyncWebClient(fake.bot_token, base_url=fake.api)
    client.retry_handlers.append(AsyncRateLimitErrorRetryHandler(max_retry_count=2))
    app = AsyncApp(client=client, ignoring_self_events_enabled=False)
    plain = PlainApp(app, AsyncSocketModeHandler(app, fake.app_token, ping_interval=0.2))
    add_listeners(plain)
    await plain.handler.connect_async()  # type: ignore[no-untyped-call]  # slack_bolt's
    yield plain
    await plain.handler.close_async()  # type: ignore[no-untyped-call]  # slack_bolt's


def add_listeners(plain: PlainApp) -> None:
    """One listener of each sort."""
    app = plain.app

    @app.event({"type": "message"})
    @app.event("app_mention")
    @app.event("file_shared")
    @app.event("reaction_added")
    @app.event("reaction_removed")
    async def hear(event: dict[str, Any]) -> None:
        plain.events.append(event)

    @app.command("/play")
    async def play(ack: AsyncAck, respond: AsyncRespond, command: dict[str, Any]) -> None:
        await ack()
        await respond(f"playing {command['text']}")

    @app.shortcut("count")
    async def count(ack: AsyncAck, respond: AsyncRespond, shortcut: dict[str, Any]) -> None:
        await ack()
        await respond(f"{len(shortcut['message']['text'])} letters", response_type="in_channel")

    @app.action("again")
    async def again(ack: AsyncAck, respond: AsyncRespond, action: dict[str, Any]) -> None:
        await ack()
        await respond(f"once more {action['value']}", replace_original=True)
