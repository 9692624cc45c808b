"""Keepers retrain the network; whatever happens, people hear of it and the network that composes stays."""

from __future__ import annotations

import asyncio
import json
from collections import Counter, deque
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from bot.domain import ForbiddenError, MessageRef, NotFoundError, RefusedError, SeedKind, TooLateError, Vote
from bot.platforms.platform import UndeliverableError
from bot.retraining import teller, wording
from bot.retraining.domain import RunState
from bot.retraining.retrainer import OPERATOR
from tests.bot.people import ANNA, BERT, viewer
from tests.bot.store.samples import HERE, person
from tests.fakes.audience import add_piece, vote

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.domain import Viewer
    from bot.retraining.domain import Run
    from tests.bot.retraining.conftest import School

    MakeSchool = Callable[..., Awaitable[School]]

KEEPER: Viewer = replace(viewer(ANNA), is_keeper=True)


async def start(school: School, key: str = "discord:1") -> Run:
    """Anna retrains the network."""
    return await school.retrainer.start(KEEPER, key=key, address='{"channel": "7"}')


def files(school: School, run: Run) -> list[str]:
    """What of a run lies in the folder now."""
    folder = school.data / "retraining" / str(run.id)
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def go_on(school: School, run: Run) -> None:
    """Let a slow training come to its end."""
    (school.data / "retraining" / str(run.id) / "out" / "go").touch()


async def test_what_passes_goes_on_trial(make_school: MakeSchool) -> None:
    """The network that training has made is in the registry, and nothing else is left of the run."""
    school = await make_school("pass")

    run = await start(school)
    ended = await school.ended(run)

    assert (ended.state, ended.sentence) == (RunState.PASSED, "It composes more of what was liked.")
    model = await school.retrainer.model(OPERATOR, ended.checkpoint_id)
    assert (model.state, model.run_id, model.is_current) == ("on trial", run.id, False)
    assert school.leftovers == []
    await school.told(run)
    _, notice, _ = school.platform.announced[-1]
    assert "on trial" in notice.text
    assert "2.551 → 2.553" in notice.text
    assert [path.name for path in notice.files] == ["a.mp3", "b.mp3"]


@pytest.mark.parametrize(
    ("mode", "state", "sentence"),
    [
        ("keep", RunState.KEPT, "It is not clearly better."),
        ("fail", RunState.FAILED, "There are too few votes to learn from."),
        ("crash", RunState.FAILED, "Training failed because something went wrong on our side; the log says why."),
        ("mute", RunState.FAILED, "Training ended without a report."),
        ("broken", RunState.FAILED, "is damaged"),
    ],
)
async def test_otherwise_the_present_network_stays(
    make_school: MakeSchool, mode: str, state: RunState, sentence: str
) -> None:
    """Whatever goes wrong, people are told why, no trial begins, and nothing is left behind."""
    school = await make_school(mode)
    before = school.house.registry.current_id

    run = await start(school)
    ended = await school.ended(run)

    assert ended.state is state
    assert sentence in (ended.sentence or "")
    assert (school.house.registry.current_id, ended.checkpoint_id) == (before, None)
    assert school.house.registry.trial_id is None
    assert school.leftovers == []
    await school.told(run)
    assert str(ended.sentence) in school.platform.announced[-1][1].text


async def test_the_set_is_what_was_selected(make_school: MakeSchool) -> None:
    """Every piece with its hash, its votes, and where its continuation begins; also those that nobody voted on."""
    school = await make_school("slow")
    run = await start(school)
    await school.reached("training", run)

    folder = school.data / "retraining" / str(run.id) / "set"
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))

    assert (manifest["format"], Counter(row["label"] for row in manifest["pieces"])) == (
        1,
        {"liked": 30, "unrated": 10},
    )
    first = manifest["pieces"][0]
    assert set(first) == {
        *("file", "sha256", "primer_end_beat", "rating", "label", "up", "down", "weight", "checkpoint")
    }
    assert (first["label"], first["primer_end_beat"], first["rating"]) == ("liked", 4.0, 0.75)
    go_on(school, run)
    assert (await school.ended(run)).state is RunState.PASSED


