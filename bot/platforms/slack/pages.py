"""Lists that are turned page by page: openers, one's own pieces, the best rated ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot import wording
from bot.platforms.slack.buttons import page_buttons
from bot.platforms.slack.letters import LONGEST_TEXT, Letter, actions, escaped, header, marked, section

if TYPE_CHECKING:
    from bot.domain import Piece, Tally, Viewer
    from bot.platforms.slack.workspace import Workspace
    from composer.openers import Opener

PAGE: Final = 10
"""Lines of a page."""
LISTS: Final = {"openers": "Openers", "history": "Your pieces", "top": "Best rated"}
_LAST_PAGE: Final = 9_999
_LONGEST_NAME: Final = 80


async def page_of(workspace: Workspace, viewer: Viewer, list_name: str, page: int, text: str = "") -> Letter:
    """A page of one of the lists, from 0, with the buttons to turn it; of the openers, those that fit ``text``."""
    page = min(page, _LAST_PAGE)
    lines = await _lines(workspace, viewer, list_name, page * PAGE, text)
    body = marked(_within(lines[:PAGE])) if lines else section(wording.NOTHING_YET)
    # What was looked for is not remembered by the buttons: they turn the whole list.
    turning = [] if text else page_buttons(list_name, page, has_more=len(lines) > PAGE and page < _LAST_PAGE)
    hint = [section(wording.OPENERS_HINT)] if list_name == "openers" else []
    title = LISTS[list_name]
    return Letter(title, (header(title), body, *hint, *([actions(*turning)] if turning else [])))


async def _lines(workspace: Workspace, viewer: Viewer, list_name: str, offset: int, text: str) -> list[str]:
    """The lines from ``offset`` on: one more than fits where there are more."""
    studio = workspace.studio
    if list_name == "openers":
        found = [_opener_line(opener) for opener in studio.openers()]
        if text:
            slugs = [slug for _, slug in studio.suggest_openers(text, PAGE)]
            known = {opener.slug: opener for opener in studio.openers()}
            found = [_opener_line(known[slug]) for slug in slugs]
        return found[offset : offset + PAGE + 1]
    find = studio.history if list_name == "history" else studio.top
    pieces = await find(viewer, limit=PAGE + 1, offset=offset)
    return [_piece_line(piece, tally, workspace.me.url) for piece, tally in pieces]


def _opener_line(opener: Opener) -> str:
    return f"*{escaped(opener.composer)}*: {escaped(opener.title)} · `{escaped(opener.slug)}`"


def _piece_line(piece: Piece, tally: Tally, url: str) -> str:
    name = escaped(wording.headline(piece), _LONGEST_NAME)
    if piece.message is not None:
        stamp = piece.message.message_id.replace(".", "")
        name = f"<{url}archives/{piece.message.channel_id}/p{stamp}|{name}>"
    length = wording.clock(piece.music.length_seconds)
    return f"`{piece.id}` {name} · {length} · 👍 {tally.up} 👎 {tally.down} · {piece.created_at:%Y-%m-%d}"


def _within(lines: list[str]) -> str:
    """As many of the lines as fit."""
    text = ""
    for line in lines:
        if len(text) + len(line) + 1 > LONGEST_TEXT:
            break
        text += f"\n{line}" if text else line
    return text
