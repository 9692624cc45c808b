"""A store in a new file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest_asyncio

from bot.store import Store

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    """An empty store."""
    store = await Store.open(tmp_path / "schumann.db")
    yield store
    assert await store.integrity_problems() == []
    await store.close()
