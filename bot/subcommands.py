"""Commands that say behind their name what to do: ``/retrain cancel``, ``/model use ID``, ``/privacy training on``."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NoReturn

from bot.names import safe_title
from bot.options import to_switch
from composer.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Mapping

_RETRAIN: Final = "/retrain, /retrain dry_run:on or /retrain cancel"
_MODEL: Final = "/model list, /model info ID, /model use ID or /model rollback"
_PRIVACY: Final = "/privacy show, /privacy delete, /privacy training on or /privacy training off"


class RetrainAction(StrEnum):
    """What is to be done about retraining."""

    START = "start"
    DRY_RUN = "dry_run"
    CANCEL = "cancel"


class ModelAction(StrEnum):
    """What is to be done about the networks that there are."""

    LIST = "list"
    INFO = "info"
    USE = "use"
    ROLLBACK = "rollback"


class PrivacyAction(StrEnum):
    """What is to be done about what is known of somebody."""

    SHOW = "show"
    DELETE = "delete"
    ALLOW = "training on"
    FORBID = "training off"


def to_retrain_action(options: Mapping[str, str]) -> RetrainAction:
    """From the options of ``/retrain``; nothing at all means to show the plan and offer to start.

    Raises:
        BadInputError: they cannot be understood.
    """
    action, dry_run = _words(options, "action"), options.get("dry_run")
    is_dry = dry_run is not None and to_switch("dry_run", dry_run or "on")
    if action == ["cancel"] and dry_run is None:
        return RetrainAction.CANCEL
    if action in (["dry_run"], ["dry", "run"], ["dryrun"]):
        return RetrainAction.DRY_RUN
    if action not in ([], ["start"]):
        _refuse(options["action"], _RETRAIN)
    return RetrainAction.DRY_RUN if is_dry else RetrainAction.START


def to_model_action(options: Mapping[str, str]) -> tuple[ModelAction, str | None]:
    """From the options of ``/model``: what to do, and the id of the network that is meant, where one is.

    Raises:
        BadInputError: they cannot be understood, or it is not said which network to use.
    """
    words = (options.get("action") or "").split() or ["list"]
    ids = [*words[1:], *(options.get("id") or "").split()]
    action = words[0].lower()
    if action not in set(ModelAction) or len(ids) > 1:
        _refuse(" ".join((*words, *ids)), _MODEL)
    found = ModelAction(action)
    if ids and found in {ModelAction.LIST, ModelAction.ROLLBACK}:
        message = f"/model {found} goes without an id; /model use ID chooses a network."
        raise BadInputError(message)
    if found is ModelAction.USE and not ids:
        message = "Say which network, for example /model use note-lstm-0123456789; /model list shows their ids."
        raise BadInputError(message)
    return found, ids[0] if ids else None


def to_privacy_action(options: Mapping[str, str]) -> PrivacyAction:
    """From the options of ``/privacy``; nothing at all means to show what is stored.

    Raises:
        BadInputError: they cannot be understood.
    """
    words, training = _words(options, "action"), options.get("training")
    if words[:1] == ["training"] and training is None:
        words, training = [], " ".join(words[1:])
    if training is not None and not words:
        return PrivacyAction.ALLOW if to_switch("training", training) else PrivacyAction.FORBID
    action = " ".join(words) or PrivacyAction.SHOW
    if training is not None or action not in {PrivacyAction.SHOW, PrivacyAction.DELETE}:
        _refuse(" ".join(options.values()), _PRIVACY)
    return PrivacyAction(action)


def _words(options: Mapping[str, str], name: str) -> list[str]:
    return re.sub(r"^dry-run$", "dry_run", (options.get(name) or "").strip().lower()).split()


def _refuse(said: str, expected: str) -> NoReturn:
    message = f"'{safe_title(said, 30)}' is not understood; write {expected}."
    raise BadInputError(message)
