"""From primer to piece, with the released network."""

from __future__ import annotations

import itertools

import pytest

from composer.composer import RELEASE_SECONDS, Composer, Composition
from composer.controls import Controls
from composer.encoding.vocabulary import encode
from composer.errors import BadInputError
from composer.evaluation.obedience import novelty
from composer.generation.candidates import played_notes
from composer.generation.guiding import qualities
from composer.keys import Key
from composer.notes import HIGHEST_PITCH, LOWEST_PITCH, Note, Pedal, Score, Tempo, TimeSignature
from composer.recasting import at_tempo

ARPEGGIOS = Score(
    tuple(
        Note(bar * 4 + index / 2, root + step, bar * 4 + (index + 1) / 2, 56 + step)
        for bar, root in enumerate((48, 53, 55, 48))
        for index, step in enumerate((0, 7, 12, 16, 19, 16, 12, 7))
    ),
    tempos=(Tempo(0, 100),),
    pedals=tuple(Pedal(bar * 4 + place, down) for bar in range(4) for place, down in ((0.1, True), (3.9, False))),
)
WALTZ = Score(
    tuple(Note(float(beat), 60 + beat % 5, beat + 0.9) for beat in range(24)),
    tempos=(Tempo(0, 150),),
    time_signatures=(TimeSignature(0, 3, 4),),
)
SLOW_CHORDS = Score(
    tuple(Note(bar * 4.0, pitch, bar * 4 + 4) for bar in range(4) for pitch in (45, 57, 60, 64)), tempos=(Tempo(0, 40),)
)
FREE = Score(tuple(Note(index * 0.23, 50 + index * 7 % 30, index * 0.23 + 0.3) for index in range(60)), beat_grid=False)
TOP_KEYS = Score(tuple(Note(index / 4, 100 + index % 9, index / 4 + 0.2) for index in range(64)))
PRIMERS = {"arpeggios": ARPEGGIOS, "waltz": WALTZ, "slow": SLOW_CHORDS, "free": FREE, "top": TOP_KEYS}


@pytest.fixture(scope="module")
def composer() -> Composer:
    """One loaded network for all tests."""
    return Composer()


def _longest_silence(score: Score) -> float:
    longest, released = 0.0, score.notes[0].end
    for note in score.notes:
        longest = max(longest, score.seconds_at(note.start) - score.seconds_at(released))
        released = max(released, note.end)
    return longest


def _strikes(composition: Composition) -> list[tuple[float, int, float, int]]:
    return [(note.start, note.pitch, note.end, note.velocity) for note in composition.score.notes]


@pytest.mark.parametrize("name", PRIMERS)
@pytest.mark.parametrize("length", [5, 30, 61.5])
def test_a_piece_has_its_length_and_no_holes(composer: Composer, name: str, length: float) -> None:
    """Whatever is continued, the piece lasts what was asked, on the piano, without silence or stuck keys."""
    score = composer.compose(PRIMERS[name], length_seconds=length, random_seed=3).score

    assert score.length_seconds == pytest.approx(length - RELEASE_SECONDS, abs=1e-6)
    assert all(LOWEST_PITCH <= note.pitch <= HIGHEST_PITCH for note in score.notes)
    assert _longest_silence(score) <= 2.0
    assert not score.pedals or not score.pedals[-1].down
    for _, same in itertools.groupby(sorted(score.notes, key=lambda note: (note.pitch, note.start)), lambda n: n.pitch):
        assert all(earlier.end <= later.start + 1e-9 for earlier, later in itertools.pairwise(same))


def test_the_primer_comes_first_and_untouched(composer: Composer) -> None:
    """The first third is the music that was given, note for note."""
    composition = composer.compose(ARPEGGIOS, length_seconds=40, random_seed=1)
    primer = [note for note in composition.score.notes if note.start < composition.primer_end_beat]

    assert primer == [note for note in ARPEGGIOS.notes if note.start < composition.primer_end_beat]
    assert 0 < composition.score.seconds_at(composition.primer_end_beat) <= 40 / 3 + 1e-6


