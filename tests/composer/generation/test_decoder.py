"""The compiled network, asked directly."""

from __future__ import annotations

import numpy as np
import pytest

from composer.checkpoints import NETWORK, RELEASED, RELEASED_ROLL, load_checkpoint
from composer.encoding.fields import ABSENT, NOTE_FIELDS
from composer.encoding.inputs import TOUCH, TOUCH_SLICES, TOUCH_WIDTH, note_input
from composer.errors import CheckpointError
from composer.generation.decoder import Decoder, Drawing
from composer.generation.sampling import FORBIDDEN, heat, sample

BATCH = 6
_NAMES = [(block, name) for block, fields in NOTE_FIELDS.items() for name in fields]


@pytest.fixture(scope="module")
def decoder() -> Decoder:
    """The released network."""
    return Decoder(RELEASED / NETWORK)


def _case(seed: int) -> tuple[np.ndarray, np.ndarray, Drawing]:
    """Memory, ids of what is known of the notes (not of what is drawn), and how to draw."""
    rng = np.random.default_rng(seed)
    width = load_checkpoint().card["network"]["width"]
    memory = rng.standard_normal((BATCH, width)).astype(np.float32)
    sizes = [size for fields in NOTE_FIELDS.values() for size in fields.values()]
    ids = np.stack([rng.integers(0, size, BATCH) for size in sizes], axis=1)
    ids[:, [index for index, (block, name) in enumerate(_NAMES) if name == block and name in TOUCH]] = ABSENT
    heats = np.array([heat(factor, 1.3) for factor in TOUCH], np.float32)
    uniforms = rng.random((BATCH, len(TOUCH)), np.float32)
    return memory, ids, Drawing(uniforms, np.zeros((BATCH, TOUCH_WIDTH), np.float32), heats)


@pytest.mark.parametrize("seed", range(5))
def test_drawing_together_is_drawing_one_after_another(decoder: Decoder, seed: int) -> None:
    """The factors of one call are those that are sampled from the logits of each, given the ones before."""
    memory, ids, drawing = _case(seed)
    drawn, _ = decoder.touch(memory, note_input(ids), np.full((BATCH, len(TOUCH)), ABSENT, np.int32), drawing)
    for index, factor in enumerate(TOUCH):
        logits = decoder.logits(factor, memory, note=note_input(ids))
        choices = sample(logits, drawing.uniforms[:, index].astype(np.float64), *heat(factor, 1.3))
        if (factor, factor) in _NAMES:
            ids[:, _NAMES.index((factor, factor))] = choices

        assert drawn[:, index].tolist() == choices.tolist(), factor


def test_what_is_given_is_not_drawn(decoder: Decoder) -> None:
    """Given ids come back as they are; what follows is drawn as if they had been."""
    memory, ids, drawing = _case(1)
    free, _ = decoder.touch(memory, note_input(ids), np.full((BATCH, len(TOUCH)), ABSENT, np.int32), drawing)
    given = free.copy()
    given[:, 1:] = ABSENT
    ids[:, _NAMES.index(("duration", "duration"))] = free[:, 0]
    again, _ = decoder.touch(memory, note_input(ids), given, drawing)

    assert again.tolist() == free.tolist()


def test_biases_forbid(decoder: Decoder) -> None:
    """What a bias makes impossible is never drawn."""
    memory, ids, drawing = _case(2)
    drawing.bias[:, TOUCH_SLICES["velocity"]] = FORBIDDEN
    drawing.bias[:, TOUCH_SLICES["velocity"].start + 7] = 0
    drawn, _ = decoder.touch(memory, note_input(ids), np.full((BATCH, len(TOUCH)), ABSENT, np.int32), drawing)

    assert drawn[:, 1].tolist() == [7] * BATCH


def test_another_version_s_file_is_refused() -> None:
    """A file that cannot be asked for what composing asks says so, and how to mend it."""
    with pytest.raises(CheckpointError, match=r"another version of this program; .*composer\.learning\.export"):
        Decoder(RELEASED_ROLL / NETWORK)
