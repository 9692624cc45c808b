"""``piece.json``: a finished piece for programs — the Score, to go on from, and its notes in seconds, to be drawn.

One JSON object:

- ``score``: the Score as an object (``composer.score_json`` reads its text),
- ``primer_end_beat`` and ``primer_end_seconds``: where the continuation begins,
- ``title``, ``opener`` (a slug or null), ``key``, ``tempo``,
- ``notes_seconds``: rows of start, end, MIDI pitch and velocity, as played in the recording,
- ``pedals_seconds``: rows of down and up.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from composer.performance import playable
from composer.score_json import from_json, to_json

if TYPE_CHECKING:
    from composer.composer import Composition
    from composer.notes import Score


class KeptPiece(NamedTuple):
    """What of a piece is needed to play it again."""

    score: Score
    opener: str | None


def piece_json(composition: Composition, *, title: str, opener: str | None) -> str:
    """The content of ``piece.json``."""
    score = composition.score
    played = playable(score)
    content: dict[str, Any] = {
        "score": json.loads(to_json(score)),
        "primer_end_beat": composition.primer_end_beat,
        "primer_end_seconds": _milliseconds(score, composition.primer_end_beat),
        "title": title,
        "opener": opener,
        "key": composition.key,
        "tempo": round(composition.tempo, 1),
        "notes_seconds": [
            [_milliseconds(played, note.start), _milliseconds(played, note.end), note.pitch, note.velocity]
            for note in played.notes
        ],
        "pedals_seconds": [
            [_milliseconds(played, down.beat), _milliseconds(played, up.beat)]
            for down, up in zip(played.pedals[::2], played.pedals[1::2], strict=True)
        ],
    }
    return json.dumps(content, separators=(",", ":"), allow_nan=False)


def kept_piece(text: str) -> KeptPiece:
    """The piece in the content of a ``piece.json``.

    Raises:
        ValueError: there is none in it.
    """
    try:
        content = json.loads(text)
        return KeptPiece(from_json(json.dumps(content["score"])), content.get("opener"))
    except (KeyError, TypeError, AttributeError) as error:
        message = f"this JSON does not hold a piece ({type(error).__name__})"
        raise ValueError(message) from error


def _milliseconds(score: Score, beat: float) -> float:
    """The second of ``beat``, to a thousandth."""
    return round(score.seconds_at(beat), 3)
