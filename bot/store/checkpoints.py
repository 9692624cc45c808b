"""The networks that may compose, which of them does, and what the votes on their pieces say."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from bot.domain import Tally
from bot.retraining.domain import ModelState
from bot.store.part import Part, reading, writing
from bot.store.rows import from_time, is_id, tally_of, to_time

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from bot.store.database import Statements

_VOTED: Final = (
    "pieces JOIN requests ON requests.id = pieces.request_id LEFT JOIN ratings ON ratings.piece_id = pieces.id "
    "AND (? OR ratings.person_id != requests.person_id)"
)
"""Pieces with the votes that count on them; whether people's votes on their own do is to be given."""
_TALLY: Final = "count(*) FILTER (WHERE vote = 1) AS up, count(*) FILTER (WHERE vote = -1) AS down"


@dataclass(frozen=True, slots=True)
class StoredCheckpoint:
    """A row of ``checkpoints``.

    Attributes:
        turn: the one with the highest composes, the one with the next highest did before; None: not to go back to.
        card_sha256: None for a base that has no folder of ours.
        made_at: when it was taken on; None for the base.
        report: of the run that made it.
    """

    id: str
    state: ModelState
    turn: int | None
    card_sha256: str | None
    parent_id: str | None
    run_id: int | None
    made_at: datetime | None
    report: Mapping[str, Any] | None


