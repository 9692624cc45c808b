"""``compose``: continue a primer and write the piece as MIDI, MP3 and a picture."""

from __future__ import annotations

import secrets
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from composer.commands.folders import engine_checkpoint, publish, readable_name, writable_folder
from composer.commands.options import ENGINES, LARGEST_RANDOM_SEED, number, whole_number
from composer.commands.seeds import read_seed
from composer.commands.terminal import answer, answer_lines, say

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator

    from composer.commands.seeds import Seed
    from composer.composer import Composition
    from composer.controls import Controls
    from composer.sound.rendering import RenderedAudio
    from composer.sound.soundfonts import Soundfont

HELP = "Continue an opener, a MIDI file or a line of notes; write the piece as MIDI, MP3 and a picture."


CONTROLS = {
    "key": "key of the whole piece: F# minor, or Bb",
    "mode": "major or minor: the seed is recast in it",
    "density": "sparse, normal, dense, or notes a second, 0.5 to 16",
    "register": "low, middle, high, or a shift in semitones, -24 to 24",
    "dynamics": "pp, p, mp, mf, f or ff, soft or loud",
    "creativity": "0 keeps to the seed's own ideas, 50 is usual, 100 departs from them; plain, balanced, bold",
    "style": "a composer such as bach, or an era such as romantic",
}
"""As in ``composer.controls``, which the command line does without until it composes."""


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "--seed", required=True, help="what to continue: an opener's name, a MIDI file, or notes such as 'C5q E5q G5h'"
    )
    parser.add_argument(
        "--length", type=number(5, 600, " seconds"), default=30.0, metavar="SECONDS", help="of the whole piece (30)"
    )
    parser.add_argument("--output", type=Path, required=True, metavar="DIR", help="folder for the three files")
    parser.add_argument(
        "--random-seed",
        type=whole_number(0, LARGEST_RANDOM_SEED),
        metavar="N",
        help="the same number composes the same piece again (drawn by default)",
    )
    parser.add_argument(
        "--temperature", type=number(0.1, 2), default=1.0, metavar="T", help="boldness: 0.1 plain, 1 usual, 2 wild"
    )
    parser.add_argument(
        "--tempo", type=number(20, 300, " quarter notes a minute"), metavar="BPM", help="the primer's own by default"
    )
    for name, what in CONTROLS.items():
        parser.add_argument(f"--{name}", metavar=name.upper(), help=f"{what} (as the seed is)")
    parser.add_argument(
        "--as-written", action="store_true", help="add no dynamics, rubato and pedal to a beginning that has none"
    )
    parser.add_argument(
        "--engine",
        choices=ENGINES,
        help="note after note, or a piano roll as in 2016 (notes, or that of --checkpoint)",
    )
    parser.add_argument(
        "--threshold",
        type=number(-20, 20),
        metavar="X",
        help="for the roll engine: without chance, every key whose activation is above this sounds, as in 2016 above 0",
    )
    parser.add_argument("--checkpoint", type=Path, metavar="DIR", help="another trained network")
    parser.add_argument("--soundfont", type=Path, metavar="FILE.sf2", help="another piano to play on")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


class Files(NamedTuple):
    """The finished files by suffix, and how the audio came out."""

    paths: dict[str, Path]
    audio: RenderedAudio


