"""Configuration files of experiments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from composer.errors import BadInputError

if TYPE_CHECKING:
    from pathlib import Path

pytest.importorskip("keras", reason="needs Keras and TensorFlow")

BASE = """
title = "base"
group = "Base"
notes = 8192
[network]
width = 64
dropout = 0.5
[training]
streams = 4
window = 32
epochs = 2
source_weights = { "piano-midi.de" = 2.0 }
"""


def _write(folder: Path, name: str, text: str) -> None:
    (folder / f"{name}.toml").write_text(text, encoding="utf-8")


def test_every_file_is_an_experiment() -> None:
    """All configurations can be read, and each belongs to a group of the table."""
    from benchmarks.experiments.experiment import BASE as FIRST
    from benchmarks.experiments.experiment import experiment_names, read_experiment
    from benchmarks.experiments.table import GROUPS

    names = experiment_names()
    experiments = [read_experiment(name) for name in names]

    assert names[0] == FIRST
    assert {experiment.group for experiment in experiments} <= set(GROUPS)
    assert len({experiment.title for experiment in experiments}) == len(names)
    assert {experiment.of for experiment in experiments} <= {"", *names}


def test_a_file_says_only_what_differs(tmp_path: Path) -> None:
    """Everything else is the base's; weights of sources are replaced as a whole."""
    from benchmarks.experiments.experiment import read_experiment

    _write(tmp_path, "base", BASE)
    _write(tmp_path, "other", 'title = "x"\n[network]\nwidth = 32\n[training]\nsource_weights = { mutopia = 3.0 }\n')
    experiment = read_experiment("other", tmp_path)

    assert (experiment.title, experiment.group, experiment.notes) == ("x", "Base", 8192)
    assert (experiment.training.network.width, experiment.training.network.dropout) == (32, 0.5)
    assert experiment.training.source_weights == {"mutopia": 3.0}


def test_the_notes_decide_how_long_is_trained(tmp_path: Path) -> None:
    """Notes are shared out over epochs and batches."""
    from benchmarks.experiments.experiment import read_experiment

    _write(tmp_path, "base", BASE)

    assert read_experiment("base", tmp_path).training.batches_per_epoch == 8192 / (4 * 32 * 2)


@pytest.mark.parametrize("text", ["colour = 3\n", "[variant]\ncolour = 3\n", "[network]\ncolour = 3\n"])
def test_what_no_experiment_has_is_refused(tmp_path: Path, text: str) -> None:
    """A misspelt option is an error, not a base under another name."""
    from benchmarks.experiments.experiment import read_experiment

    _write(tmp_path, "base", BASE)
    _write(tmp_path, "other", text)

    with pytest.raises(BadInputError, match="colour"):
        read_experiment("other", tmp_path)


def test_an_unknown_name_is_refused() -> None:
    """The sentence names what there is."""
    from benchmarks.experiments.experiment import read_experiment

    with pytest.raises(BadInputError, match="base"):
        read_experiment("nothing_of_that_name")
