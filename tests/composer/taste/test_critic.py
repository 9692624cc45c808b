"""The critic that was learnt from votes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from composer.composer import Composer
from composer.encoding.context import Context
from composer.encoding.vocabulary import encode
from composer.errors import CheckpointError
from composer.generation.candidates import Candidate, PlayedNote, played_notes
from composer.generation.critic import choose_best, manner_of
from composer.keys import Key
from composer.openers import find_opener
from composer.taste.critic import TasteCritic, read_critic
from composer.taste.features import FEATURES
from tests.composer.evaluation.small_music import melody

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

SCALE = [60, 62, 64, 65, 67, 69, 71, 72, 71, 69, 67, 65, 64, 62, 60]


def likes(feature: str, weight: float = 1.0, *, mean: float = 0.0, say: float = 1.0) -> TasteCritic:
    """A critic that cares for one feature only."""
    weights = np.array([weight * (name == feature) for name in FEATURES])
    return TasteCritic(np.full(len(FEATURES), mean), np.ones(len(FEATURES)), weights, votes=60, say=say)


def _notes(pitches: list[int], velocity: int = 72) -> list[PlayedNote]:
    return played_notes(encode(melody(pitches, velocity=velocity)))


def _candidate(notes: list[PlayedNote]) -> Candidate:
    seconds = notes[-1].seconds if notes else 0.0
    return Candidate(Context(seconds=seconds), np.zeros((1, 4), np.float32), notes=notes)


def test_verdicts_follow_the_weights() -> None:
    """Who likes it soft judges the softer of two stretches higher."""
    verdicts = likes("velocity", -1.0, mean=18.0).judge([_notes(SCALE, 64), _notes(SCALE, 80)])

    assert verdicts[0] > verdicts[1]


def test_far_features_do_not_outshout_the_others() -> None:
    """Beyond three standard deviations it makes no difference any more."""
    critic = likes("velocity", mean=0.0)

    assert critic.judge([_notes(SCALE, 64)]) == pytest.approx(critic.judge([_notes(SCALE, 127)]))


@pytest.mark.parametrize("say", [0.0, 2.0])
def test_taste_decides_among_faultless_candidates(say: float) -> None:
    """Of two scales of equal merit the softer goes on where listeners like it soft, if the critic has a say at all."""
    loud, soft = _candidate(_notes(SCALE, 80)), _candidate(_notes(SCALE, 64))
    manner = manner_of(_notes(SCALE), Key(0, "major"))

    chosen = choose_best([loud, soft], manner, likes("velocity", -1.0, mean=18.0, say=say))

    assert chosen is (soft if say else loud)


def test_a_critic_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Weights, scales, votes and its say survive the file exactly."""
    rng = np.random.default_rng(1)
    mean, scale, weights = rng.random((3, len(FEATURES))) + 0.1
    critic = TasteCritic(mean, scale, weights, votes=123.5, say=0.9)
    (tmp_path / "critic.json").write_text(critic.to_json(), encoding="utf-8")
    found = read_critic(tmp_path / "critic.json")

    assert (found.votes, found.say) == (123.5, 0.9)
    for name in ("mean", "scale", "weights"):
        assert (getattr(found, name) == getattr(critic, name)).all()


def _spoilt(**changes: object) -> str:
    return json.dumps(json.loads(likes("tempo").to_json()) | changes)


def _rows(names: Iterable[str], **row: object) -> dict[str, object]:
    return {name: row for name in names}  # noqa: C420 - nobody changes the rows


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        _spoilt(votes=None),
        _spoilt(votes="nan"),
        _spoilt(features={}),
        _spoilt(features=_rows(FEATURES, mean=0, scale=1)),
        _spoilt(features=_rows(FEATURES, mean=0, scale=1, weight="inf")),
        _spoilt(features=_rows(reversed(FEATURES), mean=0, scale=1, weight=0)),
    ],
)
def test_a_spoilt_critic_is_refused(text: str, tmp_path: Path) -> None:
    """A file that is no critic, or one for other features, is refused in a sentence."""
    (tmp_path / "critic.json").write_text(text, encoding="utf-8")

    with pytest.raises(CheckpointError, match="critic"):
        read_critic(tmp_path / "critic.json")


def test_a_critic_changes_what_is_composed() -> None:
    """With a critic that likes it low the same random seed composes lower music than with one that likes it high."""
    composer = Composer()
    primer = find_opener("schumann").score
    means = {}
    for weight in (-1.0, 1.0):
        composer.taste = likes("pitch", weight, mean=60.0, say=5.0)
        piece = composer.compose(primer, length_seconds=25, random_seed=5, is_opener=True)
        means[weight] = np.mean([note.pitch for note in piece.score.notes if note.start >= piece.primer_end_beat])

    assert means[-1.0] < means[1.0]


def test_what_was_played_before_counts_against_it() -> None:
    """Of two stretches that listeners like equally, the one with phrases that the piece has had before loses."""
    known = _candidate([])
    for note in _notes(SCALE):
        known.push(note)
    known.settle()
    again, new = known.copy(), known.copy()
    for played, pitches in ((again, SCALE), (new, [60, 65, 62, 67, 64, 69, 65, 71, 67, 72, 69, 64, 67, 62, 60])):
        for note in _notes(pitches):
            played.push(note)

    assert again.repeated_share() >= 0.8
    assert new.repeated_share() < 0.2
    assert known.repeated_share() == 0.0
    manner = manner_of(_notes(SCALE), Key(0, "major"))
    assert choose_best([again, new], manner, likes("pedal")) is new