class Stages(dict[str, float]):
    """Seconds spent in each stage, by name."""

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time one stage."""
        began = time.perf_counter()
        yield
        self[name] = time.perf_counter() - began


def run(arguments: Namespace) -> None:
    """Compose one piece."""
    from composer.sound.soundfonts import find_soundfont

    controls = _controls(arguments)
    folder = writable_folder(arguments.output)
    soundfont = find_soundfont(arguments.soundfont)
    stages = Stages()
    with stages.stage("reading"):
        seed = read_seed(arguments.seed)
    for remark in seed.remarks:
        say(remark)
    random_seed = secrets.randbelow(2**31) if arguments.random_seed is None else arguments.random_seed
    composition = _compose(arguments, controls, seed, random_seed, stages)
    files = _write(composition, seed, folder, soundfont, stages)
    _tell(arguments, controls, seed, composition, files, stages)


def _controls(arguments: Namespace) -> Controls:
    """What is asked, refused before anything is loaded where it makes no sense."""
    from composer.controls import Controls

    controls = Controls(**{name: getattr(arguments, name) for name in CONTROLS})
    if arguments.engine == "roll":
        controls.check_engine_roll()
    return controls


def _compose(arguments: Namespace, controls: Controls, seed: Seed, random_seed: int, stages: Stages) -> Composition:
    with stages.stage("loading"):
        from composer.composer import Composer

        composer = Composer(engine_checkpoint(arguments.checkpoint, arguments.engine))
    say(f"Continuing {seed.title} to {arguments.length:g} seconds ...")
    composition = composer.compose(
        seed.primer,
        length_seconds=arguments.length,
        random_seed=random_seed,
        temperature=arguments.temperature,
        tempo=arguments.tempo,
        is_opener=seed.opener is not None,
        threshold=arguments.threshold,
        play_primer=not arguments.as_written,
        controls=controls,
        primer_key=seed.key,
    )
    stages.update(composition.stages)
    return composition


def _write(composition: Composition, seed: Seed, folder: Path, soundfont: Soundfont, stages: Stages) -> Files:
    """Make the three files aside, then give them their names together."""
    from composer.composer import TAIL_SECONDS
    from composer.file_writing import replacing
    from composer.midi.writer import write_midi
    from composer.picture.piano_roll import draw_piano_roll
    from composer.sound.rendering import render_audio

    title = f"{seed.title}, continued"
    score = composition.score
    with tempfile.TemporaryDirectory(dir=folder, prefix=".composing-") as aside:
        files = {suffix: Path(aside, f"piece{suffix}") for suffix in (".mid", ".mp3", ".png")}
        with stages.stage("midi"), replacing(files[".mid"]) as temporary:
            temporary.write_bytes(write_midi(score, title=title))
        with stages.stage("audio"):
            audio = render_audio(
                score,
                files[".mp3"],
                title=title,
                opener=seed.opener,
                soundfont=soundfont,
                longest_tail_seconds=TAIL_SECONDS,
            )
        with stages.stage("picture"):
            end = composition.primer_end_beat
            draw_piano_roll(score, files[".png"], primer_end_beat=end, title=title, key=composition.key)
        return Files(publish(files, folder, f"{readable_name(seed.name)}-{composition.random_seed}"), audio)


def _tell(  # noqa: PLR0917 (all that there is to tell)
    arguments: Namespace, controls: Controls, seed: Seed, composition: Composition, files: Files, stages: Stages
) -> None:
    (paths, audio), random_seed = files, composition.random_seed
    say(
        f"{audio.seconds:.0f} seconds in {composition.key}, played on {audio.soundfont}; "
        f"--random-seed {random_seed} composes it again."
    )
    if not arguments.json:
        answer_lines(map(str, paths.values()))
        return
    answer(
        {
            "midi": str(paths[".mid"]),
            "mp3": str(paths[".mp3"]),
            "png": str(paths[".png"]),
            "title": seed.title,
            "opener": seed.opener,
            "seconds": round(composition.score.length_seconds, 3),
            "primer_seconds": round(composition.score.seconds_at(composition.primer_end_beat), 3),
            "audio_seconds": round(audio.seconds, 3),
            "notes": len(composition.score.notes),
            "key": composition.key,
            "tempo": round(composition.tempo, 1),
            "random_seed": random_seed,
            "temperature": arguments.temperature,
            "controls": controls.to_json(),
            "engine": composition.engine,
            "checkpoint": composition.checkpoint_id,
            "soundfont": audio.soundfont.path.name,
            "stages": {name: round(seconds, 3) for name, seconds in stages.items()},
        }
    )
