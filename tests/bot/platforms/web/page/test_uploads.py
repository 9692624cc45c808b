"""The page: MIDI files that are attached, dropped and refused, and texts that pretend to be HTML."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest
from playwright.async_api import FilePayload, Page, expect

from composer.midi.writer import write_midi
from composer.notes import Note, Score
from tests.bot.platforms.web.page.person import LINE, compose, message_line, say

if TYPE_CHECKING:
    from tests.bot.platforms.web.conftest import Chat

pytestmark = pytest.mark.asyncio(loop_scope="session")

SCALE = write_midi(Score(notes=tuple(Note(float(beat), 60 + beat, beat + 1.0, 80) for beat in range(12))))
HOSTILE = '<img src=x onerror="window.broken=1">'
DROP = """([content, name]) => {
    const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
    const files = new DataTransfer();
    files.items.add(new File([bytes], name, { type: "audio/midi" }));
    const event = (kind) => new DragEvent(kind, { dataTransfer: files, bubbles: true, cancelable: true });
    document.body.dispatchEvent(event("dragenter"));
    window.covered = !document.getElementById("drop").hidden;
    document.body.dispatchEvent(event("drop"));
}"""


async def attach(page: Page, data: bytes, name: str) -> None:
    """Choose a file with the button."""
    async with page.expect_file_chooser() as chooser:
        await page.get_by_role("button", name="Attach a MIDI file").click()
    await (await chooser.value).set_files(FilePayload(name=name, mimeType="audio/midi", buffer=data))


async def test_attached_file_is_continued(page: Page, chat: Chat) -> None:
    """A MIDI file chosen with the button is continued, with the options typed beside it."""
    await attach(page, SCALE, "My song.mid")
    await expect(page.locator("#attachment")).to_contain_text("My song.mid")
    await say(page, "length: 12 temperature=0.8")
    await expect(page.locator(".card .player")).to_be_visible()
    await expect(page.locator(".own .bubble")).to_contain_text("My song.mid")
    await expect(page.locator("#attachment")).to_be_hidden()
    options = chat.pool.jobs[0].options
    assert (options.length_seconds, options.temperature) == (12, 0.8)


async def test_dropped_file_is_attached(page: Page, chat: Chat) -> None:
    """A MIDI file dropped anywhere is attached, and Enter alone sends it."""
    await page.evaluate(DROP, [base64.b64encode(SCALE).decode(), "dropped.mid"])
    assert await page.evaluate("window.covered")
    await expect(page.locator("#drop")).to_be_hidden()
    await expect(page.locator("#attachment")).to_contain_text("dropped.mid")
    await message_line(page).press("Enter")
    await expect(page.locator(".card .player")).to_be_visible()
    assert chat.pool.jobs[0].options.length_seconds == 30


async def test_attached_file_can_be_taken_off(page: Page) -> None:
    """A file that was attached by mistake is removed again."""
    await attach(page, SCALE, "wrong.mid")
    await page.get_by_role("button", name="Remove wrong.mid").click()
    await expect(page.locator("#attachment")).to_be_hidden()
    await message_line(page).press("Enter")
    await expect(page.locator(".own")).to_have_count(0)


async def test_bad_file_is_refused_with_its_reason(page: Page) -> None:
    """A file that is no MIDI file is refused in the conversation, and the page goes on working."""
    await attach(page, b"GIF89a, not music at all", "holiday.mid")
    await message_line(page).press("Enter")
    await expect(page.locator(".reply .trouble")).to_contain_text("MIDI")
    await expect(page.locator(".card")).to_have_count(0)
    await compose(page)


async def test_large_file_is_refused_at_once(page: Page) -> None:
    """A file above the limit is refused before it is sent."""
    await attach(page, bytes((1 << 20) + 1), "symphony.mid")
    await expect(page.locator(".reply .trouble")).to_have_text(
        "This file is larger than 1 MiB; please choose a smaller MIDI file."
    )
    await expect(page.locator("#attachment")).to_be_hidden()


async def test_seed_beside_a_file_is_refused(page: Page) -> None:
    """A seed and a file are too much, and so are words that are no options."""
    for text in (LINE, "something by Chopin"):
        await attach(page, SCALE, "song.mid")
        await say(page, text)
        await expect(page.locator(".reply .trouble").last).to_have_text("Give me a seed or a MIDI file, not both.")


async def test_markup_is_only_text(page: Page) -> None:
    """HTML in a file's name, in a title within it, or in a typed line is shown as it was written, here and anew."""
    titled = write_midi(
        Score(notes=tuple(Note(float(beat), 60 + beat, beat + 1.0, 80) for beat in range(12))), title=HOSTILE
    )
    await attach(page, titled, f"{HOSTILE}.mid")
    await message_line(page).press("Enter")
    await expect(page.locator(".card .player")).to_be_visible()
    await say(page, f"/compose seed:{HOSTILE}")
    await expect(page.locator(".own .bubble").last).to_have_text(f"/compose seed:{HOSTILE}")
    await expect(page.locator(".reply .trouble")).to_be_visible()
    await page.reload()
    await expect(page.locator(".card .player")).to_be_visible()
    await page.get_by_role("button", name="History").click()
    await expect(page.locator(".panel .row")).to_be_visible()
    assert await page.evaluate("window.broken") is None
    assert await page.locator("img:not([src*=favicon]), b, script:not([src])").count() == 0
