"""Pieces are found by what shows them, and listed in a sensible order."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from bot.domain import Action, NotFoundError, Place, PlatformName, Seed, SeedKind, Tally, Vote, VoteSource
from tests.bot.store.samples import HERE, NOON, add, make_delivered, make_piece, message, person

if TYPE_CHECKING:
    from bot.domain import Piece
    from bot.store import Store

ELSEWHERE = Place(PlatformName.DISCORD, guild_id="guild-2", channel_id="channel-9")


async def vote(store: Store, piece: Piece, up: int, down: int = 0) -> None:
    """Let so many strangers vote."""
    for number in range(up + down):
        thumb = Vote.UP if number < up else Vote.DOWN
        await store.mark(piece.id, person(f"voter-{number}"), thumb, VoteSource.BUTTON, NOON)


@pytest.mark.parametrize("number", [0, -5, 99, 2**63, 10**30])
async def test_unknown_pieces_are_not_found(store: Store, number: int) -> None:
    """Whatever number somebody asks for, the answer is a sentence."""
    with pytest.raises(NotFoundError, match="no piece"):
        await store.piece(number)


async def test_a_message_leads_to_its_piece(store: Store) -> None:
    """Channel, message and platform must fit."""
    piece = await make_delivered(store, 1)
    await make_delivered(store, 2)

    assert piece.message == message(1)
    assert await store.piece_of_message(PlatformName.DISCORD, message(1)) == piece
    assert await store.piece_of_message(PlatformName.SLACK, message(1)) is None
    assert await store.piece_of_message(PlatformName.DISCORD, message(3)) is None
    other_channel = replace(message(1), channel_id="channel-2")
    assert await store.piece_of_message(PlatformName.DISCORD, other_channel) is None


async def test_a_message_without_piece_leads_nowhere(store: Store) -> None:
    """The message of a request that is still in the queue is nobody's piece."""
    ticket = await add(store)
    await store.placed(ticket.id, message(1))

    assert await store.piece_of_message(PlatformName.DISCORD, message(1)) is None


async def test_history_is_a_persons_own_newest_first(store: Store) -> None:
    """A person's pieces from everywhere, with votes, a page at a time."""
    pieces = [await make_piece(store, person("clara"), place=place) for place in (HERE, ELSEWHERE, HERE)]
    await make_piece(store, person("robert"))
    await vote(store, pieces[1], up=2, down=1)

    assert await store.history(person("clara"), limit=2, offset=0) == [(pieces[2], Tally()), (pieces[1], Tally(2, 1))]
    assert await store.history(person("clara"), limit=2, offset=2) == [(pieces[0], Tally())]
    assert await store.history(person("nobody"), limit=2, offset=0) == []


async def test_the_best_liked_come_first(store: Store) -> None:
    """Many votes beat a single one, good ones bad ones; among equals the newer comes first."""
    single, many, disliked, unknown, later = [await make_piece(store) for _ in range(5)]
    await vote(store, single, up=1)
    await vote(store, many, up=9, down=1)
    await vote(store, disliked, up=0, down=3)
    await vote(store, later, up=1)

    top = await store.top(HERE, limit=10, offset=0)

    assert top == [(many, Tally(9, 1)), (later, Tally(1)), (single, Tally(1)), (disliked, Tally(0, 3))]
    assert unknown not in [piece for piece, _ in top]
    assert await store.top(HERE, limit=1, offset=1) == top[1:2]


async def test_a_vote_on_ones_own_piece_counts(store: Store) -> None:
    """Whoever is alone with the bot has a list of favourites too."""
    own = await make_piece(store, person("clara"))
    await store.mark(own.id, person("clara"), Vote.UP, VoteSource.BUTTON, NOON)

    assert await store.top(HERE, limit=10, offset=0) == [(own, Tally(1))]


async def test_guilds_and_conversations_keep_to_themselves(store: Store) -> None:
    """The best are those of one guild; of private conversations none are shown."""
    private = Place(PlatformName.DISCORD, guild_id=None, channel_id="private")
    here, hidden = await make_piece(store), await make_piece(store, place=private)
    for piece in (here, hidden):
        await vote(store, piece, up=1)

    assert [piece for piece, _ in await store.top(HERE, limit=10, offset=0)] == [here]
    assert await store.top(ELSEWHERE, limit=10, offset=0) == []
    assert await store.top(private, limit=10, offset=0) == []


async def test_reactions_are_sought_on_messages_of_pieces(store: Store) -> None:
    """Listed are the newest messages of this platform, sent for certain or not, not too old and not too many."""
    pieces = [await make_delivered(store, number) for number in (1, 2, 3)]
    perhaps_sent = await make_piece(store)
    await store.placed(perhaps_sent.ticket_id, message(9))
    await make_piece(store)
    expected = [(perhaps_sent.id, message(9)), *((piece.id, piece.message) for piece in reversed(pieces))]

    assert await store.delivered_messages(PlatformName.DISCORD, NOON, 10) == expected
    assert await store.delivered_messages(PlatformName.DISCORD, NOON, 2) == expected[:2]
    assert await store.delivered_messages(PlatformName.DISCORD, NOON + timedelta(seconds=1), 10) == []
    assert await store.delivered_messages(PlatformName.WEB, NOON, 10) == []


async def test_pieces_keep_their_files(store: Store) -> None:
    """Only the files of requests with pieces are kept."""
    piece = await make_piece(store)
    await add(store)

    assert await store.ticket_ids_with_pieces() == {piece.ticket_id}


async def test_children_outlive_their_parents(store: Store) -> None:
    """A variation stays when the piece that it came from is deleted; it only no longer knows it."""
    parent = await make_piece(store, person("clara"))
    seed = Seed(SeedKind.PIECE, str(parent.id), parent.music.title)
    child = await make_piece(store, person("robert"), action=Action.VARIATION, parent_id=parent.id, seed=seed)
    assert child.request.parent_id == parent.id

    await store.forget(person("clara"))

    orphan = await store.piece(child.id)
    assert orphan.request.parent_id is None
    assert orphan.request.seed == seed


async def test_ids_are_never_given_twice(store: Store) -> None:
    """Buttons of old messages must not lead to somebody else's new piece."""
    forgotten = await make_piece(store, person("clara"))
    await store.forget(person("clara"))

    new = await make_piece(store, person("robert"))

    assert new.id > forgotten.id
    assert new.ticket_id > forgotten.ticket_id


async def test_counts_say_how_much_there_is(store: Store) -> None:
    """Pieces, votes, what waits and what is being worked on."""
    piece = await make_piece(store)
    await vote(store, piece, up=2)
    for _ in range(3):
        await add(store)
    await store.claim(NOON)

    assert await store.counts() == {"pieces": 1, "votes": 2, "queued": 2, "running": 1}
