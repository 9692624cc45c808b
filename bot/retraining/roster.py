"""What is known of all networks without asking the database: which one composes, which did, which is on trial."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from bot.domain import NotFoundError
from bot.retraining import wording
from bot.retraining.domain import ModelState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.store.checkpoints import StoredCheckpoint

KEPT: Final = 5
"""So many networks made by retraining are kept, and more only where one is still in use."""


class Roster:
    """The rows of the database, but for what has been found damaged since, whether or not that could be stored.

    Attributes:
        rows: by id; the base, then those made by retraining, newest first.
        base: what every worker has loaded.
        current: what composes.
        previous: what composed before it and is to be gone back to.
        trial: what is on trial.

    Args:
        rows: a base at least.
    """

    def __init__(self, rows: Iterable[StoredCheckpoint]) -> None:
        self._damaged: set[str] = set()
        self.rows: dict[str, StoredCheckpoint] = {}
        self.take(rows)

    def take(self, rows: Iterable[StoredCheckpoint]) -> None:
        """These are the rows now."""
        self.rows = {row.id: self._seen(row) for row in rows}
        turns = sorted((row.turn, row.id) for row in self.rows.values() if row.turn is not None)
        self.base = next(row for row in self.rows.values() if row.state is ModelState.BASE)
        self.current = self.rows[turns[-1][1]]
        self.previous = self.rows[turns[-2][1]] if len(turns) > 1 else None
        self.trial = next((row for row in self.rows.values() if row.state is ModelState.ON_TRIAL), None)

    def _seen(self, row: StoredCheckpoint) -> StoredCheckpoint:
        return replace(row, state=ModelState.DAMAGED, turn=None) if row.id in self._damaged else row

    def set_aside(self, checkpoint_id: str) -> None:
        """This one composes nothing more."""
        self._damaged.add(checkpoint_id)
        self.take(self.rows.values())

    def mended(self, checkpoint_id: str) -> None:
        """This one was found whole: the next rows that come say what it is for."""
        self._damaged.discard(checkpoint_id)

    def find(self, text: str) -> StoredCheckpoint:
        """A network by its id, or by a beginning that only it has.

        Raises:
            NotFoundError: there is none, or more than one.
        """
        if text in self.rows:
            return self.rows[text]
        found = [row for row in self.rows.values() if text and row.id.startswith(text)]
        if len(found) != 1:
            raise NotFoundError(wording.network_not_found(text, len(found)))
        return found[0]

    def too_old(self) -> list[str]:
        """What need not be kept any longer: damaged networks first, and nothing that is in use."""
        in_use = {row.id for row in (self.current, self.previous, self.trial) if row is not None}
        made = [row for row in self.rows.values() if row.state is not ModelState.BASE]
        made.sort(key=lambda row: row.state is ModelState.DAMAGED)
        return [row.id for row in made[KEPT:] if row.id not in in_use]
