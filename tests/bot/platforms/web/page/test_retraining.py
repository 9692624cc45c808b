"""The page: retraining from the plan to the report, after a reload and a restart, with the keyboard and on a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from bot.retraining.domain import RunState
from tests.bot.platforms.web.conftest import running_chat
from tests.bot.platforms.web.page.person import compose, message_line, say
from tests.bot.platforms.web.page.test_looks import CONTRASTS, PHONE, fits, smaller_side
from tests.fakes.retraining import let_go, rated, reaches, slow_training

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from playwright.async_api import Browser

    from tests.bot.platforms.web.conftest import Chat
    from tests.bot.platforms.web.page.conftest import OpenPage

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def chat(tmp_path: Path) -> AsyncIterator[Chat]:
    """A web chat with enough votes to retrain."""
    await rated(tmp_path)
    async with running_chat(tmp_path, retraining=slow_training(tmp_path)) as running:
        yield running


async def started(page: Page, chat: Chat) -> Locator:
    """Start a run as a person does; its card."""
    await say(page, "/retrain")
    await page.get_by_role("button", name="Start the retraining").click()
    await reaches(chat.house.studio.retrainer, 1)
    card = page.locator(".card.run")
    await expect(card.locator(".status")).to_contain_text("Training")
    return card


async def ended(page: Page, chat: Chat, tmp_path: Path) -> Locator:
    """Let the run end; its report."""
    let_go(tmp_path)
    await reaches(chat.house.studio.retrainer, 1, RunState.PASSED)
    report = page.get_by_role("article", name="The new network is on trial")
    await expect(report).to_be_visible()
    return report


async def test_from_the_plan_to_the_report(page: Page, chat: Chat, tmp_path: Path) -> None:
    """The plan with its numbers, a bar that moves, then the decision with every measure, and two samples to compare."""
    await say(page, "/retrain")
    plan = page.get_by_role("article", name="What the network would learn from")
    await expect(plan.locator(".figures")).to_contain_text("30")
    await expect(plan).to_contain_text("fake-network composes now")
    await plan.get_by_role("button", name="Start the retraining").click()
    await expect(plan.get_by_role("button")).to_have_count(0)
    await expect(page.get_by_role("progressbar", name="Retraining")).to_have_attribute("aria-valuenow", "60")
    report = await ended(page, chat, tmp_path)
    row = report.get_by_role("row", name="Surprise at unseen music")
    await expect(row.get_by_role("cell")).to_have_text(["2.551", "2.553", "✓passed"])
    await expect(report).to_contain_text("It composes more of what was liked.")
    await expect(report.locator(".sample")).to_have_count(2)
    await expect(report.get_by_text("Which is which")).to_be_in_viewport()
    await expect(page.locator("#announcer")).to_contain_text("Retraining: It composes more")


async def test_samples_are_compared_blind(page: Page, chat: Chat, tmp_path: Path) -> None:
    """Each plays by its button, one at a time; by which network each is, is told to whoever asks."""
    await started(page, chat)
    report = await ended(page, chat, tmp_path)
    answer = report.get_by_text("A is by the new network")
    await expect(answer).to_be_hidden()
    await report.get_by_role("button", name="Play sample A").click()
    first, second = await report.locator("audio").all()
    await expect(report.locator(".time").first).to_contain_text("/ 0:00")
    await first.evaluate("audio => audio.loop = true")
    await report.get_by_role("button", name="Play sample B").click()
    await second.evaluate("audio => audio.loop = true")
    await plays_alone(first, second)
    await report.get_by_text("Which is which").click()
    await expect(answer).to_be_visible()


async def plays_alone(silent: Locator, sounding: Locator) -> None:
    """Wait until one of two can be heard, and the other not."""
    await expect(sounding).to_have_js_property("paused", value=False)
    await expect(silent).to_have_js_property("paused", value=True)


async def test_cancel(page: Page, chat: Chat) -> None:
    """From the card, by the keyboard alone; the focus is not lost."""
    card = await started(page, chat)
    await page.keyboard.press("Tab")
    await expect(card.get_by_role("button", name="Cancel the retraining")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(card.get_by_role("heading")).to_have_text("Cancelled")
    await expect(card).to_be_focused()
    await expect(card.get_by_role("button")).to_have_count(0)


async def test_a_reload(page: Page, chat: Chat, tmp_path: Path) -> None:
    """A page that comes back shows what is under way, and later the report: once, before what was composed after it."""
    await started(page, chat)
    await page.reload()
    card = page.locator(".card.run")
    await expect(card.locator(".status")).to_contain_text("Training")
    await ended(page, chat, tmp_path)
    await compose(page)
    await page.reload()
    await expect(page.locator(".card")).to_have_count(2)
    await expect(page.locator(".card").first.get_by_role("heading").first).to_have_text("The new network is on trial")
    await expect(page.locator(".card .sample")).to_have_count(2)


async def test_a_restart(browser: Browser, tmp_path: Path) -> None:
    """When the bot is back, the card says by itself that the run has stopped."""
    await rated(tmp_path)
    profile = await browser.new_context()
    page = await profile.new_page()
    async with running_chat(tmp_path, retraining=slow_training(tmp_path)) as chat:
        await page.goto(chat.web.url)
        card = await started(page, chat)
        port = int(chat.web.url.rstrip("/").rpartition(":")[2])
    async with running_chat(tmp_path, retraining=slow_training(tmp_path), port=port):
        await expect(card.get_by_role("heading")).to_have_text("Stopped")
        await expect(page.locator(".card.run")).to_have_count(1)
    await profile.close()


async def test_networks(page: Page, chat: Chat, tmp_path: Path) -> None:
    """They are listed with what can be done, and a press on a button lets one compose."""
    await started(page, chat)
    await ended(page, chat, tmp_path)
    await message_line(page).press_sequentially("/model us")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("option").filter(has_text="on trial")).to_be_visible()
    await say(page, "/model list")
    table = page.get_by_role("table", name="Networks")
    await expect(table.get_by_role("row").filter(has_text="composes now")).to_contain_text("fake-network")
    await table.get_by_role("button", name="Use").click()
    await expect(page.locator(".networks").last).to_contain_text("composes now")
    await page.get_by_role("button", name="Go back to the one before").click()
    await expect(page.locator(".networks").last).to_contain_text("fake-network: the base, composes now")


async def test_who_does_not_keep_the_network(browser: Browser, tmp_path: Path) -> None:
    """They get a sentence, and see no runs."""
    await rated(tmp_path)
    profile = await browser.new_context()
    page = await profile.new_page()
    async with running_chat(tmp_path, retraining=slow_training(tmp_path), admins=("web:token",)) as chat:
        await page.goto(chat.web.url)
        await say(page, "/retrain")
        await expect(page.locator(".bubble.trouble")).to_contain_text("Only the keepers")
        await say(page, "/privacy training on")
        await expect(page.locator(".bubble.said")).to_contain_text("I may learn from all your pieces")
        await expect(page.locator(".card")).to_have_count(0)
    await profile.close()


async def test_fits_a_phone(open_page: OpenPage, chat: Chat, tmp_path: Path) -> None:
    """Plan, report and networks on a screen of 360 pixels: nothing is cut off, and all can be tapped."""
    page = await open_page(**PHONE)
    await started(page, chat)
    await fits(page)
    await ended(page, chat, tmp_path)
    await say(page, "/model list")
    await expect(page.locator(".models")).to_be_visible()
    await fits(page)
    for element in await page.locator("button:visible, summary:visible").all():
        assert await smaller_side(element) >= 24, await element.inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_stands_out(open_page: OpenPage, chat: Chat, tmp_path: Path, scheme: str) -> None:
    """All texts can be read, in the light and in the dark, and every control has a name."""
    page = await open_page(color_scheme=scheme)
    await started(page, chat)
    await ended(page, chat, tmp_path)
    await say(page, "/retrain")
    await say(page, "/model list")
    await expect(page.locator(".models")).to_be_visible()
    texts = page.locator(".card h2, .card h3, .card p, dt, dd, th, .measures td, .action, summary, .letter, .number")
    contrasts = await texts.evaluate_all(CONTRASTS)
    snapshot = await page.locator("body").aria_snapshot()
    nameless = [line.strip() for line in snapshot.splitlines() if line.strip() in {"- button", "- link", "- slider"}]

    assert len(contrasts) > 30
    assert min(contrasts)[0] >= 4.5, min(contrasts)
    assert nameless == []
