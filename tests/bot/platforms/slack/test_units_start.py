"""Starting, and giving up only where trying on cannot help."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, cast

import pytest

from bot.platforms.platform import PlatformStartError
from bot.platforms.slack import SlackPlatform, connection, platform
from tests.fakes.slack import until
from tests.fakes.slack.checking import checked_fake

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from bot.studio import Studio
    from tests.fakes.slack import FakeSlack


class NoStudio:
    """Has no pieces."""

    async def messages_to_reconcile(self, _platform: str) -> list[object]:
        """None."""
        return []


@pytest.fixture
async def fake(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeSlack]:
    """Slack; nothing is waited for long."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(connection, "_FIRST_PAUSE", 0.05)
    monkeypatch.setattr(platform, "_PATIENCE", 0.3)
    async with checked_fake() as fake:
        yield fake


def _platform(fake: FakeSlack, **tokens: Any) -> SlackPlatform:
    tokens = {"bot_token": fake.bot_token, "app_token": fake.app_token, **tokens}
    return SlackPlatform(cast("Studio", NoStudio()), base_url=fake.api, **tokens)


@pytest.mark.parametrize(
    ("tokens", "named"),
    [({"bot_token": "xoxb-wrong"}, "SLACK_BOT_TOKEN"), ({"app_token": "xapp-wrong"}, "SLACK_APP_TOKEN")],
)
async def test_a_wrong_token_is_named(fake: FakeSlack, tokens: dict[str, str], named: str) -> None:
    """The start ends with a sentence that says which one; nothing is left open."""
    slack = _platform(fake, **tokens)

    with pytest.raises(PlatformStartError, match=named):
        await slack.start()
    assert not slack.is_connected
    await slack.close()


async def test_slack_may_be_away_at_the_start(fake: FakeSlack) -> None:
    """The start does not wait for ever, and the connection is made when Slack is back."""
    fake.trouble.fail("auth.test", "internal_error", 10_000)
    slack = _platform(fake)

    await slack.start()
    assert not slack.is_connected
    fake.trouble.calm()
    async with asyncio.timeout(20):
        await until(lambda: slack.is_connected, "a connection")
    await slack.close()
    assert not slack.is_connected


async def test_it_can_be_closed_before_it_was_started(fake: FakeSlack) -> None:
    """As when the house itself cannot be opened."""
    await _platform(fake).close()


async def test_a_lost_connection_is_made_anew(fake: FakeSlack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the library only waits at a dead address, the bot asks Slack for another one."""
    monkeypatch.setattr(connection, "_LOST_SECONDS", 0.2)
    monkeypatch.setattr(connection, "_LOOK_SECONDS", 0.05)
    monkeypatch.setattr(connection, "PING_SECONDS", 60.0)
    slack = _platform(fake)
    await slack.start()
    opened = fake.socket.opened

    await fake.socket.drop()
    async with asyncio.timeout(20):
        await until(lambda: slack.is_connected and fake.socket.opened > opened, "another connection")
    await slack.close()
