"""The bench of a worker: the network and the piano, loaded once; jobs in, files out."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bot.domain import Composed, Engine, Options, Seed, SeedKind
from bot.workers.composers import Composers
from bot.workers.jobs import ComposeJob
from bot.workers.piece_json import kept_piece, piece_json
from composer.composer import TAIL_SECONDS
from composer.errors import BadInputError, RenderError
from composer.file_writing import replacing
from composer.keys import Key
from composer.midi.writer import write_midi
from composer.notation import parse_notation
from composer.openers import find_opener
from composer.performance import opening_second, release_second
from composer.picture.piano_roll import draw_piano_roll
from composer.score_json import from_json
from composer.sound.rendering import render_audio
from composer.sound.soundfonts import find_soundfont
from composer.sound.synthesiser import BLOCK_FRAMES, SAMPLE_RATE, Synthesiser

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.workers.jobs import ReduceJob
    from composer.composer import Composition
    from composer.notes import Score
    from composer.sound.soundfonts import Soundfont

    Report = Callable[[str, float], None]

COMPOSING_FROM, PLAYING_FROM, ENCODING_FROM, DRAWING_FROM = 0.02, 0.4, 0.75, 0.97
"""Shares of the whole work at which the stages begin, as measured on pieces of two minutes."""
_REHEARSAL: Final = "C4q E4q G4q C5q"


class Bench:
    """Everything that a worker keeps in memory.

    Args:
        checkpoint: folder of the base; the released one where None.
        soundfont: the best one found where None.

    Raises:
        ComposerError: something is missing or damaged; the sentence says what.
    """

    def __init__(self, checkpoint: Path | None = None, soundfont: Path | None = None) -> None:
        self._composers = Composers(checkpoint)
        self._piano = _Piano(find_soundfont(soundfont))

    @property
    def checkpoint_id(self) -> str:
        """Of the base."""
        return self._composers.base.checkpoint.id

    @property
    def soundfont(self) -> str:
        """File name of the piano that is played."""
        return self._piano.soundfont.path.name

    def rehearse(self) -> None:
        """Make a short piece for nobody: what is only loaded when needed is there then, and known to work."""
        with tempfile.TemporaryDirectory(prefix="schumann-rehearsal-") as folder:
            seed = Seed(SeedKind.NOTES, _REHEARSAL, "Rehearsal")
            options = Options(length_seconds=5.0, random_seed=0)
            self.compose(ComposeJob(0, seed, None, None, options, Path(folder), seed.title), lambda *_: None)

    def compose(self, job: ComposeJob, report: Report) -> Composed:
        """Compose a piece and write its four files.

        Raises:
            BadInputError: the person who asked can mend it.
            CheckpointError: the job's checkpoint cannot be loaded, or is not the one that it should be.
            ComposerError: something else is wrong with us.
        """
        report("reading", 0.0)
        primer = _primer(job)
        report("composing", COMPOSING_FROM)
        composition = self._composed(job, primer, report)
        with _our_fault():
            self._write(job, composition, report)
        score = composition.score
        return Composed(
            title=job.title,
            key=composition.key,
            tempo=round(composition.tempo, 1),
            length_seconds=round(score.length_seconds, 3),
            primer_seconds=round(score.seconds_at(composition.primer_end_beat), 3),
            notes=len(score.notes),
            random_seed=composition.random_seed,
            checkpoint_id=composition.checkpoint_id,
            soundfont=self.soundfont,
        )

    def reduce(self, job: ReduceJob) -> None:
        """Play a piece again into an MP3 of another bit rate.

        Raises:
            ComposerError: something is wrong with us.
        """
        piece = kept_piece(job.score_file.read_text(encoding="utf-8"))
        with _our_fault():
            render_audio(
                piece.score,
                job.target,
                title=_full_title(job.title),
                opener=piece.opener,
                synthesiser=self._piano,
                longest_tail_seconds=TAIL_SECONDS,
                kilobits=job.kilobits,
            )

    def _composed(self, job: ComposeJob, primer: Score, report: Report) -> Composition:
        options = job.options
        if options.random_seed is None:
            message = "a job needs a random seed"
            raise ValueError(message)
        is_roll = options.engine is Engine.ROLL
        composer = self._composers.roll if is_roll else self._composers.of(job.checkpoint, job.card_sha256)
        return composer.compose(
            primer,
            length_seconds=options.length_seconds,
            random_seed=options.random_seed,
            temperature=options.temperature,
            tempo=options.tempo,
            is_opener=job.seed.kind is SeedKind.OPENER,
            primer_seconds=job.primer_seconds,
            on_progress=_within(report, "composing", COMPOSING_FROM, PLAYING_FROM),
            controls=options.controls,
            primer_key=_primer_key(job),
        )

    def _write(self, job: ComposeJob, composition: Composition, report: Report) -> None:
        score, end, title = composition.score, composition.primer_end_beat, _full_title(job.title)
        opener = job.seed.text if job.seed.kind is SeedKind.OPENER else None
        with replacing(job.folder / "piece.mid") as temporary:
            temporary.write_bytes(write_midi(score, title=title))
        with replacing(job.folder / "piece.json") as temporary:
            temporary.write_text(piece_json(composition, title=job.title, opener=opener), encoding="utf-8")
        with self._piano.heard(_within(report, "playing", PLAYING_FROM, ENCODING_FROM)):
            render_audio(
                score,
                job.folder / "piece.mp3",
                title=title,
                opener=opener,
                synthesiser=self._piano,
                longest_tail_seconds=TAIL_SECONDS,
            )
        report("drawing", DRAWING_FROM)
        draw_piano_roll(score, job.folder / "piece.png", primer_end_beat=end, title=title, key=composition.key)


class _Piano(Synthesiser):
    """A synthesiser that can tell how far it is."""

    def __init__(self, soundfont: Soundfont) -> None:
        super().__init__(soundfont)
        self._tell: Callable[[float], None] = _nobody

    @contextmanager
    def heard(self, tell: Callable[[float], None]) -> Iterator[None]:
        """Tell what share of a piece has been played, from 0 to 1."""
        self._tell = tell
        try:
            yield
        finally:
            self._tell = _nobody

    def play(self, score: Score) -> Iterator[Any]:
        """The same blocks of sound, told of one by one."""
        frames = max((release_second(score) - opening_second(score)) * SAMPLE_RATE, 1.0)
        for number, block in enumerate(super().play(score)):
            self._tell(min(number * BLOCK_FRAMES / frames, 1.0))
            yield block


def _nobody(_share: float) -> None:
    """Nobody wants to know."""


def _within(report: Report, stage: str, begin: float, end: float) -> Callable[[float], None]:
    """Turns shares of one stage into shares of the whole work."""
    return lambda share: report(stage, begin + (end - begin) * share)


def _full_title(title: str) -> str:
    return f"{title}, continued"


def _primer_key(job: ComposeJob) -> Key | None:
    """Where it is known: of an opener, or of a piece that was composed in it."""
    if job.seed.kind is SeedKind.OPENER:
        return find_opener(job.seed.text).known_key
    return None if job.primer_key is None else Key.named(job.primer_key)


def _primer(job: ComposeJob) -> Score:
    """The music that a job starts from.

    Raises:
        BadInputError: the opener or the notation is none.
        ValueError: the Score that came with the job is none.
    """
    if job.primer is not None:
        return from_json(job.primer)
    match job.seed.kind:
        case SeedKind.OPENER:
            return find_opener(job.seed.text).score
        case SeedKind.NOTES:
            return parse_notation(job.seed.text)
    message = f"a job with the seed {job.seed.kind} needs a primer"
    raise ValueError(message)


@contextmanager
def _our_fault() -> Iterator[None]:
    """What is refused once the music is there is nothing that a person could mend."""
    try:
        yield
    except BadInputError as error:
        raise RenderError(str(error)) from error
