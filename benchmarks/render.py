"""What rendering costs: synthesis, encoding, tags, picture and MIDI, as JSON.

Run ``python -m benchmarks.render [--repeats 5] [--soundfont PATH]`` from the repository.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import tempfile
import time
from functools import partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, TypeVar

from composer.midi.writer import write_midi
from composer.notes import Note, Pedal, Score, Tempo
from composer.performance import opening_second, playable, release_second
from composer.picture.piano_roll import draw_piano_roll
from composer.sound.files import check_mp3, write_mp3
from composer.sound.recording import Recording
from composer.sound.rendering import render_audio
from composer.sound.soundfonts import find_soundfont
from composer.sound.synthesiser import SAMPLE_RATE, Synthesiser
from composer.sound.tags import AudioTags, id3_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")
NOTES_PER_SECOND = 11.0
TAGS = AudioTags("Benchmark", "Opener: none")


def piece(seconds: float) -> Score:
    """Broken chords over a bass with a melody, pedalled by the bar: as many notes a second as romantic piano music."""
    random = Random(1)  # noqa: S311 - music, not secrets
    notes = []
    for step in range(round(seconds * NOTES_PER_SECOND)):
        beat = step * 2 / NOTES_PER_SECOND
        pitch = random.choice((36, 43, 48, 52, 55, 60, 64, 67, 72, 76, 79, 84))
        notes.append(Note(beat, pitch, beat + random.choice((0.2, 0.5, 1.0, 2.0)), random.randint(30, 100)))
    pedals = [
        Pedal(bar * 4 + off, down) for bar in range(round(seconds / 2)) for off, down in ((0.1, True), (4, False))
    ]
    return playable(Score(tuple(notes), tempos=(Tempo(0.0, 120.0),), pedals=tuple(pedals)))


class Stages:
    """Seconds of one core for each stage, over repeated runs."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = {}

    def measure(self, name: str, work: Callable[[], Result]) -> Result:
        """Do the work and note how long the processor was busy with it."""
        start = time.process_time()
        result = work()
        self.seconds.setdefault(name, []).append(time.process_time() - start)
        return result

    def medians(self) -> dict[str, float]:
        """Median of each stage, in processor seconds."""
        return {name: round(statistics.median(seconds), 4) for name, seconds in self.seconds.items()}


def measure_piece(score: Score, synthesiser: Synthesiser, folder: Path, repeats: int) -> dict[str, float]:
    """Median processor seconds of every stage for one piece, on a warm synthesiser."""
    stages, path = Stages(), folder / "piece.mp3"
    released = round((release_second(score) - opening_second(score)) * SAMPLE_RATE)
    for _ in range(repeats):
        with stages.measure("synth", lambda: Recording.of(synthesiser.play(score))) as recording:
            mastering = stages.measure("master", partial(recording.master, released))
            stages.measure("encode", partial(write_mp3, path, recording.blocks(mastering), TAGS))
            stages.measure("check", partial(check_mp3, path, mastering.frames))
        stages.measure("tags", lambda: id3_bytes(TAGS))
        stages.measure("midi", lambda: write_midi(score))
        stages.measure(
            "picture", lambda: draw_piano_roll(score, folder / "roll.png", primer_end_beat=16, title="Benchmark")
        )
        stages.measure("render_audio", lambda: render_audio(score, path, title="Benchmark", synthesiser=synthesiser))
    return stages.medians()


def main() -> None:
    """Print the figures as one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=5, help="runs of which the median is taken")
    parser.add_argument("--soundfont", help="path of another soundfont")
    options = parser.parse_args()
    font = find_soundfont(options.soundfont)
    start = time.process_time()
    with Synthesiser(font) as synthesiser, tempfile.TemporaryDirectory() as folder:
        figures: dict[str, object] = {"soundfont": str(font), "load_cpu_s": round(time.process_time() - start, 4)}
        for seconds in (30, 180):
            score = piece(seconds)
            stages = measure_piece(score, synthesiser, Path(folder), options.repeats)
            figures[f"{seconds}_s"] = {"notes": len(score.notes), "cpu_s": stages}
    figures["peak_rss_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
