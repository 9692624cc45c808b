"""Jobs done by the real network and the real piano, in this process."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from mutagen.id3 import ID3
from mutagen.mp3 import MP3
from PIL import Image

from bot.domain import Engine, Options, Seed, SeedKind
from bot.workers import composers
from bot.workers.bench import Bench
from bot.workers.jobs import ComposeJob, ReduceJob
from bot.workers.piece_json import kept_piece
from composer.checkpoints import CARD, RELEASED_ROLL, load_checkpoint
from composer.errors import BadInputError, CheckpointError, RenderError
from composer.midi.files import read_midi
from composer.notation import parse_notation
from composer.score_json import to_json
from tests.composer.rendered_scores import needs_library

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bot.domain import Composed

pytestmark = needs_library

OPENER = Seed(SeedKind.OPENER, "schumann:traumerei", "Robert Schumann: Träumerei")
NOTES = Seed(SeedKind.NOTES, "C5q E5q G5h", "Notes")
SCALE = to_json(parse_notation("C4q D4q E4q F4q G4q A4q B4q C5q"))


@pytest.fixture(scope="module")
def bench() -> Bench:
    """One bench for all tests, as a worker keeps it."""
    return Bench()


@pytest.fixture
def compose(bench: Bench, tmp_path: Path) -> Callable[..., Composed]:
    """Composes eight seconds from a seed into the test's folder."""

    def run(seed: Seed, **changes: object) -> Composed:
        options = Options(length_seconds=8.0, random_seed=5)
        job = ComposeJob(3, seed, None, None, options, tmp_path, seed.title)
        return bench.compose(replace(job, **changes), lambda *_: None)  # type: ignore[arg-type]

    return run


def test_an_opener_becomes_four_files(compose: Callable[..., Composed], tmp_path: Path) -> None:
    """MIDI, MP3, picture and the piece for programs are there, alike in length, with the title in them."""
    music = compose(OPENER)
    tags = ID3(tmp_path / "piece.mp3")
    content = json.loads((tmp_path / "piece.json").read_text())

    assert sorted(path.name for path in tmp_path.iterdir()) == ["piece.json", "piece.mid", "piece.mp3", "piece.png"]
    assert len(read_midi((tmp_path / "piece.mid").read_bytes()).notes) == music.notes == len(content["notes_seconds"])
    assert MP3(tmp_path / "piece.mp3").info.length == pytest.approx(8.2, abs=0.3)
    assert str(tags["TIT2"]) == "Robert Schumann: Träumerei, continued"
    assert str(tags.getall("COMM")[0]) == "Opener: schumann:traumerei"
    with Image.open(tmp_path / "piece.png") as picture:
        assert picture.size[0] == 1600
    assert content["title"] == music.title == "Robert Schumann: Träumerei"


def test_what_was_composed_is_described(compose: Callable[..., Composed], bench: Bench) -> None:
    """The answer holds what the reply shows; an opener keeps its half."""
    music = compose(OPENER)

    assert (music.key, music.random_seed) == ("F major", 5)
    assert music.length_seconds == pytest.approx(7.7)
    assert 2 < music.primer_seconds <= 4
    assert 30 < music.tempo < 120
    assert (music.checkpoint_id, music.soundfont) == (bench.checkpoint_id, bench.soundfont)


def test_typed_notes_are_continued(compose: Callable[..., Composed], tmp_path: Path) -> None:
    """The piece begins with the notes that were typed."""
    compose(NOTES)

    assert [note.pitch for note in kept_piece((tmp_path / "piece.json").read_text()).score.notes[:3]] == [72, 76, 79]


def test_an_upload_keeps_a_third_or_what_is_asked(compose: Callable[..., Composed]) -> None:
    """A primer that was given is cut to a third of the piece, or to the seconds that the job names."""
    upload = Seed(SeedKind.UPLOAD, "scale.mid", "Scale")

    assert compose(upload, primer=SCALE).primer_seconds <= 8 / 3
    assert compose(upload, primer=SCALE, primer_seconds=4.0).primer_seconds == pytest.approx(4.0)


def test_a_piece_grows(compose: Callable[..., Composed], tmp_path: Path) -> None:
    """The Score in a piece's file is the primer of a longer piece."""
    first = compose(NOTES)
    score = json.dumps(json.loads((tmp_path / "piece.json").read_text())["score"])
    seed = Seed(SeedKind.PIECE, "17", "Notes")
    longer = compose(seed, primer=score, primer_seconds=5.0, options=Options(length_seconds=14.0, random_seed=6))

    assert longer.length_seconds == pytest.approx(13.7)
    assert 2 < longer.primer_seconds <= 5.001
    assert longer.notes > first.notes


