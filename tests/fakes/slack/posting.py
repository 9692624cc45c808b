"""How what the bot asks for becomes a message, or is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.fakes.slack.block_rules import check_blocks
from tests.fakes.slack.errors import ApiError
from tests.fakes.slack.model import Message
from tests.fakes.slack.text_rules import faults_of_text, mrkdwn_of

if TYPE_CHECKING:
    from tests.fakes.slack.model import Channel, Json
    from tests.fakes.slack.server import FakeSlack

_LONGEST_TEXT = 40_000


def as_json(value: Any) -> Any:
    """An argument that is JSON, or a string of it in a form.

    Raises:
        ApiError: the string is no JSON.
    """
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        error = "invalid_json"
        raise ApiError(error) from None


def fill(fake: FakeSlack, message: Message, arguments: Json) -> None:
    """Give a message the text, blocks and metadata that somebody asked for; what was not named stays as it is.

    Raises:
        ApiError: the message would break a rule; it is as it was.
    """
    text = arguments.get("text", message.text) or ""
    blocks = message.blocks if arguments.get("blocks") is None else as_json(arguments["blocks"])
    check_blocks(blocks)
    if not isinstance(text, str) or not (text or blocks):
        error = "no_text"
        raise ApiError(error)
    if len(text) > _LONGEST_TEXT:
        error = "msg_too_long"
        raise ApiError(error)
    fake.violations += [fault for part in mrkdwn_of(text, blocks) for fault in faults_of_text(part, arguments)]
    message.text, message.blocks = text, blocks
    if arguments.get("metadata") is not None:
        message.metadata = _metadata(as_json(arguments["metadata"]))


def _metadata(value: Any) -> Json | None:
    if value == {}:
        return None
    if not isinstance(value, dict) or not isinstance(value.get("event_payload"), dict) or not value.get("event_type"):
        error = "invalid_metadata_format"
        raise ApiError(error)
    return value


def parent_of(fake: FakeSlack, channel: Channel, thread_ts: Any) -> str | None:
    """The message whose thread is meant.

    Raises:
        ApiError: there is none.
    """
    if not thread_ts:
        return None
    parent = channel.messages.get(str(thread_ts))
    if parent is None or parent.visible_to is not None:
        error = "thread_not_found"
        raise ApiError(error)
    if parent.parent_ts:
        fake.violations.append("an answer is threaded below another answer, where nobody finds it")
    return parent.parent_ts or parent.ts


def new_message(fake: FakeSlack, channel: Channel, arguments: Json) -> Message:
    """A message of the bot that nobody sees yet.

    Raises:
        ApiError: it would break a rule.
    """
    message = Message(fake.world.ts(), channel, fake.world.bot)
    message.parent_ts = parent_of(fake, channel, arguments.get("thread_ts"))
    fill(fake, message, arguments)
    return message
