"""A web client with manners: robots.txt first, a pause between requests, one site only, and no is an answer."""

from __future__ import annotations

import time
from dataclasses import dataclass
from http.client import HTTPException
from typing import TYPE_CHECKING
from urllib.error import HTTPError, URLError
from urllib.parse import urljoin, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener
from urllib.robotparser import RobotFileParser

from composer import __version__
from composer.errors import BadInputError, ComposerError

if TYPE_CHECKING:
    from collections.abc import Callable
    from http.client import HTTPResponse
    from typing import Any

AGENT = "SchumaNN"
ATTEMPTS = 4
"""Tries of one address, each after twice the wait of the one before."""
TIMEOUT_SECONDS = 30.0
"""For an answer to begin, and between its parts."""
LONGEST_TRANSFER_SECONDS = 300.0
LONGEST_WAIT_SECONDS = 120.0
"""What a site may ask for by Retry-After before the address is given up."""
MOST_REDIRECTS = 3
LARGEST_ROBOTS = 512 * 1024
"""Bytes; RFC 9309 asks for 500 KiB at least."""
_BLOCK = 1 << 16
_TOO_BUSY = 429
_REQUEST_TIMEOUT = 408


class TransferError(ComposerError):
    """A page or file could not be had."""


class AbsentError(TransferError):
    """The site says that there is nothing, or nothing for us."""


