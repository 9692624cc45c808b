"""Retraining by the API and by its events: plan, start, progress, report, samples, cancel, and through restarts."""

from __future__ import annotations

import asyncio
import json
from contextlib import aclosing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from bot.platforms.web import events
from bot.platforms.web.retraining_json import run_json
from bot.retraining.domain import Run, RunState
from tests.bot.platforms.web.api_client import check
from tests.bot.platforms.web.conftest import running_chat
from tests.fakes.retraining import let_go, rated, reaches, slow_training, with_a_trial

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator
    from datetime import timedelta
    from pathlib import Path

    from tests.bot.platforms.web.api_client import ApiClient
    from tests.bot.platforms.web.conftest import Chat


@pytest.fixture
async def chat(tmp_path: Path) -> AsyncIterator[Chat]:
    """A web chat with enough votes to retrain."""
    await rated(tmp_path)
    async with running_chat(tmp_path, retraining=slow_training(tmp_path)) as running:
        yield running


async def _started(person: ApiClient, **headers: str) -> dict[str, Any]:
    """A run that has begun."""
    reply = await person.call("POST", "/api/retraining", **headers)
    assert (reply.status, reply.headers["Location"]) == (202, reply.body["run"]["url"])
    run: dict[str, Any] = reply.body["run"]
    return run


async def _until(stream: AsyncGenerator[tuple[str, Any]], state: str, share: float = 0.0) -> dict[str, Any]:
    """The first news of a run that has come so far."""
    async with asyncio.timeout(20):
        async for name, content in stream:
            if name == "retraining" and content["state"] == state and content["share"] >= share:
                found: dict[str, Any] = content
                return found
    message = f"the stream ended before the run was {state}"
    raise AssertionError(message)


async def test_the_whole_way(chat: Chat, tmp_path: Path) -> None:
    """Plan, start, progress as it comes, report with every measure, and the samples in parts."""
    person = chat.person
    async with aclosing(person.events()) as stream:
        plan = (await person.call("GET", "/api/retraining")).body
        run = await _started(person)
        progress = await _until(stream, "running", 0.6)
        let_go(tmp_path)
        end = await _until(stream, "passed")
    asked = (await person.call("GET", run["url"])).body["run"]
    latest = (await person.call("GET", "/api/retraining")).body["run"]
    samples = [await person.raw("GET", sample["url"], headers={"Range": "bytes=0-99"}) for sample in end["samples"]]

    assert (plan["plan"]["liked"], plan["plan"]["refusal"], plan["run"], plan["may_start"]) == (30, None, None, True)
    assert (progress["stage"], "training" in progress["text"]) == ("training", True)
    assert end == asked == latest
    assert end["report"]["passed"]
    assert [(gate["before_text"], gate["after_text"], gate["passed"]) for gate in end["report"]["gates"]] == [
        ("2.551", "2.553", True)
    ]
    assert [(sample["name"], sample["network"]) for sample in end["samples"]] == [("a", "new"), ("b", "current")]
    assert [(sample.status, len(sample.content)) for sample in samples] == [(206, 100), (206, 100)]
    assert samples[0].headers["Content-Type"] == "audio/mpeg"
    assert end["checkpoint_id"] in (await person.call("GET", "/api/models")).body["models"][1]["id"]


async def test_one_key_is_one_run(chat: Chat) -> None:
    """A page that asks twice because it heard no answer starts one run; whoever asks for another is refused."""
    first = await _started(chat.person, Idempotency_Key="k")
    again = await _started(chat.person, Idempotency_Key="k")
    other = await chat.person.call("POST", "/api/retraining", Idempotency_Key="l")
    plan = (await chat.person.call("GET", "/api/retraining")).body

    assert first["id"] == again["id"] == 1
    assert (other.status, "under way already" in other.body["error"]) == (429, True)
    assert (plan["may_start"], plan["run"]["state"]) == (False, "running")


@pytest.mark.parametrize("way", ["API", "command"])
async def test_cancel(chat: Chat, way: str) -> None:
    """The run ends at once, every page hears of it, and it cannot be cancelled twice."""
    run = await _started(chat.person)
    await reaches(chat.house.studio.retrainer, 1)
    async with aclosing(chat.person.events()) as stream:
        await _until(stream, "running")
        if way == "API":
            reply = await chat.person.call("DELETE", run["url"])
        else:
            reply = await chat.person.call("POST", "/api/command", {"text": "/retrain cancel"})
        end = await _until(stream, "cancelled")
    late = await chat.person.call("DELETE", run["url"])

    assert reply.body["run"] == end
    assert (end["report"], end["samples"], end["checkpoint_id"]) == (None, [], None)
    assert (late.status, "already ended" in late.body["error"]) == (409, True)


async def test_a_restart_in_the_middle(tmp_path: Path) -> None:
    """When the bot is back, the page hears that the run has stopped, and can start another."""
    await rated(tmp_path)
    async with running_chat(tmp_path, retraining=slow_training(tmp_path)) as chat:
        await _started(chat.person)
        await reaches(chat.house.studio.retrainer, 1)
        async with aclosing(chat.person.events()) as stream:
            await _until(stream, "running")

    async with running_chat(tmp_path, retraining=slow_training(tmp_path)) as chat:
        async with aclosing(chat.person.events()) as stream:
            end = await _until(stream, "stopped")
        second = await _started(chat.person)
        await reaches(chat.house.studio.retrainer, 2)

    assert (end["id"], second["id"]) == (1, 2)
    assert end["sentence"]


