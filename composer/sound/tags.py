"""What a music player shows of a file: title, artist, and the music it grew from."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, NamedTuple

from composer.titles import clean_title

if TYPE_CHECKING:
    from pathlib import Path

ARTIST = "SchumaNN"
UNTITLED = "Untitled"


class AudioTags(NamedTuple):
    """Title and comment of a recording, fit to be stored."""

    title: str
    comment: str

    @classmethod
    def clean(cls, title: str, opener: str | None) -> AudioTags:
        """Tags from what people wrote: one line each, no control characters."""
        comment = f"Opener: {clean_title(opener)}" if opener and clean_title(opener) else ""
        return cls(clean_title(title) or UNTITLED, comment)


def id3_bytes(tags: AudioTags) -> bytes:
    """The tags as ID3v2.3, which every player reads; goes in front of an MP3. The same tags give the same bytes."""
    from mutagen.id3 import COMM, ID3, TIT2, TPE1, Encoding

    frames = ID3()
    frames.add(TIT2(encoding=Encoding.UTF16, text=tags.title))
    frames.add(TPE1(encoding=Encoding.UTF16, text=ARTIST))
    if tags.comment:
        frames.add(COMM(encoding=Encoding.UTF16, lang="eng", desc="", text=tags.comment))
    stored = io.BytesIO()
    frames.save(stored, v1=0, v2_version=3, padding=lambda _: 0)
    return stored.getvalue()


def tag_flac(path: Path, tags: AudioTags) -> None:
    """Write the tags into a FLAC file as Vorbis comments."""
    from mutagen.flac import FLAC

    file = FLAC(path)
    file["title"], file["artist"] = tags.title, ARTIST
    if tags.comment:
        file["comment"] = tags.comment
    file.save()
