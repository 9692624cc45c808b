"""The rated pieces that a run learns from: a folder with ``manifest.json`` and one Score for each piece, all hashed.

``manifest.json`` is ``{"format": 1, "pieces": [{"file", "sha256", "primer_end_beat", "label", "rating", "up", "down",
"weight"}, ...]}``: ``file`` holds a Score (``composer.score_json``) or is a MIDI file, ``primer_end_beat`` is where the
part begins that was composed (0 where all of it was), ``label`` is ``liked``, ``disliked`` or ``unrated``, ``rating``
(0 to 1) says how much, ``up`` and ``down`` are votes that count, ``weight`` (0 to 1) limits the influence of a piece.
Pieces that nobody rated show what liked ones are liked above: most people vote only for what they like.
"""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from composer.encoding.features import piece_features
from composer.encoding.fields import EXPRESSIVE
from composer.encoding.vocabulary import TICKS_PER_BEAT, encode
from composer.errors import BadInputError, InvalidMidiError
from composer.generation.candidates import PlayedNote, played_notes
from composer.midi.files import read_corpus_file
from composer.score_json import from_json

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from composer.encoding.features import PieceFeatures
    from composer.notes import Score

MANIFEST = "manifest.json"
HELD_OUT_SHARE = 0.25
"""Of the pieces, which nothing ever learns from: a draw on the content, so that it is the same in every run."""
_LIKED = {"liked": True, "disliked": False, "unrated": False}


@dataclass(frozen=True)
class RatedPiece:
    """A piece that people have heard.

    Attributes:
        score: the whole piece.
        features: what the network is told and asked, one row per note.
        notes: the same notes for the critic.
        composed: bool ``(notes,)``, which of them the network composed; the others are the primer.
        liked: whether it was liked, on the whole.
        rating: 0 to 1.
        up, down: votes that count.
        weight: 0 to 1, of its influence.
        is_held_out: whether it only measures.
    """

    score: Score
    features: PieceFeatures
    notes: tuple[PlayedNote, ...]
    composed: NDArray[np.bool_]
    liked: bool
    rating: float
    up: float
    down: float
    weight: float
    is_held_out: bool

    @property
    def is_rated(self) -> bool:
        """Whether anybody voted."""
        return self.up + self.down > 0

    @property
    def continuation(self) -> list[PlayedNote]:
        """The composed notes."""
        return [note for note, is_composed in zip(self.notes, self.composed, strict=True) if is_composed]


def read_rated_set(folder: Path) -> list[RatedPiece]:
    """Read and verify a set.

    Raises:
        BadInputError: it is not there, or not what its manifest says.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        rows = manifest["pieces"]
        pieces = [_read_piece(folder, row) for row in rows]
    except OSError as error:
        name = PurePath(error.filename or MANIFEST).name
        message = f"{folder} has no readable {name}; name a folder with rated pieces."
        raise BadInputError(message) from error
    except (ValueError, KeyError, TypeError, InvalidMidiError) as error:
        message = f"The rated pieces in {folder} cannot be used: {error or type(error).__name__}."
        raise BadInputError(message) from error
    # A composed part of a few notes teaches nothing.
    return [piece for piece in pieces if piece.composed.sum() >= _FEWEST_NOTES]


_FEWEST_NOTES = 8


def _read_piece(folder: Path, row: dict[str, Any]) -> RatedPiece:
    name = str(row["file"])
    if PurePath(name).name != name:
        message = f"{name!r} is not a plain file name"
        raise ValueError(message)
    data = (folder / name).read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    if digest != row["sha256"]:
        message = f"{name} is not the file that {MANIFEST} names (its SHA-256 differs)"
        raise ValueError(message)
    score = from_json(data) if name.endswith(".json") else read_corpus_file(folder / name)
    rating, up, down, weight = (_number(row, name) for name in ("rating", "up", "down", "weight"))
    return rated_piece(
        score,
        primer_end_beat=_number(row, "primer_end_beat"),
        liked=_LIKED[row["label"]],
        rating=rating,
        up=up,
        down=down,
        weight=weight,
        is_held_out=int(digest[:8], 16) / 2**32 < HELD_OUT_SHARE,
    )


def rated_piece(score: Score, *, primer_end_beat: float, **said: Any) -> RatedPiece:
    """A piece and what was said of it (see ``RatedPiece``)."""
    events = encode(score)
    return RatedPiece(
        score=score,
        features=piece_features(events, EXPRESSIVE),
        notes=tuple(played_notes(events)),
        composed=events.onsets >= round(primer_end_beat * TICKS_PER_BEAT),
        **said,
    )


def _number(row: dict[str, Any], name: str) -> float:
    number = float(row[name])
    if not math.isfinite(number) or number < 0:
        message = f"{name} is {number}"
        raise ValueError(message)
    return number
