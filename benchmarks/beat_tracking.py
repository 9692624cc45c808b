"""How well beats are found again in expressive pieces whose tempo map was thrown away.

Run ``python -m benchmarks.beat_tracking CORPUS/piano-midi.de`` from the repository.

Every fifth file with a detailed tempo curve is flattened to a constant 120 bpm, its notes shaken by 10 ms, tracked, and
the beats compared with the written ones: F-measure within 70 ms, for quarter notes and for the best of related levels.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from composer.beat_tracking import with_tracked_beats
from composer.midi.files import read_corpus_file
from composer.notes import Note, Score, with_repeats_cleaned

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

FIRST, STEP = 2, 5
"""Which files are measured; the constants were chosen on those from 0 on."""
TOLERANCE = 0.07
"""Seconds, as usual in beat tracking."""
SHAKEN = 0.01
"""Standard deviation of the added timing errors, in seconds."""
LEVELS = {
    "quarter": (1.0, 0.0),
    "eighth": (0.5, 0.0),
    "half": (2.0, 0.0),
    "half, other": (2.0, 1.0),
    "dotted": (1.5, 0.0),
    "dotted half": (3.0, 0.0),
}
"""Beats apart, first beat."""


def flattened(score: Score, rng: np.random.Generator) -> Score:
    """The performance as a file without a click holds it: 120 bpm throughout, timing slightly off."""
    notes = []
    for note in score.notes:
        error = rng.normal(0, SHAKEN)
        start = max(score.seconds_at(note.start) + error, 0.0)
        end = max(score.seconds_at(note.end) + error, start + 0.03)
        notes.append(Note(round(start * 960) / 480, note.pitch, round(end * 960) / 480, note.velocity))
    return Score(with_repeats_cleaned(notes), beat_grid=False)


def f_measure(found: Floats, true: Floats) -> float:
    """Harmonic mean of precision and recall of ``found`` beats, in seconds."""
    at = np.searchsorted(true, found)
    distance = np.minimum(
        np.abs(found - true[np.clip(at, 0, len(true) - 1)]), np.abs(found - true[np.clip(at - 1, 0, len(true) - 1)])
    )
    return float(2 * np.sum(distance < TOLERANCE) / (len(found) + len(true)))


def near_grid(score: Score) -> float:
    """Share of notes that begin within 1/20 beat of a quarter or a sixth of a beat."""
    onsets = np.array([note.start for note in score.notes])
    off = [np.abs(onsets * parts - np.round(onsets * parts)) / parts for parts in (4, 6)]
    return float(np.mean(np.minimum(*off) < 0.05))


def measure(score: Score, flat: Score, tracked: Score) -> tuple[float, float, float, float]:
    """F-measure of quarters, of the best level, and the share of notes near the grid before and after."""
    first, last = int(tracked.notes[0].start), int(tracked.notes[-1].start)
    found = np.array([tracked.seconds_at(beat) for beat in range(first, last + 1)])
    figures = {
        name: f_measure(found, np.array([score.seconds_at(beat) for beat in np.arange(offset, score.end_beat, apart)]))
        for name, (apart, offset) in LEVELS.items()
    }
    return figures["quarter"], max(figures.values()), near_grid(flat), near_grid(tracked)


def main() -> None:
    """Print the figures for a folder given on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="expressive pieces as MIDI files")
    folder: Path = parser.parse_args().folder
    rng = np.random.default_rng(0)
    rows, unanswered = [], 0
    for path in sorted(folder.rglob("*.mid"))[FIRST::STEP]:
        score = read_corpus_file(path)
        if len(score.tempos) < 20:
            continue
        flat = flattened(score, rng)
        tracked = with_tracked_beats(flat)
        if tracked is None:
            unanswered += 1
        else:
            rows.append(measure(score, flat, tracked))
    print(f"{len(rows)} pieces tracked, {unanswered} left alone")
    for name, column in zip(
        ("F quarter", "F any level", "near grid before", "after"), zip(*rows, strict=True), strict=True
    ):
        print(f"{name:>16}: mean {np.mean(column):.2f}, median {np.median(column):.2f}")


if __name__ == "__main__":
    main()
