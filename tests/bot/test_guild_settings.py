"""What admins may set."""

from __future__ import annotations

from typing import Any

import pytest

from bot.domain import GuildSettings, Limits
from bot.guild_settings import changed_settings
from composer.errors import BadInputError

LIMITS = Limits(longest_seconds=300)


def test_each_setting_changes_alone() -> None:
    """What is not named stays as it was."""
    settings = GuildSettings()
    for name, value in {
        "longest_seconds": 240.0,
        "channel_id": "12",
        "role_ids": ("1", "2"),
        "per_user_hour": 3,
        "per_guild_hour": 30,
        "listens_to_files": True,
    }.items():
        settings = changed_settings(settings, {name: value}, LIMITS)

    assert settings == GuildSettings(240.0, "12", ("1", "2"), 3, 30, listens_to_files=True)


@pytest.mark.parametrize(
    "change",
    [
        {"longest_seconds": 301},
        {"longest_seconds": 4.9},
        {"longest_seconds": float("nan")},
        {"longest_seconds": "60"},
        {"per_user_hour": 0},
        {"per_user_hour": True},
        {"per_user_hour": 1.5},
        {"per_guild_hour": float("inf")},
        {"per_guild_hour": -1},
        {"channel_id": 12},
        {"channel_id": ""},
        {"role_ids": "12"},
        {"role_ids": [12]},
        {"role_ids": ["1"] * 21},
        {"listens_to_files": 1},
        {"is_admin": True},
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused(change: dict[str, Any]) -> None:
    """A value of the wrong kind or out of bounds is refused with the setting's name."""
    with pytest.raises(BadInputError, match=next(iter(change))):
        changed_settings(GuildSettings(), change, LIMITS)
