"""Composer: load a checkpoint once, then turn primers into pieces."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from composer.beat_tracking import with_tracked_beats
from composer.checkpoints import NOTES, ROLL, load_checkpoint
from composer.controls import NO_CONTROLS, Controls
from composer.errors import BadInputError
from composer.generation.decoder import Decoder
from composer.generation.loop import Task, continue_primer
from composer.generation.playing import as_played
from composer.generation.primers import cut_primer
from composer.keys import key_of_passage
from composer.recasting import at_tempo, recast
from composer.rolls.continuing import continue_roll
from composer.rolls.frame_model import FrameModel
from composer.taste.critic import read_critic

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from composer.checkpoints import Checkpoint
    from composer.keys import Key
    from composer.notes import Score

    Progress = Callable[[float], None]
    Engine = Callable[[Task, Progress | None, float | None], Score]

SHORTEST_SECONDS, LONGEST_SECONDS = 5.0, 600.0
UPLOAD_SHARE, OPENER_SHARE = 1 / 3, 1 / 2
"""How much of a piece its primer may take up: somebody's file, or an opener, which shall be heard whole."""
SHORTEST_CONTINUATION_SECONDS = 2.0
"""Less than this after the primer is no continuation."""
MOST_LEFT_OUT_SECONDS = 8.0
"""A primer of a stated length ends at the best place that is at most so much sooner."""
LARGEST_THRESHOLD = 20.0
"""Activations of a network lie far inside of plus and minus this."""
_ROUNDING_SECONDS = 1e-3
"""The stated length of a primer may have been rounded to a thousandth."""
RELEASE_SECONDS, TAIL_SECONDS = 0.3, 0.6
"""The last keys come up this long before the end and ring for so long: MIDI and recording both last what was asked."""


@dataclass(frozen=True)
class Composition:
    """A composed piece.

    Attributes:
        score: the whole piece, primer first.
        primer_end_beat: where the continuation begins.
        key: of the whole piece, e.g. ``F major``.
        tempo: mean, in quarter notes per minute.
        random_seed: composes the same piece again, with the same checkpoint, primer and options.
        checkpoint_id: of the network that composed it.
        stages: seconds spent in each stage.
        engine: ``notes`` or ``roll``.
    """

    score: Score
    primer_end_beat: float
    key: str
    tempo: float
    random_seed: int
    checkpoint_id: str
    stages: dict[str, float] = field(compare=False)
    engine: str = NOTES


class Composer:
    """A loaded checkpoint, whose card says with which engine it composes. Not to be shared between threads.

    Args:
        checkpoint_folder: the released checkpoint by default.
        card_sha256: what its card must have, where a certain checkpoint and no other will do.

    Raises:
        CheckpointError: the checkpoint is missing, damaged, or another one.
    """

    def __init__(self, checkpoint_folder: Path | None = None, card_sha256: str | None = None) -> None:
        self.checkpoint = load_checkpoint(checkpoint_folder, card_sha256)
        critic = self.checkpoint.critic
        self.taste = None if critic is None else read_critic(critic)
        self._continued = _roll_engine(self.checkpoint) if self.checkpoint.engine == ROLL else self._note_engine()

    def compose(
        self,
        primer: Score,
        *,
        length_seconds: float,
        random_seed: int,
        temperature: float = 1.0,
        tempo: float | None = None,
        is_opener: bool = False,
        primer_seconds: float | None = None,
        on_progress: Callable[[float], None] | None = None,
        threshold: float | None = None,
        controls: Controls = NO_CONTROLS,
        primer_key: Key | None = None,
        play_primer: bool = True,
        planned: bool = True,
    ) -> Composition:
        """Continue ``primer`` to a piece of ``length_seconds``, primer included.

        Args:
            primer: music to continue; a musically cut excerpt of its beginning is used where it is long.
            length_seconds: 5 to 600.
            random_seed: the same one gives the same notes.
            temperature: 0.1 to 2; 1 is usual.
            tempo: mean tempo in quarter notes per minute; the primer's own by default.
            is_opener: the primer may take up half of the piece, not just a third.
            primer_seconds: the primer may take up this much instead, to 2 seconds before the end of the piece.
            on_progress: told now and then what share of the continuation is there, above 0 to 1.
            threshold: of the roll engine: as in 2016, what is activated above this sounds; nothing is drawn by chance.
            controls: what else is asked; the roll engine can be asked for key and mode only.
            primer_key: where it is known; estimated otherwise.
            play_primer: dynamics, rubato and pedal are added to a primer that has none; its notes stay.
            planned: a longer piece has sections, and comes back to its beginning.

        Raises:
            BadInputError: an option is out of range, or the primer has no notes.
        """
        began = time.perf_counter()
        _check_options(primer, length_seconds, temperature, primer_seconds)
        _check_threshold(threshold, self.checkpoint.engine)
        if self.checkpoint.engine == ROLL:
            controls.check_engine_roll()
        end_seconds = length_seconds - RELEASE_SECONDS
        share = Share(length_seconds, primer_seconds, is_opener=is_opener)
        excerpt, primer_end_beat = share.cut_at(_on_beats(primer), tempo)
        own = primer_key or key_of_passage(excerpt)
        key = controls.key_from(own)
        cut = time.perf_counter()
        primer = recast(excerpt, own, key)
        task = Task(primer, primer_end_beat, end_seconds, random_seed, temperature, controls, key, play_primer, planned)
        score = self._continued(task, on_progress, threshold)
        stages = {"primer": cut - began, "composing": time.perf_counter() - cut}
        return Composition(
            score=score,
            primer_end_beat=primer_end_beat,
            key=(key if controls.asks_key else key_of_passage(score)).name,
            tempo=score.mean_bpm,
            random_seed=random_seed,
            checkpoint_id=self.checkpoint.id,
            stages=stages,
            engine=self.checkpoint.engine,
        )

    def _note_engine(self) -> Engine:
        decoder = Decoder(self.checkpoint.network)

        def continued(task: Task, on_progress: Progress | None, _threshold: float | None) -> Score:
            width = self.checkpoint.state_width
            if task.play_primer:
                task = replace(task, primer=as_played(decoder, width, task))
            return continue_primer(decoder, width, task, on_progress, taste=self.taste)

        return continued


