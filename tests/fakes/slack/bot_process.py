"""The whole bot in a process of its own, with the fake as its Slack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.bot_process import BotProcess

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fakes.slack.server import FakeSlack


def bot_on(fake: FakeSlack, data: Path) -> BotProcess:
    """A bot with one worker over a data folder."""
    socket = fake.socket
    return BotProcess(
        data,
        "tests.fakes.slack.run_bot",
        fake.api,
        lambda: (socket.opened, socket.is_connected),
        SLACK_BOT_TOKEN=fake.bot_token,
        SLACK_APP_TOKEN=fake.app_token,
        SCHUMANN_WORKERS="1",
    )
