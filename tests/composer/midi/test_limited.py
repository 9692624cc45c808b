"""Reading in a child process with limits."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from composer.errors import InvalidMidiError
from composer.midi.files import ReadResult, read_midi_with_remarks
from composer.midi.limited import child_output, read_midi_limited, read_midi_limited_with_remarks, result_of
from composer.notes import Score
from composer.score_json import to_json
from tests.composer.midi_text import SCALE, melody, midi, name, off, on, song, tempo, track

if TYPE_CHECKING:
    from pathlib import Path

MANY_NOTES = midi(track(b"".join(on(0, 40 + n % 50) + off(20, 40 + n % 50) for n in range(20_000))))


def test_gives_what_the_reader_gives() -> None:
    """Score, title and remarks come through the child unchanged."""
    data = midi(track(name("Träumerei"), tempo(0, 83)), track(melody()), track(melody((36,), channel=9)))
    inside, outside = read_midi_with_remarks(data), read_midi_limited_with_remarks(data)
    assert outside == inside
    assert outside.score.title == "Träumerei"
    assert outside.remarks == ("Left out 1 drum note.",)
    assert read_midi_limited(data) == inside.score


def test_reads_a_long_piece() -> None:
    """The largest piece that is allowed passes through the pipe."""
    assert len(read_midi_limited(MANY_NOTES).notes) == 20_000


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"%PDF-1.4", "PDF"),
        (b"", "empty"),
        (song() + bytes(2 << 20), "1 MiB"),
        (midi(track(melody(SCALE[:2]))), "2 notes"),
    ],
)
def test_refusals_keep_their_reason(data: bytes, reason: str) -> None:
    """The child's sentence is the parent's sentence."""
    with pytest.raises(InvalidMidiError, match=reason):
        read_midi_limited(data)


def test_too_little_memory_is_one_sentence() -> None:
    """A child that runs out of memory costs one sentence."""
    with pytest.raises(InvalidMidiError, match="too long or too much memory"):
        read_midi_limited(MANY_NOTES, memory_bytes=8 << 20)


def answer_of(act: str, tmp_path: Path, wall_seconds: float = 10.0) -> ReadResult:
    """What comes of a child that limits itself to 1 s and 256 MiB like ours, and then does something else."""
    code = f"from composer.midi.limited import limit_self; limit_self(1, {256 << 20}); import os, sys, time\n{act}"
    with (tmp_path / "stdin").open("w+b") as stdin:
        return result_of(child_output(["-c", code], stdin, wall_seconds))


@pytest.mark.parametrize(
    ("act", "wall_seconds"),
    [
        ("while True: pass", 10.0),
        ("time.sleep(60)", 0.5),
        ("while True: sys.stdout.write('x' * 1000)", 10.0),
        ("x = bytearray(1 << 30); print(open({sound!r}).read())", 10.0),
        ("open({leak!r}, 'w').write('x' * 100_000); print(open({sound!r}).read())", 10.0),
        ("os.abort()", 10.0),
        ("raise SystemExit(3)", 10.0),
    ],
    ids=["endless loop", "endless sleep", "flood of output", "memory", "file", "crash", "exit"],
)
def test_hostile_children_become_a_sentence(act: str, wall_seconds: float, tmp_path: Path) -> None:
    """A child that loops, sleeps, floods, takes memory, writes a file or crashes is ended and gives one sentence."""
    sound, leak = tmp_path / "sound.json", tmp_path / "leak"
    sound.write_text(json.dumps({"score": to_json(Score(())), "remarks": []}))
    assert answer_of(f"print(open({str(sound)!r}).read())", tmp_path).score == Score(())
    with pytest.raises(InvalidMidiError, match="too long or too much memory"):
        answer_of(act.format(sound=str(sound), leak=str(leak)), tmp_path, wall_seconds)
    assert not leak.exists() or leak.stat().st_size == 0


def test_child_sees_no_secrets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The child's environment holds nothing of the parent's but what an interpreter needs."""
    monkeypatch.setenv("BOT_TOKEN", "secret")
    with (tmp_path / "stdin").open("w+b") as stdin:
        output = child_output(["-c", "import os; print(dict(os.environ))"], stdin, 10.0)
    assert b"PYTHONPATH" in output
    assert b"secret" not in output


@pytest.mark.parametrize(
    "output", [b"", b"{", b"[]", b"{}", b'{"score": "{}", "remarks": []}', b'{"score": 5, "remarks": 1}']
)
def test_nonsense_from_the_child_is_refused(output: bytes) -> None:
    """Whatever a captured child may answer, only a sound Score or a sentence comes out."""
    with pytest.raises(InvalidMidiError):
        result_of(output)
