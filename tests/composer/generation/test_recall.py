"""Taking up again what stood before, step by step as the network would be led."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from composer.encoding.context import Context
from composer.encoding.fields import ABSENT
from composer.encoding.inputs import KEY_CLASSES, KEYS
from composer.encoding.vocabulary import FACTOR_SIZES, TEMPO_REACH, encode, ticks_to_id
from composer.generation.recall import FOLLOWED, LANDED, NO_FORM, Form, Passage, Return
from composer.keys import Key
from tests.composer.evaluation.small_music import chords

if TYPE_CHECKING:
    from numpy.typing import NDArray

BAR = 96
MUSIC = chords([48, 64], [67], [55, 65], [71], beats=0.5)
"""Two beats: C and E, G, then G and F, B."""
FORM = Form((Return(start=2 * BAR, literal=2 * BAR + 36, stop=2 * BAR + 48, source=0),), pause=BAR)


def _heard(*notes: tuple[int, int]) -> Context:
    """The music, and then (tick, MIDI pitch) each."""
    context = Context()
    for row in encode(MUSIC).factors.tolist():
        context.push(tuple(row))
    for tick, pitch in notes:
        gap = ticks_to_id(tick - context.tick)
        context.push((gap, pitch - 21, 12, 16, TEMPO_REACH, 0))
    return context


def _gaps(form: Form, contexts: list[Context]) -> NDArray[np.float32]:
    """What the form adds to the gaps."""
    bias = np.zeros((len(contexts), FACTOR_SIZES["gap"]), np.float32)
    form.add_to_gaps(bias, contexts)
    return bias


def _pitches(form: Form, contexts: list[Context], gaps: list[int]) -> NDArray[np.float32]:
    """What the form adds to the keys."""
    bias = np.zeros((len(contexts), KEYS), np.float32)
    form.add_to_pitches(bias, contexts, gaps)
    return bias


def test_without_a_plan_nothing_is_led() -> None:
    """The form of a short piece has no say."""
    context = _heard((96, 60))

    NO_FORM.remind(context)

    assert not _gaps(NO_FORM, [context]).any()
    assert not _pitches(NO_FORM, [context], [12]).any()
    assert not context.mute_match


def test_music_arrives_where_something_returns() -> None:
    """Shortly before a return, no gap reaches beyond its beginning; there, the first note of what returns is wanted."""
    context = _heard((144, 60), (180, 62))
    bias = _gaps(FORM, [context])[0]

    assert bias[12] == 0.0
    assert bias[13:].max() < -1e8
    assert _pitches(FORM, [context], [12])[0].argmax() == 48 - 21
    assert _pitches(FORM, [context], [12]).max() == LANDED
    assert not _pitches(FORM, [context], [6]).any()


def test_what_stood_there_is_offered_note_by_note() -> None:
    """After the first note of the return the second is due, in the same chord, through the match and by favour."""
    context = _heard((180, 62), (192, 48))

    FORM.remind(context)

    offered = context.notes[context.match.index]
    assert (offered[0], offered[1]) == (0, 64 - 21)
    assert context.match.length >= 20
    assert _gaps(FORM, [context])[0, 0] == FOLLOWED
    assert _pitches(FORM, [context], [0])[0, 64 - 21] == FOLLOWED


def test_a_varied_note_does_not_end_a_return() -> None:
    """Where something else was played, what stood at the next place is favoured all the same."""
    context = _heard((192, 48), (192, 64), (198, 73))

    FORM.remind(context)

    assert context.match.index == ABSENT
    assert _gaps(FORM, [context])[0, 6] == FOLLOWED
    assert _pitches(FORM, [context], [6])[0].argmax() == 67 - 21


def test_a_return_lets_go() -> None:
    """At its end the notes are no longer favoured but their harmony is, and repetitions are hidden for a bar."""
    context = _heard((192, 48), (192, 64), (204, 67), (216, 55), (216, 65))
    harmony = _pitches(FORM, [context], [12])[0]

    assert not _gaps(FORM, [_heard((192, 48), (228, 71))]).any()
    assert {int(KEY_CLASSES[key]) for key in np.flatnonzero(harmony)} == {5, 7, 11}

    later = _heard((192, 48), (228, 71))
    FORM.remind(later)
    assert later.mute_match
    at_last = _heard((192, 48), (228 + BAR, 71))
    FORM.remind(at_last)
    assert not at_last.mute_match


def test_a_passage_has_its_own_key() -> None:
    """Between its ends the keys of the piano are favoured as the passage says, and it begins with something new."""
    hue = np.arange(88, dtype=np.float32)
    form = Form(passages=(Passage(96, 192, Key(7, "major"), hue),), pause=24)
    inside, outside = _heard((100, 60)), _heard((200, 60))

    assert np.array_equal(_pitches(form, [inside], [6])[0], hue)
    assert not _pitches(form, [outside], [6]).any()
    form.remind(inside)
    assert inside.mute_match
