"""A program that uses the web chat's API, and holds every answer against the published description."""

from __future__ import annotations

import asyncio
import io
import json
import re
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Self

import aiohttp
from jsonschema import Draft202012Validator

from bot.platforms.web.page import OPENAPI

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping
    from types import TracebackType

OWN = {"X-SchumaNN": "1"}
UNFINISHED = {"awaiting_file", "queued", "running"}


@cache
def document() -> dict[str, Any]:
    """The description of the API."""
    content: dict[str, Any] = json.loads(OPENAPI.read_text(encoding="utf-8"))
    return content


def check(value: Any, schema: Mapping[str, Any]) -> None:
    """Fail unless ``value`` is as ``schema``, which may refer to the document's components, says."""
    Draft202012Validator({**schema, "components": document()["components"]}).validate(value)


def check_answer(method: str, path: str, status: int, body: Any) -> None:
    """Fail unless the description knows this answer and has it in this shape."""
    responses = _operation(method, path)["responses"]
    response = responses.get(str(status), responses["default"])
    if "$ref" in response:
        assert status >= HTTPStatus.BAD_REQUEST, f"{method} {path} is not described as giving {status}"
        response = document()["components"]["responses"]["Error"]
    check(body, response["content"]["application/json"]["schema"])


def _operation(method: str, path: str) -> dict[str, Any]:
    for template, item in document()["paths"].items():
        pattern = template.replace("{id}", r"\d+").replace("{model}", r"[\w.-]+")
        if re.fullmatch(pattern, path) and method.lower() in item:
            operation: dict[str, Any] = item[method.lower()]
            return operation
    message = f"{method} {path} is not described"
    raise AssertionError(message)


@dataclass(frozen=True)
class Reply:
    """What came back; ``body`` is the JSON, where it was JSON."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    body: Any


class ApiClient:
    """One person, with a cookie jar of their own."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self.session = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, _: object, __: TracebackType | None) -> None:
        await self.session.close()

    async def raw(self, method: str, path: str, **options: Any) -> Reply:
        """Ask without any help."""
        async with self.session.request(method, self.url + path, allow_redirects=False, **options) as response:
            content = await response.read()
            body = json.loads(content) if response.content_type == "application/json" and content else None
            return Reply(response.status, response.headers, content, body)

    async def call(self, method: str, path: str, body: Any = None, **headers: str) -> Reply:
        """Ask as the description says, and check the answer against it."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        reply = await self.raw(method, path, json=body, headers={**OWN, **given})
        check_answer(method, path.partition("?")[0], reply.status, reply.body)
        return reply

    async def upload(self, data: bytes, name: str = "song.mid", **fields: str) -> Reply:
        """Send a file in a form."""
        form = aiohttp.FormData(fields, quote_fields=False)  # browsers do not quote either
        form.add_field("midi", io.BytesIO(data), filename=name, content_type="audio/midi")
        reply = await self.raw("POST", "/api/requests", data=form, headers=OWN)
        check_answer("POST", "/api/requests", reply.status, reply.body)
        return reply

    async def ticket(self, **values: Any) -> dict[str, Any]:
        """A request that was taken on."""
        reply = await self.call("POST", "/api/requests", {"seed": "schumann", "length": 10, **values})
        assert reply.status == HTTPStatus.ACCEPTED, reply.body
        ticket: dict[str, Any] = reply.body["ticket"]
        return ticket

    async def finished(self, ticket: Mapping[str, Any]) -> dict[str, Any]:
        """A request, once it has ended."""
        async with asyncio.timeout(20):
            while True:
                now: dict[str, Any] = (await self.call("GET", ticket["url"])).body["ticket"]
                if now["state"] not in UNFINISHED:
                    return now
                await asyncio.sleep(0.02)

    async def piece(self, **values: Any) -> dict[str, Any]:
        """A piece that was asked for and made."""
        piece: dict[str, Any] = (await self.finished(await self.ticket(**values)))["piece"]
        return piece

    async def events(self) -> AsyncGenerator[tuple[str, Any]]:
        """What is streamed, as (name, content), until the server ends it."""
        name = ""
        async with self.session.get(f"{self.url}/api/events") as response:
            assert response.status == HTTPStatus.OK, await response.text()
            async for line in response.content:
                field, _, value = line.decode().rstrip("\n").partition(": ")
                if field == "event":
                    name = value
                elif field == "data":
                    content = json.loads(value)
                    if name in {"progress", "done", "failed", "cancelled"}:
                        check(content, {"$ref": "#/components/schemas/Ticket"})
                    elif name == "retraining":
                        check(content, {"$ref": "#/components/schemas/Run"})
                    elif name == "hello":
                        check(content, {"$ref": "#/components/schemas/Hello"})
                    yield name, content
