"""``slack-manifest.yaml`` and the code want the same: no scope, event or command more, and none less."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

from bot.platforms import slack
from bot.platforms.slack import listening, web
from bot.platforms.slack.commands import COMPOSE, EVERYTHING, SHORTCUT, SHORTCUT_NAME
from tests.fakes.slack.manifest import read_manifest
from tests.fakes.slack.scopes import EVENTS, METHODS

WITHOUT_SCOPE = {"auth_test", "apps_connections_open"}
"""Calls that every app may make; the second with a token of its own."""
FOLDER = Path(str(slack.__file__)).parent


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    """The manifest."""
    return read_manifest()


def _calls() -> set[str]:
    """The methods of Slack that the code calls, as slack_sdk names them: ``chat_postMessage``."""
    tree = ast.parse(Path(str(web.__file__)).read_text(encoding="utf-8"))
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute) and node.value.attr == "client"
    }


def test_only_one_module_calls_slack() -> None:
    """So that what is called can be read from it."""
    others = [path for path in FOLDER.glob("*.py") if path.name != "web.py"]

    assert [path.name for path in others if "AsyncWebClient" in path.read_text(encoding="utf-8")] == []
    assert [path.name for path in others if ".api_call(" in path.read_text(encoding="utf-8")] == []


def test_scopes_are_those_that_are_used(manifest: dict[str, Any]) -> None:
    """Each call and each event needs its scope, and nothing else is asked for."""
    by_call = {name.replace(".", "_"): scope for name, scope in METHODS.items()}
    for_calls = {by_call[call] for call in _calls() - WITHOUT_SCOPE}
    for_events = {EVENTS[event] for event in manifest["settings"]["event_subscriptions"]["bot_events"]}

    assert len(_calls() - WITHOUT_SCOPE) > 5
    assert sorted(manifest["oauth_config"]["scopes"]["bot"]) == sorted({*for_calls, *for_events, "commands"})


def test_events_are_those_that_are_heard(manifest: dict[str, Any]) -> None:
    """Of messages only those in private are heard."""
    events = manifest["settings"]["event_subscriptions"]["bot_events"]

    assert {event.partition(".")[0] for event in events} == {
        *listening.MESSAGES,
        *listening.FILES,
        *listening.REACTIONS,
    }
    assert [event for event in events if event.startswith("message")] == ["message.im"]


def test_commands_and_shortcuts_are_those_that_are_answered(manifest: dict[str, Any]) -> None:
    """By the names that the code listens to; channels come with their ids where settings need them."""
    features = manifest["features"]

    escaping = {command["command"]: command["should_escape"] for command in features["slash_commands"]}
    assert escaping == {COMPOSE: False, EVERYTHING: True}
    assert [(entry["name"], entry["callback_id"], entry["type"]) for entry in features["shortcuts"]] == [
        (SHORTCUT_NAME, SHORTCUT, "message")
    ]


def test_the_app_needs_no_public_address(manifest: dict[str, Any]) -> None:
    """Everything comes through Socket Mode; people can write to the bot in private."""
    settings = manifest["settings"]

    assert settings["socket_mode_enabled"] is True
    assert settings["interactivity"]["is_enabled"] is True
    assert not [key for key in ("request_url", "redirect_urls") if key in str(manifest)]
    assert manifest["features"]["app_home"]["messages_tab_enabled"] is True
    assert manifest["features"]["app_home"]["messages_tab_read_only_enabled"] is False
