"""The rows of simple models."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from benchmarks.experiments.baselines import write_baselines
from composer.errors import BadInputError

if TYPE_CHECKING:
    from pathlib import Path


def test_figures_are_taken_from_a_report(tmp_path: Path) -> None:
    """Each model gets what the report says of it, of all notes and of the novel ones."""
    models = ("unigram", "ngram", "ngram_match")
    figures = {f"{model}_{name}nats_per_note": value for value, model in enumerate(models) for name in ("", "novel_")}
    report = tmp_path / "report.json"
    report.write_text(json.dumps({"sources": {"mutopia": figures | {"ngram_nats_per_note": 5.5}}}))
    written = json.loads(write_baselines(report, tmp_path).read_text())

    assert written["n-gram"] == {"mutopia": {"nats_per_note": 5.5, "novel_nats_per_note": 1}}
    assert list(written) == ["unigram", "n-gram", "n-gram and match"]


@pytest.mark.parametrize("text", ["", "[]", '{"sources": {"mutopia": {}}}'])
def test_another_file_is_refused(tmp_path: Path, text: str) -> None:
    """The sentence says how a report is made, and nothing is written."""
    report = tmp_path / "report.json"
    report.write_text(text)

    with pytest.raises(BadInputError, match="evaluate"):
        write_baselines(report, tmp_path)
    assert not (tmp_path / "baselines.json").exists()
