"""What people may ask for within an hour and at a time."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from bot import wording
from bot.domain import RefusedError
from bot.store.persons import hash_of, hash_of_user
from bot.store.rows import from_time, settings_of, to_time

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from bot.domain import ComposeRequest, GuildSettings, Limits, Place
    from bot.store.database import Statements

_HOUR: Final = timedelta(hours=1)
_CLOCK_ERROR: Final = timedelta(minutes=1)


async def settings_here(sql: Statements, place: Place, default: GuildSettings) -> GuildSettings:
    """What holds in a guild; ``default`` where nothing was set, and in private conversations."""
    row = await sql.first("SELECT * FROM guilds WHERE platform = ? AND guild_id = ?", place.platform, place.guild_id)
    return default if row is None else settings_of(row)


async def check_open(sql: Statements, person_id: int, limits: Limits) -> None:
    """Refuse where this person, or all together, have too much waiting.

    Raises:
        RefusedError: so it is.
    """
    row = await sql.first(
        "SELECT count(*) FILTER (WHERE person_id = ?) AS own, count(*) FILTER (WHERE state != 'running') AS waiting "
        "FROM requests WHERE state IN ('awaiting_file', 'queued', 'running')",
        person_id,
    )
    if row is not None and row["own"] >= limits.per_user_open:
        raise RefusedError(wording.too_many_open(limits.per_user_open))
    if row is not None and row["waiting"] >= limits.queue_length:
        raise RefusedError(wording.queue_full(limits.queue_length))


async def spend(sql: Statements, request: ComposeRequest, default: GuildSettings, now: datetime) -> None:
    """Count a request in the hour of its person and its guild, or refuse it.

    Raises:
        RefusedError: the hour's share is used up.
    """
    # What lies in the future was counted before the clock was put back.
    await sql.run("DELETE FROM usage WHERE at <= ? OR at > ?", to_time(now - _HOUR), to_time(now + _CLOCK_ERROR))
    here, user, guild_id = request.place, request.user, request.place.guild_id
    settings = await settings_here(sql, here, default)
    await _count(sql, await hash_of_user(sql, user), settings.per_user_hour, wording.hourly_user, now)
    if guild_id is not None:
        hashed = await hash_of(sql, f"{here.platform} guild {guild_id}")
        await _count(sql, hashed, settings.per_guild_hour, wording.hourly_guild, now)


async def _count(sql: Statements, hashed: bytes, limit: int, sentence: Callable[[int], str], now: datetime) -> None:
    times = [one["at"] for one in await sql.rows("SELECT at FROM usage WHERE who = ? ORDER BY at", hashed)]
    if len(times) >= limit:
        # Where the limit has been lowered, several must leave the hour first.
        retry_at = from_time(times[len(times) - limit]) + _HOUR if limit > 0 else None
        raise RefusedError(sentence(limit), retry_at)
    await sql.run("INSERT INTO usage (who, at) VALUES (?, ?)", hashed, to_time(now))
