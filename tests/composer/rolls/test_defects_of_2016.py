"""Every defect of SchumaNN as it was in 2016, and that it is none any more.

The original turned MIDI files into digits, trained on them and wrote ``output.mid``; what was wrong with it is known
from reading and running it. One test for each: that the opposite holds.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

from composer.commands.cli import build_parser, main
from composer.evaluation.measures import longest_silence
from composer.midi.files import read_midi
from composer.midi.writer import write_midi
from composer.notes import Note, Score, Tempo, TimeSignature
from composer.rolls.continuing import continue_roll
from composer.rolls.grid import grid_for
from composer.rolls.roll import notes_of, roll_of
from tests.composer.midi_text import melody, midi, off, on, track
from tests.composer.rolls.music import ARPEGGIOS, JIG, PRIMERS, WALTZ, continuation, task
from tests.composer.rolls.networks import Shape, Silent, Wandering

REPOSITORY = Path(__file__).parents[3]
ENGINE = REPOSITORY / "composer" / "rolls"


@pytest.mark.parametrize(("rate", "seconds"), [(4, 204.0), (8, 102.0), (16, 51.0)])
def test_2016_defect_1_playback_has_the_right_speed(rate: int, seconds: float) -> None:
    """1,632 frames at rate 4 and 120 bpm are 204 seconds (2016: 74, whatever the tempo), and other tempos are kept."""
    length = 1632 / rate / 8
    score = Score(tuple(Note(index * length, 60 + index, (index + 1) * length) for index in range(8)), (Tempo(0, 120),))
    roll = roll_of(score, rate)

    assert len(roll.frames) == 1632
    assert read_midi(write_midi(score)).length_seconds == pytest.approx(seconds)
    assert score.seconds_at(notes_of(roll)[-1].end / rate) == pytest.approx(seconds)
    assert grid_for(Score(score.notes, (Tempo(0, 60),)), 8.0, rate).frame_seconds == pytest.approx(1 / rate)


def test_2016_defect_2_no_note_hangs() -> None:
    """Every note of a piece is released in its file, also those that sound in the last frame (2016: never written)."""
    piece = continue_roll(Wandering(), task(ARPEGGIOS))
    written = read_midi(write_midi(piece))

    assert len(written.notes) == len(piece.notes)
    assert written.length_seconds == pytest.approx(piece.length_seconds, abs=0.01)
    assert [note.end for note in notes_of(roll_of(Score((Note(0, 60, 5), Note(4, 64, 5)))))] == [20, 20]


@pytest.mark.parametrize(("lowest", "highest"), [(24, 102), (21, 108)])
def test_2016_defect_3_the_top_key_lives(lowest: int, highest: int) -> None:
    """The highest key of the range is read, heard and written (2016: pitch 102 was always 0)."""
    roll = roll_of(Score((Note(0, highest, 1), Note(0, lowest, 1))), 4, lowest, highest)

    assert roll.frames.shape == (4, highest - lowest + 1, 2)
    assert roll.frames[:, -1].tolist() == [[1, 1], [1, 0], [1, 0], [1, 0]]
    assert {note.pitch for note in notes_of(roll)} == {lowest, highest}


def test_2016_defect_4_repeated_notes_stay_repeated() -> None:
    """Eight repeated eighths without a gap are eight notes (2016: one, because an onset was a one after a zero)."""
    notes = tuple(Note(index / 2, 60, (index + 1) / 2) for index in range(8))

    assert len(notes_of(roll_of(Score(notes)))) == 8


def test_2016_defect_5_short_notes_are_heard() -> None:
    """A note of 30 ticks inside one frame leaves a trace (2016: none)."""
    notes = on(500, 60) + off(30, 60) + on(400, 64) + off(480, 64)
    score = read_midi(midi(track(notes * 4)))

    assert len(notes_of(roll_of(score))) == 8


@pytest.mark.parametrize("signature", [(3, 4), (6, 8), (3, 8), (5, 4), (7, 8), (2, 2), (12, 16)])
def test_2016_defect_6_every_metre_is_continued(signature: tuple[int, int]) -> None:
    """Music in three, five or seven is read and goes on in its metre (2016: rejected without a word)."""
    primer = Score(JIG.notes, JIG.tempos, (TimeSignature(0, *signature),))
    grid = grid_for(primer, primer.end_beat, 4)
    piece = continue_roll(Wandering(), task(primer))

    assert len(notes_of(roll_of(primer))) == len(primer.notes)
    assert grid.bar_frames == round(signature[0] * 16 / signature[1])
    assert piece.time_signatures == primer.time_signatures
    assert continuation(primer, piece)


@pytest.mark.parametrize("ticks_per_quarter", [1, 2, 3, 7, 96, 101, 220, 480, 1021])
@pytest.mark.parametrize("rate", [3, 4, 16])
def test_2016_defect_7_any_resolution_of_files_will_do(ticks_per_quarter: int, rate: int) -> None:
    """Files of any ticks per quarter note neither divide by zero nor drift (2016: both)."""
    score = read_midi(midi(track(melody([60] * 400, length=ticks_per_quarter)), division=ticks_per_quarter))

    assert [note.start for note in notes_of(roll_of(score, rate))] == [rate * index for index in range(400)]


def test_2016_defect_8_the_entry_points_are_understood() -> None:
    """One program starts everything, and its options are checked (2016: two of three scripts failed at once)."""
    line = "compose --seed schumann --engine roll --threshold 0 --output out"
    arguments = build_parser().parse_args(line.split())

    assert (arguments.command, arguments.engine, arguments.threshold) == ("compose", "roll", 0.0)
    assert build_parser().parse_args(["compose", "--seed", "bach", "--output", "out"]).engine is None


def test_2016_defect_8_a_wrong_engine_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A network is never rebuilt as another one: where a checkpoint is not of the engine, a sentence says so."""
    released = str(REPOSITORY / "composer" / "released")

    assert (
        main(["compose", "--seed", "bach", "--output", str(tmp_path), "--engine", "roll", "--checkpoint", released])
        == 2
    )
    assert "is of the engine notes, not roll" in capsys.readouterr().err
    assert main(["compose", "--seed", "bach", "--output", str(tmp_path), "--threshold", "0"]) == 2
    assert "Only the roll engine has a threshold" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_2016_defect_9_composing_changes_nothing_that_it_is_given() -> None:
    """Not the primer, nor the frames that a network has heard; the same call gives the same again (2016: aliased)."""
    before = repr(ARPEGGIOS)
    network = Wandering()
    pieces = [continue_roll(network, task(ARPEGGIOS)) for _ in range(2)]
    first, second = ([frame.copy() for frame in state.frames] for state in network.states)

    assert repr(ARPEGGIOS) == before
    assert pieces[0] == pieces[1]
    assert all(np.array_equal(one, other) for one, other in zip(first, second, strict=True))
    roll = roll_of(ARPEGGIOS)
    heard = roll.frames.copy()
    notes_of(roll)
    assert np.array_equal(roll.frames, heard)


