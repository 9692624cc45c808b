"""What a message of the bot holds, in Slack's blocks: text in which nobody is mentioned and nothing is linked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from bot import wording

if TYPE_CHECKING:
    from collections.abc import Iterable

Block = dict[str, Any]

LONGEST_TEXT: Final = 3000
"""Characters of a section."""
LONGEST_HEADER: Final = 150
LONGEST_FIELD: Final = 2000
_MOST_FIELDS: Final = 10
_ESCAPES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_CHANNEL: Final = re.compile(r"&lt;#([CG][A-Z0-9]{5,20})&gt;")
"""A channel that the core names: Slack shows its name, and disturbs nobody."""
_OTHERS: Final = "|".join(name for name in wording.COMMANDS if name != "compose")
_COMMAND: Final = re.compile(rf"(?<![\w/])/({_OTHERS})\b")


@dataclass(frozen=True, slots=True)
class Letter:
    """A whole message: its blocks, and a line for notifications."""

    text: str
    blocks: tuple[Block, ...]


def note(text: str, *buttons: Block) -> Letter:
    """A message of words, with buttons below them."""
    blocks = tuple(section(part) for part in _parts(text))
    return Letter(shown(text), (*blocks, actions(*buttons)) if buttons else blocks)


def section(text: str) -> Block:
    """A paragraph."""
    return marked(shown(text))


def marked(text: str) -> Block:
    """A paragraph that is escaped already, and may hold links of ours."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}


def header(text: str) -> Block:
    """A title."""
    return {"type": "header", "text": plain(text, LONGEST_HEADER)}


def fields(facts: Iterable[tuple[str, str]]) -> list[Block]:
    """Names and values in two columns."""
    lines = [plain(f"{name}: {value}", LONGEST_FIELD) for name, value in facts]
    return [
        {"type": "section", "fields": lines[start : start + _MOST_FIELDS]}
        for start in range(0, len(lines), _MOST_FIELDS)
    ]


def actions(*buttons: Block) -> Block:
    """A row of buttons."""
    return {"type": "actions", "elements": list(buttons)}


def button(label: str, action_id: str, value: str, **parts: Any) -> Block:
    """A button; ``parts`` are those of Slack's own, such as ``style``."""
    return {"type": "button", "text": plain(label, 75), "action_id": action_id, "value": value, **parts}


def plain(text: str, longest: int) -> Block:
    """Words in which Slack looks for nothing but its entities."""
    return {"type": "plain_text", "text": escaped(text, longest), "emoji": False}


def shown(text: str, longest: int = LONGEST_TEXT) -> str:
    """A sentence of the core as Slack shows it: what it calls a server is a workspace, and most commands are one."""
    local = _COMMAND.sub(r"/schumann \1", text.replace("this server", "this workspace"))
    return _CHANNEL.sub(r"<#\1>", escaped(local, longest))


def escaped(text: str, longest: int = LONGEST_TEXT) -> str:
    """Text in which no sign has a meaning of Slack's, cut where Slack would refuse it."""
    for kept in (longest, longest // 2, longest // 5):
        cut = wording.shortened(text, kept)
        safe = "".join(_ESCAPES.get(sign, sign) for sign in cut)
        if len(safe) <= longest:
            return safe
    raise AssertionError  # no sign becomes more than five


def unescaped(text: str) -> str:
    """What somebody typed, before Slack escaped it."""
    for sign, escape in reversed(_ESCAPES.items()):
        text = text.replace(escape, sign)
    return text


def _parts(text: str) -> Iterable[str]:
    """A long text in pieces that fit a section each, cut between lines."""
    part = ""
    for line in text.splitlines():
        if part and len(part) + len(line) >= LONGEST_TEXT // 2:
            yield part
            part = ""
        part += f"\n{line}" if part else line
    yield part if part.strip() else "…"
