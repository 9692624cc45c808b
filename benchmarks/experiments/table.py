"""``docs/experiments.md`` from the results of the runs and the text that explains them."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.experiments.comparing import Runs, against, read_runs
from benchmarks.experiments.experiment import BASE, FOLDER
from composer.encoding.vocabulary import FACTORS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.experiments.comparing import Interval

TEMPLATE = Path(__file__).parent / "document.md"
PLAYED, SCORES = "piano-midi.de", "mutopia"
CHECKPOINTS, FIRST = "Checkpoints", "checkpoint_first"
GROUPS = (
    "Base",
    "What the network is told",
    "The heads",
    "Memory",
    "Cells",
    "Sizes",
    "Training",
    "Sources",
)
"""Headings, in the order of the table."""


def write_document(results: Path, document: Path) -> None:
    """Fill the tables into the text."""
    runs = read_runs(results)
    text = TEMPLATE.read_text(encoding="utf-8")
    tables = {
        "checkpoints": checkpoint_table(runs, _content(results / "baselines.json")),
        "experiments": experiment_table(runs),
        "factors": factor_table(runs),
        "costs": cost_table(runs, _content(results / "costs.json")),
    }
    for name, table in tables.items():
        text = text.replace(f"{{{{{name}}}}}", "\n".join(table))
    document.write_text(text, encoding="utf-8")


def _content(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return content


def in_order(runs: dict[str, Runs]) -> list[tuple[str, list[Runs]]]:
    """Groups that have results, and the experiments in them."""
    groups = [(group, [one for one in runs.values() if _group(one) == group]) for group in GROUPS]
    return [(group, experiments) for group, experiments in groups if experiments]


def _said(runs: Runs, key: str) -> str:
    """Title or group: as the configuration says it now, where there is one."""
    path = FOLDER / f"{runs.name}.toml"
    content = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else runs.first["experiment"]
    return str(content[key])


def _group(runs: Runs) -> str:
    return _said(runs, "group")


def _title(runs: Runs) -> str:
    return _said(runs, "title")


def checkpoint_table(runs: dict[str, Runs], baselines: dict[str, Any]) -> list[str]:
    """Simple models and trained checkpoints, the worst first."""
    sources = list(next(iter(runs.values())).first["figures"])
    table = _head("", *sources, *(f"novel, {source}" for source in (PLAYED, SCORES)), "against the first, five sources")
    for name, figures in baselines.items():
        values = [figures[source].get("nats_per_note") for source in sources]
        new = [figures[source].get("novel_nats_per_note") for source in (PLAYED, SCORES)]
        table.append(_row(name, *map(_number, [*values, *new]), ""))
    checkpoints = [one for one in runs.values() if _group(one) == CHECKPOINTS]
    for one in sorted(checkpoints, key=Runs.mean_over_sources, reverse=True):
        values = [one.figure(source, "nats_per_note") for source in sources]
        new = [one.figure(source, "novel_nats_per_note") for source in (PLAYED, SCORES)]
        known = FIRST in runs and one.name != FIRST
        table.append(
            _row(_title(one), *map(_number, [*values, *new]), _interval(against(one, runs[FIRST])) if known else "")
        )
    return table


def experiment_table(runs: dict[str, Runs]) -> list[str]:
    """Every run beside the base."""
    base = runs[BASE]
    table = _head(
        "", "seeds", "notes", PLAYED, "against the base", SCORES, "five sources", "against the base", f"novel, {PLAYED}"
    )
    for group, experiments in in_order(runs):
        table.append(_row(f"**{group}**", *[""] * 8))
        for one in experiments:
            spread = one.spread(PLAYED)
            table.append(
                _row(
                    _title(one),
                    str(len(one.by_seed)),
                    _thousands(one.first.get("notes_trained")),
                    _number(one.figure(PLAYED, "nats_per_note")) + (f" ± {spread:.2f}" if spread is not None else ""),
                    "" if one is base else _interval(against(one, base, PLAYED)),
                    _number(one.figure(SCORES, "nats_per_note")),
                    _number(one.mean_over_sources()),
                    "" if one is base else _interval(against(one, base)),
                    _number(one.figure(PLAYED, "novel_nats_per_note")),
                )
            )
    return table


def factor_table(runs: dict[str, Runs]) -> list[str]:
    """Nats of each factor, of played music and of scores."""
    table = _head("", *(f"{factor}, {source}" for source in (PLAYED, SCORES) for factor in _shown(source)))
    for _, experiments in in_order(runs):
        for one in experiments:
            values = [one.figure(source, "factors", factor) for source in (PLAYED, SCORES) for factor in _shown(source)]
            table.append(_row(_title(one), *map(_number, values)))
    return table


def _shown(source: str) -> Iterable[str]:
    return FACTORS if source == PLAYED else FACTORS[:4]


def cost_table(runs: dict[str, Runs], costs: dict[str, Any]) -> list[str]:
    """What the networks cost beside the base."""
    if not costs:
        return ["Not measured yet."]
    table = _head("", "weights", "training, base = 1", "int8 file, MB", "composing, ms a note")
    for name, cost in costs.items():
        if name not in runs:
            continue
        table.append(
            _row(
                _title(runs[name]),
                f"{cost['weights'] / 1e6:.2f} M",
                _number(cost["relative_training_cost"]),
                _number(cost.get("int8_megabytes")),
                _number(cost.get("composing_ms_per_note"), 3),
            )
        )
    return table


def _head(*cells: str) -> list[str]:
    return [_row(*cells), "|---|" + "--:|" * (len(cells) - 1)]


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _number(value: float | None, decimals: int = 2) -> str:
    return "" if value is None else f"{value:.{decimals}f}"


def _thousands(value: int | None) -> str:
    return "" if value is None else f"{round(value / 1000):,} k"


def _interval(interval: Interval) -> str:
    return f"{interval.difference:+.2f} [{interval.low:+.2f}, {interval.high:+.2f}]"
