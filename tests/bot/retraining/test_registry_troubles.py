"""The registry when things go wrong: killed at any step, disks that are full, files that are damaged."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bot.domain import Engine, RefusedError, ReplyError
from bot.retraining.domain import ModelState
from bot.store import Store, StoreError
from bot.store.database import Database
from composer.checkpoints import write_card
from tests.bot.retraining.registries import BASE, adopted, made, open_registry, used
from tests.networks import flip_byte

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.retraining.registry import Registry

FILES = ("card.json", "weights.npz", "network.tflite", "critic.json")


class Killed(BaseException):
    """The process ends here: nothing catches it, and nothing is tidied up."""


class Steps:
    """Ends the work at the n-th step that leaves a trace: on the disk, or in the database.

    Attributes:
        left: how many steps are done before; the work is through where some are left over.
    """

    def __init__(self, patch: pytest.MonkeyPatch, trouble: Callable[[], BaseException], left: int) -> None:
        self.left, self._trouble = left, trouble
        for owner, name in ((os, "fsync"), (Path, "rename")):
            patch.setattr(owner, name, self.counted(getattr(owner, name)))

    def step(self) -> None:
        """One more step, or the end."""
        self.left -= 1
        if self.left < 0:
            raise self._trouble()

    def counted(self, action: Callable[..., Any]) -> Callable[..., Any]:
        """The same action, as a step."""

        def counted(*args: Any, **kwargs: Any) -> Any:
            self.step()
            return action(*args, **kwargs)

        return counted

    def counted_write(self) -> Callable[..., Any]:
        """Transactions, which may end before they begin and after they are through."""
        write = Database.write

        async def counted(database: Database, work: Any) -> Any:
            self.step()
            done = await write(database, work)
            self.step()
            return done

        return counted


async def reopened(store: Store, data: Path) -> tuple[Store, Registry]:
    """What the next start of the bot finds."""
    await store.close()
    store = await Store.open(data / "schumann.db")
    return store, await open_registry(store, data)


async def test_killed_at_any_step_a_network_is_there_or_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whenever the bot is killed while it adopts a sixth network, that is whole or gone, and what composed goes on.

    Nothing else is left in the folder, and the five that are to be kept are there.
    """
    outcomes, step = set(), 0
    while True:
        data = tmp_path / str(step)
        data.mkdir()
        store = await Store.open(data / "schumann.db")
        registry = await open_registry(store, data)
        current = await used(registry, data, "current")
        older = [await adopted(registry, data, f"{number}") for number in range(4)]
        out = made(data, "new")
        with monkeypatch.context() as patch:
            steps = Steps(patch, Killed, step)
            patch.setattr(shutil, "rmtree", steps.counted(shutil.rmtree))
            patch.setattr(Database, "write", steps.counted_write())
            try:
                new = (await registry.adopt(out, None, {"base": BASE})).id
            except Killed:
                new = None
        store, registry = await reopened(store, data)
        ids = {model.id for model in await registry.models()}
        states = {model.state for model in await registry.models()}
        outcomes.add(len(ids - {BASE, current, *older}))

        assert registry.current_id == current
        assert {BASE, current, *older[1:]} <= ids
        assert ids - {BASE} == {folder.name for folder in (data / "checkpoints").iterdir()}
        assert ModelState.DAMAGED not in states
        for model_id in ids:
            assert (await registry.use(model_id)).is_current
        await store.close()
        if new is not None:
            break
        step += 1

    assert outcomes == {0, 1}
    assert step > 8