ROLLED = Options(length_seconds=8.0, random_seed=5, engine=Engine.ROLL)


@pytest.mark.skipif(not (RELEASED_ROLL / CARD).exists(), reason="there is no released roll checkpoint")
def test_the_roll_engine_composes_where_it_is_asked_for(compose: Callable[..., Composed], bench: Bench) -> None:
    """The piece is stamped with its network, grows by it, and the next one is the base's again."""
    rolled, usual = compose(OPENER, options=ROLLED), compose(OPENER)

    assert rolled.checkpoint_id == load_checkpoint(RELEASED_ROLL).id
    assert usual.checkpoint_id == bench.checkpoint_id != rolled.checkpoint_id
    assert rolled.length_seconds == pytest.approx(7.7)
    assert rolled.primer_seconds == usual.primer_seconds


def test_a_missing_roll_engine_is_not_the_bases_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks for it hears that its checkpoint cannot be used; everybody else gets their pieces."""
    monkeypatch.setattr(composers, "RELEASED_ROLL", tmp_path / "none")
    worker = Bench()
    job = ComposeJob(3, NOTES, None, None, ROLLED, tmp_path, NOTES.title)

    with pytest.raises(CheckpointError, match="no usable checkpoint"):
        worker.compose(job, lambda *_: None)
    assert worker.compose(replace(job, options=Options(8.0, random_seed=5)), lambda *_: None).notes > 3


def test_a_piece_is_played_again_with_fewer_bits(
    compose: Callable[..., Composed], bench: Bench, tmp_path: Path
) -> None:
    """The smaller MP3 has the length and tags of the first."""
    compose(OPENER)
    small = tmp_path / "small.mp3"
    bench.reduce(ReduceJob(tmp_path / "piece.json", small, 64, OPENER.title))
    first, second = (MP3(path) for path in (tmp_path / "piece.mp3", small))

    assert (first.info.bitrate, second.info.bitrate) == (192_000, 64_000)
    assert second.info.length == pytest.approx(first.info.length, abs=0.06)
    assert ID3(small).pprint() == ID3(tmp_path / "piece.mp3").pprint()


def test_progress_passes_through_all_stages(bench: Bench, tmp_path: Path) -> None:
    """Stages come in order, and shares grow from 0 to nearly 1."""
    told: list[tuple[str, float]] = []
    job = ComposeJob(3, NOTES, None, None, Options(8.0, random_seed=5), tmp_path, NOTES.title)
    bench.compose(job, lambda stage, share: told.append((stage, share)))
    shares = [share for _, share in told]

    assert list(dict.fromkeys(stage for stage, _ in told)) == ["reading", "composing", "playing", "drawing"]
    assert shares == sorted(shares)
    assert shares[0] == 0
    assert 0.9 < shares[-1] < 1


@pytest.mark.parametrize(
    ("seed", "changes", "words"),
    [
        (Seed(SeedKind.OPENER, "schumann:traumerai", ""), {}, "did you mean schumann:traumerei"),
        (Seed(SeedKind.NOTES, "C5q H9x", ""), {}, "H9x"),
        (OPENER, {"options": Options(8.0, tempo=5000.0, random_seed=1)}, "too slow or too fast"),
        (OPENER, {"options": Options(9000.0, random_seed=1)}, "5 to 600 seconds"),
        (NOTES, {"primer_seconds": 7.0}, "at most 6 seconds"),
    ],
    ids=["opener", "notes", "tempo", "length", "primer"],
)
def test_what_a_person_can_mend_is_refused(
    compose: Callable[..., Composed], tmp_path: Path, seed: Seed, changes: dict[str, object], words: str
) -> None:
    """The refusal says what is wrong, and no file is left."""
    with pytest.raises(BadInputError, match=words):
        compose(seed, **changes)
    assert list(tmp_path.iterdir()) == []


def test_what_nobody_can_mend_is_our_fault(compose: Callable[..., Composed], tmp_path: Path) -> None:
    """A folder that is gone is not the fault of the person who asked, nor is a primer that is missing or damaged."""
    with pytest.raises(RenderError, match="could not be written"):
        compose(OPENER, folder=tmp_path / "gone")
    for primer in (None, "{}"):
        with pytest.raises(ValueError, match=r"needs a primer|does not hold a Score"):
            compose(Seed(SeedKind.PIECE, "1", "Piece"), primer=primer)
