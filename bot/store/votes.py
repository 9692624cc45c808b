"""Votes: whatever marks people leave on a piece, each counts once, with what they said last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot import wording
from bot.domain import NotFoundError, Tally, Vote, VoteSource
from bot.store.part import Part, reading, writing
from bot.store.persons import hash_of_user, known_person_id, person_id
from bot.store.rows import is_id, tally_of, to_time

if TYPE_CHECKING:
    from datetime import datetime

    from bot.domain import MessageRef, PlatformName, UserRef
    from bot.store.database import Statements

_INSERT: Final = "INSERT INTO marks (piece_id, person_id, source, vote, at) VALUES (?, ?, ?, ?, ?)"
_DELETE_BUTTON: Final = "DELETE FROM marks WHERE piece_id = ? AND person_id = ? AND source = 'button'"
_DELETE_REACTION: Final = "DELETE FROM marks WHERE piece_id = ? AND person_id = ? AND source = 'reaction' AND vote = ?"


class Votes(Part):
    """Marks, and what they come to."""

    @writing
    async def mark(  # noqa: PLR0917 (what is said of what by whom, how and when)
        self, sql: Statements, piece_id: int, user: UserRef, vote: Vote, source: VoteSource, now: datetime
    ) -> Tally:
        """Note what somebody says of a piece; it is from now on what they said last.

        A person has one button mark, but may have two reactions.

        Raises:
            NotFoundError: the piece is gone.
        """
        await _check_piece(sql, piece_id)
        person = await person_id(sql, user)
        if source is VoteSource.BUTTON:
            await sql.run(_DELETE_BUTTON, piece_id, person)
        else:
            await sql.run(_DELETE_REACTION, piece_id, person, vote)
        await sql.run(_INSERT, piece_id, person, source, vote, to_time(now))
        return await _tally(sql, piece_id)

    @writing
    async def press(self, sql: Statements, piece_id: int, user: UserRef, vote: Vote, now: datetime) -> Tally:
        """Vote by a button; what is the person's vote already is taken back.

        Raises:
            NotFoundError: the piece is gone.
        """
        await _check_piece(sql, piece_id)
        person = await person_id(sql, user)
        takes_back = await _vote(sql, piece_id, person) is vote
        await sql.run(_DELETE_BUTTON, piece_id, person)
        # Without reactions below it, a vote that was taken back leaves no trace.
        if not takes_back or await _vote(sql, piece_id, person) is not None:
            await sql.run(_INSERT, piece_id, person, VoteSource.BUTTON, 0 if takes_back else vote, to_time(now))
        return await _tally(sql, piece_id)

    @writing
    async def unmark(self, sql: Statements, piece_id: int, user: UserRef, vote: Vote, source: VoteSource) -> Tally:
        """Take one mark back."""
        await sql.run(
            "DELETE FROM marks WHERE piece_id = ? AND person_id = ? AND source = ? AND vote = ?",
            piece_id,
            await known_person_id(sql, user),
            source,
            vote,
        )
        return await _tally(sql, piece_id)

    @writing
    async def clear_reactions(self, sql: Statements, piece_id: int, vote: Vote | None) -> Tally:
        """Take all reactions to a piece back, or all with one thumb."""
        await sql.run(
            "DELETE FROM marks WHERE piece_id = ? AND source = 'reaction' AND vote = coalesce(?, vote)", piece_id, vote
        )
        return await _tally(sql, piece_id)

    @writing
    async def set_reactions(
        self, sql: Statements, piece_id: int, marks: set[tuple[UserRef, Vote]], now: datetime
    ) -> Tally:
        """Make the reactions to a piece be exactly these; those that were known stay as they are.

        What people had left before everything about them was deleted is not noted again. Where both thumbs of
        somebody are new, nobody knows which came last: up counts.

        Raises:
            NotFoundError: the piece is gone.
        """
        await _check_piece(sql, piece_id)
        wanted = {
            (await person_id(sql, user), vote) for user, vote in marks if not await _is_taken_back(sql, piece_id, user)
        }
        rows = await sql.rows("SELECT person_id, vote FROM marks WHERE piece_id = ? AND source = 'reaction'", piece_id)
        known = {(row["person_id"], Vote(row["vote"])) for row in rows}
        for person, vote in known - wanted:
            await sql.run(_DELETE_REACTION, piece_id, person, vote)
        for person, vote in sorted(wanted - known):
            await sql.run(_INSERT, piece_id, person, VoteSource.REACTION, vote, to_time(now))
        return await _tally(sql, piece_id)

    @writing
    async def message_deleted(self, sql: Statements, platform: PlatformName, message: MessageRef) -> int | None:
        """Forget a message that is gone, and all marks on the piece that it showed; the piece stays.

        Returns:
            The id of that piece, if the message showed one.
        """
        rows = await sql.rows(
            "UPDATE requests SET message_channel_id = NULL, message_id = NULL "
            "WHERE platform = ? AND message_channel_id = ? AND message_id = ? RETURNING id",
            platform,
            message.channel_id,
            message.message_id,
        )
        pieces = [await sql.first("SELECT id FROM pieces WHERE request_id = ?", row["id"]) for row in rows]
        found = [int(piece["id"]) for piece in pieces if piece is not None]
        for piece_id in found:
            await sql.run("DELETE FROM marks WHERE piece_id = ?", piece_id)
        return max(found, default=None)

    @reading
    async def vote_of(self, sql: Statements, piece_id: int, user: UserRef) -> Vote | None:
        """What somebody says of a piece."""
        return await _vote(sql, piece_id, await known_person_id(sql, user))

    @reading
    async def tally(self, sql: Statements, piece_id: int) -> Tally:
        """What all together say of a piece."""
        return await _tally(sql, piece_id)


async def _is_taken_back(sql: Statements, piece_id: int, user: UserRef) -> bool:
    """Whether this person was forgotten after the piece was made, and has left no mark on it since."""
    found = await sql.first(
        "SELECT 1 FROM forgotten WHERE who = ? AND last_piece >= ? "
        "AND NOT EXISTS (SELECT 1 FROM marks WHERE piece_id = ? AND person_id = ? AND source = 'reaction')",
        await hash_of_user(sql, user),
        piece_id,
        piece_id,
        await known_person_id(sql, user),
    )
    return found is not None


async def _vote(sql: Statements, piece_id: int, person: int | None) -> Vote | None:
    row = await sql.first("SELECT vote FROM ratings WHERE piece_id = ? AND person_id = ?", piece_id, person)
    return None if row is None else Vote(row["vote"])


async def _tally(sql: Statements, piece_id: int) -> Tally:
    row = await sql.first(
        "SELECT count(*) FILTER (WHERE vote = 1) AS up, count(*) FILTER (WHERE vote = -1) AS down "
        "FROM ratings WHERE piece_id = ?",
        piece_id,
    )
    return Tally() if row is None else tally_of(row)


async def _check_piece(sql: Statements, piece_id: int) -> None:
    if not is_id(piece_id) or await sql.first("SELECT 1 FROM pieces WHERE id = ?", piece_id) is None:
        raise NotFoundError(wording.piece_not_found(piece_id))
