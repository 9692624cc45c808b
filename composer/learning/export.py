"""Turn a trained network's plain weights into one LiteRT file: a recurrent step and its heads.

For a NoteLSTM those are one head per factor, for a PianoRollNetwork the one that decides the keys. The weights are
8-bit integers (dynamic-range quantisation); ``precision="float32"`` keeps them exact, for comparison.
``python -m composer.learning.export ENGINE WEIGHTS CONFIG OUTPUT int8|float32`` runs in a process of its own, because
the conversion needs Keras' TensorFlow backend whatever backend trained.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from composer.checkpoints import NOTES, ROLL

if TYPE_CHECKING:
    import tensorflow as tf

    from composer.networks.note_lstm import NoteLSTM, NoteLSTMConfig
    from composer.networks.piano_roll import PianoRollNetwork
    from composer.networks.roll_config import PianoRollConfig


def export_in_child(
    weights: Path, config: NoteLSTMConfig | PianoRollConfig, output: Path, precision: str = "int8"
) -> None:
    """Write ``output`` (a ``.tflite`` file) from ``weights`` (an ``.npz`` file) in a fresh process."""
    engine = ROLL if hasattr(config, "keys") else NOTES
    command = [
        sys.executable,
        "-m",
        "composer.learning.export",
        engine,
        str(weights),
        json.dumps(asdict(config)),
        str(output),
        precision,
    ]
    environment = os.environ | {
        "KERAS_BACKEND": "tensorflow",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "CUDA_VISIBLE_DEVICES": "-1",
    }
    subprocess.run(command, check=True, env=environment, timeout=600)  # noqa: S603 - our own interpreter and module


def note_functions(network: NoteLSTM) -> dict[str, tf.types.experimental.ConcreteFunction]:
    """The concrete functions ``step`` and one per factor, over any batch size."""
    import tensorflow as tf

    from composer.encoding.inputs import HEAD_INPUTS, KEYS, KNOWN_WIDTHS, STEP_WIDTH
    from composer.encoding.vocabulary import FACTORS

    width, layers = network.config.width, network.config.layers

    def spec(*shape: int, dtype: tf.DType = tf.float32) -> tf.TensorSpec:
        return tf.TensorSpec([None, *shape], dtype)

    def step(step: tf.Tensor, states: tf.Tensor) -> dict[str, tf.Tensor]:
        memory, new = network.step(step, tf.split(states, 2 * layers, axis=-1))
        return {"memory": memory, "new_states": tf.concat(new, axis=-1)}

    functions = {
        "step": tf.function(step).get_concrete_function(spec(STEP_WIDTH), spec(2 * layers * width)),
    }
    for factor in FACTORS:
        specs = {
            "note": spec(KNOWN_WIDTHS[factor]),
            "step": spec(STEP_WIDTH),
            "sets": spec(2, KEYS),
            "anchors": spec(3, dtype=tf.int32),
        }
        inputs = {"memory": spec(width)} | {name: specs[name] for name in HEAD_INPUTS[factor]}
        head = network.heads[factor]

        def logits(head: Any = head, **inputs: tf.Tensor) -> dict[str, tf.Tensor]:
            return {"logits": head(inputs.pop("memory"), inputs)}

        functions[factor] = tf.function(logits).get_concrete_function(**inputs)
    return functions


def roll_functions(network: PianoRollNetwork) -> dict[str, tf.types.experimental.ConcreteFunction]:
    """The concrete functions ``frame`` and ``keys`` of one stream."""
    import tensorflow as tf

    from composer.networks.roll_config import state_width
    from composer.rolls.past import OWN, plane_count

    config = network.config
    past = tf.TensorSpec([config.keys, plane_count(config.planes)], tf.float32)
    own = tf.TensorSpec([config.keys, OWN], tf.float32)
    number, states = tf.TensorSpec([1], tf.int32), tf.TensorSpec([state_width(config)], tf.float32)
    known = tf.TensorSpec([config.keys, config.head_width], tf.float32)
    frame = tf.TensorSpec([config.keys, config.planes], tf.float32)

    def advance(past: tf.Tensor, own: tf.Tensor, clock: tf.Tensor, tonic: tf.Tensor, states: tf.Tensor) -> Any:
        known, new = network.step({"past": past, "own": own, "clock": clock, "tonic": tonic}, states)
        return {"known": known, "new_states": new}

    def decide(known: tf.Tensor, frame: tf.Tensor, past: tf.Tensor) -> Any:
        return {"logits": network.head(known[None, None], frame[None, None], past[None, None])[0, 0]}

    return {
        "frame": tf.function(advance).get_concrete_function(past, own, number, number, states),
        "keys": tf.function(decide).get_concrete_function(known, frame, past),
    }


def convert(network: Any, functions: dict[str, tf.types.experimental.ConcreteFunction], precision: str) -> bytes:
    """The LiteRT file of a network."""
    import tempfile

    import tensorflow as tf

    module = tf.Module()
    module.network = network
    module.weights = [variable.value for variable in network.variables]
    with tempfile.TemporaryDirectory() as folder:
        tf.saved_model.save(module, folder, signatures=functions)
        converter = tf.lite.TFLiteConverter.from_saved_model(folder, signature_keys=list(functions))
        if precision == "int8":
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
        return bytes(converter.convert())


def main() -> None:
    """Convert one network; the arguments are described at the top of this module."""
    from composer.checkpoints import read_weights
    from composer.networks.note_lstm import NoteLSTM, NoteLSTMConfig
    from composer.networks.piano_roll import PianoRollNetwork
    from composer.networks.roll_config import roll_config

    engine, weights, config, output, precision = sys.argv[1:6]
    content = json.loads(config)
    network: Any
    if engine == ROLL:
        network, functions_of = PianoRollNetwork(roll_config(content), batch_size=1), roll_functions
    else:
        network, functions_of = NoteLSTM(NoteLSTMConfig(**content), batch_size=1), note_functions
    network.build()
    network.set_weight_arrays(read_weights(Path(weights)))
    Path(output).write_bytes(convert(network, functions_of(network), precision))


if __name__ == "__main__":
    main()
