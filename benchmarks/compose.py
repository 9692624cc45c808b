"""Seconds of one core for a piece of thirty seconds, warm: composed, rendered, encoded, drawn; and memory and start.

Run ``python -m benchmarks.compose [--pieces 21]`` from the repository; prints one JSON object. CPU seconds are the
process' own, so a busy machine moves them less than wall-clock time.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from composer.checkpoints import NOTES, RELEASED_ROLL, ROLL
from composer.composer import TAIL_SECONDS, Composer
from composer.midi.writer import write_midi
from composer.openers import list_openers
from composer.picture.piano_roll import draw_piano_roll
from composer.sound.rendering import render_audio
from composer.sound.soundfonts import find_soundfont
from composer.sound.synthesiser import Synthesiser

if TYPE_CHECKING:
    from collections.abc import Callable

    from composer.openers import Opener

Result = TypeVar("Result")
LENGTH_SECONDS = 30.0
PIECES = 21


def _timed(stages: dict[str, float], name: str, work: Callable[[], Result]) -> Result:
    """Do the work and note its CPU seconds as one of the ``stages``."""
    began = time.process_time()
    result = work()
    stages[name] = time.process_time() - began
    return result


def _compose(composer: Composer, synthesiser: Synthesiser, opener: Opener, random_seed: int) -> dict[str, float]:
    """CPU seconds of every stage of one piece."""
    stages: dict[str, float] = {}
    composition = _timed(
        stages,
        "compose",
        lambda: composer.compose(opener.score, length_seconds=LENGTH_SECONDS, random_seed=random_seed, is_opener=True),
    )
    score, end = composition.score, composition.primer_end_beat
    with tempfile.TemporaryDirectory() as folder:
        mp3, png = Path(folder, "piece.mp3"), Path(folder, "piece.png")
        _timed(stages, "midi", lambda: write_midi(score))
        _timed(
            stages,
            "audio",
            lambda: render_audio(
                score, mp3, title=opener.title, synthesiser=synthesiser, longest_tail_seconds=TAIL_SECONDS
            ),
        )
        _timed(stages, "picture", lambda: draw_piano_roll(score, png, primer_end_beat=end, title=opener.title))
    return stages | {"all": sum(stages.values())}


def _start_seconds() -> float:
    """CPU seconds of a new process until its network is loaded."""
    script = "import time; from composer.composer import Composer; Composer(); print(time.process_time())"
    finished = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, timeout=60)  # noqa: S603 - our own interpreter
    return float(finished.stdout)


def main() -> None:
    """Compose from many openers and print medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pieces", type=int, default=PIECES, help="of which the median is taken")
    parser.add_argument("--engine", choices=(NOTES, ROLL), default=NOTES, help="what the network writes (notes)")
    given = parser.parse_args()
    pieces, composer = given.pieces, Composer(RELEASED_ROLL if given.engine == ROLL else None)
    openers = list_openers()
    with Synthesiser(find_soundfont()) as synthesiser:
        rows = [_compose(composer, synthesiser, openers[i * 7 % len(openers)], i) for i in range(pieces)]
    figures = {
        "engine": given.engine,
        "pieces": pieces,
        "length_seconds": LENGTH_SECONDS,
        "cpu_seconds_median": {name: round(statistics.median(row[name] for row in rows), 3) for name in rows[0]},
        "cpu_seconds_slowest": {name: round(max(row[name] for row in rows), 3) for name in rows[0]},
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "start_cpu_seconds": round(statistics.median(_start_seconds() for _ in range(5)), 3),
        "cores": os.cpu_count(),
    }
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
