"""Every person counts once on a piece, with what they said last, however they said it."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.domain import NotFoundError, PlatformName, Tally, UserRef, Vote, VoteSource
from bot.store import Store
from tests.bot.store.samples import NOON, add, make_delivered, make_piece, message, person

if TYPE_CHECKING:
    from bot.domain import Piece

BUTTON, REACTION = VoteSource.BUTTON, VoteSource.REACTION


async def test_the_latest_word_counts(store: Store) -> None:
    """A button after a reaction counts, and the reaction again when the button is taken back."""
    piece = await make_piece(store)
    await store.mark(piece.id, person("robert"), Vote.UP, REACTION, NOON)

    assert await store.mark(piece.id, person("robert"), Vote.DOWN, BUTTON, NOON) == Tally(0, 1)
    assert await store.vote_of(piece.id, person("robert")) is Vote.DOWN
    assert await store.unmark(piece.id, person("robert"), Vote.DOWN, BUTTON) == Tally(1, 0)


async def test_a_button_pressed_twice_takes_the_vote_back(store: Store) -> None:
    """So it does when the vote came from a reaction, which still stands below the message."""
    piece = await make_piece(store)
    await store.mark(piece.id, person("robert"), Vote.UP, REACTION, NOON)

    assert await store.press(piece.id, person("robert"), Vote.UP, NOON) == Tally()
    assert await store.vote_of(piece.id, person("robert")) is None
    assert await store.set_reactions(piece.id, {(person("robert"), Vote.UP)}, NOON) == Tally()
    assert await store.press(piece.id, person("robert"), Vote.DOWN, NOON) == Tally(0, 1)
    assert await store.press(piece.id, person("robert"), Vote.UP, NOON) == Tally(1, 0)


async def test_pressing_at_once_is_pressing_in_turn(store: Store) -> None:
    """Two presses that come together are a vote and its taking back, never two votes."""
    piece = await make_piece(store)

    tallies = await asyncio.gather(*(store.press(piece.id, person("robert"), Vote.UP, NOON) for _ in range(4)))

    assert tallies == [Tally(1), Tally(), Tally(1), Tally()]


async def test_pieces_that_are_gone_cannot_be_rated(store: Store) -> None:
    """The person is told so in a sentence; taking votes back there is no error."""
    for rating in (
        store.mark(9, person(), Vote.UP, BUTTON, NOON),
        store.press(9, person(), Vote.UP, NOON),
        store.set_reactions(9, {(person(), Vote.UP)}, NOON),
    ):
        with pytest.raises(NotFoundError, match="no piece"):
            await rating

    assert await store.unmark(9, person(), Vote.UP, BUTTON) == Tally()
    assert await store.clear_reactions(9, None) == Tally()


async def test_votes_missed_while_away_are_found(store: Store) -> None:
    """After setting the reactions they are what stands below the message; buttons stay, and so does their order."""
    piece = await make_piece(store)
    await store.mark(piece.id, person("a"), Vote.UP, REACTION, NOON)
    await store.mark(piece.id, person("b"), Vote.UP, REACTION, NOON)
    await store.mark(piece.id, person("b"), Vote.DOWN, BUTTON, NOON)
    await store.mark(piece.id, person("c"), Vote.DOWN, REACTION, NOON)

    now_there = {(person("b"), Vote.UP), (person("d"), Vote.UP), (person("d"), Vote.DOWN)}
    tally = await store.set_reactions(piece.id, now_there, NOON)

    votes = {name: await store.vote_of(piece.id, person(name)) for name in "abcd"}
    assert votes == {"a": None, "b": Vote.DOWN, "c": None, "d": Vote.UP}
    assert tally == Tally(1, 1)


async def test_a_deleted_message_takes_its_votes_along(store: Store) -> None:
    """The piece stays in the history, without votes and without message."""
    piece, other = await make_delivered(store, 1), await make_delivered(store, 2)
    for one in (piece, other):
        await store.mark(one.id, person("robert"), Vote.UP, BUTTON, NOON)

    assert await store.message_deleted(PlatformName.SLACK, message(1)) is None
    assert await store.message_deleted(PlatformName.DISCORD, message(1)) == piece.id
    assert await store.message_deleted(PlatformName.DISCORD, message(1)) is None

    assert (await store.piece(piece.id)).message is None
    assert await store.tally(piece.id) == Tally()
    assert await store.tally(other.id) == Tally(1)


async def test_the_message_of_a_waiting_request_may_be_deleted(store: Store) -> None:
    """The request forgets it and goes on, so that its piece gets a new message."""
    ticket = await add(store)
    await store.placed(ticket.id, message(1))

    assert await store.message_deleted(PlatformName.DISCORD, message(1)) is None

    assert (await store.ticket(ticket.id)).message is None
    assert await store.queue() == [ticket.id]


users = st.sampled_from([person("a"), person("b"), UserRef(PlatformName.WEB, "a")])
votes = st.sampled_from(Vote)
pieces = st.sampled_from([0, 1])


class Votes(RuleBasedStateMachine):
    """The store beside a list of marks for each piece, in the order in which they were left."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.runner = asyncio.Runner()
        self.store = self.runner.run(Store.open(Path(self.folder.name) / "schumann.db"))
        self.pieces: list[Piece] = [self.runner.run(make_delivered(self.store, number)) for number in range(2)]
        self.marks: list[list[tuple[UserRef, VoteSource, int]]] = [[], []]
        self.told: list[Tally] = [Tally(), Tally()]

    def teardown(self) -> None:
        """Close what is open."""
        assert self.runner.run(self.store.integrity_problems()) == []
        self.runner.run(self.store.close())
        self.runner.close()
        self.folder.cleanup()

    def drop(self, piece: int, *, user: UserRef | None, source: VoteSource, vote: int | None) -> None:
        """Remove marks from the list."""
        self.marks[piece] = [
            mark
            for mark in self.marks[piece]
            if mark[1] is not source or user not in {None, mark[0]} or vote not in {None, mark[2]}
        ]

    def vote_of(self, piece: int, user: UserRef) -> int:
        """What the list says; 0 for nothing."""
        return ([vote for who, _, vote in self.marks[piece] if who == user] or [0])[-1]

    @rule(piece=pieces, user=users, vote=votes, source=st.sampled_from(VoteSource))
    def mark(self, piece: int, user: UserRef, vote: Vote, source: VoteSource) -> None:
        """Somebody says something."""
        self.drop(piece, user=user, source=source, vote=None if source is BUTTON else vote)
        self.marks[piece].append((user, source, vote))
        self.told[piece] = self.runner.run(self.store.mark(self.pieces[piece].id, user, vote, source, NOON))

    @rule(piece=pieces, user=users, vote=votes)
    def press(self, piece: int, user: UserRef, vote: Vote) -> None:
        """Somebody presses a button."""
        takes_back = self.vote_of(piece, user) == vote
        self.drop(piece, user=user, source=BUTTON, vote=None)
        self.marks[piece].append((user, BUTTON, 0 if takes_back else vote))
        self.told[piece] = self.runner.run(self.store.press(self.pieces[piece].id, user, vote, NOON))

    @rule(piece=pieces, user=users, vote=votes, source=st.sampled_from(VoteSource))
    def unmark(self, piece: int, user: UserRef, vote: Vote, source: VoteSource) -> None:
        """Somebody takes something back, said or not."""
        self.drop(piece, user=user, source=source, vote=vote)
        self.told[piece] = self.runner.run(self.store.unmark(self.pieces[piece].id, user, vote, source))

    @rule(piece=pieces, vote=st.none() | votes)
    def clear(self, piece: int, vote: Vote | None) -> None:
        """A moderator removes reactions."""
        self.drop(piece, user=None, source=REACTION, vote=vote)
        self.told[piece] = self.runner.run(self.store.clear_reactions(self.pieces[piece].id, vote))

    @rule(piece=pieces, wanted=st.sets(st.tuples(users, votes)))
    def set_reactions(self, piece: int, wanted: set[tuple[UserRef, Vote]]) -> None:
        """The bot was away, and looks what stands there."""
        known = {(user, vote) for user, source, vote in self.marks[piece] if source is REACTION}
        for user, vote in known - wanted:
            self.drop(piece, user=user, source=REACTION, vote=vote)
        new = sorted(wanted - known, key=lambda mark: mark[1])
        self.marks[piece] += [(user, REACTION, vote) for user, vote in new]
        self.told[piece] = self.runner.run(self.store.set_reactions(self.pieces[piece].id, wanted, NOON))

    @precondition(lambda self: any(self.marks))
    @rule(piece=pieces)
    def delete_message(self, piece: int) -> None:
        """The message goes, and another one takes its place."""
        shown = self.runner.run(self.store.message_deleted(PlatformName.DISCORD, message(piece)))
        assert shown in {None, self.pieces[piece].id}
        if shown:
            self.marks[piece], self.told[piece] = [], Tally()

    @invariant()
    def votes_agree(self) -> None:
        """Votes of all persons and their sum are what the list says."""
        for number, piece in enumerate(self.pieces):
            said = {user: self.vote_of(number, user) for user, _, _ in self.marks[number]}
            tally = Tally(list(said.values()).count(1), list(said.values()).count(-1))
            assert self.told[number] == tally
            assert self.runner.run(self.store.tally(piece.id)) == tally
            for user, vote in said.items():
                stored = self.runner.run(self.store.vote_of(piece.id, user))
                assert (0 if stored is None else stored) == vote


Votes.TestCase.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)
TestVotesAgreeWithAList = Votes.TestCase
