"""Seeds that people name or type."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain import SeedKind
from bot.seeds import LONGEST_TEXT, parse_seed, suggest_openers
from composer.errors import BadInputError
from composer.openers import list_openers


@pytest.mark.parametrize("name", ["schumann", "Träumerei", "SCHUMANN:traumerei", " schumann "])
def test_an_opener_has_many_names(name: str) -> None:
    """However an opener is written, the seed holds its slug."""
    seed = parse_seed(name)

    assert (seed.kind, seed.text) == (SeedKind.OPENER, "schumann:traumerei")


def test_notes_are_a_seed() -> None:
    """A line of notes is kept as it was typed."""
    assert parse_seed("C5q E5q G5h").kind is SeedKind.NOTES


@pytest.mark.parametrize("text", ["/etc/passwd", "./song.mid", "~/song.mid", "../x.mid", "song.mid", "x" * 3000, " "])
def test_a_seed_never_reads_files(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names of files are not followed, even where there are such files."""
    monkeypatch.chdir(tmp_path)
    Path("song.mid").write_bytes(b"MThd")

    with pytest.raises(BadInputError):
        parse_seed(text)


@given(st.text(max_size=LONGEST_TEXT + 5))
def test_any_text_is_a_seed_or_a_sentence(text: str) -> None:
    """Nothing that can be typed does anything but name a seed or raise the one error."""
    with suppress(BadInputError):
        assert parse_seed(text).title


@pytest.mark.parametrize(
    ("typed", "first"),
    [("schum", "schumann:traumerei"), ("für el", "beethoven:fur-elise"), ("traum", "schumann:traumerei")],
)
def test_openers_are_offered_while_typing(typed: str, first: str) -> None:
    """What begins as typed comes first."""
    assert suggest_openers(typed)[0][1] == first


def test_every_opener_is_offered_by_its_slug() -> None:
    """Whoever types a whole slug finds its opener, and a choice is short enough to be shown."""
    for opener in list_openers():
        title, slug = suggest_openers(opener.slug)[0]
        assert slug == opener.slug
        assert len(title) <= 100
    assert len(suggest_openers("")) == 25
    assert suggest_openers("no such thing") == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("shumann", "There is no opener 'shumann'; did you mean schumann:traumerei? /openers lists them all."),
        ("hello", "There is no opener 'hello'; name a composer such as schumann, or notes such as C5q E5q G5h."),
        ("song.mid", "A file cannot be named here, only sent: attach the MIDI file itself."),
        ("midi:song.MIDI ", "A file cannot be named here, only sent: attach the MIDI file itself."),
    ],
)
def test_a_wrong_name_is_answered_with_what_there_is_in_a_chat(text: str, sentence: str) -> None:
    """The sentence is short, and speaks of commands, not of files in the repository."""
    with pytest.raises(BadInputError) as refusal:
        parse_seed(text)

    assert str(refusal.value).startswith(sentence)
