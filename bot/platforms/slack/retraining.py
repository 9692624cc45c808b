"""Retraining on Slack: the plan with its button, the message that shows how it goes, and the choice of networks."""

from __future__ import annotations

import asyncio
import logging
import secrets
from functools import partial
from typing import TYPE_CHECKING, Final

from bot import wording
from bot.domain import NotFoundError
from bot.patience import until_stored
from bot.platforms.platform import UndeliverableError
from bot.platforms.slack.addressing import Address
from bot.platforms.slack.buttons import cancel_run_button, start_run_button
from bot.platforms.slack.letters import note
from bot.platforms.slack.troubles import MESSAGE_GONE, NETWORK_TROUBLE, OUT_OF_REACH, SlackError
from bot.platforms.slack.uploads import Enclosure, upload_once
from bot.retraining import wording as sentences
from bot.retraining.domain import RunState
from bot.subcommands import ModelAction, RetrainAction, to_model_action, to_retrain_action

if TYPE_CHECKING:
    from pathlib import Path

    from bot.domain import MessageRef
    from bot.options import Command
    from bot.platforms.slack.answers import Asked
    from bot.platforms.slack.letters import Letter
    from bot.platforms.slack.workspace import Workspace
    from bot.retraining.domain import Notice

logger = logging.getLogger(__name__)

_RECORD: Final = "slack.json"
"""File name, beside the samples."""


async def retrain(asked: Asked, command: Command) -> None:
    """Show what would be learnt from, with a button to start; or end the run that is under way."""
    action, retrainer = to_retrain_action(command.options), asked.workspace.studio.retrainer
    viewer = await asked.viewer()
    if action is RetrainAction.CANCEL:
        run = await retrainer.latest(viewer)
        if run is None:
            raise NotFoundError(sentences.NO_RUN)
        await retrainer.cancel(run.id, viewer)
        await asked.answer(note(wording.CANCELLED))
        return
    plan = await retrainer.plan(viewer)
    may_start = action is RetrainAction.START and plan.refusal is None
    buttons = [start_run_button(secrets.token_hex(8))] if may_start else []
    await asked.answer(note(sentences.plan_text(plan), *buttons))


async def start(asked: Asked, plan: str) -> None:
    """Begin a run, and post the message that shows how it goes; once for each plan that was shown.

    Raises:
        ReplyError: it is refused.
    """
    workspace, viewer = asked.workspace, await asked.viewer()
    address = Address(asked.channel_id, asked.thread, user_id=asked.user_id)
    key = workspace.key("plan", plan)
    run = await workspace.studio.retrainer.start(viewer, key=key, address=address.to_json())
    if run.message is None and run.state is RunState.RUNNING and workspace.placed.is_new(_mark(run.id)):
        try:
            letter = note(sentences.run_text(run), cancel_run_button(run.id))
            await _post(workspace, address, run.id, letter)
        except (*NETWORK_TROUBLE, UndeliverableError) as trouble:
            # How it ended is told all the same: that makes the message.
            logger.warning("retraining run %d has no message yet: %s", run.id, type(trouble).__name__)
            workspace.placed.forget(_mark(run.id))
    await asked.replace(note(sentences.STARTED))


async def model(asked: Asked, command: Command) -> None:
    """Show the networks or one of them, or choose which one composes."""
    action, model_id = to_model_action(command.options)
    retrainer, viewer = asked.workspace.studio.retrainer, await asked.viewer()
    if action is ModelAction.LIST:
        text = sentences.models_text(await retrainer.models(viewer))
    elif action is ModelAction.ROLLBACK:
        text = sentences.model_text(await retrainer.rollback(viewer))
    elif action is ModelAction.USE and model_id is not None:
        text = sentences.model_text(await retrainer.use(viewer, model_id))
    else:
        text = sentences.model_text(await retrainer.model(viewer, model_id))
    await asked.answer(note(text))


async def announce(workspace: Workspace, address: str, notice: Notice, message: MessageRef | None) -> MessageRef:
    """Turn the message of a run into a notice, with the recordings in its thread; nothing of it twice.

    Raises:
        UndeliverableError: neither the channel nor the person can be written to.
        SlackError: anything else that Slack has against it.
    """
    place = Address.from_json(address)
    letter = note(notice.text, *([cancel_run_button(notice.run_id)] if notice.cancellable else []))
    message = await _put(workspace, place, notice.run_id, letter, message)
    enclosures = await asyncio.to_thread(_enclosures, notice)
    if not enclosures:
        return message
    record = notice.files[0].with_name(_RECORD)
    try:
        await upload_once(workspace.web, enclosures, message, place.thread_of(message), record)
    except SlackError as error:
        if error.code not in OUT_OF_REACH:
            raise
        message = await _post_privately(workspace, place, letter)
        await _place(workspace, notice.run_id, message)
        await upload_once(workspace.web, enclosures, message, message.message_id, record)
    return message


async def _put(
    workspace: Workspace, place: Address, run_id: int, letter: Letter, message: MessageRef | None
) -> MessageRef:
    """Show a letter in the message of a run, or in a new one."""
    if message is not None:
        try:
            await workspace.web.update(message, letter)
        except SlackError as error:
            if error.code not in MESSAGE_GONE | OUT_OF_REACH:
                raise
        else:
            return message
    elif _mark(run_id) in workspace.placed:
        trouble = "its message is about to be there"
        raise SlackError(trouble)
    return await _post(workspace, place, run_id, letter)


async def _post(workspace: Workspace, place: Address, run_id: int, letter: Letter) -> MessageRef:
    """Send a message about a run to where it was started, or else to who did; it is known at once."""
    try:
        message = await workspace.web.post(place.channel_id, letter, place.thread)
    except SlackError as error:
        if error.code not in OUT_OF_REACH:
            raise
        message = await _post_privately(workspace, place, letter)
    await _place(workspace, run_id, message)
    return message


async def _post_privately(workspace: Workspace, place: Address, letter: Letter) -> MessageRef:
    if place.user_id is not None:
        try:
            return await workspace.web.post(place.user_id, letter)
        except SlackError as error:
            if error.code not in OUT_OF_REACH:
                raise
    trouble = "neither the channel nor the person can be written to"
    raise UndeliverableError(trouble)


async def _place(workspace: Workspace, run_id: int, message: MessageRef) -> None:
    """At once: a bot that ends before the rest is done must not post it again."""
    await until_stored(partial(workspace.studio.retrainer.placed, run_id, message))


def _enclosures(notice: Notice) -> list[Enclosure]:
    """The recordings that are there, named as they lie there: nothing tells which is by which network."""
    return [_enclosure(path) for path in notice.files if path.is_file()]


def _enclosure(path: Path) -> Enclosure:
    return Enclosure(path.name, f"Sample {path.stem.upper()}", path.read_bytes())


def _mark(run_id: int) -> tuple[str, int]:
    """What the messages of runs are remembered by, among those of requests."""
    return "run", run_id
