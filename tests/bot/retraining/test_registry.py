"""The registry: which network composes, through trials, swaps, rollbacks and restarts."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

from bot.domain import NotFoundError, RefusedError
from bot.retraining.domain import ModelState
from bot.retraining.roster import KEPT
from tests.bot.retraining.registries import BASE, adopted, open_registry, used
from tests.networks import change_card, flip_byte, make_network

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from pathlib import Path

    from bot.retraining.registry import Registry
    from bot.store import Store


def composers(registry: Registry, tickets: int = 200) -> set[str]:
    """The networks that compose some of the next requests."""
    return {registry.checkpoint_for(ticket_id).id for ticket_id in range(tickets)}


async def test_at_first_the_base_composes(store: Store, tmp_path: Path) -> None:
    """Without retraining every request is for what the workers have loaded."""
    registry = await open_registry(store, tmp_path)

    assert registry.checkpoint_for(1) == registry.base
    assert (registry.base.folder, registry.base.card_sha256, registry.trial_id) == (None, None, None)
    [model] = await registry.models()
    assert (model.id, model.state, model.is_current) == (BASE, ModelState.BASE, True)
    with pytest.raises(RefusedError, match="nothing to go back to"):
        await registry.rollback()


async def test_what_is_adopted_is_on_trial(store: Store, tmp_path: Path) -> None:
    """A new network gets a fifth of the requests, always the same ones, and every piece of the time is part of it."""
    registry = await open_registry(store, tmp_path)
    new = await adopted(registry, tmp_path)
    networks = [registry.checkpoint_for(ticket_id) for ticket_id in range(2000)]
    chosen = [network for network in networks if network.id == new]

    assert 0.17 < len(chosen) / len(networks) < 0.23
    assert networks == [registry.checkpoint_for(ticket_id) for ticket_id in range(2000)]
    assert {network.trial_id for network in networks} == {new}
    assert {network.folder for network in chosen} == {tmp_path / "checkpoints" / new}
    assert composers(registry) == {BASE, new}
    model = await registry.model(new)
    assert (model.state, model.is_current, model.parent_id) == (ModelState.ON_TRIAL, False, BASE)
    assert model.report == {"base": BASE, "sentence": "It is better."}


async def test_a_keeper_decides_a_trial(store: Store, tmp_path: Path) -> None:
    """To use the network on trial promotes it, to use the other one or to go back retires it."""
    registry = await open_registry(store, tmp_path)
    first = await adopted(registry, tmp_path, "first")
    assert (await registry.use(first)).is_current
    assert (composers(registry), registry.trial_id) == ({first}, None)

    second = await adopted(registry, tmp_path, "second")
    await registry.use(first)
    assert composers(registry) == {first}
    assert (await registry.model(second)).state is ModelState.KEPT

    third = await adopted(registry, tmp_path, "third")
    assert (await registry.rollback()).id == first
    assert composers(registry) == {first}
    assert (await registry.model(third)).state is ModelState.KEPT


async def test_only_one_is_on_trial(store: Store, tmp_path: Path) -> None:
    """A network that is adopted during another one's trial takes its place."""
    registry = await open_registry(store, tmp_path)
    first, second = await adopted(registry, tmp_path, "first"), await adopted(registry, tmp_path, "second")

    assert registry.trial_id == second
    assert composers(registry) == {BASE, second}
    assert (await registry.model(first)).state is ModelState.KEPT


async def test_rollback_goes_back_step_by_step(store: Store, tmp_path: Path) -> None:
    """Each rollback leads to what composed before, in the end to the base, and no further."""
    registry = await open_registry(store, tmp_path)
    first, second = await used(registry, tmp_path, "first"), await used(registry, tmp_path, "second")
    await registry.use(BASE)

    assert [(await registry.rollback()).id for _ in range(3)] == [second, first, BASE]
    with pytest.raises(RefusedError):
        await registry.rollback()
    await registry.use(second)
    assert (await registry.rollback()).id == BASE


async def test_everything_survives_a_restart(store: Store, tmp_path: Path) -> None:
    """What composes, what is on trial and what to go back to are the same afterwards."""
    before = await open_registry(store, tmp_path)
    first, second = await used(before, tmp_path, "first"), await used(before, tmp_path, "second")
    third = await adopted(before, tmp_path, "third")
    networks = [before.checkpoint_for(ticket_id) for ticket_id in range(100)]

    after = await open_registry(store, tmp_path)

    assert [after.checkpoint_for(ticket_id) for ticket_id in range(100)] == networks
    assert await after.models() == await before.models()
    assert after.trial_id == third
    assert [(await after.rollback()).id for _ in range(3)] == [second, first, BASE]


