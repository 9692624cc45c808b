"""Restarts and broken connections: nothing lost, nothing twice."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from bot import courier
from bot.domain import RequestState
from tests.bot.platforms.slack.conftest import COMPOSE, SONG
from tests.fakes.slack import until

if TYPE_CHECKING:
    from tests.bot.platforms.slack.conftest import Bot, Scene


async def test_a_restart_in_mid_job(scene: Scene, bot: Bot) -> None:
    """The new process begins the piece again and delivers it into the old message, files once."""
    bot.pool.hold()
    for _ in range(2):
        await scene.alice.slash("/compose", COMPOSE).acknowledged()
    messages = [await scene.begun(number) for number in (1, 2)]
    await until(lambda: bot.pool.jobs)
    await bot.stop()
    new = await scene.start()
    await scene.piece(1)
    await scene.piece(2)

    assert scene.shown == messages
    assert [len(message.thread_files) for message in messages] == [3, 3]
    assert len(new.pool.finished) == 2


async def test_a_restart_with_an_upload_in_a_thread(scene: Scene, bot: Bot) -> None:
    """Hours later, too."""
    root = scene.bert.say("music, please")
    bot.pool.hold()
    scene.alice.upload(SONG, thread=root)
    message = await scene.begun()
    await until(lambda: bot.pool.jobs)
    await bot.stop()
    scene.fake.clock.advance(5 * 3600)
    await scene.start()

    assert await scene.piece() is message
    assert message.parent_ts == root.ts
    assert len(message.thread_files) == 3
    assert scene.messages_of_bot(scene.channel)[0] is message


async def test_what_is_delivered_is_not_delivered_again(scene: Scene, bot: Bot) -> None:
    """A restart touches no message that holds its piece."""
    message = await scene.composed()
    edits = message.edits
    await bot.stop()
    await scene.start()
    await scene.composed(scene.bert)

    assert message.edits == edits
    assert len(message.thread_files) == 3
    assert len(scene.shown) == 2


@pytest.mark.parametrize(
    "lost", ["files.completeUploadExternal", "chat.update", "upload", "files.getUploadURLExternal"]
)
async def test_a_death_in_mid_delivery(scene: Scene, bot: Bot, lost: str) -> None:
    """Wherever in the delivery the bot dies, after the restart everything is there once."""
    bot.pool.hold()
    await scene.alice.slash("/compose", COMPOSE).acknowledged()
    message = await scene.begun()
    await until(lambda: bot.pool.jobs)
    done = asyncio.Event()
    act = scene.fake.trouble.arrives

    def arrives(method: str) -> bool:
        """The bot is gone before it hears the answer to this call."""
        if method == lost and "Again" in message.words:
            done.set()
            return False
        return act(method)

    scene.fake.trouble.arrives = arrives  # type: ignore[method-assign]  # a power cut cannot be planned otherwise
    bot.pool.let_go()
    await asyncio.wait_for(done.wait(), 20)
    await bot.stop()
    scene.fake.trouble.arrives = act  # type: ignore[method-assign]  # as it was
    await asyncio.sleep(0.1)
    new = await scene.start()
    await scene.piece()
    await asyncio.sleep(0.1)

    assert new.pool.jobs == []
    assert scene.shown == [message]
    assert len(message.thread_files) == 3


async def test_a_death_before_the_message_is_known(scene: Scene, bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    """The request is committed before its message is posted; after the restart the piece comes, all of it once."""
    monkeypatch.setattr(courier, "_PLACING_SECONDS", 0.1)
    bot.pool.hold()
    scene.fake.trouble.stall("chat.postMessage", 30)
    await scene.alice.slash("/compose", COMPOSE).acknowledged()
    await bot.reaches(1, RequestState.RUNNING)
    await bot.stop()
    await scene.start()
    message = await scene.piece()

    assert scene.shown == [message]
    assert len(message.thread_files) == 3


async def test_connections_that_end(scene: Scene, bot: Bot) -> None:
    """Asked to reconnect, and dropped without a word: what is asked in between by a mention is done once."""
    await scene.fake.socket.ask_to_reconnect()
    await until(lambda: scene.fake.socket.opened == 2, "a new connection")
    await scene.composed()
    await scene.fake.socket.drop()
    scene.alice.mention(COMPOSE)
    await scene.piece(2)
    await until(lambda: bot.platform.is_connected)
    await scene.composed()

    assert len(bot.pool.jobs) == 3
    assert len(scene.shown) == 3


async def test_a_network_that_is_gone_for_a_while(scene: Scene, bot: Bot) -> None:
    """What is under way arrives when it is back."""
    bot.pool.hold()
    await scene.alice.slash("/compose", COMPOSE).acknowledged()
    message = await scene.begun()
    scene.fake.trouble.is_cut_off = True
    await scene.fake.socket.drop()
    bot.pool.let_go()
    await bot.reaches(1, RequestState.COMPOSED)
    await asyncio.sleep(0.5)
    scene.fake.trouble.calm()
    await scene.piece()
    await until(lambda: bot.platform.is_connected, "the connection")

    assert scene.shown == [message]
    assert len(message.thread_files) == 3


async def test_redelivered_events_do_one_job(scene: Scene, bot: Bot) -> None:
    """A mention whose acknowledgements get lost comes four times, an upload too: one job each."""
    scene.fake.socket.acks_to_lose = 3
    scene.alice.mention(COMPOSE)
    await scene.piece()
    await scene.fake.socket.settled()
    scene.fake.socket.acks_to_lose = 4
    scene.alice.direct_message(files=[SONG])
    await scene.piece(2)
    await scene.fake.socket.settled()
    await asyncio.sleep(0.3)

    assert scene.fake.socket.redelivered == 7
    assert len(bot.pool.jobs) == 2
    assert len(scene.shown) == 1


async def test_an_event_that_is_redelivered_after_a_restart(scene: Scene, bot: Bot) -> None:
    """The new process does not know the event, but the request is in the database."""
    asked = scene.alice.mention(COMPOSE)
    await scene.piece()
    await scene.fake.socket.settled()
    await bot.stop()
    new = await scene.start()
    event = {"type": "app_mention", "user": scene.alice.id, "text": asked.text, "ts": asked.ts}
    scene.fake.events.send({**event, "channel": asked.channel.id, "event_ts": asked.ts}, event_id="EvAgain")
    await scene.fake.socket.settled()
    await scene.composed(scene.bert)

    assert len(new.pool.jobs) == 1
    assert len(scene.shown) == 2


async def test_stopping_lets_the_work_under_way_finish(scene: Scene, bot: Bot) -> None:
    """With time to drain, what a worker is at is delivered before the end."""
    bot.pool.hold()
    await scene.alice.slash("/compose", COMPOSE).acknowledged()
    message = await scene.begun()
    await until(lambda: bot.pool.jobs)
    bot.pool.let_go()
    await bot.house.close(10)
    await until(lambda: message.thread_file(".mid"), "the files")

    assert scene.shown == [message]
