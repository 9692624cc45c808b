"""Take the README's picture of the web chat: ``python -m scripts.screenshot docs/web-chat.png``.

Starts a web chat of its own over a temporary folder, composes a piece in Chromium as a person would, and waits until
its playhead has come into the continuation.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.async_api import async_playwright

from bot.domain import Limits
from bot.house import House
from bot.platforms.web import WebPlatform
from bot.workers import WorkerPool

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from playwright.async_api import Browser, BrowserType, Locator

LINES = ("/compose seed:schumann length:30 random_seed:7",)
WIDTH, HEIGHT = 1120, 760
PLAYED_SECONDS = 11.5
"""Where the playhead stands in the picture."""
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_ARGUMENTS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--mute-audio",
    "--no-first-run",
)


def main() -> None:
    """Write the picture to the file named on the command line."""
    if len(sys.argv) != 2:
        sys.exit("usage: python -m scripts.screenshot FILE.png")
    if chromium() is None:
        sys.exit("Chromium is not installed; on Debian: apt-get install chromium")
    asyncio.run(_take(Path(sys.argv[1])))
    sys.stdout.write(f"{sys.argv[1]}\n")


def chromium() -> str | None:
    """The system's Chromium; None where there is none."""
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


async def launch(browsers: BrowserType) -> Browser:
    """Start it, silent and without talking to its maker; as root it has no sandbox to offer."""
    arguments = [*CHROMIUM_ARGUMENTS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    return await browsers.launch(executable_path=chromium(), args=arguments)


async def _take(path: Path) -> None:
    async with running_web_chat() as url, async_playwright() as playwright:
        browser = await launch(playwright.chromium)
        page = await browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=1.5)
        await page.goto(url)
        for line in LINES:
            await page.get_by_role("combobox").fill(line)
            await page.keyboard.press("Enter")
        await page.locator(".player").last.wait_for()
        await page.get_by_role("button", name="Thumbs up").last.click()
        await _played_up_to(page.locator("audio").last, PLAYED_SECONDS)
        await page.screenshot(path=path)
        await browser.close()


async def _played_up_to(audio: Locator, seconds: float) -> None:
    """Let it play from shortly before; it has begun by itself."""
    script = """(audio, seconds) => new Promise(resolve => {
        audio.addEventListener("timeupdate", () => { if (audio.currentTime >= seconds) resolve(); });
        audio.currentTime = seconds - 1;
    })"""
    await audio.evaluate(script, seconds)


@asynccontextmanager
async def running_web_chat() -> AsyncIterator[str]:
    """The address of a web chat that runs with real workers."""
    with tempfile.TemporaryDirectory() as folder:
        pool = WorkerPool(1)
        house = await House.open(Path(folder), pool, limits=Limits(), workers=1)
        web = WebPlatform(house.studio, port=0)
        house.studio.add_platform(web)
        try:
            await house.start()
            await web.start()
            yield web.url
        finally:
            await web.close()
            await house.close(0)


if __name__ == "__main__":
    main()
