"""A web chat that runs, with a real store and a quick stand-in for the workers."""

from __future__ import annotations

from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from bot.domain import Limits
from bot.house import House
from bot.platforms.web import WebPlatform
from bot.retraining.domain import RetrainingSettings
from tests.bot.platforms.web.api_client import ApiClient
from tests.fakes.pool import FakePool

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection
    from pathlib import Path


@dataclass(frozen=True)
class Chat:
    """A running web chat, and somebody who uses it."""

    pool: FakePool
    house: House
    web: WebPlatform
    person: ApiClient
    stack: AsyncExitStack

    async def somebody_else(self) -> ApiClient:
        """Another person."""
        return await self.stack.enter_async_context(ApiClient(self.web.url))


@asynccontextmanager
async def running_chat(
    data: Path,
    *,
    limits: Limits | None = None,
    token: str | None = None,
    host: str = "127.0.0.1",
    port: int = 0,
    admins: Collection[str] = (),
    retraining: RetrainingSettings = RetrainingSettings(),  # noqa: B008 (it is frozen)
) -> AsyncIterator[Chat]:
    """A web chat over the data folder ``data``."""
    pool = FakePool()
    async with AsyncExitStack() as stack:
        house = await House.open(data, pool, limits=limits or Limits(), workers=1, retraining=retraining)
        stack.push_async_callback(house.close, 0)
        web = WebPlatform(house.studio, host=host, port=port, token=token, admins=admins)
        house.studio.add_platform(web)
        await house.start()
        await web.start()
        stack.push_async_callback(web.close)
        stack.callback(pool.let_go)
        yield Chat(pool, house, web, await stack.enter_async_context(ApiClient(web.url)), stack)


@pytest.fixture
async def chat(tmp_path: Path) -> AsyncIterator[Chat]:
    """A web chat on this computer, without a token."""
    async with running_chat(tmp_path) as running:
        yield running


@pytest.fixture
async def person(chat: Chat) -> ApiClient:
    """Somebody who uses it."""
    return chat.person
