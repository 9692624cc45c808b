"""Training of the roll network: it learns, and goes on where it was interrupted."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from composer.learning.roll_batches import RollPiece
from composer.learning.roll_training import CONFIGS, frame_nats, train_roll

if TYPE_CHECKING:
    from pathlib import Path

    from composer.rolls.past import History

POWER = "the power went"
CONFIG = replace(CONFIGS["tiny"], epochs=3, steps_per_epoch=6, ema_momentum=0.5)


def pattern_of(length: int, keys: int = 88) -> np.ndarray:
    """A frame of two keys and a frame of one, in turn, struck each time."""
    frames = np.zeros((length, keys, 2), np.uint8)
    frames[::2, 40] = frames[::2, 44] = frames[1::2, 47] = 1
    return frames


@dataclass
class PullThePlug(RollPiece):
    """A piece at whose fourth playing, in the second epoch, the power goes."""

    playings: int = 0

    def history(self) -> History:
        """Show the past, three times."""
        self.playings += 1
        if self.playings == 4:
            raise RuntimeError(POWER)
        return super().history()


def metrics_of(folder: Path) -> list[float]:
    """Validation nats of each epoch."""
    with (folder / "metrics.csv").open(encoding="utf-8", newline="") as stream:
        return [float(row["val_nats"]) for row in csv.DictReader(stream)]


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Exception ignored in:pytest.PytestUnraisableExceptionWarning")  # its open log
def test_training_learns_and_goes_on_after_an_interruption(tmp_path: Path) -> None:
    """Interrupted in its second epoch and started again, a training has all three epochs and ends as good."""
    validation = [RollPiece(pattern_of(24))]
    whole = train_roll([RollPiece(pattern_of(48)), RollPiece(pattern_of(48))], validation, CONFIG, tmp_path / "whole")
    with pytest.raises(Exception, match=POWER):  # TensorFlow wraps it
        train_roll([PullThePlug(pattern_of(48)), RollPiece(pattern_of(48))], validation, CONFIG, tmp_path / "broken")
    before = metrics_of(tmp_path / "broken")
    resumed = train_roll(
        [RollPiece(pattern_of(48)), RollPiece(pattern_of(48))], validation, CONFIG, tmp_path / "broken"
    )

    uninterrupted = metrics_of(tmp_path / "whole")
    assert len(uninterrupted) == 3
    assert uninterrupted[-1] < uninterrupted[0]
    assert 1 <= len(before) < 3
    assert metrics_of(tmp_path / "broken") == pytest.approx(uninterrupted, rel=0.1)
    mine, theirs = (frame_nats(network, validation, CONFIG.streams, 16)[0].mean() for network in (whole, resumed))
    assert theirs == pytest.approx(mine, rel=0.1)
