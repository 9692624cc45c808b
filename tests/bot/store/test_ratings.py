"""What retraining reads: every vote, with what its piece's makers allow."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.domain import Action, Engine, Options, Seed, SeedKind, Vote, VoteSource
from bot.store import Store
from tests.bot.store.samples import HERE, NOON, make_piece, person

if TYPE_CHECKING:
    from pathlib import Path

    from bot.domain import Piece, UserRef
    from bot.retraining.domain import Rating

UPLOAD = Seed(SeedKind.UPLOAD, "song.mid", "song")


async def like(store: Store, piece: Piece, name: str = "robert") -> None:
    """Somebody's thumb."""
    await store.mark(piece.id, person(name), Vote.UP, VoteSource.REACTION, NOON)


async def grown(store: Store, parent: Piece, user: UserRef, action: Action = Action.LONGER) -> Piece:
    """A piece that starts from another."""
    seed = parent.request.seed if action is Action.AGAIN else Seed(SeedKind.PIECE, str(parent.id), "song")
    piece = await make_piece(store, user, seed=seed, action=action, parent_id=parent.id)
    await like(store, piece)
    return piece


async def barriers(store: Store) -> dict[int, tuple[bool, bool, bool]]:
    """What is in the way of learning from each piece: forbidden, an upload, an orphan."""
    return {one.piece_id: (one.is_forbidden, one.is_upload, one.is_orphan) for one in await store.rated()}


async def test_a_vote_is_what_was_said_last(store: Store) -> None:
    """One row for each piece and voter; what was taken back is none."""
    piece, other = await make_piece(store), await make_piece(store)
    await like(store, piece)
    await store.press(piece.id, person("robert"), Vote.DOWN, NOON + timedelta(hours=1))
    await store.press(other.id, person("robert"), Vote.UP, NOON)
    await store.press(other.id, person("robert"), Vote.UP, NOON)

    [rating] = await store.rated()

    assert (rating.piece_id, rating.ticket_id, rating.vote) == (piece.id, piece.ticket_id, Vote.DOWN)
    assert (rating.at, rating.guild) == (NOON + timedelta(hours=1), (HERE.platform, HERE.guild_id))
    assert rating.owner_id != rating.voter_id
    assert rating.checkpoint_id == piece.music.checkpoint_id


async def test_nothing_forbids_a_piece_from_an_opener(store: Store) -> None:
    """Until its owner says no; yes is as good as silence."""
    piece = await make_piece(store, person("clara"))
    await like(store, piece)

    assert await barriers(store) == {piece.id: (False, False, False)}
    await store.set_training_consent(person("clara"), allowed=True)
    assert await barriers(store) == {piece.id: (False, False, False)}
    await store.set_training_consent(person("clara"), allowed=False)
    assert await barriers(store) == {piece.id: (True, False, False)}


async def test_an_upload_needs_a_yes(store: Store) -> None:
    """Of whoever uploaded it, also where somebody else has had it carried on, or composed once more."""
    upload = await make_piece(store, person("clara"), seed=UPLOAD)
    await like(store, upload)
    longer = await grown(store, upload, person("robert"))
    longest = await grown(store, longer, person("johannes"))

    assert await barriers(store) == dict.fromkeys((upload.id, longer.id, longest.id), (False, True, False))
    await store.set_training_consent(person("robert"), allowed=True)
    assert (await barriers(store))[longest.id] == (False, True, False)
    await store.set_training_consent(person("clara"), allowed=True)
    assert await barriers(store) == dict.fromkeys((upload.id, longer.id, longest.id), (False, False, False))
    again = await grown(store, upload, person("johannes"), Action.AGAIN)
    assert (await barriers(store))[again.id] == (False, True, False)


async def test_a_no_holds_for_what_has_grown_from_a_piece(store: Store) -> None:
    """Music of somebody who forbids learning from it does not come in by way of others."""
    first = await make_piece(store, person("clara"))
    second = await grown(store, first, person("robert"))
    await store.set_training_consent(person("clara"), allowed=False)

    assert await barriers(store) == {second.id: (True, False, False)}
    assert await store.pieces_with_music_of(person("clara")) == {first.id, second.id}
    assert await store.pieces_with_music_of(person("robert")) == {second.id}
    assert await store.pieces_with_music_of(person("nobody")) == set()


async def test_what_has_grown_from_a_deleted_piece_is_an_orphan(store: Store) -> None:
    """Nobody knows any more what its first maker would say."""
    first = await make_piece(store, person("clara"), seed=UPLOAD)
    second = await grown(store, first, person("robert"))
    third = await grown(store, second, person("robert"), Action.VARIATION)
    await store.set_training_consent(person("clara"), allowed=True)

    await store.forget(person("clara"))

    assert await barriers(store) == dict.fromkeys((second.id, third.id), (False, False, True))


async def test_consent_is_shown_kept_and_deleted(tmp_path: Path) -> None:
    """It is in the report, survives a restart even of somebody who has nothing else here, and goes with everything."""
    store = await Store.open(tmp_path / "schumann.db")
    assert (await store.report(person("clara")))["learning_allowed"] is None
    await store.set_training_consent(person("clara"), allowed=False)
    await store.close()

    store = await Store.open(tmp_path / "schumann.db")
    assert (await store.report(person("clara")))["learning_allowed"] is False
    await store.set_training_consent(person("clara"), allowed=True)
    assert (await store.report(person("clara")))["learning_allowed"] is True
    await store.forget(person("clara"))
    assert (await store.report(person("clara")))["learning_allowed"] is None
    await store.close()


async def test_votes_come_in_order(store: Store) -> None:
    """The same votes give the same rows."""
    pieces = [await make_piece(store, person("clara")) for _ in range(3)]
    for piece in reversed(pieces):
        for name in ("robert", "johannes"):
            await like(store, piece, name)

    ratings: list[Rating] = await store.rated()

    assert ratings == sorted(ratings, key=lambda one: (one.piece_id, one.voter_id))
    assert ratings == await store.rated()


async def test_pieces_of_the_roll_engine_are_told_apart(store: Store) -> None:
    """Votes on them come with the engine; without votes they are nothing to compare with."""
    rolled = Options(random_seed=7, engine=Engine.ROLL)
    liked, usual, silent = await make_piece(store, options=rolled), await make_piece(store), await make_piece(store)
    await make_piece(store, options=rolled)
    for piece in (liked, usual):
        await like(store, piece)
    for ticket_id in range(liked.ticket_id, silent.ticket_id + 2):
        await store.delivered(ticket_id, None)

    assert [rating.engine for rating in await store.rated()] == [Engine.ROLL, Engine.NOTES]
    assert [found.piece_id for found in await store.silent(10)] == [silent.id]


async def test_silent_pieces_are_those_without_votes(store: Store) -> None:
    """Delivered in a guild, newest first, nobody's vote on them, and nothing in their ancestry that forbids it."""
    voted, first, second = await make_piece(store), await make_piece(store), await make_piece(store)
    await make_piece(store, person("clara"), seed=UPLOAD)
    private = replace(HERE, guild_id=None)
    await make_piece(store, place=private)
    await like(store, voted)
    for piece in (voted, first, second):
        await store.delivered(piece.ticket_id, None)

    assert [found.piece_id for found in await store.silent(10)] == [second.id, first.id]
    assert [found.ticket_id for found in await store.silent(1)] == [second.ticket_id]
