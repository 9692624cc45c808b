"""Shape of the roll network: what is known of it without loading Keras."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class PianoRollConfig:
    """Shape and regularisation of a PianoRollNetwork.

    Attributes:
        keys: of a frame, the lowest of which is ``lowest_pitch``.
        planes: 1 where only the sounding of a key is modelled, 2 where its onset is as well.
        frames_per_quarter: what a frame is in music; 0 where it differs from file to file.
        cycles: the network sees the number of the frame modulo these.
        reach: so many keys to either side of a key are seen of the past.
        reach_below: so many keys below are seen of the present frame.
    """

    keys: int = 88
    lowest_pitch: int = 21
    planes: int = 1
    frames_per_quarter: int = 0
    cycles: tuple[int, ...] = (2, 3, 4, 6, 8, 12, 16)
    reach: int = 18
    reach_below: int = 48
    width: int = 64
    key_units: int = 64
    frame_units: int = 64
    head_width: int = 64
    dropout: float = 0.3


def roll_config(content: Mapping[str, Any]) -> PianoRollConfig:
    """The configuration that a card holds."""
    return PianoRollConfig(**{**content, "cycles": tuple(content["cycles"])})


def state_width(config: PianoRollConfig) -> int:
    """Numbers of recurrent state of one stream."""
    return 2 * (config.keys * config.key_units + config.frame_units)
