"""The guard against going round in circles."""

from __future__ import annotations

from composer.generation.loop_guard import LoopGuard


def _guard(*keys: int) -> LoopGuard:
    guard = LoopGuard()
    for key in keys:
        guard.push(key)
    return guard


def test_one_note_for_ever_is_stopped() -> None:
    """After eight strikes of one key in a row the ninth is forbidden."""
    assert 40 not in _guard(*[40] * 7).forbidden()
    assert 40 in _guard(*[40] * 8).forbidden()


def test_an_alberti_bass_may_go_on_for_a_while() -> None:
    """Five rounds of a four-note pattern pass, then it may not go on."""
    pattern = (27, 34, 31, 34)

    assert not _guard(*pattern * 5).forbidden().size
    assert 34 in _guard(*pattern * 5, 27).forbidden()


def test_a_longer_phrase_repeats_less_often() -> None:
    """A phrase of twenty notes may sound three times in a row, and not begin once more."""
    phrase = (*tuple(range(30, 40)), 52, 50, 47, 45, 44, 42, 41, 37, 35, 31)

    assert not _guard(*(phrase * 3)[:-1]).forbidden().size
    assert 30 in _guard(*phrase * 3).forbidden()


def test_a_pattern_that_climbs_for_ever_is_stopped() -> None:
    """Five notes moved up a step four times may not be moved up once more."""
    pattern = (30, 34, 37, 35, 32)
    climbing = [key + 2 * step for step in range(4) for key in pattern]

    assert not _guard(*climbing).forbidden().size
    assert 42 in _guard(*climbing, 38).forbidden()


def test_varied_music_is_not_held_up() -> None:
    """Where nothing repeats nothing is forbidden and the match stays."""
    guard = _guard(*(20 + (index * index) % 53 for index in range(60)))

    assert not guard.forbidden().size
    assert not guard.looping()


def test_after_three_rounds_the_match_is_muted() -> None:
    """What came after a pattern is no longer offered once it has sounded three times, moved or not."""
    pattern = (40, 42, 44, 45, 47, 49)

    assert not _guard(*pattern * 2).looping()
    assert _guard(*pattern * 3, 40).looping()
    assert _guard(*(key + 2 * step for step in range(4) for key in pattern)).looping()


def test_nothing_is_forbidden_before_the_first_note() -> None:
    """An empty piece has no loops."""
    assert not _guard().forbidden().size


def test_a_copy_counts_for_itself() -> None:
    """Pushing to a copy leaves the original as it was."""
    guard = _guard(*[40] * 7)
    guard.copy().push(40)

    assert not guard.forbidden().size
