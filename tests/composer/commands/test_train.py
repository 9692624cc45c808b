"""``train``: a real, tiny training from a folder of MIDI files to a checkpoint that composes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from composer.checkpoints import RELEASED, RELEASED_ROLL, Checkpoint, load_checkpoint
from composer.commands.cli import main
from tests.composer.commands.small_corpus import write_small_corpus

REPOSITORY = Path(__file__).parents[3]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A folder of 24 short pieces, two of them for validation."""
    return write_small_corpus(tmp_path / "music")


def _train(corpus: Path, output: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """In a process of its own: no other test shall find TensorFlow loaded."""
    return subprocess.run(
        [sys.executable, "-m", "composer", "train", "--corpus", str(corpus), "--output", str(output), *options],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


@pytest.mark.slow
def test_training(corpus: Path, tmp_path: Path) -> None:
    """A corpus becomes a checkpoint with its origin on its card; progress is told on standard error only."""
    done = _train(corpus, tmp_path / "run", "--config", "tiny")

    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{tmp_path / 'run' / 'checkpoint'}\n"
    assert "Epoch 2/2" in done.stderr
    checkpoint = load_checkpoint(tmp_path / "run" / "checkpoint")
    assert checkpoint.card["corpus"]["training_pieces"] == 22
    assert checkpoint.card["metrics"]["val_nats"] > 0
    assert json.loads((tmp_path / "run" / "config.json").read_text())["epochs"] == 2
    _trains_on(corpus, checkpoint, tmp_path / "onward")


def _trains_on(corpus: Path, begin: Checkpoint, output: Path) -> None:
    """A second training begins with the first one's network, says so, and needs no more than one epoch."""
    done = _train(corpus, output, "--config", "tiny", "--epochs", "1", "--from", str(begin.folder))

    assert done.returncode == 0, done.stderr
    card = load_checkpoint(output / "checkpoint").card
    assert card["begun_from"] == begin.id
    assert card["metrics"]["val_nats"] < begin.card["metrics"]["val_nats"] + 0.1


@pytest.mark.slow
def test_other_settings_do_not_go_on(corpus: Path, tmp_path: Path) -> None:
    """A folder that holds a training with other settings is refused."""
    (tmp_path / "config.json").write_text("{}")

    done = _train(corpus, tmp_path, "--config", "tiny")

    assert done.returncode == 2
    assert "other settings" in done.stderr


@pytest.mark.parametrize(("begin", "reason"), [(RELEASED, "another size"), (RELEASED_ROLL, "in another way")])
def test_a_network_of_another_kind_is_no_beginning(
    corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], begin: Path, reason: str
) -> None:
    """What does not fit the configuration is refused before the corpus is read."""
    arguments = ["train", "--corpus", str(corpus), "--output", str(tmp_path / "run"), "--config", "tiny"]

    assert main([*arguments, "--from", str(begin)]) == 2
    assert reason in capsys.readouterr().err


def test_corpus_without_music(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder without MIDI files is refused before anything heavy is loaded."""
    assert main(["train", "--corpus", str(tmp_path), "--output", str(tmp_path / "run")]) == 2
    assert "no MIDI files" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()
