"""Who keeps the network: everybody on the own computer, nobody where there is a token, but for those who are listed."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from bot.platforms.web import access
from bot.retraining.retrainer import OPERATOR
from tests.bot.platforms.web.api_client import OWN
from tests.bot.platforms.web.conftest import running_chat
from tests.fakes.retraining import reaches, slow_training, with_a_trial

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.bot.platforms.web.api_client import Reply
    from tests.bot.platforms.web.conftest import Chat

TOKEN = "correct-horse-battery"  # noqa: S105 (a test's)
SECRET = "0123456789abcdef0123456789abcdef"  # noqa: S105 (a test's)
LISTED = f"web:{hashlib.sha256(SECRET.encode()).hexdigest()[:32]}"
COOKIE = {"Cookie": f"schumann={SECRET}"}
SHOWN = {"Authorization": f"Bearer {TOKEN}"}


@dataclass(frozen=True)
class Role:
    """Somebody who asks.

    Attributes:
        refusal: the status that they get; None for keepers.
        sentence: part of what they are told.
        headers: that they send.
        token: of the chat.
        admins: who is listed.
        may_look: whether what changes nothing is not refused.
    """

    refusal: int | None
    sentence: str = "Only the keepers"
    headers: dict[str, str] = field(default_factory=lambda: {**OWN, **COOKIE})
    token: str | None = None
    admins: tuple[str, ...] = ()
    may_look: bool = False


ROLES: dict[str, Role] = {
    "on the own computer": Role(None),
    "there, people of other platforms being listed": Role(None, admins=("slack:U1", "discord:1")),
    "there, listed": Role(None, admins=(LISTED,)),
    "there, others being listed": Role(403, admins=("web:0123",)),
    "there, scripts being listed": Role(403, admins=("web:token",)),
    "page with the token": Role(403, token=TOKEN),
    "script with the token": Role(403, token=TOKEN, headers={**OWN, **SHOWN}),
    "script with the token, listed": Role(None, token=TOKEN, headers={**OWN, **SHOWN}, admins=("web:token",)),
    "page with the token, scripts being listed": Role(403, token=TOKEN, admins=("web:token",)),
    "page with the token, listed": Role(None, token=TOKEN, admins=(LISTED,)),
    "without the token": Role(401, "needs its token", token=TOKEN, admins=("web:token",), headers={**OWN}),
    "with a wrong token": Role(401, "not the token", token=TOKEN, headers={**OWN, "Authorization": "Bearer x"}),
    "called token": Role(403, headers={**OWN, "Cookie": "schumann=token"}, admins=("web:token",)),
    "another origin": Role(403, "Another site", headers={**OWN, "Origin": "http://evil.example"}),
    "another site": Role(403, "Another site", headers={**OWN, "Sec-Fetch-Site": "cross-site"}),
    "another name": Role(403, "not one of mine", headers={**OWN, "Host": "evil.example"}),
    "without the header": Role(403, "application/json", headers={}, may_look=True),
}
LOOKS = ("/api/retraining", "/api/retraining/1", "/api/retraining/1/samples/a.mp3", "/api/models", "/api/models/note")
COMMANDS = ("/retrain", "/retrain dry_run:on", "/retrain cancel", "/model", "/model info", "/model use note")
DEEDS = (
    ("POST", "/api/retraining"),
    ("DELETE", "/api/retraining/2"),
    ("POST", "/api/models/note/use"),
    ("POST", "/api/models/rollback"),
)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a network on trial, made once."""
    data = tmp_path_factory.mktemp("prepared") / "data"
    asyncio.run(with_a_trial(data))
    return data


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever shows a wrong token does not wait here; ``test_security`` sees to that."""
    monkeypatch.setattr(access, "WRONG_TOKEN_SECONDS", 0.0)


@asynccontextmanager
async def chat_for(role: Role, prepared: Path, data: Path) -> AsyncIterator[tuple[Chat, dict[str, str]]]:
    """A chat as somebody finds it, and the headers that they send: a page has opened it with the token before."""
    shutil.copytree(prepared, data)
    training = slow_training(data)
    async with running_chat(data, token=role.token, admins=role.admins, retraining=training) as chat:
        headers = dict(role.headers)
        if role.token and "Cookie" in headers:
            opened = await chat.person.raw("GET", f"/?token={TOKEN}")
            headers["Cookie"] += f"; {opened.headers['Set-Cookie'].partition(';')[0]}"
            chat.person.session.cookie_jar.clear()
        yield chat, headers


async def standing(chat: Chat) -> tuple[object, ...]:
    """All that can be changed."""
    retrainer = chat.house.studio.retrainer
    models = [(model.id, model.state, model.is_current) for model in await retrainer.models(OPERATOR)]
    latest = await retrainer.latest(OPERATOR)
    return (*models, latest and (latest.id, latest.state))


def is_refused(reply: Reply, role: Role) -> bool:
    """Whether this is the refusal that such people get."""
    return reply.status == role.refusal and role.sentence in reply.body["error"]


@pytest.mark.parametrize("name", ROLES)
async def test_looking(name: str, prepared: Path, tmp_path: Path) -> None:
    """Only keepers see plans, runs, samples and networks."""
    role = ROLES[name]
    async with chat_for(role, prepared, tmp_path / "data") as (chat, headers):
        for path in LOOKS:
            reply = await chat.person.raw("GET", path, headers=headers)
            if role.refusal is None or role.may_look:
                assert (path, reply.status) == (path, 200)
            else:
                assert is_refused(reply, role), (path, reply.body)


@pytest.mark.parametrize("name", ROLES)
async def test_deeds(name: str, prepared: Path, tmp_path: Path) -> None:
    """Only keepers start and cancel runs and choose networks; what is refused changes nothing."""
    role = ROLES[name]
    async with chat_for(role, prepared, tmp_path / "data") as (chat, headers):
        retrainer = chat.house.studio.retrainer
        if role.refusal is not None:
            await retrainer.start(OPERATOR, key="the second", address="{}")
            await reaches(retrainer, 2)
        before = await standing(chat)
        for method, path in DEEDS:
            reply = await chat.person.raw(method, path, headers=headers)
            if role.refusal is None:
                assert (path, reply.status) == (path, 202 if path == "/api/retraining" else 200)
            else:
                assert is_refused(reply, role), (path, reply.body)
        after = await standing(chat)

    assert (after == before) is (role.refusal is not None)


@pytest.mark.parametrize("name", [name for name in ROLES if name != "without the header"])
async def test_commands(name: str, prepared: Path, tmp_path: Path) -> None:
    """The same for what is typed."""
    role = ROLES[name]
    async with chat_for(role, prepared, tmp_path / "data") as (chat, headers):
        before = await standing(chat)
        for text in COMMANDS:
            reply = await chat.person.raw("POST", "/api/command", json={"text": text}, headers=headers)
            if role.refusal is None:
                assert (text, reply.status) == (text, 409 if text == "/retrain cancel" else 200)
            else:
                assert is_refused(reply, role), (text, reply.body)
        after = await standing(chat)

    assert (after == before) is (role.refusal is not None)


@pytest.mark.parametrize("may_hear", [True, False])
async def test_hearing(prepared: Path, tmp_path: Path, may_hear: bool) -> None:
    """Pages of keepers hear of runs; others hear of their requests only."""
    role = ROLES["on the own computer" if may_hear else "there, others being listed"]
    async with chat_for(role, prepared, tmp_path / "data") as (chat, _), aclosing(chat.person.events()) as stream:
        heard = [await anext(stream)]
        retrainer = chat.house.studio.retrainer
        await retrainer.start(OPERATOR, key="the second", address="{}")
        await reaches(retrainer, 2)
        await retrainer.cancel(2, OPERATOR)
        await chat.person.ticket()
        async with asyncio.timeout(20):
            async for name, content in stream:
                heard.append((name, content))
                if name == "done":
                    break
    runs = [(content["id"], content["state"]) for name, content in heard if name == "retraining"]

    assert (runs[:1], runs[-1:]) == (([(1, "passed")], [(2, "cancelled")]) if may_hear else ([], []))
