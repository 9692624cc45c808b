"""A fake whose rules must not have been broken when the test ends."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from tests.fakes.slack.manifest import read_manifest
from tests.fakes.slack.no_way_out import watched
from tests.fakes.slack.server import FakeSlack

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@contextlib.asynccontextmanager
async def checked_fake(manifest: dict[str, Any] | None = None) -> AsyncIterator[FakeSlack]:
    """A fake with our app, or another, installed.

    Raises:
        AssertionError: at the end, if a rule was broken, or the bot's tokens were seen anywhere else.
    """
    with watched() as departures:
        async with FakeSlack(manifest or read_manifest()) as fake:
            fake.departures = departures
            yield fake
    tokens = {f"Bearer {fake.bot_token}", f"Bearer {fake.app_token}"}
    strays = [str(departure) for departure in departures if departure.token in tokens]
    strays = [stray for stray in strays if fake.base_url not in stray]
    visits = [f"led elsewhere: {visit}" for visit in fake.elsewhere.visits]
    faults = [*fake.unexpected, *fake.violations, *strays, *visits]
    assert not faults, "\n".join(faults)