def _roll_engine(checkpoint: Checkpoint) -> Engine:
    model = FrameModel(checkpoint)

    def continued(task: Task, on_progress: Progress | None, threshold: float | None) -> Score:
        return continue_roll(model, task, on_progress, threshold=threshold)

    return continued


def _on_beats(primer: Score) -> Score:
    """With the beats that are heard in a free performance, where there are any."""
    return primer if primer.beat_grid else with_tracked_beats(primer) or primer


@dataclass(frozen=True)
class Share:
    """How much of a piece its primer takes up."""

    length_seconds: float
    primer_seconds: float | None = None
    is_opener: bool = False

    def cut(self, primer: Score) -> tuple[Score, float]:
        """What is continued of ``primer``, and the beat at which it ends."""
        if self.primer_seconds is None:
            return cut_primer(primer, self.length_seconds * (OPENER_SHARE if self.is_opener else UPLOAD_SHARE))
        return cut_primer(primer, self.primer_seconds + _ROUNDING_SECONDS, most_left_out=MOST_LEFT_OUT_SECONDS)

    def cut_at(self, primer: Score, bpm: float | None) -> tuple[Score, float]:
        """The same of ``primer`` at the tempo that is asked: what is continued has it, not the whole of a long piece.

        Raises:
            BadInputError: no music can be played at that tempo.
        """
        if bpm is None:
            return self.cut(primer)
        for _ in range(_TEMPO_TRIES):
            primer = at_tempo(primer, bpm * primer.mean_bpm / self.cut(primer)[0].mean_bpm)
        return self.cut(primer)


_TEMPO_TRIES = 3
"""At another tempo a primer may be cut elsewhere, and so have another mean tempo; this often suffices."""


def _check_options(
    primer: Score, length_seconds: float, temperature: float, primer_seconds: float | None = None
) -> None:
    if not SHORTEST_SECONDS <= length_seconds <= LONGEST_SECONDS:
        message = (
            f"A piece lasts {SHORTEST_SECONDS:.0f} to {LONGEST_SECONDS:.0f} seconds; {length_seconds:g} is outside."
        )
        raise BadInputError(message)
    if not 0.1 <= temperature <= 2.0:
        message = f"The temperature is 0.1 to 2; {temperature:g} is outside."
        raise BadInputError(message)
    if not primer.notes:
        message = "There are no notes to continue."
        raise BadInputError(message)
    if primer_seconds is not None:
        _check_primer_seconds(primer_seconds, length_seconds - SHORTEST_CONTINUATION_SECONDS)


def _check_threshold(threshold: float | None, engine: str) -> None:
    if threshold is None:
        return
    if engine != ROLL:
        message = "Only the roll engine has a threshold; leave it out, or ask for the engine roll."
        raise BadInputError(message)
    if not -LARGEST_THRESHOLD <= threshold <= LARGEST_THRESHOLD:
        message = (
            f"The threshold is {-LARGEST_THRESHOLD:.0f} to {LARGEST_THRESHOLD:.0f}, as in 2016 usually 0; "
            f"{threshold:g} is outside."
        )
        raise BadInputError(message)


def _check_primer_seconds(primer_seconds: float, most: float) -> None:
    if not 0 < primer_seconds <= most:
        message = f"The primer may take up more than 0 and at most {most:g} seconds; {primer_seconds:g} is outside."
        raise BadInputError(message)
