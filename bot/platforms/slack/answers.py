"""Answering what somebody has asked: in the message of the request, or for their eyes only."""

from __future__ import annotations

import contextlib
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from bot import wording
from bot.domain import RefusedError, ReplyError, RequestState
from bot.patience import until_stored
from bot.platforms.slack.addressing import Address
from bot.platforms.slack.buttons import cancel_button
from bot.platforms.slack.letters import note
from bot.platforms.slack.people import is_private
from bot.platforms.slack.troubles import NETWORK_TROUBLE, NOT_INVITED, SlackError
from composer.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.domain import MessageRef, Ticket, Viewer
    from bot.platforms.slack.letters import Letter
    from bot.platforms.slack.workspace import Workspace

logger = logging.getLogger(__name__)

UNDER_WAY: Final = {RequestState.AWAITING_FILE, RequestState.QUEUED, RequestState.RUNNING}


@dataclass(frozen=True)
class Asked:
    """Somebody asks for something.

    Attributes:
        key: the request's, if it becomes one.
        thread: in which was asked.
        respond: Slack's own way to answer a command or a button; it needs no place in the channel.
        pressed: the message that holds the button which was pressed; None if only one person sees it.
        is_press: whether a button was pressed at all.
    """

    workspace: Workspace
    user_id: str
    channel_id: str
    key: str
    thread: str | None = None
    respond: Callable[..., Awaitable[Any]] | None = None
    pressed: MessageRef | None = None
    is_press: bool = False

    async def viewer(self) -> Viewer:
        """The person, with their rights at this moment."""
        return await self.workspace.people.viewer(self.user_id, self.channel_id)

    def address(self, file_id: str | None = None) -> str:
        """Where the piece goes."""
        return Address(self.channel_id, self.thread, file_id).to_json()

    async def answer(self, letter: Letter, *, is_public: bool = False) -> None:
        """Answer once, unless everybody may see it for the asker's eyes only."""
        if self.respond is not None:
            kind = "in_channel" if is_public else "ephemeral"
            await self._respond(letter, response_type=kind, replace_original=False)
        elif is_public or is_private(self.channel_id):
            await self.workspace.web.post(self.channel_id, letter, self.thread)
        else:
            await self.workspace.web.whisper(self.channel_id, self.user_id, letter, self.thread)

    async def replace(self, letter: Letter) -> None:
        """Turn the message with the button into another."""
        if self.pressed is not None:
            await self.workspace.web.update(self.pressed, letter)
        else:
            await self._respond(letter, replace_original=True)

    async def _respond(self, letter: Letter, **how: Any) -> None:
        if self.respond is None:
            raise AssertionError  # where it is None, there is a message instead
        if self.is_press and self.thread is not None:
            how["thread_ts"] = self.thread
        answer = await self.respond(text=letter.text, blocks=letter.blocks, **how)
        if answer.status_code != 200:
            code = f"status {answer.status_code} of response_url"
            raise SlackError(code)


async def take_on(asked: Asked, ask: Callable[[Viewer], Awaitable[Ticket]]) -> None:
    """Have a request taken on, and post the message that shows its progress; once, however often it is asked.

    Raises:
        ReplyError: it was refused, or the bot is not in the channel.
    """
    workspace, viewer = asked.workspace, await asked.viewer()
    ticket = await ask(viewer)
    if ticket.message is not None or ticket.state not in UNDER_WAY or not workspace.placed.is_new(ticket.id):
        return
    try:
        text = wording.progress_text(await workspace.studio.progress(ticket.id), ticket.request.seed.title)
        message = await workspace.web.post(asked.channel_id, note(text, cancel_button(ticket.id)), asked.thread)
    except NETWORK_TROUBLE as trouble:
        workspace.placed.forget(ticket.id)
        if not isinstance(trouble, SlackError) or trouble.code not in NOT_INVITED:
            logger.warning("request %d has no message yet: %s", ticket.id, type(trouble).__name__)
            return
        with contextlib.suppress(ReplyError):
            await workspace.studio.cancel(ticket.id, viewer)
        raise ReplyError(wording.invite_me(workspace.me.name)) from None
    workspace.shown.is_new((ticket.id, text))
    await until_stored(partial(workspace.studio.placed, ticket.id, message))


async def explain(asked: Asked, error: Exception) -> None:
    """Tell the person why there is nothing; what is our fault is logged under the id that they are given."""
    letter = note(sentence(error))
    try:
        try:
            await asked.answer(letter)
        except SlackError as refusal:
            logger.info("a refusal is sent in private: %s", refusal)
            await asked.workspace.web.post(asked.user_id, letter)
    except NETWORK_TROUBLE as trouble:
        logger.warning("a refusal could not be sent: %s", type(trouble).__name__)


def sentence(error: Exception) -> str:
    """What a person is told of an error; errors of ours are logged."""
    if isinstance(error, RefusedError) and error.retry_at is not None:
        wait = max((error.retry_at - datetime.now(UTC)).total_seconds(), 1.0)
        return f"{wording.sentence_of(error)} {wording.AGAIN_POSSIBLE} in {wording.about_seconds(wait)}."
    if isinstance(error, ReplyError | BadInputError):
        return wording.sentence_of(error)
    support_id = wording.support_id()
    logger.error("something asked on Slack failed (support id %s)", support_id, exc_info=error)
    return wording.sentence_of(error, support_id)
