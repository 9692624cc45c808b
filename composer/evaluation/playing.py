"""How a piece is played, apart from what is played: rubato, dynamics, pedal, articulation, from a Score."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from composer.notes import Note, Score

FEWEST_BEATS = 4
"""Fewer beats have no curve of tempo or loudness."""


def tempo_spread(score: Score) -> float:
    """Standard deviation of the logarithm of the tempo from beat to beat: 0.05 is about 5 % around the mean."""
    return float(_log_beat_tempos(score).std())


def tempo_change(score: Score) -> float:
    """Mean change of the tempo from one beat to the next, as a logarithm: rubato, or nervousness."""
    tempos = _log_beat_tempos(score)
    return float(np.abs(np.diff(tempos)).mean()) if len(tempos) > 1 else 0.0


def _log_beat_tempos(score: Score) -> NDArray[np.float64]:
    """Logarithm of the mean tempo of every whole beat between the first and the last onset."""
    first, last = score.notes[0].start, score.notes[-1].start
    beats = np.arange(first, last + 1e-6)
    if len(beats) <= 1:
        return np.zeros(1)
    seconds = np.array([score.seconds_at(float(beat)) for beat in beats])
    return np.asarray(-np.log(np.diff(seconds)))


def velocity_spread(score: Score) -> float:
    """Standard deviation of the velocities."""
    return float(np.std([note.velocity for note in score.notes]))


def melody_lead(score: Score) -> float:
    """By how much the highest note of a chord is louder than the others', in velocity; 0 without chords."""
    leads = [
        chord[-1].velocity - float(np.mean([note.velocity for note in chord[:-1]]))
        for chord in _onsets(score).values()
        if len(chord) > 1
    ]
    return float(np.mean(leads)) if leads else 0.0


def loudness_arc(score: Score) -> float:
    """Autocorrelation of the mean velocity of a beat from one to the next: 1 swells slowly, 0 is noise (or flat)."""
    beats: dict[int, list[int]] = {}
    for note in score.notes:
        beats.setdefault(int(note.start + 1e-6), []).append(note.velocity)
    means = np.array([np.mean(beats[beat]) for beat in sorted(beats)])
    if len(means) < FEWEST_BEATS or means[1:].std() < 1e-9 or means[:-1].std() < 1e-9:
        return 0.0
    return float(np.corrcoef(means[1:], means[:-1])[0, 1])


def pedal_changes(score: Score) -> float:
    """How often in a second the pedal is pressed."""
    down = np.array([False, *(pedal.down for pedal in score.pedals)])
    return float((down[1:] & ~down[:-1]).sum() / _seconds(score))


def pedal_share(score: Score) -> float:
    """Share of the time in which the pedal is down."""
    return sum(stop - start for start, stop in _pedalled(score)) / _seconds(score)


def pedalled_classes(score: Score) -> float:
    """Mean number of pitch classes that sound during one press of the pedal: how much it blurs; 0 without pedal."""
    begin = np.array([score.seconds_at(note.start) for note in score.notes])
    end = np.array([score.seconds_at(note.end) for note in score.notes])
    classes = np.array([note.pitch % 12 for note in score.notes])
    sounding = [len(set(classes[(begin < stop) & (end > start)])) for start, stop in _pedalled(score)]
    return float(np.mean(sounding)) if sounding else 0.0


def _pedalled(score: Score) -> list[tuple[float, float]]:
    """Seconds between which the pedal is down."""
    spans, pressed = [], None
    for pedal in score.pedals:
        if pedal.down and pressed is None:
            pressed = score.seconds_at(pedal.beat)
        elif not pedal.down and pressed is not None:
            spans.append((pressed, score.seconds_at(pedal.beat)))
            pressed = None
    if pressed is not None:
        spans.append((pressed, max(score.length_seconds, pressed)))
    return spans


def articulation(score: Score) -> float:
    """Median share of the time to the next onset for which a note is held, 1 at most: legato or detached."""
    onsets = sorted(_onsets(score))
    until = dict(zip(onsets, [*onsets[1:], np.inf], strict=True))
    return float(
        np.median([min((note.end - note.start) / (until[note.start] - note.start), 1.0) for note in score.notes])
    )


def _onsets(score: Score) -> dict[float, list[Note]]:
    onsets: dict[float, list[Note]] = {}
    for note in score.notes:
        onsets.setdefault(note.start, []).append(note)
    return onsets


def _seconds(score: Score) -> float:
    return score.length_seconds - score.seconds_at(score.notes[0].start)


PLAYING: dict[str, Callable[[Score], float]] = {
    "tempo_spread": tempo_spread,
    "tempo_change": tempo_change,
    "velocity_spread": velocity_spread,
    "melody_lead": melody_lead,
    "loudness_arc": loudness_arc,
    "pedal_changes": pedal_changes,
    "pedal_share": pedal_share,
    "pedalled_classes": pedalled_classes,
    "articulation": articulation,
}
"""Measures of how a piece is played, by name."""
