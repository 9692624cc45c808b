"""What an experiment is: a TOML file that says how it differs from the base."""

from __future__ import annotations

import tomllib
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from composer.errors import BadInputError
from composer.learning.training import CONFIGS, TrainingConfig
from composer.networks.note_lstm import NoteLSTMConfig

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = Path(__file__).parent / "configs"
BASE = "base"


@dataclass(frozen=True)
class Variant:
    """How a network differs from the released form.

    Attributes:
        cell: name of a recurrent cell in ``cells.CELLS``.
        attention: outputs that the network looks back at; 0 for none.
        relations: parts of the relative pitch head that it has, of ``variants.RELATIONS``.
        offers: whether what a match or a bar ago offers is added to the logits through gates.
        pitch_first: whether the pitch is decided before the gap.
    """

    cell: str = "lstm"
    attention: int = 0
    relations: tuple[str, ...] = ("last", "bass", "chroma", "sets", "offers")
    offers: bool = True
    pitch_first: bool = False


@dataclass(frozen=True)
class Experiment:
    """One training and its measurement.

    Attributes:
        name: of its file.
        title: what is different, for the table.
        group: heading in the table.
        notes: how many are learnt from (fixed, so that the result does not depend on how busy the machine is).
        training: how.
        variant: of the network.
        withheld: parts of names of inputs that are never told (``chroma`` and ``held`` are the 24 and 88 wide ones).
        flat_masked: whether tempo and velocity are learnt from played music alone, as scores have none of their own.
        only_sources: what is learnt from; everything where empty.
        label_smoothing: of all losses.
        told: inputs that are told in the measurement beside those that always are.
        of: experiment whose network is measured in another way; nothing is trained then.
        motif_cache: whether the measurement mixes in a cache of the piece's own motifs.
    """

    name: str
    title: str
    group: str
    notes: int
    training: TrainingConfig
    variant: Variant = field(default_factory=Variant)
    withheld: tuple[str, ...] = ()
    flat_masked: bool = False
    only_sources: tuple[str, ...] = ()
    label_smoothing: float = 0.0
    told: tuple[str, ...] = ()
    of: str = ""
    motif_cache: bool = False

    def with_seed(self, seed: int) -> Experiment:
        """The same with other random numbers."""
        return replace(self, training=replace(self.training, random_seed=seed))

    def card(self) -> dict[str, Any]:
        """Everything that shapes the result, as JSON-able values."""
        content = asdict(replace(self, training=replace(self.training, source_weights={})))
        content["training"]["source_weights"] = dict(self.training.source_weights)
        return content


def experiment_names() -> list[str]:
    """All of them; the base first."""
    names = sorted(path.stem for path in FOLDER.glob("*.toml"))
    return sorted(names, key=lambda name: name != BASE)


def read_experiment(name: str, folder: Path = FOLDER) -> Experiment:
    """An experiment by the name of its file: the base, changed where the file says so.

    Raises:
        BadInputError: there is no such file, or it says something that no experiment has.
    """
    content = _read(folder / f"{BASE}.toml")
    if name != BASE:
        content = _merged(content, _read(folder / f"{name}.toml"))
    try:
        network = NoteLSTMConfig(**content.pop("network", {}))
        training = replace(CONFIGS[BASE], network=network, **content.pop("training", {}))
        variant = Variant(**_tuples(content.pop("variant", {})))
        experiment = Experiment(name=name, training=training, variant=variant, **_tuples(content))
    except TypeError as error:
        message = f"{folder / name}.toml: {error}"
        raise BadInputError(message) from error
    return _scheduled(experiment)


def _scheduled(experiment: Experiment) -> Experiment:
    """With as many batches per epoch as the notes make."""
    training = experiment.training
    batches = experiment.notes / (training.streams * training.window * training.epochs)
    return replace(experiment, training=replace(training, batches_per_epoch=max(round(batches), 1)))


def _read(path: Path) -> dict[str, Any]:
    if not path.exists():
        message = f"There is no experiment {path.stem!r}; there are {', '.join(experiment_names())}."
        raise BadInputError(message)
    return tomllib.loads(path.read_text(encoding="utf-8"))


def _merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Tables are changed key by key, everything else is replaced; source weights are replaced as a whole."""
    merged = dict(base)
    for key, value in changes.items():
        inner = isinstance(value, dict) and key != "source_weights"
        merged[key] = _merged(merged.get(key, {}), value) if inner else value
    return merged


def _tuples(content: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in content.items()}
