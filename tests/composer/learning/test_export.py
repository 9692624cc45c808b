"""Exporting again what was trained before."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import pytest

from composer.checkpoints import NETWORK, WEIGHTS, load_checkpoint, write_card, write_weights
from composer.generation.decoder import Decoder

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("keras", reason="needs Keras and TensorFlow")


@pytest.mark.slow
def test_a_checkpoint_is_exported_again_from_its_weights(tmp_path: Path) -> None:
    """Whatever file lay there, afterwards the network composes; card and id follow, the rest of the card stays."""
    from composer.learning.export import export_again
    from composer.networks.note_lstm import NoteLSTM, NoteLSTMConfig

    config = NoteLSTMConfig(layers=1, width=16, head_width=16)
    network = NoteLSTM(config, batch_size=1)
    network.build()
    write_weights(tmp_path / WEIGHTS, network.weight_arrays())
    (tmp_path / NETWORK).write_bytes(b"of an older version")
    before = write_card(tmp_path, {"network": asdict(config), "licence": "free"})
    renamed = export_again(tmp_path)
    after = load_checkpoint(tmp_path)

    assert renamed == after.id != before.id
    assert after.card["licence"] == "free"
    assert Decoder(after.network)