def test_the_same_random_seed_composes_the_same_piece(composer: Composer) -> None:
    """Composing again, also with another Composer, gives the same notes; another random seed gives others."""
    first = composer.compose(ARPEGGIOS, length_seconds=20, random_seed=5)

    assert _strikes(Composer().compose(ARPEGGIOS, length_seconds=20, random_seed=5)) == _strikes(first)
    assert _strikes(composer.compose(ARPEGGIOS, length_seconds=20, random_seed=6)) != _strikes(first)


def test_temperature_changes_the_piece(composer: Composer) -> None:
    """A bolder temperature with the same random seed gives other notes."""
    plain = composer.compose(ARPEGGIOS, length_seconds=20, random_seed=5, temperature=0.7)

    assert _strikes(composer.compose(ARPEGGIOS, length_seconds=20, random_seed=5, temperature=1.4)) != _strikes(plain)


def test_the_tempo_that_was_asked_is_kept(composer: Composer) -> None:
    """A piece asked for at 90 bpm stays near 90 bpm to its end."""
    composition = composer.compose(ARPEGGIOS, length_seconds=40, random_seed=2, tempo=90)

    assert composition.tempo == pytest.approx(90, rel=0.03)


def test_an_opener_may_take_up_half(composer: Composer) -> None:
    """An opener of eight seconds is heard whole in a piece of twenty, somebody's file is cut."""
    opener = composer.compose(ARPEGGIOS, length_seconds=20, random_seed=1, is_opener=True)
    upload = composer.compose(ARPEGGIOS, length_seconds=20, random_seed=1)

    assert opener.score.seconds_at(opener.primer_end_beat) == pytest.approx(9.6)
    assert upload.score.seconds_at(upload.primer_end_beat) <= 20 / 3


@pytest.mark.parametrize("length", [60, 300])
def test_a_whole_piece_is_continued(composer: Composer, length: float) -> None:
    """A finished piece without its last chord becomes the primer of a longer one, nearly all of it."""
    piece = composer.compose(ARPEGGIOS, length_seconds=length, random_seed=1).score
    longer = composer.compose(piece, length_seconds=length + 20, random_seed=2, primer_seconds=length - 4)
    primer_seconds = longer.score.seconds_at(longer.primer_end_beat)
    primer = [note for note in longer.score.notes if note.start < longer.primer_end_beat]

    assert length - 13 <= primer_seconds <= length - 3.9
    assert [note.pitch for note in primer] == [
        note.pitch for note in piece.notes if note.start < longer.primer_end_beat
    ]
    assert sum(note.start >= longer.primer_end_beat for note in longer.score.notes) > 40
    assert longer.score.length_seconds == pytest.approx(length + 20 - RELEASE_SECONDS, abs=1e-6)
    assert _longest_silence(longer.score) <= 2.0


def test_the_primer_of_a_piece_is_found_again_by_its_length(composer: Composer) -> None:
    """A piece continued from where its own continuation began, by the rounded second, keeps exactly its primer."""
    piece = composer.compose(ARPEGGIOS, length_seconds=20, random_seed=1)
    seconds = round(piece.score.seconds_at(piece.primer_end_beat), 3)
    other = composer.compose(piece.score, length_seconds=20, random_seed=2, primer_seconds=seconds)

    assert other.primer_end_beat == pytest.approx(piece.primer_end_beat)
    assert _strikes(other) != _strikes(piece)


