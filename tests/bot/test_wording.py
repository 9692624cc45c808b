"""What people are told."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import wording
from bot.domain import (
    Action,
    Composed,
    ComposeRequest,
    Engine,
    NotFoundError,
    Options,
    Piece,
    Place,
    PlatformName,
    Progress,
    RefusedError,
    RequestState,
    Seed,
    SeedKind,
    UserRef,
)
from bot.views import About
from composer.controls import Controls
from composer.errors import BadInputError, CheckpointError

OPENER = Seed(SeedKind.OPENER, "schumann:traumerei", "Robert Schumann: Träumerei")
MUSIC = Composed(
    title="Robert Schumann: Träumerei",
    key="F major",
    tempo=69.6,
    length_seconds=29.9,
    primer_seconds=12.0,
    notes=200,
    random_seed=4711,
    checkpoint_id="note-lstm-0123456789",
    soundfont="FluidR3_GM.sf2",
)


def _piece(seed: Seed = OPENER, action: Action = Action.COMPOSE, options: Options | None = None) -> Piece:
    user = UserRef(PlatformName.DISCORD, "1")
    place = Place(PlatformName.DISCORD, "2", "3")
    request = ComposeRequest("discord:4", user, place, seed, options or Options(random_seed=4711), "{}", action)
    return Piece(17, 23, request, MUSIC, datetime(2026, 11, 24, tzinfo=UTC))


@pytest.mark.parametrize(
    ("progress", "line"),
    [
        (Progress(RequestState.QUEUED, place=2, eta_seconds=38.0), "No. 2 in the queue, about 40 s"),
        (Progress(RequestState.QUEUED), "In the queue"),
        (Progress(RequestState.AWAITING_FILE), "Reading your file …"),
        (
            Progress(RequestState.RUNNING, share=0.31, stage="composing", eta_seconds=3.2),
            "▰▰▰▱▱▱▱▱▱▱ composing, about 4 s",
        ),
        (Progress(RequestState.RUNNING, share=0.8, stage="playing"), "▰▰▰▰▰▰▰▰▱▱ playing it on the piano"),
        (Progress(RequestState.RUNNING), "▱▱▱▱▱▱▱▱▱▱ beginning"),
        (Progress(RequestState.CANCELLED), "Cancelled."),
    ],
)
def test_progress_is_told_in_one_line(progress: Progress, line: str) -> None:
    """Place in the queue and time while it waits; bar, stage and time while it is made."""
    assert wording.progress_line(progress) == line


@pytest.mark.parametrize("state", RequestState)
def test_every_state_has_its_words(state: RequestState) -> None:
    """There is something to say in every state."""
    assert wording.progress_text(Progress(state), "Träumerei").startswith("Träumerei\n")
    assert wording.progress_line(Progress(state))


@given(st.floats())
def test_the_bar_has_ten_blocks(share: float) -> None:
    """Whatever the share is, even nonsense, the bar stays in its bounds."""
    assert re.fullmatch("▰*▱*", wording.bar(share))
    assert len(wording.bar(share)) == wording.BAR_BLOCKS


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.0, "about 1 s"), (3.2, "about 4 s"), (10.0, "about 10 s"), (89.0, "about 90 s"), (90.0, "about 2 min")],
)
def test_times_are_rough(seconds: float, words: str) -> None:
    """Nobody is told tenths of seconds that nobody knows."""
    assert wording.about_seconds(seconds) == words


def test_the_facts_are_those_needed_to_compose_it_again() -> None:
    """Seed, length, key, tempo, random seed, checkpoint and number; temperature and engine where they were changed."""
    facts = dict(wording.facts(_piece()))

    assert facts == {
        "Opener": "schumann:traumerei",
        "Length": "0:30",
        "Key": "F major",
        "Tempo": "♩ = 70",
        "Random seed": "4711",
        "Checkpoint": "note-lstm-0123456789",
        "Piece": "17",
    }
    assert dict(wording.facts(_piece(options=Options(temperature=1.25))))["Temperature"] == "1.25"
    assert dict(wording.facts(_piece(options=Options(engine=Engine.ROLL))))["Engine"] == "roll"


def test_the_facts_tell_what_was_asked() -> None:
    """Of the controls those that do not follow the seed, with their units."""
    controls = Controls(key="F# minor", density=4.5, register=-12, dynamics="pp", creativity=80, style="bach")
    facts = dict(wording.facts(_piece(options=Options(controls=controls))))

    assert {name: facts[name] for name in ("Density", "Register", "Dynamics", "Creativity", "Style")} == {
        "Density": "4.5 notes a second",
        "Register": "-12 semitones",
        "Dynamics": "pp",
        "Creativity": "80",
        "Style": "bach",
    }
    assert "Mode" not in facts


@pytest.mark.parametrize("action", Action)
def test_a_piece_of_the_roll_engine_says_so(action: Action) -> None:
    """In its one line as well; one of the usual engine says nothing of it."""
    rolled, usual = _piece(action=action, options=Options(engine=Engine.ROLL)), _piece(action=action)

    assert wording.headline(rolled) == f"{wording.headline(usual)} by the roll engine"
    assert "Engine" not in dict(wording.facts(usual))


def test_help_names_the_engines() -> None:
    """Whoever can type a command can find the roll engine."""
    assert "engine: notes" in wording.HELP
    assert "engine:roll" in wording.HELP


@pytest.mark.parametrize(
    ("seed", "fact", "stem"),
    [
        (OPENER, ("Opener", "schumann:traumerei"), "schumann-traumerei-17"),
        (Seed(SeedKind.NOTES, "C5q E5q", "Notes"), ("Notes", "C5q E5q"), "notes-17"),
        (Seed(SeedKind.UPLOAD, "Für_Elise (2).mid", "x"), ("File", "Für Elise (2).mid"), "fur-elise-2-17"),
        (Seed(SeedKind.UPLOAD, "@everyone.mid", "x"), ("File", "everyone.mid"), "everyone-17"),
        (Seed(SeedKind.UPLOAD, "月光.mid", "x"), ("File", "月光.mid"), "piece-17"),
        (Seed(SeedKind.PIECE, "12", "x"), ("Grown from", "piece 12"), "robert-schumann-traumerei-17"),
    ],
)
def test_a_piece_tells_what_it_grew_from(seed: Seed, fact: tuple[str, str], stem: str) -> None:
    """The card names the seed, and the files are called after it."""
    assert wording.facts(_piece(seed))[0] == fact
    assert wording.file_stem(_piece(seed)) == stem


def test_long_notes_are_cut_short() -> None:
    """A card is no place for a page of notation."""
    _, value = wording.seed_fact(Seed(SeedKind.NOTES, "C5q " * 500, "Notes"))

    assert len(value) <= wording.LONGEST_FACT
    assert value.endswith("…")


@pytest.mark.parametrize("action", Action)
def test_every_action_has_its_headline(action: Action) -> None:
    """A card says in one line what the piece is."""
    assert wording.headline(_piece(action=action)).startswith("Robert Schumann: Träumerei, ")


def test_titles_in_headlines_are_harmless() -> None:
    """A title from a stranger's file mentions nobody."""
    piece = _piece()

    assert "@" not in wording.headline(replace(piece, music=replace(MUSIC, title="@everyone **x**")))


