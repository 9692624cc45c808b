"""Votes on pieces decide a trial."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING

import pytest

from bot.domain import Vote, VoteSource
from bot.retraining.domain import ModelState
from bot.retraining.registry import Registry
from bot.retraining.trial import FEWEST_VOTES, Verdict
from bot.store.database import Database
from bot.store.errors import StoreError
from tests.bot.retraining.registries import BASE, adopted, open_registry
from tests.bot.store.samples import MUSIC, NOON, add, person
from tests.networks import flip_byte

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from bot.store import Store

    Voting = Callable[..., Awaitable[Verdict | None]]

_voters = count(1)


@pytest.fixture
def vote(store: Store) -> Voting:
    """Composes a piece as the registry says and has somebody vote on it; what the registry makes of that."""

    async def make_and_vote(
        registry: Registry, network_id: str, vote: Vote, *, of_owner: bool = False, trial_id: str | None = None
    ) -> Verdict | None:
        ticket = await add(store, person("clara"))
        await store.claim(NOON)
        trial_id = trial_id or registry.trial_id
        piece = await store.finish(ticket.id, replace(MUSIC, checkpoint_id=network_id, trial_id=trial_id), NOON)
        assert piece is not None
        voter = person("clara" if of_owner else f"voter {next(_voters)}")
        await store.mark(piece.id, voter, vote, VoteSource.BUTTON, NOON)
        return await registry.voted(piece.id)

    return make_and_vote


async def voted(vote: Voting, registry: Registry, network_id: str, up: int, down: int) -> list[Verdict | None]:
    """So many votes on pieces of one network."""
    votes = [Vote.UP] * up + [Vote.DOWN] * down
    return [await vote(registry, network_id, one) for one in votes]


async def test_a_better_network_is_promoted_at_the_fiftieth_vote(store: Store, tmp_path: Path, vote: Voting) -> None:
    """Before that nothing happens, and with it the new network composes everything; it can be gone back from."""
    registry = await open_registry(store, tmp_path)
    new = await adopted(registry, tmp_path)
    verdicts = await voted(vote, registry, BASE, 20, 19) + await voted(vote, registry, new, 10, 0)

    assert len(verdicts) == FEWEST_VOTES - 1
    assert set(verdicts) == {Verdict.GOES_ON}
    assert registry.current_id == BASE
    assert await vote(registry, BASE, Vote.DOWN) is Verdict.PROMOTE
    assert (registry.trial_id, registry.current_id) == (None, new)
    model = await registry.model(new)
    assert (model.pieces, model.up, model.down, model.is_current) == (10, 10, 0, True)
    assert (await registry.rollback()).id == BASE


async def test_a_worse_network_is_retired(store: Store, tmp_path: Path, vote: Voting) -> None:
    """It is kept and composes nothing; later votes on its pieces mean nothing to what composes."""
    registry = await open_registry(store, tmp_path)
    new = await adopted(registry, tmp_path)
    await voted(vote, registry, BASE, 25, 15)
    verdicts = await voted(vote, registry, new, 0, 10)

    assert verdicts[-1] is Verdict.RETIRE
    assert (registry.trial_id, registry.current_id) == (None, BASE)
    assert (await registry.model(new)).state is ModelState.KEPT
    assert await vote(registry, new, Vote.UP, trial_id=new) is None


async def test_votes_on_ones_own_pieces_do_not_count(store: Store, tmp_path: Path, vote: Voting) -> None:
    """However many there are, unless whoever runs the bot has them count."""
    registry = await open_registry(store, tmp_path)
    new = await adopted(registry, tmp_path)
    await voted(vote, registry, BASE, 20, 20)
    for _ in range(15):
        assert await vote(registry, new, Vote.UP, of_owner=True) is Verdict.GOES_ON
    assert (await registry.model(new)).up == 0

    generous = Registry(store, tmp_path, own_votes=True)
    await generous.start(BASE)
    assert await vote(generous, new, Vote.UP, of_owner=True) is Verdict.PROMOTE
    assert (await generous.model(new)).up == 16


async def test_only_pieces_of_this_trial_count(store: Store, tmp_path: Path, vote: Voting) -> None:
    """What was composed before it, or in the trial of another network, is no part of it."""
    registry = await open_registry(store, tmp_path)
    await voted(vote, registry, BASE, 0, 45)  # no trial is on
    first = await adopted(registry, tmp_path, "first")
    await voted(vote, registry, BASE, 0, 30)
    await voted(vote, registry, first, 5, 5)
    second = await adopted(registry, tmp_path, "second")
    verdicts = await voted(vote, registry, second, 12, 0)
    late = await vote(registry, BASE, Vote.DOWN, trial_id=first)

    assert set(verdicts) == {Verdict.GOES_ON}
    assert late is None
    assert registry.trial_id == second


async def test_a_vote_that_changed_counts_once(store: Store, tmp_path: Path) -> None:
    """Somebody who votes again and again on one piece has one vote."""
    registry = await open_registry(store, tmp_path)
    new = await adopted(registry, tmp_path)
    ticket = await add(store, person("clara"))
    await store.claim(NOON)
    piece = await store.finish(ticket.id, replace(MUSIC, checkpoint_id=new, trial_id=new), NOON)
    assert piece is not None
    for number in range(FEWEST_VOTES + 5):
        await store.mark(piece.id, person("robert"), [Vote.UP, Vote.DOWN][number % 2], VoteSource.REACTION, NOON)
        assert await registry.voted(piece.id) is Verdict.GOES_ON

    assert registry.trial_id == new


async def test_a_damaged_network_is_not_promoted(store: Store, tmp_path: Path, vote: Voting) -> None:
    """Votes for a network whose files are spoilt end its trial, and what composed stays."""
    registry = await open_registry(store, tmp_path)
    new = await adopted(registry, tmp_path)
    await voted(vote, registry, BASE, 20, 20)
    await voted(vote, registry, new, 9, 0)
    flip_byte(tmp_path / "checkpoints" / new / "network.tflite")
    await vote(registry, new, Vote.UP)

    assert (registry.trial_id, registry.current_id) == (None, BASE)
    assert (await registry.model(new)).state is ModelState.DAMAGED


async def test_a_vote_counts_also_where_the_trial_cannot_be_weighed(
    store: Store, tmp_path: Path, vote: Voting, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Trouble with the database harms no vote: the next one decides."""
    registry = await open_registry(store, tmp_path)
    new = await adopted(registry, tmp_path)
    await voted(vote, registry, BASE, 20, 20)
    await voted(vote, registry, new, 9, 0)

    async def broken(*_: object) -> None:
        message = "The disk is full."
        raise StoreError(message)

    with monkeypatch.context() as patch:
        patch.setattr(Database, "read", broken)
        assert await vote(registry, new, Vote.UP) is None
    assert "is not weighed: The disk is full." in caplog.text
    assert registry.trial_id == new
    assert await vote(registry, new, Vote.UP) is Verdict.PROMOTE


async def test_votes_on_pieces_that_are_not_there_are_nothing(store: Store, tmp_path: Path) -> None:
    """Whatever number is asked about."""
    registry = await open_registry(store, tmp_path)
    await adopted(registry, tmp_path)

    assert [await registry.voted(piece_id) for piece_id in (-1, 0, 7, 2**70)] == [None] * 4
