"""Retraining runs: one at a time, taken down before they begin, told to their end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.domain import NotFoundError, PlatformName, RefusedError
from bot.retraining.domain import RunState
from tests.bot.store.samples import NOON, message, person
from tests.bot.store.test_people import traces

if TYPE_CHECKING:
    from pathlib import Path

    from bot.retraining.domain import Run
    from bot.store import Store

KEEPER = person("id-of-a-keeper-1618033988")


async def begin(store: Store, key: str = "discord:1") -> Run:
    """Start a run."""
    return await store.add_run(KEEPER, key=key, address='{"token": "secret"}', now=NOON)


async def test_a_key_is_one_run(store: Store) -> None:
    """A platform that delivers a command twice starts one run, also when that has ended."""
    run = await begin(store)

    assert await begin(store) == run
    ended = await store.end_run(run.id, RunState.KEPT, "It is not better.", NOON, report={"passed": False})
    assert await begin(store) == ended
    assert (ended.state, ended.sentence, ended.report) == (RunState.KEPT, "It is not better.", {"passed": False})
    assert (run.platform, run.message, run.started_at) == (PlatformName.DISCORD, None, NOON)


async def test_there_is_one_run_at_a_time(store: Store) -> None:
    """Another one is refused with the number of the one under way, until that has ended."""
    run = await begin(store)

    with pytest.raises(RefusedError, match=f"Run {run.id} is under way"):
        await begin(store, "discord:2")

    await store.end_run(run.id, RunState.CANCELLED, "It was cancelled.", NOON)
    assert (await begin(store, "discord:2")).id == run.id + 1


async def test_what_has_ended_stays_as_it_is(store: Store) -> None:
    """The end that was written down first is the one."""
    run = await begin(store)
    ended = await store.end_run(run.id, RunState.FAILED, "The disk is full.", NOON)

    assert await store.end_run(run.id, RunState.PASSED, "Better.", NOON, checkpoint_id="new") == ended
    assert await store.latest_run() == ended
    with pytest.raises(NotFoundError):
        await store.stored_run(2**70)
    with pytest.raises(NotFoundError):
        await store.end_run(run.id + 1, RunState.FAILED, "?", NOON)


async def test_a_run_under_way_is_stopped_at_the_next_start(store: Store) -> None:
    """Its people are still to be told; a second look finds nothing more."""
    run = await begin(store)

    [stopped] = await store.recover_runs(NOON)

    assert (stopped.id, stopped.state) == (run.id, RunState.STOPPED)
    assert await store.untold_runs() == [stopped]
    assert await store.recover_runs(NOON) == []


async def test_a_run_whose_network_is_registered_has_passed(store: Store) -> None:
    """Where only the row of the run was not written any more, its end is what its network's report says."""
    run = await begin(store)
    report = {"sentence": "It is better.", "passed": True}
    await store.set_base("base")
    await store.put_on_trial("new", "00", NOON, parent_id="base", run_id=run.id, report=report)

    [passed] = await store.recover_runs(NOON)

    assert (passed.state, passed.sentence, passed.checkpoint_id) == (RunState.PASSED, "It is better.", "new")
    assert passed.report == report


async def test_telling_comes_to_an_end(store: Store) -> None:
    """What was told, and where, is known; runs of the command line are nobody's to tell."""
    run = await begin(store)
    await store.run_told(run.id)
    assert not await store.is_run_told(run.id)  # it has not ended
    await store.run_placed(run.id, message(3))
    await store.end_run(run.id, RunState.KEPT, "No better.", NOON)
    assert (await store.stored_run(run.id)).message == message(3)

    await store.run_told(run.id)

    assert await store.untold_runs() == []
    own = await store.add_run(None, key="command line:1", address="{}", now=NOON)
    await store.run_placed(own.id, message(4))
    await store.end_run(own.id, RunState.KEPT, "No better.", NOON)
    assert await store.is_run_told(own.id)
    assert (await store.stored_run(own.id)).message is None


async def test_whoever_started_a_run_can_be_forgotten(store: Store, tmp_path: Path) -> None:
    """What came of the run stays; that it was theirs does not, in no byte of the files."""
    run = await begin(store, f"discord:{KEEPER.id}")
    await store.run_placed(run.id, message(5))
    [shown] = (await store.report(KEEPER))["retraining_runs"]
    assert (shown["state"], shown["started_at"]) == ("running", NOON.isoformat())
    assert "address" not in shown

    await store.forget(KEEPER)

    assert traces(tmp_path, KEEPER.id) == []
    assert traces(tmp_path, "secret") == []
    left = await store.stored_run(run.id)
    assert (left.state, left.platform, left.message, left.address) == (RunState.RUNNING, None, None, "{}")
    assert await store.is_run_told(run.id)
