"""What a person does on the page."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from playwright.async_api import Locator, Page, expect

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

PATIENCE_SECONDS = 30.0
LINE = "/compose seed:schumann length:10"


def message_line(page: Page) -> Locator:
    """Where one types."""
    return page.get_by_role("combobox", name="Message to SchumaNN")


async def say(page: Page, text: str) -> None:
    """Type a line and send it."""
    await message_line(page).fill(text)
    await message_line(page).press("Enter")


async def compose(page: Page, text: str = LINE) -> Locator:
    """Ask for a piece and wait for it; returns its card."""
    players = page.locator(".card .player")
    before = await players.count()
    await say(page, text)
    await expect(players).to_have_count(before + 1)
    return page.locator(".card").last


async def until(condition: Callable[[], Awaitable[object]]) -> None:
    """Wait until the condition holds."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await condition():
            await asyncio.sleep(0.02)


async def plays(card: Locator) -> None:
    """Wait until one hears a piece: its time goes on."""

    async def is_playing() -> bool:
        return bool(await card.locator("audio").evaluate("audio => !audio.paused && audio.currentTime > 0.1"))

    await until(is_playing)
