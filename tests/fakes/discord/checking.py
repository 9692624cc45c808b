"""A fake whose every exchange is held against Discord's OpenAPI document when the test ends."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest

from tests.fakes.discord.openapi_check import DOCUMENT, document_check
from tests.fakes.discord.patching import patched
from tests.fakes.discord.server import FakeDiscord

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

needs_document = pytest.mark.skipif(
    not DOCUMENT.is_file(),
    reason="Discord's OpenAPI document is not here: nothing is checked against it; set SCHUMANN_SHARED",
)


@contextlib.asynccontextmanager
async def checked_fake(*, heartbeat_seconds: float = 41.25) -> AsyncIterator[FakeDiscord]:
    """A fake that discord.py talks to.

    Raises:
        AssertionError: at the end, if anything went wrong inside it or broke the document.
    """
    async with FakeDiscord(heartbeat_seconds=heartbeat_seconds) as fake:
        with patched(fake.base_url):
            yield fake
    check = document_check()
    faults = [*fake.unexpected, *(check.violations(fake.log) if check else [])]
    assert not faults, "\n".join(faults)
