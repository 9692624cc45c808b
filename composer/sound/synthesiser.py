"""A resident FluidSynth: Scores in, blocks of sound out, the piano's samples kept in memory between pieces."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple, Self

import numpy as np

from composer.errors import BadInputError, RenderError
from composer.midi.writer import SUSTAIN_PEDAL
from composer.performance import opening_second, release_second
from composer.sound.fluidsynth_library import load_fluidsynth

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from numpy.typing import NDArray

    from composer.notes import Score
    from composer.sound.soundfonts import Soundfont

SAMPLE_RATE = 44_100
"""Frames per second; a frame is one sample for the left and one for the right ear."""
BLOCK_FRAMES = 4_096
TAIL_SECONDS = 2.5
"""How long the last sound may ring after the last key and the pedal are up."""
WHOLE_SETTINGS = {
    "synth.dynamic-sample-loading": 1,
    "synth.lock-memory": 0,
    "synth.chorus.active": 0,
    "synth.reverb.active": 1,
    "synth.polyphony": 256,
    "synth.midi-channels": 16,
}
"""Dynamic loading keeps one piano in memory instead of the whole orchestra: 20 MB of FluidR3's 140."""
REAL_SETTINGS = {
    "synth.sample-rate": float(SAMPLE_RATE),
    "synth.gain": 0.2,
    "synth.reverb.room-size": 0.55,
    "synth.reverb.damp": 0.4,
    "synth.reverb.width": 0.8,
    "synth.reverb.level": 0.7,
}
"""A small hall. The gain is FluidSynth's own and safe: loudness is set afterwards, on floats that cannot clip."""

_PEDAL, _RELEASE, _STRIKE = 0, 1, 2


class _Event(NamedTuple):
    """Something a player does; sorted so that at one frame the pedal moves, then keys go up, then down."""

    frame: int
    kind: int
    pitch: int
    value: int


class Synthesiser:
    """FluidSynth with one piano, ready for piece after piece.

    Every piece gets a fresh synth over the samples that stay in memory, so nothing of the piece before can sound
    and the same Score always gives the same samples. Use it from one thread at a time, and make it in the process
    that uses it (not before a fork); several may live side by side.

    Args:
        soundfont: as found by ``composer.sound.soundfonts.find_soundfont``.

    Raises:
        MissingToolError: libfluidsynth is not installed.
        BadInputError: the soundfont cannot be read, or holds no piano.
    """

    def __init__(self, soundfont: Soundfont) -> None:
        self.soundfont = soundfont
        self._library = load_fluidsynth()
        self._settings: int | None = self._library.new_fluid_settings()
        for name, whole in WHOLE_SETTINGS.items():
            self._library.fluid_settings_setint(self._settings, name.encode(), whole)
        for name, real in REAL_SETTINGS.items():
            self._library.fluid_settings_setnum(self._settings, name.encode(), real)
        self._sample_holder: int | None = None
        try:
            self._sample_holder = self._new_synth()
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the samples back; harmless when done twice."""
        if self._sample_holder is not None:
            self._library.delete_fluid_synth(self._sample_holder)
            self._sample_holder = None
        if self._settings is not None:
            self._library.delete_fluid_settings(self._settings)
            self._settings = None

    def play(self, score: Score) -> Iterator[NDArray[np.float32]]:
        """The sound of a playable Score from just before its first note to ``TAIL_SECONDS`` after the last release.

        Yields:
            Float blocks of shape (frames, 2) at 44,100 frames a second, ``BLOCK_FRAMES`` long except the last; each
            is overwritten by the next. Their number is fixed by the Score: nothing can go on for ever.

        Raises:
            RenderError: the synthesiser was closed, or refused to work.
        """
        if self._settings is None:
            message = "This synthesiser is closed; make a new one."
            raise RenderError(message)
        synth = self._new_synth()
        try:
            yield from self._perform(synth, score)
        finally:
            self._library.delete_fluid_synth(synth)

    def _new_synth(self) -> int:
        synth: int | None = self._library.new_fluid_synth(self._settings)
        if synth is None:
            message = "FluidSynth could not start."
            raise RenderError(message)
        font = self._library.fluid_synth_sfload(synth, os.fsencode(self.soundfont.path), 0)
        if font < 0 or self._library.fluid_synth_program_select(synth, 0, font, 0, 0) < 0:
            self._library.delete_fluid_synth(synth)
            fault = "cannot be read" if font < 0 else "holds no piano (bank 0, program 0)"
            message = f"The soundfont {self.soundfont.path.name} {fault}; choose another."
            raise BadInputError(message)
        return synth

    def _perform(self, synth: int, score: Score) -> Iterator[NDArray[np.float32]]:
        events = _events(score)
        total = _frame(release_second(score) + TAIL_SECONDS, opening_second(score))
        block = np.zeros((BLOCK_FRAMES, 2), np.float32)
        upcoming = 0
        for start in range(0, total, BLOCK_FRAMES):
            end = min(start + BLOCK_FRAMES, total)
            frame = start
            while upcoming < len(events) and events[upcoming].frame < end:
                self._write(synth, block[frame - start : events[upcoming].frame - start])
                frame = events[upcoming].frame
                self._act(synth, events[upcoming])
                upcoming += 1
            self._write(synth, block[frame - start : end - start])
            yield block[: end - start]

    def _write(self, synth: int, part: NDArray[np.float32]) -> None:
        """Fill ``part`` (frames, 2) with the next sound, left and right in turn."""
        frames, address = len(part), part.ctypes.data
        if frames and self._library.fluid_synth_write_float(synth, frames, address, 0, 2, address, 1, 2) != 0:
            message = "FluidSynth stopped in the middle of the piece."
            raise RenderError(message)

    def _act(self, synth: int, event: _Event) -> None:
        if event.kind == _STRIKE:
            self._library.fluid_synth_noteon(synth, 0, event.pitch, event.value)
        elif event.kind == _RELEASE:
            self._library.fluid_synth_noteoff(synth, 0, event.pitch)
        else:
            self._library.fluid_synth_cc(synth, 0, SUSTAIN_PEDAL, event.value)


def _frame(second: float, opening: float) -> int:
    return max(round((second - opening) * SAMPLE_RATE), 0)


def _events(score: Score) -> list[_Event]:
    opening = opening_second(score)
    events = [
        _Event(_frame(score.seconds_at(pedal.beat), opening), _PEDAL, 0, 127 if pedal.down else 0)
        for pedal in score.pedals
    ]
    for note in score.notes:
        events.append(_Event(_frame(score.seconds_at(note.start), opening), _STRIKE, note.pitch, note.velocity))
        events.append(_Event(_frame(score.seconds_at(note.end), opening), _RELEASE, note.pitch, 0))
    return sorted(events)
