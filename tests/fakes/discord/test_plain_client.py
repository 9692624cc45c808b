"""The fake behaves as Discord towards a small client of the real discord.py."""

from __future__ import annotations

import asyncio
import io
from typing import TYPE_CHECKING

import discord
import pytest

from tests.fakes.discord import FakeDiscord, Person, Upload, errors, until
from tests.fakes.discord.model import EVERYDAY, SEND, VIEW

if TYPE_CHECKING:
    from tests.fakes.discord.conftest import PlainClient
    from tests.fakes.discord.model import Guild, Message


@pytest.fixture
def alice(fake: FakeDiscord, guild: Guild) -> Person:
    """Somebody in the guild."""
    return Person(fake, "alice", guild)


@pytest.fixture
def channel(client: PlainClient, alice: Person) -> discord.TextChannel:
    """The client's view of the channel that alice is in."""
    channel = client.get_channel(int(alice.channel.id))
    assert isinstance(channel, discord.TextChannel)
    return channel


async def posted(client: PlainClient, channel: discord.TextChannel, fake: FakeDiscord, **what: object) -> Message:
    """A message of the client, as the fake keeps it."""
    assert client.user is not None
    message = await channel.send(**what)  # type: ignore[call-overload] # the tests pass different things on
    kept = fake.world.message(str(message.id))
    assert kept is not None
    return kept


async def test_a_wrong_token_is_refused(fake: FakeDiscord) -> None:
    """Login with another token fails as discord.py expects it."""
    client = discord.Client(intents=discord.Intents.none())
    with pytest.raises(discord.LoginFailure):
        await client.login("wrong")
    await client.close()

    assert [entry.status for entry in fake.log] == [401]


async def test_registering_twice_leaves_one_of_each(fake: FakeDiscord, client: PlainClient, guild: Guild) -> None:
    """Commands that are put again keep their ids and stay single."""
    before = [command["id"] for command in fake.world.visible_commands(guild)]

    await client.tree.sync()

    assert [command["id"] for command in fake.world.visible_commands(guild)] == before
    assert len(before) == 2


async def test_slash_with_options_and_a_file(client: PlainClient, alice: Person) -> None:
    """A command arrives with its options, the file can be read, and the deferred answer becomes the reply."""
    assert client.is_ready()
    interaction = alice.slash("play", {"note": "do", "length": 2, "midi": Upload("a.mid", b"MThd")})
    reply = await interaction.reply()

    assert (interaction.answer, reply.text) == (5, "do for 2 s, 4 bytes")
    assert alice.channel.shown == [reply]


async def test_a_client_cannot_send_what_discord_would_not(client: PlainClient, alice: Person) -> None:
    """Options out of range, unknown or missing, and unknown commands fail the test that sends them."""
    assert client.is_ready()
    for name, values in (("play", {"note": "do", "length": 99}), ("play", {}), ("play", {"tone": "do"}), ("sing", {})):
        with pytest.raises(AssertionError):
            alice.slash(name, values)


async def test_autocompletion(client: PlainClient, alice: Person) -> None:
    """What is typed comes back as choices."""
    assert client.is_ready()
    interaction = await alice.autocomplete("play", "note", "m").acknowledged()

    assert [choice["name"] for choice in interaction.choices] == ["mi"]


async def test_context_menu_answers_for_one_person_only(client: PlainClient, alice: Person) -> None:
    """The menu brings the message along; an ephemeral reply is not among those that the channel shows."""
    assert client.is_ready()
    message = alice.post("four")
    reply = await alice.context_menu("Count letters", message).reply()

    assert (reply.text, reply.is_ephemeral) == ("4 letters", True)
    assert alice.channel.shown == [message]


async def test_messages_carry_files_and_keep_those_that_stay(
    fake: FakeDiscord, client: PlainClient, channel: discord.TextChannel
) -> None:
    """Files are kept and served; an edit replaces the files that it does not name."""
    message = await channel.send(
        files=[discord.File(io.BytesIO(b"one"), "1.mid"), discord.File(io.BytesIO(b"2"), "2.mid")]
    )
    assert await message.attachments[0].read() == b"one"
    await message.edit(attachments=[message.attachments[1], discord.File(io.BytesIO(b"three"), "Träumerei.mid")])

    kept = fake.world.message(str(message.id))
    assert kept is not None
    assert [(item.filename, item.content) for item in kept.attachments] == [
        ("2.mid", b"2"),
        ("Träumerei.mid", b"three"),
    ]
    assert client.is_ready()


