"""Requests for pieces, whether by a command, a mention, a shortcut or a file."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from bot import wording
from bot.asking import request_of, seed_of
from bot.domain import ReplyError
from bot.options import to_options
from bot.platforms.slack.answers import take_on
from bot.platforms.slack.files import check_hosted, is_unnamed, midi_among, name_of
from bot.platforms.slack.troubles import FILE_GONE, SlackError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from bot.domain import Options, Seed, Ticket, Viewer
    from bot.platforms.slack.answers import Asked

_NO_OPTIONS: Final[Mapping[str, str]] = {}


async def compose(asked: Asked, values: Mapping[str, str], file: Mapping[str, Any] | None = None) -> None:
    """Take a request on: from the seed among the options, or from a MIDI file.

    Raises:
        ReplyError, BadInputError: why not.
    """
    seed = seed_of(asked.workspace.studio, values.get("seed"), None if file is None else name_of(file))
    options = to_options({name: value for name, value in values.items() if name != "seed"})
    if file is not None:
        check_hosted(file)
    address = asked.address(None if file is None else str(file["id"]))
    await take_on(asked, partial(_compose, asked, seed, options, address))


async def compose_from_file(
    asked: Asked, files: Sequence[Mapping[str, Any]], values: Mapping[str, str] = _NO_OPTIONS
) -> None:
    """Continue the MIDI file of a message.

    Raises:
        ReplyError: there is none.
    """
    file = midi_among([await _named(asked, file) for file in files])
    if file is None:
        raise ReplyError(wording.NO_MIDI_HERE)
    await compose(asked, values, file)


async def _named(asked: Asked, file: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a file is, which Slack does not say at once where it was shared from another workspace."""
    try:
        return await asked.workspace.web.file(str(file["id"])) if is_unnamed(file) else file
    except SlackError as error:
        if error.code not in FILE_GONE:
            raise
        raise ReplyError(wording.FILE_GONE) from error


async def _compose(asked: Asked, seed: Seed, options: Options, address: str, viewer: Viewer) -> Ticket:
    request = request_of(viewer, seed, options, key=asked.key, address=address)
    return await asked.workspace.studio.compose(request, viewer)
