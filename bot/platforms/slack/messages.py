"""What people write to the bot, and the files that they share: a mention, a direct message, a file in a channel."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any, Final

from bot.domain import MessageRef, PlatformName, ReplyError
from bot.options import parse_command
from bot.patience import until_stored
from bot.platforms.slack.answers import Asked, explain
from bot.platforms.slack.commands import obey, options_of, without_mention
from bot.platforms.slack.composing import compose_from_file
from bot.platforms.slack.files import looks_like_midi
from bot.platforms.slack.letters import unescaped
from bot.platforms.slack.people import is_private
from bot.platforms.slack.troubles import FILE_GONE, SlackError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.platforms.slack.workspace import Workspace

logger = logging.getLogger(__name__)

_WRITTEN: Final = frozenset({None, "file_share", "thread_broadcast"})
"""Kinds of messages that people write; the others tell of what has become of messages."""
FILE_PAUSE: Final = 2.0
"""Seconds that a file without words waits for the message that it may have come with, which may hold options."""


async def hear(workspace: Workspace, event: Mapping[str, Any]) -> None:
    """Do what a message says that mentions the bot, or was written to it in private."""
    if deleted := _deleted_in(event):
        await _forget(workspace, MessageRef(event["channel"], deleted))
        return
    is_from_person = event.get("user") and not event.get("bot_id") and event.get("subtype") in _WRITTEN
    if not is_from_person or not (event["type"] == "app_mention" or is_private(event["channel"])):
        return
    asked = Asked(
        workspace,
        event["user"],
        event["channel"],
        key=workspace.key(event["channel"], event["ts"]),
        thread=event.get("thread_ts"),
    )
    for file in event.get("files") or ():
        workspace.files.is_new((event["channel"], file.get("id")))
    try:
        said = unescaped(without_mention(event.get("text") or "", workspace.me.user_id))
        await _follow(asked, said, event.get("files") or ())
    except Exception as error:  # noqa: BLE001 (whatever went wrong, the person gets a sentence and the log a trace)
        await explain(asked, error)


async def _follow(asked: Asked, said: str, files: Any) -> None:
    if not files:
        await obey(asked, parse_command(said))
        return
    await compose_from_file(asked, files, options_of(parse_command(said or "compose")))


async def hear_file(workspace: Workspace, event: Mapping[str, Any]) -> None:
    """Continue a file that came without a word: in private, or in a channel whose admins want that.

    Slack tells of most files twice: here by their id alone, and with the message that they came with.
    """
    file_id = event.get("file_id") or event.get("file", {}).get("id")
    channel_id, user_id = event.get("channel_id"), event.get("user_id")
    if not (file_id and channel_id and user_id):
        return
    await asyncio.sleep(FILE_PAUSE)
    asked = Asked(workspace, user_id, channel_id, key=workspace.key(channel_id, file_id))
    try:
        if not is_private(channel_id) and not await _is_wanted(asked):
            return
        file = await workspace.web.file(file_id)
        if not looks_like_midi(file) or not workspace.files.is_new((channel_id, file_id)):
            return
        await compose_from_file(_at_message(asked, file), [file])
    except SlackError as error:
        if error.code not in FILE_GONE:
            await explain(asked, error)
    except Exception as error:  # noqa: BLE001 (whatever went wrong, the person gets a sentence and the log a trace)
        await explain(asked, error)


async def _is_wanted(asked: Asked) -> bool:
    """Whether files are continued here that nobody asked to continue; guests are not told that theirs are not."""
    try:
        viewer = await asked.viewer()
    except ReplyError:
        return False
    return (await asked.workspace.studio.guild_settings(viewer)).listens_to_files


def _at_message(asked: Asked, file: Mapping[str, Any]) -> Asked:
    """The same with the key and the thread of the message that the file came with, where Slack says which it is."""
    found = [share for places in file.get("shares", {}).values() for share in places.get(asked.channel_id, ()) if share]
    if not found:
        return asked
    share = max(found, key=lambda share: float(share["ts"]))
    workspace, channel_id = asked.workspace, asked.channel_id
    key = workspace.key(channel_id, share["ts"])
    return Asked(workspace, asked.user_id, channel_id, key=key, thread=share.get("thread_ts"))


def _deleted_in(event: Mapping[str, Any]) -> str | None:
    """The message that is gone, if that is what the event says; one with a thread below it leaves a tombstone."""
    if event.get("subtype") == "message_deleted":
        return str(event.get("deleted_ts"))
    changed = event.get("message") or {}
    is_tombstone = event.get("subtype") == "message_changed" and changed.get("subtype") == "tombstone"
    return str(changed.get("ts")) if is_tombstone else None


async def _forget(workspace: Workspace, message: MessageRef) -> None:
    """A message in a private conversation is gone."""
    if await workspace.studio.piece_of_message(PlatformName.SLACK, message):
        await until_stored(lambda: workspace.studio.message_deleted(PlatformName.SLACK, message))
