"""Rows of the database <-> what the bot speaks of."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from bot.domain import (
    Action,
    Composed,
    ComposeRequest,
    Engine,
    GuildSettings,
    MessageRef,
    Options,
    Piece,
    Place,
    PlatformName,
    RequestState,
    Seed,
    SeedKind,
    Tally,
    Ticket,
    UserRef,
)
from composer.controls import Controls

if TYPE_CHECKING:
    import sqlite3

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LARGEST_ID: Final = 2**63 - 1


def is_id(number: int) -> bool:
    """Whether it can be the id of a row: people may ask for any number."""
    return 0 < number <= _LARGEST_ID


def to_time(time: datetime) -> int:
    """Microseconds since 1970.

    >>> to_time(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC))
    1000000
    """
    return (time - _EPOCH) // timedelta(microseconds=1)


def from_time(microseconds: int) -> datetime:
    """The opposite of ``to_time``."""
    return _EPOCH + timedelta(microseconds=microseconds)


def to_texts(texts: tuple[str, ...]) -> str:
    """Several texts in one column."""
    return json.dumps(texts, ensure_ascii=False)


def from_texts(column: str) -> tuple[str, ...]:
    """The opposite of ``to_texts``."""
    return tuple(json.loads(column))


def to_controls(controls: Controls) -> str:
    """What is asked beside length and tempo, in one column."""
    return json.dumps(controls.to_json(), ensure_ascii=False)


def message_of(row: sqlite3.Row) -> MessageRef | None:
    """The message of a request, if there is one."""
    if row["message_id"] is None:
        return None
    return MessageRef(channel_id=row["message_channel_id"], message_id=row["message_id"])


def user_of(row: sqlite3.Row) -> UserRef:
    """The person who asked."""
    return UserRef(platform=PlatformName(row["user_platform"]), id=row["user_id"])


def request_of(row: sqlite3.Row) -> ComposeRequest:
    """What was asked for; a row of ``tickets`` or ``catalogue``."""
    return ComposeRequest(
        key=row["key"],
        user=user_of(row),
        place=Place(PlatformName(row["platform"]), guild_id=row["guild_id"], channel_id=row["channel_id"]),
        seed=Seed(SeedKind(row["seed_kind"]), text=row["seed_text"], title=row["seed_title"]),
        options=Options(
            length_seconds=row["length_seconds"],
            tempo=row["tempo"],
            temperature=row["temperature"],
            random_seed=row["random_seed"],
            engine=Engine(row["engine"]),
            controls=Controls.from_json(json.loads(row["controls"])),
        ),
        address=row["address"],
        action=Action(row["action"]),
        parent_id=row["parent_id"],
        awaits_file=bool(row["awaits_file"]),
    )


def ticket_of(row: sqlite3.Row) -> Ticket:
    """A row of ``tickets``."""
    return Ticket(
        id=row["id"],
        request=request_of(row),
        state=RequestState(row["state"]),
        attempt=row["attempt"],
        created_at=from_time(row["created_at"]),
        message=message_of(row),
        piece_id=row["piece_id"],
        fault=row["fault"],
        remarks=from_texts(row["remarks"]),
        told=bool(row["told"]),
    )


def piece_of(row: sqlite3.Row) -> Piece:
    """A row of ``catalogue``."""
    return Piece(
        id=row["piece_id"],
        ticket_id=row["id"],
        request=request_of(row),
        music=Composed(
            title=row["music_title"],
            key=row["music_key"],
            tempo=row["music_tempo"],
            length_seconds=row["music_length_seconds"],
            primer_seconds=row["music_primer_seconds"],
            notes=row["music_notes"],
            random_seed=row["music_random_seed"],
            checkpoint_id=row["music_checkpoint_id"],
            soundfont=row["music_soundfont"],
            remarks=from_texts(row["music_remarks"]),
            trial_id=row["music_trial_id"],
        ),
        created_at=from_time(row["piece_created_at"]),
        message=message_of(row),
    )


def tally_of(row: sqlite3.Row) -> Tally:
    """A row with the numbers of votes."""
    return Tally(up=row["up"], down=row["down"])


def settings_of(row: sqlite3.Row) -> GuildSettings:
    """A row of ``guilds``."""
    return GuildSettings(
        longest_seconds=row["longest_seconds"],
        channel_id=row["channel_id"],
        role_ids=from_texts(row["role_ids"]),
        per_user_hour=row["per_user_hour"],
        per_guild_hour=row["per_guild_hour"],
        listens_to_files=bool(row["listens_to_files"]),
    )
