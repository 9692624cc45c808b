"""Measuring, trimming and levelling recordings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.errors import RenderError
from composer.sound.recording import (
    AUDIBLE_DBFS,
    FADE_SECONDS,
    HIGHEST_PEAK_DBFS,
    LONGEST_SILENCE_SECONDS,
    LOWEST_PEAK_DBFS,
    Mastering,
    Recording,
    decibels,
)
from composer.sound.synthesiser import BLOCK_FRAMES, SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Iterator

RELEASED = 2 * SAMPLE_RATE


def decaying_tone(amplitude: float, *, half_life: float = 0.3, seconds: float = 4.5) -> np.ndarray:
    """A tone of 220 Hz on both sides that holds for two seconds, then dies away; shape (frames, 2)."""
    time = np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    envelope = amplitude * 0.5 ** (np.maximum(time - 2.0, 0.0) / half_life)
    return np.repeat((envelope * np.sin(2 * np.pi * 220 * time))[:, None], 2, axis=1).astype(np.float32)


def record(sound: np.ndarray, **options: int) -> Recording:
    """A recording of the sound in blocks of the usual size."""
    recording = Recording(**options)
    for start in range(0, len(sound), BLOCK_FRAMES):
        recording.append(sound[start : start + BLOCK_FRAMES])
    return recording


def finished(recording: Recording, mastering: Mastering) -> np.ndarray:
    """All finished samples as 16-bit integers, shape (frames, 2)."""
    return np.concatenate(list(recording.blocks(mastering)))


@given(st.floats(-110, 12), st.floats(0.02, 1.0))
def test_peak_is_right_for_any_volume(volume_dbfs: float, half_life: float) -> None:
    """From a barely audible note to one far beyond full scale, the peak ends in its window and nothing clips."""
    with record(decaying_tone(10 ** (volume_dbfs / 20), half_life=half_life)) as recording:
        mastering = recording.master(RELEASED)
        samples = finished(recording, mastering)

    assert LOWEST_PEAK_DBFS - 0.01 <= decibels(np.abs(samples).max() / 32768) <= HIGHEST_PEAK_DBFS + 0.01
    assert mastering.peak_dbfs == pytest.approx(decibels(np.abs(samples).max() / 32767), abs=0.01)


def test_loud_pieces_stay_louder_than_soft_ones() -> None:
    """Of two pieces with the same peaks over their mean, the softer one is still softer in the end."""
    rng = np.random.default_rng(1)
    sparks = decaying_tone(0.02) * (1 + 5 * (rng.random((len(decaying_tone(0.02)), 1)) > 0.9999))
    results = []
    for factor in (0.1, 1.0, 3.0):
        with record((sparks * factor).astype(np.float32)) as recording:
            results.append(recording.master(RELEASED).loudness_dbfs)

    assert results == sorted(results)
    assert 1.0 < results[-1] - results[0] < 10.0


def test_soft_passages_keep_their_detail() -> None:
    """A passage 60 decibels below the loudest one comes out with an error far below itself."""
    sound = np.concatenate([decaying_tone(0.5, seconds=2), decaying_tone(0.0005, seconds=2)])
    with record(sound) as recording:
        mastering = recording.master(len(sound))
        samples = finished(recording, mastering)

    wanted = sound[: len(samples)] * mastering.gain
    body = slice(round(2.2 * SAMPLE_RATE), round(2.5 * SAMPLE_RATE))
    assert np.abs(samples[body] - wanted[body] * 32767).max() <= 0.6


def test_long_recordings_on_disk_are_the_same() -> None:
    """What does not fit into memory comes back unchanged."""
    sound = decaying_tone(0.1)
    with record(sound) as in_memory, record(sound, memory_bytes=10_000) as on_disk:
        first, second = (finished(each, each.master(RELEASED)) for each in (in_memory, on_disk))

    assert np.array_equal(first, second)


def test_tail_ends_when_it_can_no_longer_be_heard() -> None:
    """A quick decay shortens the file; a slow one ends with the recording; neither ends before the release."""
    for half_life, longest in ((0.01, 0.4), (0.1, 1.3), (5.0, 2.5)):
        with record(decaying_tone(0.1, half_life=half_life)) as recording:
            seconds = recording.master(RELEASED).seconds

        assert 2.0 < seconds <= 2.0 + longest + BLOCK_FRAMES / SAMPLE_RATE


def test_piece_is_never_cut_before_its_release() -> None:
    """Notes that have died away before their keys are released keep their silence."""
    with record(decaying_tone(0.1, half_life=0.01)) as recording:
        assert recording.master(4 * SAMPLE_RATE).seconds >= 4.0


def test_a_key_held_long_after_its_sound_adds_no_long_silence() -> None:
    """Seventeen seconds for which only a finger rests on a key are not kept."""
    with record(decaying_tone(0.1, half_life=0.01, seconds=20)) as recording:
        assert recording.master(19 * SAMPLE_RATE).seconds < 2.5 + LONGEST_SILENCE_SECONDS


def test_end_fades_to_nothing_without_touching_the_music() -> None:
    """The last samples are zero, and what sounds before the release is only scaled."""
    sound = decaying_tone(0.1, half_life=5.0)
    with record(sound) as recording:
        mastering = recording.master(RELEASED)
        samples = finished(recording, mastering)

    assert mastering.fade_frames == round(FADE_SECONDS * SAMPLE_RATE)
    assert np.abs(samples[-20:]).max() <= 1
    assert np.abs(samples[:RELEASED] - sound[:RELEASED] * mastering.gain * 32767).max() <= 1.1
    assert decibels(np.abs(samples[-BLOCK_FRAMES * 7 :]).max() / 32767) > AUDIBLE_DBFS


@pytest.mark.parametrize("amplitude", [0.0, 1e-9])
def test_silence_is_an_error(amplitude: float) -> None:
    """A recording without sound is reported, not delivered."""
    with record(decaying_tone(amplitude)) as recording, pytest.raises(RenderError, match="silent"):
        recording.master(RELEASED)


@pytest.mark.parametrize("fault", [np.nan, np.inf])
def test_broken_samples_are_an_error(fault: float) -> None:
    """Samples that are no numbers are reported at once."""
    sound = decaying_tone(0.1)
    sound[1000, 1] = fault

    with pytest.raises(RenderError, match="not sound"):
        Recording.of([sound])


def test_failed_source_leaves_no_recording() -> None:
    """An error of the player comes through as it is."""

    def breaking_off() -> Iterator[np.ndarray]:
        yield decaying_tone(0.1)[:BLOCK_FRAMES]
        message = "stopped"
        raise RenderError(message)

    with pytest.raises(RenderError, match="stopped"):
        Recording.of(breaking_off())
