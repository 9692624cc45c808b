"""The text notation: what people may type, what it means, and how it refuses nonsense."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from composer.errors import BadInputError
from composer.notation import MOST_CHARACTERS, MOST_NOTES, format_notation, parse_notation
from composer.notation.symbols import TICKS_PER_BEAT
from composer.notes import Note, Pedal, Score, Tempo, TimeSignature, with_repeats_cleaned

LONGEST = 60 * TICKS_PER_BEAT


def played(text: str) -> list[tuple[float, int, float]]:
    """(start, pitch, duration) of every note of ``text``, in beats."""
    return [(note.start, note.pitch, note.duration) for note in parse_notation(text).notes]


def velocities(text: str) -> list[int]:
    """Velocity of every note of ``text`` in the order of time."""
    return [note.velocity for note in parse_notation(text).notes]


def refusal(text: str) -> str:
    """The sentence with which ``text`` is refused."""
    with pytest.raises(BadInputError) as caught:
        parse_notation(text)
    return str(caught.value)


def read_or_refused(text: str) -> Score | None:
    """The Score, or None where ``text`` is refused; any other error is a failure."""
    try:
        return parse_notation(text)
    except BadInputError:
        return None


def test_bare_line_is_enough() -> None:
    """Three notes in a chat message give a Score with the usual defaults."""
    expected = Score(notes=(Note(0.0, 72, 1.0), Note(1.0, 76, 2.0), Note(2.0, 79, 4.0)))

    assert expected == parse_notation("C5q E5q G5h")


def test_octave_and_length_stay_as_they_were() -> None:
    """What is left out is taken from the note before; at first the octave of middle C and a quarter."""
    assert played("C E G5e F") == [(0, 60, 1), (1, 64, 1), (2, 79, 0.5), (2.5, 77, 0.5)]


def test_lower_case_and_commas_are_read() -> None:
    """Letters with an octave may be small, and commas separate like spaces."""
    assert played("C5q E5q Bb4h") == played("c5q, e5q, bb4h")


def test_bare_f_is_forte() -> None:
    """A small f without an octave is a dynamic, not a note."""
    assert velocities("f C4") == [86]


@pytest.mark.parametrize(
    ("word", "pitch"),
    [
        ("C4", 60),
        ("A0", 21),
        ("C8", 108),
        ("F#4", 66),
        ("Gb4", 66),
        ("B#3", 60),
        ("Cb4", 59),
        ("F##4", 67),
        ("Bbb4", 69),
    ],
)
def test_pitch_names(word: str, pitch: int) -> None:
    """MIDI 60 is C4; accidentals may be doubled and may cross the octave."""
    assert [(0, pitch, 1)] == played(word)


def test_printed_accidentals_are_read() -> None:
    """Typographic sharps and flats mean the same as # and b."""
    assert played("F#4 Bb4") == played("F♯4 B♭4")


@pytest.mark.parametrize(
    ("length", "beats"),
    [
        ("w", 4),
        ("h", 2),
        ("q", 1),
        ("e", 0.5),
        ("s", 0.25),
        ("x", 0.0625),
        ("h..", 3.5),
        (":1.25", 1.25),
        (":5/4", 1.25),
    ],
)
def test_lengths(length: str, beats: float) -> None:
    """Letters, dots and plain numbers of quarter notes."""
    assert [(0, 60, beats)] == played(f"C4{length}")


@pytest.mark.parametrize(("length", "count"), [("e3", 3), ("s5", 5), ("s6", 6), ("s7", 7), ("t9", 9)])
def test_tuplets_fill_their_beat_exactly(length: str, count: int) -> None:
    """A full tuplet takes one beat, so that the note after it stands on the beat."""
    assert played(f"C4{length} " + "C4 " * (count - 1) + "D4q")[-1] == (1.0, 62, 1.0)


def test_rest_moves_on() -> None:
    """A rest is silent for its length."""
    assert played("Rq. C4q") == [(1.5, 60, 1)]


def test_chord_sounds_together() -> None:
    """Notes joined by + share start and length."""
    assert played("C4+E4+G4h") == [(0, 60, 2), (0, 64, 2), (0, 67, 2)]


