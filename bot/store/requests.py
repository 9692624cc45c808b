"""Requests: taken on once, told to their end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot import wording
from bot.domain import NotFoundError, RequestState, Ticket
from bot.store.allowance import check_open, spend
from bot.store.part import Part, reading, writing
from bot.store.persons import person_id
from bot.store.rows import is_id, ticket_of, to_controls, to_texts, to_time

if TYPE_CHECKING:
    from datetime import datetime

    from bot.domain import ComposeRequest, Limits, MessageRef, UserRef
    from bot.store.database import Statements


class Requests(Part):
    """What is stored of requests, but for the work on them."""

    @writing
    async def add_request(
        self,
        sql: Statements,
        request: ComposeRequest,
        limits: Limits,
        now: datetime,
        *,
        primer: str | None = None,
        remarks: tuple[str, ...] = (),
    ) -> Ticket:
        """Take a request on: it is safe when this returns. The same key of the same person is the same request.

        Its random seed must be drawn. ``primer`` is the music of an upload that has been read before, ``remarks`` what
        was left out of that. The settings of the guild come on top of ``limits``.

        Raises:
            RefusedError: a limit is reached; with the time from which on it is not, where that is known.
            NotFoundError: the piece that it starts from is gone.
        """
        person = await person_id(sql, request.user)
        known = await sql.first("SELECT * FROM tickets WHERE person_id = ? AND key = ?", person, request.key)
        if known is not None:
            return ticket_of(known)
        await check_open(sql, person, limits)
        await spend(sql, request, limits.default_guild, now)
        await _check_parent(sql, request.parent_id)
        ticket_id = await _insert(sql, person, request, now)
        if primer is not None:
            await _keep_primer(sql, ticket_id, primer, remarks)
        return await find_ticket(sql, ticket_id)

    @reading
    async def ticket(self, sql: Statements, ticket_id: int) -> Ticket:
        """A request as it stands.

        Raises:
            NotFoundError: there is none, or no longer.
        """
        return await find_ticket(sql, ticket_id)

    @writing
    async def provide_primer(
        self, sql: Statements, ticket_id: int, *, primer: str, title: str, remarks: tuple[str, ...]
    ) -> Ticket:
        """Put a request whose file has been read into the queue. Nothing happens if it did not wait for a file.

        Raises:
            NotFoundError: it is gone.
        """
        changed = await sql.first(
            "UPDATE requests SET state = 'queued', awaits_file = 0, seed_title = ? "
            "WHERE id = ? AND state = 'awaiting_file' RETURNING id",
            title,
            ticket_id,
        )
        if changed is not None:
            await _keep_primer(sql, ticket_id, primer, remarks)
        return await find_ticket(sql, ticket_id)

    @reading
    async def primer(self, sql: Statements, ticket_id: int) -> str | None:
        """What the uploaded file of a request was read as."""
        row = await sql.first("SELECT score FROM primers WHERE request_id = ?", ticket_id)
        return None if row is None else str(row["score"])

    @writing
    async def fail(self, sql: Statements, ticket_id: int, fault: str) -> bool:
        """End a request that has not ended, for a reason that the person is to be told."""
        row = await sql.first(
            "UPDATE requests SET state = 'failed', fault = ? "
            "WHERE id = ? AND state NOT IN ('delivered', 'failed', 'cancelled') RETURNING id",
            fault,
            ticket_id,
        )
        return row is not None

    @writing
    async def cancel(self, sql: Statements, ticket_id: int) -> RequestState | None:
        """End a request that is not finished; the state that it was in, or None if it was too late."""
        row = await sql.first(
            "SELECT state FROM requests WHERE id = ? AND state IN ('awaiting_file', 'queued', 'running')", ticket_id
        )
        if row is None:
            return None
        await sql.run("UPDATE requests SET state = 'cancelled' WHERE id = ?", ticket_id)
        return RequestState(row["state"])

    @writing
    async def placed(self, sql: Statements, ticket_id: int, message: MessageRef) -> None:
        """Note the message that shows the progress; once the piece is delivered, its message stays."""
        await sql.run(
            "UPDATE requests SET message_channel_id = ?, message_id = ? WHERE id = ? AND state != 'delivered'",
            message.channel_id,
            message.message_id,
            ticket_id,
        )

    @writing
    async def delivered(self, sql: Statements, ticket_id: int, message: MessageRef | None) -> None:
        """Note that the piece has arrived, and in which message."""
        await sql.run(
            "UPDATE requests SET state = 'delivered', told = 1, message_channel_id = coalesce(?, message_channel_id), "
            "message_id = coalesce(?, message_id) WHERE id = ? AND state = 'composed'",
            *((message.channel_id, message.message_id) if message else (None, None)),
            ticket_id,
        )

    @writing
    async def told(self, sql: Statements, ticket_id: int) -> None:
        """Note that the person knows why there is no piece."""
        await sql.run("UPDATE requests SET told = 1 WHERE id = ? AND state IN ('failed', 'cancelled')", ticket_id)

    @reading
    async def untold(self, sql: Statements) -> list[Ticket]:
        """Every request that somebody still waits to hear of: what is taken up after a restart."""
        return [ticket_of(row) for row in await sql.rows("SELECT * FROM tickets WHERE told = 0 ORDER BY id")]

    @reading
    async def open_tickets(self, sql: Statements, user: UserRef) -> list[Ticket]:
        """A person's requests that are waiting or being worked on, oldest first."""
        rows = await sql.rows(
            "SELECT * FROM tickets WHERE user_platform = ? AND user_id = ? "
            "AND state IN ('awaiting_file', 'queued', 'running') ORDER BY id",
            user.platform,
            user.id,
        )
        return [ticket_of(row) for row in rows]


