"""Votes with all that decides whether the network may learn from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.domain import Engine, PlatformName, Vote
from bot.retraining.domain import Rating, SilentPiece
from bot.store.part import Part, reading
from bot.store.persons import known_person_id
from bot.store.rows import from_time

if TYPE_CHECKING:
    from bot.domain import UserRef
    from bot.store.database import Statements


class Ratings(Part):
    """What retraining reads."""

    @reading
    async def rated(self, sql: Statements) -> list[Rating]:
        """Every vote that counts at all: one for each piece and person, what they said last.

        Music that a piece grew from is in it too: what its makers forbid holds for the piece. Where one of them has had
        everything deleted, nobody knows any more what they would say.
        """
        rows = await sql.rows(
            "SELECT marks.piece_id, requests.id AS ticket_id, requests.person_id AS owner_id, "
            "marks.person_id AS voter_id, requests.platform, requests.guild_id, marks.vote, marks.at, "
            "pieces.checkpoint_id, requests.engine, is_forbidden, is_upload, is_orphan "
            "FROM marks JOIN pieces ON pieces.id = marks.piece_id JOIN requests ON requests.id = pieces.request_id "
            "JOIN origins ON origins.piece_id = marks.piece_id "
            "WHERE marks.vote != 0 AND NOT EXISTS (SELECT 1 FROM marks AS later WHERE "
            "later.piece_id = marks.piece_id AND later.person_id = marks.person_id AND later.id > marks.id) "
            "ORDER BY marks.piece_id, marks.person_id"
        )
        return [
            Rating(
                piece_id=row["piece_id"],
                ticket_id=row["ticket_id"],
                owner_id=row["owner_id"],
                voter_id=row["voter_id"],
                guild=(PlatformName(row["platform"]), row["guild_id"]),
                vote=Vote(row["vote"]),
                at=from_time(row["at"]),
                checkpoint_id=row["checkpoint_id"],
                engine=Engine(row["engine"]),
                is_forbidden=bool(row["is_forbidden"]),
                is_upload=bool(row["is_upload"]),
                is_orphan=bool(row["is_orphan"]),
            )
            for row in rows
        ]

    @reading
    async def silent(self, sql: Statements, limit: int) -> list[SilentPiece]:
        """The newest pieces of guilds that nobody voted on, of those that votes would teach something on."""
        rows = await sql.rows(
            "SELECT pieces.id AS piece_id, requests.id AS ticket_id, requests.platform, requests.guild_id, "
            "pieces.checkpoint_id FROM pieces JOIN requests ON requests.id = pieces.request_id "
            "JOIN origins ON origins.piece_id = pieces.id "
            "WHERE requests.state = 'delivered' AND requests.guild_id IS NOT NULL AND requests.engine = 'notes' "
            "AND NOT (is_forbidden OR is_upload OR is_orphan) "
            "AND NOT EXISTS (SELECT 1 FROM ratings WHERE ratings.piece_id = pieces.id) ORDER BY pieces.id DESC LIMIT ?",
            limit,
        )
        return [
            SilentPiece(
                piece_id=row["piece_id"],
                ticket_id=row["ticket_id"],
                guild=(PlatformName(row["platform"]), row["guild_id"]),
                checkpoint_id=row["checkpoint_id"],
            )
            for row in rows
        ]

    @reading
    async def pieces_with_music_of(self, sql: Statements, user: UserRef) -> set[int]:
        """A person's pieces, and all that grew from them."""
        rows = await sql.rows(
            "WITH RECURSIVE line (piece_id) AS ("
            "SELECT pieces.id FROM pieces JOIN requests ON requests.id = pieces.request_id WHERE person_id = ? "
            "UNION "
            "SELECT pieces.id FROM line JOIN requests ON requests.parent_id = line.piece_id "
            "JOIN pieces ON pieces.request_id = requests.id"
            ") SELECT piece_id FROM line",
            await known_person_id(sql, user),
        )
        return {row["piece_id"] for row in rows}
