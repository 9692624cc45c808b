"""One report on a checkpoint: unseen pieces beside simple statistics, continuations beside the true ones."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from composer.checkpoints import ROLL, load_checkpoint
from composer.composer import Composer
from composer.errors import BadInputError
from composer.evaluation.baselines import Baselines, cross_fitted, read_music, score_baselines, set_aside
from composer.evaluation.comparison import compare, percentiles
from composer.evaluation.continuations import PIECE_SECONDS, run_trials
from composer.evaluation.likelihood import factor_nats
from composer.evaluation.originality import NEAR_COPY_PAIRS, NEAR_COPY_SHARE, copied_runs, copied_share, longest_run
from composer.evaluation.roll_likelihood import REMARK, roll_tables, score_rolls
from composer.evaluation.tables import table, tables_by_source
from composer.generation.decoder import Decoder
from composer.learning.corpus import corpus_hash, list_corpus, read_pieces

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from composer.checkpoints import Checkpoint
    from composer.evaluation.ngrams import Music
    from composer.learning.corpus import CorpusFile, CorpusPiece

PRIMERS = 32
RANDOM_SEEDS = (1, 2, 3)
FEWEST_CROSS_FITTED = 4
"""Pieces that halves can be made of, each with a piece to choose by and one to learn from."""
STRETCH_NOTES = 200
"""About as many notes as a continuation has: longer pieces have longer runs in common with others."""
DECIMALS = 4


def evaluate(
    corpus: Path,
    split: str = "validation",
    checkpoint: Path | None = None,
    *,
    train_corpus: Path | None = None,
    primers: int = PRIMERS,
    random_seeds: Sequence[int] = RANDOM_SEEDS,
    piece_seconds: float = PIECE_SECONDS,
    workers: int | None = None,
    progress: Callable[[str], None] | None = None,
) -> dict[str, Any]:
    """Measure a checkpoint on one split of a corpus; the same arguments give the same figures.

    Args:
        corpus: folder with the pieces.
        split: which of them.
        checkpoint: folder of the checkpoint, of either engine; the released one of the note engine by default.
        train_corpus: folder whose split ``train`` the n-grams are trained on and copies are sought in; ``corpus`` by
            default. Where there is no such split, what depends on it is None and ``remarks`` says so.
        primers: how many pieces to continue; 0 for none.
        random_seeds: of the continuations of each.
        piece_seconds: to which they are continued.
        workers: processes that read files; as many as there are processors by default.
        progress: called with a sentence now and then.

    Raises:
        BadInputError: there are no such pieces, or no training pieces in a ``train_corpus`` that was named.
        CheckpointError: the checkpoint is missing or damaged.
    """
    verified = load_checkpoint(checkpoint)
    files = list_corpus(corpus, split)
    if train_corpus:
        list_corpus(train_corpus, "train")
    run = _Run(corpus, files, train_corpus or corpus, workers or os.cpu_count() or 1, progress or _say_nothing)
    run.progress(f"Reading {len(files)} pieces of {split}.")
    pieces = read_pieces(corpus, files, workers=run.workers)
    if not pieces:
        message = f"No file of the split {split!r} in {corpus} can be read."
        raise BadInputError(message)
    training = _training_music(run)
    report = {"checkpoint": verified.id, "engine": verified.engine, "split": split, **_identity(run, pieces)}
    if verified.engine == ROLL:
        report |= _likelihood_of_rolls(run, verified, pieces)
    else:
        report |= _likelihood(run, verified, pieces, training)
    if primers > 0:
        trials = _Trials(primers, random_seeds, piece_seconds)
        report["continuations"] = _continuations(run, Composer(verified.folder), training, trials)
    report["copying"] = _copying(pieces, training)
    rounded: dict[str, Any] = _rounded(report | {"remarks": run.remarks})
    return rounded


@dataclass(frozen=True)
class _Run:
    """What is evaluated and where, and what there is to remark on it."""

    corpus: Path
    files: Sequence[CorpusFile]
    train_corpus: Path
    workers: int
    progress: Callable[[str], None]
    remarks: list[str] = field(default_factory=list)


def _say_nothing(_: str) -> None:
    """Report progress to nobody."""


def _training_music(run: _Run) -> dict[CorpusFile, Music]:
    """The training pieces that are not among those evaluated; none (and a remark) where there are none."""
    known = {file.sha256 or file.path for file in run.files}
    try:
        files = [file for file in list_corpus(run.train_corpus, "train") if (file.sha256 or file.path) not in known]
    except BadInputError:
        files = []
    if files:
        run.progress(f"Reading {len(files)} training pieces.")
    music = read_music(run.train_corpus, files, run.workers)
    if not music:
        run.remarks.append(
            f"No search for copies, and no n-grams of other music: the folder {run.train_corpus.name} has no training "
            "pieces other than those evaluated. Name a training corpus that has some."
        )
    return music


def _identity(run: _Run, pieces: Sequence[CorpusPiece]) -> dict[str, Any]:
    """Exactly which files were evaluated."""
    return {
        "split_sha256": corpus_hash(run.files, run.corpus),
        "file_sha256": {
            file.path: hashlib.sha256((run.corpus / file.path).read_bytes()).hexdigest() for file in run.files
        },
        "unusable_files": len(run.files) - len(pieces),
    }


def _likelihood(
    run: _Run, checkpoint: Checkpoint, pieces: Sequence[CorpusPiece], training: dict[CorpusFile, Music]
) -> dict[str, Any]:
    """Nats per note of the network and of the simple models, by source and over all."""
    baselines = _baselines(run, pieces, training)
    run.progress(f"Scoring {sum(map(len, pieces))} notes with {checkpoint.id}.")
    models = {
        "": factor_nats(Decoder(checkpoint.network), checkpoint.state_width, [piece.features for piece in pieces]),
        "unigram": baselines.unigram if baselines else None,
        "ngram": baselines.ngram if baselines else None,
        "ngram_match": baselines.ngram_match if baselines else None,
    }
    orders = baselines.named_orders() if baselines else None
    return {"sources": tables_by_source(pieces, models), "all": table(pieces, models), "ngram_orders": orders}


def _likelihood_of_rolls(run: _Run, checkpoint: Checkpoint, pieces: Sequence[CorpusPiece]) -> dict[str, Any]:
    """Nats per frame, and per note of the roll, by source and over all."""
    run.progress(f"Scoring {len(pieces)} pieces, frame by frame, with {checkpoint.id}.")
    run.remarks.append(REMARK)
    files = [piece.file for piece in pieces]
    return roll_tables(score_rolls(checkpoint, run.corpus, files, workers=run.workers))


def _baselines(run: _Run, pieces: Sequence[CorpusPiece], training: dict[CorpusFile, Music]) -> Baselines | None:
    if not training:
        return _cross_fitted(run, pieces)
    run.progress("Training and scoring n-grams.")
    held_out = read_pieces(run.train_corpus, set_aside(training), workers=run.workers)
    if 0 < len(held_out) < len(training):
        return score_baselines(training, held_out, pieces)
    run.remarks.append(f"No n-grams: the folder {run.train_corpus.name} has too few training pieces to choose them by.")
    return None


def _cross_fitted(run: _Run, pieces: Sequence[CorpusPiece]) -> Baselines | None:
    """N-grams of either half of the evaluated pieces, scored on the other half: a weak yardstick, but one."""
    if len(pieces) < FEWEST_CROSS_FITTED:
        return None
    run.progress("Training and scoring n-grams on halves of the split.")
    run.remarks.append(
        "For want of training pieces, the n-grams that score one half of the split were trained on its other half."
    )
    return cross_fitted(pieces)


class _Trials(NamedTuple):
    """How many pieces are continued, with which random seeds, and to what length."""

    primers: int
    random_seeds: Sequence[int]
    piece_seconds: float


def _continuations(
    run: _Run, composer: Composer, training: dict[CorpusFile, Music], wanted: _Trials
) -> dict[str, Any] | None:
    """Measures of continuations of the split's own beginnings."""

    def progress(done: int) -> None:
        if done % 8 == 0:
            run.progress(f"Continued {done} of {wanted.primers} primers.")

    trials = run_trials(composer, run.corpus, run.files, progress=progress, **wanted._asdict())
    if len(trials) < wanted.primers:
        run.remarks.append(
            f"{len(trials)} primers, not {wanted.primers}: other pieces do not last {wanted.piece_seconds:.0f} seconds."
        )
    if not trials:
        return None
    return {
        "primers": [trial.file.path for trial in trials],
        "random_seeds": list(wanted.random_seeds),
        "length_seconds": wanted.piece_seconds,
        "measures": compare(trials, [music.factors for music in training.values()]),
    }


def _copying(pieces: Sequence[CorpusPiece], training: dict[CorpusFile, Music]) -> dict[str, Any] | None:
    """How long the runs are that pieces by people share with the training music: the yardstick of originality."""
    if not training:
        return None
    runs = copied_runs([piece.features.factors for piece in pieces], [music.factors for music in training.values()])
    stretches = [
        of_piece[start : start + STRETCH_NOTES]
        for of_piece in runs
        for start in range(0, max(len(of_piece) - STRETCH_NOTES, 0) + 1, STRETCH_NOTES)
    ]
    return {
        "pieces": percentiles("longest_run", list(map(longest_run, runs))),
        f"stretches_of_{STRETCH_NOTES}_notes": percentiles("longest_run", list(map(longest_run, stretches))),
        "near_copies_of_training_pieces": [
            piece.file.path
            for piece, of_piece in zip(pieces, runs, strict=True)
            if copied_share(of_piece, NEAR_COPY_PAIRS) > NEAR_COPY_SHARE
        ],
    }


def _rounded(value: Any) -> Any:
    """The same document with its numbers rounded."""
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    return round(value, DECIMALS) if isinstance(value, float) else value