@pytest.mark.parametrize(
    "error", [BadInputError("this is no length"), RefusedError("Not now."), NotFoundError("There is no such piece.")]
)
def test_mistakes_of_people_are_told_in_full(error: Exception) -> None:
    """What somebody can mend is said as it is, as a sentence."""
    sentence = wording.sentence_of(error, "abc")

    assert str(error)[1:].rstrip(".") in sentence
    assert sentence[0].isupper()
    assert sentence.endswith(".")
    assert "abc" not in sentence


@pytest.mark.parametrize(
    "error",
    [KeyError("secret"), CheckpointError("damaged: /home/me/secret"), TimeoutError("secret"), OSError(28, "secret")],
)
def test_our_own_mistakes_are_told_by_an_id(error: Exception) -> None:
    """What is wrong with us stays in the log, where the id leads."""
    sentence = wording.sentence_of(error, "abc")

    assert "(support id abc)" in sentence
    assert "secret" not in sentence


def test_support_ids_are_easy_to_read_out() -> None:
    """No letter is mistaken for another, and no id comes twice."""
    ids = {wording.support_id() for _ in range(100)}

    assert len(ids) == 100
    assert not set("".join(ids)) & set("01lioIO")


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        (wording.too_many_open(1), "You have a piece under way already; wait for it to be finished, or cancel it."),
        (wording.too_many_open(3), "You have 3 pieces under way already; wait for one to be finished, or cancel it."),
        (wording.queue_full(1), "The queue is full: 1 piece is waiting already. Please try again in a few minutes."),
        (wording.queue_full(9), "The queue is full: 9 pieces are waiting already. Please try again in a few minutes."),
        (wording.forgotten(1, 2), "Everything about you is deleted: 1 piece and 2 votes."),
    ],
)
def test_numbers_agree_with_their_words(sentence: str, expected: str) -> None:
    """One piece is, two pieces are."""
    assert sentence == expected


