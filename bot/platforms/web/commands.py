"""Typed commands: the same words as on every other platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.options import parse_command, to_page, to_piece_id, to_settings
from bot.platforms.web.json_views import WEB_SETTINGS
from bot.subcommands import (
    ModelAction,
    PrivacyAction,
    RetrainAction,
    to_model_action,
    to_privacy_action,
    to_retrain_action,
)
from composer.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.domain import Viewer
    from bot.platforms.web.answers import Answers
    from bot.platforms.web.asking import Asking
    from bot.platforms.web.json_views import Json
    from bot.platforms.web.keeping import Keeping
    from bot.studio import Studio


class Commands:
    """Does what a line says."""

    def __init__(self, studio: Studio, answers: Answers, asking: Asking, keeping: Keeping) -> None:
        self._studio, self._answers, self._asking, self._keeping = studio, answers, asking, keeping

    async def run(self, text: str, viewer: Viewer, key: str) -> Json:
        """Do it.

        Raises:
            BadInputError: the line cannot be understood.
            ReplyError: what it asks for cannot be had.
        """
        command = parse_command(text)
        if command.name == "compose":
            ticket = await self._asking.compose(command.options, viewer, key)
            return await self._answers.ticket(ticket.id, viewer)
        if command.name == "openers":
            return self._answers.openers(command.options.get("text", ""))
        if command.name == "help":
            return self._answers.help()
        show = {
            "history": self._history,
            "top": self._top,
            "piece": self._piece,
            "settings": self._settings,
            "privacy": self._privacy,
            "retrain": self._retrain,
            "model": self._model,
            "about": self._about,
        }[command.name]
        return await show(command.options, viewer)

    async def _history(self, options: Mapping[str, str], viewer: Viewer) -> Json:
        return await self._answers.history(viewer, to_page(options))

    async def _top(self, options: Mapping[str, str], viewer: Viewer) -> Json:
        return await self._answers.top(viewer, to_page(options))

    async def _piece(self, options: Mapping[str, str], viewer: Viewer) -> Json:
        return await self._answers.piece(to_piece_id(options), viewer)

    async def _about(self, _: Mapping[str, str], __: Viewer) -> Json:
        return await self._answers.about()

    async def _settings(self, options: Mapping[str, str], viewer: Viewer) -> Json:
        changes = to_settings(options)
        if not set(changes) <= set(WEB_SETTINGS):
            message = (
                "The web chat has no channels, roles or dropped files; here you can set length, user_hour, guild_hour."
            )
            raise BadInputError(message)
        settings = await self._studio.change_guild_settings(viewer, **changes) if changes else None
        return await self._answers.settings(viewer, settings)

    async def _privacy(self, options: Mapping[str, str], viewer: Viewer) -> Json:
        action = to_privacy_action(options)
        if action is PrivacyAction.DELETE:
            return self._answers.confirm_forgetting()
        if action is PrivacyAction.SHOW:
            return await self._answers.privacy(viewer)
        return await self._answers.consent(viewer, is_allowed=action is PrivacyAction.ALLOW)

    async def _retrain(self, options: Mapping[str, str], viewer: Viewer) -> Json:
        action = to_retrain_action(options)
        if action is RetrainAction.CANCEL:
            return await self._keeping.cancel_latest(viewer)
        return await self._keeping.plan(viewer, is_dry=action is RetrainAction.DRY_RUN)

    async def _model(self, options: Mapping[str, str], viewer: Viewer) -> Json:
        action, model_id = to_model_action(options)
        if action is ModelAction.LIST:
            return await self._keeping.models(viewer)
        if action is ModelAction.ROLLBACK:
            return await self._keeping.rollback(viewer)
        if action is ModelAction.USE and model_id is not None:
            return await self._keeping.use(viewer, model_id)
        return await self._keeping.model(viewer, model_id)
