"""How Slack says no."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """An answer that is not ``ok``; its status is 200 all the same, but for rate limits and servers in trouble."""

    def __init__(self, error: str, *, status: int = 200, retry_after: float | None = None, **more: Any) -> None:
        super().__init__(error)
        self.status, self.retry_after = status, retry_after
        self.body = {"ok": False, "error": error, **more}


def rate_limited(retry_after: float = 1.0) -> ApiError:
    """Too many calls of a method."""
    return ApiError("ratelimited", status=429, retry_after=retry_after)


def missing_scope(needed: str, provided: list[str]) -> ApiError:
    """The manifest does not ask for it."""
    return ApiError("missing_scope", needed=needed, provided=",".join(provided))


def invalid_blocks(*reasons: str) -> ApiError:
    """Blocks that break a rule."""
    return ApiError("invalid_blocks", response_metadata={"messages": [f"[ERROR] {reason}" for reason in reasons]})


def in_trouble() -> ApiError:
    """A server that cannot answer just now."""
    return ApiError("internal_error", status=503)
