"""The connection to Discord: which events are heard, and who deals with each."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any, Final

import discord
from discord import app_commands

from bot.platforms.discord import messages, reactions
from bot.platforms.discord.answers import explain
from bot.platforms.discord.buttons import ActionButton, CancelButton, ForgetButton, RateButton
from bot.platforms.discord.commands import add_commands
from bot.platforms.discord.keeper_commands import StartButton
from bot.platforms.discord.pages import PageButton
from bot.platforms.discord.pressing import press
from bot.platforms.discord.run_buttons import CancelRunButton

if TYPE_CHECKING:
    from collections.abc import Collection

    from bot.domain import MessageRef
    from bot.studio import Studio

logger = logging.getLogger(__name__)

# discord.py would warn at each start that the libraries for voice channels are absent; the bot does not speak there.
discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False


BUTTONS: Final = (CancelButton, ActionButton, RateButton, ForgetButton, PageButton, StartButton, CancelRunButton)


class CommandTree(app_commands.CommandTree[Any]):
    """The commands, in guilds and in private, also for people who installed the bot for themselves."""

    def __init__(self, client: discord.Client) -> None:
        super().__init__(
            client,
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
        )
        add_commands(self)

    async def on_error(self, interaction: discord.Interaction[Any], error: app_commands.AppCommandError, /) -> None:
        """Say what went wrong; every error of every command ends here."""
        if interaction.type is discord.InteractionType.autocomplete:
            logger.info("nothing could be suggested: %s", type(error).__name__)
        else:
            await explain(interaction, error)


class SchumannClient(discord.Client):
    """One connection, which reconnects by itself.

    Args:
        studio: what everything is passed on to.
        message_content: whether to ask for the privileged intent that files dropped in a channel need.
        admins: who may change the settings everywhere, as ``discord:`` and the id.
        up: set as soon as Discord can be heard.
        ready_seconds: how long to wait for the guilds after connecting.
    """

    def __init__(
        self,
        studio: Studio,
        *,
        message_content: bool,
        admins: Collection[str],
        up: asyncio.Event,
        ready_seconds: float = 2.0,
    ) -> None:
        super().__init__(
            intents=intents(message_content=message_content),
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
            guild_ready_timeout=ready_seconds,
        )
        self.studio, self.admins = studio, frozenset(admins)
        self.tree = CommandTree(self)
        self.watched: MessageRef | None = None
        """The message whose votes are being looked through; None as soon as one of them changes."""
        self._up = up
        self._reconciling: asyncio.Task[None] | None = None

    async def close(self) -> None:
        """Disconnect."""
        await self._stop_reconciling()
        await super().close()

    async def on_ready(self) -> None:
        """Connected anew: look for what happened meanwhile."""
        self._up.set()
        await self._stop_reconciling()
        self._reconciling = asyncio.create_task(self._reconcile(), name="reconcile votes")

    async def _reconcile(self) -> None:
        try:
            await reactions.reconcile(self)
        except Exception:
            # This is made up for at the next start; the bot must serve people whatever is wrong here.
            logger.exception("votes given while the bot was away could not be looked for")

    async def _stop_reconciling(self) -> None:
        if self._reconciling is not None:
            self._reconciling.cancel()
            await asyncio.gather(self._reconciling, return_exceptions=True)

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """A button was pressed; commands find their way through the tree."""
        if interaction.type is discord.InteractionType.component:
            await press(interaction, BUTTONS)

    async def on_message(self, message: discord.Message) -> None:
        """Somebody has written something."""
        await messages.hear(self, message)

    async def on_raw_reaction_add(self, event: discord.RawReactionActionEvent) -> None:
        """A reaction has appeared."""
        await reactions.added(self, event)

    async def on_raw_reaction_remove(self, event: discord.RawReactionActionEvent) -> None:
        """A reaction has gone."""
        await reactions.removed(self, event)

    async def on_raw_reaction_clear(self, event: discord.RawReactionClearEvent) -> None:
        """All reactions have gone."""
        await reactions.cleared(self, event)

    async def on_raw_reaction_clear_emoji(self, event: discord.RawReactionClearEmojiEvent) -> None:
        """All reactions of one kind have gone."""
        await reactions.cleared(self, event)

    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        """A message has gone."""
        await reactions.deleted(self, event.channel_id, [event.message_id])

    async def on_raw_bulk_message_delete(self, event: discord.RawBulkMessageDeleteEvent) -> None:
        """Many messages have gone."""
        await reactions.deleted(self, event.channel_id, event.message_ids)


def intents(*, message_content: bool) -> discord.Intents:
    """The events that are needed, and no others."""
    wanted = discord.Intents.none()
    wanted.guilds = True
    wanted.guild_messages = wanted.dm_messages = True
    wanted.guild_reactions = wanted.dm_reactions = True
    wanted.message_content = message_content
    return wanted