class Checkpoints(Part):
    """What is stored of networks. Whatever changes something returns all that there are afterwards."""

    @reading
    async def checkpoints(self, sql: Statements) -> list[StoredCheckpoint]:
        """All networks: the base, then those made by retraining, newest first."""
        return await _all(sql)

    @writing
    async def set_base(self, sql: Statements, base_id: str) -> list[StoredCheckpoint]:
        """Note which network is the base. One that was not the base before composes from now on."""
        if await sql.first("SELECT 1 FROM checkpoints WHERE id = ? AND state = 'base'", base_id) is None:
            await sql.run("DELETE FROM checkpoints WHERE state = 'base' AND card_sha256 IS NULL")
            await sql.run("UPDATE checkpoints SET state = 'kept' WHERE state = 'base'")
            await sql.run(
                "INSERT INTO checkpoints (id, state, turn) "
                "VALUES (?, 'base', (SELECT coalesce(max(turn), 0) + 1 FROM checkpoints)) "
                "ON CONFLICT (id) DO UPDATE SET state = excluded.state, turn = excluded.turn",
                base_id,
            )
        return await _all(sql)

    @writing
    async def put_on_trial(
        self,
        sql: Statements,
        checkpoint_id: str,
        card_sha256: str,
        now: datetime,
        *,
        parent_id: str,
        run_id: int | None,
        report: Mapping[str, Any],
    ) -> list[StoredCheckpoint]:
        """Note a network whose files are there; it is on trial from now on, and no other one."""
        await _end_trial(sql)
        await sql.run(
            "INSERT INTO checkpoints (id, state, card_sha256, parent_id, run_id, made_at, report) "
            "VALUES (?, 'on trial', ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET state = excluded.state, "
            "card_sha256 = excluded.card_sha256, parent_id = excluded.parent_id, run_id = excluded.run_id, "
            "made_at = excluded.made_at, report = excluded.report",
            checkpoint_id,
            card_sha256,
            parent_id,
            run_id,
            to_time(now),
            json.dumps(report, ensure_ascii=False),
        )
        return await _all(sql)

    @writing
    async def end_trial(self, sql: Statements) -> list[StoredCheckpoint]:
        """Keep the network that is on trial, but let it compose nothing."""
        await _end_trial(sql)
        return await _all(sql)

    @writing
    async def make_current(self, sql: Statements, checkpoint_id: str) -> list[StoredCheckpoint]:
        """Let this network compose everything from now on; whatever trial there is ends."""
        await _end_trial(sql)
        await sql.run("UPDATE checkpoints SET state = 'kept' WHERE id = ? AND state = 'damaged'", checkpoint_id)
        await sql.run(
            "UPDATE checkpoints SET turn = (SELECT max(turn) + 1 FROM checkpoints) WHERE id = ?", checkpoint_id
        )
        return await _all(sql)

    @writing
    async def go_back(self, sql: Statements) -> list[StoredCheckpoint]:
        """Let the network compose that did before this one; the base stays as the last one to go back to."""
        await sql.run(
            "UPDATE checkpoints SET turn = iif(state = 'base', (SELECT min(turn) - 1 FROM checkpoints), NULL) "
            "WHERE turn = (SELECT max(turn) FROM checkpoints)"
        )
        return await _all(sql)

    @writing
    async def mark_damaged(self, sql: Statements, checkpoint_id: str) -> list[StoredCheckpoint]:
        """Let a network compose nothing more, whether it was on trial or the one that composes."""
        await sql.run(
            "UPDATE checkpoints SET state = 'damaged', turn = NULL WHERE id = ? AND state != 'base'", checkpoint_id
        )
        return await _all(sql)

    @writing
    async def drop_checkpoints(self, sql: Statements, checkpoint_ids: Iterable[str]) -> list[StoredCheckpoint]:
        """Forget networks whose files are to go; pieces keep the names of theirs."""
        for checkpoint_id in checkpoint_ids:
            await sql.run("DELETE FROM checkpoints WHERE id = ? AND state != 'base'", checkpoint_id)
        return await _all(sql)

    @reading
    async def trial_of(self, sql: Statements, piece_id: int) -> str | None:
        """The network that was on trial when a piece was composed."""
        if not is_id(piece_id):
            return None
        row = await sql.first("SELECT trial_id FROM pieces WHERE id = ?", piece_id)
        return None if row is None else row["trial_id"]

    @reading
    async def trial_votes(self, sql: Statements, trial_id: str, *, own_votes: bool) -> defaultdict[str, Tally]:
        """The votes that count on the pieces of a trial, by the network that composed them."""
        rows = await sql.rows(
            f"SELECT checkpoint_id, {_TALLY} FROM {_VOTED} WHERE trial_id = ? GROUP BY checkpoint_id",  # noqa: S608 (our own words)
            own_votes,
            trial_id,
        )
        return defaultdict(Tally, {row["checkpoint_id"]: tally_of(row) for row in rows})

    @reading
    async def votes_by_checkpoint(self, sql: Statements, *, own_votes: bool) -> defaultdict[str, tuple[int, Tally]]:
        """How many pieces each network has composed, and the votes that count on them."""
        rows = await sql.rows(
            f"SELECT checkpoint_id, count(DISTINCT pieces.id) AS pieces, {_TALLY} FROM {_VOTED} GROUP BY checkpoint_id",  # noqa: S608 (our own words)
            own_votes,
        )
        found = {row["checkpoint_id"]: (int(row["pieces"]), tally_of(row)) for row in rows}
        return defaultdict(lambda: (0, Tally()), found)


async def _end_trial(sql: Statements) -> None:
    await sql.run("UPDATE checkpoints SET state = 'kept' WHERE state = 'on trial'")


async def _all(sql: Statements) -> list[StoredCheckpoint]:
    rows = await sql.rows("SELECT * FROM checkpoints ORDER BY state != 'base', made_at DESC, rowid DESC")
    return [_checkpoint_of(row) for row in rows]


def _checkpoint_of(row: sqlite3.Row) -> StoredCheckpoint:
    return StoredCheckpoint(
        id=row["id"],
        state=ModelState(row["state"]),
        turn=row["turn"],
        card_sha256=row["card_sha256"],
        parent_id=row["parent_id"],
        run_id=row["run_id"],
        made_at=None if row["made_at"] is None else from_time(row["made_at"]),
        report=None if row["report"] is None else json.loads(row["report"]),
    )
