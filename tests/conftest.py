"""Tests that talk to servers of their own are skipped, and say so, where not even this machine can be reached."""

from __future__ import annotations

import socket
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
NEED_LOOPBACK = ("bot/platforms/", "fakes/", "bot/test_main.py", "bot/test_running.py")
"""Folders and modules whose tests start servers."""


@cache
def _loopback_fault() -> str | None:
    """Why the loopback cannot be used, as in a network namespace in which it is down; None if it can."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as client:
        try:
            client.connect(server.getsockname())
        except OSError as error:
            return error.strerror
    return None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip them."""
    fault = _loopback_fault()
    for item in items if fault else ():
        if item.path.relative_to(TESTS).as_posix().startswith(NEED_LOOPBACK):
            item.add_marker(pytest.mark.skip(reason=f"no loopback network here: {fault}"))
