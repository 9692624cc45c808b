"""Which votes count, as what, and how much: rules one by one, and what holds for any votes."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.sock_puppets import change, labels
from bot.domain import Engine, PlatformName, Vote
from bot.retraining import selection as rules
from bot.retraining.bursts import Span, waiting_voters
from bot.retraining.caps import GUILD_PIECES, GUILD_SHARE, guild_weights, voter_cap, within_cap
from bot.retraining.domain import SilentPiece
from bot.retraining.look_alikes import alike, groups_of_alike
from bot.retraining.selection import Selection, select, with_silent
from tests.fakes.crowds import ATTACKS, DAY, FIRST_PUPPET, audience, honest_guilds, rating, with_puppets

if TYPE_CHECKING:
    from bot.retraining.domain import Rating

VOTES = st.builds(
    rating,
    st.integers(1, 12),
    st.integers(20, 40),
    st.sampled_from(Vote),
    st.floats(0, 30 * DAY),
    st.just("0"),
    st.integers(20, 25),
)
ANY_VOTES = st.lists(VOTES, max_size=120, unique_by=lambda one: (one.piece_id, one.voter_id)).map(
    lambda votes: [
        replace(one, guild=(PlatformName.DISCORD, str(one.piece_id % 3)), owner_id=20 + one.piece_id % 6)
        for one in votes
    ]
)


def seeded(number: int) -> random.Random:
    """The same numbers again each time."""
    return random.Random(number)  # noqa: S311 (a test repeats itself)


def distinct(voters: int, pieces: int = 40, each: int = 5) -> list[Rating]:
    """People who like different pieces, all at one time."""
    rng = seeded(1)
    return [
        rating(piece, voter, Vote.UP, 0) for voter in range(1, voters + 1) for piece in rng.sample(range(pieces), each)
    ]


def excluded(selection: Selection) -> dict[str, int]:
    """What does not count."""
    return dict(selection.excluded)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"owner_id": 1}, rules.OWN),
        ({"is_forbidden": True}, rules.FORBIDDEN),
        ({"is_upload": True}, rules.UPLOAD),
        ({"is_orphan": True}, rules.ORPHAN),
        ({"engine": Engine.ROLL}, rules.ROLL),
    ],
)
def test_some_votes_never_count(changes: dict[str, Any], reason: str) -> None:
    """One's own, and those on music that may not be learnt from; the reason is counted."""
    votes = [rating(1, 2, Vote.UP, 0), replace(rating(2, 1, Vote.UP, 0), **changes)]

    selection = select(votes)

    assert [piece.piece_id for piece in selection.pieces] == [1]
    assert excluded(selection) == {reason: 1}


def test_own_votes_count_where_one_person_is_alone() -> None:
    """All of them, however many."""
    votes = [rating(piece, 1, Vote.UP if piece % 2 else Vote.DOWN, piece, owner=1) for piece in range(100)]

    assert select(votes).pieces == ()
    selection = select(votes, own_votes=True)
    assert (selection.liked, selection.disliked, selection.votes) == (50, 50, 100)
    assert selection.learns == ("critic", "network")


def test_a_rating_is_a_bayesian_mean() -> None:
    """One vote says little; as much for as against says nothing."""
    votes = [
        *(rating(1, voter, Vote.UP, 0) for voter in (1, 2, 3)),
        rating(1, 4, Vote.DOWN, 0),
        rating(2, 2, Vote.DOWN, 0),
        rating(3, 3, Vote.UP, 0),
        rating(3, 5, Vote.DOWN, 0),
    ]

    selection = select(votes)

    assert [(piece.piece_id, round(piece.rating, 3), piece.is_liked) for piece in selection.pieces] == [
        (1, round(4 / 6, 3), True),
        (2, round(1 / 3, 3), False),
    ]
    assert excluded(selection)[rules.UNDECIDED] == 1


def test_look_alikes_are_one_voter() -> None:
    """Fifty accounts that say the same have one vote; with anything else they say they are themselves."""
    same = [rating(piece, voter, Vote.DOWN, 0) for voter in range(100, 150) for piece in range(100, 105)]

    selection = select([*distinct(20), *same])

    theirs = [(piece.up, piece.down) for piece in selection.pieces if piece.piece_id >= 100]
    assert theirs == [(0, 1)] * 5
    assert selection.votes == 20 * 5 + 5
    assert excluded(selection)[rules.ALIKE] == 49 * 5


def test_being_alike() -> None:
    """Four of five votes in common are enough, three of four are not, and a contradiction never is."""
    five = frozenset((piece, 1) for piece in range(5))

    assert alike(five, five - {(0, 1)})
    assert not alike(five - {(0, 1)}, five - {(1, 1)})
    nine = frozenset((piece, 1) for piece in range(9))
    assert not alike(nine | {(9, 1)}, nine | {(9, -1)})
    assert alike(nine | {(9, 1)}, nine)


