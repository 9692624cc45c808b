"""What is stored about a person, to be shown and to be deleted."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.store.errors import StoreError
from bot.store.part import Part, reading, writing
from bot.store.persons import drop_strangers, hash_of_user, known_person_id, person_id
from bot.store.rows import from_time

if TYPE_CHECKING:
    import sqlite3

    from bot.domain import UserRef
    from bot.store.database import Statements

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What has been deleted.

    Attributes:
        ticket_ids: of all their requests: work on them is to be stopped, and their files are to be deleted.
        pieces: how many.
        votes: how many votes of theirs.
    """

    ticket_ids: tuple[int, ...]
    pieces: int
    votes: int


class People(Part):
    """The rights of people over what is stored about them."""

    @reading
    async def report(self, sql: Statements, user: UserRef) -> dict[str, Any]:
        """Everything stored about a person, fit to be written as JSON.

        Left out is only how a platform answers a request: it is for the platform's machines, and partly secret.
        """
        person = await known_person_id(sql, user)
        requests = await sql.rows(
            "SELECT tickets.*, (SELECT score FROM primers WHERE request_id = tickets.id) AS primer "
            "FROM tickets WHERE person_id = ? ORDER BY id",
            person,
        )
        pieces = await sql.rows(
            "SELECT pieces.* FROM pieces JOIN requests ON requests.id = pieces.request_id WHERE person_id = ? "
            "ORDER BY pieces.id",
            person,
        )
        runs = await sql.rows("SELECT * FROM runs WHERE person_id = ? ORDER BY id", person)
        row = await sql.first("SELECT trains FROM people WHERE id = ?", person)
        marks = await sql.rows(
            "SELECT piece_id, vote, source, at FROM marks WHERE person_id = ? ORDER BY piece_id, id", person
        )
        return {
            "platform": user.platform.value,
            "user_id": user.id,
            "requests": [_readable(row, hidden={"address", "person_id", "platform", "user_id"}) for row in requests],
            "pieces": [_readable(row) for row in pieces],
            "votes": [_readable(row) for row in marks],
            "learning_allowed": None if row is None or row["trains"] is None else bool(row["trains"]),
            "retraining_runs": [_readable(row, hidden={"address", "person_id"}) for row in runs],
        }

    @writing
    async def set_training_consent(self, sql: Statements, user: UserRef, *, allowed: bool) -> None:
        """Note whether the network may learn from somebody's pieces; yes means the files that they uploaded too."""
        await sql.run("UPDATE people SET trains = ? WHERE id = ?", allowed, await person_id(sql, user))

    async def forget(self, user: UserRef) -> Forgotten:
        """Delete everything that is stored about a person, so that no byte of their id is left in the files.

        Where the disk is too full to write the database anew, traces stay until the next start or the next deletion.
        """
        forgotten = await self._delete(user)
        try:
            await self.scrub_if_due()
        except StoreError:
            logger.exception("traces of deleted rows stay until the next start")
        return forgotten

    async def scrub_if_due(self) -> None:
        """Wipe the traces that deleted rows have left in the files, if there may be any."""
        if not await self._must_scrub():
            return
        if await self._database.scrub():
            await self._scrubbed()
        else:
            logger.warning("traces of deleted rows stay until the next start: another program reads the database")

    @writing
    async def _delete(self, sql: Statements, user: UserRef) -> Forgotten:
        person = await known_person_id(sql, user)
        requests = await sql.rows("SELECT id FROM requests WHERE person_id = ? ORDER BY id", person)
        pieces = await sql.rows(
            "SELECT pieces.id FROM pieces JOIN requests ON requests.id = request_id WHERE person_id = ?", person
        )
        votes = await sql.rows("SELECT piece_id FROM ratings WHERE person_id = ?", person)
        # What came of their runs stays, for networks were made by them; that they were theirs does not.
        await sql.run(
            "UPDATE runs SET key = 'forgotten:' || id, platform = NULL, address = '{}', message_channel_id = NULL, "
            "message_id = NULL, told = 1 WHERE person_id = ?",
            person,
        )
        await sql.run("DELETE FROM people WHERE id = ?", person)
        await sql.run(
            "INSERT OR REPLACE INTO forgotten (who, last_piece) "
            "VALUES (?, coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'pieces'), 0))",
            await hash_of_user(sql, user),
        )
        await drop_strangers(sql)
        await sql.run("UPDATE household SET must_scrub = 1")
        return Forgotten(tuple(row["id"] for row in requests), pieces=len(pieces), votes=len(votes))

    @writing
    async def _scrubbed(self, sql: Statements) -> None:
        await sql.run("UPDATE household SET must_scrub = 0")

    @reading
    async def _must_scrub(self, sql: Statements) -> bool:
        row = await sql.first("SELECT must_scrub FROM household")
        return row is not None and bool(row["must_scrub"])


def _readable(row: sqlite3.Row, hidden: frozenset[str] | set[str] = frozenset()) -> dict[str, Any]:
    """A row with its names, times as people write them, and lists as lists."""
    shown = {name: row[name] for name in row.keys() if name not in hidden}  # noqa: SIM118 (a row is not a mapping)
    for name, value in shown.items():
        if value is not None and name in {"at", "created_at", "started_at", "ended_at"}:
            shown[name] = from_time(value).isoformat()
        elif value is not None and name in {"remarks", "primer", "report"}:
            shown[name] = json.loads(value)
    return shown
