"""The fake behaves as Slack does towards the real slack_bolt."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import FakeSlack, Person, Upload, until
from tests.fakes.slack.conftest import MANIFEST
from tests.fakes.slack.web_files import LOGIN_PAGE

if TYPE_CHECKING:
    from tests.fakes.slack.conftest import PlainApp
    from tests.fakes.slack.model import Message

SONG = Upload("song.mid", b"MThd song")
BUTTON = {"type": "button", "action_id": "again", "value": "1", "text": {"type": "plain_text", "text": "Again"}}
ACTIONS = {"type": "actions", "elements": [BUTTON]}


@pytest.fixture
def alice(fake: FakeSlack) -> Person:
    """Somebody."""
    return Person(fake, "alice")


async def posted(plain: PlainApp, person: Person, **arguments: Any) -> Message:
    """A message of the app's in the person's channel."""
    answer = await plain.client.chat_postMessage(channel=person.channel.id, **arguments)
    return person.channel.messages[str(answer["ts"])]


async def test_commands_shortcuts_and_buttons(plain: PlainApp, alice: Person) -> None:
    """Each is acknowledged and answered: for the person alone, in the channel, in place of the message."""
    slash = await alice.slash("/play", " c ").acknowledged()
    shortcut = alice.shortcut("Count letters", alice.say("four"))
    message = await posted(plain, alice, text="press", blocks=[ACTIONS])
    pressed = alice.press(message, "Again")

    assert (await slash.reply()).text == "playing c"
    assert (await slash.reply()).visible_to is alice.user
    assert (await shortcut.reply()).is_public
    assert await pressed.reply() is message
    assert message.text == "once more 1"


async def test_what_people_cannot_do(plain: PlainApp, alice: Person) -> None:
    """Commands, shortcuts and buttons that are not there fail the test."""
    message = await posted(plain, alice, text="no buttons")
    with pytest.raises(AssertionError, match="/sing is not among"):
        alice.slash("/sing")
    with pytest.raises(AssertionError, match="Sing is not among"):
        alice.shortcut("Sing", message)
    with pytest.raises(AssertionError, match="no button"):
        alice.press(message, "Again")


async def test_a_response_address_is_used_five_times(plain: PlainApp, fake: FakeSlack, alice: Person) -> None:
    """After five answers, or half an hour, it is worthless."""
    act = alice.slash("/play", "c")
    await act.reply()
    async with aiohttp.ClientSession() as session:

        async def answer(url: str) -> int:
            async with session.post(url, json={"text": "more"}) as response:
                return response.status

        statuses = [await answer(act.response_url) for _ in range(5)]
        late = alice.slash("/play", "d")
        await late.reply()
        fake.clock.advance(31 * 60)
        statuses.append(await answer(late.response_url))

    assert statuses == [200, 200, 200, 200, 404, 404]
    assert plain.handler.client is not None


@pytest.mark.parametrize("files_first", [True, False])
async def test_one_upload_is_told_three_times(
    plain: PlainApp, fake: FakeSlack, alice: Person, *, files_first: bool
) -> None:
    """A file with a mention comes as ``file_shared``, as a message and as a mention."""
    fake.events.file_events_first = files_first
    message = alice.upload(SONG, "listen & <play>")
    await until(lambda: len(plain.seen) == 3)
    mention = next(event for event in plain.events if event["type"] == "app_mention")

    assert sorted(plain.seen) == ["app_mention", "file_shared", "message/file_share"]
    assert mention["text"] == f"<@{fake.world.bot.id}> listen &amp; &lt;play&gt;"
    assert mention["files"][0]["id"] == message.files[0].id


async def test_what_the_bot_does_is_told_it_too(plain: PlainApp, fake: FakeSlack, alice: Person) -> None:
    """Its own messages, changes, files and reactions come back as events."""
    message = await posted(plain, alice, text="mine")
    await plain.client.chat_update(channel=message.channel.id, ts=message.ts, text="changed")
    await plain.client.files_upload_v2(channel=message.channel.id, thread_ts=message.ts, content="x", filename="x.mid")
    await plain.client.reactions_add(channel=message.channel.id, timestamp=message.ts, name="+1")
    await until(lambda: len(plain.seen) == 5)

    assert sorted(plain.seen) == [
        *("file_shared", "message", "message/file_share", "message/message_changed", "reaction_added")
    ]
    assert {event.get("user") for event in plain.events} >= {fake.world.bot.id}
    assert message.thread_file(".mid")


async def test_events_only_where_the_bot_is(plain: PlainApp, fake: FakeSlack, alice: Person) -> None:
    """Channels that it is not in are silent; in private every message comes."""
    closed = fake.world.add_channel("closed", bot_is_in=False)
    alice.mention("hello", closed)
    alice.direct_message("hello")
    await until(lambda: plain.seen)
    await fake.socket.settled()

    assert plain.seen == ["message"]
    assert plain.events[0]["channel_type"] == "im"


async def test_a_deleted_message_with_a_thread_leaves_a_tombstone(plain: PlainApp, alice: Person) -> None:
    """Without a thread it is deleted, with one it is changed."""
    lonely, parent = alice.say("lonely"), alice.say("parent")
    alice.say("below", thread=parent)
    alice.delete(lonely)
    alice.delete(parent)
    await until(lambda: len(plain.seen) == 5)
    changed = next(event for event in plain.events if event.get("subtype") == "message_changed")

    assert "message/message_deleted" in plain.seen
    assert changed["message"]["subtype"] == "tombstone"
    assert alice.channel.shown == []


async def test_uploads_and_downloads(plain: PlainApp, fake: FakeSlack, alice: Person) -> None:
    """Several files come in one message of the thread; without the token there is only a page to sign in."""
    parent = await posted(plain, alice, text="parent")
    uploads = [{"content": b"a", "filename": "a.mp3"}, {"content": b"bb", "filename": "b.mid"}]
    await plain.client.files_upload_v2(channel=parent.channel.id, thread_ts=parent.ts, file_uploads=uploads)
    below = await until(lambda: parent.thread)
    info = await plain.client.files_info(file=below[0].files[1].id)
    shown: dict[str, Any] = info["file"]
    async with aiohttp.ClientSession() as session:
        bodies = []
        for headers in ({}, {"Authorization": f"Bearer {fake.bot_token}"}):
            async with session.get(shown["url_private_download"], headers=headers) as response:
                bodies.append((response.status, await response.text()))

    assert [file.name for file in below[0].files] == ["a.mp3", "b.mid"]
    assert shown["shares"]["public"][parent.channel.id][0]["ts"] == below[0].ts
    assert bodies == [(200, LOGIN_PAGE), (200, "bb")]


async def test_late_acknowledgements_bring_events_again(plain: PlainApp, fake: FakeSlack, alice: Person) -> None:
    """What was not acknowledged comes again with the same id, commands do not."""
    fake.socket.acks_to_lose = 1
    alice.direct_message("again")
    await until(lambda: len(plain.seen) == 2)
    await fake.socket.settled()
    fake.socket.acks_to_lose = 1
    slash = alice.slash("/play", "c")
    await until(lambda: slash.fault)

    assert fake.socket.redelivered == 1
    assert slash.fault == "operation_timeout"


async def test_connections_that_end(plain: PlainApp, fake: FakeSlack, alice: Person) -> None:
    """The app connects anew when asked to and when dropped; no event is lost, a command without anybody is."""
    await fake.socket.ask_to_reconnect()
    await until(lambda: fake.socket.opened == 2)
    alice.direct_message("one")
    await until(lambda: len(plain.seen) == 1)
    await fake.socket.drop()
    await until(lambda: not fake.socket.is_connected)
    alice.direct_message("two")
    lost = alice.slash("/play", "c")
    await until(lambda: lost.fault)
    await until(lambda: len(plain.seen) == 2)

    assert [event["text"] for event in plain.events] == ["one", "two"]
    assert lost.fault == "dispatch_failed"


async def test_rate_limits(plain: PlainApp, fake: FakeSlack, alice: Person) -> None:
    """More posts than a channel takes are answered 429; the client waits and comes again."""
    fake.trouble.posts, fake.trouble.posts_seconds = 2, 1.0
    for number in range(3):
        await posted(plain, alice, text=f"{number}")

    assert [entry.status for entry in fake.log.of("chat.postMessage")] == [200, 200, 429, 200]
    assert [message.text for message in alice.channel.shown] == ["0", "1", "2"]


async def refused(call: Any) -> str:
    """Slack's word for what is wrong with a call."""
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