def test_tie_makes_one_note() -> None:
    """Tied notes are struck once, also over several words and in chords of which only a part goes on."""
    assert played("C4h~ C4e") == [(0, 60, 2.5)]
    assert played("C4q~ C4~ C4") == [(0, 60, 3)]
    assert played("C4+E4q~ C4") == [(0, 60, 2), (0, 64, 1)]


def test_staccato_leaves_half_silent() -> None:
    """A staccato note sounds for half its length; the next one starts where it would have."""
    assert played("C4q' D4q") == [(0, 60, 0.5), (1, 62, 1)]


def test_voices_sound_together() -> None:
    """Each voice begins at the beginning and goes on where it stopped."""
    assert played("RH: C5q LH: C3h RH: D5q LH: D3q") == [(0, 48, 2), (0, 72, 1), (1, 74, 1), (2, 50, 1)]


def test_same_key_in_two_voices_is_struck_once() -> None:
    """Two voices that meet on one key make one note, as on a piano."""
    assert played("RH: C4h LH: C4q") == [(0, 60, 2)]


def test_key_signature_alters_plain_letters() -> None:
    """As in print: plain letters follow the key, written accidentals and naturals win."""
    assert [pitch for _, pitch, _ in played("key=F A4 B4 Bn4 A#4")] == [69, 70, 71, 70]


def test_key_before_the_first_voice_is_for_all() -> None:
    """A key inside a voice is for that voice only."""
    assert [pitch for _, pitch, _ in played("key=G RH: F4q Rq LH: Rq F3q")] == [66, 54]
    assert [pitch for _, pitch, _ in played("RH: key=G F4q Rq LH: Rq F3q")] == [66, 53]


def test_dynamics_last_until_the_next() -> None:
    """Marks and velocities hold for the voice; a note's own velocity is for it alone."""
    assert velocities("C4 p D4 E4 F4@90 G4 @64 A4") == [72, 48, 48, 90, 48, 64]


def test_accent_is_louder() -> None:
    """An accented note stands out by 14, never above 127."""
    assert velocities("p C4 D4> E4@120>") == [48, 62, 127]


def test_chord_notes_may_have_their_own_velocity() -> None:
    """A velocity after the length is for those without one."""
    assert velocities("C4@50+E4+G4@80h@70") == [50, 70, 80]


def test_hairpin_reaches_the_next_dynamic() -> None:
    """Between < and the next mark the velocity rises evenly."""
    assert velocities("p < C4 D4 mf E4 F4") == [48, 60, 72, 72]


def test_hairpins_belong_to_one_voice() -> None:
    """The other hand keeps its own dynamics."""
    assert velocities("RH: C5 D5 LH: pp C3 D3") == [36, 72, 36, 72]


def test_tempo_in_any_voice_is_for_all() -> None:
    """A tempo counts from where its voice stands."""
    assert (Tempo(0.0, 60.0), Tempo(2.0, 90.5)) == parse_notation("tempo=60 RH: C5h LH: C3h tempo=90.5 D3h").tempos[:2]


def test_ritardando_moves_evenly() -> None:
    """Between rit and the next tempo every half beat is a little slower, ending near the goal."""
    bpms = [tempo.bpm for tempo in parse_notation("tempo=100 C4q rit C4h tempo=60 C4q").tempos]

    assert bpms == [100, 95, 85, 75, 65, 60]


def test_pedal_changes_at_once() -> None:
    """Pressing a pedal that is down lifts it and presses it again at the same beat."""
    pedals = parse_notation("ped C4q ped D4q * E4q").pedals

    assert (Pedal(0.0, True), Pedal(1.0, False), Pedal(1.0, True), Pedal(2.0, False)) == pedals


def test_pedal_in_several_voices_at_once_is_one_pedal() -> None:
    """Both hands may write the same pedal; pressing wins over lifting at the same beat."""
    assert parse_notation("RH: ped C5q ped D5q LH: ped C3q * D3q").pedals == (
        Pedal(0.0, down=True),
        Pedal(1.0, down=False),
        Pedal(1.0, down=True),
    )


