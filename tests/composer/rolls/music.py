"""Primers for the roll engine's tests."""

from __future__ import annotations

from composer.generation.loop import Task
from composer.notes import Note, Pedal, Score, Tempo, TimeSignature

END_SECONDS = 29.7

ARPEGGIOS = Score(
    tuple(
        Note(bar * 4 + index / 2, root + step, bar * 4 + (index + 1) / 2, 50 + 10 * (index == 0) + 2 * bar)
        for bar, root in enumerate((48, 53, 55, 48))
        for index, step in enumerate((0, 7, 12, 16, 19, 16, 12, 7))
    ),
    tempos=(Tempo(0, 100), Tempo(8, 80), Tempo(12, 100)),
    pedals=tuple(Pedal(bar * 4 + place, down) for bar in range(4) for place, down in ((0.0, True), (3.75, False))),
)
"""Four bars of 4/4 in C major, pedalled bar by bar, with a slower third bar."""
WALTZ = Score(
    tuple(
        Note(bar * 3.0 + beat, pitch, bar * 3 + beat + 0.9, 80 - 20 * (beat > 0))
        for bar in range(6)
        for beat, pitches in enumerate(((43 + bar % 2 * 7, (74, 78, 79, 81, 78, 79)[bar]), (59, 67), (59, 67)))
        for pitch in pitches
    ),
    tempos=(Tempo(0, 150),),
    time_signatures=(TimeSignature(0, 3, 4),),
)
"""Six bars of 3/4 in G major, loud on the first beat, without pedal."""
JIG = Score(
    tuple(Note(index / 2, 62 + index * 5 % 12, (index + 1) / 2, 70) for index in range(24)),
    tempos=(Tempo(0, 90),),
    time_signatures=(TimeSignature(0, 6, 8),),
)
"""Four bars of 6/8."""
TRIPLETS = Score(tuple(Note(index / 3, 60 + index % 3 * 4, (index + 1) / 3) for index in range(48)))
"""Four bars of 4/4 in triplets."""
HYMN = Score(
    tuple(Note(bar * 4.0, pitch, bar * 4 + 4) for bar in range(3) for pitch in (45, 57, 60, 64)), tempos=(Tempo(0, 60),)
)
"""Three chords of a bar each, in A minor."""
FREE = Score(tuple(Note(index * 0.23, 50 + index * 7 % 30, index * 0.23 + 0.3) for index in range(40)), beat_grid=False)
"""Notes without a beat."""
PRIMERS = {"arpeggios": ARPEGGIOS, "waltz": WALTZ, "jig": JIG, "triplets": TRIPLETS, "hymn": HYMN, "free": FREE}


def task(primer: Score, random_seed: int = 1, temperature: float = 1.0, end_seconds: float = END_SECONDS) -> Task:
    """To continue the whole of a primer."""
    return Task(primer, primer.end_beat, end_seconds, random_seed, temperature)


def continuation(primer: Score, piece: Score) -> list[Note]:
    """The notes of a piece that came after its primer."""
    return [note for note in piece.notes if note.start >= primer.end_beat - 1e-9]
