"""The queue, and the work on what stands in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot import wording
from bot.store.fairness import Waiting, fair_order
from bot.store.part import Part, reading, writing
from bot.store.requests import find_ticket
from bot.store.rows import piece_of, to_texts, to_time

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from bot.domain import Composed, Piece, Ticket
    from bot.store.database import Statements

MOST_ATTEMPTS: Final = 10
"""Starts of the bot that a request may see while it is being worked on. A job that only takes workers down is given up
sooner, by the desk; this is for one that takes the whole machine down, and a bot may be killed for other reasons."""


class Work(Part):
    """What the desk does with requests."""

    @writing
    async def claim(self, sql: Statements, now: datetime) -> Ticket | None:
        """Take the request whose turn it is out of the queue."""
        ticket_id = next(await _in_order(sql), None)
        if ticket_id is None:
            return None
        await sql.run(
            "UPDATE requests SET state = 'running', attempt = attempt + 1, started_at = ? WHERE id = ?",
            to_time(now),
            ticket_id,
        )
        await sql.run(
            "UPDATE people SET last_turn = (SELECT max(last_turn) + 1 FROM people) "
            "WHERE id = (SELECT person_id FROM requests WHERE id = ?)",
            ticket_id,
        )
        return await find_ticket(sql, ticket_id)

    @writing
    async def release(self, sql: Statements, ticket_id: int) -> None:
        """Put a request back into the queue as if it had never been begun."""
        await sql.run(
            "UPDATE requests SET state = 'queued', attempt = attempt - 1 WHERE id = ? AND state = 'running'", ticket_id
        )

    @writing
    async def recover(self, sql: Statements) -> list[Ticket]:
        """Put what was being worked on when the bot ended back into the queue.

        Returns:
            What was given up instead, because it has been begun so often that it may be what brings the bot down.
        """
        failed = await sql.rows(
            "UPDATE requests SET state = 'failed', fault = ? WHERE state = 'running' AND attempt >= ? RETURNING id",
            wording.POISON,
            MOST_ATTEMPTS,
        )
        await sql.run("UPDATE requests SET state = 'queued' WHERE state = 'running'")
        return [await find_ticket(sql, row["id"]) for row in failed]

    @writing
    async def finish(self, sql: Statements, ticket_id: int, music: Composed, now: datetime) -> Piece | None:
        """Store a piece; None if nobody wants it any more, because it was cancelled or forgotten."""
        running = await sql.first(
            "UPDATE requests SET state = 'composed' WHERE id = ? AND state = 'running' RETURNING id", ticket_id
        )
        if running is None:
            return None
        await _insert_piece(sql, ticket_id, music, now)
        row = await sql.first("SELECT * FROM catalogue WHERE id = ?", ticket_id)
        return None if row is None else piece_of(row)

    @reading
    async def queue(self, sql: Statements) -> list[int]:
        """What is waiting, in the order in which it would be taken if nothing changed."""
        return list(await _in_order(sql))


async def _in_order(sql: Statements) -> Iterator[int]:
    rows = await sql.rows(
        "SELECT requests.id, person_id, last_turn, (SELECT count(*) FROM requests AS busy "
        "WHERE busy.state = 'running' AND busy.person_id = people.id) AS running "
        "FROM requests JOIN people ON people.id = requests.person_id WHERE requests.state = 'queued'"
    )
    return fair_order(Waiting(row["id"], row["person_id"], row["running"], row["last_turn"]) for row in rows)


async def _insert_piece(sql: Statements, ticket_id: int, music: Composed, now: datetime) -> None:
    await sql.run(
        "INSERT INTO pieces (request_id, title, key, tempo, length_seconds, primer_seconds, notes, random_seed, "
        "checkpoint_id, soundfont, remarks, trial_id, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        ticket_id,
        music.title,
        music.key,
        music.tempo,
        music.length_seconds,
        music.primer_seconds,
        music.notes,
        music.random_seed,
        music.checkpoint_id,
        music.soundfont,
        to_texts(music.remarks),
        music.trial_id,
        to_time(now),
    )
