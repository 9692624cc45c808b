"""``benchmark frames``: training, resuming, scoring with a trained network, and what is refused."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from composer.checkpoints import load_checkpoint
from composer.commands.cli import main
from tests.frame_files import random_sequences, write_frame_file

if TYPE_CHECKING:
    from composer.checkpoints import Checkpoint

REPOSITORY = Path(__file__).parents[3]


@pytest.fixture
def rolls(tmp_path: Path) -> Path:
    """A file with sequences to learn from and others to score, without a split to choose the best epoch by."""
    splits = {"train": random_sequences(1, 40, 30, 20, 10), "test": random_sequences(2, 25, 1, 60)}
    return write_frame_file(tmp_path / "rolls.npz", splits)


def _frames(*options: str) -> subprocess.CompletedProcess[str]:
    """In a process of its own: no other test shall find TensorFlow loaded."""
    return subprocess.run(
        [sys.executable, "-m", "composer", "benchmark", "frames", *options],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


def _figures(*options: str) -> dict[str, Any]:
    done = _frames(*options, "--json")
    assert done.returncode == 0, done.stderr
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


@pytest.mark.slow
def test_training_and_scoring(rolls: Path, tmp_path: Path) -> None:
    """A network is trained and scored; the checkpoint, and the same command again, give the same figures."""
    output = tmp_path / "run"
    command = ("--train", str(rolls), "--data", str(rolls), "--output", str(output), "--config", "tiny")

    figures = _figures(*command)
    again = _figures(*command)
    loaded = _figures("--checkpoint", str(output / "checkpoint"), "--data", str(rolls))

    assert (figures["frames"], figures["sequences"], figures["split"]) == (86, 3, "test")
    assert figures["first_frame_counts"] is True
    assert figures["sha256"] == hashlib.sha256(rolls.read_bytes()).hexdigest()
    assert figures["nats_per_frame"] > figures["baselines"]["marginals"]["nats_per_frame"] > 0
    assert 0 < figures["expected_frame_accuracy"] < 1
    assert figures["parameters"] > 1000
    assert figures["training_seconds"] > 0
    assert again == figures
    assert {name: value for name, value in figures.items() if name != "baselines"} == loaded
    _check_card(load_checkpoint(output / "checkpoint"), figures)


def _check_card(checkpoint: Checkpoint, figures: dict[str, Any]) -> None:
    """The card says what the network was trained on."""
    data = {
        "sha256": figures["sha256"],
        "split": "train",
        "sequences": 3,
        "frames": checkpoint.card["data"]["frames"],
        "best_epoch_by": "1 training sequences set aside",
    }
    assert checkpoint.card["data"] == data
    assert checkpoint.card["network"]["planes"] == 1


@pytest.mark.slow
def test_other_settings_do_not_go_on(rolls: Path, tmp_path: Path) -> None:
    """A folder that holds another training is refused."""
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "config.json").write_text("{}")

    done = _frames("--train", str(rolls), "--data", str(rolls), "--output", str(tmp_path / "run"), "--config", "tiny")

    assert done.returncode == 2
    assert "other settings" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "sentence"), [(["--config", "vast"], "no configuration 'vast'"), ([], "at least two sequences")]
)
def test_refused_before_training(options: list[str], sentence: str, tmp_path: Path) -> None:
    """A configuration that does not exist, and a file with too little to train on."""
    one = write_frame_file(tmp_path / "one.npz", {"train": random_sequences(1, 9), "test": random_sequences(2, 9)})

    done = _frames("--train", str(one), "--data", str(one), "--output", str(tmp_path / "run"), *options)

    assert done.returncode == 2
    assert sentence in done.stderr


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("--data rolls.npz", "--checkpoint DIR, or what to train"),
        ("--data rolls.npz --train rolls.npz", "--output DIR"),
        ("--data rolls.npz --split valid --checkpoint here", "no split 'valid', only test, train"),
        ("--data rolls.npz --checkpoint here", "no checkpoint in here"),
        ("--data rolls.npz --train absent.npz --output run", "no file absent.npz"),
        ("--data notes.npz --checkpoint here", "no split: arrays such as"),
        ("--data rolls.npz --train only_test.npz --output run", "no split 'train', only test"),
        ("--train rolls.npz --output run", "--data"),
    ],
)
@pytest.mark.usefixtures("rolls")
def test_bad_input(
    line: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What cannot be used is named in one sentence, and nothing is trained."""
    monkeypatch.chdir(tmp_path)
    np.savez("notes.npz", notes=np.zeros(3))
    write_frame_file(tmp_path / "only_test.npz", {"test": random_sequences(1, 9)})

    assert main(["benchmark", "frames", *line.split()]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert sentence in said.err
    assert said.err.count("\n") == 1
    assert not (tmp_path / "run").exists()
