"""The networks that a worker keeps loaded: the one that it was started with, and those of the registry used last."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Final

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

    Raises:
        CheckpointError: that one is missing or damaged.
    """

    def __init__(self, base: Path | None = None) -> None:
        self.base = Composer(base)
        self._others: OrderedDict[str, Composer] = OrderedDict()

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
            composer = _loaded(folder, card_sha256)
            while len(self._others) >= MOST_OTHERS:
                self._others.popitem(last=False)
            self._others[card_sha256] = composer
        self._others.move_to_end(card_sha256)
        return self._others[card_sha256]


def _loaded(folder: Path, card_sha256: str) -> Composer:
    try:
        return Composer(folder, card_sha256)
    except CheckpointError:
        raise
    except Exception as error:
        # Whatever LiteRT makes of a network, this worker has others, and the bot is to be told which one it was.
        message = f"The checkpoint in {folder} cannot be loaded ({type(error).__name__}); train it again."
        raise CheckpointError(message) from error
