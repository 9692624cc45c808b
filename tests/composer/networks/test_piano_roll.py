"""The roll network: what its likelihood depends on, and that its compiled form is the same network."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from composer.checkpoints import load_checkpoint
from composer.learning.roll_batches import RollPiece, batches, whole_streams
from composer.learning.roll_checkpoint import load_roll_network, write_roll_checkpoint
from composer.learning.roll_training import cell_nats, frame_nats
from composer.rolls.frame_model import FrameModel
from tests.roll_networks import SOUNDING_ONLY, TINY, network_of, random_frames

if TYPE_CHECKING:
    from pathlib import Path

    from composer.networks.piano_roll import PianoRollNetwork
    from composer.networks.roll_config import PianoRollConfig


def logits_of(network: PianoRollNetwork, frames: np.ndarray) -> np.ndarray:
    """Logits ``(time, keys, planes)`` of one piece in one window."""
    (inputs, _, _), _ = next(batches(whole_streams([RollPiece(frames)], 1, len(frames)), len(frames)))
    logits: np.ndarray = np.asarray(network.predict_on_batch(inputs))[0]
    return logits


@pytest.mark.parametrize("config", [SOUNDING_ONLY, TINY])
def test_a_key_depends_on_the_keys_below_it_and_not_on_others(config: PianoRollConfig) -> None:
    """Changing a key of a frame changes the logits of keys above it in that frame, of none below, and not its own."""
    network = network_of(config)
    frames = random_frames(6, config.planes)
    changed = frames.copy()
    changed[4, 40] ^= 1
    before, after = logits_of(network, frames), logits_of(network, changed)
    assert (before[:4] == after[:4]).all()
    assert before[4, :41] == pytest.approx(after[4, :41], abs=1e-6)
    assert np.abs(before[4, 41:] - after[4, 41:]).max() > 1e-3
    assert np.abs(before[5] - after[5]).max() > 1e-3


def test_the_likelihood_of_a_frame_is_a_distribution() -> None:
    """Over all 16 patterns of a roll of four keys, with all onsets in question, probabilities sum to one."""
    config = replace(TINY, keys=4, reach=2, reach_below=3)
    network = network_of(config)
    begun = random_frames(3, 2, seed=3, share=0.5)[:, :4]
    total = 0.0
    for code in range(3**4):
        states = [code // 3**key % 3 for key in range(4)]
        frame = np.array([[[0, 0], [1, 0], [1, 1]][state] for state in states], np.uint8)
        if ((frame[:, 0] == 1) & (frame[:, 1] == 0) & (begun[-1, :, 0] == 0)).any():
            continue  # what did not sound cannot go on without being struck
        piece = RollPiece(np.concatenate([begun, frame[None]]))
        total += float(np.exp(-frame_nats(network, [piece], 1, 4)[0][-1]))
    assert total == pytest.approx(1, abs=1e-4)


def test_nats_do_not_depend_on_how_pieces_are_cut_into_windows() -> None:
    """Scored frame by frame in windows of 5 or of 64, alone or beside others, a piece has the same likelihood."""
    pieces = [RollPiece(random_frames(time, 1, seed)) for seed, time in enumerate((23, 40, 7))]
    one = frame_nats(network_of(SOUNDING_ONLY, 2), pieces, 2, 5)
    other = frame_nats(network_of(SOUNDING_ONLY, 1), pieces, 1, 64)
    assert [len(nats) for nats in one] == [23, 40, 7]
    for mine, theirs in zip(one, other, strict=True):
        assert mine == pytest.approx(theirs, abs=1e-3)


def test_transposing_music_and_tonic_by_an_octave_moves_its_logits() -> None:
    """But for the register, weights are shared by all keys: music an octave higher has the same logits there."""
    network = network_of(SOUNDING_ONLY)
    arrays = network.weight_arrays()
    network.set_weight_arrays(
        {name: array * (0 if "register" in name or "whole" in name else 1) for name, array in arrays.items()}
    )
    frames = np.zeros((8, 88, 1), np.uint8)
    frames[:, 30:50] = random_frames(8, 1, share=0.3)[:, 30:50]
    higher = np.roll(frames, 12, axis=1)
    before, after = logits_of(network, frames), logits_of(network, higher)
    assert after[:, 42:62] == pytest.approx(before[:, 30:50], abs=1e-4)


def test_onsets_count_only_where_they_are_in_question() -> None:
    """Of a key that was silent before, the onset is certain: its logit has no say in the likelihood."""
    targets = np.zeros((1, 1, 3, 3), np.float32)
    targets[0, 0, 0] = (1, 1, 0)  # struck from silence
    targets[0, 0, 1] = (1, 1, 1)  # struck again
    logits = np.zeros((1, 1, 3, 2), np.float32)
    nats = float(np.asarray(cell_nats(targets, logits))[0, 0])
    assert nats == pytest.approx(4 * np.log(2))


@pytest.fixture(scope="module", params=["sounding", "onsets"])
def trained(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[PianoRollNetwork, Path]:
    """A network and its checkpoint's folder."""
    network = network_of(SOUNDING_ONLY if request.param == "sounding" else TINY)
    folder = tmp_path_factory.mktemp("roll")
    write_roll_checkpoint(folder, network, {"trained": "now"})
    return network, folder


def test_a_checkpoint_holds_the_network(trained: tuple[PianoRollNetwork, Path]) -> None:
    """What was written and loaded again scores music as the network did, to the precision of its stored weights."""
    network, folder = trained
    piece = RollPiece(random_frames(12, network.config.planes))
    loaded = load_roll_network(folder, 1)
    assert loaded.config == network.config
    mine, theirs = (frame_nats(each, [piece], 1, 12)[0] for each in (network, loaded))
    assert mine == pytest.approx(theirs, rel=0.02)
    assert load_checkpoint(folder).engine == "roll"


def test_the_compiled_network_draws_from_the_distribution_of_the_trained_one(
    trained: tuple[PianoRollNetwork, Path],
) -> None:
    """The nats that it states of the frames that it drew are those that the network gives them, int8 aside."""
    network, folder = trained
    model = FrameModel(load_checkpoint(folder))
    state, rng = model.start(0), np.random.default_rng(1)
    frames, nats = [], []
    for _ in range(20):
        frame = model.draw(state, rng)
        nats.append(state.nats)
        frames.append(frame)
        model.hear(state, frame)
    scored = frame_nats(network, [RollPiece(np.stack(frames))], 1, 20)[0]
    assert sum(nats) == pytest.approx(scored.sum(), rel=0.03)


def test_a_frame_decided_by_threshold_needs_no_chance(trained: tuple[PianoRollNetwork, Path]) -> None:
    """The same frames have the same successor; a lower threshold lets no fewer keys sound in the first frame's bass."""
    model = FrameModel(load_checkpoint(trained[1]))
    state = model.start(0)
    assert (model.decide(state) == model.decide(state)).all()
    assert model.decide(state, 50.0).sum() == 0
    assert model.decide(state, -50.0)[..., 0].all()
