"""The compiled roll network: the likelihood that it states."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from composer.checkpoints import load_checkpoint
from composer.learning.roll_batches import RollPiece
from composer.learning.roll_checkpoint import load_roll_network
from composer.learning.roll_training import frame_nats
from composer.rolls.frame_model import NO_FLOORS, FrameModel
from tests.roll_networks import SOUNDING_ONLY, TINY, random_frames, write_exact

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module", params=["sounding", "onsets"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a small checkpoint."""
    made = tmp_path_factory.mktemp("exact")
    write_exact(made, SOUNDING_ONLY if request.param == "sounding" else TINY)
    return made


def test_a_frame_has_the_likelihood_that_was_stated_when_it_was_drawn(folder: Path) -> None:
    """All at once or from the lowest key up, whatever the temperature, a frame has the same nats; nothing is heard."""
    model, rng = FrameModel(load_checkpoint(folder)), np.random.default_rng(3)
    state = model.start(4, first_position=-3)
    for temperature in (1.0, 0.7, 1.5, 1.0, 1.0, 1.2):
        frame = model.draw(state, rng, temperature)
        drawn, heard = state.nats, state.past.length

        assert model.nats_of(state, frame) == pytest.approx(drawn, rel=1e-4)
        assert state.past.length == heard
        model.hear(state, frame)


def test_frames_have_the_likelihood_that_the_trained_network_gives_them(folder: Path) -> None:
    """Frame by frame through LiteRT, music has the nats that Keras finds for the whole, also where the clock jumps."""
    model = FrameModel(load_checkpoint(folder))
    clock = np.array([*range(-5, 12), *range(13)], np.int32)
    piece = RollPiece(random_frames(30, model.config.planes), tonic=7, clock=clock)
    state, nats = model.start(piece.tonic), []
    for frame, place in zip(piece.frames, clock.tolist(), strict=True):
        state.clock = place
        nats.append(model.nats_of(state, frame))
        model.hear(state, frame)

    assert nats == pytest.approx(frame_nats(load_roll_network(folder, 1), [piece], 1, 30)[0], rel=2e-3)


def test_keys_are_decided_from_the_lowest_up(folder: Path) -> None:
    """Guessing many at once decides what going from key to key would: each given those below it alone."""
    model = FrameModel(load_checkpoint(folder))
    state = model.start(2)
    for frame in random_frames(6, model.config.planes):
        model.hear(state, frame)
    before = frame[:, 0] > 0
    expected = np.zeros_like(frame)
    for key in range(len(frame)):
        logits = [model.logits_of(state, expected)[key, plane] > -0.5 for plane in range(model.config.planes)]
        expected[key] = [logits[0], *(logits[0] and (not before[key] or again) for again in logits[1:])]

    assert expected.any()
    assert np.array_equal(model.decide(state, -0.5), expected)


def test_without_floors_the_distribution_is_exact(folder: Path) -> None:
    """What is below the floors is drawn only without them: with high floors nothing sounds at all."""
    checkpoint = load_checkpoint(folder)
    silent, exact = FrameModel(checkpoint, (50.0, 50.0)), FrameModel(checkpoint, NO_FLOORS)
    frames = [model.draw(model.start(0), np.random.default_rng(1)) for model in (silent, exact)]
    assert frames[0].sum() == 0
    assert frames[1].sum() > 0
