"""Score in, checked audio file out."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile
from mutagen.id3 import ID3

from composer.errors import BadInputError, RenderError
from composer.midi.files import read_midi
from composer.notes import Note, Score
from composer.performance import opening_second, playable, release_second
from composer.sound.rendering import render_audio
from composer.sound.soundfonts import find_soundfont
from composer.sound.synthesiser import Synthesiser
from tests.composer.rendered_scores import DENSE_FORTISSIMO, ONE_SOFT_NOTE, SCALE, needs_library, needs_program
from tests.corpus import CORPUS, needs_corpus

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = needs_library

BARELY_A_NOTE = Score((Note(0.0, 108, 0.01, 1),))
LATE = Score((Note(500.0, 60, 501.0, 60),))


@pytest.fixture(scope="module")
def synthesiser() -> Iterator[Synthesiser]:
    """One synthesiser for all tests of this module, as a worker would keep it."""
    with Synthesiser(find_soundfont(environment={})) as resident:
        yield resident


def test_importing_loads_nothing_heavy() -> None:
    """The composing process pays for no library that a render by the resident synthesiser does not need."""
    code = "import sys, composer.sound.rendering, composer.picture.piano_roll; print(*sys.modules)"
    command = [sys.executable, "-c", code]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.split()

    assert not {"tensorflow", "keras", "torch", "scipy", "pretty_midi", "soundfile", "midi2audio", "PIL"} & set(loaded)


def decoded(path: Path) -> tuple[np.ndarray, int]:
    """All samples between -1 and 1, shape (frames, 2), and their rate."""
    samples, rate = soundfile.read(path)
    return np.asarray(samples), int(rate)


@pytest.mark.parametrize(
    "score",
    [SCALE, ONE_SOFT_NOTE, DENSE_FORTISSIMO, BARELY_A_NOTE, LATE],
    ids=["scale", "soft note", "fortissimo", "barely a note", "late"],
)
def test_mp3_is_level_and_well_cut(tmp_path: Path, synthesiser: Synthesiser, score: Score) -> None:
    """Decoded by another library: peak from -6 to -1 dBFS, music at once, a tail of three seconds at most."""
    audio = render_audio(score, tmp_path / "piece.mp3", title="Piece", synthesiser=synthesiser)
    samples, rate = decoded(audio.path)
    loud = np.flatnonzero(np.abs(samples).max(axis=1) > 0.01)
    played = playable(score)
    music = release_second(played) - opening_second(played)

    assert -6 <= 20 * np.log10(np.abs(samples).max()) <= -1
    assert loud[0] / rate <= 0.1
    assert music <= len(samples) / rate <= music + 3.0
    assert audio.seconds == pytest.approx(len(samples) / rate, abs=0.1)
    assert audio.engine == "resident FluidSynth"
    assert np.abs(samples[-200:]).max() < 0.002


@needs_program
@pytest.mark.parametrize("suffix", [".wav", ".flac", ".WAV"])
def test_lossless_files_come_from_midi2audio(tmp_path: Path, suffix: str) -> None:
    """WAV and FLAC are level too, and last as long as stated."""
    audio = render_audio(SCALE, tmp_path / f"piece{suffix}", title="Piece")
    samples, rate = decoded(audio.path)

    assert audio.engine == "midi2audio"
    assert len(samples) / rate == pytest.approx(audio.seconds)
    assert 20 * np.log10(np.abs(samples).max()) == pytest.approx(audio.peak_dbfs, abs=0.05)


def test_resident_synthesiser_steps_in(
    tmp_path: Path, synthesiser: Synthesiser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the fluidsynth program is missing, WAV is played by the library."""
    monkeypatch.setenv("PATH", str(tmp_path))
    audio = render_audio(SCALE, tmp_path / "piece.wav", title="Piece", synthesiser=synthesiser)

    assert audio.engine == "resident FluidSynth"
    assert decoded(audio.path)[0].any()


def test_loud_pieces_stay_louder(tmp_path: Path, synthesiser: Synthesiser) -> None:
    """A scale played forte is louder in the end than the same scale played piano."""
    soft, loud = (
        Score(tuple(Note(note.start, note.pitch, note.end, velocity) for note in SCALE.notes)) for velocity in (20, 120)
    )
    levels = [
        render_audio(score, tmp_path / "piece.mp3", title="Piece", synthesiser=synthesiser).peak_dbfs
        for score in (soft, loud)
    ]

    assert levels[0] < levels[1]


