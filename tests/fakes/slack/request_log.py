"""Everything that the bot asked of the fake, with the answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Exchange:
    """One request and its answer.

    Attributes:
        at: Slack's time.
        host: that was asked.
        path: without the query.
        method: of the Web API; empty for everything else.
        arguments: from body, form and query together.
        authorization: the header as it came.
    """

    at: float
    host: str
    path: str
    method: str
    arguments: dict[str, Any]
    authorization: str | None
    status: int = 0
    answer: Any = field(default=None, repr=False)

    @property
    def error(self) -> str | None:
        """Slack's own word for what was wrong."""
        return self.answer.get("error") if isinstance(self.answer, dict) else None


class RequestLog(list[Exchange]):
    """All exchanges in their order."""

    def of(self, method: str, **arguments: Any) -> list[Exchange]:
        """The calls of a method with these arguments."""
        called = (entry for entry in self if entry.method == method)
        return [entry for entry in called if arguments.items() <= entry.arguments.items()]

    def at_path(self, part: str) -> list[Exchange]:
        """Requests with this in their path."""
        return [entry for entry in self if part in entry.path]
