"""Words about a file for the person who sent it: what it looks like, how much of something it holds."""

from __future__ import annotations

_BEGINNINGS = (
    (b"ID3", "looks like an MP3 recording"),
    (b"\xff\xfb", "looks like an MP3 recording"),
    (b"\xff\xf3", "looks like an MP3 recording"),
    (b"\xff\xf2", "looks like an MP3 recording"),
    (b"OggS", "looks like an Ogg recording"),
    (b"fLaC", "looks like a FLAC recording"),
    (b"%PDF", "looks like a PDF"),
    (b"PK\x03\x04", "looks like a ZIP archive or a compressed score; unpack it or export MIDI from it"),
    (b"\x1f\x8b", "looks like a gzip archive; unpack it first"),
    (b"7z\xbc\xaf", "looks like a 7z archive; unpack it first"),
    (b"Rar!", "looks like a RAR archive; unpack it first"),
    (b"MTrk", "begins with a track and its header is missing"),
    (b"\x7fELF", "looks like a program"),
    (b"MZ", "looks like a program"),
    (b"\x89PNG", "looks like a picture"),
    (b"\xff\xd8\xff", "looks like a picture"),
    (b"GIF8", "looks like a picture"),
    (b"{\\rtf", "looks like a text document"),
)
_MARKUP = (
    (b"<!doctype html", "looks like a web page"),
    (b"<html", "looks like a web page"),
    (b"<score-partwise", "looks like MusicXML; export MIDI from your notation program"),
    (b"<?xml", "looks like XML, perhaps MusicXML; export MIDI from your notation program"),
)
_RIFF = {b"WAVE": "looks like a WAV recording", b"sfbk": "looks like a soundfont"}


def counted(count: int, noun: str) -> str:
    """A number with its noun: "1 note", "1,200 notes"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def file_kind(data: bytes) -> str:
    """Words to finish the sentence "it ..." about data that is not a MIDI file, e.g. "looks like a PDF"."""
    if not data:
        return "is empty"
    if data[:4] in {b"RIFF", b"RIFX"}:
        return _RIFF.get(data[8:12], "is some other RIFF file")
    if data[4:8] == b"ftyp":
        return "looks like an MP4 or M4A recording"
    for beginning, words in _BEGINNINGS:
        if data.startswith(beginning):
            return words
    text = data[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for beginning, words in _MARKUP:
        if text.startswith(beginning):
            return words
    return _plain_kind(data[:1024])


def _plain_kind(start: bytes) -> str:
    if not start.strip(b"\0"):
        return "holds only zeros"
    if all(byte in b"\t\r\n" or 32 <= byte < 127 for byte in start):
        return "looks like plain text"
    return "does not begin with the MIDI header MThd"