async def test_the_last_five_are_kept(store: Store, tmp_path: Path) -> None:
    """Older networks go, files and all, but for what composes and what is gone back to."""
    registry = await open_registry(store, tmp_path)
    oldest = [await used(registry, tmp_path, name) for name in ("one", "two", "three")]
    newer = [await adopted(registry, tmp_path, f"trial {number}") for number in range(KEPT + 2)]
    kept = {*oldest[1:], *newer[-KEPT:]}

    assert {model.id for model in await registry.models()} == {BASE, *kept}
    assert {folder.name for folder in (tmp_path / "checkpoints").iterdir()} == kept
    await registry.rollback()
    assert [(await registry.rollback()).id for _ in range(2)] == [oldest[1], BASE]


async def test_damaged_ones_go_first(store: Store, tmp_path: Path) -> None:
    """A damaged network takes no place of a sound one."""
    registry = await open_registry(store, tmp_path)
    made = [await adopted(registry, tmp_path, f"{number}") for number in range(KEPT)]
    await registry.damaged(made[-1], "A byte is wrong.")
    newest = await adopted(registry, tmp_path, "newest")

    assert [model.id for model in await registry.models()] == [BASE, newest, *reversed(made[:-1])]


async def test_a_network_that_was_made_before_is_tried_again(store: Store, tmp_path: Path) -> None:
    """A second run that gives the same network puts it on trial once more, with the new report."""
    registry = await open_registry(store, tmp_path)
    first = await adopted(registry, tmp_path, "same")
    await registry.rollback()
    again = await adopted(registry, tmp_path, "same", sentence="Once more.")

    assert again == first == registry.trial_id
    assert len(await registry.models()) == 2
    assert (await registry.model(first)).report == {"base": BASE, "sentence": "Once more."}


async def test_what_composes_already_is_not_tried(store: Store, tmp_path: Path) -> None:
    """A run that gives the current network, or the base, is told so, and nothing changes."""
    registry = await open_registry(store, tmp_path)
    current = await used(registry, tmp_path, "same")

    with pytest.raises(RefusedError, match=current):
        await adopted(registry, tmp_path, "same")
    assert composers(registry) == {current}


