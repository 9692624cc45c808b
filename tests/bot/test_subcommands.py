"""Commands that say behind their name what to do."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.command_text import KEYS
from bot.options import parse_command
from bot.subcommands import (
    ModelAction,
    PrivacyAction,
    RetrainAction,
    to_model_action,
    to_privacy_action,
    to_retrain_action,
)
from composer.errors import BadInputError


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("/retrain", RetrainAction.START),
        ("/retrain start", RetrainAction.START),
        ("/retrain dry_run:off", RetrainAction.START),
        ("/retrain dry_run:on", RetrainAction.DRY_RUN),
        ("/retrain dry_run", RetrainAction.DRY_RUN),
        ("/retrain dry-run", RetrainAction.DRY_RUN),
        ("/retrain Dry Run", RetrainAction.DRY_RUN),
        ("/retrain --dry-run", RetrainAction.DRY_RUN),
        ("/retrain dry_run = yes", RetrainAction.DRY_RUN),
        ("/retrain dry_run dry_run:off", RetrainAction.DRY_RUN),
        ("/retrain cancel", RetrainAction.CANCEL),
        ("retrain CANCEL", RetrainAction.CANCEL),
    ],
)
def test_retrain(text: str, action: RetrainAction) -> None:
    """A plan to start, a plan alone, or the end of what is under way."""
    command = parse_command(text)

    assert (command.name, to_retrain_action(command.options)) == ("retrain", action)


@pytest.mark.parametrize(
    ("text", "action", "model_id"),
    [
        ("/model", ModelAction.LIST, None),
        ("/model list", ModelAction.LIST, None),
        ("/model info", ModelAction.INFO, None),
        ("/model info note-lstm-bca8", ModelAction.INFO, "note-lstm-bca8"),
        ("/model use note-lstm-bca8", ModelAction.USE, "note-lstm-bca8"),
        ("/model USE id:note-lstm-bca8", ModelAction.USE, "note-lstm-bca8"),
        ("/model rollback", ModelAction.ROLLBACK, None),
    ],
)
def test_model(text: str, action: ModelAction, model_id: str | None) -> None:
    """All networks, one of them, which one composes, and back."""
    command = parse_command(text)

    assert (command.name, to_model_action(command.options)) == ("model", (action, model_id))


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("/privacy", PrivacyAction.SHOW),
        ("/privacy show", PrivacyAction.SHOW),
        ("/privacy Delete", PrivacyAction.DELETE),
        ("/privacy training on", PrivacyAction.ALLOW),
        ("/privacy training:yes", PrivacyAction.ALLOW),
        ("/privacy Training OFF", PrivacyAction.FORBID),
        ("/privacy training: off", PrivacyAction.FORBID),
    ],
)
def test_privacy(text: str, action: PrivacyAction) -> None:
    """What is stored, its end, and whether it may be learnt from."""
    command = parse_command(text)

    assert (command.name, to_privacy_action(command.options)) == ("privacy", action)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("/retrain now", "write /retrain"),
        ("/retrain cancel dry_run:on", "write /retrain"),
        ("/retrain dry_run:perhaps", "give on or off"),
        ("/model note-lstm-bca8", "write /model list"),
        ("/model use", "Say which network"),
        ("/model use one two", "write /model list"),
        ("/model rollback note-lstm-bca8", "goes without an id"),
        ("/model list id:x", "goes without an id"),
        ("/privacy training", "give on or off"),
        ("/privacy training perhaps", "give on or off"),
        ("/privacy delete training:on", "write /privacy show"),
        ("/privacy forget", "write /privacy show"),
    ],
)
def test_what_is_not_understood_is_refused_in_a_sentence(text: str, sentence: str) -> None:
    """It says what can be written instead."""
    command = parse_command(text)
    read = {"retrain": to_retrain_action, "model": to_model_action, "privacy": to_privacy_action}[command.name]

    with pytest.raises(BadInputError, match=sentence):
        read(command.options)


@given(st.dictionaries(st.sampled_from(["action", "dry_run", "id", "training"]), st.text(max_size=20)))
def test_any_words_are_understood_or_refused_in_a_sentence(options: dict[str, str]) -> None:
    """Nothing that somebody types brings them down."""
    for name, read in (("retrain", to_retrain_action), ("model", to_model_action), ("privacy", to_privacy_action)):
        with contextlib.suppress(BadInputError):
            assert read({key: value for key, value in options.items() if key in KEYS[name]})