def test_upbeat_is_an_incomplete_bar() -> None:
    """Bars after the upbeat are whole."""
    score = parse_notation("time=3/4 upbeat=e G4e | C5h. | D5h. |")

    assert (TimeSignature(0.0, 1, 8), TimeSignature(0.5, 3, 4)) == score.time_signatures
    assert score.bar_lines() == [0.0, 0.5, 3.5]


def test_comment_lines_are_skipped() -> None:
    """A line that begins with # says nothing to the machine."""
    assert played("C4 D4") == played("# Träumerei\nC4\n  # H9\nD4")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("C5q H5q", "'H5q'"),
        ("C4q\nD4z", "Line 2, 'D4z'"),
        ("C4y9", "write notes like C5q"),
        ("C9", "above the piano"),
        ("Ab0", "below the piano"),
        ("C4:1/0", "zero"),
        ("C4q~ D4q", "tie"),
        ("C4q~ Rq", "tie"),
        ("C4q~", "tie"),
        ("p < C4 D4", "reaches no new level"),
        ("p < C4 > D4 p", "reaches no new level"),
        ("rit C4", "reaches no new level"),
        ("C4@0", "velocity"),
        ("C4@128", "velocity"),
        ("@300 C4", "velocity"),
        ("tempo=0 C4", "tempo=72"),
        ("tempo=1e9 C4", "tempo=72"),
        ("time=4/5 C4", "note value"),
        ("time=0/4 C4", "not usable"),
        ("time=four C4", "time=3/4"),
        ("upbeat=w C4", "shorter than a bar"),
        ("upbeat=1 C4", "upbeat=q"),
        ("upbeat=q time=3/4 C4", "another metre"),
        ("key=H C4", "key=G"),
        ("key=G#m# C4", "key=G"),
        ("key=D#m key=G# C4", "8 accidentals"),
        ("", "no notes"),
        ("Rq | Rq", "no notes"),
        ("# C4", "no notes"),
    ],
)
def test_refusals_say_what_is_wrong(text: str, complaint: str) -> None:
    """The message names the word, the line or what was expected."""
    assert complaint in refusal(text)


def test_wrong_bar_is_named() -> None:
    """A bar that is too long is refused with its number, voice, line and length."""
    text = "time=3/4\nRH: C4h D4q | E4h. |\nLH: C3h. | D3h E3h |"

    assert refusal(text) == "Line 3: bar 2 of LH lasts 4 quarter notes instead of 3"


def test_bar_after_an_upbeat_counts_from_one() -> None:
    """As musicians count, the upbeat is bar 0."""
    assert "bar 1 lasts 2 quarter notes instead of 3" in refusal("time=3/4 upbeat=q C4q | D4h | ")


def test_metre_may_change() -> None:
    """After a change bars have the new length, for every voice."""
    text = "RH: time=2/4 C4h | time=3/4 C4h. | LH: C3h | D3h. |"

    assert [signature.beat for signature in parse_notation(text).time_signatures] == [0.0, 2.0]


def test_strange_words_are_shown_short_and_printable() -> None:
    """Control characters and endless words do not come back."""
    message = refusal("\x1b[31m" + "z" * 5000)

    assert "\x1b" not in message
    assert len(message) < 150


