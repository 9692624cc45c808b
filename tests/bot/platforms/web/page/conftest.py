"""The page in the system's Chromium, over a web chat that runs; whatever the browser complains of fails the test."""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import async_playwright

from scripts.screenshot import chromium, launch
from tests.bot.platforms.web.conftest import Chat, running_chat

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Response

    OpenPage = Callable[..., Awaitable[Page]]

PATIENCE_MS = 30_000
VIOLATIONS = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.violations.push(`${event.violatedDirective}: ${event.blockedURI}`);
});
"""


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Chromium, started once."""
    if chromium() is None:
        pytest.skip("Chromium is not installed")
    async with async_playwright() as playwright:
        started = await launch(playwright.chromium)
        yield started
        await started.close()


@pytest_asyncio.fixture(loop_scope="session")
async def chat(tmp_path: Path) -> AsyncIterator[Chat]:
    """A web chat whose pieces are eight seconds of silence."""
    async with running_chat(tmp_path) as running:
        running.pool.recording_seconds = 8.0
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(browser: Browser, chat: Chat) -> AsyncIterator[OpenPage]:
    """Opens the chat in a new browser profile; in the end no page may have caused any trouble."""
    troubles: list[str] = []
    pages: list[Page] = []
    async with AsyncExitStack() as stack:

        async def open_in(profile: BrowserContext) -> Page:
            page = await profile.new_page()
            watch(page, chat.web.url, troubles)
            pages.append(page)
            await page.goto(chat.web.url)
            return page

        async def open_new(**options: Any) -> Page:
            profile = await browser.new_context(**options)
            stack.push_async_callback(profile.close)
            profile.set_default_timeout(PATIENCE_MS)
            await profile.add_init_script(VIOLATIONS)
            return await open_in(profile)

        yield open_new
        for page in pages:
            troubles += await page.evaluate("window.violations")
    assert troubles == []


@pytest_asyncio.fixture(loop_scope="session")
async def page(open_page: OpenPage) -> Page:
    """The chat, opened for the first time."""
    return await open_page()


def watch(page: Page, url: str, troubles: list[str]) -> None:
    """Collect what goes wrong in a page; that the API refuses something is no trouble."""
    # That pixels are read often is the tests' own doing.
    harmless = ("Failed to load resource", "Canvas2D: Multiple readback operations")

    def on_console(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(harmless):
            troubles.append(message.text)

    def on_response(response: Response) -> None:
        parts = urlsplit(response.url)
        if parts.netloc != urlsplit(url).netloc:
            troubles.append(f"asked elsewhere: {response.url}")
        elif response.status >= 400 and not parts.path.startswith("/api/"):
            troubles.append(f"{response.status} {response.url}")

    page.on("console", on_console)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("response", on_response)
