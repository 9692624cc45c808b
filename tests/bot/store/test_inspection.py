"""A look at the database leaves it as it is."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from bot.store import DatabaseInUseError, Store, StoreError
from tests.bot.store.samples import add

if TYPE_CHECKING:
    from pathlib import Path


def content(folder: Path) -> dict[str, bytes]:
    """Every file and what is in it."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


async def closed_store(path: Path) -> Path:
    """A database with something in it that no bot uses."""
    store = await Store.open(path)
    await add(store)
    await store.close()
    return path


async def test_a_sound_database_is_not_touched(tmp_path: Path) -> None:
    """No file is made, none is changed, and nothing is complained of."""
    path = await closed_store(tmp_path / "schumann.db")
    before = content(tmp_path)

    assert await Store.inspect(path) == []
    assert content(tmp_path) == before


async def test_an_old_form_stays_old(tmp_path: Path) -> None:
    """Whether to upgrade is not the question here."""
    path = await closed_store(tmp_path / "schumann.db")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 0")
    before = path.read_bytes()

    assert await Store.inspect(path) == []
    assert path.read_bytes() == before


async def test_what_a_killed_bot_left_is_read_with_its_log(tmp_path: Path) -> None:
    """Rows that stand in the log only are seen, and are still there for the bot."""
    living, dead = tmp_path / "living", tmp_path / "dead"
    dead.mkdir()
    store = await Store.open(living / "schumann.db")
    ticket = await add(store)
    for path in living.iterdir():
        (dead / path.name).write_bytes(path.read_bytes())
    await store.close()

    assert (dead / "schumann.db-wal").stat().st_size > 0
    before = content(dead)
    assert await Store.inspect(dead / "schumann.db") == []
    after = content(dead)
    assert all(after[name] == before[name] for name in ("schumann.db", "schumann.db-wal"))
    store = await Store.open(dead / "schumann.db")
    assert await store.ticket(ticket.id) == ticket
    await store.close()


async def test_broken_rows_are_named(tmp_path: Path) -> None:
    """What refers to something that is not there is found."""
    path = await closed_store(tmp_path / "schumann.db")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO primers (request_id, score) VALUES (99, '{}')")
        connection.commit()

    assert await Store.inspect(path) == ["row 99 of primers needs a row of requests that is not there"]


async def test_a_running_bot_is_not_disturbed(tmp_path: Path) -> None:
    """While a bot has the database it is left alone, and said to be in use."""
    store = await Store.open(tmp_path / "schumann.db")

    with pytest.raises(DatabaseInUseError, match="Another SchumaNN is using"):
        await Store.inspect(tmp_path / "schumann.db")

    await add(store)
    await store.close()


@pytest.mark.parametrize("text", [b"C5q E5q G5h" * 100, b"SQLite format 3\0" + bytes(4000)], ids=["text", "torn"])
async def test_what_is_no_database_is_refused(tmp_path: Path, text: bytes) -> None:
    """A sentence says so, and the file stays as it is."""
    (tmp_path / "schumann.db").write_bytes(text)

    with pytest.raises(StoreError, match=r"cannot be used: .+\.$"):
        await Store.inspect(tmp_path / "schumann.db")

    assert content(tmp_path) == {"schumann.db": text}


async def test_what_cannot_be_written_is_refused(tmp_path: Path) -> None:
    """A bot could not use it, so it is no use that it can be read."""
    path = await closed_store(tmp_path / "schumann.db")
    path.chmod(0o400)
    if os.access(path, os.W_OK):
        pytest.skip("this user may write everything")

    with pytest.raises(StoreError, match="Make its folder writable"):
        await Store.inspect(path)


async def test_what_is_not_there_is_not_made(tmp_path: Path) -> None:
    """Looking is not making."""
    with pytest.raises(StoreError, match="No such file"):
        await Store.inspect(tmp_path / "schumann.db")

    assert content(tmp_path) == {}