async def test_refusals(plain: PlainApp, fake: FakeSlack, alice: Person) -> None:
    """What Slack refuses is refused, in its words."""
    client, channel = plain.client, alice.channel.id
    closed = fake.world.add_channel("closed", bot_is_in=False).id
    secret = fake.world.add_channel("secret", kind="group", bot_is_in=False).id
    theirs = alice.say("mine").ts
    stranger = AsyncWebClient("xoxb-wrong", base_url=fake.api)
    swapped = AsyncWebClient(fake.app_token, base_url=fake.api)
    calls = {
        "not_in_channel": client.chat_postMessage(channel=closed, text="x"),
        "channel_not_found": client.chat_postMessage(channel=secret, text="x"),
        "message_not_found": client.chat_update(channel=channel, ts="1.1", text="x"),
        "cant_update_message": client.chat_update(channel=channel, ts=theirs, text="x"),
        "no_text": client.api_call("chat.postMessage", json={"channel": channel}),
        "invalid_blocks": client.chat_postMessage(channel=channel, text="x", blocks=[{"type": "section"}] * 51),
        "thread_not_found": client.chat_postMessage(channel=channel, text="x", thread_ts="1.1"),
        "invalid_auth": stranger.auth_test(),
        "not_allowed_token_type": swapped.auth_test(),
        "missing_scope": client.conversations_open(users=alice.id),
        "user_not_found": client.users_info(user="U0"),
        "file_not_found": client.files_info(file="F0"),
    }

    assert {name: await refused(call) for name, call in calls.items()} == {name: name for name in calls}