def test_same_piece_gives_the_same_file(tmp_path: Path, synthesiser: Synthesiser) -> None:
    """Rendered twice, with a loud piece between, the bytes are equal."""
    for name, score in (("first", SCALE), ("between", DENSE_FORTISSIMO), ("second", SCALE)):
        render_audio(score, tmp_path / f"{name}.mp3", title="Piece", synthesiser=synthesiser)

    assert (tmp_path / "first.mp3").read_bytes() == (tmp_path / "second.mp3").read_bytes()


def test_names_and_titles_may_be_hostile(tmp_path: Path, synthesiser: Synthesiser) -> None:
    """A name like an option is a name, and control characters stay out of the tags."""
    path = tmp_path / "-F; rm -rf.mp3"
    render_audio(SCALE, path, title="a\x00b\nc\u202e", opener="bach\x1b[0m", synthesiser=synthesiser)
    tags = ID3(path)

    assert str(tags["TIT2"]) == "ab c"
    assert str(tags.getall("COMM")[0]) == "Opener: bach[0m"
    assert [path] == list(tmp_path.iterdir())


def test_a_smaller_mp3_sounds_as_long(tmp_path: Path, synthesiser: Synthesiser) -> None:
    """The same piece at 64 kbit/s takes a third of the bytes and lasts as long."""
    usual = render_audio(SCALE, tmp_path / "usual.mp3", title="Piece", synthesiser=synthesiser)
    small = render_audio(SCALE, tmp_path / "small.mp3", title="Piece", synthesiser=synthesiser, kilobits=64)

    assert small.path.stat().st_size < 0.4 * usual.path.stat().st_size
    assert len(decoded(small.path)[0]) == pytest.approx(len(decoded(usual.path)[0]), abs=2 * 1152)


def test_an_impossible_bit_rate_is_refused(tmp_path: Path) -> None:
    """The refusal names those that can be had."""
    with pytest.raises(BadInputError, match="choose 192, 128, 96, 64"):
        render_audio(SCALE, tmp_path / "piece.mp3", title="Piece", kilobits=100)


@pytest.mark.parametrize("name", ["piece", "piece.ogg", "piece.mp3.exe", "piece.mid"])
def test_other_suffixes_are_refused(tmp_path: Path, name: str) -> None:
    """The refusal names the three that can be had."""
    with pytest.raises(BadInputError, match=r"choose \.mp3, \.wav or \.flac"):
        render_audio(SCALE, tmp_path / name, title="Piece")


@pytest.mark.parametrize(
    ("score", "reason"),
    [(Score(()), "no notes"), (Score((Note(0.0, 60, 5000.0),)), "lasts 42 minutes; at most 30")],
    ids=["empty", "endless"],
)
def test_what_cannot_be_played_is_refused_in_words(tmp_path: Path, score: Score, reason: str) -> None:
    """Nothing and too much are refused before anything is written."""
    with pytest.raises(BadInputError, match=reason):
        render_audio(score, tmp_path / "piece.mp3", title="Piece")
    assert list(tmp_path.iterdir()) == []


def test_missing_folder_is_said_in_words(tmp_path: Path, synthesiser: Synthesiser) -> None:
    """A file that cannot be written is one sentence."""
    with pytest.raises(RenderError, match="could not be written"):
        render_audio(SCALE, tmp_path / "nowhere" / "piece.mp3", title="Piece", synthesiser=synthesiser)


def test_missing_soundfont_is_refused(tmp_path: Path) -> None:
    """A soundfont that was asked for and is not there is an error, not another sound."""
    with pytest.raises(BadInputError, match="does not exist"):
        render_audio(SCALE, tmp_path / "piece.mp3", title="Piece", soundfont=tmp_path / "grand.sf2")


@needs_corpus
def test_real_music_is_level(tmp_path: Path, synthesiser: Synthesiser) -> None:
    """Twenty seconds of real pieces from soft to loud come out level and whole."""
    for path in sorted((CORPUS / "piano-midi.de").rglob("*.mid"))[::60]:
        piece = read_midi(path.read_bytes())
        excerpt = piece.excerpt(0.0, piece.beat_at(20.0))
        audio = render_audio(excerpt, tmp_path / "piece.mp3", title=path.stem, synthesiser=synthesiser)
        samples, _ = decoded(audio.path)

        assert -6 <= 20 * np.log10(np.abs(samples).max()) <= -1
