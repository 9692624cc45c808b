"""Everything that can be asked for in words, whether by a slash command, a mention or in private."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from bot import wording
from bot.options import to_page, to_piece_id, to_settings
from bot.platforms.slack.buttons import forget_button
from bot.platforms.slack.cards import piece_card
from bot.platforms.slack.composing import compose
from bot.platforms.slack.delivery import enclosures_of
from bot.platforms.slack.letters import note
from bot.platforms.slack.pages import page_of
from bot.platforms.slack.people import is_private
from bot.platforms.slack.retraining import model, retrain
from bot.platforms.slack.uploads import Enclosure, upload
from bot.subcommands import PrivacyAction, to_privacy_action
from composer.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.domain import GuildSettings, MessageRef
    from bot.options import Command
    from bot.platforms.slack.answers import Asked
    from bot.platforms.slack.letters import Letter

SHORTCUT = "compose_from_midi"
SHORTCUT_NAME = "Compose from this MIDI"
COMPOSE, EVERYTHING = "/compose", "/schumann"
"""The slash commands."""


async def obey(asked: Asked, command: Command) -> None:
    """Do what a command says.

    Raises:
        ReplyError, BadInputError: why not.
    """
    if command.name == "compose":
        await compose(asked, command.options)
        return
    # Nobody is served here who may not ask for pieces: guests, strangers, bots.
    await asked.viewer()
    do = {
        "openers": _list,
        "history": _list,
        "top": _list,
        "piece": _piece,
        "settings": _settings,
        "privacy": _privacy,
        "retrain": retrain,
        "model": model,
        "about": _about,
        "help": _help,
    }[command.name]
    await do(asked, command)


async def _list(asked: Asked, command: Command) -> None:
    page = to_page(command.options) - 1
    text = command.options.get("text", "")
    letter = await page_of(asked.workspace, await asked.viewer(), command.name, page, text)
    await asked.answer(letter, is_public=command.name == "top")


async def _piece(asked: Asked, command: Command) -> None:
    """Show a piece again, to the asker alone: with its files, in private."""
    workspace = asked.workspace
    view = await workspace.studio.piece(to_piece_id(command.options), await asked.viewer())
    head = await _in_private(asked, piece_card(view.piece, view.tally))
    await upload(workspace.web, await enclosures_of(view.piece, view.files), head, head.message_id)


async def _in_private(asked: Asked, letter: Letter) -> MessageRef:
    """Send something to the asker, and say so where they have asked."""
    message = await asked.workspace.web.post(asked.user_id, letter)
    if not is_private(asked.channel_id):
        await asked.answer(note(wording.SENT_PRIVATELY))
    return message


async def _settings(asked: Asked, command: Command) -> None:
    changes = to_settings(command.options)
    if "role_ids" in changes:
        raise BadInputError(wording.NO_ROLES_ON_SLACK)
    studio, viewer = asked.workspace.studio, await asked.viewer()
    held = await (studio.change_guild_settings(viewer, **changes) if changes else studio.guild_settings(viewer))
    await asked.answer(note(_settings_text(held)))


def _settings_text(held: GuildSettings) -> str:
    """What holds in a workspace, line by line; Slack shows the channel's name for its id."""
    return "\n".join(
        (
            f"Longest piece: {wording.clock(held.longest_seconds)}",
            f"Channel: {f'<#{held.channel_id}>' if held.channel_id else 'every channel'}",
            f"Pieces an hour: {held.per_user_hour} for one person, {held.per_guild_hour} for all together",
            f"MIDI files dropped in a channel: {'continued' if held.listens_to_files else 'left alone'}",
        )
    )


async def _privacy(asked: Asked, command: Command) -> None:
    action, studio, viewer = to_privacy_action(command.options), asked.workspace.studio, await asked.viewer()
    if action is PrivacyAction.DELETE:
        await asked.answer(note(wording.FORGET_FIRST, forget_button()))
    elif action is PrivacyAction.SHOW:
        report = await studio.privacy_report(viewer)
        data = json.dumps(report, indent=2, ensure_ascii=False, default=str).encode()
        head = await _in_private(asked, note(wording.HERE_IS_YOURS))
        await upload(asked.workspace.web, [Enclosure("schumann.json", "schumann.json", data)], head, head.message_id)
    else:
        is_allowed = action is PrivacyAction.ALLOW
        await studio.training_consent(viewer, is_allowed)
        await asked.answer(note(wording.LEARNING_ALLOWED if is_allowed else wording.LEARNING_FORBIDDEN))


async def _about(asked: Asked, _: Command) -> None:
    await asked.answer(note(wording.about_text(await asked.workspace.studio.about())))


async def _help(asked: Asked, _: Command) -> None:
    await asked.answer(note(help_text(asked.workspace.me.name)))


def help_text(name: str) -> str:
    """How to use the bot, on Slack."""
    return f"{wording.HELP}\n\n{wording.slack_hint(SHORTCUT_NAME, name)}"


def without_mention(text: str, bot_user_id: str) -> str:
    """What is said to the bot, without its name."""
    return text.replace(f"<@{bot_user_id}>", " ").strip()


def options_of(command: Command) -> Mapping[str, str]:
    """The options of a request for a piece; other commands have none for it."""
    return command.options if command.name == "compose" else {}
