"""What may be asked of a piece."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from composer.control_words import (
    CREATIVITY_RANGE,
    DENSITIES,
    DENSITY_RANGE,
    DYNAMICS,
    KEY_NAMES,
    REGISTERS,
    SHIFT_RANGE,
    STYLES,
    key_text,
)
from composer.controls import NAMES, NO_CONTROLS, Controls
from composer.encoding.styles import Style
from composer.errors import BadInputError
from composer.keys import Key

controls = st.builds(
    Controls,
    key=st.none() | st.sampled_from(KEY_NAMES),
    density=st.none() | st.sampled_from(list(DENSITIES)) | st.floats(*DENSITY_RANGE),
    register=st.none() | st.sampled_from(list(REGISTERS)) | st.integers(*SHIFT_RANGE),
    dynamics=st.none() | st.sampled_from(list(DYNAMICS)),
    creativity=st.none() | st.integers(*CREATIVITY_RANGE),
    style=st.none() | st.sampled_from(STYLES),
)


@pytest.mark.parametrize(
    ("word", "key"),
    [
        ("F# minor", "F# minor"),
        ("f sharp minor", "F# minor"),
        ("fis-moll", "F# minor"),
        ("F#m", "F# minor"),
        ("F♯ MINOR", "F# minor"),
        ("C major", "C major"),
        ("CM", "C major"),
        ("Bb", "Bb"),
        ("B♭", "Bb"),
        ("B-flat", "Bb"),
        ("B-Dur", "Bb major"),
        ("H-Dur", "B major"),
        ("B", "B"),
        ("As-Dur", "Ab major"),
        ("es-moll", "Eb minor"),
        ("Gb", "F#"),
        ("E-flat major", "Eb major"),
        ("Cb major", "B major"),
    ],
)
def test_keys_are_understood(word: str, key: str) -> None:
    """English and German names, signs of all kinds, with a mode or without."""
    assert Controls(key=word).key == key


@pytest.mark.parametrize(
    ("asked", "value"),
    [
        ({"mode": "moll"}, "minor"),
        ({"density": "Sparse"}, "sparse"),
        ({"density": "4,5"}, 4.5),
        ({"density": "7 notes per second"}, 7.0),
        ({"density": 3}, 3.0),
        ({"register": "high"}, "high"),
        ({"register": "+1 octave"}, 12),
        ({"register": "\u22125"}, -5),
        ({"register": 7.0}, 7),
        ({"dynamics": "mezzo-forte"}, "mf"),
        ({"dynamics": "loud"}, "f"),
        ({"creativity": "80 %"}, 80),
        ({"creativity": "plain"}, 10),
        ({"style": "J. S. Bach"}, "bach"),
        ({"style": "Zelenski"}, "żeleński"),
        ({"style": "late Romantic"}, "late-romantic"),
    ],
)
def test_words_and_numbers_are_understood(asked: dict[str, Any], value: str | float) -> None:
    """As people write them, with units, commas and accents or without."""
    assert list(Controls(**asked).asked().values()) == [value]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"key": "hello"}, "'hello' is not understood as key"),
        ({"mode": "dorian"}, "major or minor"),
        ({"density": "thick"}, "sparse, normal, dense, or notes a second"),
        ({"density": 16.5}, "0.5 to 16 notes a second; 16.5 is outside"),
        ({"density": float("nan")}, "not understood"),
        ({"register": "+3 octaves"}, "-24 to 24 semitones; 36 is outside"),
        ({"register": 0.5}, "whole semitones"),
        ({"dynamics": "fffff"}, "pp, p, mp, mf, f, ff, soft or loud"),
        ({"creativity": 101}, "0 to 100; 101 is outside"),
        ({"creativity": "wild"}, "plain, balanced, bold, or 0 to 100"),
        ({"style": "debusy"}, "did you mean debussy\\? I know baroque, .* and joplin"),
        ({"style": ""}, "There is no style ''"),
        ({"key": "F# minor", "mode": "major"}, "contradict each other"),
    ],
)
def test_what_makes_no_sense_is_refused(asked: dict[str, Any], words: str) -> None:
    """In a sentence that names what there is to choose from."""
    with pytest.raises(BadInputError, match=words):
        Controls(**asked)


@given(st.sampled_from(NAMES), st.text(max_size=40) | st.floats() | st.integers())
def test_whatever_is_asked_is_read_or_refused(name: str, value: str | float) -> None:
    """Nothing that anybody writes leads to another error, and what is read is read as itself again."""
    try:
        read = Controls(**{name: value})  # type: ignore[arg-type]
    except BadInputError:
        return
    assert Controls(**read.asked()) == read


@given(controls)
def test_controls_survive_json(asked: Controls) -> None:
    """What is not asked is not in it."""
    assert Controls.from_json(asked.to_json()) == asked
    assert None not in asked.to_json().values()


def test_unknown_controls_are_refused() -> None:
    """In a sentence with those that there are."""
    with pytest.raises(BadInputError, match="no control 'colour'; there are key, mode"):
        Controls.from_json({"colour": "red"})


def test_the_roll_engine_has_key_and_mode() -> None:
    """What happens to the primer works there, the rest is refused by its name."""
    Controls(key="Bb", mode="minor").check_engine_roll()
    with pytest.raises(BadInputError, match="cannot be asked for density"):
        Controls(density=3).check_engine_roll()


def test_nothing_asked_follows_the_primer() -> None:
    """Its key, and no target for anything else."""
    assert NO_CONTROLS.asked() == {}
    assert not NO_CONTROLS.asks_key
    assert NO_CONTROLS.key_from(Key(3, "minor")) == Key(3, "minor")
    assert (NO_CONTROLS.notes_per_second, NO_CONTROLS.mean_pitch(60), NO_CONTROLS.velocity) == (None, None, None)
    assert (NO_CONTROLS.boldness, NO_CONTROLS.told_style) == (0.0, Style())


def test_a_key_without_a_mode_keeps_the_primers() -> None:
    """A mode without a key keeps the tonic; both together are both."""
    own = Key(9, "minor")

    assert Controls(key="Bb").key_from(own) == Key(10, "minor")
    assert Controls(mode="major").key_from(own) == Key(9, "major")
    assert Controls(key="Bb", mode="major").key_from(own) == Controls(key="Bb major").key_from(own) == Key(10, "major")


def test_a_shift_is_counted_from_the_primer() -> None:
    """A word is a place on the piano."""
    assert Controls(register=-12).mean_pitch(70.5) == 58.5
    assert Controls(register="low").mean_pitch(70.5) == REGISTERS["low"]


@pytest.mark.parametrize(("creativity", "boldness"), [(0, -1), (50, 0), (100, 1), (75, 0.5)])
def test_creativity_is_measured_from_the_middle(creativity: int, boldness: float) -> None:
    """Half of it changes nothing."""
    assert Controls(creativity=creativity).boldness == boldness


def test_every_key_has_its_name() -> None:
    """A tonic alone is spelled as in major."""
    assert (key_text(6, "minor"), key_text(6, None), key_text(1, None)) == ("F# minor", "F#", "Db")