def test_progress_goes_from_little_to_all(composer: Composer) -> None:
    """Shares grow, and the last one is the whole."""
    shares: list[float] = []
    composer.compose(ARPEGGIOS, length_seconds=30, random_seed=1, on_progress=shares.append)

    assert len(shares) >= 10
    assert shares == sorted(set(shares))
    assert shares[0] > 0
    assert shares[-1] == pytest.approx(1)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"length_seconds": 4.9}, "5 to 600 seconds"),
        ({"length_seconds": 601}, "5 to 600 seconds"),
        ({"length_seconds": float("nan")}, "5 to 600 seconds"),
        ({"temperature": 0.0}, "0.1 to 2"),
        ({"temperature": float("nan")}, "0.1 to 2"),
        ({"tempo": 20_000.0}, "too slow or too fast"),
        ({"primer_seconds": 28.1}, "at most 28 seconds"),
        ({"primer_seconds": 0.0}, "more than 0"),
        ({"primer_seconds": float("nan")}, "more than 0"),
    ],
)
def test_impossible_options_are_named(composer: Composer, options: dict[str, float], words: str) -> None:
    """A length, temperature or tempo out of range gives a sentence with the range."""
    with pytest.raises(BadInputError, match=words):
        composer.compose(ARPEGGIOS, **({"length_seconds": 30.0, "random_seed": 1} | options))  # type: ignore[arg-type]


def test_nothing_to_continue_is_said(composer: Composer) -> None:
    """A Score without notes gives a sentence."""
    with pytest.raises(BadInputError, match="no notes"):
        composer.compose(Score(()), length_seconds=30, random_seed=1)


def test_at_tempo_keeps_the_rubato() -> None:
    """All tempos move by the same factor."""
    rubato = Score(ARPEGGIOS.notes, tempos=(Tempo(0, 80), Tempo(4, 100), Tempo(8, 60)))
    faster = at_tempo(rubato, 120)

    assert faster.mean_bpm == pytest.approx(120)
    assert [tempo.bpm for tempo in faster.tempos] == pytest.approx(
        [tempo.bpm * 120 / rubato.mean_bpm for tempo in rubato.tempos]
    )


def test_a_piece_is_in_the_key_that_was_asked(composer: Composer) -> None:
    """The primer is moved there and recast, notes in the scale of the key; what is told is the key that was asked."""
    composition = composer.compose(
        ARPEGGIOS, length_seconds=20, random_seed=1, controls=Controls(key="fis-moll"), primer_key=Key(0, "major")
    )
    primer = [note.pitch for note in composition.score.notes if note.start < composition.primer_end_beat]

    assert composition.key == "F# minor"
    assert Key(6, "minor").share_inside(primer) == 1
    assert Key(6, "minor").share_inside(note.pitch for note in composition.score.notes) > 0.8


@pytest.mark.parametrize(
    ("controls", "index"),
    [(("sparse", "dense"), 0), ((-12, 12), 1), (("pp", "ff"), 2)],
    ids=["density", "register", "dynamics"],
)
def test_more_is_more(composer: Composer, controls: tuple[str | int, str | int], index: int) -> None:
    """Denser, higher and louder music than its opposite, by far, with the same primer and random seed."""
    name = ("density", "register", "dynamics")[index]
    less, more = (
        composer.compose(ARPEGGIOS, length_seconds=30, random_seed=4, controls=Controls.from_json({name: value}))
        for value in controls
    )
    low, high = (
        qualities([note for note in played_notes(encode(piece.score)) if note.seconds > 14])[index]
        for piece in (less, more)
    )

    assert high - low > 1


def test_creativity_departs_from_the_primer(composer: Composer) -> None:
    """With much of it more phrases are new than with little."""
    plain, bold = (
        composer.compose(ARPEGGIOS, length_seconds=40, random_seed=2, controls=Controls(creativity=amount))
        for amount in (0, 100)
    )

    assert novelty(bold.score, bold.primer_end_beat) > novelty(plain.score, plain.primer_end_beat)


def test_a_style_is_told_to_the_network(composer: Composer) -> None:
    """The same primer and random seed go on otherwise."""
    plain, styled = (
        composer.compose(ARPEGGIOS, length_seconds=20, random_seed=5, controls=controls)
        for controls in (Controls(), Controls(style="joplin"))
    )

    assert _strikes(plain) != _strikes(styled)
