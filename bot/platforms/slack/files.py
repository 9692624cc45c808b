"""Files that people share: which of them are MIDI, and which are Slack's own and may be fetched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bot import wording
from bot.asking import calls_itself_midi
from bot.domain import ReplyError
from composer.midi.events import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_UNKNOWN: Final = "check_file_info"
"""What Slack says instead of a file's name where it was shared from another workspace."""


def midi_among(files: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The first file that calls itself MIDI, by its name or its type; what it is shows when it is read."""
    return next(filter(looks_like_midi, files), None)


def looks_like_midi(file: Mapping[str, Any]) -> bool:
    """Whether a file calls itself MIDI."""
    return calls_itself_midi(name_of(file), file.get("mimetype")) or file.get("filetype") in {"mid", "midi"}


def is_unnamed(file: Mapping[str, Any]) -> bool:
    """Whether Slack is to be asked what this file is."""
    return file.get("file_access") == _UNKNOWN or not name_of(file)


def name_of(file: Mapping[str, Any]) -> str:
    """As the person called it."""
    return str(file.get("name") or file.get("title") or "")


def check_hosted(file: Mapping[str, Any]) -> None:
    """Refuse what does not lie on Slack, has gone, or is too large.

    Raises:
        ReplyError: one of these.
    """
    mode = file.get("mode", "hosted")
    if file.get("is_external") or file.get("external_type") or mode in {"external", "remote"}:
        raise ReplyError(wording.FILE_ELSEWHERE)
    if mode != "hosted" or file.get("file_access") in {"access_denied", "file_not_found"}:
        raise ReplyError(wording.FILE_GONE)
    size = file.get("size")
    if isinstance(size, int) and size > MAX_BYTES:
        raise ReplyError(wording.FILE_TOO_LARGE)
