"""From rated pieces to a measured candidate, with the real network in a small run."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from composer.checkpoints import load_checkpoint
from composer.composer import Composer
from composer.errors import BadInputError
from composer.openers import list_openers
from composer.taste.features import FEATURES
from composer.tuning.critic_fit import learn_critic
from composer.tuning.finetune import ballot_of, finetune
from composer.tuning.measuring import Effort
from composer.tuning.rated_set import rated_piece
from tests.composer.evaluation.small_music import melody
from tests.composer.tuning.rated import write_rated_set

if TYPE_CHECKING:
    from collections.abc import Callable

    from composer.notes import Score

    Rated = list[tuple[Score, float, bool]]

REPOSITORY = Path(__file__).parents[3]
SMALL = Effort(primers=4, random_seeds=(1,), seconds=8.0, races=2)


@pytest.fixture(scope="module")
def composed() -> list[tuple[Score, float]]:
    """Sixty pieces of the base on different primers, and where their composed parts begin."""
    composer = Composer()
    pieces = []
    for number in range(64):
        primer = list_openers()[number % 32].score
        made = composer.compose(primer, length_seconds=9, random_seed=number, is_opener=True)
        pieces.append((made.score, made.primer_end_beat))
    return pieces


def _rated(composed: list[tuple[Score, float]], merit: Callable[[Score, float], float]) -> Rated:
    """An audience that likes the half with the most merit."""
    merits = [merit(score, beat) for score, beat in composed]
    return [
        (score, beat, bool(value > np.median(merits))) for (score, beat), value in zip(composed, merits, strict=True)
    ]


def _height(score: Score, beat: float) -> float:
    return float(np.mean([note.pitch for note in score.notes if note.start >= beat]))


def _finetune(rated: Rated, folder: Path) -> dict[str, Any]:
    output = folder / "out"
    output.mkdir()
    return finetune(write_rated_set(folder / "set", rated), output, effort=SMALL, progress=lambda *_: None)


@pytest.mark.slow
def test_what_is_liked_becomes_a_candidate(composed: list[tuple[Score, float]], tmp_path: Path) -> None:
    """An audience that likes it high gets a whole checkpoint of another id whose critic likes it high.

    In a process of its own, so that no other test finds TensorFlow loaded.
    """
    write_rated_set(tmp_path / "set", _rated(composed, _height))
    (tmp_path / "out").mkdir()
    program = (
        "import json, sys; from pathlib import Path; from composer.tuning.finetune import finetune\n"
        "from composer.tuning.measuring import Effort\n"
        "effort = Effort(primers=4, random_seeds=(1,), seconds=8.0, races=2)\n"
        "stages = []\n"
        "tell = lambda *news: stages.append(news)\n"
        "report = finetune(Path(sys.argv[1]), Path(sys.argv[2]), effort=effort, progress=tell)\n"
        "print(json.dumps([report, stages]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "set"), str(tmp_path / "out")],
        cwd=REPOSITORY,
        env={"PATH": "/usr/bin:/bin", "KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
        check=True,
        timeout=600,
    )
    report, stages = json.loads(done.stdout.splitlines()[-1])
    candidate = load_checkpoint(tmp_path / "out" / "checkpoint")
    critic = Composer(candidate.folder).taste

    assert candidate.id == report["checkpoint"] != report["base"]
    assert candidate.card["parent"] == report["base"]
    assert [line["name"] for line in candidate.card["gate"]] == [line["name"] for line in report["gates"]]
    assert report == json.loads((tmp_path / "out" / "report.json").read_text())
    assert critic is not None
    assert critic.judge([composed_notes(composed, _height, 1)]) > critic.judge([composed_notes(composed, _height, 0)])
    assert {stage for stage, _ in stages} == {
        "reading",
        "critic",
        "rehearsing",
        "training",
        "exporting",
        "measuring",
        "sampling",
    }
    assert [share for _, share in stages] == sorted(share for _, share in stages)
    assert "liked_margin" in {line["name"] for line in report["gates"]}


def composed_notes(composed: list[tuple[Score, float]], merit: Callable[[Score, float], float], most: int) -> Any:
    """The composed notes of the piece with the most merit, or with the least."""
    score, beat = sorted(composed, key=lambda piece: merit(*piece))[-most]
    said = {"liked": True, "rating": 1.0, "up": 1, "down": 0, "weight": 1.0, "is_held_out": False}
    return rated_piece(score, primer_end_beat=beat, **said).continuation


def test_votes_by_lot_change_nothing(composed: list[tuple[Score, float]], tmp_path: Path) -> None:
    """There is no candidate, the report says why, and the base is as it was."""
    rng = np.random.default_rng(3)
    order = rng.permutation(64)
    report = _finetune([(*composed[index], bool(place < 32)) for place, index in enumerate(order)], tmp_path)

    assert report["passed"] is False
    assert report["checkpoint"] is None
    assert "nothing" in report["sentence"]
    assert not (tmp_path / "out" / "checkpoint").exists()


def test_silence_is_what_likes_stand_out_against(composed: list[tuple[Score, float]]) -> None:
    """Where people only ever vote for pieces, those that nobody voted on are what the liked ones are compared with."""
    said = {"weight": 1.0, "is_held_out": False}
    pieces = [
        rated_piece(score, primer_end_beat=beat, liked=is_up, rating=0.5, up=float(is_up), down=0.0, **said)
        for score, beat, is_up in _rated(composed, _height)
    ]
    learnt = learn_critic(ballot_of(pieces), random_seed=1)

    assert learnt.chance <= 0.01
    assert learnt.critic.weights[FEATURES.index("pitch")] > 0


@pytest.mark.parametrize(
    ("up", "down", "words"), [(5, 5, "Rate some more"), (60, 2, "60 liked pieces and 2 others"), (0, 0, "0 votes")]
)
def test_too_few_votes_are_refused(up: int, down: int, words: str, tmp_path: Path) -> None:
    """A sentence says how many there are and how many are needed."""
    tunes = [
        melody([48 + (number * 7 + step) % 40 for step in range(16)], bpm=60 + number) for number in range(up + down)
    ]

    with pytest.raises(BadInputError, match=words):
        _finetune([(tune, 0.0, number < up) for number, tune in enumerate(tunes)], tmp_path)
