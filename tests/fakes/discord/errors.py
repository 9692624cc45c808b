"""How Discord says no."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """An answer other than 2xx, with Discord's own code and words."""

    def __init__(self, status: int, code: int, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"code": code, "message": message, **more}


def unknown_channel() -> ApiError:
    """There is no such channel."""
    return ApiError(404, 10003, "Unknown Channel")


def unknown_message() -> ApiError:
    """It never was, was deleted, or is not for those who ask."""
    return ApiError(404, 10008, "Unknown Message")


def unknown_user() -> ApiError:
    """There is no such person."""
    return ApiError(404, 10013, "Unknown User")


def unknown_webhook() -> ApiError:
    """Not the token of an interaction that was acknowledged."""
    return ApiError(404, 10015, "Unknown Webhook")


def unknown_interaction() -> ApiError:
    """Acknowledged after its 3 seconds, or never sent."""
    return ApiError(404, 10062, "Unknown interaction")


def too_large() -> ApiError:
    """A file above the limit."""
    return ApiError(413, 40005, "Request entity too large")


def already_acknowledged() -> ApiError:
    """Every interaction is acknowledged once."""
    return ApiError(400, 40060, "Interaction has already been acknowledged.")


def missing_access() -> ApiError:
    """The bot cannot see the channel."""
    return ApiError(403, 50001, "Missing Access")


def not_your_message() -> ApiError:
    """Only its author edits a message."""
    return ApiError(403, 50005, "Cannot edit a message authored by another user")


def empty_message() -> ApiError:
    """Neither text nor embed, file or component."""
    return ApiError(400, 50006, "Cannot send an empty message")


def missing_permission() -> ApiError:
    """The bot sees the channel, but may not do this there."""
    return ApiError(403, 50013, "Missing Permissions")


def expired_token() -> ApiError:
    """An interaction's token after its 15 minutes."""
    return ApiError(401, 50027, "Invalid Webhook Token")


def invalid_form(where: str, why: str) -> ApiError:
    """Something in the body breaks Discord's rules."""
    return ApiError(400, 50035, f"Invalid Form Body: {where}: {why}")


def unauthorised() -> ApiError:
    """A wrong token."""
    return ApiError(401, 0, "401: Unauthorized")
