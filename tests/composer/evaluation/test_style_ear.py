"""Whose music a passage is nearest to."""

from __future__ import annotations

import pytest

from composer.encoding.fields import COMPOSERS
from composer.evaluation.style_ear import StyleEar, era_of, features
from composer.notes import Note, Score


def _scale(tonic: int, length: float, step: int = 2) -> Score:
    """Sixteen single notes."""
    return Score(tuple(Note(i * length, tonic + step * (i % 8), (i + 1) * length) for i in range(16)))


def _chords(tonic: int, length: float) -> Score:
    return Score(
        tuple(Note(i * length, tonic + i % 3 + above, (i + 1) * length) for i in range(16) for above in (0, 4, 7))
    )


def test_an_ear_tells_what_it_was_taught() -> None:
    """Runs from chords, at pitches and lengths that it has not heard."""
    taught = [_scale(60, 0.25), _scale(64, 0.5), _scale(55, 0.25), _chords(50, 1.0), _chords(55, 0.5)]
    ear = StyleEar.taught([features(score) for score in taught], ["runs"] * 3 + ["chords"] * 2, ridge=0.1)

    assert ear.styles == ("chords", "runs")
    assert (ear.nearest(_scale(62, 0.5)), ear.nearest(_chords(52, 0.5))) == ("runs", "chords")
    assert ear.likeness(_scale(62, 0.5), "runs") > 0 > ear.likeness(_scale(62, 0.5), "chords")


def test_styles_count_alike_however_often_they_were_heard() -> None:
    """What is like both is as near to the rare one as to the common one."""
    ear = StyleEar.taught([features(_scale(60, 0.5))] * 9 + [features(_scale(60, 0.5))], ["a"] * 9 + ["b"])

    assert ear.likeness(_scale(60, 0.5), "a") == pytest.approx(0, abs=1e-9)


def test_every_composer_has_an_era() -> None:
    """An era is its own."""
    assert era_of("bach") == era_of("baroque") == "baroque"
    assert {era_of(name) for name in COMPOSERS} == set(COMPOSERS.values())
