"""The page: the message line and its suggestions, from the keyboard alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import Browser, Page, expect

from bot.domain import GuildSettings, Limits
from bot.wording import COMMANDS
from tests.bot.platforms.web.conftest import running_chat
from tests.bot.platforms.web.page.person import LINE, compose, message_line, plays, say, until

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def typed(page: Page, text: str) -> None:
    """Type as a person does, letter by letter."""
    await message_line(page).press_sequentially(text)


async def test_suggestions_lead_to_a_line(page: Page) -> None:
    """Commands, options, openers and values are suggested, and Tab, arrows and Enter choose among them."""
    line, options = message_line(page), page.get_by_role("option")
    await typed(page, "/co")
    await expect(options.first).to_contain_text("/compose")
    await line.press("Tab")
    await expect(line).to_have_value("/compose ")
    await typed(page, "se")
    await expect(options.first).to_contain_text("seed:")
    await line.press("Tab")
    await typed(page, "traum")
    await expect(options.first).to_contain_text("Träumerei")
    await line.press("ArrowDown")
    await line.press("Enter")
    await expect(line).to_have_value("/compose seed:schumann:traumerei ")
    await typed(page, "length:6")
    await expect(options).to_have_count(1)
    await line.press("Tab")
    await expect(line).to_have_value("/compose seed:schumann:traumerei length:60 ")
    await line.press("Escape")
    await line.press("Enter")
    await expect(page.locator(".own .bubble")).to_have_text("/compose seed:schumann:traumerei length:60")


async def test_engines_are_suggested(page: Page) -> None:
    """The option and both of its values; the piece that comes of it says by which it was made."""
    line, options = message_line(page), page.get_by_role("option")
    await typed(page, "/compose seed:schumann length:12 eng")
    await line.press("Tab")
    await expect(options).to_have_count(2)
    await typed(page, "r")
    await line.press("Tab")
    await expect(line).to_have_value("/compose seed:schumann length:12 engine:roll ")
    await line.press("Escape")
    await line.press("Enter")
    await expect(page.locator(".card .summary")).to_contain_text("roll engine")


async def test_every_command_is_suggested(page: Page) -> None:
    """A slash alone suggests every command that there is."""
    await typed(page, "/")
    await expect(page.get_by_role("option")).to_have_count(len(COMMANDS))
    names = await page.locator("[role=option] span").all_inner_texts()
    assert names == [f"/{name}" for name in COMMANDS]


@pytest.mark.parametrize("line", ["/compose seed:chopin:noct", '/compose length:30 seed:"E flat', "/compose noct"])
async def test_openers_are_suggested_wherever_a_seed_is_typed(page: Page, line: str) -> None:
    """After seed:, within a name with a colon, in quotes, or as bare words."""
    await typed(page, line)
    await expect(page.get_by_role("option").filter(has_text="chopin:nocturne-e-flat")).to_be_visible()


async def test_suggestions_are_announced(page: Page) -> None:
    """The line tells assistive technology that there is a list, and which of its entries is chosen."""
    line = message_line(page)
    await expect(line).to_have_attribute("aria-expanded", "false")
    await typed(page, "/compose seed:chopin")
    await expect(page.get_by_role("listbox", name="Suggestions")).to_be_visible()
    await expect(line).to_have_attribute("aria-expanded", "true")
    assert await line.get_attribute("aria-activedescendant") is None
    await line.press("ArrowDown")
    chosen = page.get_by_role("option", selected=True)
    await expect(chosen).to_have_count(1)
    assert await line.get_attribute("aria-activedescendant") == await chosen.get_attribute("id")
    await line.press("Escape")
    await expect(page.get_by_role("listbox")).to_have_count(0)
    await expect(line).to_have_value("/compose seed:chopin")


async def test_suggestion_can_be_clicked(page: Page) -> None:
    """A click on a suggestion takes it, and the line keeps the focus."""
    await typed(page, "/compose nocturne")
    await page.get_by_role("option").filter(has_text="chopin:nocturne-e-flat").click()
    await expect(message_line(page)).to_have_value("/compose seed:chopin:nocturne-e-flat ")
    await expect(message_line(page)).to_be_focused()


async def test_enter_sends_what_is_typed(page: Page) -> None:
    """Suggestions that nobody has chosen from do not change what Enter sends."""
    await typed(page, "/compose seed:schumann")
    await expect(page.get_by_role("option").first).to_be_visible()
    await message_line(page).press("Enter")
    await expect(page.locator(".own .bubble")).to_have_text("/compose seed:schumann")


async def test_arrow_up_recalls(page: Page) -> None:
    """Arrow up brings back earlier lines, newest first; arrow down leads back to an empty line."""
    for text in ("/about", "/help"):
        await say(page, text)
    line = message_line(page)
    for key, text in (("ArrowUp", "/help"), ("ArrowUp", "/about"), ("ArrowDown", "/help"), ("ArrowDown", "")):
        await line.press(key)
        await expect(line).to_have_value(text)


async def test_mistakes_are_answered(page: Page) -> None:
    """A command that does not exist, an option out of range and an unknown opener each get a sentence."""
    for text, sentence in (
        ("/compsoe seed:schumann", "/compose"),
        ("/compose seed:schumann length:9999", "600"),
        ("/compose seed:schuhmann", "schumann"),
    ):
        await say(page, text)
        await expect(page.locator(".reply .trouble").last).to_contain_text(sentence)
    await expect(page.locator(".card")).to_have_count(0)


async def test_refusal_says_when_to_try_again(browser: Browser, tmp_path: Path) -> None:
    """Who has asked too often is told so, and when to come back."""
    limits = Limits(default_guild=GuildSettings(per_user_hour=1))
    profile = await browser.new_context()
    async with running_chat(tmp_path, limits=limits) as chat:
        page = await profile.new_page()
        await page.goto(chat.web.url)
        await compose(page)
        await say(page, LINE)
        await expect(page.locator(".reply .trouble")).to_contain_text("within an hour")
        await expect(page.locator(".reply .trouble")).to_contain_text("You can try again in 60 minutes.")
        await profile.close()


async def test_keyboard_is_enough(page: Page) -> None:
    """Without a mouse: "/" leads to the line, a piece is asked for, paused, sought in, rated and continued."""
    await page.get_by_role("button", name="Help").focus()
    await page.keyboard.press("/")
    await expect(message_line(page)).to_be_focused()
    await message_line(page).fill("")
    await page.keyboard.type(LINE)
    await page.keyboard.press("Enter")
    card = page.locator(".card")
    await plays(card)
    await page.get_by_role("log").focus()
    await page.keyboard.press("Tab")
    await expect(card.get_by_role("button", name="Pause")).to_be_focused()
    await page.keyboard.press("Space")
    await expect(card.get_by_role("button", name="Play")).to_be_focused()
    await page.keyboard.press("Tab")
    position = card.get_by_role("slider", name="Position in the piece")
    await expect(position).to_be_focused()
    await page.keyboard.press("Home")
    for _ in range(2):
        await page.keyboard.press("ArrowRight")
    await expect(position).to_have_attribute("aria-valuetext", "4 seconds of 8 seconds")
    for _ in range(6):
        await page.keyboard.press("Tab")
    await expect(card.get_by_role("button", name="Thumbs up")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(card.get_by_role("button", name="Thumbs up")).to_have_attribute("aria-pressed", "true")
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator(".card .player")).to_have_count(2)


async def test_click_on_the_roll_seeks(page: Page) -> None:
    """A click in the piano roll goes to the music there, also before the piece was played."""
    await compose(page)
    await page.reload()
    card = page.locator(".card")
    roll = card.locator("canvas")
    await roll.click(position={"x": 300, "y": 60})
    position = card.get_by_role("slider", name="Position in the piece")
    await expect(position).to_be_focused()
    await expect(position).not_to_have_attribute("aria-valuetext", "0 seconds of 10 seconds")
    await expect(card.locator(".time")).not_to_have_text("0:00 / 0:08")
    await until(lambda: card.locator("audio").evaluate("audio => audio.currentTime > 1"))
