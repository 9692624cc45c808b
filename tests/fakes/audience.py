"""Pieces that people have voted on, enough to retrain the network with."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.domain import UserRef, Vote, VoteSource
from bot.piece_files import PieceFolders
from composer.notes import Note, Score, Tempo
from composer.score_json import to_json
from tests.bot.store.samples import HERE, MUSIC, NO_LIMITS, NOON, request

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from bot.domain import Piece, PlatformName
    from bot.store import Store

LISTENERS = 12
SILENT = 10


async def fill(
    store: Store, data: Path, *, liked: int = 30, platform: PlatformName = HERE.platform, guild_id: str = "guild-1"
) -> list[Piece]:
    """So many pieces of as many people, each liked by two of a dozen listeners, and ten that nobody voted on.

    There must be nothing in the queue.
    """
    place = replace(HERE, platform=platform, guild_id=guild_id)
    pieces = []
    for number in range(liked):
        piece = await add_piece(store, data, UserRef(platform, f"composer-{number}"), place=place)
        for listener in (number % LISTENERS, (number + 1 + number // LISTENERS) % LISTENERS):
            await vote(store, piece, UserRef(platform, f"listener-{listener}"))
        pieces.append(piece)
    for number in range(SILENT):
        await add_piece(store, data, UserRef(platform, f"composer-{number}"), place=place)
    return pieces


async def vote(store: Store, piece: Piece, user: UserRef, vote: Vote = Vote.UP, at: datetime = NOON) -> None:
    """Somebody's thumb below a piece."""
    await store.mark(piece.id, user, vote, VoteSource.REACTION, at)


async def add_piece(store: Store, data: Path, user: UserRef, **changes: object) -> Piece:
    """A piece with the one file that retraining reads; ``changes`` are those of the request."""
    ticket = await store.add_request(replace(request(user), **changes), NO_LIMITS, NOON)  # type: ignore[arg-type]
    claimed = await store.claim(NOON)
    assert claimed is not None
    assert claimed.id == ticket.id
    score = PieceFolders(data).of(ticket.id).score
    score.parent.mkdir(parents=True)
    score.write_text(piece_json(ticket.id), encoding="utf-8")
    piece = await store.finish(ticket.id, MUSIC, NOON)
    assert piece is not None
    await store.delivered(ticket.id, None)
    return piece


def piece_json(number: int) -> str:
    """A short piece, another for every number."""
    notes = tuple(Note(float(beat), 48 + (7 * beat + number) % 36, beat + 1.0, 80) for beat in range(16))
    score = Score(notes=notes, tempos=(Tempo(0.0, 120.0),))
    return json.dumps({"score": json.loads(to_json(score)), "primer_end_beat": 4.0})
