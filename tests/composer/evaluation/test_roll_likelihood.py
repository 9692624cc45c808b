"""Figures of rolls, worked out by hand and on a little corpus with a small network."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from composer.checkpoints import CARD, RELEASED, load_checkpoint
from composer.evaluation.report import evaluate
from composer.evaluation.roll_likelihood import ScoredRoll, notes_in, roll_tables, score_rolls
from composer.learning.corpus import CorpusFile, list_corpus, read_score
from composer.learning.roll_checkpoint import load_roll_network
from composer.learning.roll_corpus import roll_piece
from composer.learning.roll_training import frame_nats
from composer.notes import Score, TimeSignature
from tests.composer.evaluation.small_music import melody, write_corpus
from tests.roll_networks import TINY, write_exact

if TYPE_CHECKING:
    from pathlib import Path

TUNE = (60, 62, 64, 65, 67, 67, 69, 71, 72, 71, 69, 67)


def _scored(source: str, nats: float, frames: int, notes: int) -> ScoredRoll:
    return ScoredRoll(CorpusFile(f"{nats}.mid", source, "test"), nats, frames, notes)


def test_all_frames_and_all_notes_weigh_the_same() -> None:
    """Totals are divided by totals, by source and over all; where there is one piece its spread is unknown."""
    tables = roll_tables([_scored("here", 10, 20, 5), _scored("here", 50, 40, 5), _scored("there", 40, 40, 10)])

    here, there, every = tables["sources"]["here"], tables["sources"]["there"], tables["all"]
    assert (here["nats_per_frame"], here["nats_per_roll_note"]) == (1.0, 6.0)
    assert (there["nats_per_frame"], there["nats_per_roll_note"]) == (1.0, 4.0)
    assert (every["pieces"], every["frames"], every["roll_notes"]) == (3, 100, 20)
    assert there["nats_per_frame_standard_error"] is None
    assert here["nats_per_roll_note_standard_error"] == pytest.approx(4.0)


@pytest.mark.parametrize(("planes", "notes"), [(1, 2), (2, 3)])
def test_notes_of_a_roll(planes: int, notes: int) -> None:
    """Where onsets are told, a key struck again is a note of its own; else what goes on sounding is one note."""
    first = [[1, 1], [1, 0], [1, 1], [0, 0]]
    second = [[0, 0], [0, 0], [1, 1], [1, 0]]

    assert notes_in(np.array([first, second], np.uint8).transpose(1, 0, 2)[..., :planes]) == notes


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small checkpoint of the roll engine."""
    made = tmp_path_factory.mktemp("roll")
    write_exact(made, TINY)
    return made


def test_pieces_are_scored_as_in_training(folder: Path, tmp_path: Path) -> None:
    """Also where the metre changes, a piece of a corpus has the nats that the trained network gives its frames."""
    tune = melody(TUNE * 3)
    changing = Score(tune.notes, tune.tempos, (TimeSignature(0, 4, 4), TimeSignature(8, 3, 4)))
    corpus = write_corpus(tmp_path, {"a.mid": ("x", "test", changing), "b.mid": ("x", "test", melody(TUNE, 0.25))})
    files = list_corpus(corpus, "test")
    network = load_roll_network(folder, 2)
    pieces = [roll_piece(read_score(corpus, file), network.config) for file in files]

    scored = score_rolls(load_checkpoint(folder), corpus, files, workers=2)

    assert (np.diff(pieces[0].clock) != 1).any()
    assert [roll.file for roll in scored] == files
    assert [roll.notes for roll in scored] == [36, 12]
    expected = [nats.sum() for nats in frame_nats(network, pieces, 2, 16)]
    assert [roll.nats for roll in scored] == pytest.approx(expected, rel=2e-3)


@pytest.mark.skipif(not (RELEASED / CARD).exists(), reason="there is no released checkpoint")
def test_both_engines_are_measured_by_the_same_continuations(folder: Path, tmp_path: Path) -> None:
    """The report on a roll network has the likelihood of rolls, says what it is not, and measures what others do."""
    tunes = {f"{split}.mid": ("mutopia", split, melody(TUNE * 6, bpm=60)) for split in ("test", "train")}
    corpus = write_corpus(tmp_path, tunes)

    notes, roll = (
        evaluate(corpus, "test", checkpoint, primers=1, random_seeds=(1,), workers=1) for checkpoint in (None, folder)
    )

    assert (notes["engine"], roll["engine"]) == ("notes", "roll")
    assert roll["sources"]["mutopia"] == roll["all"]
    assert roll["all"]["nats_per_roll_note"] > roll["all"]["nats_per_frame"] > 0
    assert not notes["all"].keys() & roll["all"].keys() - {"pieces"}
    assert any("cannot be compared" in remark for remark in roll["remarks"])
    mine, theirs = roll["continuations"], notes["continuations"]
    assert (mine["primers"], mine["random_seeds"]) == (theirs["primers"], theirs["random_seeds"])
    assert {name: set(row) for name, row in mine["measures"].items()} == {
        name: set(row) for name, row in theirs["measures"].items()
    }
    assert roll["copying"] == notes["copying"]
    assert json.loads(json.dumps(roll, allow_nan=False)) == roll
