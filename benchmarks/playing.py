"""How continuations are played, beside the pianist: rubato, dynamics, pedal; of primers as they are, and of flat ones.

Run ``python -m benchmarks.playing --corpus DIR [--primers 16] [--openers 21] [--checkpoint DIR]`` from the repository;
prints one JSON object. Primers are beginnings of unseen pieces of the expressive source. Flattened ones have one
velocity, one tempo and no pedal; they are continued as written, and played first as the composer does by default.
Each row has the mean and the median over the pieces of every measure of ``composer.evaluation.playing``.
"""

from __future__ import annotations

import argparse
import json
import math
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from composer.composer import Composer
from composer.encoding.fields import EXPRESSIVE, SOURCES
from composer.errors import InvalidMidiError
from composer.evaluation.continuations import FEWEST_NOTES, PIECE_SECONDS, after, choose_files
from composer.evaluation.playing import PLAYING
from composer.learning.corpus import list_corpus, read_score
from composer.notes import DEFAULT_VELOCITY, Tempo
from composer.openers import list_openers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from composer.learning.corpus import CorpusFile
    from composer.notes import Score


def flattened(score: Score) -> Score:
    """The same notes with one velocity, one tempo and no pedal."""
    notes = tuple(replace(note, velocity=DEFAULT_VELOCITY) for note in score.notes)
    return replace(score, notes=notes, pedals=(), tempos=(Tempo(0.0, score.mean_bpm),))


def pieces(folder: Path, files: Sequence[CorpusFile]) -> Iterator[Score]:
    """Pieces of the expressive source that are long enough, from their first note on."""
    for file in files:
        try:
            score = read_score(folder, file) if file.source == SOURCES[EXPRESSIVE] else None
        except InvalidMidiError:
            score = None
        if score and score.length_seconds > PIECE_SECONDS + score.seconds_at(score.notes[0].start):
            yield score.excerpt(score.notes[0].start, math.inf)


def halves(composer: Composer, primer: Score, random_seed: int, *, play: bool, opener: bool = False) -> list[Score]:
    """Beginning and continuation of a composed piece."""
    piece = composer.compose(
        primer, length_seconds=PIECE_SECONDS, random_seed=random_seed, is_opener=opener, play_primer=play
    )
    cut = piece.primer_end_beat
    return [piece.score.excerpt(0.0, cut), after(piece.score, cut, math.inf)]


def rows_of_corpus(composer: Composer, scores: Sequence[Score]) -> dict[str, list[Score]]:
    """Every beginning and continuation, by what it is."""
    rows: dict[str, list[Score]] = {}
    for random_seed, score in enumerate(scores):
        heard, composed = halves(composer, score, random_seed, play=True)
        true = after(score, heard.end_beat, score.beat_at(PIECE_SECONDS))
        flat = flattened(score.excerpt(0.0, score.beat_at(PIECE_SECONDS)))
        names = ["true", "as_it_is", "flat_as_written", "flat_played"]
        pairs = [
            (heard, true),
            (heard, composed),
            halves(composer, flat, random_seed, play=False),
            halves(composer, flat, random_seed, play=True),
        ]
        for name, (beginning, continuation) in zip(names, pairs, strict=True):
            rows.setdefault(f"{name}: beginning", []).append(beginning)
            rows.setdefault(f"{name}: continuation", []).append(continuation)
    return rows


def rows_of_openers(composer: Composer, count: int) -> dict[str, list[Score]]:
    """Openers, which have dynamics and some pedal but one tempo, as written and played."""
    openers = list_openers()
    rows: dict[str, list[Score]] = {}
    for index in range(count):
        primer = openers[index * 7 % len(openers)].score
        for name, play in (("opener_as_written", False), ("opener_played", True)):
            for part, score in zip(
                ("beginning", "continuation"), halves(composer, primer, index, play=play, opener=True), strict=True
            ):
                rows.setdefault(f"{name}: {part}", []).append(score)
    return rows


def figures(scores: Sequence[Score]) -> dict[str, dict[str, float]]:
    """Mean and median of every measure."""
    usable = [score for score in scores if len(score.notes) >= FEWEST_NOTES]
    values = {name: [measure(score) for score in usable] for name, measure in PLAYING.items()}
    return {
        name: {"mean": round(float(np.mean(of_all)), 3), "median": round(float(np.median(of_all)), 3)}
        for name, of_all in values.items()
    }


def main() -> None:
    """Continue, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--checkpoint", type=Path)
    parser.add_argument("--primers", type=int, default=16, help="beginnings of unseen pieces")
    parser.add_argument("--openers", type=int, default=21)
    given = parser.parse_args()
    composer = Composer(given.checkpoint)
    files = choose_files(list_corpus(given.corpus, "validation"))
    rows = rows_of_corpus(composer, list(islice(pieces(given.corpus, files), given.primers)))
    rows |= rows_of_openers(composer, given.openers)
    table = {name: figures(scores) for name, scores in rows.items()}
    print(json.dumps({"checkpoint": composer.checkpoint.id, "rows": table}, indent=1))


if __name__ == "__main__":
    main()
