"""What a message of the bot holds, before it is known how it will reach its reader."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import discord

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST_CONTENT: Final = 2000
LONGEST_FIELD: Final = 1024
LONGEST_TITLE: Final = 256
LONGEST_DESCRIPTION: Final = 4096


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file to go along; kept as bytes, because an attempt to send it uses a file up."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """A whole message; what it does not mention is not in the message either, also where it replaces an earlier one."""

    content: str | None = None
    embed: discord.Embed | None = None
    enclosures: tuple[Enclosure, ...] = ()
    buttons: discord.ui.View | None = None

    def as_edit(self) -> dict[str, Any]:
        """Arguments for editing a message into this one."""
        return {
            "content": self.content,
            "embed": self.embed,
            "attachments": self._files(),
            "view": self.buttons,
        }

    def as_new(self) -> dict[str, Any]:
        """Arguments for sending this as a new message."""
        parts = {"content": self.content, "embed": self.embed, "files": self._files(), "view": self.buttons}
        return {name: part for name, part in parts.items() if part}

    def _files(self) -> list[discord.File]:
        return [discord.File(io.BytesIO(file.data), file.name) for file in self.enclosures]


def shown(text: str, longest: int = LONGEST_CONTENT) -> str:
    """Text in which nothing is formatted, linked or mentioned, cut where Discord would refuse it."""
    for kept in (longest, longest // 2):
        cut = text if len(text) <= kept else text[: kept - 1] + "…"
        escaped = discord.utils.escape_mentions(discord.utils.escape_markdown(cut, ignore_links=False))
        if len(escaped) <= longest:
            return escaped
    return text[: longest // 2].translate(_NO_MARKUP)


def lines_within(lines: Iterable[str], longest: int = LONGEST_DESCRIPTION) -> str:
    """As many of the lines as fit."""
    text = ""
    for line in lines:
        if len(text) + len(line) + 1 > longest:
            break
        text += f"\n{line}" if text else line
    return text


_MARKUP: Final = "\\`*_~|<>@[]#-"
_NO_MARKUP: Final = dict.fromkeys(map(ord, _MARKUP), " ")
