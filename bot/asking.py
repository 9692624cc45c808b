"""From what somebody said in a chat to a request for a piece, the same on every platform where files come along."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bot import wording
from bot.domain import ComposeRequest, ReplyError, Seed, SeedKind

if TYPE_CHECKING:
    from bot.domain import Options, Viewer
    from bot.studio import Studio

MIDI_ENDINGS: Final = (".mid", ".midi", ".kar", ".smf", ".rmi")
_MIDI_TYPES: Final = frozenset({"audio/midi", "audio/mid", "audio/x-midi"})


def calls_itself_midi(filename: str, content_type: str | None) -> bool:
    """Whether a file says that it is MIDI, by its name or its type; what it is shows when it is read."""
    kind = (content_type or "").partition(";")[0].strip().lower()
    return filename.lower().endswith(MIDI_ENDINGS) or kind in _MIDI_TYPES


def seed_of(studio: Studio, text: str | None, filename: str | None) -> Seed:
    """What to continue: an opener or notes, or else a file.

    Raises:
        ReplyError: both were given, or neither.
        BadInputError: the text is neither an opener nor notes.
    """
    if text and filename is not None:
        raise ReplyError(wording.SEED_OR_MIDI)
    if filename is not None:
        return seed_of_file(filename)
    if not text:
        raise ReplyError(wording.NO_SEED)
    return studio.parse_seed(text)


def seed_of_file(filename: str) -> Seed:
    """An upload, under a name that can be shown."""
    stem = next((filename[: -len(end)] for end in MIDI_ENDINGS if filename.lower().endswith(end)), filename)
    return Seed(SeedKind.UPLOAD, wording.safe_name(filename), wording.safe_title(wording.safe_name(stem)))


def request_of(viewer: Viewer, seed: Seed, options: Options, *, key: str, address: str) -> ComposeRequest:
    """The request; a file is fetched after it was taken on."""
    return ComposeRequest(
        key=key,
        user=viewer.user,
        place=viewer.place,
        seed=seed,
        options=options,
        address=address,
        awaits_file=seed.kind is SeedKind.UPLOAD,
    )
