"""What one run of fine-tuning works with: the rated pieces, the base, and how much there is to learn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from composer.checkpoints import Checkpoint
    from composer.tuning.measuring import Effort
    from composer.tuning.rated_set import RatedPiece

    Progress = Callable[[str, float], None]

FEWEST_VOTES, FEWEST_LIKED = 50, 30
"""For a critic, and for fine-tuning the network."""


@dataclass(frozen=True)
class TuningRun:
    """A run.

    Attributes:
        rated: the pieces.
        manifest_sha256: of the list of them.
        base: checkpoint to start from.
        corpus: to rehearse with, if there is one.
        output: folder for what comes out.
        random_seed: of everything that is drawn.
        progress: told the stage and the share of the work that is done.
        effort: how much is composed to measure by.
    """

    rated: Sequence[RatedPiece]
    manifest_sha256: str
    base: Checkpoint
    corpus: Path | None
    output: Path
    random_seed: int
    progress: Progress
    effort: Effort

    @property
    def votes(self) -> float:
        """That count."""
        return sum(piece.up + piece.down for piece in self.rated)

    @property
    def learns_critic(self) -> bool:
        """Whether there are votes enough for a critic."""
        return self.votes >= FEWEST_VOTES

    @property
    def learns_network(self) -> bool:
        """Whether there are liked pieces enough to fine-tune the network."""
        return sum(piece.liked for piece in self.rated) >= FEWEST_LIKED