@pytest.mark.parametrize(("recent", "hears"), [(events._RECENT, True), (0 * events._RECENT, False)])
async def test_a_page_that_comes_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recent: timedelta, hears: bool
) -> None:
    """It hears of a run that ended not long ago, and of none that ended before that."""
    monkeypatch.setattr(events, "_RECENT", recent)
    await with_a_trial(tmp_path)
    async with (
        running_chat(tmp_path, retraining=slow_training(tmp_path)) as chat,
        aclosing(chat.person.events()) as stream,
    ):
        await chat.person.ticket()
        heard = set()
        async with asyncio.timeout(20):
            while "done" not in heard or (hears and "retraining" not in heard):
                heard.add((await anext(stream))[0])

    assert ("retraining" in heard) is hears


async def test_others_see_the_same_run(chat: Chat) -> None:
    """Runs belong to nobody: all who keep the network see them and can end them."""
    other = await chat.somebody_else()
    run = await _started(chat.person)
    reply = await other.call("DELETE", run["url"])

    assert reply.body["run"]["state"] == "cancelled"


async def test_what_is_not_there(chat: Chat) -> None:
    """Runs, samples and networks that there are not are refused in a sentence."""
    replies = [
        await chat.person.call(method, path)
        for method, path in (
            ("GET", "/api/retraining/7"),
            ("DELETE", "/api/retraining/7"),
            ("GET", "/api/models/nowhere"),
            ("POST", "/api/models/nowhere/use"),
        )
    ]
    sample = await chat.person.raw("GET", "/api/retraining/1/samples/a.mp3")
    elsewhere = [
        await chat.person.raw("GET", path)
        for path in ("/api/retraining/1/samples/c.mp3", "/api/retraining/0", f"/api/models/{'%2e%2e'}%2fx")
    ]
    back = await chat.person.call("POST", "/api/models/rollback")
    cancel = await chat.person.call("POST", "/api/command", {"text": "/retrain cancel"})

    assert [reply.status for reply in replies] == [404] * 4
    assert [reply.status for reply in (sample, *elsewhere)] == [404] * 4
    assert (back.status, cancel.status) == (429, 404)
    assert all(len(reply.body["error"]) > 15 for reply in (*replies, sample, *elsewhere, back, cancel))


async def test_networks(tmp_path: Path) -> None:
    """Listed, shown, chosen by the beginning of their id, and left again; typed or asked for."""
    await with_a_trial(tmp_path)
    async with running_chat(tmp_path, retraining=slow_training(tmp_path)) as chat:
        person = chat.person
        before = (await person.call("GET", "/api/models")).body["models"]
        shown = (await person.call("GET", "/api/models/note")).body
        typed = (await person.call("POST", "/api/command", {"text": f"/model info {shown['model']['id']}"})).body
        used = (await person.call("POST", "/api/models/note/use")).body["model"]
        after = (await person.call("POST", "/api/command", {"text": "/model list"})).body["models"]
        back = (await person.call("POST", "/api/models/rollback")).body["model"]
        again = (await person.call("POST", "/api/command", {"text": "/model use note"})).body["model"]
        last = (await person.call("POST", "/api/command", {"text": "/model rollback"})).body["model"]

    assert [(model["state"], model["is_current"]) for model in before] == [("base", True), ("on trial", False)]
    assert shown == typed
    assert shown["model"]["report"]["gates"][0]["after"] == 2.553
    assert (used["id"], used["is_current"], used["state"]) == (shown["model"]["id"], True, "kept")
    assert {model["id"]: model["is_current"] for model in after} == {back["id"]: False, used["id"]: True}
    assert (back["id"], back["is_current"]) == ("fake-network", True)
    assert (again["id"], last["id"]) == (used["id"], "fake-network")


async def test_a_dry_run(chat: Chat) -> None:
    """The same plan without the offer to start; nothing is started."""
    plan = (await chat.person.call("POST", "/api/command", {"text": "/retrain"})).body
    dry = (await chat.person.call("POST", "/api/command", {"text": "/retrain dry_run:on"})).body

    assert (plan["may_start"], dry["may_start"]) == (True, False)
    assert plan["plan"] == dry["plan"]
    assert dry["run"] is None


async def test_too_few_votes(tmp_path: Path) -> None:
    """The plan says what is missing, and a start is refused with the same sentence."""
    async with running_chat(tmp_path, retraining=slow_training(tmp_path)) as chat:
        plan = (await chat.person.call("GET", "/api/retraining")).body
        start = await chat.person.call("POST", "/api/retraining")

    assert plan["may_start"] is False
    assert start.body["error"] == plan["plan"]["refusal"]


async def test_consent(chat: Chat) -> None:
    """Everybody says for themselves whether the network may learn from their pieces."""
    replies = [
        await chat.person.call("POST", "/api/command", {"text": f"/privacy training {word}"})
        for word in ("on", "off", "maybe")
    ]

    assert [reply.status for reply in replies] == [200, 200, 400]
    assert [reply.body.get("training") for reply in replies] == [True, False, None]


def test_a_report_full_of_nonsense() -> None:
    """Numbers that JSON does not have come as nothing, and what is missing is left out."""
    gates = [{"name": "x", "title": "X", "before": float("nan"), "after": None, "limit": float("inf"), "passed": True}]
    odd = {"passed": True, "gates": gates, "samples": {"a": "new", "c": "x"}, "seconds": True}
    now = datetime.now(UTC)
    shown = run_json(Run(1, RunState.PASSED, None, "{}", None, now, now, share=float("nan"), report=odd))
    check(json.loads(json.dumps(shown, allow_nan=False)), {"$ref": "#/components/schemas/Run"})

    assert [shown["report"]["gates"][0][name] for name in ("before", "after", "limit")] == [None] * 3
    assert (shown["report"]["votes"], shown["report"]["seconds"]) == (None, None)
    assert [sample["name"] for sample in shown["samples"]] == ["a"]
