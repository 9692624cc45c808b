"""What people send: JSON objects and forms, never more of them than is needed."""

from __future__ import annotations

import asyncio
import json
import re
import warnings
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NoReturn

from aiohttp import BadContentDispositionHeader, BadContentDispositionParam, BodyPartReader, hdrs, web
from aiohttp.http_exceptions import HttpProcessingError

from bot import wording
from bot.intake import LARGEST_UPLOAD
from bot.platforms.web.faults import TooLargeError
from composer.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection

LARGEST_JSON: Final = 64 << 10
LARGEST_BODY: Final = LARGEST_UPLOAD + LARGEST_JSON
"""Bytes: a file, its options and what a form puts around them."""
FILE_FIELD: Final = "midi"
_LARGEST_FIELD = 4 << 10
_MOST_PARTS = 12
_CHUNK = 64 << 10
_QUOTED = re.compile(r';\s*(name|filename)="((?:\\"|[^"])*)"', re.IGNORECASE)
_ESCAPES: Final = {"%22": '"', "%0A": " ", "%0D": " "}
"""How browsers write, in the names of files, what would end the name."""
READING_SECONDS: Final = 60.0
_NOT_JSON = "This must be a JSON object (application/json)."
_NOT_A_FORM = "This form cannot be read; send it as multipart/form-data with the file in the field midi."
_BROKEN = (
    AssertionError,
    HttpProcessingError,
    LookupError,
    RuntimeError,  # RecursionError among them
    TypeError,
    ValueError,
    web.RequestPayloadError,
)
"""What broken bodies raise, in aiohttp and in json."""


@dataclass(slots=True)
class Form:
    """The fields of a form, and its file."""

    values: dict[str, str] = field(default_factory=dict)
    file_name: str = ""
    data: bytes | None = None


def is_form(request: web.Request) -> bool:
    """Whether a form was sent."""
    return request.content_type == "multipart/form-data"


async def read_json(request: web.Request, known: Collection[str]) -> dict[str, Any]:
    """The JSON object that was sent.

    Raises:
        BadInputError: it is none, is too large, or has other names than ``known``.
    """
    if request.content_type != "application/json":
        _refuse(_NOT_JSON)
    try:
        async with _patience():
            value = json.loads(await _text(request), parse_constant=_refuse_constant)
    except _BROKEN as error:
        raise BadInputError(_NOT_JSON) from error
    if not isinstance(value, dict):
        _refuse(_NOT_JSON)
    for name in value:
        _check_name(name, known)
    return value


async def read_form(request: web.Request, known: Collection[str]) -> Form:
    """The form that was sent.

    Raises:
        BadInputError: it cannot be read, is too large, or has other fields than ``known`` and the file.
    """
    form = Form()
    try:
        async with _patience():
            await _read_parts(request, known, form)
    except web.HTTPRequestEntityTooLarge as error:
        raise TooLargeError(wording.FILE_TOO_LARGE) from error
    except _BROKEN as error:
        raise BadInputError(_NOT_A_FORM) from error
    return form


async def _read_parts(request: web.Request, known: Collection[str], form: Form) -> None:
    if (request.content_length or 0) > LARGEST_BODY:
        raise TooLargeError(wording.FILE_TOO_LARGE)
    for warning in (BadContentDispositionHeader, BadContentDispositionParam):
        warnings.simplefilter("ignore", warning)  # it repeats the names of people's files, which no log may hold
    reader, count = await request.multipart(), 0
    while (part := await reader.next()) is not None:
        count += 1
        if count > _MOST_PARTS or not isinstance(part, BodyPartReader):
            _refuse(_NOT_A_FORM)
        name, file_name = _names_of(part)
        _check_name(name, {*known, FILE_FIELD})
        if name in form.values or (name == FILE_FIELD and form.data is not None):
            what = "one file at a time" if name == FILE_FIELD else f"{name} once"
            _refuse(f"Please send {what}.")
        if name == FILE_FIELD:
            form.file_name, form.data = file_name, await _read_part(part, name, LARGEST_UPLOAD)
        else:
            form.values[name] = (await _read_part(part, name, _LARGEST_FIELD)).decode()


def _names_of(part: BodyPartReader) -> tuple[str, str]:
    """The name of a field and that of its file; aiohttp gives up on file names with several semicolons."""
    quoted = dict(_QUOTED.findall(part.headers.get(hdrs.CONTENT_DISPOSITION, "")))
    name = part.name or quoted.get("name")
    if name is None:
        _refuse(_NOT_A_FORM)
    file_name = part.filename or quoted.get("filename", "")
    for escape, character in _ESCAPES.items():
        file_name = file_name.replace(escape, character)
    return name, file_name


async def _read_part(part: BodyPartReader, name: str, most: int) -> bytes:
    received = bytearray()
    while chunk := await part.read_chunk(_CHUNK):
        received += chunk
        if len(received) > most:
            if name == FILE_FIELD:
                raise TooLargeError(wording.FILE_TOO_LARGE)
            _refuse(f"The field {name} is too long.")
    return bytes(received)


async def _text(request: web.Request) -> bytes:
    received = bytearray()
    async for chunk in request.content.iter_chunked(_CHUNK):
        received += chunk
        if len(received) > LARGEST_JSON:
            message = f"This is too much text: more than {LARGEST_JSON >> 10} KiB."
            raise TooLargeError(message)
    return bytes(received)


@asynccontextmanager
async def _patience() -> AsyncIterator[None]:
    """Wait for what is being sent, but not for ever."""
    try:
        async with asyncio.timeout(READING_SECONDS):
            yield
    except TimeoutError as error:
        message = "This arrived too slowly; please send it again."
        raise BadInputError(message) from error


def _check_name(name: str, known: Collection[str]) -> None:
    if name not in known:
        shown = wording.safe_title(name, 40)
        _refuse(f"There is no option called {shown} here; there are {', '.join(sorted(known))}.")


def _refuse_constant(name: str) -> NoReturn:
    message = f"{name} is not JSON"
    raise ValueError(message)


def _refuse(sentence: str) -> NoReturn:
    raise BadInputError(sentence)
