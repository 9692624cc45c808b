"""A small real web site on the loopback address, for tests of what fetches from one."""

from __future__ import annotations

import socket
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self

import pytest

if TYPE_CHECKING:
    from types import TracebackType


@dataclass
class Reply:
    """What the site answers: ``length`` is the Content-Length it claims, if another than the truth."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None


class LoopbackSite:
    """Serves ``pages`` by path; a list of replies is given out one by one, the last one again and again."""

    def __init__(self, pages: dict[str, Reply | list[Reply]] | None = None) -> None:
        self.pages: dict[str, Reply | list[Reply]] = pages or {}
        self.requests: list[str] = []
        self.agents: list[str] = []
        _need_loopback()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def url(self) -> str:
        """Address of the site."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def reply(self, path: str) -> Reply:
        """The next answer for a path."""
        self.requests.append(path)
        found = self.pages.get(path, Reply(b"not here", 404))
        if isinstance(found, Reply):
            return found
        return found.pop(0) if len(found) > 1 else found[0]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _need_loopback() -> None:
    """Skip where not even this machine can be reached, as in a network namespace whose loopback is down."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("127.0.0.1", 9))
        except OSError as error:
            pytest.skip(f"no loopback network here: {error.strerror}")


def _handler(site: LoopbackSite) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.agents.append(self.headers.get("User-Agent", ""))
            reply = site.reply(self.path)
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body) if reply.length is None else reply.length))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    return Handler