async def test_a_new_base_composes(store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever starts the bot with another base hears it; what composed before can be gone back to, the old base not."""
    registry = await open_registry(store, tmp_path)
    retrained = await used(registry, tmp_path)

    registry = await open_registry(store, tmp_path, "note-lstm-newbase")

    assert composers(registry) == {"note-lstm-newbase"}
    assert "note-lstm-newbase" in caplog.text
    assert {model.id for model in await registry.models()} == {"note-lstm-newbase", retrained}
    assert (await registry.rollback()).id == retrained


async def test_a_retrained_network_can_become_the_base(store: Store, tmp_path: Path) -> None:
    """Its files stay where they are, and it is an ordinary one again when another is the base."""
    registry = await open_registry(store, tmp_path)
    retrained = await used(registry, tmp_path)

    registry = await open_registry(store, tmp_path, retrained)
    assert registry.checkpoint_for(1) == registry.base
    registry = await open_registry(store, tmp_path)

    assert composers(registry) == {BASE}
    assert (await registry.use(retrained)).is_current
    assert registry.checkpoint_for(1).folder == tmp_path / "checkpoints" / retrained


# --- ids and folders from outside


async def test_networks_are_found_by_the_beginning_of_their_id(store: Store, tmp_path: Path) -> None:
    """Enough of an id is enough; too little names the number, and the sentence stays short."""
    registry = await open_registry(store, tmp_path)
    first, second = await adopted(registry, tmp_path, "first"), await adopted(registry, tmp_path, "second")

    assert (await registry.model(first[:-1])).id == first
    assert (await registry.use(second[:-1])).id == second
    assert (await registry.model(None)).id == second
    with pytest.raises(NotFoundError, match="More than one network"):
        await registry.use("note-lstm-")
    with pytest.raises(NotFoundError, match="No network") as caught:
        await registry.use("x" * 5000)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("text", ["", ".", "..", "/", "../outside", "outside", "%2e%2e", "\0", "*", "note-lstm-_"])
async def test_ids_are_no_paths(store: Store, tmp_path: Path, text: str) -> None:
    """Whatever is asked for, a folder that is not in the registry is never used, wherever it lies."""
    registry = await open_registry(store, tmp_path)
    await adopted(registry, tmp_path)
    make_network(tmp_path / "outside")
    make_network(tmp_path / "checkpoints" / "outside")

    with pytest.raises(NotFoundError):
        await registry.use(text)
    assert registry.current_id == BASE


@pytest.mark.parametrize("name", ["../outside", "/outside", "..", "", "a b", "a/b", ".hidden", "a\n", "x" * 101])
async def test_a_card_cannot_name_another_folder(store: Store, tmp_path: Path, name: str) -> None:
    """A network whose id could lead elsewhere is refused, and nothing is moved."""
    registry = await open_registry(store, tmp_path)
    made = make_network(tmp_path / "out" / "checkpoint")
    change_card(made.folder, id=name)

    with pytest.raises(RefusedError, match="no id"):
        await registry.adopt(tmp_path / "out", None, {})
    assert made.folder.exists()
    assert list((tmp_path / "checkpoints").iterdir()) == []


async def test_foreign_folders_are_swept(store: Store, tmp_path: Path) -> None:
    """A folder that the registry does not know is gone after the next start, and was never used."""
    registry = await open_registry(store, tmp_path)
    known = await adopted(registry, tmp_path)
    foreign = make_network(tmp_path / "checkpoints" / "note-lstm-foreign")

    registry = await open_registry(store, tmp_path)

    assert not foreign.folder.exists()
    assert (tmp_path / "checkpoints" / known).exists()
    assert composers(registry) == {BASE, known}


@pytest.mark.parametrize("name", ["card.json", "weights.npz", "network.tflite", "critic.json"])
async def test_a_network_that_is_damaged_is_not_adopted(store: Store, tmp_path: Path, name: str) -> None:
    """One wrong byte in any file of what training made: a clear sentence, and the current network stays."""
    registry = await open_registry(store, tmp_path)
    made = make_network(tmp_path / "out" / "checkpoint", critic='{"likes": "minor"}')
    flip_byte(made.folder / name)

    with pytest.raises(RefusedError, match=r"SHA-256|not JSON|another version"):
        await registry.adopt(tmp_path / "out", None, {})
    assert composers(registry) == {BASE}


async def test_a_network_for_another_version_is_not_adopted(store: Store, tmp_path: Path) -> None:
    """One that means something else by its numbers is refused."""
    registry = await open_registry(store, tmp_path)
    made = make_network(tmp_path / "out" / "checkpoint")
    change_card(made.folder, vocabulary={"factors": {}})

    with pytest.raises(RefusedError, match="another version"):
        await registry.adopt(tmp_path / "out", None, {})
    assert composers(registry) == {BASE}


# --- what is under way


async def test_changes_wait_for_each_other(store: Store, tmp_path: Path) -> None:
    """Swaps, rollbacks and reports of damage at the same time leave one network that composes, here as on the disk."""
    registry = await open_registry(store, tmp_path)
    names = [await used(registry, tmp_path, name) for name in "abc"]
    changes: list[Coroutine[Any, Any, object]] = [registry.use(names[number % 3]) for number in range(9)]
    changes += [registry.rollback(), registry.damaged(names[0], "A byte is wrong."), registry.rollback()]

    await asyncio.gather(*changes, return_exceptions=True)

    [current] = composers(registry)
    again = await open_registry(store, tmp_path)
    assert composers(again) == {current}
    assert await again.models() == await registry.models()


async def test_a_caller_who_is_cut_off_has_changed_it(store: Store, tmp_path: Path) -> None:
    """A swap whose caller is cancelled at any moment is known here and on the disk, or nowhere."""
    registry = await open_registry(store, tmp_path)
    new = await used(registry, tmp_path)
    for steps in range(1, 30):
        await registry.use(BASE)
        using = asyncio.create_task(registry.use(new))
        for _ in range(steps):
            await asyncio.sleep(0)
        using.cancel()
        await asyncio.gather(using, return_exceptions=True)
        assert (await open_registry(store, tmp_path)).current_id == registry.current_id
