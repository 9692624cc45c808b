"""The database is opened by one process at a time, in the newest form, or not at all."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from bot.domain import Engine
from bot.store import DatabaseInUseError, Store, StoreError, migrations, opening
from composer.controls import NO_CONTROLS
from tests.bot.store.samples import add

if TYPE_CHECKING:
    from pathlib import Path

    from bot.domain import Options


def files_in(folder: Path) -> dict[str, int]:
    """Names of files, and who may do what with them."""
    return {file.name: file.stat().st_mode & 0o777 for file in folder.iterdir()}


async def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    """Folders that are missing are made; nobody else may read what is in them."""
    path = tmp_path / "data" / "deep" / "schumann.db"
    store = await Store.open(path)
    await add(store)

    assert files_in(path.parent) == dict.fromkeys(
        ["schumann.db", "schumann.db-wal", "schumann.db-shm", "schumann.db.lock"], 0o600
    )
    assert [folder.stat().st_mode & 0o777 for folder in (path.parent, path.parent.parent)] == [0o700, 0o700]
    await store.close()


async def test_closing_leaves_one_whole_file(tmp_path: Path) -> None:
    """Nothing is left in the log, so the file may be copied; what is in it is there again."""
    store = await Store.open(tmp_path / "schumann.db")
    ticket = await add(store)
    await store.close()

    assert files_in(tmp_path) == {"schumann.db": 0o600, "schumann.db.lock": 0o600}
    store = await Store.open(tmp_path / "schumann.db")
    assert await store.ticket(ticket.id) == ticket
    await store.close()


async def test_two_bots_do_not_share_a_database(tmp_path: Path) -> None:
    """The second is told so, and the first goes on; when it has ended, the second may start."""
    store = await Store.open(tmp_path / "schumann.db")

    with pytest.raises(DatabaseInUseError, match="Another SchumaNN is using"):
        await Store.open(tmp_path / "schumann.db")

    await add(store)
    await store.close()
    await (await Store.open(tmp_path / "schumann.db")).close()


async def test_settings_of_the_connections(store: Store) -> None:
    """Commits survive power cuts, foreign keys hold, and the reader cannot write."""
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1, "mmap_size": 0}

    found = {name: (await store._database._writer.apart(f"PRAGMA {name}"))[0][0] for name in wanted}

    assert found == wanted
    with pytest.raises(StoreError, match="may only be read"):
        await store._database._reader.apart("DELETE FROM people")


async def test_every_table_is_strict(store: Store) -> None:
    """SQLite keeps to the types."""
    rows = await store._database._reader.apart("PRAGMA table_list")

    tables = {row["name"]: row["strict"] for row in rows if row["type"] == "table" and row["name"][:7] != "sqlite_"}
    assert len(tables) >= 7
    assert set(tables.values()) == {1}


async def test_a_later_version_is_refused(tmp_path: Path) -> None:
    """An old bot does not touch the database of a new one."""
    await (await Store.open(tmp_path / "schumann.db")).close()
    with closing(sqlite3.connect(tmp_path / "schumann.db")) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = (tmp_path / "schumann.db").read_bytes()

    with pytest.raises(StoreError, match="later version of SchumaNN"):
        await Store.open(tmp_path / "schumann.db")

    assert (tmp_path / "schumann.db").read_bytes() == before


async def test_other_programs_databases_are_refused(tmp_path: Path) -> None:
    """A database that is not ours stays as it is."""
    with closing(sqlite3.connect(tmp_path / "other.db")) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    before = (tmp_path / "other.db").read_bytes()

    with pytest.raises(StoreError, match="another program"):
        await Store.open(tmp_path / "other.db")

    assert (tmp_path / "other.db").read_bytes() == before


async def test_what_is_no_database_is_refused(tmp_path: Path) -> None:
    """The reason is a sentence."""
    (tmp_path / "music.txt").write_text("C5q E5q G5h" * 100, encoding="utf-8")

    with pytest.raises(StoreError, match="not a database"):
        await Store.open(tmp_path / "music.txt")


async def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    """The sentence names the file and the reason."""
    (tmp_path / "file").touch()

    with pytest.raises(StoreError, match=r"file/schumann\.db cannot be used: Not a directory"):
        await Store.open(tmp_path / "file" / "schumann.db")


async def test_damage_is_noticed_after_a_crash(tmp_path: Path) -> None:
    """After an unclean end the file is checked, so that damage is not built upon."""
    path = tmp_path / "schumann.db"
    store = await Store.open(path)
    for _ in range(50):
        await add(store, address="x" * 500)
    await store.close()
    data = bytearray(path.read_bytes())
    data[-8000:-4000] = bytes(4000)
    path.write_bytes(data)
    (tmp_path / "schumann.db-wal").write_bytes(b"left behind")

    with pytest.raises(StoreError, match="damaged"):
        await Store.open(path)


async def test_an_old_sqlite_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence says which version is needed."""
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 36, 0))

    with pytest.raises(StoreError, match=r"needs 3\.37"):
        await Store.open(tmp_path / "schumann.db")


