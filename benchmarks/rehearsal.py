"""What fine-tuning forgets, rehearsing with a corpus and with pieces of its own.

``python -m benchmarks.rehearsal --corpus DIR --rated DIR`` tunes the network on rated pieces (for example the folder
``set`` of a run of ``benchmarks.retraining``) with either rehearsal, and prints by how many per cent unseen music of
the corpus has become more surprising, and by how many nats a note liked pieces that were kept back have gained on the
others. A network that forgets more than fine-tuning allows is not kept, and counts as no change.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from composer.checkpoints import load_checkpoint
from composer.tuning.measuring import Effort, base_pieces
from composer.tuning.rated_set import read_rated_set
from composer.tuning.rehearsal import corpus_rehearsal, own_rehearsal

if TYPE_CHECKING:
    from composer.tuning.rehearsal import Rehearsal


def _measure(given: argparse.Namespace) -> dict[str, Any]:
    from composer.tuning.head_training import TuningConfig
    from composer.tuning.network import tune_network

    base, rated = load_checkpoint(), read_rated_set(given.rated)
    corpus = corpus_rehearsal(given.corpus, 1)
    own = own_rehearsal(base_pieces(base, Effort(), given.cache))
    usual = TuningConfig(most_epochs=given.passes)
    # Both are measured on the music of the corpus that neither has practised.
    ways: dict[str, Rehearsal] = {"corpus": corpus, "own pieces": replace(own, held_out=corpus.held_out)}
    figures = {}
    for name, rehearsal in ways.items():
        with tempfile.TemporaryDirectory() as folder:
            outcome = tune_network(
                base,
                rated,
                rehearsal,
                Path(folder, "weights.npz"),
                random_seed=1,
                on_progress=lambda _: None,
                config=usual,
            )
        gained = float(outcome.liked.mean() - outcome.disliked.mean())
        figures[name] = {"lost_per_cent": round(100 * outcome.lost, 3), "liked_gained_nats": round(gained, 4)}
    return figures


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rehearsal", description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True, metavar="DIR")
    parser.add_argument("--rated", type=Path, required=True, metavar="DIR", help="folder of rated pieces")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="for what the base composes")
    parser.add_argument("--passes", type=int, default=1, help="over the liked pieces (1)")
    print(json.dumps(_measure(parser.parse_args()), indent=2))


if __name__ == "__main__":
    main()
