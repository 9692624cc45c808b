"""The page: what is not music: lists, settings, privacy, help, and a server that comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import Browser, Page, expect

from tests.bot.platforms.web.conftest import running_chat
from tests.bot.platforms.web.page.person import LINE, compose, message_line, say

if TYPE_CHECKING:
    from pathlib import Path

    from tests.bot.platforms.web.conftest import Chat

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_history_leads_to_pieces(page: Page) -> None:
    """The panel lists one's pieces; a click on one brings it into sight."""
    for _ in range(3):
        await compose(page)
    await page.get_by_role("button", name="History").click()
    rows = page.locator(".panel .row")
    await expect(rows).to_have_count(3)
    await rows.last.click()
    await expect(page.locator(".card").first).to_be_in_viewport()
    await expect(page.locator(".card.pointed-at")).to_have_attribute("data-piece", "1")
    await page.get_by_role("button", name="Close").click()
    await expect(page.get_by_role("button", name="History")).to_be_focused()


async def test_nothing_is_rated_yet(page: Page) -> None:
    """Where nobody has rated anything, /top says so."""
    await compose(page)
    await say(page, "/top")
    await expect(page.locator(".reply").last).to_contain_text("Nobody has rated a piece yet.")


async def test_somebody_elses_piece(page: Page, chat: Chat) -> None:
    """What others like is among the best rated, and can be opened and rated from there."""
    other = await chat.somebody_else()
    piece = await other.piece(seed="satie")
    third = await chat.somebody_else()
    await third.call("PUT", piece["urls"]["rating"], {"vote": "up"})
    await page.get_by_role("button", name="Best rated").click()
    await page.locator(".panel .row").click()
    card = page.locator(".card")
    await expect(card.get_by_role("button", name="Thumbs up")).to_have_text("1")
    await card.get_by_role("button", name="Thumbs up").click()
    await expect(card.get_by_role("button", name="Thumbs up")).to_have_text("2")


async def test_openers_fill_the_line(page: Page) -> None:
    """A click on an opener writes the line that composes from it."""
    await page.get_by_role("button", name="Openers").click()
    await page.get_by_role("button", name="Moonlight Sonata").click()
    await expect(message_line(page)).to_have_value("/compose seed:beethoven:moonlight length:30")
    await expect(message_line(page)).to_be_focused()
    await say(page, "/openers")
    await expect(page.locator(".reply .openers")).to_contain_text("Träumerei")


async def test_piece_is_shown_by_its_number(page: Page) -> None:
    """/piece leads to a piece, and says where there is none."""
    await compose(page)
    await compose(page)
    await say(page, "/piece 1")
    await expect(page.locator(".card.pointed-at")).to_have_attribute("data-piece", "1")
    await say(page, "/piece 99")
    await expect(page.locator(".reply .trouble")).to_have_text("There is no piece 99 here; /history lists yours.")


async def test_settings_are_changed(page: Page) -> None:
    """Whoever runs the chat can change its settings on the page, and they hold."""
    await say(page, "/settings")
    await page.get_by_label("Longest piece, in seconds").fill("60")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator(".said")).to_have_text("Saved.")
    await say(page, "/compose seed:schumann length:90")
    await expect(page.locator(".reply .trouble")).to_contain_text("5 to 60 seconds")


async def test_privacy_deletes_after_a_question(page: Page, chat: Chat) -> None:
    """What is stored can be read and deleted; deleting asks first, and empties the conversation for good."""
    await compose(page)
    await say(page, "/privacy show")
    await expect(page.locator(".privacy pre")).to_contain_text("schumann:traumerei")
    await say(page, "/privacy delete")
    await page.get_by_role("button", name="Keep it").click()
    await expect(page.locator(".card .player")).to_have_count(1)
    await say(page, "/privacy delete")
    await page.get_by_role("button", name="Delete everything").click()
    await expect(page.get_by_text("What shall I play?")).to_be_visible()
    await expect(page.locator(".card")).to_have_count(0)
    await page.reload()
    await expect(page.get_by_text("What shall I play?")).to_be_visible()
    assert (await chat.house.store.counts())["pieces"] == 0


async def test_help_and_about(page: Page) -> None:
    """Help shows commands and examples that work; about tells the network."""
    await page.get_by_role("button", name="Help").click()
    await expect(page.locator(".help")).to_contain_text("/privacy")
    await page.locator(".help .example").first.click()
    await expect(page.locator(".card .player")).to_be_visible()
    await say(page, "/about")
    await expect(page.locator(".about")).to_contain_text("fake-network")


async def test_earlier_pieces_are_a_click_away(page: Page) -> None:
    """After a reload the latest pieces are there, oldest first, and the ones before them on demand."""
    for _ in range(12):
        await compose(page)
    await page.reload()
    cards = page.locator(".card")
    await expect(cards).to_have_count(10)
    await page.get_by_role("button", name="Show earlier pieces").click()
    await expect(cards).to_have_count(12)
    numbers = await cards.evaluate_all("cards => cards.map((card) => Number(card.dataset.piece))")
    assert numbers == sorted(numbers)
    await expect(page.get_by_role("button", name="Show earlier pieces")).to_have_count(0)


async def test_page_outlives_the_server(browser: Browser, tmp_path: Path) -> None:
    """When the bot is restarted, the page says that it is reconnecting, and then shows the piece that was under way."""
    profile = await browser.new_context()
    page = await profile.new_page()
    async with running_chat(tmp_path) as first:
        await page.goto(first.web.url)
        first.pool.hold()
        await say(page, LINE)
        await expect(page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "50")
        port = int(first.web.url.rstrip("/").rpartition(":")[2])
    await expect(page.get_by_text("Reconnecting")).to_be_visible()
    async with running_chat(tmp_path, port=port):
        await expect(page.locator(".card .player")).to_be_visible(timeout=30_000)
        await expect(page.get_by_text("Reconnecting")).to_be_hidden()
        await profile.close()
