"""Retraining runs: taken down before they begin, told to their end."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from bot.domain import NotFoundError, PlatformName, RefusedError
from bot.retraining import wording
from bot.retraining.domain import Run, RunState
from bot.store.part import Part, reading, writing
from bot.store.persons import person_id
from bot.store.rows import from_time, is_id, message_of, to_time

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping
    from datetime import datetime

    from bot.domain import MessageRef, UserRef
    from bot.store.database import Statements


class Runs(Part):
    """What is stored of retraining runs."""

    @writing
    async def add_run(self, sql: Statements, user: UserRef | None, *, key: str, address: str, now: datetime) -> Run:
        """Take a run on; the same key is the same run. Without a user it was started on the command line.

        Raises:
            RefusedError: another is under way.
        """
        known = await sql.first("SELECT * FROM runs WHERE key = ?", key)
        if known is not None:
            return run_of(known)
        busy = await sql.first("SELECT id FROM runs WHERE state = 'running'")
        if busy is not None:
            raise RefusedError(wording.run_under_way(busy["id"]))
        row = await sql.first(
            "INSERT INTO runs (key, person_id, platform, address, state, started_at, told) "
            "VALUES (?, ?, ?, ?, 'running', ?, ?) RETURNING *",
            key,
            await person_id(sql, user) if user else None,
            user.platform if user else None,
            address,
            to_time(now),
            user is None,
        )
        assert row is not None  # noqa: S101 (an INSERT that did not fail returns its row)
        return run_of(row)

    @reading
    async def stored_run(self, sql: Statements, run_id: int) -> Run:
        """A run as it was written down last.

        Raises:
            NotFoundError: there is none.
        """
        row = await sql.first("SELECT * FROM runs WHERE id = ?", run_id) if is_id(run_id) else None
        if row is None:
            raise NotFoundError(wording.run_not_found(run_id))
        return run_of(row)

    @reading
    async def run_with_key(self, sql: Statements, key: str) -> Run | None:
        """The run that was started with this key."""
        row = await sql.first("SELECT * FROM runs WHERE key = ?", key)
        return None if row is None else run_of(row)

    @reading
    async def latest_run(self, sql: Statements) -> Run | None:
        """The run that was started last."""
        row = await sql.first("SELECT * FROM runs ORDER BY id DESC LIMIT 1")
        return None if row is None else run_of(row)

    @writing
    async def end_run(
        self,
        sql: Statements,
        run_id: int,
        state: RunState,
        sentence: str,
        now: datetime,
        *,
        report: Mapping[str, Any] | None = None,
        checkpoint_id: str | None = None,
    ) -> Run:
        """Write down how a run ended; what has ended stays as it is.

        Raises:
            NotFoundError: there is no such run.
        """
        await sql.run(
            "UPDATE runs SET state = ?, sentence = ?, ended_at = ?, report = ?, checkpoint_id = ? "
            "WHERE id = ? AND state = 'running'",
            state,
            sentence,
            to_time(now),
            None if report is None else json.dumps(report, ensure_ascii=False),
            checkpoint_id,
            run_id,
        )
        row = await sql.first("SELECT * FROM runs WHERE id = ?", run_id)
        if row is None:
            raise NotFoundError(wording.run_not_found(run_id))
        return run_of(row)

    @writing
    async def recover_runs(self, sql: Statements, now: datetime) -> list[Run]:
        """End the run that was under way when the bot ended.

        A run whose checkpoint is registered has come to its end: only its own row was not written any more.
        """
        rows = await sql.rows(
            "UPDATE runs SET state = 'passed', ended_at = ?, report = made.report, checkpoint_id = made.id, "
            "sentence = coalesce(json_extract(made.report, '$.sentence'), ?) "
            "FROM checkpoints AS made WHERE made.run_id = runs.id AND runs.state = 'running' RETURNING id",
            to_time(now),
            wording.ON_TRIAL,
        )
        rows += await sql.rows(
            "UPDATE runs SET state = 'stopped', sentence = ?, ended_at = ? WHERE state = 'running' RETURNING id",
            wording.STOPPED,
            to_time(now),
        )
        return [run_of(row) for one in rows for row in await sql.rows("SELECT * FROM runs WHERE id = ?", one["id"])]

    @writing
    async def run_placed(self, sql: Statements, run_id: int, message: MessageRef) -> None:
        """Note the message that shows how a run goes."""
        await sql.run(
            "UPDATE runs SET message_channel_id = ?, message_id = ? WHERE id = ? AND platform IS NOT NULL",
            message.channel_id,
            message.message_id,
            run_id,
        )

    @writing
    async def run_told(self, sql: Statements, run_id: int) -> None:
        """Note that whoever started a run knows how it ended."""
        await sql.run("UPDATE runs SET told = 1 WHERE id = ? AND state != 'running'", run_id)

    @reading
    async def is_run_told(self, sql: Statements, run_id: int) -> bool:
        """Whether whoever started a run knows how it ended, or nobody is to know."""
        return await sql.first("SELECT 1 FROM runs WHERE id = ? AND told = 0", run_id) is None

    @reading
    async def untold_runs(self, sql: Statements) -> list[Run]:
        """Runs that have ended and whose people do not know yet."""
        rows = await sql.rows("SELECT * FROM runs WHERE told = 0 AND state != 'running' ORDER BY id")
        return [run_of(row) for row in rows]


def run_of(row: sqlite3.Row) -> Run:
    """A row of ``runs``."""
    return Run(
        id=row["id"],
        state=RunState(row["state"]),
        platform=None if row["platform"] is None else PlatformName(row["platform"]),
        address=row["address"],
        message=message_of(row),
        started_at=from_time(row["started_at"]),
        ended_at=None if row["ended_at"] is None else from_time(row["ended_at"]),
        share=0.0 if row["state"] == RunState.RUNNING else 1.0,
        sentence=row["sentence"],
        report=None if row["report"] is None else json.loads(row["report"]),
        checkpoint_id=row["checkpoint_id"],
    )
