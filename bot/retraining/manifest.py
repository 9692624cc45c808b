"""The folder that a run learns from: a Score for each piece, and a manifest with the hash of every file."""

from __future__ import annotations

import hashlib
import json
import logging
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from bot.piece_files import PieceFolders
    from bot.retraining.selection import RatedPiece, Selection

logger = logging.getLogger(__name__)

MANIFEST = "manifest.json"
FORMAT = 1


def write_set(selection: Selection, pieces: PieceFolders, folder: Path, made: datetime) -> None:
    """Fill an empty folder. A piece whose files are gone has been deleted meanwhile, and is left out.

    Raises:
        OSError: the disk is full or broken.
    """
    heard = (*selection.pieces, *selection.silent)
    rows = [row for piece in heard if (row := _write_piece(piece, pieces, folder)) is not None]
    content = {"format": FORMAT, "made": made.isoformat(), "pieces": rows, "excluded": dict(selection.excluded)}
    (folder / MANIFEST).write_text(json.dumps(content, indent=1, allow_nan=False) + "\n", encoding="utf-8")


def _label(piece: RatedPiece) -> str:
    if piece.is_liked:
        return "liked"
    return "disliked" if piece.is_disliked else "unrated"


def _write_piece(piece: RatedPiece, pieces: PieceFolders, folder: Path) -> dict[str, Any] | None:
    try:
        kept = json.loads(pieces.of(piece.ticket_id).score.read_bytes())
        end, score = float(kept["primer_end_beat"]), json.dumps(kept["score"], separators=(",", ":"), allow_nan=False)
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        logger.warning("the file of piece %d is damaged, so nothing is learnt from it", piece.piece_id)
        return None
    path = folder / f"{piece.piece_id}.json"
    path.write_text(score, encoding="utf-8")
    return {
        "file": path.name,
        "sha256": hashlib.sha256(score.encode()).hexdigest(),
        "primer_end_beat": end,
        "rating": round(piece.rating, 6),
        "label": _label(piece),
        "up": piece.up,
        "down": piece.down,
        "weight": piece.weight,
        "checkpoint": piece.checkpoint_id,
    }
