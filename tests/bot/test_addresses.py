"""Which addresses lead where."""

from __future__ import annotations

import pytest

from bot.addresses import is_everywhere, is_loopback, with_brackets

EVERY_ADDRESS = "0.0.0.0"  # noqa: S104 (nothing listens here)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "[::1]", "localhost", "LOCALHOST"])
def test_loopback_addresses_are_known(host: str) -> None:
    """These lead to this computer itself."""
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["10.0.0.1", EVERY_ADDRESS, "::", "", "localhost.example.org", "127.0.0.1.example.org"]
)
def test_all_others_are_not(host: str) -> None:
    """Whatever others may reach, or what only looks like this computer, needs a token."""
    assert not is_loopback(host)


@pytest.mark.parametrize(("host", "answer"), [(EVERY_ADDRESS, True), ("::", True), ("[::]", True), ("10.0.0.1", False)])
def test_everywhere(host: str, *, answer: bool) -> None:
    """Some addresses stand for all of this computer's."""
    assert is_everywhere(host) is answer


@pytest.mark.parametrize(
    ("host", "shown"), [("::1", "[::1]"), ("[::1]", "[::1]"), ("127.0.0.1", "127.0.0.1"), ("localhost", "localhost")]
)
def test_addresses_in_urls(host: str, shown: str) -> None:
    """Those with colons need brackets, once."""
    assert with_brackets(host) == shown
