"""A recording between the synthesiser and the file: measured, trimmed, faded and brought to a fitting loudness."""

from __future__ import annotations

import math
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from composer.errors import RenderError
from composer.sound.synthesiser import SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType

    from numpy.typing import NDArray

HIGHEST_PEAK_DBFS = -1.5
LOWEST_PEAK_DBFS = -5.5
"""The loudest sample of every recording lies between these; lossy encoding moves it by some tenths of a decibel."""
USUAL_RAW_LOUDNESS_DBFS = -43.0
"""Loudness of piano music at mezzo-forte as FluidSynth plays it at its own gain."""
USUAL_LOUDNESS_DBFS = -21.5
"""What that is raised to."""
KEPT_DYNAMICS = 0.2
"""How much of the difference between a soft and a loud piece stays: 10 dB become 2."""
SOFTNESS_DB = 4.0
"""How gently peaks are bent into their window."""
AUDIBLE_DBFS = -60.0
SHORTEST_TAIL_SECONDS = 0.25
LONGEST_SILENCE_SECONDS = 3.0
"""Keys that are held on for longer than this after their sound has died away do not lengthen a recording."""
FADE_SECONDS = 0.6
GATE_DB = 10.0
"""Blocks this far below the mean are rests and do not count as loudness (EBU R 128 does the same)."""
MEMORY_BYTES = 48 * 2**20
"""Recordings longer than about five minutes continue in a temporary file."""
FULL_SCALE = 32_767
SILENCE = 1e-12
"""Peak that a block without sound is taken to have, so that its scale stays a number."""


def decibels(amplitude: float) -> float:
    """Decibels relative to full scale; silence gives minus infinity."""
    return 20 * math.log10(amplitude) if amplitude > 0 else -math.inf


@dataclass(frozen=True, slots=True)
class Mastering:
    """How a recording becomes a file: ``gain`` (factor), ``frames`` kept, the last ``fade_frames`` faded out."""

    gain: float
    frames: int
    fade_frames: int
    peak_dbfs: float
    loudness_dbfs: float

    @property
    def seconds(self) -> float:
        """Length of the file."""
        return self.frames / SAMPLE_RATE


class Recording:
    """The sound of one piece, kept in 16-bit blocks that are each scaled to their own peak.

    So a soft block loses nothing to the 16 bits, ten minutes take 106 MB instead of 212, and what exceeds
    ``memory_bytes`` lies on disk.
    """

    def __init__(self, memory_bytes: int = MEMORY_BYTES) -> None:
        self._store = tempfile.SpooledTemporaryFile(max_size=memory_bytes)  # noqa: SIM115 - closed by close()
        self._sizes: list[int] = []
        self._peaks: list[float] = []
        self._powers: list[float] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Forget the sound."""
        self._store.close()

    @classmethod
    def of(cls, blocks: Iterable[NDArray[np.float32]]) -> Self:
        """Record every block, each of shape (frames, 2)."""
        recording = cls()
        try:
            for block in blocks:
                recording.append(block)
        except BaseException:
            recording.close()
            raise
        return recording

    @property
    def frames(self) -> int:
        """Frames recorded so far."""
        return sum(self._sizes)

    def append(self, block: NDArray[np.float32]) -> None:
        """Add a float block of shape (frames, 2) of at most ``BLOCK_FRAMES``; it is copied."""
        peak = max(float(block.max(initial=0.0)), -float(block.min(initial=0.0)), SILENCE)
        if not math.isfinite(peak):
            message = "The synthesiser produced something that is not sound."
            raise RenderError(message)
        flat = block.ravel()
        self._sizes.append(len(block))
        self._peaks.append(peak)
        self._powers.append(float(np.dot(flat, flat)) / max(flat.size, 1))
        self._store.write(np.rint(block * (FULL_SCALE / peak)).astype("<i2").tobytes())

    def master(self, released_frame: int, longest_tail_seconds: float = math.inf) -> Mastering:
        """Choose loudness and end.

        The loudness (gated mean power) is drawn towards the usual one, so that soft pieces stay a little softer;
        the peak decides in the end. The tail stops where it can no longer be heard.

        Args:
            released_frame: when the last key and the pedal are up.
            longest_tail_seconds: fade out this soon after that, even what could still be heard.

        Raises:
            RenderError: there is no sound in it.
        """
        peak = max(self._peaks, default=0.0)
        if decibels(peak) < 2 * AUDIBLE_DBFS:
            message = "The recording is silent; choose another soundfont."
            raise RenderError(message)
        raw = self._loudness()
        wanted = USUAL_LOUDNESS_DBFS + KEPT_DYNAMICS * (raw - USUAL_RAW_LOUDNESS_DBFS)
        peak_dbfs = _into_window(decibels(peak) + wanted - raw)
        gain = 10 ** (peak_dbfs / 20) / peak
        latest = released_frame + longest_tail_seconds * SAMPLE_RATE
        frames = int(min(self._end_of_sound(released_frame, gain), latest))
        fade_frames = min(round(FADE_SECONDS * SAMPLE_RATE), max(frames - released_frame, 0))
        return Mastering(gain, frames, fade_frames, peak_dbfs, raw + decibels(gain))

    def blocks(self, mastering: Mastering) -> Iterator[NDArray[np.int16]]:
        """The finished sound: 16-bit blocks of shape (frames, 2)."""
        self._store.seek(0)
        position = 0
        for size, peak in zip(self._sizes, self._peaks, strict=True):
            kept = min(size, mastering.frames - position)
            if kept <= 0:
                return
            stored = np.frombuffer(self._store.read(size * 4), "<i2").reshape(size, 2)[:kept]
            scaled = stored * np.float32(peak * mastering.gain)
            scaled *= _fade(position, kept, mastering)
            position += kept
            yield np.rint(scaled).astype(np.int16)

    def _loudness(self) -> float:
        """Mean power of what is not a rest, in decibels relative to full scale."""
        powers = np.array(self._powers)
        gate = powers.mean() * 10 ** (-GATE_DB / 10)
        return 10 * math.log10(powers[powers >= gate].mean())

    def _end_of_sound(self, released_frame: int, gain: float) -> int:
        audible = 10 ** (AUDIBLE_DBFS / 20) / gain
        ends = np.cumsum(self._sizes)
        heard = np.flatnonzero(np.array(self._peaks) > audible)
        last = ends[heard[-1]]
        soonest = released_frame + round(SHORTEST_TAIL_SECONDS * SAMPLE_RATE)
        latest = last + round(LONGEST_SILENCE_SECONDS * SAMPLE_RATE)
        return int(min(max(last, soonest), latest, ends[-1]))


def _into_window(peak_dbfs: float) -> float:
    """A peak between the lowest and the highest allowed; a higher wish always gives a higher peak."""
    middle = (HIGHEST_PEAK_DBFS + LOWEST_PEAK_DBFS) / 2
    room = (HIGHEST_PEAK_DBFS - LOWEST_PEAK_DBFS) / 2
    return middle + room * math.tanh((peak_dbfs - middle) / SOFTNESS_DB)


def _fade(position: int, frames: int, mastering: Mastering) -> NDArray[np.float32] | np.float32:
    """Half a cosine from 1 to 0 over the last frames of the piece; shape (frames, 1) where it matters."""
    start = mastering.frames - mastering.fade_frames
    if position + frames <= start:
        return np.float32(1.0)
    progress = (np.arange(position, position + frames, dtype=np.float32) - start) / mastering.fade_frames
    return (0.5 + 0.5 * np.cos(np.pi * np.clip(progress, 0.0, 1.0)))[:, None].astype(np.float32)
