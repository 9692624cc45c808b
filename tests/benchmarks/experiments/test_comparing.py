"""Runs beside the base."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from benchmarks.experiments.comparing import Runs, against, read_runs
from benchmarks.experiments.results import write_result

if TYPE_CHECKING:
    from pathlib import Path


def _run(*nats: float, group: str = "Base", title: str = "base") -> dict[str, Any]:
    """A run over pieces of 10 notes with so many nats a note; the pedal costs more, and must not count."""
    pieces = [
        {
            "path": f"{number}.mid",
            "source": source,
            "notes": 10,
            "novel_notes": 4,
            "nats": [value * 10, 0, 0, 0, 0, 99.0],
            "novel_nats": 8.0,
        }
        for source in ("piano-midi.de", "mutopia")
        for number, value in enumerate(nats)
    ]
    mean = sum(nats) / len(nats)
    factors = dict.fromkeys(("gap", "pitch", "duration", "velocity", "tempo", "pedal"), mean / 5)
    figures = {"nats_per_note": mean, "novel_nats_per_note": mean, "factors": factors}
    return {
        "experiment": {"title": title, "group": group},
        "notes_trained": 1000,
        "figures": dict.fromkeys(("piano-midi.de", "mutopia"), figures),
        "pieces": pieces,
    }


def test_an_equal_run_differs_by_nothing() -> None:
    """The interval is a point at zero."""
    base = Runs("base", {1: _run(4.0, 5.0)})

    assert against(base, base) == (0.0, 0.0, 0.0)


def test_differences_are_paired_by_piece() -> None:
    """Where every piece is worse by as much, the interval is a point, however different the pieces are."""
    difference = against(Runs("a", {1: _run(4.5, 9.5, 2.5)}), Runs("base", {1: _run(4.0, 9.0, 2.0)}), "mutopia")

    assert difference == pytest.approx((0.5, 0.5, 0.5))


def test_an_interval_holds_what_the_pieces_disagree_about() -> None:
    """Better on one piece and worse on another: zero lies inside."""
    difference = against(Runs("a", {1: _run(3.0, 5.5)}), Runs("base", {1: _run(4.0, 5.0)}))

    assert difference.low < 0 < difference.high
    assert difference.difference == pytest.approx(-0.25)


def test_seeds_that_both_have_are_compared() -> None:
    """The base's other seeds do not count."""
    base = Runs("base", {1: _run(4.0, 4.0), 2: _run(8.0, 8.0)})

    assert against(Runs("a", {1: _run(5.0, 5.0)}), base).difference == pytest.approx(1.0)


def test_results_are_read_as_they_were_written(tmp_path: Path) -> None:
    """One file per run, gathered by experiment and seed; other files of the folder are not runs."""
    (tmp_path / "costs.json").write_text("{}", encoding="utf-8")
    for seed in (1, 2):
        write_result(_run(float(seed), 4.0), tmp_path / f"no_match-{seed}.json")

    assert {name: runs.by_seed for name, runs in read_runs(tmp_path).items()} == {
        "no_match": {1: _run(1.0, 4.0), 2: _run(2.0, 4.0)}
    }


def test_the_document_has_a_row_for_every_run(tmp_path: Path) -> None:
    """Ablations that did not help stay in the table, beside the base and below checkpoints."""
    pytest.importorskip("keras", reason="needs Keras and TensorFlow")
    from benchmarks.experiments.table import write_document

    write_result(_run(4.0, 5.0), tmp_path / "base-1.json")
    write_result(_run(4.5, 5.5, group="Memory", title="something new"), tmp_path / "new-1.json")
    write_result(_run(3.0, 3.5, group="Checkpoints", title="the first"), tmp_path / "checkpoint_first-0.json")
    write_document(tmp_path, tmp_path / "document.md")
    text = (tmp_path / "document.md").read_text(encoding="utf-8")

    assert "| something new | 1 | 1 k | 5.00 | +0.50 [+0.50, +0.50] |" in text
    assert "| the first | 3.25 |" in text
    assert "{{" not in text
