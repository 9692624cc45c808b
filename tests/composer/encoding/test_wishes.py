"""What the music to come shall be like."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.encoding.context import Context
from composer.encoding.fields import ABSENT, COMPOSERS, ERAS, STEP_FIELDS, WISHES
from composer.encoding.styles import Style, named_style, style_of
from composer.encoding.vocabulary import encode
from composer.encoding.wishes import NO_WISHES, Wishes, coming_ids, coming_music
from composer.notes import Note, Score

STEP = {name: index for index, name in enumerate(STEP_FIELDS)}


def test_what_comes_is_described_by_the_notes_of_the_next_six_seconds() -> None:
    """Two low soft notes a second, then four high loud ones: the description turns with the music."""
    slow = [Note(index, 45, index + 1, 40) for index in range(24)]
    fast = [Note(24 + index / 2, 81, 24.5 + index / 2, 100) for index in range(48)]
    music = coming_music(encode(Score((*slow, *fast))))

    np.testing.assert_allclose(music[1], [2.0, 45 - 21, 10], rtol=0.1)
    np.testing.assert_allclose(music[30], [4.0, 81 - 21, 25], rtol=0.1)
    assert 45 - 21 < music[18, 1] < 81 - 21


def test_the_end_of_a_piece_is_as_dense_as_the_rest() -> None:
    """Where less than six seconds are left, notes are counted against what is left."""
    music = coming_music(encode(Score(tuple(Note(index / 2, 60, index / 2 + 0.5) for index in range(40)))))

    assert music[36, 0] == pytest.approx(4.0, rel=0.25)


@given(st.floats(0, 100), st.floats(0, 87), st.floats(0, 31.9))
def test_ids_are_inside_their_fields_and_rise_with_the_music(density: float, key: float, velocity: float) -> None:
    """No music makes a wish that there is no input for, and more never has the smaller id."""
    ids = coming_ids(np.array([[density, key, velocity], [density * 1.5, key / 2, velocity / 2]]))
    sizes = [STEP_FIELDS[name] for name in WISHES[2:]]

    assert (ids >= 0).all()
    assert (ids < sizes).all()
    assert ids[1, 0] >= ids[0, 0]
    assert (ids[1, 1:] <= ids[0, 1:]).all()


def test_the_network_is_told_what_is_wished_and_nothing_else() -> None:
    """A wish fills its own field; without wishes all of them are absent."""
    wished = Context(wishes=Wishes(era=2, loudness=5)).step_ids(None)

    assert [wished[STEP[name]] for name in WISHES] == [ABSENT, 2, ABSENT, ABSENT, 5]
    assert NO_WISHES.ids() == dict.fromkeys(WISHES, ABSENT)


def test_a_composer_is_known_by_surname_with_an_era() -> None:
    """Corpora write full names; people ask by surname or era; strangers have no style."""
    chopin = style_of("Frédéric Chopin")

    assert chopin == named_style("chopin")
    assert (list(COMPOSERS)[chopin.composer], ERAS[chopin.era]) == ("chopin", "romantic")
    assert named_style("baroque") == Style(era=ERAS.index("baroque"))
    assert style_of("Anonymous") == style_of("") == Style(ABSENT, ABSENT)
    assert named_style("anonymous") is None
