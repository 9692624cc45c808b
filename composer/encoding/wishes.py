"""What the music to come shall be like, as the network is told: whose music, how dense, how high and how loud.

In training this is taken from the music itself (its author, and the notes of the next six seconds), and told in a part
of the pieces only; in composing it is what somebody asks for. It is never told where music is scored.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from composer.encoding.fields import (
    ABSENT,
    COMING_SECONDS,
    DENSITY_EDGES,
    LOUDNESS_IDS,
    REGISTER_KEYS,
    STEP_FIELDS,
    WISHES,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from composer.encoding.vocabulary import NoteEvents


@dataclass(frozen=True)
class Wishes:
    """Ids of the fields ``WISHES``, ABSENT where something is left to the network."""

    composer: int = ABSENT
    era: int = ABSENT
    density: int = ABSENT
    register: int = ABSENT
    loudness: int = ABSENT

    @property
    def has_no_style(self) -> bool:
        """Whether neither composer nor era is told."""
        return self.composer == self.era == ABSENT

    def ids(self) -> dict[str, int]:
        """By field."""
        ids = self.composer, self.era, self.density, self.register, self.loudness
        return dict(zip(WISHES, ids, strict=True))


NO_WISHES = Wishes()


def coming_music(events: NoteEvents) -> NDArray[np.float32]:
    """``(notes, 3)``: notes a second, mean key and mean velocity id of ``COMING_SECONDS`` from the note before each.

    Near the end of a piece of what is left of it.
    """
    since = np.r_[events.seconds[:1], events.seconds[:-1]]
    until = np.searchsorted(events.seconds, since + COMING_SECONDS)
    here = np.arange(len(events))
    until = np.maximum(until, here + 1)
    lasting = np.clip(events.length_seconds - since, 1.0, COMING_SECONDS)
    counts = until - here
    means = []
    for column in (1, 3):
        summed = np.r_[0, np.cumsum(events.factors[:, column].astype(np.int64))]
        means.append((summed[until] - summed[here]) / counts)
    return np.stack([counts / lasting, *means], axis=1).astype(np.float32)


def coming_ids(music: NDArray[np.floating]) -> NDArray[np.int16]:
    """Ids of density, register and loudness ``(..., 3)`` from their values, as ``coming_music`` gives them."""
    density = np.digitize(music[..., 0], DENSITY_EDGES)
    register = np.clip(music[..., 1] // REGISTER_KEYS, 0, STEP_FIELDS["coming_register"] - 1)
    loudness = np.clip(music[..., 2] // LOUDNESS_IDS, 0, STEP_FIELDS["coming_loudness"] - 1)
    ids: NDArray[np.int16] = np.stack([density, register, loudness], axis=-1).astype(np.int16)
    return ids
