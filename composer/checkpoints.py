"""A checkpoint: weights as plain arrays, a JSON card that says what they are, and the LiteRT form that composes.

A folder holds ``card.json``, ``weights.npz`` (float16 arrays by name), ``network.tflite`` and, where people's votes
were learnt, ``critic.json``. Nothing executable is stored or loaded; every file must have the SHA-256 that the card
names, and the card must fit this code's vocabulary. Whoever knows the SHA-256 of the card knows the whole.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from composer.encoding.fields import COMPOSERS, ERAS, NOTE_FIELDS, SOURCES, STEP_FIELDS
from composer.encoding.vocabulary import COARSE_TICKS, FACTOR_SIZES, TEMPO_RATIO
from composer.errors import CheckpointError
from composer.rolls.past import past_card

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

RELEASED = Path(__file__).parent / "released"
RELEASED_ROLL = Path(__file__).parent / "released_roll"
"""The checkpoints that come with this package: of the engine that writes notes, and of the one that writes rolls."""
ENGINES = NOTES, ROLL = "notes", "roll"
"""Engines: what a network writes, note after note or frame after frame."""
CARD, WEIGHTS, NETWORK, CRITIC = "card.json", "weights.npz", "network.tflite", "critic.json"
MADE_ANEW = {"id", "files", "vocabulary"}
"""Parts of a card that follow from the files beside it."""


@dataclass(frozen=True)
class Checkpoint:
    """A verified checkpoint folder, its card, and the SHA-256 of the card's file."""

    folder: Path
    card: dict[str, Any]
    card_sha256: str

    @property
    def id(self) -> str:
        """Name that stamps every piece composed with it."""
        return str(self.card["id"])

    @property
    def engine(self) -> str:
        """What composes with it: ``notes`` or ``roll``."""
        return engine_of(self.card)

    @property
    def network(self) -> Path:
        """The LiteRT file."""
        return self.folder / NETWORK

    @property
    def critic(self) -> Path | None:
        """What was learnt of people's votes, if anything was."""
        return self.folder / CRITIC if CRITIC in self.card["files"] else None

    @property
    def state_width(self) -> int:
        """Numbers of recurrent state per stream."""
        config = self.card["network"]
        return 2 * int(config["layers"]) * int(config["width"])


def engine_of(card: Mapping[str, Any]) -> str:
    """The engine that a card names; those of before there were two name none.

    Raises:
        CheckpointError: there is no such engine.
    """
    engine = str(card.get("engine", NOTES))
    if engine not in ENGINES:
        message = (
            f"The checkpoint is of an engine that this program does not have, {engine[:40]!r}; "
            f"it has {' and '.join(ENGINES)}."
        )
        raise CheckpointError(message)
    return engine


def vocabulary_card(engine: str = NOTES) -> dict[str, Any]:
    """What a network's inputs and outputs mean: part of every card, compared on loading."""
    if engine == ROLL:
        return past_card()
    return {
        "factors": FACTOR_SIZES,
        "coarse_ticks": list(COARSE_TICKS),
        "tempo_ratio": TEMPO_RATIO,
        "step_fields": STEP_FIELDS,
        "note_fields": NOTE_FIELDS,
        "sources": list(SOURCES),
        "composers": list(COMPOSERS),
        "eras": list(ERAS),
    }


def load_checkpoint(folder: Path | None = None, card_sha256: str | None = None) -> Checkpoint:
    """Load and verify a checkpoint that this code can compose with, the released one by default.

    Args:
        folder: of the checkpoint.
        card_sha256: what the card's file must have, where a certain checkpoint and no other will do.

    Raises:
        CheckpointError: something is missing, altered, or made for another version of this code.
    """
    checkpoint = verified_checkpoint(folder, card_sha256)
    if checkpoint.card.get("vocabulary") != vocabulary_card(checkpoint.engine):
        message = (
            f"The checkpoint {checkpoint.card.get('id')} was made for another version of this program; "
            "train it on with 'train --from', or train it again."
        )
        raise CheckpointError(message)
    return checkpoint


def verified_checkpoint(folder: Path | None = None, card_sha256: str | None = None) -> Checkpoint:
    """Load and verify a checkpoint, perhaps of another version of this code, as what a training begins with.

    Raises:
        CheckpointError: something is missing or altered.
    """
    folder = folder or RELEASED
    try:
        content = (folder / CARD).read_bytes()
        card = json.loads(content)
        hashes = {name: _sha256(folder / name) for name in _files_of(card)}
    except (OSError, ValueError) as error:
        message = f"There is no usable checkpoint in {folder}: {_reason(error)}; name the folder that training wrote."
        raise CheckpointError(message) from error
    found_sha256 = hashlib.sha256(content).hexdigest()
    if card_sha256 not in {None, found_sha256}:
        message = f"The checkpoint in {folder} is not the one that was to be loaded: its card is another."
        raise CheckpointError(message)
    if not isinstance(card, dict) or card.get("files") != hashes:
        message = (
            f"The checkpoint in {folder} is damaged: its files do not have the SHA-256 that its card "
            "names; restore it, or train it again."
        )
        raise CheckpointError(message)
    return Checkpoint(folder, card, found_sha256)


def _files_of(card: Any) -> tuple[str, ...]:
    """The files that a checkpoint with this card has beside it; whatever else the card names is a mistake."""
    files = card.get("files") if isinstance(card, dict) else None
    return (WEIGHTS, NETWORK, CRITIC) if isinstance(files, dict) and CRITIC in files else (WEIGHTS, NETWORK)


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, OSError):
        return f"{Path(error.filename or CARD).name} cannot be read ({error.strerror})"
    return f"{CARD} is not JSON"


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_weights(path: Path, arrays: Mapping[str, NDArray[np.float32]]) -> None:
    """Store weights as float16: half the size; the loss they cause is far below that of the int8 form."""
    halves: dict[str, Any] = {name: array.astype(np.float16) for name, array in arrays.items()}
    np.savez_compressed(path, **halves)


def read_weights(path: Path) -> dict[str, NDArray[np.float32]]:
    """Weights by name, as float32."""
    with np.load(path, allow_pickle=False) as stored:
        return {name: stored[name].astype(np.float32) for name in stored.files}


def write_card(folder: Path, card: Mapping[str, Any]) -> Checkpoint:
    """Complete a card with id, vocabulary and the hashes of the files beside it, and write it."""
    names = (WEIGHTS, NETWORK, *([CRITIC] if (folder / CRITIC).exists() else []))
    files = {name: _sha256(folder / name) for name in names}
    engine = engine_of(card)
    name = {NOTES: "note-lstm", ROLL: "piano-roll"}[engine]
    full = {"id": f"{name}-{_tag(files)}", **card, "vocabulary": vocabulary_card(engine), "files": files}
    content = (json.dumps(full, indent=1) + "\n").encode()
    temporary = folder / (CARD + ".part")
    temporary.write_bytes(content)
    temporary.replace(folder / CARD)
    return Checkpoint(folder, full, hashlib.sha256(content).hexdigest())


def _tag(files: Mapping[str, str]) -> str:
    """Tells checkpoints apart: by their network, and where there is a critic by all files."""
    if CRITIC not in files:
        return files[NETWORK][:10]
    return hashlib.sha256("".join(files[name] for name in sorted(files)).encode()).hexdigest()[:10]
