"""What may go wrong between us and Discord, and what it means."""

from __future__ import annotations

from typing import Final

import aiohttp
import discord

from bot.platforms.platform import PlatformStartError

NETWORK_TROUBLE: Final = (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError, RuntimeError)
"""Whatever a request to Discord may raise; the last by aiohttp where the connection has been closed at the end."""
MESSAGE_GONE: Final = 10008
OUT_OF_REACH: Final = frozenset({10003, 50001, 50005, 50007, 50013, 50083})
"""Channel unknown, no access, not ours to edit, no direct messages, no permission, thread archived."""
_TOO_LARGE: Final = 40005

_REFUSED: dict[int, str] = {
    4004: "Discord does not accept DISCORD_TOKEN any more; copy the bot's token from the Developer Portal again.",
    4013: "Discord does not know one of the intents that the bot asks for; update discord.py.",
}
_BAD_TOKEN = "Discord does not accept DISCORD_TOKEN; copy the bot's token from the Developer Portal again."  # noqa: S105 (a sentence, not a token)
_INTENT = (
    "Discord does not grant the Message Content intent; switch it on in the Developer Portal, Bot, Privileged Gateway "
    "Intents, or leave DISCORD_MESSAGE_CONTENT empty."
)


def is_too_large(error: discord.HTTPException) -> bool:
    """Whether Discord refused a message because of its files' size."""
    return error.status == 413 or error.code == _TOO_LARGE


def start_error(error: BaseException) -> PlatformStartError:
    """Any error of logging in or connecting, as a sentence for whoever runs the bot."""
    fatal = fatal_error(error)
    if fatal is not None:
        return fatal
    if isinstance(error, discord.Forbidden | discord.NotFound):
        return PlatformStartError(
            "Discord knows no such guild, or the bot is not in it; check the id and invite the bot."
        )
    if isinstance(error, discord.HTTPException):
        return PlatformStartError(f"Discord refused this: {error.text or error.status}")
    return PlatformStartError(f"Discord cannot be reached ({type(error).__name__}); check the network.")


def fatal_error(error: BaseException) -> PlatformStartError | None:
    """The sentence, if trying again later cannot help."""
    if isinstance(error, discord.LoginFailure):
        return PlatformStartError(_BAD_TOKEN)
    if isinstance(error, discord.PrivilegedIntentsRequired):
        return PlatformStartError(_INTENT)
    if isinstance(error, discord.ConnectionClosed) and error.code in _REFUSED:
        return PlatformStartError(_REFUSED[error.code])
    return None
