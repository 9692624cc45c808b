"""Somebody's MIDI files of many kinds, read and continued."""

from __future__ import annotations

import struct
from random import Random
from typing import TYPE_CHECKING

import pytest

from composer.composer import RELEASE_SECONDS, Composer
from composer.errors import BadInputError, InvalidMidiError
from composer.midi.files import read_midi
from tests.composer.midi_text import control, melody, meta, metre, midi, off, on, program, song, tempo, track

if TYPE_CHECKING:
    from composer.notes import Score

QUARTER = 480
TUNE = (60, 62, 64, 65, 67, 65, 64, 62, 60, 64, 67, 72, 71, 67, 65, 62) * 3


def _chords(*roots: int, length: int = 2 * QUARTER) -> bytes:
    return b"".join(
        on(0, root) + on(0, root + 4) + on(0, root + 7) + off(length, root) + off(0, root + 4) + off(0, root + 7)
        for root in roots
    )


def _drums(count: int) -> bytes:
    return b"".join(
        on(0, 36 + index % 8, channel=9) + off(QUARTER, 36 + index % 8, channel=9) for index in range(count)
    )


def _performance() -> bytes:
    """A melody over a bass with human timing, recorded at a constant 120 bpm that means nothing."""
    random, waits = Random(1), []  # noqa: S311 - music, not secrets
    for index in range(120):
        wait = round(random.gauss(170, 25))
        pitch = 48 + 12 * (index % 2) + random.choice((0, 2, 4, 5, 7, 9, 11))
        waits.append(on(max(wait, 20), pitch, random.randint(40, 100)) + off(round(random.gauss(150, 20)), pitch))
    return midi(track(*waits), kind=0)


def _waltz(numerator: int, power: int, value: int) -> bytes:
    return midi(track(metre(0, numerator, power), tempo(0, 140), melody(TUNE, length=value)), kind=0)


ORCHESTRA = midi(
    track(tempo(0, 96), metre(0, 4, 2)),
    track(program(0, 48), melody(TUNE)),
    track(program(0, 42, 1), melody([pitch - 24 for pitch in TUNE], channel=1)),
    track(program(0, 60, 2), _chords(*[48, 53, 55, 48] * 6)),
    track(_drums(48)),
)
PEDALLED = song(
    tempo(0, 72),
    *(control(0, 64, 127) + _chords(48 + index % 5, 55, 60) + control(0, 64, 0) for index in range(12)),
)
UPLOADS = {
    "orchestra with drums": ORCHESTRA,
    "format 0": midi(track(tempo(0, 100), melody(TUNE)), kind=0),
    "one-track melody": midi(track(melody(TUNE, length=QUARTER // 2))),
    "performance without a beat grid": _performance(),
    "3/4": _waltz(3, 2, QUARTER),
    "6/8": _waltz(6, 3, QUARTER // 2),
    "very fast": midi(track(tempo(0, 500), melody(TUNE, length=QUARTER // 4))),
    "very slow": midi(track(tempo(0, 20), melody(TUNE[:16], length=QUARTER))),
    "pedal-heavy": PEDALLED,
    "key-signature garbage": song(meta(0, 0x59, bytes([99, 9])), melody(TUNE)),
    "truncated": ORCHESTRA[: len(ORCHESTRA) * 2 // 3],
}


@pytest.fixture(scope="module")
def composer() -> Composer:
    """One loaded network for all tests."""
    return Composer()


@pytest.mark.parametrize("kind", UPLOADS)
def test_an_upload_is_continued(composer: Composer, kind: str) -> None:
    """Whatever the kind of file, a piece of the asked length comes out that begins with its music."""
    score: Score = read_midi(UPLOADS[kind])
    composition = composer.compose(score, length_seconds=20, random_seed=1)
    piece = composition.score
    primer = [note.pitch for note in piece.notes if note.start < composition.primer_end_beat - 1e-6]
    continuation = [note for note in piece.notes if note.start >= composition.primer_end_beat - 1e-6]

    assert piece.length_seconds == pytest.approx(20 - RELEASE_SECONDS, abs=1e-6)
    assert piece.seconds_at(composition.primer_end_beat) <= 20 / 3 + 1e-6
    assert sorted(primer) == sorted(note.pitch for note in score.notes[: len(primer)])
    assert len(continuation) >= 3


def test_a_performance_gets_beats_before_it_is_continued(composer: Composer) -> None:
    """Somebody's free playing is continued at about its own density, not at the file's meaningless 120 bpm."""
    score = read_midi(UPLOADS["performance without a beat grid"])
    piece = composer.compose(score, length_seconds=30, random_seed=1).score
    rate = len(score.notes) / score.length_seconds

    assert not score.beat_grid
    assert 0.4 < len(piece.notes) / piece.length_seconds / rate < 2.5


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"ID3\x04" + bytes(100), "MP3"),
        (midi(track(_drums(60))), "drums"),
        (midi(track(melody(TUNE[:5]))), "at least 8|5 notes|too few"),
        (b"MThd" + struct.pack(">IHHH", 6, 1, 1, 0) + track(melody(TUNE)), "0 ticks"),
        (bytes(2**20 + 1), "1 MiB|MiB"),
    ],
)
def test_what_cannot_be_continued_gets_one_clear_sentence(data: bytes, words: str) -> None:
    """The reason is in the message, which is a sentence of reasonable length."""
    with pytest.raises((InvalidMidiError, BadInputError), match=words) as refusal:
        read_midi(data)
    message = str(refusal.value)

    assert message[0].isupper()
    assert message.endswith(".")
    assert len(message) < 300
