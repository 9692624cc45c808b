"""Files whose address leads elsewhere, through the whole bot: nothing is fetched, and the token goes nowhere."""

from __future__ import annotations

import asyncio
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING

from bot.domain import GuildSettings, Limits, RequestState
from tests.bot.platforms.slack.conftest import SHORTCUT, SONG
from tests.fakes.slack import Upload, until

if TYPE_CHECKING:
    from tests.bot.platforms.slack.conftest import Scene

_GENERAL = (Path(__file__).parents[1] / "discord" / "url_tricks.txt").read_text(encoding="utf-8")
TRICKS = _GENERAL.replace("cdn.discordapp.com", "files.slack.com").replace("discord", "slack").split()
BESIDE_THE_API = [
    "http://localhost:{port}/files-pri/T-{file}/download/a.mid",
    "https://127.0.0.1:{port}/files-pri/T-{file}/download/a.mid",
    "http://user@127.0.0.1:{port}/files-pri/T-{file}/download/a.mid",
    "http://127.0.0.1:{port}@evil.example/a.mid",
    "http://127.0.0.1/files-pri/T-{file}/download/a.mid",
    "http://127.1:{port}/files-pri/T-{file}/download/a.mid",
    "http://2130706433:{port}/files-pri/T-{file}/download/a.mid",
    "http://0x7f000001:{port}/files-pri/T-{file}/download/a.mid",
    "http://[::ffff:127.0.0.1]:{port}/files-pri/T-{file}/download/a.mid",
    "http://127.0.0.1:{port}.evil.example/a.mid",
    "{elsewhere}/a.mid",
    "//127.0.0.1:{port}/files-pri/T-{file}/download/a.mid",
]
PLENTY = Limits(1000, 1000, default_guild=GuildSettings(per_user_hour=1000, per_guild_hour=1000))


def _tricks(scene: Scene) -> list[Upload]:
    """A file for each address."""
    port, elsewhere = scene.fake.base_url.rpartition(":")[2], scene.fake.elsewhere.url
    local = [trick.format(port=port, file="F1", elsewhere=elsewhere) for trick in BESIDE_THE_API]
    return [Upload("a.mid", SONG.content, url=url) for url in [*TRICKS, *local]]


def _origins(scene: Scene) -> set[str]:
    """Scheme, host and port of everything that was asked; a socket is as good as its page."""
    return {departure.origin.replace("ws:", "http:") for departure in scene.fake.departures}


async def test_no_address_leads_elsewhere(scene: Scene) -> None:
    """More than sixty addresses, by every way in: each request fails with a sentence, and nothing was asked for."""
    bot = await scene.start(limits=PLENTY)
    uploads = _tricks(scene)
    await scene.composed()
    for upload, way in zip(uploads, cycle(("mention", "private", "shortcut")), strict=False):
        if way == "private":
            scene.alice.direct_message(files=[upload])
        elif way == "mention":
            scene.alice.upload(upload)
        else:
            scene.alice.shortcut(SHORTCUT, scene.alice.upload(upload, mention=False))
    tickets = [await bot.reaches(number, RequestState.FAILED) for number in range(2, 2 + len(uploads))]
    await scene.fake.socket.settled()

    assert len(uploads) >= 60
    assert {ticket.fault for ticket in tickets} == {tickets[0].fault}
    assert "send it again" in str(tickets[0].fault)
    assert _origins(scene) == {scene.fake.base_url}
    assert scene.fake.log.at_path("/download/") == []
    assert scene.fake.elsewhere.visits == []


async def test_redirects_are_not_followed(scene: Scene) -> None:
    """Slack's own host may send elsewhere: nobody goes there, with or without the token."""
    bot = await scene.start()
    scene.alice.upload(Upload("a.mid", SONG.content, manner="redirect"))
    await bot.reaches(1, RequestState.FAILED)
    fetched = scene.fake.log.at_path("/download/")

    assert [entry.authorization for entry in fetched] == [f"Bearer {scene.fake.bot_token}"]
    assert _origins(scene) == {scene.fake.base_url}


async def test_remote_files_are_refused(scene: Scene) -> None:
    """Files that only seem to lie on Slack: of an app's own, of another service, with or without an honest type."""
    bot = await scene.start(limits=PLENTY)
    for mode, url in (("external", "https://evil.example/a.mid"), ("remote", None), ("space", None), ("post", None)):
        scene.alice.upload(Upload("a.mid", SONG.content, mode=mode, url=url))
    bot_id = scene.fake.world.bot.id
    await until(lambda: len([m for m in scene.channel.messages.values() if m.author.id == bot_id]) == 4, "refusals")
    await asyncio.sleep(0.2)

    assert bot.pool.jobs == []
    assert scene.fake.log.at_path("/download/") == []
    assert _origins(scene) == {scene.fake.base_url}


async def test_the_token_goes_to_the_api_and_to_files_only(scene: Scene) -> None:
    """Neither uploads nor answers carry it, and the app's own token is seen where connections are opened only."""
    await scene.start()
    scene.alice.upload(SONG)
    await scene.piece()
    await scene.alice.slash("/schumann", "help").reply()
    by_bot, by_app = (f"Bearer {token}" for token in (scene.fake.bot_token, scene.fake.app_token))
    with_token = {entry.path for entry in scene.fake.log if entry.authorization}

    assert all(path.startswith(("/api/", "/files-pri/")) for path in with_token)
    assert {entry.path for entry in scene.fake.log if entry.authorization == by_app} == {"/api/apps.connections.open"}
    assert len(scene.fake.log.at_path("/upload/")) == 3
    assert scene.fake.log.at_path("/response/")
    assert by_bot in {entry.authorization for entry in scene.fake.log.at_path("/files-pri/")}