@pytest.mark.parametrize(
    "text",
    [
        "C" * MOST_CHARACTERS,
        "C+" * (MOST_CHARACTERS // 2),
        "C4@1" * (MOST_CHARACTERS // 4),
        "C4 " * (MOST_CHARACTERS // 3 + 1),
        "R:999999999 C4",
        "tempo=8 " + "C4w " * 41,
        "time=1/64 C:1/16 | time=2/64 C:1/8 | " * 9000 + "Rx | " * 100_000,
        "V: < " * 100_000,
    ],
)
def test_huge_input_is_refused(text: str) -> None:
    """What is too long ends in one sentence."""
    assert len(refusal(text)) < 300


def test_limits_are_generous() -> None:
    """The largest allowed number of notes is read, one more is refused."""
    most = "tempo=640 C4x " + "C4 " * (MOST_NOTES - 1)

    assert len(parse_notation(most).notes) == MOST_NOTES
    assert "more than 20,000 notes" in refusal(most + " C4")


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text ends in another error than a refusal."""
    score = read_or_refused(text)

    assert score is None or score.notes


NOTES = ["C4q", "E5", "F#3e.", "Gb2e3", "R", "Rh", "C4+E4h~", "C4w~", "A5@90", "B4>", "D5'"]
SIGNS = ["p", "f", "ff", "@64", "<", ">", "|", "RH:", "LH:", "ped", "*", "rit"]
SETTINGS = ["tempo=80", "time=3/4", "upbeat=e", "key=Eb"]
WORDS = st.sampled_from(NOTES + SIGNS + SETTINGS)


@settings(deadline=None)
@given(st.lists(WORDS, max_size=30))
def test_any_words_are_read_or_refused(words: list[str]) -> None:
    """Words of the notation in any order make a Score that survives writing and reading, or a refusal."""
    score = read_or_refused(" ".join(words))

    assert score is None or parse_notation(format_notation(score)) == score


def on_grid(ticks: int) -> float:
    """Beats of a number of ticks."""
    return ticks / TICKS_PER_BEAT


@st.composite
def notes(draw: st.DrawFn) -> Note:
    """Any note of the piano in the first sixty beats."""
    start = draw(st.integers(0, LONGEST))
    length = draw(st.integers(1, LONGEST) | st.sampled_from([TICKS_PER_BEAT // part for part in (1, 2, 3, 4, 5)]))
    return Note(on_grid(start), draw(st.integers(21, 108)), on_grid(start + length), draw(st.integers(1, 127)))


@st.composite
def scores(draw: st.DrawFn) -> Score:
    """Any Score on the notation's grid: many voices, tempi, metres and pedal changes."""
    beats = st.integers(1, LONGEST).map(on_grid)
    pedal_beats = sorted(draw(st.sets(beats, max_size=6)))
    changes = draw(st.sets(st.sampled_from(pedal_beats), max_size=3)) if pedal_beats else set()
    pedals = [Pedal(beat, bool(index % 2 == 0)) for index, beat in enumerate(sorted(set(pedal_beats) - changes))]
    return Score(
        notes=with_repeats_cleaned(draw(st.lists(notes(), min_size=1, max_size=25))),
        tempos=(
            Tempo(0.0, draw(st.floats(30, 640))),
            *(Tempo(beat, draw(st.floats(30, 640))) for beat in draw(st.sets(beats, max_size=4))),
        ),
        time_signatures=(
            TimeSignature(0.0, draw(st.integers(1, 12)), draw(st.sampled_from([2, 4, 8]))),
            *(TimeSignature(beat, draw(st.integers(1, 12)), 4) for beat in draw(st.sets(beats, max_size=2))),
        ),
        pedals=tuple(pedals),
    )


@settings(deadline=None)
@given(scores())
def test_round_trip(score: Score) -> None:
    """Writing a Score and reading it gives the same Score."""
    assert parse_notation(format_notation(score)) == score


@settings(deadline=None)
@given(st.lists(st.floats(0, 50), min_size=1, max_size=10))
def test_other_times_are_rounded_finely(starts: list[float]) -> None:
    """Times off the grid come back within half a tick."""
    score = Score(notes=tuple(Note(start, 30 + index, start + 1.1) for index, start in enumerate(starts)))
    again = parse_notation(format_notation(score))

    by_pitch = {note.pitch: note for note in again.notes}
    assert all(abs(by_pitch[note.pitch].start - note.start) <= 0.5001 / TICKS_PER_BEAT for note in score.notes)


def test_written_text_is_readable() -> None:
    """Hands, bar lines, dynamics and letters appear where a person would write them."""
    text = format_notation(parse_notation("time=3/4 tempo=90 ped RH: mf C5q E5 G5 | p C5h. LH: C3+G3h. | ped C3h."))

    assert text == "time=3/4 tempo=90 ped Rh. ped\nRH: mf C5q E5q G5q | p C5h. |\nLH: mf C3+G3h. | C3h. |\n"
