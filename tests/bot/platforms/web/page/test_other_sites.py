"""A page of another site, in a real browser: it can link to the chat, and nothing else."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from playwright.async_api import Browser, Page, expect

from tests.bot.platforms.web.conftest import Chat, running_chat

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

pytestmark = pytest.mark.asyncio(loop_scope="session")

TOKEN = "correct-horse-battery"  # noqa: S105 (a test's)
ATTACK = """
async (chat) => {
  const json = { method: "POST", body: '{"seed": "schumann"}', headers: { "Content-Type": "application/json" } };
  const asked = [
    fetch(`${chat}api/requests`, json),
    fetch(`${chat}api/requests`, { ...json, mode: "no-cors", credentials: "include" }),
    fetch(`${chat}api/history`, { credentials: "include" }),
    new Promise((done, failed) => {
      const stream = new EventSource(`${chat}api/events`, { withCredentials: true });
      stream.onopen = done;
      stream.onerror = () => failed(new Error(stream.close()));
    }),
    new Promise((done, failed) => {
      const script = document.createElement("script");
      script.onload = done;
      script.onerror = failed;
      script.src = `${chat}page/app.js`;
      document.head.append(script);
    }),
  ];
  return (await Promise.allSettled(asked)).map(({ status }) => status);
}
"""


@asynccontextmanager
async def _elsewhere(link: str) -> AsyncIterator[str]:
    """Another site (for browsers ``localhost`` is another one than ``127.0.0.1``), with a link."""

    async def page(_: web.Request) -> web.Response:
        form = f'<form action="{link}api/requests" method="post"><input name="seed"><button>send</button></form>'
        return web.Response(text=f'<a href="{link}">go</a>{form}', content_type="text/html")

    app = web.Application()
    app.router.add_get("/", page)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "localhost", 0).start()
    try:
        yield f"http://localhost:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


async def _secret(page: Page, url: str) -> Any:
    """The cookies of the chat by which it knows this browser."""
    return {cookie.get("name"): cookie.get("value") for cookie in await page.context.cookies(url)}


async def test_cannot_drive_the_chat(browser: Browser, chat: Chat) -> None:
    """A page elsewhere can neither ask for pieces nor read what somebody has asked for."""
    page = await browser.new_page()
    await page.goto(chat.web.url)
    async with _elsewhere(chat.web.url) as site:
        await page.goto(site)

        outcome = await page.evaluate(ATTACK, chat.web.url)
        await page.get_by_role("button").click()
        await expect(page.locator("body")).to_contain_text("Another site")

    assert outcome == ["rejected"] * 5
    assert (await chat.house.store.counts())["queued"] == 0
    assert chat.pool.jobs == []
    await page.context.close()


async def test_can_link_to_the_chat(browser: Browser, chat: Chat) -> None:
    """Who follows a link to the chat is still the person that they were."""
    page = await browser.new_page()
    await page.goto(chat.web.url)
    before = await _secret(page, chat.web.url)
    async with _elsewhere(chat.web.url) as site:
        await page.goto(site)
        await page.get_by_role("link").click()
        await expect(page.get_by_role("combobox")).to_be_visible()

    assert await _secret(page, chat.web.url) == before != {}
    await page.context.close()


async def test_can_link_with_the_token(browser: Browser, tmp_path: Path) -> None:
    """A link that holds the token lets in, and afterwards one without it does; the address bar never keeps it."""
    async with running_chat(tmp_path, token=TOKEN) as chat:
        page = await browser.new_page()
        for link in (f"{chat.web.url}?token={TOKEN}", chat.web.url):
            async with _elsewhere(link) as site:
                await page.goto(site)
                await page.get_by_role("link").click()
                await expect(page.get_by_role("combobox")).to_be_visible()
            assert TOKEN not in page.url
        await page.context.close()