@pytest.mark.parametrize(
    "text", ["<!channel>", "<!here|here>", "<!subteam^S1>", "a < b", "R&D", "<b>"], ids=lambda text: text
)
async def test_texts_that_are_not_escaped_are_noticed(text: str) -> None:
    """A call to everybody and a bare sign of the markup are written down as violations."""
    async with FakeSlack(MANIFEST) as fake:
        client = AsyncWebClient(fake.bot_token, base_url=fake.api)
        section = {"type": "section", "text": {"type": "mrkdwn", "text": text}}
        channel = next(iter(fake.world.channels))
        await client.chat_postMessage(
            channel=channel, text="fine &amp; <https://a.example|good> <@U1>", blocks=[section]
        )

    assert fake.violations
    assert text in fake.violations[0]


async def test_guests_and_strangers_are_told_apart(plain: PlainApp, fake: FakeSlack) -> None:
    """``users.info`` says who somebody is."""
    kinds = {kind: Person(fake, kind, kind=kind) for kind in ("admin", "owner", "guest", "single_guest", "bot")}
    kinds["stranger"] = Person(fake, "stranger", team=fake.world.add_team("Elsewhere"))
    shown = {kind: (await plain.client.users_info(user=person.id))["user"] for kind, person in kinds.items()}

    assert shown["admin"]["is_admin"]
    assert not shown["admin"]["is_owner"]
    assert shown["owner"]["is_owner"]
    assert shown["guest"]["is_restricted"]
    assert shown["single_guest"]["is_ultra_restricted"]
    assert shown["bot"]["is_bot"]
    assert shown["stranger"]["is_stranger"]
    assert shown["stranger"]["team_id"] != fake.world.team.id


async def test_reactions_with_skin_tones_are_listed_apart(plain: PlainApp, alice: Person, fake: FakeSlack) -> None:
    """Each tone is a reaction of its own; who reacted can be read."""
    message = alice.say("nice")
    alice.react(message, "+1")
    Person(fake, "bert").react(message, "+1::skin-tone-3")
    found = await plain.client.reactions_get(channel=message.channel.id, timestamp=message.ts, full=True)
    reactions: list[dict[str, Any]] = found["message"]["reactions"]

    assert {reaction["name"]: reaction["count"] for reaction in reactions} == {"+1": 1, "+1::skin-tone-3": 1}


async def test_a_slow_acknowledgement_is_a_violation() -> None:
    """An app that does not acknowledge in time is written down."""
    async with FakeSlack(MANIFEST) as fake, aiohttp.ClientSession() as session:
        fake.socket.ack_seconds = 0.05
        async with session.ws_connect(fake.socket.address()) as socket:
            hello = await socket.receive_json()
            act = Person(fake, "alice").slash("/play")
            await until(lambda: act.fault)
        await asyncio.sleep(0)

    assert hello["type"] == "hello"
    assert fake.violations == ["slash_commands was not acknowledged in 0.05 s"]