async def test_only_keepers_may_do_anything(make_school: MakeSchool) -> None:
    """Not even admins of a server; and rights are asked for at each call."""
    school = await make_school("keep")
    retrainer, anna = school.retrainer, viewer(ANNA, admin=True, moderator=True)
    calls: list[Awaitable[Any]] = [
        retrainer.plan(anna),
        retrainer.start(anna, key="1", address="{}"),
        retrainer.run(1, anna),
        retrainer.latest(anna),
        retrainer.cancel(1, anna),
        retrainer.sample(1, "a", anna),
        retrainer.models(anna),
        retrainer.model(anna, None),
        retrainer.use(anna, "fake-network"),
        retrainer.rollback(anna),
    ]
    for call in calls:
        with pytest.raises(ForbiddenError, match="keepers"):
            await call
    assert await retrainer.latest(KEEPER) is None


async def test_a_plan_says_what_would_be_learnt(make_school: MakeSchool) -> None:
    """What counts, what does not and why, and that there is enough."""
    school = await make_school("keep", own_votes=False)
    piece = await add_piece(school.store, school.data, person("clara"), place=HERE)
    await vote(school.store, piece, person("clara"))

    plan = await school.retrainer.plan(KEEPER)

    assert (plan.liked, plan.disliked, plan.votes, plan.voters) == (30, 0, 60, 12)
    assert plan.excluded == (("votes on one's own pieces", 1),)
    assert (plan.base_id, plan.current_id, plan.corpus) == ("fake-network", "fake-network", False)
    assert (plan.learns, plan.refusal) == (("critic", "network"), None)


async def test_too_few_votes_are_refused(make_school: MakeSchool) -> None:
    """With how many are missing; a dry run says the same."""
    school = await make_school("keep", liked=20)

    plan = await school.retrainer.plan(KEEPER)

    assert plan.learns == ()
    assert plan.refusal == "There is too little to learn from yet: 10 liked pieces or 10 votes more are needed."
    with pytest.raises(RefusedError, match="10 liked pieces or 10 votes"):
        await start(school)
    assert await school.retrainer.latest(KEEPER) is None


async def test_one_run_at_a_time_and_one_for_each_key(make_school: MakeSchool) -> None:
    """The same command twice is one run; another one is refused until it has ended."""
    school = await make_school("slow")
    first, second = await asyncio.gather(start(school), start(school))

    assert first.id == second.id
    with pytest.raises(RefusedError, match=f"Run {first.id} is under way"):
        await start(school, "discord:2")
    assert (await school.retrainer.plan(KEEPER)).refusal == wording.run_under_way(first.id)
    go_on(school, first)
    await school.ended(first)
    assert (await start(school)).state is RunState.PASSED


async def test_cancelling_ends_it_at_once(make_school: MakeSchool) -> None:
    """Another keeper may do that too; afterwards it is too late."""
    school = await make_school("slow")
    run = await start(school)
    await school.reached("training", run)

    await school.retrainer.cancel(run.id, replace(viewer(BERT), is_keeper=True))

    assert (await school.retrainer.run(run.id, KEEPER)).state is RunState.CANCELLED
    assert school.leftovers == []
    with pytest.raises(TooLateError):
        await school.retrainer.cancel(run.id, KEEPER)
    with pytest.raises(NotFoundError):
        await school.retrainer.cancel(99, KEEPER)
    await school.told(run)
    assert (await start(school, "discord:2")).state is RunState.RUNNING


async def test_people_see_how_far_it_is(make_school: MakeSchool) -> None:
    """In the message that the command left, and whoever listens hears of every change."""
    school = await make_school("slow")
    school.platform.answers_in_messages = True
    heard: list[Run] = []
    unsubscribe = school.retrainer.subscribe(heard.append)
    run = await start(school)
    await school.reached("training", run)
    assert school.platform.announced == []  # its message is not there yet

    await school.retrainer.placed(run.id, MessageRef("7", "1"))
    async with asyncio.timeout(20):
        while not school.platform.announced:
            await asyncio.sleep(0.02)

    address, notice, message = school.platform.announced[0]
    assert (address, message) == ('{"channel": "7"}', MessageRef("7", "1"))
    assert notice.cancellable
    assert "▰▰▰▰▰▰▱▱▱▱ training" in notice.text
    go_on(school, run)
    await school.told(run)
    _, last, message = school.platform.announced[-1]
    assert (last.cancellable, message) == (False, MessageRef("7", "1"))
    assert [one.stage for one in heard if one.stage][:3] == ["reading", "critic", "rehearsing"]
    assert heard[-1].state is RunState.PASSED
    unsubscribe()


