"""The fake with a small client of the real discord.py, which knows nothing of our bot."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import discord
import pytest
from discord import app_commands

from tests.fakes.discord.checking import checked_fake
from tests.fakes.discord.waiting import until

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.fakes.discord.model import Guild
    from tests.fakes.discord.server import FakeDiscord


class PlainClient(discord.Client):
    """Notes what reaches it; its commands come from ``plain_commands``."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents.default(), guild_ready_timeout=0.1)
        self.tree = app_commands.CommandTree(self)
        self.seen: list[tuple[str, str]] = []

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Identify again at once; discord.py would wait for 5 s."""

    async def on_raw_reaction_add(self, event: discord.RawReactionActionEvent) -> None:
        """Somebody reacted."""
        self.seen.append(("add", f"{event.emoji}"))

    async def on_raw_reaction_remove(self, event: discord.RawReactionActionEvent) -> None:
        """Somebody took it back."""
        self.seen.append(("remove", f"{event.emoji}"))

    async def on_raw_reaction_clear(self, _: discord.RawReactionClearEvent) -> None:
        """All are gone."""
        self.seen.append(("clear", ""))

    async def on_raw_reaction_clear_emoji(self, event: discord.RawReactionClearEmojiEvent) -> None:
        """All of one kind are gone."""
        self.seen.append(("clear", f"{event.emoji}"))

    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        """A message is gone."""
        self.seen.append(("delete", f"{event.message_id}"))

    async def on_raw_bulk_message_delete(self, event: discord.RawBulkMessageDeleteEvent) -> None:
        """Several are gone."""
        self.seen.append(("bulk", f"{len(event.message_ids)}"))

    async def on_message(self, message: discord.Message) -> None:
        """Somebody wrote, perhaps the bot itself."""
        if not message.author.bot:
            self.seen.append(("message", message.content))


@pytest.fixture
async def fake() -> AsyncIterator[FakeDiscord]:
    """The fake."""
    async with checked_fake() as fake:
        yield fake


@pytest.fixture
def guild(fake: FakeDiscord) -> Guild:
    """A guild with the bot in it."""
    return fake.add_guild()


@pytest.fixture
async def client(fake: FakeDiscord, guild: Guild) -> AsyncIterator[PlainClient]:
    """A client that is ready and has registered its commands."""
    assert guild.bot_is_here
    client = PlainClient()
    add_commands(client)
    running = asyncio.create_task(client.start(fake.token))
    await until(client.is_ready, "the client")
    await client.tree.sync()
    yield client
    await client.close()
    await running


def add_commands(client: PlainClient) -> None:
    """One slash command of each sort, and a context menu."""

    @client.tree.command(description="Play a note")
    @app_commands.describe(note="Its name", length="In seconds", midi="A file")
    async def play(
        interaction: discord.Interaction[PlainClient],
        note: str,
        length: app_commands.Range[float, 1, 60] = 10,
        midi: discord.Attachment | None = None,
    ) -> None:
        await interaction.response.defer(thinking=True)
        content = await midi.read() if midi else b""
        await interaction.edit_original_response(content=f"{note} for {length:g} s, {len(content)} bytes")

    @play.autocomplete("note")
    async def notes(_: discord.Interaction[PlainClient], current: str) -> list[app_commands.Choice[str]]:
        return [app_commands.Choice(name=name, value=name) for name in ("do", "re", "mi") if name.startswith(current)]

    @client.tree.context_menu(name="Count letters")
    async def count(interaction: discord.Interaction[PlainClient], message: discord.Message) -> None:
        await interaction.response.send_message(f"{len(message.content)} letters", ephemeral=True)
