"""Whether pieces are as they were asked to be: asked against obtained over a hundred pieces for every control.

Run ``python -m benchmarks.controls [--corpus DIR] [--checkpoint DIR] [--pieces 100] [--only density,register]`` from
the repository; prints one JSON object, and a table to standard error. Primers are the openers and, where a corpus is
given, beginnings of its validation pieces.
Each primer is continued once as it is and once for every control, with the same
random seed; what is asked goes through the values of the control in turn. Styles need the corpus, whose training pieces
tell how each style is recognised.

Every control has ``obey``, the share of pieces that are as asked within the tolerance of ``TOLERANCES``;
``obey_unasked``, the share of the same primers' plain continuations that would have passed; for graded controls the
rank correlation of asked and obtained; and what is lost: loops, notes outside of the primer's key, closes.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from composer.composer import Composer, Composition
from composer.controls import Controls
from composer.evaluation.asked_and_obtained import TOLERANCES, Asked, report_on, table
from composer.evaluation.continuations import choose_files
from composer.evaluation.style_ear import taught_by
from composer.keys import Key, key_of_passage
from composer.learning.corpus import list_corpus, read_score
from composer.openers import list_openers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from composer.notes import Score

PIECE_SECONDS = 30.0
PIECES = 100
VALUES: dict[str, Sequence[Any]] = {
    "tempo": (0.7, 0.85, 1.15, 1.4),
    "key": ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"),
    "mode": ("other",),
    "density": ("sparse", 3.5, "normal", 7.0, "dense"),
    "register": ("low", "middle", "high", -12, -5, 5, 12),
    "dynamics": ("pp", "p", "mp", "mf", "f", "ff"),
    "creativity": (0, 25, 75, 100),
    "style": ("bach", "classical", "romantic", "debussy", "ragtime"),
}
"""What is asked, in turn; tempos as multiples of the primer's own."""
PRIMERS_A_TABLE = 10
"""After so many primers the table so far is printed."""


class Primer(NamedTuple):
    """Music to continue; its key where it is known."""

    name: str
    score: Score
    is_opener: bool
    key: Key | None


def primers(corpus: Path | None, count: int) -> Iterator[Primer]:
    """Openers, then held-out beginnings; the openers over again where there is no corpus."""
    openers = [Primer(opener.slug, opener.score, True, opener.known_key) for opener in list_openers()]
    found = openers[:count]
    if corpus is not None:
        for file in choose_files(list_corpus(corpus, "validation")):
            if len(found) >= count:
                break
            whole = read_score(corpus, file)
            whole = whole.excerpt(whole.notes[0].start, math.inf)
            if whole.length_seconds >= PIECE_SECONDS:
                found.append(Primer(file.path, whole, False, None))
    while len(found) < count:
        found += openers[: count - len(found)]
    yield from found


def asked_of(control: str, value: Any, primer: Primer, own: Key) -> tuple[Controls, float | None]:
    """Controls and tempo that are asked of a primer in the key ``own``."""
    if control == "tempo":
        return Controls(), round(primer.score.mean_bpm * value, 1)
    if control == "mode":
        return Controls(mode="minor" if own.mode == "major" else "major"), None
    return Controls(**{control: value}), None


def compose_all(
    composer: Composer, chosen: Sequence[Primer], wanted: Sequence[str], values: dict[str, Sequence[Any]]
) -> Iterator[Asked]:
    """Every primer continued as it is, and once for every control."""
    for number, primer in enumerate(chosen):
        own = primer.key or key_of_passage(primer.score)

        def compose(
            controls: Controls, tempo: float | None = None, primer: Primer = primer, seed: int = number
        ) -> Composition:
            return composer.compose(
                primer.score,
                length_seconds=PIECE_SECONDS,
                random_seed=seed,
                tempo=tempo,
                is_opener=primer.is_opener,
                controls=controls,
                primer_key=primer.key,
            )

        plain = compose(Controls())
        for place, control in enumerate(wanted):
            value = values[control][(number + place) % len(values[control])]
            controls, tempo = asked_of(control, value, primer, own)
            asked = tempo or (controls.key_from(own) if control in {"key", "mode"} else value)
            yield Asked(control, asked, compose(controls, tempo), plain)


def main() -> None:
    """Compose, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--corpus", type=Path, help="whose validation pieces are continued beside the openers")
    parser.add_argument("--checkpoint", type=Path, help="another trained network")
    parser.add_argument("--pieces", type=int, default=PIECES, help="of each control")
    parser.add_argument("--only", default=",".join(VALUES), help="controls, separated by commas")
    given = parser.parse_args()
    wanted = [control for control in given.only.split(",") if control != "style" or given.corpus]
    composer = Composer(given.checkpoint)
    made: list[Asked] = []
    for asked in compose_all(composer, list(primers(given.corpus, given.pieces)), wanted, VALUES):
        made.append(asked)
        if len(made) % (len(wanted) * PRIMERS_A_TABLE) == 0:
            print(table(report_on(made, None)), file=sys.stderr)
    report = report_on(made, taught_by(given.corpus) if "style" in wanted else None)
    print(table(report), file=sys.stderr)
    print(json.dumps({"checkpoint": composer.checkpoint.id, "tolerances": TOLERANCES, "controls": report}, indent=1))


if __name__ == "__main__":
    main()
