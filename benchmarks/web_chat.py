"""Seconds from Enter to sound in the web chat: typed, composed, played by Chromium.

Run ``python -m benchmarks.web_chat [--pieces 7] [--length 30]`` from the repository; it prints one JSON object. The
bot runs with real workers, warm; sound counts from the moment that the recording's time goes on. Needs Chromium.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import time

from playwright.async_api import async_playwright

from scripts.screenshot import launch, running_web_chat

_SOUNDS = """audio => new Promise(resolve => {
    const look = () => audio.currentTime > 0 ? resolve() : requestAnimationFrame(look);
    look();
})"""


async def _measure(pieces: int, length: int) -> list[float]:
    """Seconds of each piece."""
    took = []
    async with running_web_chat() as url, async_playwright() as playwright:
        browser = await launch(playwright.chromium)
        page = await browser.new_page()
        await page.goto(url)
        for number in range(pieces):
            await page.get_by_role("combobox").fill(f"/compose seed:schumann length:{length}")
            began = time.monotonic()
            await page.keyboard.press("Enter")
            audio = page.locator("audio").nth(number)
            await audio.wait_for(state="attached")
            await audio.evaluate(_SOUNDS)
            took.append(time.monotonic() - began)
            await audio.evaluate("audio => audio.pause()")  # while one plays, the next does not interrupt it
        await browser.close()
    return took


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pieces", type=int, default=7)
    parser.add_argument("--length", type=int, default=30)
    given = parser.parse_args()
    took = asyncio.run(_measure(given.pieces, given.length))
    figures = {"median": statistics.median(took), "slowest": max(took)}
    print(json.dumps({"pieces": given.pieces, **{name: round(value, 2) for name, value in figures.items()}}, indent=2))


if __name__ == "__main__":
    main()
