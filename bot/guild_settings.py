"""What the admins of a guild may set, and within which bounds."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, Final

from bot.domain import GuildSettings
from composer.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.domain import Limits

SHORTEST_SECONDS: Final = 5.0
MOST_PER_USER_HOUR, MOST_PER_GUILD_HOUR, MOST_ROLES = 1_000, 10_000, 20
_LONGEST_ID: Final = 40


def changed_settings(settings: GuildSettings, changes: Mapping[str, Any], limits: Limits) -> GuildSettings:
    """``settings`` with some of them changed.

    Raises:
        BadInputError: a value is out of bounds or of the wrong kind, or there is no such setting.
    """
    known = {field.name for field in fields(GuildSettings)}
    if unknown := sorted(set(changes) - known):
        message = f"There is no setting {unknown[0][:_LONGEST_ID]!r}; there are {', '.join(sorted(known))}."
        raise BadInputError(message)
    checked: dict[str, Any] = {}
    for name, value in changes.items():
        checked[name] = _checked(name, value, limits)
    return replace(settings, **checked)


def _checked(name: str, value: Any, limits: Limits) -> Any:
    if name == "longest_seconds":
        return float(_number(name, value, SHORTEST_SECONDS, limits.longest_seconds))
    if name == "per_user_hour":
        return _whole_number(name, value, 1, MOST_PER_USER_HOUR)
    if name == "per_guild_hour":
        return _whole_number(name, value, 1, MOST_PER_GUILD_HOUR)
    if name == "listens_to_files":
        return _require(name, isinstance(value, bool), value, "true or false")
    if name == "channel_id":
        return _require(name, value is None or _is_id(value), value, "a channel, or nothing for every channel")
    is_list = isinstance(value, list | tuple) and len(value) <= MOST_ROLES and all(map(_is_id, value))
    return tuple(_require(name, is_list, value, f"up to {MOST_ROLES} roles"))


def _number(name: str, value: Any, least: float, most: float) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most
    number: float = _require(name, is_number, value, f"{least:g} to {most:g}")
    return number


def _whole_number(name: str, value: Any, least: int, most: int) -> int:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and least <= value <= most
    return int(_require(name, is_number and value == int(value), value, f"a whole number from {least} to {most}"))


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _LONGEST_ID


def _require(name: str, is_good: bool, value: Any, wanted: str) -> Any:
    if not is_good:
        message = f"The setting {name} takes {wanted}."
        raise BadInputError(message)
    return value