async def test_the_end_is_told_until_it_arrives(make_school: MakeSchool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A platform that fails is tried again; one that says never is not."""
    monkeypatch.setattr(teller, "PAUSES", (0.0, 0.05, 0.05, 0.05))
    monkeypatch.setattr(teller, "_PLACING_SECONDS", 0.1)
    school = await make_school("keep")
    school.platform.answers_in_messages = True  # there is no message, so no progress that could fail instead
    school.platform.faults = deque([OSError(), TimeoutError()])
    run = await start(school)
    await school.told(run)
    assert len(school.platform.announced) == 1

    school.platform.faults = deque([UndeliverableError("The channel is gone.")])
    second = await start(school, "discord:2")
    await school.told(second)
    assert len(school.platform.announced) == 1


async def test_a_restart_tells_what_was_not_told(make_school: MakeSchool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The end is in the database, so the next life of the bot tells it, with the samples."""
    monkeypatch.setattr(teller, "PAUSES", (0.0, 600.0))
    monkeypatch.setattr(teller, "_PLACING_SECONDS", 0.1)
    school = await make_school("keep")
    school.platform.answers_in_messages = True
    school.platform.faults = deque([OSError()])
    run = await start(school)
    await school.ended(run)
    async with asyncio.timeout(20):
        while school.platform.faults:
            await asyncio.sleep(0.02)
    await school.close()

    school = await make_school("keep")

    await school.told(run)
    [(address, notice, _)] = school.platform.announced
    assert address == '{"channel": "7"}'
    assert [path.name for path in notice.files] == ["a.mp3", "b.mp3"]


async def test_a_run_under_way_is_stopped_by_a_restart(make_school: MakeSchool) -> None:
    """Its process is gone, its files are swept, its people are told, and a new one may begin."""
    school = await make_school("slow")
    run = await start(school)
    await school.reached("training", run)
    await school.close()

    school = await make_school("keep")

    await school.told(run)
    assert (await school.retrainer.run(run.id, KEEPER)).state is RunState.STOPPED
    assert "stopped" in school.platform.announced[0][1].text
    assert files(school, run) == []
    assert (await school.ended(await start(school, "discord:2"))).state is RunState.KEPT


async def test_a_run_that_was_killed_leaves_its_folders_to_be_swept(make_school: MakeSchool) -> None:
    """A bot that is killed tidies nothing up; the next one does."""
    school = await make_school("keep")
    await school.close()
    leftover = school.data / "retraining" / "77" / "set" / "1.json"
    leftover.parent.mkdir(parents=True)
    leftover.write_text("{}", encoding="utf-8")

    school = await make_school("keep")

    assert school.leftovers == []
    assert not leftover.exists()


async def test_a_full_disk_is_said(make_school: MakeSchool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The set cannot be written: the run fails with the reason, and the next one may begin."""
    school = await make_school("keep")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("bot.retraining.runner.write_set", full)
        ended = await school.ended(await start(school))

    assert ended.state is RunState.FAILED
    assert ended.sentence == wording.no_room("No space left on device")
    assert (await school.ended(await start(school, "discord:2"))).state is RunState.KEPT


async def test_our_own_mistakes_are_sentences_too(make_school: MakeSchool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it is, the run ends and the log says more."""
    school = await make_school("keep")
    monkeypatch.setattr("bot.retraining.runner.write_set", lambda *_: 1 / 0)

    ended = await school.ended(await start(school))

    assert ended.state is RunState.FAILED
    assert "support id" in (ended.sentence or "")


async def test_deleting_ends_a_run_that_learns_from_it(make_school: MakeSchool) -> None:
    """The copies go at once, and the run is said to be stopped; votes alone stop nothing."""
    school = await make_school("slow")
    composer, listener = person("composer-3"), person("listener-3")
    run = await start(school)
    await school.reached("training", run)

    await school.house.studio.forget(viewer(listener, HERE))
    assert (await school.retrainer.run(run.id, KEEPER)).state is RunState.RUNNING
    await school.house.studio.forget(viewer(composer, HERE))

    assert school.leftovers == []
    ended = await school.retrainer.run(run.id, KEEPER)
    assert (ended.state, ended.sentence) == (RunState.STOPPED, wording.WITHDRAWN)
    plan = await school.retrainer.plan(KEEPER)
    assert plan.liked < 30


async def test_forbidding_ends_a_run_that_learns_from_it(make_school: MakeSchool) -> None:
    """A no holds at once; a yes, and the no of somebody whose music is not in it, stop nothing."""
    school = await make_school("slow")
    studio = school.house.studio
    run = await start(school)
    await school.reached("training", run)

    await studio.training_consent(viewer(person("composer-3"), HERE), allowed=True)
    await studio.training_consent(viewer(person("stranger"), HERE), allowed=False)
    assert (await school.retrainer.run(run.id, KEEPER)).state is RunState.RUNNING
    await studio.training_consent(viewer(person("composer-3"), HERE), allowed=False)

    assert (await school.retrainer.run(run.id, KEEPER)).state is RunState.STOPPED
    assert (await school.retrainer.plan(KEEPER)).liked == 29


async def test_the_keeper_who_started_a_run_can_be_forgotten(make_school: MakeSchool) -> None:
    """The run goes on without anybody to tell."""
    school = await make_school("slow")
    run = await start(school)
    await school.reached("training", run)

    await school.house.studio.forget(KEEPER)

    now = await school.retrainer.run(run.id, KEEPER)
    assert (now.state, now.platform, now.address) == (RunState.RUNNING, None, "{}")
    go_on(school, run)
    assert (await school.ended(run)).state is RunState.PASSED


async def test_uploads_are_learnt_from_by_consent_only(make_school: MakeSchool) -> None:
    """Off until its owner says yes."""
    school = await make_school("keep")
    seed = replace(HERE, guild_id="guild-1")
    piece = await add_piece(
        school.store,
        school.data,
        person("clara"),
        place=seed,
        seed=replace((await school.store.piece(1)).request.seed, kind=SeedKind.UPLOAD),
    )
    await vote(school.store, piece, person("robert"), Vote.UP)

    assert (await school.retrainer.plan(KEEPER)).liked == 30
    await school.house.studio.training_consent(viewer(person("clara"), HERE), allowed=True)
    assert (await school.retrainer.plan(KEEPER)).liked == 31


async def test_samples_can_be_heard(make_school: MakeSchool) -> None:
    """Those of the last run; older ones go."""
    school = await make_school("keep")
    run = await start(school)
    await school.told(run)

    path = await school.retrainer.sample(run.id, "a", KEEPER)
    assert path.read_bytes()
    for name in ("c", "../out", "a.mp3"):
        with pytest.raises(NotFoundError):
            await school.retrainer.sample(run.id, name, KEEPER)
    await school.ended(await start(school, "discord:2"))
    await school.told(await start(school, "discord:3"))
    with pytest.raises(NotFoundError):
        await school.retrainer.sample(run.id, "a", KEEPER)


async def test_networks_are_chosen(make_school: MakeSchool) -> None:
    """A keeper ends a trial one way or the other; pieces are composed with what was chosen."""
    school = await make_school("pass")
    ended = await school.ended(await start(school))
    assert ended.checkpoint_id is not None

    chosen = await school.retrainer.use(KEEPER, ended.checkpoint_id[:-2])

    assert (chosen.id, chosen.is_current) == (ended.checkpoint_id, True)
    assert (await school.house.studio.about()).checkpoint_id == ended.checkpoint_id
    assert (await school.retrainer.rollback(KEEPER)).id == "fake-network"
    assert [model.id for model in await school.retrainer.models(KEEPER)] == ["fake-network", ended.checkpoint_id]
    with pytest.raises(NotFoundError):
        await school.retrainer.use(KEEPER, "nothing")


async def test_the_command_line_has_nobody_to_tell(make_school: MakeSchool) -> None:
    """Whoever waits at the terminal sees it there."""
    school = await make_school("keep")

    run = await school.retrainer.start(OPERATOR, key="1", address="{}")
    await school.told(run)

    assert school.platform.announced == []
