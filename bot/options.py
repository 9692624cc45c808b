"""What people may ask for, checked: texts, or numbers from a platform's own form, become the values of the domain."""

from __future__ import annotations

import math
import re
import unicodedata
from typing import TYPE_CHECKING, Any, Final, NoReturn

from bot.command_text import KEYS, unknown_option
from bot.command_text import Command as Command  # noqa: PLC0414 (part of what this module offers)
from bot.command_text import format_command as format_command  # noqa: PLC0414 (part of what this module offers)
from bot.command_text import parse_command as parse_command  # noqa: PLC0414 (part of what this module offers)
from bot.domain import Engine, Options
from bot.guild_settings import MOST_PER_GUILD_HOUR, MOST_PER_USER_HOUR
from bot.names import safe_title
from composer.control_words import in_range
from composer.controls import NAMES as CONTROLS
from composer.controls import Controls
from composer.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Value = str | float | int | None

LENGTHS: Final = (5.0, 600.0)
TEMPOS: Final = (20.0, 300.0)
TEMPERATURES: Final = (0.1, 2.0)
RANDOM_SEEDS: Final = (0, 2**31 - 1)
USER_HOURLY: Final = (1, MOST_PER_USER_HOUR)
GUILD_HOURLY: Final = (1, MOST_PER_GUILD_HOUR)
LAST_PAGE: Final = 10_000
LAST_ID: Final = 2**53
"""Ids above this could not be told apart by every reader of JSON."""
_YES: Final = {"on", "yes", "true", "1"}
_NO: Final = {"off", "no", "false", "0"}
_EVERYTHING: Final = {"", "any", "all", "none", "everybody", "everywhere"}
_DECIMAL: Final = r"[+-]?[0-9]{1,20}(?:[.,][0-9]{0,20})?"
_NUMBER: Final = re.compile(rf"(?:♩\s*=\s*)?({_DECIMAL})\s*(?:bpm)?", re.IGNORECASE)
_CLOCK: Final = re.compile(r"([0-9]{1,3}):([0-5]?[0-9](?:[.,][0-9]{0,9})?)")
_MINUTES: Final = re.compile(
    rf"({_DECIMAL})\s*m(?:in(?:ute)?s?)?(?:\s*([0-9]{{1,5}})\s*(?:s(?:ec(?:ond)?s?)?)?)?", re.IGNORECASE
)
_SECONDS: Final = re.compile(rf"({_DECIMAL})\s*(?:s(?:ec(?:ond)?s?)?)?", re.IGNORECASE)


def to_options(values: Mapping[str, Value]) -> Options:
    """How to compose, from options by name; those that are absent, None or empty are left to the defaults.

    ``seed`` and ``midi`` are none of these, and may be among the values.

    Raises:
        BadInputError: a value makes no sense or is out of range, or there is no such option.
    """
    for name in values:
        if name not in KEYS["compose"] and name != "midi":
            raise unknown_option(name, KEYS["compose"])
    given = {name: value for name, value in values.items() if value is not None and value != ""}
    read = {name: _READERS[name](given[name]) for name in _READERS if name in given}
    controls = Controls.from_json({name: given[name] for name in CONTROLS if name in given})
    options = Options(**{_FIELDS.get(name, name): value for name, value in read.items()}, controls=controls)
    if options.engine is Engine.ROLL:
        controls.check_engine_roll()
    return options


def to_length(value: Value) -> float:
    """Seconds from ``30``, ``30s``, ``1:30``, ``1.5 min`` or ``1 min 30 s``."""
    text = _plain(value)
    if match := _CLOCK.fullmatch(text):
        seconds = 60 * float(match[1]) + _decimal(match[2])
    elif match := _SECONDS.fullmatch(text):
        seconds = _decimal(match[1])
    elif match := _MINUTES.fullmatch(text):
        seconds = 60 * _decimal(match[1]) + float(match[2] or 0)
    else:
        _refuse("length", value, "seconds such as 30, or minutes such as 1:30")
    return in_range("length", seconds, LENGTHS, unit=" seconds")


def to_tempo(value: Value) -> float:
    """Quarter notes a minute from ``72``, ``72 bpm`` or ``♩ = 72``."""
    return in_range("tempo", _number("tempo", value), TEMPOS, unit=" quarter notes a minute")


def to_temperature(value: Value) -> float:
    """Boldness from ``1.1`` or ``1,1``."""
    return in_range("temperature", _number("temperature", value), TEMPERATURES)


def to_random_seed(value: Value) -> int:
    """A whole number that chance is drawn from."""
    return whole_number("random_seed", value, *RANDOM_SEEDS)