async def test_too_large_and_too_many_files(channel: discord.TextChannel, guild: Guild) -> None:
    """A file above the limit is answered 413 with 40005, an eleventh file 400."""
    guild.file_limit = 100
    with pytest.raises(discord.HTTPException) as large:
        await channel.send(file=discord.File(io.BytesIO(bytes(101)), "large.mp3"))
    message = await channel.send(files=[discord.File(io.BytesIO(b"x"), f"{n}.mid") for n in range(10)])
    with pytest.raises(discord.HTTPException) as many:
        await message.add_files(discord.File(io.BytesIO(b"x"), "10.mid"))

    assert (large.value.status, large.value.code) == (413, 40005)
    assert many.value.code == 50035


async def test_rate_limits_are_waited_for(fake: FakeDiscord, channel: discord.TextChannel) -> None:
    """Edits beyond five in five seconds are answered 429, and discord.py comes again."""
    fake.trouble.edits, fake.trouble.edits_seconds = 2, 0.2
    message = await channel.send("0")
    for number in range(1, 5):
        await message.edit(content=str(number))

    kept = fake.world.message(str(message.id))
    assert kept is not None
    assert kept.content == "4"
    assert fake.log.invalid


async def test_a_storm_passes(fake: FakeDiscord, channel: discord.TextChannel) -> None:
    """A storm of 429 hits the routes that it is for, as often as it was told."""
    fake.trouble.storm("POST", r"/channels/\d+/messages", times=3, retry_after=0.01)
    await channel.send("after all")

    assert [entry.status for entry in fake.log.of("POST", r"/channels/\d+/messages")] == [429, 429, 429, 200]


async def test_one_nonce_makes_one_message(client: PlainClient, channel: discord.TextChannel, alice: Person) -> None:
    """The same nonce within minutes gives the message that is there already."""
    first = await channel.send("once", nonce="ticket-1")
    second = await channel.send("once", nonce="ticket-1")

    assert first.id == second.id
    assert len(alice.channel.shown) == 1
    assert client.is_ready()


async def test_permissions_hold(channel: discord.TextChannel, alice: Person) -> None:
    """What the bot may not do is answered 50013, what it cannot see 50001, what others wrote 50005."""
    theirs = await channel.fetch_message(int(alice.post("mine").id))
    with pytest.raises(discord.Forbidden) as foreign:
        await theirs.edit(content="yours")
    alice.channel.bot_permissions = EVERYDAY & ~SEND
    with pytest.raises(discord.Forbidden) as silent:
        await channel.send("x")
    alice.channel.bot_permissions = EVERYDAY & ~VIEW
    with pytest.raises(discord.Forbidden) as blind:
        await channel.send("x")

    assert [error.value.code for error in (foreign, silent, blind)] == [50005, 50013, 50001]


async def test_replies_to_messages_that_are_gone(channel: discord.TextChannel, alice: Person) -> None:
    """A reply shows what it answers; where that is gone it fails, or goes without, as the bot wishes."""
    asked = alice.post("play")
    reference = discord.MessageReference(message_id=int(asked.id), channel_id=channel.id, fail_if_not_exists=False)
    reply = await channel.send("here", reference=reference)
    alice.delete(asked)
    alone = await channel.send("here", reference=reference)
    with pytest.raises(discord.HTTPException):
        await channel.send("here", reference=discord.MessageReference(message_id=int(asked.id), channel_id=channel.id))

    assert reply.reference is not None
    assert alone.reference is None


async def test_an_interaction_is_answered_once_and_in_time(
    fake: FakeDiscord, client: PlainClient, alice: Person, channel: discord.TextChannel
) -> None:
    """After 3 seconds it is unknown, a second acknowledgement is refused, after 15 minutes its token is worthless."""
    caught: list[discord.Interaction[PlainClient]] = []

    @client.event
    async def on_interaction(interaction: discord.Interaction[PlainClient]) -> None:
        if interaction.type is discord.InteractionType.component:
            caught.append(interaction)

    message = await posted(client, channel, fake, content="press", view=_view())
    interaction = alice.press(message, "again")
    await until(lambda: caught)
    await caught[0].response.defer()
    caught[0].response._response_type = None  # it would refuse by itself
    with pytest.raises(discord.HTTPException) as twice:
        await caught[0].response.defer()
    await caught[0].followup.send("one")
    fake.clock.advance(15 * 60)
    with pytest.raises(discord.HTTPException) as expired:
        await caught[0].followup.send("two")
    alice.press(message, "again")
    await until(lambda: len(caught) == 2)
    fake.clock.advance(3.1)
    with pytest.raises(discord.NotFound) as late:
        await caught[1].response.defer()

    assert [error.value.code for error in (twice, expired, late)] == [40060, 50027, 10062]
    assert [reply.text for reply in interaction.replies] == ["one"]


