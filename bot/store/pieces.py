"""Pieces: found by id or message, listed by person and by how they are liked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot import wording
from bot.domain import MessageRef, NotFoundError
from bot.store.part import Part, reading
from bot.store.rows import is_id, piece_of, tally_of, to_time

if TYPE_CHECKING:
    from datetime import datetime

    from bot.domain import Piece, Place, PlatformName, Tally, UserRef
    from bot.store.database import Statements


class Pieces(Part):
    """What is stored of pieces, but for the votes."""

    @reading
    async def piece(self, sql: Statements, piece_id: int) -> Piece:
        """A piece by its id.

        Raises:
            NotFoundError: there is none, or no longer.
        """
        row = await sql.first("SELECT * FROM catalogue WHERE piece_id = ?", piece_id) if is_id(piece_id) else None
        if row is None:
            raise NotFoundError(wording.piece_not_found(piece_id))
        return piece_of(row)

    @reading
    async def piece_of_message(self, sql: Statements, platform: PlatformName, message: MessageRef) -> Piece | None:
        """The piece that a message shows."""
        row = await sql.first(
            "SELECT * FROM catalogue WHERE platform = ? AND message_channel_id = ? AND message_id = ? "
            "ORDER BY piece_id DESC",
            platform,
            message.channel_id,
            message.message_id,
        )
        return None if row is None else piece_of(row)

    @reading
    async def history(self, sql: Statements, user: UserRef, *, limit: int, offset: int) -> list[tuple[Piece, Tally]]:
        """A person's pieces, newest first."""
        rows = await sql.rows(
            "SELECT *, "
            "(SELECT count(*) FROM ratings WHERE ratings.piece_id = catalogue.piece_id AND vote = 1) AS up, "
            "(SELECT count(*) FROM ratings WHERE ratings.piece_id = catalogue.piece_id AND vote = -1) AS down "
            "FROM catalogue WHERE user_platform = ? AND user_id = ? ORDER BY piece_id DESC LIMIT ? OFFSET ?",
            user.platform,
            user.id,
            limit,
            offset,
        )
        return [(piece_of(row), tally_of(row)) for row in rows]

    @reading
    async def top(self, sql: Statements, place: Place, *, limit: int, offset: int) -> list[tuple[Piece, Tally]]:
        """The best liked pieces of a guild, with their votes; of private conversations, none.

        A piece ranks as if it had one vote more up and one more down, so that a single vote does not beat many.
        """
        rows = await sql.rows(
            "SELECT * FROM catalogue JOIN ("
            "SELECT piece_id AS voted_id, sum(vote = 1) AS up, sum(vote = -1) AS down FROM ratings GROUP BY piece_id"
            ") ON voted_id = catalogue.piece_id "
            "WHERE platform = ? AND guild_id = ? "
            "ORDER BY (up + 1.0) / (up + down + 2) DESC, up + down DESC, piece_id DESC LIMIT ? OFFSET ?",
            place.platform,
            place.guild_id,
            limit,
            offset,
        )
        return [(piece_of(row), tally_of(row)) for row in rows]

    @reading
    async def ticket_ids_with_pieces(self, sql: Statements) -> set[int]:
        """The requests whose files are to be kept."""
        return {row["request_id"] for row in await sql.rows("SELECT request_id FROM pieces")}

    @reading
    async def delivered_messages(
        self, sql: Statements, platform: PlatformName, since: datetime, limit: int
    ) -> list[tuple[int, MessageRef]]:
        """The messages of pieces composed since then, newest first, with the ids of the pieces.

        Also those of which it was not yet written down that they were sent: people may have seen them, and voted.
        """
        rows = await sql.rows(
            "SELECT piece_id, message_channel_id, message_id FROM catalogue WHERE platform = ? "
            "AND message_id IS NOT NULL AND piece_created_at >= ? "
            "ORDER BY piece_id DESC LIMIT ?",
            platform,
            to_time(since),
            limit,
        )
        return [(row["piece_id"], MessageRef(row["message_channel_id"], row["message_id"])) for row in rows]
