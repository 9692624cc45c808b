"""The page: composing, listening and rating."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import Page, expect

from bot.workers import JobRefusedError
from tests.bot.platforms.web.page.person import LINE, compose, message_line, plays, say, until

if TYPE_CHECKING:
    from tests.bot.platforms.web.conftest import Chat
    from tests.bot.platforms.web.page.conftest import OpenPage

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_example_is_composed_and_played(page: Page) -> None:
    """A click on an example of the greeting composes it, and it plays by itself; the greeting makes way."""
    await page.get_by_role("button", name="Dream on with Schumann").click()
    card = page.locator(".card")
    await plays(card)
    await expect(card.get_by_role("heading")).to_have_text("Robert Schumann: Träumerei (Dreaming)")
    await expect(card.get_by_role("button", name="Pause")).to_be_visible()
    await expect(page.locator(".own .bubble")).to_have_text("/compose seed:schumann length:30")
    await expect(page.get_by_text("What shall I play?")).to_have_count(0)


async def test_roll_is_drawn_and_follows(page: Page) -> None:
    """The piano roll shows notes in colour, and its picture changes while the piece plays."""
    card = await compose(page)
    roll = card.locator("canvas")
    script = """canvas => {
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        const colours = new Set();
        for (let i = 0; i < data.length; i += 4) colours.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
        return colours.size;
    }"""

    async def is_drawn() -> bool:
        return int(await roll.evaluate(script)) > 5

    await until(is_drawn)
    before = await roll.screenshot()
    await plays(card)
    assert await roll.screenshot() != before


async def test_progress_is_shown(page: Page, chat: Chat) -> None:
    """While a piece is composed, a bar shows how far it is; a second one waits in the queue."""
    chat.pool.hold()
    await say(page, LINE)
    bar = page.get_by_role("progressbar").first
    await expect(bar).to_have_attribute("aria-valuenow", "50")
    await expect(page.locator(".status").first).to_have_text(re.compile("^Composing"))
    await say(page, LINE)
    await expect(page.locator(".status").nth(1)).to_have_text(re.compile(r"^No. 1 in the queue"))
    chat.pool.let_go()
    await expect(page.locator(".card .player")).to_have_count(2)


async def test_cancel_ends_it(page: Page, chat: Chat) -> None:
    """Cancel stops the work and says so."""
    chat.pool.hold()
    await say(page, LINE)
    await page.get_by_role("button", name="Cancel Robert Schumann").click()
    await expect(page.locator(".card")).to_contain_text("Cancelled.")
    await expect(page.get_by_role("progressbar")).to_have_count(0)


async def test_failure_is_told(page: Page, chat: Chat) -> None:
    """When no piece comes of a request, its card says why."""
    chat.pool.faults.append(JobRefusedError("This primer is a single chord; give me a little more."))
    await say(page, LINE)
    await expect(page.locator(".card")).to_contain_text("This primer is a single chord; give me a little more.")


async def test_votes_are_kept(page: Page) -> None:
    """Thumbs count at once, one replaces the other, the same one again takes it back, and a reload changes nothing."""
    card = await compose(page)
    up, down = card.get_by_role("button", name="Thumbs up"), card.get_by_role("button", name="Thumbs down")
    await up.click()
    await expect(up).to_have_attribute("aria-pressed", "true")
    await expect(up).to_have_text("1")
    await down.click()
    await expect(up).to_have_attribute("aria-pressed", "false")
    await expect(down).to_have_text("1")
    await page.reload()
    await expect(down).to_have_attribute("aria-pressed", "true")
    await expect(page.locator(".own .bubble")).to_have_text("/compose seed:schumann:traumerei length:10")
    await down.click()
    await expect(down).to_have_attribute("aria-pressed", "false")
    await expect(down).to_have_text("")


async def test_pieces_grow_from_pieces(page: Page, chat: Chat) -> None:
    """Again, Variation and Longer each ask for another piece, and say which one it comes from."""
    card = await compose(page)
    for count, name in enumerate(("Again", "Variation", "Longer"), 2):
        await page.locator(".card").first.get_by_role("button", name=name).click()
        await expect(page.locator(".card .player")).to_have_count(count)
    assert await page.locator(".own .bubble").all_inner_texts() == [
        LINE,
        "Again: piece 1",
        "Variation: piece 1",
        "Longer: piece 1",
    ]
    assert [job.seed.kind for job in chat.pool.jobs] == ["opener", "opener", "piece", "piece"]
    await expect(card.get_by_role("heading")).to_be_visible()


async def test_one_piece_plays_at_a_time(page: Page) -> None:
    """A new piece does not talk over the one that plays; who starts another stops the first."""
    first = await compose(page)
    await plays(first)
    await compose(page)
    first, second = page.locator(".card").first, page.locator(".card").last
    await expect(second.get_by_role("button", name="Play")).to_be_visible()
    await second.get_by_role("button", name="Play").click()
    await plays(second)
    await expect(first.get_by_role("button", name="Play")).to_be_visible()


async def test_files_can_be_kept(page: Page) -> None:
    """MP3, MIDI file and picture can be downloaded under names that say what they are."""
    card = await compose(page)
    for name, file_name in (("MP3", "1.mp3"), ("MIDI", "1.mid"), ("Picture", "1.png")):
        async with page.expect_download() as download:
            await card.get_by_role("link", name=f"Download {name}").click()
        assert (await download.value).suggested_filename == f"schumann-traumerei-{file_name}"


async def test_reload_finds_work_in_progress(page: Page, chat: Chat) -> None:
    """A page that is reloaded while a piece is composed shows its progress, and then the piece."""
    chat.pool.hold()
    await say(page, LINE)
    await expect(page.get_by_role("progressbar")).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("progressbar")).to_be_visible()
    await expect(page.locator(".own .bubble")).to_have_text("/compose seed:schumann:traumerei length:10")
    chat.pool.let_go()
    await expect(page.locator(".card .player")).to_have_count(1)


async def test_nothing_falls_between_history_and_news(page: Page) -> None:
    """A piece that is finished after a page has asked for the history, and before it listens for news, appears."""
    await compose(page)
    stale = {"kind": "history", "page": 1, "more": False, "pieces": []}
    await page.route("**/api/history?page=1", lambda route: route.fulfill(json=stale), times=1)
    await page.reload()
    await expect(page.locator(".card .player")).to_have_count(1)
    await expect(page.get_by_text("What shall I play?")).to_have_count(0)


async def test_another_window_sees_it_too(page: Page) -> None:
    """What is asked in one window appears in another one of the same person, which does not play it."""
    other = await page.context.new_page()
    await other.goto(page.url)
    await expect(message_line(other)).to_be_visible()
    await compose(page)
    await expect(other.locator(".card .player")).to_have_count(1)
    assert await other.locator("audio").evaluate("audio => audio.paused")


async def test_strangers_do_not_see_each_other(page: Page, open_page: OpenPage) -> None:
    """Another person's conversation is empty."""
    await compose(page)
    other = await open_page()
    await expect(other.get_by_text("What shall I play?")).to_be_visible()
    await expect(other.locator(".card")).to_have_count(0)