class PassingError(TransferError):
    """A page or file could not be had just now; ``wait_seconds`` is what the site asked for, if anything."""

    def __init__(self, message: str, wait_seconds: float = 0.0) -> None:
        super().__init__(message)
        self.wait_seconds = wait_seconds


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the address in the end, the bytes, and the character set that was named."""

    url: str
    body: bytes
    charset: str = "utf-8"

    @property
    def text(self) -> str:
        """The body as text; bytes that fit no character become replacement characters."""
        try:
            return self.body.decode(self.charset, "replace")
        except LookupError:
            return self.body.decode("utf-8", "replace")


class _NoRedirects(HTTPRedirectHandler):
    """Leaves redirects to us, who look where they lead."""

    def redirect_request(self, *_arguments: Any) -> None:
        """Follow nothing."""


class PoliteClient:
    """Requests to one site, one after the other.

    Args:
        site: address of the site, such as ``http://www.example.org``.
        contact: an address at which its keeper can reach whoever runs this.
        pause_seconds: wait between requests; a longer Crawl-delay in robots.txt counts instead.
        sleep: called with seconds.

    Raises:
        BadInputError: ``site`` is no address.
    """

    def __init__(
        self, site: str, *, contact: str | None, pause_seconds: float, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        if urlsplit(site).scheme not in {"http", "https"} or not urlsplit(site).hostname:
            message = f"'{site}' is not the address of a web site; give one like http://www.example.org."
            raise BadInputError(message)
        self.site = site
        self.pause_seconds = pause_seconds
        self._agent = f"{AGENT}/{__version__} (+{contact})" if contact else f"{AGENT}/{__version__}"
        self._sleep = sleep
        self._opener = build_opener(_NoRedirects)
        self._robots: RobotFileParser | None = None
        self._asked_before = False

    def get(self, url: str, largest_bytes: int) -> Answer:
        """Fetch one address.

        Raises:
            PassingError: the site is away or too busy, tried several times.
            TransferError: another site, not allowed by robots.txt, not there, or larger than ``largest_bytes``.
        """
        if self._robots is None:
            self._robots = self._read_robots()
        return self._try_often(url, largest_bytes, self._robots)

    def is_on_site(self, url: str) -> bool:
        """Whether an address belongs to the site; the same host by https counts."""
        try:
            ours, theirs = urlsplit(self.site), urlsplit(url)
            ports = ours.port, theirs.port
        except ValueError:
            return False
        if theirs.hostname != ours.hostname or theirs.username is not None:
            return False
        secured = (ours.scheme, theirs.scheme) == ("http", "https") and ports == (None, None)
        return secured or (ours.scheme == theirs.scheme and ports[0] == ports[1])

    def _read_robots(self) -> RobotFileParser:
        """The rules of the site; a site without the file has none (RFC 9309)."""
        rules = RobotFileParser()
        allow_all = RobotFileParser()
        allow_all.parse([])
        try:
            answer = self._try_often(urljoin(self.site, "/robots.txt"), LARGEST_ROBOTS, allow_all)
        except AbsentError:
            return allow_all
        rules.parse(answer.text.splitlines())
        self.pause_seconds = max(self.pause_seconds, float(rules.crawl_delay(AGENT) or 0))
        return rules

    def _try_often(self, url: str, largest_bytes: int, robots: RobotFileParser) -> Answer:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._follow(url, largest_bytes, robots)
            except PassingError as error:
                if attempt == ATTEMPTS or error.wait_seconds > LONGEST_WAIT_SECONDS:
                    raise
                self._sleep(max(error.wait_seconds, self.pause_seconds * 2**attempt))
        raise AssertionError

    def _follow(self, url: str, largest_bytes: int, robots: RobotFileParser) -> Answer:
        for _ in range(MOST_REDIRECTS + 1):
            if not self.is_on_site(url):
                message = f"{url} is not on {self.site}, so it was left alone"
                raise TransferError(message)
            if not robots.can_fetch(AGENT, url):
                message = f"robots.txt of {self.site} does not allow {url}, so it was left alone"
                raise TransferError(message)
            answer = self._request(url, largest_bytes)
            if isinstance(answer, Answer):
                return answer
            url = urljoin(url, answer)
        message = f"{url} leads on and on"
        raise TransferError(message)

    def _request(self, url: str, largest_bytes: int) -> Answer | str:
        """One request: an answer, or the address that it redirects to."""
        if self._asked_before:
            self._sleep(self.pause_seconds)
        self._asked_before = True
        request = Request(url, headers={"User-Agent": self._agent, "Accept-Encoding": "identity"})  # noqa: S310 - on_site allows only the site's own scheme
        try:
            with self._opener.open(request, timeout=TIMEOUT_SECONDS) as response:
                body = _read_body(response, url, largest_bytes)
                return Answer(url, body, response.headers.get_content_charset() or "utf-8")
        except HTTPError as error:
            with error:
                location = error.headers.get("Location")
                if 300 <= error.code < 400 and location:
                    return location
                raise _refusal(url, error) from None
        except (URLError, HTTPException, OSError) as error:
            message = f"{url} could not be reached: {getattr(error, 'reason', None) or error or type(error).__name__}"
            raise PassingError(message) from error


def _refusal(url: str, error: HTTPError) -> TransferError:
    message = f"{url}: the site answered {error.code} {error.reason}"
    if error.code >= 500 or error.code in {_TOO_BUSY, _REQUEST_TIMEOUT}:
        asked = error.headers.get("Retry-After", "")
        return PassingError(message, float(asked) if asked.isdecimal() and len(asked) < 10 else 0.0)
    return AbsentError(message) if error.code >= 400 else TransferError(message)


def _read_body(response: HTTPResponse, url: str, largest_bytes: int) -> bytes:
    """The whole body; what is too large or cut short is refused."""
    body = bytearray()
    deadline = time.monotonic() + LONGEST_TRANSFER_SECONDS
    while block := response.read1(_BLOCK):
        body += block
        if len(body) > largest_bytes:
            message = f"{url} is larger than {largest_bytes:,} bytes, so it was left alone"
            raise TransferError(message)
        if time.monotonic() > deadline:
            message = f"{url} took longer than {LONGEST_TRANSFER_SECONDS:.0f} s"
            raise PassingError(message)
    announced = response.headers.get("Content-Length", "")
    if announced.isdecimal() and len(body) < int(announced):
        message = f"{url} was cut short"
        raise PassingError(message)
    return bytes(body)