async def find_ticket(sql: Statements, ticket_id: int) -> Ticket:
    """A request within a transaction.

    Raises:
        NotFoundError: there is none.
    """
    row = await sql.first("SELECT * FROM tickets WHERE id = ?", ticket_id) if is_id(ticket_id) else None
    if row is None:
        raise NotFoundError(wording.ticket_not_found(ticket_id))
    return ticket_of(row)


async def _keep_primer(sql: Statements, ticket_id: int, primer: str, remarks: tuple[str, ...]) -> None:
    await sql.run("INSERT INTO primers (request_id, score) VALUES (?, ?)", ticket_id, primer)
    await sql.run("UPDATE requests SET remarks = ? WHERE id = ?", to_texts(remarks), ticket_id)


async def _check_parent(sql: Statements, parent_id: int | None) -> None:
    if parent_id is None:
        return
    if not is_id(parent_id) or await sql.first("SELECT 1 FROM pieces WHERE id = ?", parent_id) is None:
        raise NotFoundError(wording.piece_not_found(parent_id))


async def _insert(sql: Statements, person: int, request: ComposeRequest, now: datetime) -> int:
    seed, options, place = request.seed, request.options, request.place
    row = await sql.first(
        "INSERT INTO requests (key, person_id, platform, guild_id, channel_id, seed_kind, seed_text, seed_title, "
        "length_seconds, tempo, temperature, random_seed, engine, controls, address, action, parent_id, awaits_file, "
        "state, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        request.key,
        person,
        place.platform,
        place.guild_id,
        place.channel_id,
        seed.kind,
        seed.text,
        seed.title,
        options.length_seconds,
        options.tempo,
        options.temperature,
        options.random_seed,
        options.engine,
        to_controls(options.controls),
        request.address,
        request.action,
        request.parent_id,
        request.awaits_file,
        RequestState.AWAITING_FILE if request.awaits_file else RequestState.QUEUED,
        to_time(now),
    )
    assert row is not None  # noqa: S101 (an INSERT that did not fail returns its row)
    return int(row["id"])
