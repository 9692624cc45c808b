"""Guilds remember what their admins have set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain import GuildSettings, Place, PlatformName
from tests.bot.store.samples import HERE

if TYPE_CHECKING:
    from bot.store import Store

DEFAULT = GuildSettings(longest_seconds=99)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
all_settings = st.builds(
    GuildSettings,
    longest_seconds=st.floats(5, 600),
    channel_id=st.none() | texts,
    role_ids=st.lists(texts, max_size=3).map(tuple),
    per_user_hour=st.integers(0, 10**6),
    per_guild_hour=st.integers(0, 10**6),
    listens_to_files=st.booleans(),
)


async def test_nothing_set_is_the_default(store: Store) -> None:
    """A guild where nothing was set, and a private conversation, have the default."""
    assert await store.guild_settings(HERE, DEFAULT) == DEFAULT
    assert await store.guild_settings(Place(PlatformName.DISCORD, None, "private"), DEFAULT) == DEFAULT


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(wanted=all_settings)
async def test_settings_come_back_as_they_were_set(store: Store, wanted: GuildSettings) -> None:
    """What is set replaces all that was set before, in every channel of this guild only."""
    await store.change_guild_settings(HERE, wanted)

    assert await store.guild_settings(Place(PlatformName.DISCORD, HERE.guild_id, "other"), DEFAULT) == wanted
    assert await store.guild_settings(Place(PlatformName.SLACK, HERE.guild_id, None), DEFAULT) == DEFAULT
    assert await store.guild_settings(Place(PlatformName.DISCORD, "guild-2", None), DEFAULT) == DEFAULT
