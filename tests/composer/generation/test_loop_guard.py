"""The guard against going round in circles."""

from __future__ import annotations

from composer.generation.loop_guard import LoopGuard


def _guard(*pitches: int) -> LoopGuard:
    guard = LoopGuard()
    for pitch in pitches:
        guard.push(pitch)
    return guard


def test_one_note_for_ever_is_stopped() -> None:
    """After seven strikes of one key in a row the eighth is forbidden."""
    assert 40 not in _guard(*[40] * 6).forbidden()
    assert 40 in _guard(*[40] * 7).forbidden()


def test_an_alberti_bass_may_go_on_for_a_while() -> None:
    """Seven rounds of a four-note pattern pass, then its next note is forbidden."""
    pattern = (27, 34, 31, 34)

    assert not _guard(*pattern * 6).forbidden().size
    assert 27 in _guard(*pattern * 7).forbidden()


def test_a_longer_phrase_repeats_less_often() -> None:
    """A phrase of twenty notes may sound three times in a row, not four."""
    phrase = tuple(range(30, 50))

    assert not _guard(*phrase * 2, *phrase[:19]).forbidden().size
    assert 30 in _guard(*phrase * 3).forbidden()


def test_varied_music_is_not_held_up() -> None:
    """Where nothing repeats nothing is forbidden and the match stays."""
    guard = _guard(*(20 + (index * index) % 53 for index in range(60)))

    assert not guard.forbidden().size
    assert not guard.looping()


def test_after_three_rounds_the_match_is_muted() -> None:
    """What came after a pattern is no longer offered once it has sounded three times."""
    assert not _guard(*(40, 42, 44, 45, 47, 49) * 2).looping()
    assert _guard(*(40, 42, 44, 45, 47, 49) * 3).looping()


def test_a_copy_counts_for_itself() -> None:
    """Pushing to a copy leaves the original as it was."""
    guard = _guard(*[40] * 6)
    guard.copy().push(40)

    assert not guard.forbidden().size
