"""A trained network as compiled steps (LiteRT): arrays and state in, logits and state out; no TensorFlow."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from composer.encoding.inputs import HEAD_INPUTS, KNOWN_WIDTHS, TOUCH, TOUCH_SLICES, TOUCH_WIDTH
from composer.errors import CheckpointError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

SIGNATURES = {"step", "gap", "pitch", "touch"}
"""What a file can be asked to do."""


class Decoder:
    """The recurrent step and the factor heads of one network; not to be shared between threads.

    Args:
        path: of the LiteRT file.
        threads: used by each step. More than one does not pay for a single stream.

    Raises:
        CheckpointError: the file was exported by another version of this program.
    """

    def __init__(self, path: Path, threads: int = 1) -> None:
        self._interpreter = quiet_interpreter(path, threads)
        if set(self._interpreter.get_signature_list()) != SIGNATURES:
            message = (
                f"The network {path} was exported by another version of this program; "
                f"python -m composer.learning.export {path.parent} exports it again."
            )
            raise CheckpointError(message)
        self._runners: dict[str, Any] = {name: self._interpreter.get_signature_runner(name) for name in SIGNATURES}

    def step(self, inputs: Floats, states: Floats) -> tuple[Floats, Floats]:
        """Advance by one note: ``(batch, STEP_WIDTH)`` and states in, memory and new states out."""
        result = self._runners["step"](step=inputs, states=states)
        return result["memory"], result["new_states"]

    def logits(self, factor: str, memory: Floats, **inputs: NDArray[Any]) -> Floats:
        """Logits ``(batch, size)`` of a factor; which inputs a head takes is in ``HEAD_INPUTS``."""
        if factor in TOUCH:
            nothing = np.zeros((len(memory), len(TOUCH)), np.int32)
            return self.touch(memory, inputs["note"], nothing, Drawing.none(len(memory)))[1][:, TOUCH_SLICES[factor]]
        taken = {name: inputs[name] for name in HEAD_INPUTS[factor]}
        if "note" in taken:
            taken["note"] = taken["note"][:, : KNOWN_WIDTHS[factor]]
        result: Floats = self._runners[factor](memory=memory, **taken)["logits"]
        return result

    def touch(
        self, memory: Floats, note: Floats, given: NDArray[np.int32], drawing: Drawing
    ) -> tuple[NDArray[np.int32], Floats]:
        """Draw the factors ``TOUCH`` one after another: ids ``(batch, 4)``, and their logits side by side.

        Args:
            memory: after the step.
            note: what is known of the note, all but what is drawn here.
            given: ids that are not drawn, and whose fields ``note`` has; below 0 where they are.
            drawing: how the others are drawn.
        """
        result = self._runners["touch"](memory=memory, note=note, given=given, **drawing._asdict())
        return result["ids"], result["logits"]


class Drawing(NamedTuple):
    """How the factors ``TOUCH`` are drawn.

    Attributes:
        uniforms: ``(batch, 4)``, random numbers of 0 to below 1.
        bias: ``(batch, TOUCH_WIDTH)``, added to the logits.
        heat: ``(4, 2)``, temperature and min-p of each factor.
    """

    uniforms: Floats
    bias: Floats
    heat: Floats

    @classmethod
    def none(cls, batch: int) -> Drawing:
        """For when nothing is drawn."""
        sizes = (batch, len(TOUCH)), (batch, TOUCH_WIDTH), (len(TOUCH), 2)
        return cls(*(np.ones(size, np.float32) for size in sizes))


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
