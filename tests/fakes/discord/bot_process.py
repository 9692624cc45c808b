"""The whole bot in a process of its own, with the fake as its Discord."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.bot_process import BotProcess

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fakes.discord.server import FakeDiscord


def bot_on(fake: FakeDiscord, data: Path, **settings: str) -> BotProcess:
    """A bot over a data folder, with further variables of its environment."""
    gateway = fake.gateway
    return BotProcess(
        data,
        "tests.fakes.discord.run_bot",
        fake.base_url,
        lambda: (gateway.identified, gateway.is_connected),
        **{"DISCORD_TOKEN": fake.token, **settings},
    )
