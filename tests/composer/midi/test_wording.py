"""Words about files."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.midi.wording import counted, file_kind


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"  \n<HTML lang='en'>", "looks like a web page"),
        (b"\xef\xbb\xbf<score-partwise version='4.0'>", "looks like MusicXML; export MIDI from your notation program"),
        (b"RIFX\0\0\0\0sfbk", "looks like a soundfont"),
        (b"RIFF\0\0\0\0AVI ", "is some other RIFF file"),
        (b"\xff\xd8\xff\xe0", "looks like a picture"),
        (b"\x80\x81\x82", "does not begin with the MIDI header MThd"),
    ],
)
def test_names_what_a_file_looks_like(data: bytes, words: str) -> None:
    """Well-known kinds of file are named by how they begin, whatever the case and the space before."""
    assert file_kind(data) == words


@given(st.binary(max_size=64))
def test_any_bytes_have_words(data: bytes) -> None:
    """The words finish the sentence "it ..." for any bytes and never repeat the content."""
    assert file_kind(data).split()[0] in {"is", "looks", "begins", "holds", "does"}
    assert file_kind(data).isprintable()


def test_counts_with_nouns() -> None:
    """One is singular, everything else plural, thousands have a comma."""
    assert [counted(number, "note") for number in (0, 1, 1200)] == ["0 notes", "1 note", "1,200 notes"]
