"""The page: on a phone, in the dark, with little motion, and with the real network and piano."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from bot.domain import Limits
from bot.house import House
from bot.platforms.web import WebPlatform
from bot.workers import WorkerPool
from tests.bot.platforms.web.page.person import compose, message_line, plays, say, until
from tests.composer.rendered_scores import needs_library

if TYPE_CHECKING:
    from pathlib import Path

    from tests.bot.platforms.web.page.conftest import OpenPage

pytestmark = pytest.mark.asyncio(loop_scope="session")

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
BRIGHTNESS = """element => {
    const [red, green, blue] = getComputedStyle(element).backgroundColor.match(/[0-9.]+/g).map(Number);
    return (red + green + blue) / 3;
}"""
HAS_COLOURS = """canvas => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let [orange, blue] = [0, 0];
    for (let i = 0; i < data.length; i += 4) {
        if (data[i] > 1.5 * data[i + 2] && data[i] > 120) orange += 1;
        if (data[i + 2] > 1.5 * data[i]) blue += 1;
    }
    return orange > 50 && blue > 50;
}"""
CONTRASTS = """elements => {
    const numbers = (colour) => colour.match(/[0-9.]+/g).map(Number);
    const light = ([red, green, blue]) => {
        const [r, g, b] = [red, green, blue].map((value) => value / 255).map(
            (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const behind = (element) => {
        for (let node = element; node; node = node.parentElement) {
            const colour = numbers(getComputedStyle(node).backgroundColor);
            if (colour.length === 3 || colour[3] === 1) return colour;
        }
        return [255, 255, 255];
    };
    return elements.map((element) => {
        const pair = [light(numbers(getComputedStyle(element).color)), light(behind(element))].sort((a, b) => b - a);
        return [(pair[0] + 0.05) / (pair[1] + 0.05), element.className || element.tagName];
    });
}"""
TOO_WIDE = "document.documentElement.scrollWidth > innerWidth"


async def fits(page: Page) -> None:
    """Fail if anything reaches beyond the right edge of the page."""
    assert not await page.evaluate(TOO_WIDE)
    width = await page.evaluate("innerWidth")
    boxes = await page.locator("button:visible, input:visible:not([type=file]), .bubble, .card, canvas").all()
    for element in boxes:
        box = await element.bounding_box()
        if box is not None:
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width + 0.5, await element.evaluate("node => node.outerHTML")


async def test_everything_fits_a_phone(open_page: OpenPage) -> None:
    """On a screen of 360 pixels nothing is cut off: greeting, suggestions, cards, lists, help, long words."""
    page = await open_page(**PHONE)
    await fits(page)
    await message_line(page).press_sequentially("/compose seed:")
    await expect(page.get_by_role("option").first).to_be_visible()
    await fits(page)
    await compose(page)
    for text in ("/help", "/settings", "/privacy show", "/compose seed:" + "x" * 200):
        await say(page, text)
        await expect(page.locator(".own .bubble").last).to_have_text(text)
        await fits(page)
    await page.get_by_role("button", name="Openers").click()
    await expect(page.locator(".panel .row").first).to_be_visible()
    await fits(page)
    await page.locator(".panel .row").first.click()
    await expect(page.locator(".panel")).to_be_hidden()


async def test_targets_are_large_enough(open_page: OpenPage) -> None:
    """Everything to tap is at least 24 pixels high and wide, and the main buttons 36."""
    page = await open_page(**PHONE)
    card = await compose(page)
    for element in await page.locator("button:visible, a:visible, summary:visible").all():
        assert await smaller_side(element) >= 24, await element.inner_text()
    for name in ("Again", "Thumbs up", "Pause"):
        assert await smaller_side(card.get_by_role("button", name=name)) >= 36


async def smaller_side(element: Locator) -> float:
    """Of its height and width."""
    box = await element.bounding_box()
    return min(box["width"], box["height"]) if box else 99.0


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_follows_the_colour_scheme(open_page: OpenPage, scheme: str) -> None:
    """Paper and cards are bright in a light scheme and dark in a dark one, and texts stand out from them."""
    page = await open_page(color_scheme=scheme)
    await compose(page)
    await say(page, "/help")
    for selector in ("body", ".card", "header", ".bubble.wide"):
        brightness = await page.locator(selector).first.evaluate(BRIGHTNESS)
        assert brightness < 60 if scheme == "dark" else brightness > 220
    contrasts = await page.locator(
        "h1, .work, .composer, .status, .summary, .action, nav button, .entry code, .time"
    ).evaluate_all(CONTRASTS)
    assert len(contrasts) > 20
    assert min(contrasts)[0] >= 4.5, min(contrasts)


async def test_little_motion_is_respected(open_page: OpenPage) -> None:
    """For whoever wants little motion nothing slides or fades."""
    page = await open_page(reduced_motion="reduce")
    await compose(page)
    running = await page.evaluate("document.getAnimations().length")
    assert running == 0


async def test_names_are_there_for_everybody(page: Page) -> None:
    """Every button, link and field has a name that can be read out, and the page a language and a title."""
    await compose(page)
    await page.get_by_role("button", name="History").click()
    await expect(page.locator(".panel .row")).to_be_visible()
    snapshot = await page.locator("body").aria_snapshot()
    nameless = [line.strip() for line in snapshot.splitlines() if line.strip() in {"- button", "- link", "- slider"}]
    assert nameless == []
    assert await page.locator("html").get_attribute("lang") == "en-GB"
    assert await page.title() == "SchumaNN"


@needs_library
async def test_real_piece_is_heard(browser: Browser, tmp_path: Path) -> None:
    """With the real network and piano: a piece is composed, plays by itself, and is drawn in two colours."""
    pool = WorkerPool(1)
    house = await House.open(tmp_path, pool, limits=Limits(), workers=1)
    web = WebPlatform(house.studio, port=0)
    house.studio.add_platform(web)
    profile = await browser.new_context()
    try:
        await house.start()
        await web.start()
        page = await profile.new_page()
        await page.goto(web.url)
        card = await compose(page, "/compose seed:schumann length:12 random_seed:3")
        await plays(card)
        await until(lambda: card.locator("canvas").evaluate(HAS_COLOURS))
        duration = await card.locator("audio").evaluate("audio => audio.duration")
        assert 10 < duration < 16
        await expect(card.locator(".facts")).to_contain_text(pool.checkpoint_id)
    finally:
        await profile.close()
        await web.close()
        await house.close(0)