def to_engine(value: Value) -> Engine:
    """What kind of network composes, from ``notes`` or ``roll``."""
    name = _plain(value).lower()
    if name not in set(Engine):
        _refuse("engine", value, " or ".join(Engine))
    return Engine(name)


def to_page(options: Mapping[str, Value]) -> int:
    """Which page of a list, from 1."""
    return whole_number("page", options.get("page") or 1, 1, LAST_PAGE)


def to_piece_id(options: Mapping[str, Value]) -> int:
    """The number of a piece, from ``17``, ``#17`` or ``piece 17``."""
    value = options.get("id")
    if value is None or value == "":
        message = "Say which piece, for example /piece 17; /history lists yours."
        raise BadInputError(message)
    number = re.sub(r"^(?:piece|no\.?|#)\s*", "", value, flags=re.IGNORECASE) if isinstance(value, str) else value
    return whole_number("id", number, 1, LAST_ID)


def to_settings(options: Mapping[str, Value]) -> dict[str, Any]:
    """The fields of ``GuildSettings`` that are to change; ``action`` is none of them.

    Raises:
        BadInputError: a value makes no sense or is out of range, or there is no such setting.
    """
    for name in options:
        if name not in KEYS["settings"]:
            raise unknown_option(name, KEYS["settings"][1:])
    return {_SETTINGS[name][0]: _SETTINGS[name][1](value) for name, value in options.items() if name in _SETTINGS}


def whole_number(name: str, value: Value, lowest: int, highest: int) -> int:
    """A whole number in a range.

    Raises:
        BadInputError: it is none, or out of range.
    """
    text = _plain(value)
    if not re.fullmatch(r"[+-]?[0-9]{1,30}", text):
        _refuse(name, value, f"a whole number from {lowest} to {highest}")
    if not lowest <= int(text) <= highest:
        message = f"{name} is a whole number from {lowest} to {highest}; {int(text)} is outside."
        raise BadInputError(message)
    return int(text)


def to_switch(name: str, value: Value) -> bool:
    """Whether something is to be on.

    Raises:
        BadInputError: it is neither on nor off.
    """
    text = _plain(value).lower()
    if text not in _YES | _NO:
        _refuse(name, value, "on or off")
    return text in _YES


def _channel(value: Value) -> str | None:
    """An id, bare or as a chat writes a channel, or None for all channels."""
    found = _ids("channel", value)
    if len(found) > 1:
        _refuse("channel", value, "one channel, or all")
    return found[0] if found else None


def _ids(name: str, value: Value) -> tuple[str, ...]:
    text = _plain(value)
    if text.lower() in _EVERYTHING:
        return ()
    words = [re.fullmatch(r"(?:<[#@]&?)?([A-Za-z0-9]{1,32})(?:\|[^>]*)?>?", word) for word in re.split(r"[\s,]+", text)]
    if not all(words):
        _refuse(name, value, "ids, or all")
    return tuple(dict.fromkeys(word[1] for word in words if word))


def _plain(value: Value) -> str:
    """What somebody typed, with ordinary digits and spaces."""
    return unicodedata.normalize("NFKC", str(value)).strip() if isinstance(value, str) else _written(value)


def _written(value: float | None) -> str:
    """A number without an exponent; what is no number stays as Python says it, and is refused by everybody."""
    if value is None or isinstance(value, bool | int) or not math.isfinite(value) or abs(value) >= 1e15:
        return str(value)
    return str(int(value)) if value == int(value) else f"{value:.15f}".rstrip("0")


def _decimal(text: str) -> float:
    return float(text.replace(",", "."))


def _number(name: str, value: Value) -> float:
    match = _NUMBER.fullmatch(_plain(value))
    if match is None:
        _refuse(name, value, "a number")
    return _decimal(match[1])


def _refuse(name: str, value: Value, expected: str) -> NoReturn:
    message = f"'{safe_title(str(value), 30)}' is not understood as {name}; give {expected}."
    raise BadInputError(message)


_READERS: Final[Mapping[str, Callable[[Value], Any]]] = {
    "length": to_length,
    "tempo": to_tempo,
    "temperature": to_temperature,
    "random_seed": to_random_seed,
    "engine": to_engine,
}
_FIELDS: Final = {"length": "length_seconds"}
_SETTINGS: Final[Mapping[str, tuple[str, Callable[[Value], Any]]]] = {
    "length": ("longest_seconds", to_length),
    "channel": ("channel_id", _channel),
    "roles": ("role_ids", lambda value: _ids("roles", value)),
    "user_hour": ("per_user_hour", lambda value: whole_number("user_hour", value, *USER_HOURLY)),
    "guild_hour": ("per_guild_hour", lambda value: whole_number("guild_hour", value, *GUILD_HOURLY)),
    "files": ("listens_to_files", lambda value: to_switch("files", value)),
}
