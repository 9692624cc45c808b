"""Limits refuse politely, and say when to come again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain import GuildSettings, Limits, Place, PlatformName, RefusedError
from bot.store import Store
from tests.bot.store.samples import HERE, MUSIC, NO_LIMITS, NOON, add, person, request

if TYPE_CHECKING:
    from pathlib import Path

PRIVATE = Place(PlatformName.DISCORD, guild_id=None, channel_id="private")
ELSEWHERE = Place(PlatformName.DISCORD, guild_id="guild-2", channel_id="channel-9")


def hourly(user: int, guild: int = 10**6) -> Limits:
    """Only the hour counts."""
    return replace(NO_LIMITS, default_guild=GuildSettings(per_user_hour=user, per_guild_hour=guild))


async def test_a_person_has_a_few_requests_under_way(store: Store) -> None:
    """One more is refused until one of them is finished; others are not concerned."""
    limits = replace(NO_LIMITS, per_user_open=2)
    await add(store, person("clara"), awaits_file=True)
    ticket = await add(store, person("clara"))
    await store.claim(NOON)

    with pytest.raises(RefusedError, match="2 pieces under way") as refusal:
        await store.add_request(request(person("clara")), limits, NOON)
    await store.add_request(request(person("robert")), limits, NOON)
    await store.finish(ticket.id, MUSIC, NOON)

    assert refusal.value.retry_at is None
    await store.add_request(request(person("clara")), limits, NOON)


async def test_the_queue_has_an_end(store: Store) -> None:
    """All that waits counts; what is being worked on does not."""
    limits = replace(NO_LIMITS, queue_length=2)
    await add(store, person("a"))
    await add(store, person("b"), awaits_file=True)

    with pytest.raises(RefusedError, match="queue is full"):
        await store.add_request(request(person("c")), limits, NOON)
    await store.claim(NOON)

    await store.add_request(request(person("c")), limits, NOON)


async def test_a_refused_request_leaves_no_trace(store: Store) -> None:
    """It counts nowhere, so trying again and again costs nothing."""
    await store.add_request(request(), hourly(2), NOON)
    for _ in range(5):
        with pytest.raises(RefusedError):
            await store.add_request(request(), replace(hourly(2), queue_length=0), NOON)

    await store.add_request(request(), hourly(2), NOON)

    assert len(await store.queue()) == 2


async def test_an_hour_is_any_hour(store: Store) -> None:
    """The oldest request leaves the hour first, and the refusal says when that is."""
    for minute in (0, 20, 40):
        await store.add_request(request(), hourly(3), NOON + timedelta(minutes=minute))

    with pytest.raises(RefusedError, match="3 pieces within an hour") as refusal:
        await store.add_request(request(), hourly(3), NOON + timedelta(minutes=50))

    assert refusal.value.retry_at == NOON + timedelta(hours=1)
    await store.add_request(request(), hourly(3), refusal.value.retry_at)
    with pytest.raises(RefusedError):
        await store.add_request(request(), hourly(3), refusal.value.retry_at)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(minutes=st.lists(st.integers(0, 59), min_size=1, max_size=8), limit=st.integers(1, 5))
async def test_the_time_told_is_the_first_that_works(tmp_path: Path, minutes: list[int], limit: int) -> None:
    """A moment before the time told the request is still refused, at that time it is taken on."""
    path = tmp_path / f"{minutes} {limit}.db"
    now = NOON + timedelta(minutes=59)
    store = await Store.open(path)
    try:
        for minute in sorted(minutes):
            await store.add_request(request(), NO_LIMITS, NOON + timedelta(minutes=minute))
        if len(minutes) < limit:
            await store.add_request(request(), hourly(limit), now)
            return
        with pytest.raises(RefusedError) as refusal:
            await store.add_request(request(), hourly(limit), now)
        assert refusal.value.retry_at is not None
        with pytest.raises(RefusedError):
            await store.add_request(request(), hourly(limit), refusal.value.retry_at - timedelta(microseconds=1))
        await store.add_request(request(), hourly(limit), refusal.value.retry_at)
    finally:
        await store.close()
        path.unlink()


async def test_a_guild_shares_its_hour(store: Store) -> None:
    """All people of a guild count together; other guilds and private conversations are not concerned."""
    for name in ("a", "b"):
        await store.add_request(request(person(name)), hourly(9, guild=2), NOON)

    with pytest.raises(RefusedError, match="Everybody here") as refusal:
        await store.add_request(request(person("c")), hourly(9, guild=2), NOON)

    assert refusal.value.retry_at == NOON + timedelta(hours=1)
    for place in (ELSEWHERE, PRIVATE):
        await store.add_request(request(person("c"), place=place), hourly(9, guild=2), NOON)


async def test_guilds_set_their_own_limits(store: Store) -> None:
    """The settings of the guild count there, the default elsewhere; a person's requests count wherever made."""
    await store.change_guild_settings(HERE, GuildSettings(per_user_hour=1, per_guild_hour=5))
    await store.add_request(request(place=PRIVATE), hourly(2), NOON)

    with pytest.raises(RefusedError, match="1 piece within an hour"):
        await store.add_request(request(place=HERE), hourly(2), NOON)

    await store.add_request(request(place=ELSEWHERE), hourly(2), NOON)


async def test_nothing_at_all_may_be_allowed(store: Store) -> None:
    """A limit of none has no time after which it is better."""
    with pytest.raises(RefusedError) as refusal:
        await store.add_request(request(), hourly(0), NOON)

    assert refusal.value.retry_at is None


async def test_a_clock_that_is_put_back_locks_nobody_out(store: Store) -> None:
    """What was counted at a time that has yet to come is not counted."""
    await store.add_request(request(), hourly(1), NOON + timedelta(days=1))

    await store.add_request(request(), hourly(1), NOON)


async def test_the_hour_survives_a_restart(tmp_path: Path) -> None:
    """Limits are kept in the database."""
    store = await Store.open(tmp_path / "schumann.db")
    await store.add_request(request(), hourly(1), NOON)
    await store.close()
    store = await Store.open(tmp_path / "schumann.db")

    with pytest.raises(RefusedError):
        await store.add_request(request(), hourly(1), NOON)

    await store.close()


async def test_being_forgotten_gives_no_new_hour(store: Store) -> None:
    """Deleting what is stored about oneself does not reset the limit."""
    await store.add_request(request(), hourly(1), NOON)
    await store.forget(person())

    with pytest.raises(RefusedError, match="within an hour"):
        await store.add_request(request(), hourly(1), NOON)
