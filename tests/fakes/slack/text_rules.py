"""Texts as Slack reads them: what must be escaped, and whom they would call."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.fakes.slack.model import Json

_CALLS: Final = re.compile(r"<(?:!(channel|here|everyone)|!(subteam)\^\w+|@([UW]\w+))(?:\|[^>]*)?>")
_BARE_CALLS: Final = re.compile(r"(?<![\w@])@(channel|here|everyone)\b")
_MARKUP: Final = re.compile(
    r"<(?:@[UW]\w+|#C\w+|!date\^\d+\^[^>]+|(?:https?|mailto):[^>|\s]+)(?:\|[^>]*)?>|&(?:amp|lt|gt);"
)
_BROADCASTS: Final = {"channel", "here", "everyone", "subteam"}


def mrkdwn_of(text: str, blocks: list[Json]) -> Iterator[str]:
    """Every text of a message that Slack looks for markup in."""
    yield text
    yield from _mrkdwn(blocks)


def _mrkdwn(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for child in node:
            yield from _mrkdwn(child)
    elif isinstance(node, dict):
        if node.get("type") == "mrkdwn":
            yield str(node.get("text"))
        for child in node.values():
            yield from _mrkdwn(child)


def calls(text: str, arguments: Json) -> list[str]:
    """Whom a text calls: people's ids, and ``channel``, ``here``, ``everyone`` or ``subteam``."""
    found = [next(filter(None, match)) for match in _CALLS.findall(text)]
    parses = arguments.get("link_names") in {True, "1", "true"} or arguments.get("parse") == "full"
    return found + (_BARE_CALLS.findall(text) if parses else [])


def faults_of_text(text: str, arguments: Json) -> list[str]:
    """What no text of the bot may hold: a call to everybody, or characters that should have been escaped."""
    faults = [f"calls {name}: {text!r}" for name in calls(text, arguments) if name in _BROADCASTS]
    if re.search("[<>&]", _MARKUP.sub("", text)):
        faults.append(f"is not escaped: {text!r}")
    return faults
