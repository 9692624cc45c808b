"""The networks that a worker keeps loaded: its own, those of the registry used last, and that of the roll engine."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from bot.domain import Engine
from composer.checkpoints import RELEASED_ROLL
from composer.composer import Composer
from composer.errors import CheckpointError

if TYPE_CHECKING:
    from pathlib import Path

MOST_OTHERS: Final = 2
"""While a trial is on, two compose besides the base; each takes about 20 MB."""


class Composers:
    """Loaded checkpoints, each known by the SHA-256 of its card, which stands for all of its files.

    Args:
        base: folder of the one that is always there; the released one where None.
        roll: folder of the one of the roll engine, which is loaded when it is asked for; the released one where None.

    Raises:
        CheckpointError: the base is missing, damaged, or of the roll engine.
    """

    def __init__(self, base: Path | None = None, roll: Path | None = None) -> None:
        self.base = _of_engine(Engine.NOTES, Composer(base))
        self._others: OrderedDict[str, Composer] = OrderedDict()
        self._roll_folder = roll
        self._roll: Composer | None = None

    @property
    def roll(self) -> Composer:
        """The one of the roll engine, loaded where it is not yet; no registry has others.

        Raises:
            CheckpointError: it cannot be loaded.
        """
        if self._roll is None:
            self._roll = roll_composer(self._roll_folder)
        return self._roll

    def of(self, folder: Path | None, card_sha256: str | None) -> Composer:
        """The one in ``folder``, loaded where it is not yet; the base where that is None.

        Raises:
            CheckpointError: it cannot be loaded, or its card does not have that SHA-256.
        """
        if folder is None or card_sha256 == self.base.checkpoint.card_sha256:
            return self.base
        if card_sha256 is None:
            message = f"The checkpoint in {folder} is not loaded, because nobody says which one it must be."
            raise CheckpointError(message)
        if card_sha256 not in self._others:
            composer = _of_engine(Engine.NOTES, _loaded(folder, card_sha256))
            while len(self._others) >= MOST_OTHERS:
                self._others.popitem(last=False)
            self._others[card_sha256] = composer
        self._others.move_to_end(card_sha256)
        return self._others[card_sha256]


def roll_composer(folder: Path | None = None) -> Composer:
    """The one of the roll engine, the released one where None.

    Raises:
        CheckpointError: it cannot be loaded, or is of another engine.
    """
    return _of_engine(Engine.ROLL, _loaded(folder or RELEASED_ROLL))


def _of_engine(engine: Engine, composer: Composer) -> Composer:
    """The same, if it is of this engine.

    Raises:
        CheckpointError: it is of another one.
    """
    checkpoint = composer.checkpoint
    if checkpoint.engine != engine:
        message = f"The checkpoint {checkpoint.id} is of the engine {checkpoint.engine}; one of {engine} is needed."
        raise CheckpointError(message)
    return composer


def _loaded(folder: Path, card_sha256: str | None = None) -> Composer:
    try:
        return Composer(folder, card_sha256)
    except CheckpointError:
        raise
    except Exception as error:
        # Whatever LiteRT makes of a network, this worker has others, and the bot is to be told which one it was.
        message = f"The checkpoint in {folder} cannot be loaded ({type(error).__name__}); train it again."
        raise CheckpointError(message) from error
