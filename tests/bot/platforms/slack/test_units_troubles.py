"""What is said, and what is logged, of trouble with Slack."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import pytest

from bot.domain import RefusedError, ReplyError
from bot.platforms.slack.answers import sentence
from bot.platforms.slack.quiet import Terse, quiet_logger
from bot.platforms.slack.troubles import SlackError, app_token_refused, bot_token_refused


@pytest.mark.parametrize("code", ["invalid_auth", "token_revoked", "account_inactive", "not_allowed_token_type"])
def test_a_token_that_is_refused_is_named(code: str) -> None:
    """Each by the variable that it is set by, with the page where a good one is."""
    assert "SLACK_BOT_TOKEN" in str(bot_token_refused(SlackError(code)))
    assert "SLACK_APP_TOKEN" in str(app_token_refused(SlackError(code)))


def test_a_missing_scope_says_what_to_do() -> None:
    """The manifest for the bot, a new token for the connection."""
    assert "slack-manifest.yaml" in str(bot_token_refused(SlackError("missing_scope")))
    assert "connections:write" in str(app_token_refused(SlackError("missing_scope")))


def test_other_trouble_may_pass() -> None:
    """It is no reason to give up."""
    assert bot_token_refused(SlackError("internal_error")) is None
    assert app_token_refused(SlackError("ratelimited")) is None


def test_a_refusal_says_when_to_try_again() -> None:
    """In words, as nothing counts down on Slack."""
    error = RefusedError("You have had enough.", datetime.now(UTC) + timedelta(minutes=12, seconds=5))

    assert sentence(error) == "You have had enough. Possible again in about 12 min."
    assert sentence(RefusedError("Too late.", datetime.now(UTC))) == "Too late. Possible again in about 1 s."
    assert sentence(ReplyError("no such piece")) == "No such piece."


def test_an_error_of_ours_has_an_id(caplog: pytest.LogCaptureFixture) -> None:
    """The one that the person is told stands in the log."""
    told = sentence(ValueError("a mistake"))

    support_id = told.partition("support id ")[2].partition(")")[0]
    assert len(support_id) == 8
    assert support_id in caplog.text
    assert "a mistake" not in told


def test_slacks_libraries_are_logged_without_their_words(caplog: pytest.LogCaptureFixture) -> None:
    """Neither what people wrote nor addresses with a ticket in them; and not the same every few seconds."""
    logger = quiet_logger()
    assert [type(one) for one in logger.filters] == [Terse]
    logger.filters[0].__init__()  # type: ignore[misc]  # forget what other tests have logged

    error = ConnectionError("url='wss://wss.slack.com/link/?ticket=secret'")
    for _ in range(3):
        logger.error("Failed to connect (error: %s); Retrying...", error, exc_info=error)
    logger.info("somebody said this")

    assert "secret" not in caplog.text
    assert "somebody" not in caplog.text
    assert [(record.levelno, record.getMessage()) for record in caplog.records] == [
        (
            logging.ERROR,
            "trouble in test_units_troubles.test_slacks_libraries_are_logged_without_their_words: ConnectionError",
        )
    ]
