"""Roll networks to checkpoint folders and back."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from composer.checkpoints import NETWORK, ROLL, WEIGHTS, load_checkpoint, read_weights, write_card, write_weights
from composer.errors import CheckpointError
from composer.learning.export import export_in_child
from composer.networks.piano_roll import PianoRollNetwork
from composer.networks.roll_config import roll_config

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from composer.checkpoints import Checkpoint


def write_roll_checkpoint(folder: Path, network: PianoRollNetwork, card: Mapping[str, Any]) -> Checkpoint:
    """Write plain weights, their LiteRT form and the card; ``card`` says where they come from."""
    folder.mkdir(parents=True, exist_ok=True)
    write_weights(folder / WEIGHTS, network.weight_arrays())
    export_in_child(folder / WEIGHTS, network.config, folder / NETWORK)
    return write_card(folder, {"engine": ROLL, "network": asdict(network.config), **card})


def load_roll_network(folder: Path, streams: int) -> PianoRollNetwork:
    """The network of a checkpoint, for scoring so many streams side by side.

    Raises:
        CheckpointError: there is no usable one, or it is of the other engine.
    """
    checkpoint = load_checkpoint(folder)
    if checkpoint.engine != ROLL:
        message = f"The checkpoint {checkpoint.id} writes notes, not rolls; name one that --engine roll trained."
        raise CheckpointError(message)
    network = PianoRollNetwork(roll_config(checkpoint.card["network"]), streams)
    network.build()
    network.set_weight_arrays(read_weights(checkpoint.folder / WEIGHTS))
    return network
