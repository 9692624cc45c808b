"""Asked against obtained: what came of every control, in figures and as a table (see ``benchmarks.controls``)."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from composer.controls import BALANCED, Controls
from composer.evaluation import obedience
from composer.evaluation.continuations import after
from composer.evaluation.loops import has_long_loop, has_short_loop
from composer.evaluation.measures import ends_on_close, longest_silence
from composer.evaluation.style_ear import era_of
from composer.keys import Key, key_of_passage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from composer.composer import Composition
    from composer.evaluation.style_ear import StyleEar
    from composer.notes import Score

TOLERANCES = {
    "tempo": "mean tempo of the piece within 3 %",
    "key": "key of the piece (profiles of usage, outer bass notes) as asked",
    "mode": "key of the piece is the parallel key of the primer",
    "density": "notes a second within 25 %",
    "register": "mean pitch within 4 semitones",
    "dynamics": "mean velocity within 8",
    "creativity": "more (above 50) or fewer (below) new phrases than the plain continuation of the same primer",
    "style": "a classifier taught by real pieces finds the continuation more like that era than the plain one",
}
GRADED = ("tempo", "density", "register", "dynamics", "creativity")
DENSITY_RATIO, PITCH_REACH, VELOCITY_REACH, TEMPO_RATIO = 1.25, 4.0, 8.0, 1.03
LONGEST_SILENCE = 2.0


@dataclass(frozen=True)
class Asked:
    """A piece that was asked for, and the plain continuation of the same primer with the same random seed."""

    control: str
    value: Any
    piece: Composition
    plain: Composition


def report_on(made: Sequence[Asked], ear: StyleEar | None) -> dict[str, Any]:
    """The figures of every control, and of the plain continuations; of styles where there is an ear for them."""
    plain = list({id(asked.plain): asked.plain for asked in made}.values())
    report: dict[str, Any] = {"(nothing)": {"pieces": len(plain)} | faults(plain)}
    for control in dict.fromkeys(asked.control for asked in made):
        pieces = [asked for asked in made if asked.control == control]
        if control != "style":
            report[control] = figures(control, pieces)
        elif ear is not None:
            report[control] = style_figures(ear, pieces)
    return report


def obtained(control: str, piece: Composition) -> Any:
    """What came of a control, in the unit of ``target``; None where the piece is too short or thin to say."""
    score, end = piece.score, piece.primer_end_beat
    if control == "tempo":
        return score.mean_bpm
    if control in {"key", "mode"}:
        return key_of_passage(score)
    if control == "creativity":
        return obedience.novelty(score, end)
    notes = obedience.settled(score, end)
    if len(notes) < obedience.FEWEST_NOTES:
        return None
    if control == "density":
        return obedience.density(notes, obedience.settled_seconds(score, end))
    return obedience.mean_pitch(notes) if control == "register" else obedience.mean_velocity(notes)


def target(control: str, asked: Asked) -> Any:
    """What ``obtained`` should be."""
    if control == "density":
        return Controls(density=asked.value).notes_per_second
    if control == "dynamics":
        return Controls(dynamics=asked.value).velocity
    if control == "register":
        score, end = asked.plain.score, asked.plain.primer_end_beat
        return Controls(register=asked.value).mean_pitch(obedience.primer_pitch(score, end))
    return asked.value


def obeys(control: str, wanted: Any, got: Any, plain: Any) -> bool:
    """Whether what was obtained is within the tolerance."""
    if control in {"key", "mode"}:
        return _same(got, wanted)
    if control == "tempo":
        return bool(max(got / wanted, wanted / got) <= TEMPO_RATIO)
    if control == "density":
        return bool(got) and max(got / wanted, wanted / got) <= DENSITY_RATIO
    if control == "creativity":
        return bool(got > plain) if wanted > BALANCED else bool(got < plain)
    return bool(abs(got - wanted) <= (PITCH_REACH if control == "register" else VELOCITY_REACH))


def _same(one: Key, other: Key) -> bool:
    return one.tonic == other.tonic and one.mode == other.mode


def style_figures(ear: StyleEar, pieces: Sequence[Asked]) -> dict[str, Any]:
    """What is reported of styles: how often the era that is asked is heard."""
    rows = [(era_of(asked.value), _continuation(asked.piece), _continuation(asked.plain)) for asked in pieces]
    likeness = [(ear.likeness(piece, era), ear.likeness(plain, era)) for era, piece, plain in rows]
    return {
        "pieces": len(rows),
        "obey": _share(piece > plain for piece, plain in likeness),
        "likeness": statistics.fmean(piece for piece, _ in likeness),
        "likeness_unasked": statistics.fmean(plain for _, plain in likeness),
        "nearest": _share(ear.nearest(piece) == era for era, piece, _ in rows),
        "nearest_unasked": _share(ear.nearest(plain) == era for era, _, plain in rows),
    } | faults([asked.piece for asked in pieces])


def _continuation(piece: Composition) -> Score:
    return after(piece.score, piece.primer_end_beat, math.inf)


def figures(control: str, pieces: Sequence[Asked]) -> dict[str, Any]:
    """What is reported of one control."""
    rows = [
        (target(control, asked), obtained(control, asked.piece), obtained(control, asked.plain)) for asked in pieces
    ]
    told = [row for row in rows if None not in row]
    result: dict[str, Any] = {
        "pieces": len(rows),
        "obey": _share(None not in row and obeys(control, *row) for row in rows),
        "obey_unasked": _share(None not in row and obeys(control, row[0], row[2], row[2]) for row in rows),
    }
    if control in GRADED:
        result["rank_correlation"] = obedience.rank_correlation(*zip(*[row[:2] for row in told], strict=True))
        result["rank_correlation_unasked"] = obedience.rank_correlation(*zip(*[row[::2] for row in told], strict=True))
        result["by_value"] = _by_value(pieces, rows)
    return result | faults([asked.piece for asked in pieces])


def _by_value(pieces: Sequence[Asked], rows: Sequence[tuple[Any, Any, Any]]) -> dict[str, Any]:
    """Mean of what was asked and obtained, for each value that was asked."""
    values = dict.fromkeys(asked.value for asked in pieces) if len({asked.value for asked in pieces}) < 20 else {}
    found = {}
    for value in values:
        own = [row for asked, row in zip(pieces, rows, strict=True) if asked.value == value and None not in row]
        means = [statistics.fmean(column) for column in zip(*own, strict=True)]
        found[str(value)] = {"asked": means[0], "obtained": means[1], "unasked": means[2]}
    return found


def faults(pieces: Sequence[Composition]) -> dict[str, float]:
    """What there is to complain about."""
    parts = [_continuation(piece) for piece in pieces]
    keys = [key_of_passage(piece.score.excerpt(0.0, piece.primer_end_beat)) for piece in pieces]
    in_key = [key.share_inside(note.pitch for note in part.notes) for key, part in zip(keys, parts, strict=True)]
    return {
        "short_loops": sum(map(has_short_loop, parts)),
        "long_loops": sum(map(has_long_loop, parts)),
        "silences": sum(longest_silence(piece.score) > LONGEST_SILENCE for piece in pieces),
        "key_hold": statistics.fmean(in_key),
        "own_key": _share(_same(key, key_of_passage(piece.score)) for key, piece in zip(keys, pieces, strict=True)),
        "closes": _share(ends_on_close(piece.score) for piece in pieces),
        "novelty": statistics.fmean(obedience.novelty(piece.score, piece.primer_end_beat) for piece in pieces),
    }


def _share(verdicts: Iterator[bool] | Any) -> float:
    return statistics.fmean(map(float, verdicts))


def table(report: dict[str, Any]) -> str:
    """The figures of every control in a line."""
    asked = ("pieces", "obey", "obey_unasked", "rank_correlation")
    columns = (*asked, "short_loops", "long_loops", "silences", "key_hold", "own_key", "closes", "novelty")
    lines = [f"| control | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    for name, row in report.items():
        cells = [f"{row[column]:.3g}" if column in row else "" for column in columns]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)
