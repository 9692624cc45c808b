"""``train --engine roll``: a real, tiny training of the engine that writes piano rolls."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from composer.checkpoints import load_checkpoint
from composer.commands.cli import main
from composer.midi.writer import write_midi
from composer.notation import parse_notation
from tests.composer.commands.small_corpus import BARS, write_small_corpus

REPOSITORY = Path(__file__).parents[3]


def _train(corpus: Path, output: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """In a process of its own: no other test shall find TensorFlow loaded."""
    command = [sys.executable, "-m", "composer", "train", "--engine", "roll", "--config", "tiny"]
    return subprocess.run(
        [*command, "--corpus", str(corpus), "--output", str(output), *options],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


@pytest.fixture
def song(tmp_path: Path) -> Path:
    """One song, as in 2016."""
    path = tmp_path / "song.mid"
    path.write_bytes(write_midi(parse_notation(BARS * 4)))
    return path


@pytest.mark.slow
def test_one_song_makes_a_network_that_composes(song: Path, tmp_path: Path) -> None:
    """Trained on a single file with its own key range and frames, a checkpoint comes out that continues the song."""
    options = ("--epochs", "3", "--lowest-pitch", "24", "--highest-pitch", "102", "--frames-per-quarter", "2")
    done = _train(song, tmp_path / "run", *options)

    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{tmp_path / 'run' / 'checkpoint'}\n"
    assert "Epoch 3/3" in done.stderr
    assert "No piece is kept back" in done.stderr
    checkpoint = load_checkpoint(tmp_path / "run" / "checkpoint")
    assert checkpoint.engine == "roll"
    network = checkpoint.card["network"]
    assert (network["lowest_pitch"], network["keys"], network["frames_per_quarter"]) == (24, 79, 2)
    command = ["compose", "--seed", str(song), "--length", "8", "--output", str(tmp_path / "out"), "--json"]
    code = main([*command, "--checkpoint", str(checkpoint.folder), "--random-seed", "1"])
    assert code == 0
    assert len(list((tmp_path / "out").glob("*.mid"))) == 1


@pytest.mark.slow
def test_a_corpus_keeps_pieces_back(tmp_path: Path) -> None:
    """The manifest's validation pieces choose the best epoch; going on with other settings is refused."""
    corpus = write_small_corpus(tmp_path / "music")
    done = _train(corpus, tmp_path / "run")

    assert done.returncode == 0, done.stderr
    card = load_checkpoint(tmp_path / "run" / "checkpoint").card
    assert (card["corpus"]["training_pieces"], card["corpus"]["validation_pieces"]) == (22, 2)
    assert card["metrics"]["val_nats"] > 0
    assert json.loads((tmp_path / "run" / "config.json").read_text())["epochs"] == 2
    refused = _train(corpus, tmp_path / "run", "--epochs", "9")
    assert refused.returncode == 2
    assert "other settings" in refused.stderr


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--config", "base"], "no configuration 'base' of the roll engine"),
        (["--lowest-pitch", "60", "--highest-pitch", "64"], "fewer than the 12 keys"),
    ],
)
def test_options_that_make_no_sense(
    song: Path, tmp_path: Path, options: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Unknown configurations and ranges without keys are refused with a sentence."""
    command = ["train", "--engine", "roll", "--corpus", str(song), "--output", str(tmp_path / "run")]
    assert main([*command, *options]) == 2
    assert sentence in capsys.readouterr().err
