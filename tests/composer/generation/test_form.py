"""The plan of a piece."""

from __future__ import annotations

import numpy as np
import pytest

from composer.generation.form import Ground, neighbours, plan_form, section_bounds
from composer.keys import Key

BAR = 96
PACE = 0.5 / 24
"""Seconds of a tick at 120 beats a minute: a bar of 4/4 lasts two seconds, a phrase of four bars eight."""
C_MAJOR = Key(0, "major")


def _ground(seconds: float, primer_seconds: float = 10.0, motif: int = 0) -> Ground:
    return Ground(motif, motif + round(primer_seconds / PACE), motif + round(seconds / PACE), BAR, PACE)


def test_a_short_piece_has_no_plan() -> None:
    """Up to half a minute or so, music goes on as it comes."""
    form = plan_form(_ground(30.0), C_MAJOR, np.random.default_rng(0))

    assert not form.returns
    assert not form.passages


@pytest.mark.parametrize("seconds", [60.0, 90.0, 120.0, 180.0, 600.0])
def test_a_longer_piece_comes_back_to_its_beginning(seconds: float) -> None:
    """Something of the first phrase returns after the primer and again in the last third, but not at the very end."""
    for seed in range(20):
        form = plan_form(_ground(seconds), C_MAJOR, np.random.default_rng(seed))
        of_the_beginning = [item for item in form.returns if item.source == 0]

        assert all(item.start >= 10.0 / PACE for item in form.returns)
        assert any(item.start * PACE > seconds * 0.6 for item in of_the_beginning)
        assert all(item.literal * PACE < seconds - 5.5 for item in form.returns)


def test_returns_are_in_order_and_do_not_overlap() -> None:
    """What returns ends before the next return begins, and comes from music that has been."""
    for seconds in (60.0, 120.0, 180.0):
        form = plan_form(_ground(seconds), C_MAJOR, np.random.default_rng(3))

        for item, following in zip(form.returns, form.returns[1:], strict=False):
            assert item.start < item.literal <= item.stop <= following.start
        assert all(item.source + (item.stop - item.start) <= item.stop for item in form.returns)


def test_what_returns_stands_at_its_place_in_the_bar() -> None:
    """Between something and its return lie whole bars, whether the piece begins with an upbeat or not."""
    for motif in (0, 24, 72):
        form = plan_form(_ground(120.0, motif=motif), C_MAJOR, np.random.default_rng(1))

        assert form.returns
        assert all((item.start - item.source) % BAR == 0 for item in form.returns)


def test_sections_in_neighbouring_keys_lie_between() -> None:
    """Two minutes are A B A C A: two passages in different neighbouring keys, with home before, between and after."""
    form = plan_form(_ground(120.0), C_MAJOR, np.random.default_rng(2))
    first, _, second, last = form.passages

    assert {first.key.name, second.key.name} <= {key.name for key in neighbours(C_MAJOR)}
    assert first.key.name != second.key.name
    assert 10.0 / PACE < first.start < first.stop < second.start < second.stop < last.stop < 110.0 / PACE


def test_a_section_leads_home_in_its_last_bar() -> None:
    """Before A returns, for a bar the dominant seventh of the home key is favoured."""
    form = plan_form(_ground(60.0), C_MAJOR, np.random.default_rng(0))
    away, turn = form.passages
    middle_c = 39

    assert away.stop == turn.start == turn.stop - BAR
    assert turn.stop in {item.start for item in form.returns}
    assert turn.key == C_MAJOR
    assert turn.hue[middle_c + 11] > turn.hue[middle_c] > turn.hue[middle_c + 1]


def test_a_passage_favours_its_own_notes() -> None:
    """In the dominant of C major, F sharp is favoured, F is not, and what both keys have is left alone."""
    passages = [
        passage
        for seed in range(20)
        for passage in plan_form(_ground(60.0), C_MAJOR, np.random.default_rng(seed)).passages
    ]
    hue = next(passage.hue for passage in passages if passage.key.name == "G major")

    middle_c = 39
    assert hue[middle_c + 6] > 0 > hue[middle_c + 5]
    assert hue[middle_c] == 0


def test_the_first_section_is_longer_than_the_primer() -> None:
    """However much of a piece is primer, its first section goes on after it, and the sections fill the piece."""
    for primer in (0.5, 1.25, 4.0, 5.0):
        bounds = section_bounds(primer, 15.0)

        assert bounds[0] == 0
        assert bounds[1] > primer
        assert bounds[-1] == 15
        assert bounds == sorted(set(bounds))


def test_phrases_are_whole_bars_of_any_length() -> None:
    """A phrase lasts 4 to 16 seconds in any metre and tempo that occurs, and is one, two, four ... bars."""
    for bar in (36, 48, 72, 96, 144):
        for beats_a_minute in (30, 60, 120, 240):
            ground = Ground(0, 500, 5000, bar, 60 / 24 / beats_a_minute)

            assert ground.phrase // bar in {1, 2, 4, 8, 16, 32}
            assert 5.0 <= ground.phrase * ground.seconds_per_tick <= 12.0 or ground.phrase == bar


def test_chance_decides_what_returns() -> None:
    """Pieces with other random seeds have other plans; the same one has the same."""
    plans = [plan_form(_ground(120.0), C_MAJOR, np.random.default_rng(seed)).returns for seed in (1, 1, 2)]

    assert plans[0] == plans[1] != plans[2]


def test_neighbours_are_related() -> None:
    """C major goes to G major, A minor and F major, A minor to C major, E minor and F major."""
    assert [key.name for key in neighbours(C_MAJOR)] == ["G major", "A minor", "F major"]
    assert [key.name for key in neighbours(Key(9, "minor"))] == ["C major", "E minor", "F major"]
