"""The resident FluidSynth."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from composer.errors import BadInputError, MissingToolError, RenderError
from composer.notes import Note, Pedal, Score
from composer.performance import LEAD_SECONDS, opening_second, playable, release_second
from composer.sound.fluidsynth_library import open_library
from composer.sound.soundfonts import Soundfont, find_soundfont
from composer.sound.synthesiser import BLOCK_FRAMES, SAMPLE_RATE, TAIL_SECONDS, Synthesiser
from tests.composer.rendered_scores import DENSE_FORTISSIMO, SCALE, needs_library

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray


@pytest.fixture(scope="module")
def synthesiser() -> Iterator[Synthesiser]:
    """One synthesiser for all tests of this module, as a worker would keep it."""
    with Synthesiser(find_soundfont(environment={})) as resident:
        yield resident


def sound(synthesiser: Synthesiser, score: Score) -> NDArray[np.float32]:
    """Everything that is played, shape (frames, 2)."""
    return np.concatenate([block.copy() for block in synthesiser.play(playable(score))])


def power(part: NDArray[np.float32]) -> float:
    """Mean power."""
    return float(np.square(part, dtype=np.float64).mean())


@needs_library
def test_sound_lasts_from_the_first_note_to_the_tail(synthesiser: Synthesiser) -> None:
    """The number of frames follows from the Score alone, and silence before the music is left out."""
    late = Score(tuple(replace(note, start=note.start + 100, end=note.end + 100) for note in SCALE.notes))
    score = playable(late)
    seconds = release_second(score) - opening_second(score) + TAIL_SECONDS

    played = sound(synthesiser, late)

    assert played.shape == (round(seconds * SAMPLE_RATE), 2)
    assert np.flatnonzero(np.abs(played).max(axis=1) > 1e-4)[0] < 2 * LEAD_SECONDS * SAMPLE_RATE


@needs_library
def test_a4_sounds_at_440_hertz(synthesiser: Synthesiser) -> None:
    """MIDI pitch 69 is concert pitch: the scale of pitches is neither shifted nor stretched."""
    for pitch, hertz in ((69, 440.0), (57, 220.0), (81, 880.0)):
        played = sound(synthesiser, Score((Note(0.0, pitch, 4.0, 80),)))[: 2 * SAMPLE_RATE].sum(axis=1)
        spectrum = np.abs(np.fft.rfft(played * np.hanning(len(played))))

        near = int(hertz * 2)
        assert near - 8 + int(spectrum[near - 8 : near + 9].argmax()) == pytest.approx(near, abs=3)
        assert spectrum[near - 8 : near + 9].max() > 100 * np.median(spectrum)


@needs_library
def test_louder_velocity_is_louder(synthesiser: Synthesiser) -> None:
    """Velocity reaches the sound."""
    powers = [power(sound(synthesiser, Score((Note(0.0, 60, 1.0, velocity),)))) for velocity in (10, 40, 80, 120)]

    assert powers == sorted(powers)
    assert powers[-1] > 100 * powers[0]


@needs_library
def test_pedal_lets_notes_ring(synthesiser: Synthesiser) -> None:
    """A short note under a held pedal goes on sounding."""
    short = (Note(0.0, 60, 0.5, 80), Note(4.0, 20 + 60, 4.5, 1))
    dry, pedalled = (
        sound(synthesiser, Score(short, pedals=pedals))
        for pedals in ((), (Pedal(0.0, down=True), Pedal(4.0, down=False)))
    )
    after_release = slice(SAMPLE_RATE, round(1.5 * SAMPLE_RATE))

    assert power(pedalled[after_release]) > 100 * power(dry[after_release])


@needs_library
def test_repeated_note_is_struck_again(synthesiser: Synthesiser) -> None:
    """The second of two strikes of one key, the first still held on paper, sounds like a strike."""
    played = sound(synthesiser, Score((Note(0.0, 60, 8.0, 80), Note(4.0, 60, 8.0, 80))))
    second = round((2.0 + LEAD_SECONDS) * SAMPLE_RATE)

    before, after = played[second - 8000 : second - 1000], played[second + 1000 : second + 8000]
    assert power(after) > 2 * power(before)


@needs_library
def test_nothing_of_the_former_piece_sounds(synthesiser: Synthesiser) -> None:
    """The same piece gives the same samples, alone or after a loud one that was broken off under the pedal."""
    alone = sound(synthesiser, SCALE)
    broken_off = synthesiser.play(playable(DENSE_FORTISSIMO))
    for _ in range(10):
        next(broken_off)
    after = sound(synthesiser, SCALE)
    with Synthesiser(synthesiser.soundfont) as fresh:
        elsewhere = sound(fresh, SCALE)

    assert np.array_equal(alone, after)
    assert np.array_equal(alone, elsewhere)


@needs_library
def test_dense_fortissimo_does_not_clip(synthesiser: Synthesiser) -> None:
    """Samples stay below full scale while every key is struck hard under the pedal."""
    assert np.abs(sound(synthesiser, DENSE_FORTISSIMO)).max() < 1.0


@needs_library
def test_blocks_have_one_size(synthesiser: Synthesiser) -> None:
    """Every block but the last has the agreed size."""
    sizes = [len(block) for block in synthesiser.play(playable(SCALE))]

    assert set(sizes[:-1]) == {BLOCK_FRAMES}
    assert 0 < sizes[-1] <= BLOCK_FRAMES


@needs_library
def test_closed_synthesiser_says_so() -> None:
    """Closing twice is harmless; playing afterwards is refused in words."""
    synthesiser = Synthesiser(find_soundfont(environment={}))
    synthesiser.close()
    synthesiser.close()

    with pytest.raises(RenderError, match="closed"):
        next(synthesiser.play(playable(SCALE)))


@needs_library
def test_broken_soundfont_is_refused(tmp_path: Path) -> None:
    """A file that only begins like a soundfont is refused by name."""
    broken = tmp_path / "broken.sf2"
    broken.write_bytes(b"RIFF\x04\x00\x00\x00sfbk" + bytes(100))

    with pytest.raises(BadInputError, match=r"broken\.sf2 cannot be read"):
        Synthesiser(Soundfont(broken, "asked for"))


def test_missing_library_names_the_command_that_installs_it() -> None:
    """Where no library of any name is found, the message says what to install on Linux and macOS."""
    with pytest.raises(MissingToolError, match=r"apt-get install fluidsynth fluid-soundfont-gm.*brew"):
        open_library(("libnowhere.so.3",), lambda _: None)


def test_a_broken_library_is_named(tmp_path: Path) -> None:
    """Where the library is there but cannot be loaded, as one for another processor, the message says so."""
    broken = tmp_path / "libfluidsynth.so.3"
    broken.touch()

    with pytest.raises(MissingToolError, match=r"cannot be loaded .*; install it anew: apt-get"):
        open_library((), lambda _: str(broken))
