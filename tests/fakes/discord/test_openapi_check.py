"""The check against Discord's document finds what is wrong."""

from __future__ import annotations

from tests.fakes.discord.checking import needs_document
from tests.fakes.discord.openapi_check import document_check
from tests.fakes.discord.request_log import Exchange


def violations(method: str, path: str, body: object, status: int = 204, answer: object = None) -> list[str]:
    """What the document says of one exchange."""
    check = document_check()
    assert check is not None
    return check.violations([Exchange(0.0, method, path, {}, body, status=status, answer=answer)])


@needs_document
def test_sound_exchanges_pass() -> None:
    """A message as discord.py sends it is allowed, its integer ids of attachments too."""
    body = {"content": "x", "attachments": [{"id": 0, "filename": "a.mid"}]}

    assert violations("PATCH", "/webhooks/1/token/messages/@original", body, 429, None) == []
    assert violations("POST", "/interactions/1/token/callback", {"type": 4, "data": body}, 204) == []


@needs_document
def test_faults_are_found() -> None:
    """Wrong bodies, wrong answers, unknown requests and unknown answers are each reported."""
    assert "content" in violations("POST", "/channels/1/messages", {"content": "x" * 5000}, 200)[0]
    assert "answer 200" in violations("GET", "/users/@me", None, 200, {"id": "1"})[0]
    assert "no such request" in violations("POST", "/users/@me/wishes", {}, 200)[0]
    assert "no answer 299" in violations("GET", "/users/@me", None, 299)[0]
