"""Whatever is written in a seed, a file name, a title or a setting: nobody is notified, and no message breaks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from composer.midi.writer import write_midi
from composer.notation import parse_notation
from tests.bot.platforms.discord.conftest import COMPOSE, delivered
from tests.fakes.discord import Upload, until

if TYPE_CHECKING:
    from tests.bot.platforms.discord.conftest import Bot, Scene
    from tests.fakes.discord.model import Message

NASTY = (
    "@everyone",
    "@here",
    "<@{alice}>",
    "<@&{role}>",
    "<@!{alice}> **bold** `code` ```\n@everyone\n```",
    "[@everyone](https://example.org) ||<@{alice}>||",
    "\u202e@everyone\u202c \x1b[31m<@&{role}>",
    "@\u200beveryone @everyone" * 30,
)
_LIVE = re.compile(r"@everyone|@here|<@[!&]?\d+>")


def nasty_texts(scene: Scene) -> list[str]:
    """Texts that would notify somebody if they were sent as they are."""
    role = scene.fake.add_role(scene.guild, "pianists")
    return [text.format(alice=scene.alice.id, role=role.id) for text in NASTY]


def has_teeth(scene: Scene, text: str) -> bool:
    """Whether a text would notify somebody outside a card, whose last line says for whom the piece is."""
    return bool(_LIVE.search(text.replace(f"For: <@{scene.alice.id}>", "")))


def said_by_the_bot(scene: Scene) -> list[Message]:
    """Everything that the bot has written, also for one person's eyes."""
    channels = (*scene.guild.channels.values(), scene.alice.private)
    return [message for channel in channels for message in channel.messages.values() if message.author.is_bot]


async def test_in_seeds(scene: Scene, bot: Bot) -> None:
    """Refused or composed, the text comes back without its teeth."""
    for text in nasty_texts(scene):
        for seed in (text, f"C4q E4q G4q {text}"):
            await scene.alice.slash("compose", {"seed": seed}).reply()
            asked = scene.alice.post(f"compose seed:{seed}", mentions_bot=True)
            await until(lambda: scene.shown[-1] is not asked, "an answer")  # noqa: B023 (waited for here)
    said = said_by_the_bot(scene)

    assert bot.pool.jobs == []
    assert len(said) == 4 * len(NASTY)
    assert [message.pings for message in said] == [[]] * len(said)
    assert not any(has_teeth(scene, message.text) for message in said)


@pytest.mark.parametrize("number", range(len(NASTY)))
async def test_in_files(scene: Scene, bot: Bot, number: int) -> None:
    """Name and title of a file, in progress, card, lists and names of what is sent."""
    text = nasty_texts(scene)[number]
    title = text.encode("ascii", "replace").decode()
    song = Upload(f"{text}.mid", write_midi(parse_notation("C4q D4q E4q F4q | G4q A4q B4q C5q"), title=title))
    bot.pool.hold()
    interaction = await scene.alice.slash("compose", {"midi": song}).acknowledged()
    shown = interaction.original
    assert shown is not None
    await until(lambda: "▰" in shown.text, "progress")
    progress = shown.text
    bot.pool.let_go()
    message = await delivered(interaction)
    await scene.alice.press(message, "👍").settled()
    lists = [(await scene.alice.slash(name).reply()).text for name in ("history", "top")]
    names = [item.filename for item in message.attachments]
    bad = await scene.alice.slash("compose", {"midi": Upload(f"{text}.mid", b"no music")}).acknowledged()
    await until(lambda: bad.original is not None and "MIDI" in bad.original.text, "a refusal")
    said = said_by_the_bot(scene)

    assert not any(has_teeth(scene, seen) for seen in (progress, *lists, *names, *(one.text for one in said)))
    assert [one.pings for one in said] == [[]] * len(said)
    assert all(re.fullmatch(r"[\w.-]+", name) for name in names)


async def test_in_settings_and_refusals(scene: Scene, bot: Bot) -> None:
    """Roles and channels are named so that Discord shows their names, which notifies nobody."""
    role = scene.fake.add_role(scene.guild, "@everyone else")
    shown = await scene.admin.slash("settings set role", {"role": role}).reply()
    await scene.admin.slash("settings set role").reply()
    everyone = scene.guild.roles[scene.guild.id]
    await scene.admin.slash("settings set role", {"role": everyone}).reply()
    await delivered(scene.alice.slash("compose", COMPOSE))

    assert f"<@&{role.id}>" in shown.text
    assert [message.pings for message in said_by_the_bot(scene)] == [[]] * len(said_by_the_bot(scene))
    assert bot.pool.finished
