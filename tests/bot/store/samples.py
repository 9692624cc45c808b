"""Requests, people and music to store."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING, Any

from bot.domain import (
    Composed,
    ComposeRequest,
    GuildSettings,
    Limits,
    MessageRef,
    Options,
    Place,
    PlatformName,
    Seed,
    SeedKind,
    UserRef,
)

if TYPE_CHECKING:
    from bot.domain import Piece, Ticket
    from bot.store import Store

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
HERE = Place(PlatformName.DISCORD, guild_id="guild-1", channel_id="channel-1")
NO_LIMITS = Limits(
    per_user_open=10**6,
    queue_length=10**6,
    default_guild=GuildSettings(per_user_hour=10**6, per_guild_hour=10**6),
)
MUSIC = Composed(
    title="Robert Schumann: Träumerei",
    key="F major",
    tempo=72.5,
    length_seconds=30.25,
    primer_seconds=15.0,
    notes=123,
    random_seed=7,
    checkpoint_id="note-lstm-1",
    soundfont="piano.sf2",
    remarks=("Two notes were moved by an octave.",),
)
_keys = count(1)


def person(name: str = "clara") -> UserRef:
    """Somebody on Discord."""
    return UserRef(PlatformName.DISCORD, name)


def request(user: UserRef | None = None, **changes: Any) -> ComposeRequest:
    """A request that was never made before."""
    plain = ComposeRequest(
        key=f"discord:{next(_keys)}",
        user=user or person(),
        place=HERE,
        seed=Seed(SeedKind.OPENER, "schumann:traumerei", "Robert Schumann: Träumerei"),
        options=Options(random_seed=7),
        address='{"token": "secret"}',
    )
    return replace(plain, **changes)


async def add(store: Store, user: UserRef | None = None, **changes: Any) -> Ticket:
    """Take a request on, whatever the limits."""
    return await store.add_request(request(user, **changes), NO_LIMITS, NOON)


async def make_piece(store: Store, user: UserRef | None = None, **changes: Any) -> Piece:
    """Compose a piece; there must be nothing else in the queue."""
    ticket = await add(store, user, **changes)
    claimed = await store.claim(NOON)
    assert claimed is not None
    assert claimed.id == ticket.id
    piece = await store.finish(ticket.id, MUSIC, NOON)
    assert piece is not None
    return piece


def message(number: int = 1) -> MessageRef:
    """A message of the bot."""
    return MessageRef(channel_id="channel-1", message_id=f"message-{number}")


async def make_delivered(store: Store, number: int, user: UserRef | None = None, **changes: Any) -> Piece:
    """Compose a piece, and deliver it in the message of this number."""
    piece = await make_piece(store, user, **changes)
    await store.delivered(piece.ticket_id, message(number))
    return await store.piece(piece.id)
