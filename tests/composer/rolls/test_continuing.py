"""From primer to piece, with small networks of all kinds: what the engine promises whatever a network does."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from composer.evaluation.measures import ends_on_close, key_hold, longest_silence
from composer.generation.endings import LONGEST_HOLD_SECONDS, triad
from composer.keys import estimate_key
from composer.notes import HIGHEST_PITCH, LOWEST_PITCH, Pedal, Score
from composer.performance import playable
from composer.rolls.continuing import MOST_HEARD, continue_roll
from composer.rolls.guards import BAR_REPEATS
from composer.rolls.roll import roll_of
from tests.composer.rolls.music import ARPEGGIOS, END_SECONDS, PRIMERS, WALTZ, continuation, task
from tests.composer.rolls.networks import Crowded, Holding, Replaying, Shape, Silent, Wandering

NETWORKS = {"silent": Silent, "holding": Holding, "wandering": Wandering, "crowded": Crowded}


@pytest.mark.parametrize("primer", PRIMERS.values(), ids=PRIMERS)
@pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS)
def test_a_piece_has_its_length_and_no_holes(network: type[Silent], primer: Score) -> None:
    """Whatever is continued with whatever network: the length that was asked, no silence, no stuck key."""
    piece = continue_roll(network(), task(primer))
    later = continuation(primer, piece)

    assert piece.length_seconds == pytest.approx(END_SECONDS)
    assert longest_silence(piece) <= 2
    assert all(LOWEST_PITCH <= note.pitch <= HIGHEST_PITCH for note in later)
    assert max(note.duration for note in later) <= max(4 * primer.time_signatures[0].bar_beats, 8 * 90 / 60 + 4) + 4
    for _, same in itertools.groupby(sorted(piece.notes, key=lambda note: (note.pitch, note.start)), lambda n: n.pitch):
        assert all(earlier.end <= later.start + 1e-9 for earlier, later in itertools.pairwise(same))


@pytest.mark.parametrize("primer", PRIMERS.values(), ids=PRIMERS)
def test_the_primer_is_untouched(primer: Score) -> None:
    """Its notes, tempos, metre and pedal are there as they were, and what follows begins after it."""
    piece = continue_roll(Wandering(), task(primer))
    begin = primer.end_beat

    assert [note for note in piece.notes if note.start < begin - 1e-9] == list(primer.notes)
    assert piece.tempos[: len(primer.tempos)] == primer.tempos
    assert piece.time_signatures == primer.time_signatures
    assert [pedal for pedal in piece.pedals if pedal.beat < begin] == list(primer.pedals)
    assert piece.beat_grid == primer.beat_grid


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("primer", [ARPEGGIOS, WALTZ], ids=["arpeggios", "waltz"])
def test_a_piece_ends_on_a_close_in_its_key(primer: Score, seed: int) -> None:
    """The last chord has the tonic in the bass, is held long, and is one of the key."""
    piece = continue_roll(Wandering(), task(primer, seed))
    last = max(note.start for note in piece.notes)
    closing = [note.pitch for note in piece.notes if note.end >= piece.end_beat - 1e-6]

    assert ends_on_close(piece)
    assert min(closing) % 12 in triad(estimate_key(piece))
    assert 1 <= END_SECONDS - piece.seconds_at(last) <= LONGEST_HOLD_SECONDS + 1e-6


def test_the_key_is_kept() -> None:
    """A network that strays a little is held to the primer's key."""
    primer = ARPEGGIOS
    piece = continue_roll(Wandering(), task(primer))

    assert key_hold(piece.excerpt(primer.end_beat, piece.end_beat), primer) > 0.85


def test_the_same_random_seed_composes_the_same_piece() -> None:
    """Another one gives another."""
    piece = continue_roll(Wandering(), task(ARPEGGIOS, 5))

    assert continue_roll(Wandering(), task(ARPEGGIOS, 5)) == piece
    assert continue_roll(Wandering(), task(ARPEGGIOS, 6)) != piece


def test_a_threshold_decides_without_chance() -> None:
    """As in 2016; the random seed only colours the loudness then."""
    network = Wandering()
    piece = continue_roll(network, task(ARPEGGIOS, 5), threshold=0.0)
    other = continue_roll(Wandering(), task(ARPEGGIOS, 6), threshold=0.0)

    assert set(network.thresholds) == {0.0}
    assert not network.temperatures
    assert [(note.start, note.pitch, note.end) for note in piece.notes] == [
        (note.start, note.pitch, note.end) for note in other.notes
    ]


