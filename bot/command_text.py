"""Commands as people type them, on every platform that has only text.

``compose für elise length: 30s``, ``/compose seed="C5q E5q" tempo:72``, ``piece 17``: whatever can be understood is,
and what cannot is refused in one sentence.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from bot.names import safe_title
from bot.wording import COMMANDS, FILE_BY_NAME
from composer.controls import NAMES as CONTROLS
from composer.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LONGEST_COMMAND: Final = 10_000
"""Characters of a command; a line of notes may be long."""
KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "compose": ("seed", "length", "tempo", "temperature", "random_seed", *CONTROLS, "engine"),
    "openers": ("text", "page"),
    "history": ("page",),
    "top": ("page",),
    "piece": ("id",),
    "settings": ("action", "length", "channel", "roles", "user_hour", "guild_hour", "files"),
    "privacy": ("action", "training"),
    "retrain": ("action", "dry_run"),
    "model": ("action", "id"),
    "about": (),
    "help": (),
}
"""Options of each command; words without a name belong to the first."""
UNITS: Final = r"(?:bpm|s|secs?|seconds?|m|mins?|minutes?)(?![^\W\d_])"

_ALIASES: Final = {
    **dict.fromkeys(("opener", "notes"), "seed"),
    **dict.fromkeys(("bpm", "speed"), "tempo"),
    **dict.fromkeys(("composer", "era"), "style"),
    **dict.fromkeys(("dynamic", "loudness"), "dynamics") | {"role": "roles"},
}
_SHORT: Final = {*KEYS["compose"][1:], "page", "user_hour", "guild_hour"}
"""Options whose value ends with the number and its unit, or with the word, so that other words may follow."""
_DOUBLE: Final = '"\u201c\u201d\u201e\u201f\u2033\uff02'
"""Quotation marks; phones and word processors set whichever they like, and not always in pairs."""
_QUOTES: Final = {**dict.fromkeys(_DOUBLE, _DOUBLE), "«": "»", "»": "«"}
"""Which marks may end what begins with a mark."""
_SINGLE_QUOTED: Final = re.compile("['\u2018\u201a](.*?)['\u2019\u2018](?=\\s|$)", re.DOTALL)
_IN_QUOTES: Final = re.compile(f"[{_DOUBLE}][^{_DOUBLE}]*[{_DOUBLE}]|«[^»]*»|»[^«]*«|'[^']*'")
_NEEDS_ESCAPE: Final = re.compile(f"([{''.join(_QUOTES)}\\\\])")
_ESCAPED: Final = re.compile(rf"\\([{''.join(_QUOTES)}\\])")
_BACKSLASHED: Final = r"\\\1"
_DASHES: Final = "(?:--|[\u2014\u2013])"
_NAME: Final = re.compile(rf"{_DASHES}?((?i:random)[ _-]?(?i:seed)|[^\W\d][\w-]{{1,30}})\s*[:=\uff1a\uff1d\ufe55]\s*")
_FLAG: Final = re.compile(rf"{_DASHES}([^\W\d][\w-]{{1,30}})(?:\s+|$)")
_NUMBER: Final = re.compile(rf"[+-]?\d[\d.,:]*(?:\s*{UNITS}(?:\s*\d[\d.,]*)?){{0,4}}(?=\s|$)", re.IGNORECASE)
_KEY: Final = re.compile(
    r"[a-h][^\s,]*(?:\s+(?:sharp|flat))?(?:\s+(?:major|minor|maj|min|dur|moll))?(?=\s|$)", re.IGNORECASE
)
"""A key, which may be of several words."""
_A_NOTE: Final = re.compile(r"\b[A-Ga-g](?:#{1,2}|b{1,2})?\d")
_NOTATION: Final = re.compile(r"[A-Ga-g](?:bb?|n)?|key|time|upbeat")
"""Names that mean something in a line of notes, as in ``Bb:1.5`` and ``time=3/4``."""
_SPACE: Final = re.compile(r"\s*")
_WORD: Final = re.compile(r"\S+")
_COMMAND: Final = re.compile(r"([/!\uff0f]?)\s*(\S*)")
_AROUND: Final = " \t\r\n\u200b\u200e\u200f\u2060\ufeff"


@dataclass(frozen=True, slots=True)
class Command:
    """What somebody asked for: one of ``COMMANDS``, and its options by name."""

    name: str
    options: Mapping[str, str] = field(default_factory=dict)


def parse_command(text: str) -> Command:
    """Understand a line that somebody typed; nothing at all is a cry for help.

    A line that begins with no command is meant for ``compose``.

    Raises:
        BadInputError: there is no such command or option, or one is given twice.
    """
    if len(text) > LONGEST_COMMAND:
        message = f"This is too long ({LONGEST_COMMAND:,} characters at most); send long music as a MIDI file."
        raise BadInputError(message)
    name, rest = _split(text.strip(_AROUND))
    if name == "compose" and rest.strip().lower() in {"help", "?"}:
        return Command("help")
    return Command(name, _Reader(KEYS[name], rest).read() if KEYS[name] else {})


def format_command(command: Command) -> str:
    """The line that ``parse_command`` understands as ``command``."""
    options = (f'{name}:"{_NEEDS_ESCAPE.sub(_BACKSLASHED, value)}"' for name, value in command.options.items())
    return " ".join((f"/{command.name}", *options))


def unknown_option(name: str, known: Iterable[str]) -> BadInputError:
    """That there is no such option, with those that may have been meant."""
    if _canonical(name) == "midi":
        return BadInputError(FILE_BY_NAME)
    nearest = _nearest(name, known)
    meant = f"did you mean {' or '.join(nearest)}?" if nearest else f"there are {', '.join(known)}."
    return BadInputError(f"There is no option '{safe_title(name, 30)}'; {meant}")


def _split(text: str) -> tuple[str, str]:
    """The command and what stands behind it."""
    slash, word = _COMMAND.match(text).groups()  # type: ignore[union-attr]  # it matches any text
    name = word.lower().rstrip(":.!")
    if name in COMMANDS:
        return name, text[text.index(word) + len(word) :]
    if word in {"", "?"}:
        return "help", ""
    nearest = get_close_matches(name, COMMANDS, n=1, cutoff=0.8)
    if nearest or slash:
        meant = f"did you mean /{nearest[0]}?" if nearest else "/help tells what there is."
        message = f"There is no command /{safe_title(name, 30)}; {meant}"
        raise BadInputError(message)
    return "compose", text


def _nearest(name: str, known: Iterable[str]) -> list[str]:
    """Options that may have been meant by ``name``."""
    known = tuple(known)
    wanted = _canonical(name)
    beginning = [key for key in known if len(wanted) > 2 and key.startswith(wanted)]
    return beginning or get_close_matches(wanted, known, n=2, cutoff=0.75)


def _canonical(name: str) -> str:
    plain = name.lower().replace("-", "_").replace(" ", "_")
    return "random_seed" if plain == "randomseed" else _ALIASES.get(plain, plain)


class _Reader:
    """Goes through the options of one command from left to right."""

    def __init__(self, keys: tuple[str, ...], text: str) -> None:
        self._keys, self._text, self._at = keys, text, 0
        self._has_notes = bool(_A_NOTE.search(_IN_QUOTES.sub("", text)))
        self._found: dict[str, str] = {}
        self._has_begun = False
        """Whether something of the first option, a seed for example, has been read."""
        self._is_open = False
        """Whether it may go on further behind, as it was not in quotation marks."""

    def read(self) -> dict[str, str]:
        """The options by name."""
        self._skip_space()
        while self._at < len(self._text):
            name = self._name_here()
            if name is None:
                self._take_unnamed()
            else:
                self._take_named(*name)
            self._skip_space()
        return self._found

    def _skip_space(self) -> None:
        self._advance(_SPACE)

    def _name_here(self) -> tuple[str, int] | None:
        """The option whose name stands here, and where its value begins; None where other words stand."""
        if (flag := _FLAG.match(self._text, self._at)) and _canonical(flag[1]) in self._keys:
            return _canonical(flag[1]), flag.end()
        name = _NAME.match(self._text, self._at)
        if name is None or self._is_signature(name):
            return None
        if _canonical(name[1]) in self._keys:
            return _canonical(name[1]), name.end()
        if _NOTATION.fullmatch(name[1]) or (self._may_be_seed(name) and not _nearest(name[1], self._keys)):
            return None
        raise unknown_option(name[1], self._keys)

    def _is_signature(self, name: re.Match[str]) -> bool:
        """Whether ``key=Bb`` is a word of a line of notes and no option: where notes stand outside quotation marks."""
        return name[1] == "key" and "=" in name[0] and self._has_notes

    def _may_be_seed(self, name: re.Match[str]) -> bool:
        """Whether a name that is no option begins a seed (``schumann:traumerei``) or a voice in it (``rh: C5q``)."""
        return not self._has_begun or name[0][-1].isspace() or name.end() == len(self._text)

    def _take_named(self, key: str, start: int) -> None:
        self._at = start
        has_begun = self._has_begun or key == self._keys[0]
        if key in self._found:
            message = f"{key} is given twice; give it once, and notes in quotation marks."
            raise BadInputError(message)
        quoted = self._quoted()
        if quoted is not None:
            self._found[key] = quoted
        elif key in _SHORT:
            self._found[key] = self._advance(_KEY if key == "key" else _NUMBER) or self._words(most=1)
        else:
            self._found[key] = self._words()
            self._is_open = self._is_open or key == self._keys[0]
        self._has_begun = has_begun

    def _take_unnamed(self) -> None:
        """Words without a name belong to the first option."""
        key, quoted = self._keys[0], self._quoted()
        words = self._words() if quoted is None else quoted
        if key not in self._found:
            self._found[key], self._is_open, self._has_begun = words, quoted is None, True
        elif self._is_open and quoted is None:
            self._found[key] = f"{self._found[key]} {words}".strip()
        else:
            message = (
                f"It is not clear what '{safe_title(words, 30)}' belongs to; put the whole {key} in quotation marks."
            )
            raise BadInputError(message)

    def _quoted(self) -> str | None:
        """What stands in quotation marks here."""
        closing = _QUOTES.get(self._text[self._at : self._at + 1])
        if closing is None:
            single = _SINGLE_QUOTED.match(self._text, self._at)
            self._at = single.end() if single else self._at
            return single[1] if single else None
        quoted = re.compile(rf"((?:\\.|[^\\{closing}])*)[{closing}]", re.DOTALL).match(self._text, self._at + 1)
        if quoted is None:
            message = "A quotation mark is opened and never closed; close it."
            raise BadInputError(message)
        self._at = quoted.end()
        return _ESCAPED.sub(r"\1", quoted[1])

    def _words(self, most: int = LONGEST_COMMAND) -> str:
        """What stands here up to the next option."""
        start, end = self._at, self._at
        while most and self._at < len(self._text) and self._name_here() is None:
            self._advance(_WORD)
            end, most, self._has_begun = self._at, most - 1, True
            self._skip_space()
        return self._text[start:end]

    def _advance(self, pattern: re.Pattern[str]) -> str:
        """Go past what the pattern finds here, and give it back."""
        match = pattern.match(self._text, self._at)
        if match is None:
            return ""
        self._at = match.end()
        return match[0]
