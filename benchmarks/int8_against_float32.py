"""What the 8-bit weights cost: nats per note of the same network as int8 and as float32, as JSON.

Run ``python -m benchmarks.int8_against_float32 --corpus DIR [--checkpoint DIR]`` from the repository.
The conversion to float32 needs TensorFlow, as training does. Ends with status 1 where int8 is more than 0.5 % worse.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from composer.checkpoints import WEIGHTS, load_checkpoint
from composer.evaluation.likelihood import factor_nats
from composer.evaluation.tables import by_factor, nats_per_note
from composer.generation.decoder import Decoder
from composer.learning.corpus import list_corpus, read_pieces

if TYPE_CHECKING:
    from composer.checkpoints import Checkpoint
    from composer.learning.corpus import CorpusPiece

LARGEST_LOSS = 0.005
"""Share by which int8 may be worse."""


def measure(network: Path, state_width: int, pieces: list[CorpusPiece]) -> dict[str, Any]:
    """Size, time and likelihood of one LiteRT file."""
    began = time.process_time()
    nats = factor_nats(Decoder(network), state_width, [piece.features for piece in pieces])
    return {
        "megabytes": network.stat().st_size / 1e6,
        "scoring_cpu_seconds": time.process_time() - began,
        "nats_per_note": nats_per_note(nats),
        "factors": by_factor(nats),
    }


def as_float32(checkpoint: Checkpoint, output: Path) -> None:
    """Convert the checkpoint's plain weights without quantising them."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from composer.learning.export import export_in_child
    from composer.networks.note_lstm import NoteLSTMConfig

    export_in_child(checkpoint.folder / WEIGHTS, NoteLSTMConfig(**checkpoint.card["network"]), output, "float32")


def main() -> int:
    """Measure both and print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--split", default="validation")
    parser.add_argument("--checkpoint", type=Path)
    arguments = parser.parse_args()
    checkpoint = load_checkpoint(arguments.checkpoint)
    files = list_corpus(arguments.corpus, arguments.split)
    pieces = read_pieces(arguments.corpus, files, workers=os.cpu_count() or 1)
    with tempfile.TemporaryDirectory() as folder:
        exact = Path(folder) / "float32.tflite"
        as_float32(checkpoint, exact)
        results = {
            "int8": measure(checkpoint.network, checkpoint.state_width, pieces),
            "float32": measure(exact, checkpoint.state_width, pieces),
        }
    loss = results["int8"]["nats_per_note"] / results["float32"]["nats_per_note"] - 1
    print(
        json.dumps(
            {"checkpoint": checkpoint.id, "notes": sum(map(len, pieces)), **results, "int8_loss": loss}, indent=1
        )
    )
    return int(loss > LARGEST_LOSS)


if __name__ == "__main__":
    sys.exit(main())