def test_the_network_hears_the_primer_and_what_was_made_of_its_frames() -> None:
    """It is told the tonic and the place in the bar, and hears every frame once: here without others side by side."""
    network = Wandering()
    continue_roll(network, task(WALTZ), threshold=0.0)
    (state,) = network.states

    assert (state.tonic, state.first_position) == (7, 0)
    assert np.array_equal(np.stack(state.frames[:72]), roll_of(WALTZ, length=72).frames)
    assert len(state.frames) == int(END_SECONDS * 150 / 60 * 4)


def test_of_a_long_primer_the_end_is_heard() -> None:
    """Hearing all of it would take seconds; the place in the bar is right all the same."""
    notes = [
        replace(note, start=note.start + turn * 18, end=note.end + turn * 18)
        for turn in range(16)
        for note in WALTZ.notes
    ]
    network = Wandering()
    continue_roll(network, task(replace(WALTZ, notes=tuple(notes)), end_seconds=140), threshold=0.0)
    (state,) = network.states

    assert state.first_position == (16 * 72 - MOST_HEARD) % 12
    assert len(state.frames) == MOST_HEARD + 140 * 10 - 16 * 72


def test_keys_that_the_primer_held_come_up() -> None:
    """A network that would hold on the primer's last notes neither lengthens nor strikes them again."""
    piece = continue_roll(Holding(), task(ARPEGGIOS))

    assert min(note.start for note in continuation(ARPEGGIOS, piece)) > ARPEGGIOS.end_beat


def test_loops_are_left() -> None:
    """A network bent on one bar plays it a few times, and is then talked out of it."""
    bar = roll_of(WALTZ).frames[:12]
    piece = continue_roll(Replaying(bar), task(WALTZ, end_seconds=60))
    onsets = roll_of(piece).onsets[72:]
    runs = [np.array_equal(onsets[at : at + 12], onsets[at + 12 : at + 24]) for at in range(0, len(onsets) - 24, 12)]
    longest = max((len(list(group)) for same, group in itertools.groupby(runs) if same), default=0)

    assert longest < BAR_REPEATS + 1


@pytest.mark.parametrize("temperature", [0.1, 0.5, 2.0])
def test_every_temperature_keeps_the_density(temperature: float) -> None:
    """Plain or wild, a piece has about as many notes a second as its primer, not none and not ten times as many."""
    primer = ARPEGGIOS
    piece = continue_roll(Wandering(), task(primer, temperature=temperature, end_seconds=60))
    rate = len(continuation(primer, piece)) / (60 - primer.length_seconds)

    assert 1 / 3 < rate / (len(primer.notes) / primer.length_seconds) < 3


def test_progress_goes_from_little_to_all() -> None:
    """Shares grow beat by beat, and the last one is the whole."""
    shares: list[float] = []
    continue_roll(Wandering(), task(ARPEGGIOS), shares.append)

    assert len(shares) >= 20
    assert shares == sorted(set(shares))
    assert 0 < shares[0] < 0.1
    assert shares[-1] == 1


@pytest.mark.parametrize(
    "shape",
    [Shape(79, 24), Shape(planes=1), Shape(frames_per_quarter=8), Shape(frames_per_quarter=0), Shape(24, 48, 1, 3)],
)
def test_any_shape_of_frames_will_do(shape: Shape) -> None:
    """Key range, planes and frames per quarter are the network's; notes stay in its range."""
    piece = continue_roll(Wandering(shape), task(ARPEGGIOS))
    pitches = [note.pitch for note in continuation(ARPEGGIOS, piece)][:-5]

    assert shape.lowest_pitch <= min(pitches) <= max(pitches) < shape.lowest_pitch + shape.keys
    assert piece.length_seconds == pytest.approx(END_SECONDS)


def test_what_is_composed_is_playable_as_it_is() -> None:
    """On the ticks of a file, with the pedal up in the end."""
    piece = continue_roll(Wandering(), task(ARPEGGIOS))

    assert [(n.pitch, n.velocity) for n in playable(piece).notes] == [(n.pitch, n.velocity) for n in piece.notes]
    assert piece.pedals[-1] == Pedal(piece.end_beat, False)
