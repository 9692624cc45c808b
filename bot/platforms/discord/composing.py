"""From what somebody said on Discord to a request, the same for commands, menus and messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot import wording
from bot.domain import ComposeRequest, Options, ReplyError, Seed, SeedKind
from bot.platforms.discord.addressing import MIDI_ENDINGS
from bot.wording import safe_name, safe_title

if TYPE_CHECKING:
    import discord

    from bot.domain import Viewer
    from bot.studio import Studio


def seed_of(studio: Studio, text: str | None, attachment: discord.Attachment | None) -> Seed:
    """What to continue: an opener or notes, or else a file.

    Raises:
        ReplyError: both were given, or neither.
    """
    if text and attachment:
        raise ReplyError(wording.SEED_OR_MIDI)
    if attachment:
        return seed_of_file(attachment.filename)
    if not text:
        raise ReplyError(wording.NO_SEED)
    return studio.parse_seed(text)


def seed_of_file(filename: str) -> Seed:
    """An upload, under a name that can be shown."""
    stem = next((filename[: -len(end)] for end in MIDI_ENDINGS if filename.lower().endswith(end)), filename)
    return Seed(SeedKind.UPLOAD, safe_name(filename), safe_title(safe_name(stem)))


def request_of(viewer: Viewer, seed: Seed, options: Options, *, key: str, address: str) -> ComposeRequest:
    """The request; a file is fetched after it was taken on."""
    return ComposeRequest(
        key=key,
        user=viewer.user,
        place=viewer.place,
        seed=seed,
        options=options,
        address=address,
        awaits_file=seed.kind is SeedKind.UPLOAD,
    )
