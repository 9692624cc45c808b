"""One note of several candidates: the network steps, and its factors are drawn one after another, for all at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from composer.encoding.features import pack_keys
from composer.encoding.fields import ABSENT, STEP_FIELDS
from composer.encoding.inputs import KEYS, TOUCH, TOUCH_SLICES, TOUCH_WIDTH, note_input, step_input, unpack_keys
from composer.encoding.vocabulary import FACTORS
from composer.generation.decoder import Drawing
from composer.generation.sampling import heat, log_probability, sample
from composer.generation.steering import NO_ZERO_DURATION, tempo_bias, velocity_bias

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from composer.encoding.context import Known
    from composer.generation.candidates import Candidate
    from composer.generation.decoder import Decoder
    from composer.generation.steering import Constraints

    Floats = NDArray[np.float32]

STYLE_GUIDANCE = 3.5
"""How far a continuation goes in the direction in which the network is moved by being told a style; 1 is as told."""
STYLE_COLUMNS = [list(STEP_FIELDS).index(name) for name in ("composer", "era")]


class Draw:
    """Draws the factors of one note for all candidates, one after another."""

    def __init__(
        self, decoder: Decoder, active: Sequence[Candidate], constraints: Constraints, rng: np.random.Generator
    ) -> None:
        self._decoder, self._active, self._constraints = decoder, active, constraints
        self._uniforms = rng.random((len(FACTORS), len(active)), np.float32)
        self._step, self._memory = step(decoder, active, constraints.end_seconds)

    def gaps(self, bias: Floats) -> list[int]:
        """The gap for each candidate; ``bias`` is added to the logits."""
        logits = self._decoder.logits("gap", self._memory, step=self._step)
        choices = self._sample("gap", self._guided(logits) + bias)
        self._note_style(logits, choices)
        gaps: list[int] = choices.tolist()
        return gaps

    def pitches(self, bias: Floats, known: Sequence[Known]) -> list[int]:
        """The pitch for each candidate, which remembers how unlikely it was."""
        contexts = [candidate.context for candidate in self._active]
        sets = _key_sets([keys for item in known for keys in (item.bar_ago, item.beat_ago)])
        anchors = [(c.last_pitch, item.bass, item.floor) for c, item in zip(contexts, known, strict=True)]
        inputs = {"sets": sets.reshape(-1, 2, KEYS), "anchors": np.array(anchors, np.int32)}
        inputs["note"] = note_input(np.array([item.ids for item in known]))
        rows = np.arange(len(self._memory)) % len(known)
        inputs = {name: values[rows] for name, values in inputs.items()}
        logits = self._decoder.logits("pitch", self._memory, step=self._step, **inputs)
        choices = self._sample("pitch", self._guided(logits) + bias)
        self._note_style(logits, choices)
        likely = log_probability(logits[: len(known)], choices).tolist()
        for candidate, nats in zip(self._active, likely, strict=True):
            candidate.pitch_nats -= nats
        pitches: list[int] = choices.tolist()
        return pitches

    def touches(self, known: Sequence[Known], given: Sequence[Sequence[int]]) -> list[list[int]]:
        """Duration, velocity, tempo and pedal for each candidate; drawn where ``given`` says ABSENT.

        Completes what is ``known``.
        """
        for candidate, item, (duration, velocity, tempo, _) in zip(self._active, known, given, strict=True):
            candidate.context.after_duration(item, duration)
            candidate.context.after_velocity(item, velocity)
            candidate.context.after_tempo(item, tempo)
        note = note_input(np.array([item.ids for item in known]))
        bias = np.zeros((len(known), TOUCH_WIDTH), np.float32)
        bias[:, TOUCH_SLICES["duration"]] = NO_ZERO_DURATION
        bias[:, TOUCH_SLICES["velocity"]] = velocity_bias(self._constraints)
        bias[:, TOUCH_SLICES["tempo"]] = tempo_bias(self._active, self._constraints)
        heats = np.array([heat(factor, self._constraints.temperature) for factor in TOUCH], np.float32)
        drawing = Drawing(self._uniforms[2:].T, bias, heats)
        ids, _ = self._decoder.touch(self._memory[: len(known)], note, np.array(given, np.int32), drawing)
        touches: list[list[int]] = ids.tolist()
        return touches

    def _guided(self, logits: Floats) -> Floats:
        """Away from what the network would do untold, further than it goes when it is told (arXiv 2207.12598)."""
        if len(logits) == len(self._active):
            return logits
        told, untold = np.split(logits, 2)
        return untold + STYLE_GUIDANCE * (told - untold)

    def _note_style(self, logits: Floats, choices: NDArray[np.intp]) -> None:
        if len(logits) > len(self._active):
            told, untold = (log_probability(half, choices) for half in np.split(logits, 2))
            for candidate, nats in zip(self._active, (told - untold).tolist(), strict=True):
                candidate.style_nats += nats

    def _sample(self, factor: str, logits: Floats) -> NDArray[np.intp]:
        return sample(logits, self._uniforms[FACTORS.index(factor)], *heat(factor, self._constraints.temperature))


def step(decoder: Decoder, candidates: Sequence[Candidate], end_seconds: float) -> tuple[Floats, Floats]:
    """Advance all candidates; inputs and memory, of those who were not told the style below the others."""
    contexts = [candidate.context for candidate in candidates]
    ids = np.array([context.step_ids(end_seconds - context.seconds) for context in contexts])
    chroma = np.array([context.chroma() for context in contexts], np.float32)
    keys = _packed([context.held_keys() for context in contexts])
    states = [candidate.state for candidate in candidates]
    untold = [candidate.untold for candidate in candidates if candidate.untold is not None]
    if untold:
        without = ids.copy()
        without[:, STYLE_COLUMNS] = ABSENT
        ids, chroma, keys = np.concatenate([ids, without]), np.tile(chroma, (2, 1)), np.tile(keys, (2, 1))
    inputs = step_input(ids, chroma, keys)
    memory, new = decoder.step(inputs, np.concatenate([*states, *untold]))
    for index, candidate in enumerate(candidates):
        candidate.state = new[index : index + 1]
        if untold:
            candidate.untold = new[len(states) + index : len(states) + index + 1]
    return inputs, memory


def _key_sets(sets: Sequence[int]) -> Floats:
    return unpack_keys(_packed(sets)).astype(np.float32)


def _packed(key_sets: Sequence[int]) -> NDArray[np.uint8]:
    return np.frombuffer(b"".join(map(pack_keys, key_sets)), np.uint8).reshape(len(key_sets), -1)
