"""Everything that the bot asked of the fake, with the answers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Exchange:
    """One request and its answer.

    Attributes:
        at: Discord's time.
        path: from ``/users/@me`` on, without the query.
        body: its JSON, or that of the form.
        files: sizes of the files sent along, by name.
    """

    at: float
    method: str
    path: str
    query: dict[str, str]
    body: Any
    files: dict[str, int] = field(default_factory=dict)
    status: int = 0
    answer: Any = None

    @property
    def code(self) -> int | None:
        """Discord's own number of the error, if it was one."""
        return self.answer.get("code") if self.status >= 400 and isinstance(self.answer, dict) else None


class RequestLog(list[Exchange]):
    """All exchanges in their order."""

    def of(self, method: str, pattern: str) -> list[Exchange]:
        """Those whose path matches the regular expression, from its beginning."""
        return [entry for entry in self if entry.method == method and re.match(pattern, entry.path)]

    @property
    def invalid(self) -> list[Exchange]:
        """What Discord counts towards a ban: 401, 403 and 429."""
        return [entry for entry in self if entry.status in (401, 403, 429)]