@given(
    st.dictionaries(
        st.integers(0, 30), st.frozensets(st.tuples(st.integers(0, 6), st.sampled_from([-1, 1])), min_size=1)
    )
)
def test_groups_of_look_alikes_are_as_by_hand(opinions: dict[int, frozenset[tuple[int, int]]]) -> None:
    """Everybody is in the group of those who are like them, directly or through others."""
    groups = groups_of_alike(opinions)

    assert set(groups) == set(opinions)
    for one, theirs in opinions.items():
        for other, others in opinions.items():
            if theirs == others or alike(theirs, others):
                assert groups[one] == groups[other]
    for voter, leader in groups.items():
        assert leader == voter or any(
            groups[other] == leader and (alike(opinions[voter], opinions[other]) or opinions[voter] == opinions[other])
            for other in opinions
            if other != voter
        )


def test_one_voter_has_their_share() -> None:
    """Of somebody who votes on everything, the newest votes count, as many as are a fiftieth of all."""
    votes = [*distinct(100, pieces=200), *(rating(piece, 999, Vote.DOWN, piece) for piece in range(1000, 1400))]

    selection = select(votes)

    counted = [piece for piece in selection.pieces if piece.piece_id >= 1000]
    assert len(counted) == int(voter_cap(100 * 5 + 400, 101))
    assert min(piece.piece_id for piece in counted) == 1400 - len(counted)
    assert excluded(selection)[rules.TOO_MANY] == 400 - len(counted)


@given(st.lists(st.floats(0.01, 1.0), max_size=40), st.floats(2, 30))
def test_a_cap_is_kept(weights: list[float], cap: float) -> None:
    """As many of the first as fit, and no more."""
    count = within_cap(weights, cap)

    assert sum(weights[:count]) <= cap + 1e-6
    assert count == len(weights) or sum(weights[: count + 1]) > cap


@given(st.dictionaries(st.integers(0, 20), st.integers(1, 500), min_size=1))
def test_no_guild_outweighs_the_others(pieces: dict[int, int]) -> None:
    """None has more than its share, none loses all, and the smaller ones are never lighter."""
    weights = guild_weights(pieces)
    totals = {guild: weights[guild] * number for guild, number in pieces.items()}
    count = sum(number >= GUILD_PIECES for number in pieces.values())
    share = 1.0 if count < 2 else 1 / count + (1 - 1 / count) * GUILD_SHARE

    assert max(totals.values()) <= share * sum(totals.values()) + 1e-6
    assert all(0 < weight <= 1 for weight in weights.values())
    for guild, number in pieces.items():
        assert all(weights[other] >= weights[guild] - 1e-9 for other, others in pieces.items() if others <= number)


def test_small_guilds_do_not_make_a_large_one_light() -> None:
    """Three guilds with a piece each are no counterweight."""
    assert guild_weights({"large": 200, "a": 1, "b": 1, "c": 1})["large"] == 1.0


def silent(count: int, guild: tuple[PlatformName, str | None]) -> list[SilentPiece]:
    """Pieces that nobody voted on."""
    return [SilentPiece(1000 + number, 1000 + number, guild, "network") for number in range(count)]


def test_learning_needs_votes() -> None:
    """Thirty liked pieces for the network, fifty votes for the critic, and ten others beside which likes show."""
    few = [rating(piece, 1 + piece % 9, Vote.UP, 0) for piece in range(29)]
    enough = select([*few, rating(50, 3, Vote.UP, 0)])
    others = silent(10, few[0].guild)
    assert with_silent(select(few), others).learns == ()
    assert (enough.learns, enough.enough_for) == ((), ("network",))
    assert with_silent(enough, others).learns == ("network",)
    assert with_silent(enough, others[:9]).learns == ()
    assert with_silent(select(distinct(12, pieces=20)), others).learns == ("critic",)


def test_silence_counts_where_people_vote_only() -> None:
    """Of a guild there are at most as many silent pieces as pieces with votes, and of others none."""
    selection = select([rating(piece, 1 + piece % 9, Vote.UP, 0) for piece in range(12)])
    here, elsewhere = selection.pieces[0].guild, (PlatformName.SLACK, "elsewhere")
    found = with_silent(selection, [*silent(5, elsewhere), *silent(40, here)]).silent

    assert len(found) == len(selection.pieces)
    assert {piece.guild for piece in found} == {here}
    assert not any(piece.is_liked or piece.is_disliked for piece in found)


