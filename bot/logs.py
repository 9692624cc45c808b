"""Logs: one line for each record on standard error, without secrets, people's ids or control characters."""

from __future__ import annotations

import logging
import re
import sys
import unicodedata
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable

FORMAT: Final = "%(asctime)s %(levelname)s %(name)s: %(message)s"
HIDDEN: Final = "[hidden]"
CHATTY: Final = ("discord", "slack_bolt", "slack_sdk", "aiohttp", "aiosqlite", "asyncio", "PIL", "websockets")
"""Libraries that speak of people and messages at lower levels than a warning."""
_SHORTEST_SECRET: Final = 6
_PATTERNS: Final = (
    # An attachment's address holds its name and a signature; those of webhooks and interactions hold tokens.
    (re.compile(r"https?://(?:cdn|media)\.discord(?:app)?\.(?:com|net)/[^\s\"'<>)]+"), "[attachment]"),
    # Files of Slack bear their names in their address; the others let anybody answer, connect or upload.
    (re.compile(r"(?:https?|wss)://(?:[\w-]+\.)*(?:slack|slack-files)\.com/[^\s\"'<>)]+"), "[address]"),
    (re.compile(r"(/(?:webhooks|interactions)/)[^/\s\"']+/[^/\s\"'?]+"), rf"\1{HIDDEN}"),
    (re.compile(r"\bxox[a-z]-[\w-]+|\bxapp-[\w-]+"), HIDDEN),
    (re.compile(r"\b(Bearer|Bot|Basic)\s+[\w.~+/=-]{20,}"), rf"\1 {HIDDEN}"),
    (re.compile(r"\b[\w-]{20,30}\.[\w-]{5,8}\.[\w-]{25,}"), HIDDEN),  # tokens of Discord bots
    (
        re.compile(
            r"((?:token|secret|password|signature|cookie)[\"']?\s*[=:]\s*[\"']?)[^\s\"'&;,)]{6,}", re.IGNORECASE
        ),
        rf"\1{HIDDEN}",
    ),
    (re.compile(r"(?<!\d)\d{17,20}(?!\d)"), "[id]"),  # people, channels and messages of Discord
    (re.compile(r"\b[UWTCDGBF](?=[A-Z0-9]*[0-9])[A-Z0-9]{8,11}\b"), "[id]"),  # the same of Slack
    (re.compile(r"\b[0-9a-f]{32}\b"), "[id]"),  # people of the web chat
)


class Redactor:
    """Takes out of a text what must not be seen: the given secrets, whatever looks like one, and ids of people."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        written = {
            form for secret in secrets if len(secret) >= _SHORTEST_SECRET for form in (secret, quote(secret, safe=""))
        }
        longest_first = sorted(written, key=len, reverse=True)
        self._secrets = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def __call__(self, text: str) -> str:
        """``text`` without them."""
        if self._secrets:
            text = self._secrets.sub(HIDDEN, text)
        for pattern, replacement in _PATTERNS:
            text = pattern.sub(replacement, text)
        return text


class OneLineFormatter(logging.Formatter):
    """Formats a record, traceback and all, as one line that is safe to show."""

    def __init__(self, redact: Redactor) -> None:
        super().__init__(FORMAT)
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        return one_line(self._redact(super().format(record)))


def one_line(text: str) -> str:
    r"""``text`` with every control character, line ends among them, as an escape.

    >>> print(one_line("two\nlines"))
    two\nlines
    """
    return "".join(_escaped(character) if _breaks(character) else character for character in text)


def _breaks(character: str) -> bool:
    category = unicodedata.category(character)
    return category[0] == "C" or category in {"Zl", "Zp"}


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def set_up_logging(level: str = "INFO", secrets: Iterable[str] = ()) -> None:
    """Log to standard error from here on, as this module says."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneLineFormatter(Redactor(secrets)))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(capture=True)
    logging.raiseExceptions = False  # where standard error is gone, there is nobody left to tell
    for name in CHATTY:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLogger().level))
