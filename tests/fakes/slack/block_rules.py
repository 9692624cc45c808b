"""What Slack lets into the blocks of a message."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from tests.fakes.slack.errors import invalid_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.fakes.slack.model import Json

_MOST_BLOCKS: Final = 50
_TEXTS: Final[dict[str, int]] = {"section": 3000, "header": 150, "button": 75, "context": 3000, "field": 2000}
"""Characters of a text, by what it stands in."""
_MOST_ELEMENTS: Final = {"actions": 25, "context": 10}
_LONGEST: Final = {"value": 2000, "action_id": 255, "block_id": 255, "url": 3000, "alt_text": 2000, "image_url": 3000}


def check_blocks(blocks: Any) -> None:
    """Refuse what breaks a rule.

    Raises:
        ApiError: ``invalid_blocks``, with the reasons.
    """
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        reason = "blocks is a list of objects"
        raise invalid_blocks(reason)
    reasons = list(_faults(blocks))
    if reasons:
        raise invalid_blocks(*reasons)


def _faults(blocks: list[Json]) -> Iterator[str]:
    if len(blocks) > _MOST_BLOCKS:
        yield f"no more than {_MOST_BLOCKS} items allowed"
    ids = Counter(block["block_id"] for block in blocks if "block_id" in block)
    yield from (f"block_id {name} already exists" for name, times in ids.items() if times > 1)
    for block in blocks:
        yield from _lengths(block)
        rules = _RULES.get(block.get("type", ""))
        if rules is None:
            yield f"unsupported type: {block.get('type')}"
        else:
            yield from rules(block)


def _lengths(node: Json) -> Iterator[str]:
    for name, longest in _LONGEST.items():
        if name in node and not (isinstance(node[name], str) and 0 < len(node[name]) <= longest):
            yield f"{name} has 1 to {longest} characters"


def _text(node: Any, place: str, *kinds: str) -> Iterator[str]:
    if not isinstance(node, dict) or node.get("type") not in kinds:
        yield f"the text of a {place} is {' or '.join(kinds)}"
    elif not isinstance(node.get("text"), str) or not 0 < len(node["text"]) <= _TEXTS[place]:
        yield f"the text of a {place} has 1 to {_TEXTS[place]} characters"


def _section(block: Json) -> Iterator[str]:
    fields = block.get("fields", [])
    if "text" not in block and not fields:
        yield "a section has a text or fields"
    if "text" in block:
        yield from _text(block["text"], "section", "mrkdwn", "plain_text")
    if len(fields) > 10:
        yield "no more than 10 fields"
    for node in fields:
        yield from _text(node, "field", "mrkdwn", "plain_text")
    if "accessory" in block:
        yield from _element(block["accessory"])


def _header(block: Json) -> Iterator[str]:
    yield from _text(block.get("text"), "header", "plain_text")


def _context(block: Json) -> Iterator[str]:
    elements = block.get("elements", [])
    if not 0 < len(elements) <= _MOST_ELEMENTS["context"]:
        yield "context has 1 to 10 elements"
    for element in elements:
        if element.get("type") != "image":
            yield from _text(element, "context", "mrkdwn", "plain_text")


def _actions(block: Json) -> Iterator[str]:
    elements = block.get("elements", [])
    if not 0 < len(elements) <= _MOST_ELEMENTS["actions"]:
        yield "actions has 1 to 25 elements"
    names = Counter(element.get("action_id") for element in elements)
    yield from (f"action_id {name} already exists" for name, times in names.items() if times > 1)
    for element in elements:
        yield from _element(element)


def _element(element: Json) -> Iterator[str]:
    yield from _lengths(element)
    if element.get("type") != "button":
        yield f"unsupported element: {element.get('type')}"
        return
    yield from _text(element.get("text"), "button", "plain_text")
    if element.get("style", "primary") not in {"primary", "danger"}:
        yield "style is primary or danger"
    if "action_id" not in element:
        yield "a button without action_id cannot be told from others"


def _image(block: Json) -> Iterator[str]:
    if "alt_text" not in block or not ("image_url" in block or "slack_file" in block):
        yield "an image has alt_text, and image_url or slack_file"


def _anything(_block: Json) -> Iterator[str]:
    return iter(())


_RULES: Final = {
    "section": _section,
    "header": _header,
    "context": _context,
    "actions": _actions,
    "image": _image,
    "divider": _anything,
}
