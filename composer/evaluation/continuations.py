"""Continuations of fixed primers: the beginnings of unseen pieces, continued by a network and by their composers."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

from composer.encoding.vocabulary import TICKS_PER_BEAT
from composer.errors import InvalidMidiError
from composer.learning.corpus import read_score

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from composer.composer import Composer
    from composer.learning.corpus import CorpusFile
    from composer.notes import Score

PIECE_SECONDS = 30.0
"""Length of each piece, primer included, where nothing else is asked for."""
PRIMER_SECONDS, PRIMER_SHARE = 10.0, 1 / 3
"""Longest primer, and how much of a piece it may be: the same primers are continued to pieces of any length."""
FEWEST_NOTES = 8
"""Fewer notes in the true continuation say nothing about it."""


@dataclass(frozen=True)
class Trial:
    """A primer, how its composer went on, and the continuations of it.

    Attributes:
        file: where it is from.
        primer: the beginning that was continued.
        true: what follows there, up to ``seconds``.
        whole: the whole piece.
        composed: the continuations alone, one for each random seed.
        pieces: the composed pieces, primers included.
        seconds: length that was asked for.
    """

    file: CorpusFile
    primer: Score
    true: Score
    whole: Score
    composed: tuple[Score, ...]
    pieces: tuple[Score, ...]
    seconds: float = PIECE_SECONDS

    @property
    def true_piece(self) -> Score:
        """The piece up to ``seconds``."""
        return self.whole.excerpt(0.0, self.whole.beat_at(self.seconds))


def choose_files(files: Iterable[CorpusFile]) -> list[CorpusFile]:
    """All files in the fixed order in which primers are taken: source after source in turn, by a hash of the path."""
    drawn = sorted(files, key=lambda file: hashlib.sha256(f"primer:{file.path}".encode()).digest())
    sources = sorted({file.source for file in drawn})
    turns = zip_longest(*([file for file in drawn if file.source == source] for source in sources))
    return [file for turn in turns for file in turn if file]


def run_trials(
    composer: Composer,
    folder: Path,
    files: Iterable[CorpusFile],
    *,
    primers: int,
    random_seeds: Sequence[int],
    piece_seconds: float = PIECE_SECONDS,
    progress: Callable[[int], None] | None = None,
) -> list[Trial]:
    """Continue the beginnings of the first ``primers`` pieces that are long enough, once with each random seed.

    A piece is long enough that lasts ``piece_seconds``, to which its beginning is continued. ``progress`` is called
    with the number of primers done so far.
    """
    trials: list[Trial] = []
    for file in choose_files(files):
        if len(trials) == primers:
            break
        trial = _run_trial(composer, folder, file, random_seeds, piece_seconds)
        if trial:
            trials.append(trial)
            if progress:
                progress(len(trials))
    return trials


def _run_trial(
    composer: Composer, folder: Path, file: CorpusFile, random_seeds: Sequence[int], piece_seconds: float
) -> Trial | None:
    """The trial of one piece; None where it cannot be read or ends too early."""
    try:
        whole = read_score(folder, file)
    except InvalidMidiError:
        return None
    whole = whole.excerpt(whole.notes[0].start, math.inf)
    if whole.length_seconds < piece_seconds:
        return None
    primer_seconds = min(PRIMER_SECONDS, piece_seconds * PRIMER_SHARE)
    made = [
        # As written: where the primer is flat, so is what its composer's file has next.
        composer.compose(
            whole,
            length_seconds=piece_seconds,
            random_seed=random_seed,
            primer_seconds=primer_seconds,
            play_primer=False,
        )
        for random_seed in random_seeds
    ]
    cut = made[0].primer_end_beat
    true = after(whole, cut, whole.beat_at(piece_seconds))
    if len(true.notes) < FEWEST_NOTES:
        return None
    return Trial(
        file=file,
        primer=whole.excerpt(0.0, cut),
        true=true,
        whole=whole,
        composed=tuple(after(piece.score, cut, math.inf) for piece in made),
        pieces=tuple(piece.score for piece in made),
        seconds=piece_seconds,
    )


def after(score: Score, beat: float, end: float) -> Score:
    """The notes from ``beat`` on, which is rounded to the grid of 1/24 beat on which continuations are written."""
    return score.excerpt(round(beat * TICKS_PER_BEAT) / TICKS_PER_BEAT, end)