def _view() -> discord.ui.View:
    view = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(label="Again", custom_id="again"))
    return view


async def test_raw_events(client: PlainClient, alice: Person, fake: FakeDiscord, channel: discord.TextChannel) -> None:
    """Reactions, their removal and deletions of messages reach the client in their order."""
    first, second = [await posted(client, channel, fake, content="x") for _ in range(2)]
    alice.react(first, "👍")
    alice.react(first, "👍")
    alice.unreact(first, "👍")
    alice.clear_reactions(first, "👎")
    alice.clear_reactions(first)
    alice.delete(first)
    alice.delete(second, alice.post("written without the intent"))
    expected = [("add", "👍"), ("remove", "👍"), ("clear", "👎"), ("clear", ""), ("delete", first.id), ("message", "")]
    await until(lambda: len(client.seen) == 7)

    assert client.seen == [*expected, ("bulk", "2")]


async def test_reactions_are_listed(
    client: PlainClient, alice: Person, fake: FakeDiscord, channel: discord.TextChannel
) -> None:
    """Who reacted can be read later, page by page, the bot's own reactions among them."""
    kept = await posted(client, channel, fake, content="x")
    alice.react(kept, "👍")
    message = await channel.fetch_message(int(kept.id))
    await message.add_reaction("👍")
    message = await channel.fetch_message(int(kept.id))

    assert {user.name async for user in message.reactions[0].users(limit=None)} == {"alice", "SchumaNN"}
    assert message.reactions[0].me


async def test_content_is_for_those_who_may_read_it(client: PlainClient, alice: Person) -> None:
    """Without the privileged intent a message is empty, unless it mentions the bot or is private."""
    assert client.user is not None
    alice.post("secret")
    alice.post("hello", mentions_bot=True)
    alice.post("private", channel=alice.private)
    await until(lambda: len(client.seen) == 3)

    assert client.seen == [("message", ""), ("message", f"<@{client.user.id}> hello"), ("message", "private")]


async def test_privileged_intents_must_be_allowed(fake: FakeDiscord) -> None:
    """A client that asks for message content without permission is closed with 4014."""
    intents = discord.Intents.none()
    intents.message_content = True
    client = discord.Client(intents=intents)
    with pytest.raises(discord.PrivilegedIntentsRequired):
        await client.start(fake.token)
    await client.close()


async def test_what_happens_during_a_broken_connection_comes_after_it(
    fake: FakeDiscord, client: PlainClient, alice: Person
) -> None:
    """The client resumes after op 7 and gets what it has missed, once."""
    alice.post("before", channel=alice.private)
    await until(lambda: len(client.seen) == 1)
    await fake.gateway.ask_to_reconnect()
    alice.post("between", channel=alice.private)
    await until(lambda: fake.gateway.resumed == 1)
    alice.post("after", channel=alice.private)
    await until(lambda: len(client.seen) == 3)

    assert [text for _, text in client.seen] == ["before", "between", "after"]


async def test_an_invalid_session_is_begun_anew(fake: FakeDiscord, client: PlainClient, alice: Person) -> None:
    """After op 9 the client identifies again; what happened in between is lost."""
    await fake.gateway.invalidate()
    alice.post("lost", channel=alice.private)
    await until(lambda: fake.gateway.identified == 2)
    await asyncio.sleep(0.05)
    alice.post("seen", channel=alice.private)
    await until(lambda: client.seen)

    assert [text for _, text in client.seen] == ["seen"]


async def test_unknown_things(fake: FakeDiscord, channel: discord.TextChannel, alice: Person) -> None:
    """What is not there, or was deleted, has Discord's codes."""
    message = alice.post("x")
    alice.delete(message)
    with pytest.raises(discord.NotFound) as gone:
        await channel.fetch_message(int(message.id))
    fake.trouble.fail("GET", r"/channels/\d+$", errors.unknown_channel(), times=1)
    with pytest.raises(discord.NotFound) as nowhere:
        await channel._state.http.get_channel(channel.id)

    assert (gone.value.code, nowhere.value.code) == (10008, 10003)
