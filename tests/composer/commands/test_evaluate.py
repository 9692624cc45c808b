"""``evaluate`` with the released network on a small corpus."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from composer.checkpoints import CARD, RELEASED
from composer.commands.cli import main
from tests.composer.commands.small_corpus import VALIDATION_PIECES, write_small_corpus
from tests.networks import make_network

if TYPE_CHECKING:
    from pathlib import Path

needs_checkpoint = pytest.mark.skipif(not (RELEASED / CARD).exists(), reason="there is no released checkpoint")


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A folder of 24 short pieces, two of them for validation."""
    return write_small_corpus(tmp_path / "music")


@needs_checkpoint
def test_as_json(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The figures are one JSON object on standard output; how it goes is told on standard error."""
    assert main(["evaluate", "--corpus", str(corpus), "--primers", "0", "--workers", "1", "--json"]) == 0
    said = capsys.readouterr()
    report = json.loads(said.out)

    assert report["all"]["pieces"] == VALIDATION_PIECES
    assert report["all"]["nats_per_note"] > 0
    assert "Scoring" in said.err


@needs_checkpoint
def test_for_people(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without --json there is a line for each figure."""
    assert main(["evaluate", "--corpus", str(corpus), "--primers", "0", "--workers", "1"]) == 0
    lines = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines() if " " in line.strip())

    assert int(lines["all.pieces"]) == VALIDATION_PIECES
    assert float(lines["all.nats_per_note"]) > 0


def test_absent_split(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A split without pieces is refused."""
    assert main(["evaluate", "--corpus", str(corpus), "--split", "test"]) == 2
    assert "'test'" in capsys.readouterr().err


def test_a_checkpoint_of_the_other_engine(corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What --engine and --checkpoint say must not differ."""
    make_network(tmp_path / "network")
    checkpoint = ["--checkpoint", str(tmp_path / "network"), "--engine", "roll"]

    assert main(["evaluate", "--corpus", str(corpus), *checkpoint]) == 2
    assert "of the engine notes, not roll" in capsys.readouterr().err
