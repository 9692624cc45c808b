"""Lists that are turned page by page: openers, one's own pieces, the best rated ones."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import discord

from bot import wording
from bot.platforms.discord.addressing import Address
from bot.platforms.discord.answers import change, timely
from bot.platforms.discord.embeds import COLOUR
from bot.platforms.discord.letters import lines_within, shown
from bot.platforms.discord.pressing import Pressable, view_of
from bot.platforms.discord.viewers import viewer_of_interaction

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.domain import Piece, Tally, Viewer
    from bot.platforms.discord.answers import Asked
    from bot.studio import Studio
    from composer.openers import Opener

PAGE: Final = 10
"""Lines of a page."""
_LAST_PAGE: Final = 9_999
_LISTS: Final = {"openers": "Openers", "history": "Your pieces", "top": "Best rated"}
_LONGEST_NAME: Final = 80


@dataclass(frozen=True)
class PageButton(Pressable):
    """Turns to another page of a list."""

    list_name: str
    page: int
    label: str = ""
    is_disabled: bool = False
    template = re.compile(r"page:(?P<list>openers|history|top):(?P<page>[0-9]{1,4})")

    @classmethod
    def from_id(cls, parts: Mapping[str, str]) -> PageButton:
        """The button, from the parts of its id."""
        return cls(parts["list"], int(parts["page"]))

    def as_button(self) -> discord.ui.Button[Any]:
        """What Discord shows."""
        custom_id = f"page:{self.list_name}:{self.page}"
        return discord.ui.Button(label=self.label, custom_id=custom_id, disabled=self.is_disabled)

    async def press(self, interaction: Asked) -> None:
        """Show that page in place of this one, as the person who presses may see it."""
        viewer = viewer_of_interaction(interaction)
        work = page_of(interaction.client.studio, viewer, self.list_name, self.page)
        embed, buttons = await timely(interaction, work)
        await change(interaction, embed=embed, view=buttons)


async def page_of(
    studio: Studio, viewer: Viewer, list_name: str, page: int
) -> tuple[discord.Embed, discord.ui.View | None]:
    """A page of one of the lists, from 0, and the buttons to turn it; none where there is only one."""
    lines = await _lines(studio, viewer, list_name, page * PAGE)
    embed = discord.Embed(
        title=_LISTS[list_name],
        description=lines_within(lines[:PAGE]) or shown(wording.NOTHING_YET),
        colour=COLOUR,
    )
    has_more = len(lines) > PAGE
    if list_name == "openers":
        embed.set_footer(text=wording.OPENERS_HINT)
    if not page and not has_more:
        return embed, None
    back = PageButton(list_name, max(page - 1, 0), "Back", is_disabled=not page)
    following = PageButton(list_name, min(page + 1, _LAST_PAGE), "Next", is_disabled=not has_more)
    return embed, view_of(back, following)


async def _lines(studio: Studio, viewer: Viewer, list_name: str, offset: int) -> list[str]:
    """The lines from ``offset`` on: one more than fits where there are more."""
    if list_name == "openers":
        return [_opener_line(opener) for opener in studio.openers()[offset : offset + PAGE + 1]]
    find = studio.history if list_name == "history" else studio.top
    return [_piece_line(*found) for found in await find(viewer, limit=PAGE + 1, offset=offset)]


def _opener_line(opener: Opener) -> str:
    return f"**{shown(opener.composer)}**: {shown(opener.title)} · `{opener.slug}`"


def _piece_line(piece: Piece, tally: Tally) -> str:
    name = shown(wording.shortened(wording.headline(piece), _LONGEST_NAME))
    linked = f"[{name}]({_link(piece)})" if piece.message else name
    age = discord.utils.format_dt(piece.created_at, "R")
    votes = f"👍 {tally.up} 👎 {tally.down}"
    return f"`{piece.id}` {linked} · {wording.clock(piece.music.length_seconds)} · {votes} · {age}"


def _link(piece: Piece) -> str:
    message = piece.message
    if message is None:
        return ""
    # A piece that was asked for in a guild may have come in private.
    is_there = message.channel_id == Address.from_json(piece.request.address).channel_id
    guild_id = piece.request.place.guild_id if is_there else None
    return f"https://discord.com/channels/{guild_id or '@me'}/{message.channel_id}/{message.message_id}"
