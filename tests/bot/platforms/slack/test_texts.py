"""What people write stays text: nobody is called, nothing is linked, and nothing breaks a message."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.bot.platforms.slack.conftest import SONG
from tests.fakes.slack import Upload, until
from tests.fakes.slack.text_rules import calls, mrkdwn_of

if TYPE_CHECKING:
    from tests.bot.platforms.slack.conftest import Bot, Scene

NASTY = {
    "everybody": "<!channel> <!here> <!everyone|x> @channel @here @everyone",
    "people": "<@U0000000001> <!subteam^S0000001|x> <#C000000108K|general>",
    "links": "<https://evil.example|click> https://evil.example evil.example",
    "entities": "&lt;!channel&gt; &amp;lt; a & b < c > d",
    "markup": "*bold* _slanted_ ~gone~ `code` ```block``` > quoted :+1:",
    "terminal": "\x1b[31mred\x1b[0m \u202egnp.exe \u0000 \u200b",
    "long": "&<>" * 1500,
}


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
async def test_names_of_files(scene: Scene, bot: Bot, text: str) -> None:
    """A file may be called anything; the fake notes every text that is not escaped or calls somebody."""
    scene.alice.upload(Upload(f"{text[:200]}.mid".replace("/", "_"), SONG.content))
    message = await scene.piece()
    await scene.alice.slash("/schumann", "history").reply()

    assert message.thread_file(".mid")
    assert bot.pool.finished == [1]


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
@pytest.mark.parametrize("way", ["command", "mention", "value"])
async def test_words(scene: Scene, bot: Bot, text: str, way: str) -> None:
    """Whatever is repeated of what somebody wrote is escaped."""
    if way == "mention":
        scene.alice.mention(text)
    else:
        scene.alice.slash("/compose", f'seed:"{text}"' if way == "command" else f"seed:schumann length:{text}")
    answers = await until(
        lambda: [m for m in scene.channel.messages.values() if m.author is scene.fake.world.bot], "an answer"
    )

    assert len(answers[0].words) > 20
    assert "support id" not in answers[0].words
    assert bot.pool.jobs == []


async def test_no_message_calls_anybody(scene: Scene, bot: Bot) -> None:
    """Nor does any of the arguments have Slack look for names or unfold links."""
    scene.alice.upload(Upload(f"{NASTY['everybody']}.mid", SONG.content))
    await scene.piece()
    posts = [entry for entry in scene.fake.log if entry.method in {"chat.postMessage", "chat.update"}]
    found = [
        call
        for m in scene.messages_of_bot(scene.channel)
        for part in mrkdwn_of(m.text, m.blocks)
        for call in calls(part, {})
    ]

    assert bot.pool.finished == [1]
    assert found == []
    for entry in posts:
        assert entry.arguments.get("parse") == "none"
        assert entry.arguments.get("link_names") in {None, False, "0", "false"}
    for entry in scene.fake.log.of("chat.postMessage"):
        assert entry.arguments["unfurl_links"] is False
        assert entry.arguments["unfurl_media"] is False