@given(ANY_VOTES, st.booleans(), st.randoms())
def test_what_holds_for_any_votes(votes: list[Rating], own_votes: bool, rng: random.Random) -> None:
    """Nothing is counted twice, every number is in its range, and the order of the rows does not matter."""
    selection = select(votes, own_votes=own_votes)

    said = Counter(one.piece_id for one in votes)
    for piece in selection.pieces:
        assert piece.is_liked != piece.is_disliked
        assert 0 < piece.up + piece.down <= said[piece.piece_id] + 1e-6
        assert 0 < piece.weight <= 1
        assert (piece.rating > 0.5) == piece.is_liked
    assert selection.liked + selection.disliked == len(selection.pieces)
    assert selection.votes <= len(votes)
    assert selection.voters <= len({one.voter_id for one in votes})
    shuffled = list(votes)
    rng.shuffle(shuffled)
    assert select(shuffled, own_votes=own_votes) == selection


@given(ANY_VOTES)
def test_later_is_the_same(votes: list[Rating]) -> None:
    """Nothing depends on the date."""
    later = [replace(one, at=one.at + timedelta(days=64)) for one in votes]

    assert select(later) == select(votes)


@given(ANY_VOTES)
def test_what_is_forbidden_leaves_no_trace(votes: list[Rating]) -> None:
    """Votes on forbidden music change nothing but the number of those that are left out."""
    forbidden = [replace(one, is_forbidden=one.piece_id % 2 == 0) for one in votes]

    assert select(forbidden).pieces == select([one for one in votes if one.piece_id % 2]).pieces


# --- bursts


def test_everybody_is_new_at_the_beginning() -> None:
    """Where everything was said at once, or in the first window, nobody waits."""
    span = Span(0.0, 100.0)

    assert waiting_voters({voter: [(0.0, 1)] for voter in range(99)}, Span(0.0, 0.0)) == set()
    assert waiting_voters({voter: [(voter / 10, voter)] for voter in range(99)}, span) == set()


def test_a_burst_waits_until_it_comes_back() -> None:
    """Whoever comes back at another time counts; to come back together is another burst."""
    people = {voter: [(10.0 * voter, voter)] for voter in range(10)}
    puppets = {voter: [(55 + voter / 1000, voter)] for voter in range(100, 150)}
    span = Span(0.0, 100.0)

    assert waiting_voters(people | puppets, span) == set(puppets)
    back = {100: [*puppets[100], (85.0, 1)], 101: [*puppets[101], (93.0, 1)]}
    assert waiting_voters(people | puppets | back, span) == set(puppets) - {100, 101}
    together = {voter: [*theirs, (85 + voter / 1000, voter)] for voter, theirs in puppets.items()}
    assert waiting_voters(people | together, span) == set(puppets)


def test_a_new_guild_of_fifty_waits() -> None:
    """Where the bot is known elsewhere, a guild that nobody joins any more is not believed at once."""
    crowd = {voter: [(50.0 + voter / 100, voter)] for voter in range(50)}

    assert waiting_voters(crowd, Span(0.0, 100.0)) == set(crowd)
    grown = crowd | {voter: [(60.0 + voter - 100, voter)] for voter in range(100, 125)}
    assert waiting_voters(grown, Span(0.0, 100.0)) == set()


@pytest.mark.parametrize("number", range(5))
def test_an_audience_is_heard(number: int) -> None:
    """People who vote all at the same time, within minutes, are not taken for puppets; a group among them may be."""
    crowd = audience(seeded(number))
    assert rules.WAITING not in excluded(select(crowd.ratings))

    rng = seeded(number + 100)
    puppets = [
        rating(piece, voter, rng.choice([Vote.UP, Vote.DOWN]), 400 + rng.random())
        for voter in range(FIRST_PUPPET, FIRST_PUPPET + 50)
        for piece in rng.sample(range(12), 4)
    ]

    assert excluded(select([*crowd.ratings, *puppets]))[rules.WAITING] >= len(puppets)
    assert labels(select(crowd.ratings)) == labels(select([*crowd.ratings, *puppets]))


# --- fifty sock puppets


@pytest.mark.parametrize("attack", ATTACKS)
def test_sock_puppets_change_next_to_nothing(attack: str) -> None:
    """One in a hundred of the selected pieces at most, over several crowds; the benchmark tells more."""
    changes = []
    for number in range(6):
        rng = seeded(number)
        crowd = honest_guilds(rng, guilds=8)
        before = labels(select(crowd.ratings))
        changes.append(change(before, labels(select(with_puppets(crowd, ATTACKS[attack](crowd, rng))))))

    assert sum(changes) / len(changes) <= 0.01
    assert max(changes) <= 0.015


def test_without_the_rules_they_would_change_much(monkeypatch: pytest.MonkeyPatch) -> None:
    """The measure would notice."""
    monkeypatch.setattr(rules, "waiting_voters", lambda *_: set())
    rng = seeded(1)
    crowd = honest_guilds(rng, guilds=8)
    before = labels(select(crowd.ratings))

    assert change(before, labels(select(with_puppets(crowd, ATTACKS["subsets_at_once"](crowd, rng))))) > 0.1
