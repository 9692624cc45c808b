"""The rows of simple models: what ``composer evaluate --json`` measured beside the network."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from composer.errors import BadInputError

if TYPE_CHECKING:
    from pathlib import Path

MODELS = {"unigram": "unigram", "n-gram": "ngram", "n-gram and match": "ngram_match"}
"""Their rows in the table, and what their figures begin with in the report."""
FIGURES = ("nats_per_note", "novel_nats_per_note")


def baselines_of(report: dict[str, Any]) -> dict[str, dict[str, dict[str, float]]]:
    """Figures by model and source of a report on a split."""
    return {
        model: {
            source: {figure: figures[f"{prefix}_{figure}"] for figure in FIGURES}
            for source, figures in report["sources"].items()
        }
        for model, prefix in MODELS.items()
    }


def write_baselines(report: Path, results: Path) -> Path:
    """Keep the baselines of a report beside the results of the runs.

    Raises:
        BadInputError: the file is no report of ``composer evaluate``.
    """
    try:
        baselines = baselines_of(json.loads(report.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        message = f"{report} is no report; write one with: python -m composer evaluate --corpus DIR --json."
        raise BadInputError(message) from error
    path = results / "baselines.json"
    path.write_text(json.dumps(baselines, indent=1) + "\n", encoding="utf-8")
    return path
