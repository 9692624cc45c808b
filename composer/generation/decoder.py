"""A trained network as compiled steps (LiteRT): arrays and state in, logits and state out; no TensorFlow."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from composer.encoding.inputs import HEAD_INPUTS, KNOWN_WIDTHS
from composer.encoding.vocabulary import FACTORS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]


class Decoder:
    """The recurrent step and the factor heads of one network; not to be shared between threads.

    Args:
        path: of the LiteRT file.
        threads: used by each step. More than one does not pay for a single stream.
    """

    def __init__(self, path: Path, threads: int = 1) -> None:
        self._interpreter = quiet_interpreter(path, threads)
        self._runners: dict[str, Any] = {
            name: self._interpreter.get_signature_runner(name) for name in ("step", *FACTORS)
        }

    def step(self, inputs: Floats, states: Floats) -> tuple[Floats, Floats]:
        """Advance by one note: ``(batch, STEP_WIDTH)`` and states in, memory and new states out."""
        result = self._runners["step"](step=inputs, states=states)
        return result["memory"], result["new_states"]

    def logits(self, factor: str, memory: Floats, **inputs: NDArray[Any]) -> Floats:
        """Logits ``(batch, size)`` of a factor; which inputs a head takes is in ``HEAD_INPUTS``."""
        taken = {name: inputs[name] for name in HEAD_INPUTS[factor]}
        if "note" in taken:
            taken["note"] = taken["note"][:, : KNOWN_WIDTHS[factor]]
        result: Floats = self._runners[factor](memory=memory, **taken)["logits"]
        return result


def quiet_interpreter(path: Path, threads: int = 1) -> Any:
    """LiteRT's interpreter of a file, ready to run."""
    from ai_edge_litert.interpreter import Interpreter

    with _native_stderr_closed():
        interpreter = Interpreter(model_path=str(path), num_threads=threads)
        interpreter.allocate_tensors()
    return interpreter


@contextmanager
def _native_stderr_closed() -> Iterator[None]:
    """Keep LiteRT's C++ remark about its delegate, which no setting silences, out of the user's terminal."""
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
