"""``train --finetune``: what it refuses, and how it tells what comes out. The learning itself has tests of its own."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

from composer.commands.cli import main
from composer.commands.finetune import _teller, report_lines
from tests.composer.evaluation.small_music import melody
from tests.composer.tuning.rated import write_rated_set

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

REPORT: dict[str, Any] = {
    "passed": False,
    "sentence": "Everything stays as it is.",
    "gates": [
        {"title": "Speed", "before": 2.0, "after": 2.1, "passed": True, "sentence": "+5%"},
        {"title": "Loops", "before": 0.1, "after": 0.4, "passed": False, "sentence": "40% against 10%"},
    ],
}


def _tune(number: int) -> list[int]:
    return [48 + (number * 7 + step) % 40 for step in range(16)]


def test_too_few_votes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One sentence says how many there are and how many are needed, and the exit code that it can be mended."""
    rated = write_rated_set(tmp_path / "set", [(melody(_tune(number)), 0.0, True) for number in range(5)])

    assert main(["train", "--finetune", str(rated), "--output", str(tmp_path / "out")]) == 2
    assert "There are 5 votes and 5 liked pieces; 50 votes or 30 liked pieces are needed" in capsys.readouterr().err


def test_a_folder_that_is_used_already(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is written over what lies in the output folder."""
    (tmp_path / "kept.txt").write_text("mine")

    assert main(["train", "--finetune", str(tmp_path), "--output", str(tmp_path)]) == 2
    assert "is not empty" in capsys.readouterr().err
    assert (tmp_path / "kept.txt").read_text() == "mine"


def test_neither_corpus_nor_rated_pieces(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without anything to learn from the refusal names both ways."""
    assert main(["train", "--output", str(tmp_path / "out")]) == 2
    assert "--corpus DIR" in (refusal := capsys.readouterr().err)
    assert "--finetune DIR" in refusal


def test_a_set_that_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder without rated pieces is refused by name."""
    assert main(["train", "--finetune", str(tmp_path), "--output", str(tmp_path / "out")]) == 2
    assert "manifest.json" in capsys.readouterr().err


def test_the_report_for_a_terminal() -> None:
    """Every line of the gate with before and after, those that failed marked, and the decision at the end."""
    speed, loops, decision = report_lines(REPORT)

    assert speed.startswith("passed  Speed: 2 -> 2.1")
    assert loops.startswith("FAILED  Loops: 0.1 -> 0.4")
    assert decision == "Everything stays as it is."


def test_progress_as_json() -> None:
    """One object a line; the time that is left is told once there is something to guess it by."""
    stream = io.StringIO()
    tell = _teller(stream)
    tell("reading", 0.0)
    tell("training", 0.5)
    first, second = (json.loads(line) for line in stream.getvalue().splitlines())

    assert first == {"stage": "reading", "share": 0.0, "eta_seconds": None}
    assert (second["stage"], second["share"]) == ("training", 0.5)
    assert second["eta_seconds"] >= 0