async def test_no_step_of_a_full_disk_harms(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever step the disk refuses, there is a sentence and nothing changes; with room again the next try works."""
    registry = await open_registry(store, tmp_path)
    current = await used(registry, tmp_path, "current")
    step = 0
    while True:
        out = made(tmp_path, "new")
        with monkeypatch.context() as patch:
            Steps(patch, lambda: OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), step)
            patch.setattr(Database, "write", _refused_write)
            with pytest.raises(ReplyError) as caught:
                await registry.adopt(out, None, {"base": BASE})
        assert registry.current_id == current
        assert registry.trial_id is None
        assert len(await registry.models()) == 2
        if isinstance(caught.value, StoreError):  # every step on the disk was done
            break
        assert "No space left on device" in str(caught.value)
        step += 1

    assert step > 5
    assert [folder.name for folder in (tmp_path / "checkpoints").iterdir()] == [current]
    new = await adopted(registry, tmp_path, "new")
    assert registry.trial_id == new


async def _refused_write(_database: Database, _work: Any) -> Any:
    message = "Nothing was stored, because the disk is full. Please try again later."
    raise StoreError(message)


@pytest.mark.parametrize("name", FILES)
async def test_a_network_that_got_damaged_is_not_used(
    store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    """One wrong byte in any file: what composes stays, and a sentence says what is wrong; mended, it can be used."""
    registry = await open_registry(store, tmp_path)
    spoilt = await used(registry, tmp_path, "spoilt")
    current = await used(registry, tmp_path, "current")
    flip_byte(tmp_path / "checkpoints" / spoilt / name)

    with pytest.raises(ReplyError, match=f"{spoilt} is damaged"):
        await registry.use(spoilt)
    assert registry.current_id == current
    assert (await registry.model(spoilt)).state is ModelState.DAMAGED
    assert f"the network {spoilt} is set aside, and {current} composes" in caplog.text
    assert (await registry.rollback()).id == BASE

    flip_byte(tmp_path / "checkpoints" / spoilt / name)
    assert (await registry.use(spoilt)).is_current


@pytest.mark.parametrize("name", FILES)
async def test_damage_is_seen_at_the_start(
    store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    """Where the current network and the one on trial are damaged while the bot is down, the one before composes."""
    registry = await open_registry(store, tmp_path)
    before, current = await used(registry, tmp_path, "before"), await used(registry, tmp_path, "current")
    trial = await adopted(registry, tmp_path, "trial")
    for spoilt in (current, trial):
        flip_byte(tmp_path / "checkpoints" / spoilt / name)

    registry = await open_registry(store, tmp_path)

    assert (registry.current_id, registry.trial_id) == (before, None)
    assert f"the network {current} is set aside, and {before} composes" in caplog.text
    assert f"the network {trial} is set aside, and {before} composes" in caplog.text


async def test_with_everything_gone_the_base_composes(store: Store, tmp_path: Path) -> None:
    """Somebody who deletes the whole folder of networks gets what the workers have loaded."""
    registry = await open_registry(store, tmp_path)
    for name in "abc":
        await used(registry, tmp_path, name)
    shutil.rmtree(tmp_path / "checkpoints")

    registry = await open_registry(store, tmp_path)

    assert registry.checkpoint_for(1) == registry.base
    assert [model.state for model in await registry.models()] == [ModelState.BASE, *[ModelState.DAMAGED] * 3]


async def test_a_network_that_a_worker_cannot_load_composes_no_more(store: Store, tmp_path: Path) -> None:
    """What a worker reports holds at once and after a restart, but for the base and for networks that nobody knows."""
    registry = await open_registry(store, tmp_path)
    before, current = await used(registry, tmp_path, "before"), await used(registry, tmp_path, "current")
    await registry.damaged("note-lstm-unknown", "It is not there.")
    await registry.damaged(BASE, "It is not there.")
    assert registry.current_id == current

    await registry.damaged(current, "LiteRT does not take it.")

    assert {registry.checkpoint_for(ticket_id).id for ticket_id in range(50)} == {before}
    registry = await open_registry(store, tmp_path)
    assert registry.current_id == before
    assert (await registry.model(current)).state is ModelState.DAMAGED


async def test_damage_holds_where_it_cannot_be_stored(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A database that takes nothing keeps no damaged network composing, and later changes do not bring it back."""
    registry = await open_registry(store, tmp_path)
    spoilt, trial = await used(registry, tmp_path, "spoilt"), await adopted(registry, tmp_path, "trial")
    with monkeypatch.context() as patch:
        patch.setattr(Database, "write", _refused_write)
        await registry.damaged(spoilt, "A byte is wrong.")

    assert {registry.checkpoint_for(ticket_id).id for ticket_id in range(50)} == {BASE, trial}
    assert "that it is damaged is not stored" in caplog.text
    await registry.rollback()
    assert registry.current_id == BASE


async def test_a_damaged_network_that_is_made_again_is_whole(store: Store, tmp_path: Path) -> None:
    """Retraining that gives a network whose files were spoilt puts the new files in their place."""
    registry = await open_registry(store, tmp_path)
    spoilt = await adopted(registry, tmp_path, "same")
    flip_byte(tmp_path / "checkpoints" / spoilt / "network.tflite")
    await registry.damaged(spoilt, "A byte is wrong.")

    assert await adopted(registry, tmp_path, "same") == spoilt == registry.trial_id
    assert (await registry.use(spoilt)).is_current


async def test_a_network_of_the_roll_engine_is_not_adopted(store: Store, tmp_path: Path) -> None:
    """It would compose for people who asked for notes; what composes stays, and nothing is on trial."""
    registry = await open_registry(store, tmp_path)
    out = made(tmp_path)
    write_card(out / "checkpoint", {"network": {}, "engine": Engine.ROLL})

    with pytest.raises(RefusedError, match="roll engine, which is not retrained"):
        await registry.adopt(out, None, {})
    assert (registry.current_id, registry.trial_id, len(await registry.models())) == (BASE, None, 1)
