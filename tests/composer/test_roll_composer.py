"""From primer to piece, with the released network of the roll engine."""

from __future__ import annotations

import pytest

from composer.checkpoints import CARD, RELEASED_ROLL
from composer.composer import RELEASE_SECONDS, Composer
from composer.errors import BadInputError
from composer.evaluation.measures import ends_on_close, longest_silence
from composer.openers import find_opener
from tests.composer.rolls.music import ARPEGGIOS, PRIMERS

NO_ROLL = pytest.mark.skipif(not (RELEASED_ROLL / CARD).exists(), reason="there is no released checkpoint of rolls")


@pytest.fixture(scope="module")
def composer() -> Composer:
    """One loaded network for all tests."""
    return Composer(RELEASED_ROLL)


@NO_ROLL
@pytest.mark.parametrize("primer", PRIMERS)
@pytest.mark.parametrize("length", [5, 30, 61.5])
def test_a_piece_has_its_length_and_no_holes(composer: Composer, primer: str, length: float) -> None:
    """Whatever is continued, the piece lasts what was asked, without silence; it says how it was composed."""
    composition = composer.compose(PRIMERS[primer], length_seconds=length, random_seed=3)

    assert composition.score.length_seconds == pytest.approx(length - RELEASE_SECONDS, abs=1e-6)
    assert longest_silence(composition.score) <= 2
    assert composition.engine == "roll"
    assert composition.checkpoint_id == composer.checkpoint.id


@NO_ROLL
@pytest.mark.parametrize("opener", ["schumann", "mozart:turkish", "bach:prelude", "chopin:raindrop"])
def test_openers_come_to_a_close(composer: Composer, opener: str) -> None:
    """Well-known beginnings end as tonal music does, in the tempo in which they began."""
    primer = find_opener(opener).score
    composition = composer.compose(primer, length_seconds=30, random_seed=1, is_opener=True)
    continued = composition.score.excerpt(composition.primer_end_beat, composition.score.end_beat)

    assert ends_on_close(composition.score)
    assert continued.tempos[-1].bpm == pytest.approx(primer.mean_bpm, rel=0.1)


@NO_ROLL
def test_the_same_random_seed_composes_the_same_piece(composer: Composer) -> None:
    """Also with another Composer, and by threshold as well as by chance."""
    for threshold in (None, 0.0):
        first, second = (
            player.compose(ARPEGGIOS, length_seconds=20, random_seed=5, threshold=threshold)
            for player in (composer, Composer(RELEASED_ROLL))
        )
        assert first.score == second.score


@NO_ROLL
@pytest.mark.parametrize("threshold", [-20.1, 20.1, float("nan")])
def test_impossible_thresholds_are_named(composer: Composer, threshold: float) -> None:
    """A threshold out of range gives a sentence with the range."""
    with pytest.raises(BadInputError, match="-20 to 20"):
        composer.compose(ARPEGGIOS, length_seconds=20, random_seed=5, threshold=threshold)


def test_notes_have_no_threshold() -> None:
    """The note engine draws every note, and says so."""
    with pytest.raises(BadInputError, match="Only the roll engine"):
        Composer().compose(ARPEGGIOS, length_seconds=20, random_seed=5, threshold=0.0)