async def test_a_failed_opening_leaves_the_file_to_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever stops the opening, the lock is given back."""
    with monkeypatch.context() as patched:
        patched.setattr(opening, "scripts", lambda: ["CREATE TABLE broken ("])
        with pytest.raises(StoreError):
            await Store.open(tmp_path / "schumann.db")

    await (await Store.open(tmp_path / "schumann.db")).close()


async def _asked_before(path: Path, steps: int, monkeypatch: pytest.MonkeyPatch) -> Options:
    """What a request says now that was stored when the database had so many steps."""
    with monkeypatch.context() as patched:
        patched.setattr(opening, "scripts", lambda: migrations.scripts()[:steps])
        await (await Store.open(path)).close()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO people (platform, user_id) VALUES ('discord', 'clara')")
        connection.execute(
            "INSERT INTO requests (key, person_id, platform, seed_kind, seed_text, seed_title, length_seconds, "
            "temperature, random_seed, address, action, awaits_file, state, created_at) VALUES "
            "('old', 1, 'discord', 'notes', 'C5q', 'C5q', 12, 1, 7, '{}', 'compose', 0, 'queued', 0)"
        )

    store = await Store.open(path)
    options = (await store.ticket(1)).request.options
    await store.close()
    return options


async def test_what_was_asked_before_there_were_engines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests of the form before the fourth step were for the engine that there was, and stay as they are."""
    path = tmp_path / "schumann.db"
    options = await _asked_before(path, steps=3, monkeypatch=monkeypatch)

    assert (options.engine, options.length_seconds, options.random_seed) == (Engine.NOTES, 12, 7)
    with closing(sqlite3.connect(path)) as connection, pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        connection.execute("UPDATE requests SET engine = 'steam'")


async def test_what_was_asked_before_there_were_controls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests of the form before the fifth step follow their seed."""
    path = tmp_path / "schumann.db"
    options = await _asked_before(path, steps=4, monkeypatch=monkeypatch)

    assert options.controls == NO_CONTROLS


GOOD_STEP = "ALTER TABLE guilds ADD COLUMN language TEXT NOT NULL DEFAULT 'en'"
BROKEN_STEP = "ALTER TABLE guilds ADD COLUMN language TEXT; UPDATE guilds SET channel_id = '1'; DROP TABLE nowhere"


async def test_new_steps_are_taken_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A newer version brings an older database to its form, with all that is in it."""
    store = await Store.open(tmp_path / "schumann.db")
    ticket = await add(store)
    await store.close()
    steps = [*migrations.scripts(), GOOD_STEP]
    monkeypatch.setattr(opening, "scripts", lambda: steps)

    for _ in range(2):
        store = await Store.open(tmp_path / "schumann.db")
        assert await store.ticket(ticket.id) == ticket
        assert (await store._database._reader.apart("PRAGMA user_version"))[0][0] == len(steps)
        await store.close()


async def test_a_step_that_fails_leaves_the_old_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a broken step nothing is done, and the version that came before still works."""
    store = await Store.open(tmp_path / "schumann.db")
    ticket = await add(store)
    await store.close()
    with monkeypatch.context() as patched:
        patched.setattr(opening, "scripts", lambda: [*migrations.scripts(), BROKEN_STEP])
        with pytest.raises(StoreError, match="nowhere"):
            await Store.open(tmp_path / "schumann.db")

    store = await Store.open(tmp_path / "schumann.db")

    assert await store.ticket(ticket.id) == ticket
    columns = [row["name"] for row in await store._database._reader.apart("PRAGMA table_info(guilds)")]
    assert "language" not in columns
    await store.close()


@pytest.mark.parametrize("names", [["0002_late.sql"], ["0001_one.sql", "0003_three.sql"], ["0001_a.sql", "0001_b.sql"]])
def test_steps_are_numbered_without_a_gap(tmp_path: Path, names: list[str]) -> None:
    """A step that is missing or there twice is noticed before anything is done."""
    for name in names:
        (tmp_path / name).touch()

    with pytest.raises(StoreError, match="numbered"):
        migrations.scripts(tmp_path)
