"""The row of a person: the only place where their id stands."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.domain import UserRef
    from bot.store.database import Statements


async def person_id(sql: Statements, user: UserRef) -> int:
    """The row of a person; made where there is none."""
    known = await known_person_id(sql, user)
    if known is not None:
        return known
    row = await sql.first("INSERT INTO people (platform, user_id) VALUES (?, ?) RETURNING id", user.platform, user.id)
    assert row is not None  # noqa: S101 (an INSERT that did not fail returns its row)
    return int(row["id"])


async def known_person_id(sql: Statements, user: UserRef) -> int | None:
    """The row of a person, if there is one."""
    row = await sql.first("SELECT id FROM people WHERE platform = ? AND user_id = ?", user.platform, user.id)
    return None if row is None else int(row["id"])


async def hash_of(sql: Statements, who: str) -> bytes:
    """What stands for somebody where their id must not: nobody can tell who it was without the key."""
    row = await sql.first("SELECT usage_key FROM household")
    key: bytes = row["usage_key"] if row is not None else b""
    return hashlib.blake2b(who.encode(), key=key, digest_size=16).digest()


async def hash_of_user(sql: Statements, user: UserRef) -> bytes:
    """``hash_of`` a person."""
    return await hash_of(sql, f"{user.platform} user {user.id}")


async def drop_strangers(sql: Statements) -> None:
    """Forget those of whom nothing else is stored, for example because the piece that they voted on is gone."""
    gone = await sql.rows(
        "DELETE FROM people WHERE NOT EXISTS (SELECT 1 FROM requests WHERE requests.person_id = people.id) "
        "AND NOT EXISTS (SELECT 1 FROM marks WHERE marks.person_id = people.id) "
        "AND NOT EXISTS (SELECT 1 FROM runs WHERE runs.person_id = people.id) AND trains IS NULL RETURNING id"
    )
    if gone:
        await sql.run("UPDATE household SET must_scrub = 1")