@pytest.mark.parametrize("shape", [Shape(79, 24), Shape(88, 21, 1), Shape(60, 36, 2, 8)])
def test_2016_defect_10_the_network_says_what_it_is(shape: Shape) -> None:
    """Keys, range, planes and rate come from the network that was loaded (2016: weights of one width only)."""
    network = Wandering(shape)
    piece = continue_roll(network, task(WALTZ))

    assert continuation(WALTZ, piece)
    assert network.states[0].frames[0].shape == (shape.keys, shape.planes)


def test_2016_defect_10_requirements_are_complete() -> None:
    """Whatever the engine imports is Python's, ours, or declared with a lowest version (2016: some was)."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {match[1] for line in project["dependencies"] if (match := re.match(r"([\w-]+)>=", line))}
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in ENGINE.glob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    named = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    named |= {name.name for node in nodes if isinstance(node, ast.Import) for name in node.names}

    outside = {name.split(".")[0] for name in named} - {"composer", *sys.stdlib_module_names}
    assert outside <= declared


@pytest.mark.parametrize("primer", PRIMERS.values(), ids=PRIMERS)
@pytest.mark.parametrize("threshold", [None, 0.0, 0.5])
def test_2016_defect_11_a_collapsed_network_does_not_fall_silent(primer: Score, threshold: float | None) -> None:
    """Even a network that gives nothing but silence leads to music, at any threshold (2016: twelve were tried)."""
    piece = continue_roll(Silent(), task(primer), threshold=threshold)

    assert longest_silence(piece) <= 2
    assert len({note.start for note in continuation(primer, piece)}) >= 6
