"""What may go wrong between us and Slack, and what it means."""

from __future__ import annotations

from typing import Final

import aiohttp
from slack_sdk.errors import SlackClientError

from bot.platforms.platform import PlatformStartError


class SlackError(Exception):
    """Slack refused a call. Of its answer only the code is kept: the rest may repeat what people wrote."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


NETWORK_TROUBLE: Final = (SlackError, SlackClientError, aiohttp.ClientError, OSError, TimeoutError, RuntimeError)
"""Whatever a call of Slack may raise; the last by aiohttp where the connection has been closed at the end."""
MESSAGE_GONE: Final = frozenset({"message_not_found", "cant_update_message", "edit_window_closed", "thread_not_found"})
NOT_INVITED: Final = frozenset({"not_in_channel", "channel_not_found"})
OUT_OF_REACH: Final = NOT_INVITED | {
    "account_inactive",
    "cannot_dm_bot",
    "cannot_reply_to_message",
    "ekm_access_denied",
    "is_archived",
    "messages_tab_disabled",
    "no_permission",
    "restricted_action",
    "restricted_action_read_only_channel",
    "restricted_action_thread_only_channel",
    "user_disabled",
    "user_not_found",
    "user_not_visible",
}
"""This place, or this person, cannot be written to."""
FILE_GONE: Final = frozenset({"access_denied", "file_deleted", "file_not_found", "not_visible"})

_WHERE: Final = "at https://api.slack.com/apps"
_NO_BOT: Final = f"Slack does not accept SLACK_BOT_TOKEN; copy it again {_WHERE}, OAuth & Permissions."
_NO_APP: Final = f"Slack does not accept SLACK_APP_TOKEN; make a new one {_WHERE}, Basic Information, App-Level Tokens."
_NO_SCOPE: Final = "the app lacks a permission; take over slack-manifest.yaml once more and install the app again."
_REFUSALS: Final = frozenset(
    {
        "access_denied",
        "account_inactive",
        "enterprise_is_restricted",
        "invalid_auth",
        "no_permission",
        "not_allowed_token_type",
        "not_authed",
        "org_login_required",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
    }
)


def bot_token_refused(error: SlackError) -> PlatformStartError | None:
    """The sentence for whoever runs the bot, if trying again later cannot help."""
    return _refused(error, _NO_BOT, f"Slack: {_NO_SCOPE}")


def app_token_refused(error: SlackError) -> PlatformStartError | None:
    """The same, where the connection was asked for with the app's own token."""
    needed = "SLACK_APP_TOKEN lacks the scope connections:write; make a new one with it"
    return _refused(error, _NO_APP, f"{needed} {_WHERE}, Basic Information, App-Level Tokens.")


def _refused(error: SlackError, bad_token: str, no_scope: str) -> PlatformStartError | None:
    if error.code in _REFUSALS:
        return PlatformStartError(bad_token)
    return PlatformStartError(no_scope) if error.code in {"missing_scope", "no_scopes"} else None
