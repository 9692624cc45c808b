"""Methods about files, the addresses that files are sent to, and those that they are fetched from."""

from __future__ import annotations

import asyncio
import html
from typing import TYPE_CHECKING

from aiohttp import web

from tests.fakes.slack import payloads
from tests.fakes.slack.errors import ApiError
from tests.fakes.slack.model import Message
from tests.fakes.slack.posting import as_json, fill, parent_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fakes.slack.model import Channel, File, Json
    from tests.fakes.slack.server import FakeSlack

_ENDLESS_CHUNK = bytes(1 << 16)
_ENDLESS_BYTES = 64 << 20
_SHARING_SECONDS = 0.02
LOGIN_PAGE = "<!DOCTYPE html><html><head><title>Sign in | Slack</title></head><body>Sign in</body></html>"


class FileMethods:
    """``files.*``, uploads and downloads."""

    def __init__(self, fake: FakeSlack) -> None:
        self._fake, self._world = fake, fake.world
        self._sharing: set[asyncio.TimerHandle] = set()

    def table(self) -> dict[str, Callable[[Json], Json]]:
        """Each method and what does it."""
        return {
            "files.getUploadURLExternal": self._upload_url,
            "files.completeUploadExternal": self._complete,
            "files.info": self._info,
        }

    def close(self) -> None:
        """Share nothing any more."""
        for handle in self._sharing:
            handle.cancel()

    def _upload_url(self, arguments: Json) -> Json:
        name, length = arguments.get("filename"), str(arguments.get("length", ""))
        if not name or not length.isdecimal() or int(length) == 0:
            error = "invalid_arguments"
            raise ApiError(error)
        item = self._world.add_file(str(name), self._world.bot, base_url=self._fake.base_url)
        item.announced_size, item.is_complete = int(length), False
        item.upload_url = f"{self._fake.base_url}/upload/v1/{item.id}"
        return {"upload_url": item.upload_url, "file_id": item.id}

    def _complete(self, arguments: Json) -> Json:
        items = [self._completed(entry) for entry in as_json(arguments.get("files")) or []]
        if not items:
            error = "invalid_arguments"
            raise ApiError(error)
        if arguments.get("channel_id"):
            channel = self._world.channel_for_bot(arguments["channel_id"])
            message = Message(self._world.ts(), channel, self._world.bot, files=items)
            message.parent_ts = parent_of(self._fake, channel, arguments.get("thread_ts"))
            comment = arguments.get("initial_comment")
            if comment or arguments.get("blocks"):
                fill(self._fake, message, {"text": comment, "blocks": arguments.get("blocks")})
            loop = asyncio.get_running_loop()
            self._sharing.add(loop.call_later(_SHARING_SECONDS, self._fake.events.publish, message))
        for item in items:
            item.is_complete = True
        return {"files": [payloads.file(item) for item in items]}

    def _completed(self, entry: Json) -> File:
        item = self._world.files.get(str(entry.get("id")))
        if item is None or item.is_complete or not item.content:
            error = "file_not_found"
            raise ApiError(error)
        item.title = entry.get("title") or item.name
        return item

    def _info(self, arguments: Json) -> Json:
        item = self._world.files.get(str(arguments.get("file")))
        if item is None or not self._is_visible(item):
            error = "file_not_found"
            raise ApiError(error)
        return {"file": payloads.file(item), "comments": []}

    def _is_visible(self, item: File) -> bool:
        return item.owner is self._world.bot or any(map(self._reaches, item.shares))

    def _reaches(self, channel_id: str) -> bool:
        channel: Channel | None = self._world.channels.get(channel_id)
        return channel is not None and channel.bot_is_in

    async def receive(self, request: web.Request) -> web.Response:
        """The bytes of an upload, which need no token."""
        item = self._world.files.get(request.match_info["file"])
        if "Authorization" in request.headers:
            self._fake.violations.append("a token was sent along with an upload")
        content = await request.read()
        if item is None or item.is_complete or len(content) != item.announced_size:
            return web.Response(status=400, text="the size is not what was announced")
        item.content = content
        item.content_type = _kind(item.name)
        return web.Response(text=f"OK - {len(content)}")

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """The bytes of a file in its manner, for those who bring the bot's token; the others get a page to sign in."""
        item = self._world.files.get(request.match_info["file"].rpartition("-")[2])
        may = request.headers.get("Authorization") == f"Bearer {self._fake.bot_token}"
        if item is None or item.manner == "gone":
            return web.Response(status=404, text="not found")
        if not may or item.manner == "login" or "files:read" not in self._fake.rights.scopes:
            return web.Response(text=LOGIN_PAGE, content_type="text/html")
        if item.manner == "redirect":
            return web.Response(status=302, headers={"Location": f"{self._fake.elsewhere.url}/{html.escape(item.id)}"})
        if item.manner == "stall":
            await asyncio.sleep(3600)
        if item.manner == "endless":
            return await _endless(item, request)
        return web.Response(body=item.content, content_type=item.content_type)


def _kind(name: str) -> str:
    kinds = {".mp3": "audio/mpeg", ".mid": "audio/midi", ".png": "image/png", ".json": "application/json"}
    return next((kind for ending, kind in kinds.items() if name.endswith(ending)), "application/octet-stream")


async def _endless(item: File, request: web.Request) -> web.StreamResponse:
    """Much more than was announced, without a Content-Length; it ends all the same, for the machine's sake."""
    response = web.StreamResponse()
    response.enable_chunked_encoding()
    await response.prepare(request)
    for _ in range(_ENDLESS_BYTES // len(_ENDLESS_CHUNK)):
        await response.write(_ENDLESS_CHUNK)
        item.endless_bytes += len(_ENDLESS_CHUNK)
    await response.write_eof()
    return response