def test_every_constant_is_a_sentence_or_a_label() -> None:
    """What is shown as it stands begins with a capital letter; without a full stop it fits where labels are shown."""
    constants = {
        name: value
        for name, value in vars(wording).items()
        if name.isupper() and isinstance(value, str) and " " in value and name != "HELP"
    }

    assert len(constants) > 20
    assert [name for name, value in constants.items() if not re.fullmatch(r"[A-Z/][^\n]*", value)] == []
    assert [name for name, value in constants.items() if not value.endswith((".", "…")) and len(value) > 100] == []


def test_help_names_every_command_and_option() -> None:
    """Nothing has to be guessed; each line fits where platforms show it."""
    assert all(f"/{name} - " in wording.HELP for name in wording.COMMANDS)
    assert all(f"{name}: " in wording.HELP for name in wording.OPTIONS if name != "midi")
    assert all(len(what) <= 100 for what in (*wording.COMMANDS.values(), *wording.OPTIONS.values()))


def test_about_tells_how_busy_things_are() -> None:
    """Version, network, soundfont, uptime, queue and totals."""
    about = About(
        version="0.1.0",
        checkpoint_id="note-lstm-0123456789",
        soundfont="FluidR3_GM.sf2",
        uptime_seconds=7320.0,
        queued=2,
        running=1,
        workers=1,
        pieces=1,
        votes=5,
        loop_lag_seconds=0.01,
    )

    assert wording.about_text(about).splitlines() == [
        "SchumaNN: 0.1.0",
        "Checkpoint: note-lstm-0123456789",
        "Soundfont: FluidR3_GM.sf2",
        "Up for: 2 h 2 min",
        "Queue: 2 waiting, 1 being composed by 1 worker",
        "Event loop: 10 ms late at most, but for 1 % of the time",
        "So far: 1 piece, 5 votes",
    ]


@pytest.mark.parametrize(
    ("key", "shown"),
    [("Eb major", "E♭ major"), ("F# minor", "F♯ minor"), ("B minor", "B minor"), ("Bb major", "B♭ major"), ("", "")],
)
def test_keys_have_proper_signs(key: str, shown: str) -> None:
    """Flats and sharps look as in print, and note names stay."""
    assert wording.key_name(key) == shown


def test_notes_are_told_apart_by_their_beginning() -> None:
    """In lists of pieces; long lines are cut."""
    assert wording.notes_title("C5q E5q G5h") == "Notes C5q E5q G5h"
    assert len(wording.notes_title("C5q " * 500)) < 40
