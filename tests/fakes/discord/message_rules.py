"""What Discord lets into a message, and how a request becomes one."""

from __future__ import annotations

import json
import mimetypes
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from aiohttp import web

from tests.fakes.discord import errors
from tests.fakes.discord.model import Attachment, Message

if TYPE_CHECKING:
    from collections.abc import Iterator

    from multidict import MultiDictProxy

    from tests.fakes.discord.model import Channel, Json
    from tests.fakes.discord.world import World

_MOST_FILES = 10
_LONGEST_CONTENT, _LONGEST_EMBEDS = 2000, 6000


@dataclass
class Form:
    """The body of a request: its JSON, and the files that came with it by their number."""

    payload: Any = None
    files: dict[int, web.FileField] = field(default_factory=dict)


FORM = web.RequestKey("form", Form)
"""Where the server leaves the body of a request for its handler."""


async def read_form(request: web.Request) -> Form:
    """JSON, or the ``payload_json`` and ``files[n]`` of a form."""
    if not request.content_type.startswith("multipart/"):
        body = await request.read()
        return Form(json.loads(body) if body else None)
    parts: MultiDictProxy[Any] = await request.post()
    files = {int(key[6:-1]): value for key, value in parts.items() if re.fullmatch(r"files\[\d+\]", key)}
    return Form(json.loads(parts.get("payload_json", "{}")), files)


def keep_file(world: World, base_url: str, channel: Channel, *, name: str, content: bytes, kind: str) -> Attachment:
    """A file that Discord keeps, under a signed address."""
    number = world.ids.mint()
    url = f"{base_url}/attachments/{channel.id}/{number}/{quote(name, safe='')}?ex=6a&is=69&hm=c0ffee{number}"
    item = world.attachments[number] = Attachment(number, name, content, kind, url, len(content))
    return item


class MessageRules:
    """Puts what a request says into a message, or refuses it."""

    def __init__(self, world: World, base_url: str) -> None:
        self._world, self._base_url = world, base_url

    def apply(self, message: Message, form: Form, file_limit: int) -> None:
        """Change the message as the body of a POST or PATCH says.

        Raises:
            ApiError: the message would break a rule; it is as it was.
        """
        payload: Json = form.payload or {}
        if any(len(file.file.read()) > file_limit for file in form.files.values()):
            raise errors.too_large()
        attachments = self._attachments(message, payload, form.files)
        embeds = message.embeds if payload.get("embeds") is None else _with_files(payload["embeds"], attachments)
        components = payload.get("components")
        new = Message("", message.channel, message.author, 0.0, flags=message.flags, attachments=attachments)
        new.content = message.content if "content" not in payload else payload["content"] or ""
        new.embeds = embeds
        new.components = message.components if components is None else [_numbered(row) for row in components]
        _check(new)
        message.content, message.embeds, message.components = new.content, new.embeds, new.components
        message.attachments = attachments
        message.pings += _pings(new.content if "content" in payload else "", payload.get("allowed_mentions"))

    def _attachments(self, message: Message, payload: Json, files: dict[int, web.FileField]) -> list[Attachment]:
        new = {number: self._stored(message.channel, file) for number, file in files.items()}
        if "attachments" not in payload:
            attachments = [*message.attachments, *new.values()]
        else:
            attachments = []
            for entry in payload["attachments"] or []:
                kept = [item for item in message.attachments if item.id == str(entry["id"])]
                number = int(entry["id"])
                if not kept and number not in new:
                    raise errors.invalid_form(where="attachments", why=f"no file has the id {number}")
                attachments += kept or [new[number]]
        if len(attachments) > _MOST_FILES:
            raise errors.invalid_form(where="attachments", why="Must be 10 or fewer in length.")
        return attachments

    def _stored(self, channel: Channel, file: web.FileField) -> Attachment:
        file.file.seek(0)
        kind = mimetypes.guess_type(file.filename)[0] or "application/octet-stream"
        content = file.file.read()
        return keep_file(self._world, self._base_url, channel, name=file.filename, content=content, kind=kind)


def _pings(content: str, allowed: Json | None) -> list[str]:
    """Whom a text notifies: everybody that it mentions, unless the request names what may be mentioned."""
    kinds = {"everyone": "@(everyone|here)", "roles": r"<@&(\d+)>", "users": r"<@!?(\d+)>"}
    parsed = kinds if allowed is None else allowed.get("parse", [])
    found = [(kind, name) for kind, pattern in kinds.items() for name in re.findall(pattern, content)]
    return [name for kind, name in found if kind in parsed or name in (allowed or {}).get(kind, [])]


def _with_files(embeds: list[Json], attachments: list[Attachment]) -> list[Json]:
    """Embeds as Discord gives them back, with pictures among the attachments at their addresses."""
    urls = {item.filename: item.url for item in attachments}
    result = []
    for embed in embeds:
        shown = {"type": "rich", **embed}
        for key in ("image", "thumbnail"):
            url = shown.get(key, {}).get("url", "")
            name = url.removeprefix("attachment://")
            if name != url and name not in urls:
                raise errors.invalid_form(where="embeds", why=f"there is no attachment {name}")
            if url:
                shown[key] = {"url": urls.get(name, url), "proxy_url": urls.get(name, url), "width": 8, "height": 8}
        if "fields" in shown:
            shown["fields"] = [{"inline": False, **entry} for entry in shown["fields"]]
        result.append(shown)
    return result


def _numbered(component: Json) -> Json:
    numbered = {"id": 1, **component}
    if "emoji" in component:
        numbered["emoji"] = {key: value for key, value in component["emoji"].items() if value is not None}
    if "components" in component:
        numbered["components"] = [_numbered(child) for child in component["components"]]
    return numbered


def _check(message: Message) -> None:
    if len(message.content) > _LONGEST_CONTENT:
        raise errors.invalid_form(where="content", why="Must be 2000 or fewer in length.")
    if sum(map(len, _embed_texts(message.embeds))) > _LONGEST_EMBEDS:
        raise errors.invalid_form(where="embeds", why="Embed size exceeds maximum size of 6000")
    names = Counter(button["custom_id"] for button in message.buttons if "custom_id" in button)
    if any(count > 1 for count in names.values()) or any(len(name) > 100 for name in names):
        raise errors.invalid_form(
            where="components", why="Component custom id cannot be duplicated, nor longer than 100"
        )
    if len(message.components) > 5 or any(len(row["components"]) > 5 for row in message.components):
        raise errors.invalid_form(where="components", why="Must be between 1 and 5 in length.")
    if not (message.content or message.embeds or message.attachments or message.components):
        raise errors.empty_message()


def _embed_texts(embeds: list[Json]) -> Iterator[str]:
    for embed in embeds:
        yield from (embed.get(key) or "" for key in ("title", "description"))
        yield embed.get("footer", {}).get("text", "")
        yield embed.get("author", {}).get("name", "")
        for entry in embed.get("fields", []):
            yield from (entry["name"], entry["value"])
