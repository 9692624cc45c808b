"""Turn a trained network's plain weights into one LiteRT file: a recurrent step and its heads.

For a NoteLSTM the heads are gap, pitch and what is drawn together after them, for a PianoRollNetwork the one that
decides the keys. The weights are 8-bit integers (dynamic-range quantisation); ``precision="float32"`` keeps them
exact, for comparison. ``python -m composer.learning.export FOLDER`` exports a checkpoint again, after an update.
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

from composer.checkpoints import MADE_ANEW, NETWORK, NOTES, ROLL, WEIGHTS, verified_checkpoint, write_card

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
    """The concrete functions ``step``, ``gap``, ``pitch`` and ``touch``, over any batch size."""
    import tensorflow as tf

    from composer.encoding.inputs import HEAD_INPUTS, KEYS, KNOWN_WIDTHS, NOTE_WIDTH, STEP_WIDTH, TOUCH, TOUCH_WIDTH

    width, layers = network.config.width, network.config.layers

    def spec(*shape: int, dtype: tf.DType = tf.float32) -> tf.TensorSpec:
        return tf.TensorSpec([None, *shape], dtype)

    def step(step: tf.Tensor, states: tf.Tensor) -> dict[str, tf.Tensor]:
        memory, new = network.step(step, tf.split(states, 2 * layers, axis=-1))
        return {"memory": memory, "new_states": tf.concat(new, axis=-1)}

    functions = {
        "step": tf.function(step).get_concrete_function(spec(STEP_WIDTH), spec(2 * layers * width)),
        "touch": tf.function(lambda **inputs: _touch(network, **inputs)).get_concrete_function(
            memory=spec(width),
            note=spec(NOTE_WIDTH),
            given=spec(len(TOUCH), dtype=tf.int32),
            uniforms=spec(len(TOUCH)),
            bias=spec(TOUCH_WIDTH),
            heat=tf.TensorSpec([len(TOUCH), 2], tf.float32),
        ),
    }
    for factor in ("gap", "pitch"):
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


def _touch(
    network: NoteLSTM,
    *,
    memory: tf.Tensor,
    note: tf.Tensor,
    given: tf.Tensor,
    uniforms: tf.Tensor,
    bias: tf.Tensor,
    heat: tf.Tensor,
) -> dict[str, tf.Tensor]:
    """Ids and logits of the factors ``TOUCH``, drawn one after another; those that are ``given`` (0 or more) are not.

    One call of the compiled network instead of four: calls, not sums, take the time. ``note`` lacks what is drawn.
    """
    import tensorflow as tf

    from composer.encoding.fields import NOTE_FIELDS
    from composer.encoding.inputs import NOTE_WIDTH, TOUCH, TOUCH_SLICES, field_slice

    ids, logits = [], []
    for index, factor in enumerate(TOUCH):
        of_factor = network.heads[factor](memory, {"note": note})
        drawn = _drawn(of_factor + bias[:, TOUCH_SLICES[factor]], uniforms[:, index : index + 1], heat[index])
        is_given = given[:, index] >= 0
        ids.append(tf.where(is_given, given[:, index], drawn))
        logits.append(of_factor)
        if factor in NOTE_FIELDS:
            place = field_slice(NOTE_FIELDS, factor, factor)
            switches = tf.one_hot(tf.where(is_given, -1, drawn), place.stop - place.start)
            note += tf.pad(switches, [[0, 0], [place.start, NOTE_WIDTH - place.stop]])
    return {"ids": tf.stack(ids, axis=1), "logits": tf.concat(logits, axis=1)}


def _drawn(logits: tf.Tensor, uniforms: tf.Tensor, heat: tf.Tensor) -> tf.Tensor:
    """As ``composer.generation.sampling.sample`` draws, at temperature and min-p ``heat``."""
    import tensorflow as tf

    weights = tf.exp((logits - tf.reduce_max(logits, axis=-1, keepdims=True)) / heat[0])
    cumulated = tf.cumsum(tf.where(weights < heat[1], 0.0, weights), axis=-1)
    return tf.reduce_sum(tf.cast(cumulated <= uniforms * cumulated[:, -1:], tf.int32), axis=-1)


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


def export_again(folder: Path) -> str:
    """Export the network of a checkpoint again from its weights, and return its new id."""
    checkpoint = verified_checkpoint(folder)
    config: NoteLSTMConfig | PianoRollConfig
    if checkpoint.engine == ROLL:
        from composer.networks.roll_config import roll_config

        config = roll_config(checkpoint.card["network"])
    else:
        from composer.networks.note_lstm import NoteLSTMConfig

        config = NoteLSTMConfig(**checkpoint.card["network"])
    export_in_child(folder / WEIGHTS, config, folder / NETWORK)
    card = {name: value for name, value in checkpoint.card.items() if name not in MADE_ANEW}
    return write_card(folder, card).id


def main() -> None:
    """Convert one network; the arguments are described at the top of this module."""
    if len(sys.argv) == 2:
        sys.stdout.write(f"{export_again(Path(sys.argv[1]))}\n")
        return
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
