"""Stands in for ``python -m composer train --finetune``: reads the set, tells how far it is, leaves the same files.

Usage: ``python -m tests.fakes.training MODE... --finetune SET --output OUT --base FOLDER [--corpus DIR] --json``

It checks the set as training does: every file there, with the hash that the manifest names. Modes, any of them:

- ``pass`` (default) or ``keep``: the gate was passed, or not;
- ``slow``: takes its time, until it is killed or a file ``go`` lies in OUT;
- ``fail``: ends with a sentence and exit code 2; ``crash``: with a traceback and exit code 1;
- ``hang``: says nothing any more; ``mute``: ends well without a report; ``garbage``: says what nobody understands;
- ``hungry``: takes more and more memory; ``child``: starts a process that would outlive it;
- ``broken``: the checkpoint is not what its card says; ``same``: it is the base;
- ``environment``: writes its own environment and niceness into OUT/environment.json.

``fake_base`` makes a checkpoint of a few bytes to begin from: one that is verified, but cannot compose.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from composer.checkpoints import NETWORK, WEIGHTS, load_checkpoint, write_card
from composer.score_json import from_json
from tests.fakes.pool import silent_mp3
from tests.networks import make_network

STAGES = (
    ("reading", 0.05),
    ("critic", 0.1),
    ("rehearsing", 0.3),
    ("training", 0.6),
    ("exporting", 0.7),
    ("measuring", 0.9),
    ("sampling", 0.95),
)
COMMAND = (sys.executable, "-m", "tests.fakes.training")


def command(*modes: str) -> tuple[str, ...]:
    """What to give to ``RetrainingSettings.command``."""
    return (*COMMAND, *modes)


def fake_base(folder: Path) -> Path:
    """A checkpoint that weighs nothing."""
    return make_network(folder, "base").folder


def main() -> int:
    """Pretend."""
    parser = ArgumentParser()
    parser.add_argument("modes", nargs="*")
    for name in ("finetune", "output", "base", "cache", "corpus"):
        parser.add_argument(f"--{name}", type=Path, required=name not in {"cache", "corpus"})
    parser.add_argument("--json", action="store_true", required=True)
    given = parser.parse_args()
    manifest = _read_set(given.finetune)
    if "environment" in given.modes:
        content = {"variables": dict(os.environ), "niceness": os.nice(0)}
        (given.output / "environment.json").write_text(json.dumps(content), encoding="utf-8")
    if "child" in given.modes:
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    for stage, share in STAGES:
        _say({"stage": stage, "share": share, "eta_seconds": 100 * (1 - share)})
        if stage == "training":
            _misbehave(given.modes, given.output)
    report = _report(given.modes, given.base, given.output, manifest)
    (given.output / "report.json").write_text(json.dumps(report), encoding="utf-8")
    if "mute" not in given.modes:
        _say({"report": report})
    return 0


def _read_set(folder: Path) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    for piece in manifest["pieces"]:
        content = (folder / piece["file"]).read_bytes()
        from_json(content)
        if hashlib.sha256(content).hexdigest() != piece["sha256"]:
            sys.exit(f"{piece['file']} is not what the manifest says")
    return manifest


def _misbehave(modes: list[str], output: Path) -> None:
    if "garbage" in modes:
        sys.stdout.write('Epoch 1/3\n[1, 2]\n{"stage": 7}\n{"report": []}\n')
        sys.stdout.flush()
    while "slow" in modes and not (output / "go").exists():
        time.sleep(0.02)
    if "fail" in modes:
        sys.stderr.write("There are too few votes to learn from.\n")
        sys.exit(2)
    if "crash" in modes:
        message = "the fake has crashed"
        raise RuntimeError(message)
    if "hang" in modes:
        time.sleep(600)
    hoard = []
    while "hungry" in modes:
        hoard.append(bytes(b"x" * (1 << 20)))


def _report(modes: list[str], base: Path, output: Path, manifest: dict[str, Any]) -> dict[str, Any]:
    parent = load_checkpoint(base).id
    made = _checkpoint(modes, base, output / "checkpoint", parent)
    samples = output / "samples"
    samples.mkdir()
    for name in ("a", "b"):
        (samples / f"{name}.mp3").write_bytes(silent_mp3(0.2))
    passed = "keep" not in modes
    nats = {
        "name": "held_out_nats",
        "title": "Surprise at unseen music (nats per note)",
        "bound": 0.002,
        "limit": 0.005,
    }
    return {
        "base": parent,
        "checkpoint": made,
        "passed": passed,
        "sentence": "It composes more of what was liked." if passed else "It is not clearly better.",
        "gates": [{**nats, "before": 2.551, "after": 2.553, "passed": passed, "sentence": "About as well as before."}],
        "samples": {"a": "new", "b": "current"},
        "votes": round(sum(piece["up"] + piece["down"] for piece in manifest["pieces"])),
        "liked": sum(piece["label"] == "liked" for piece in manifest["pieces"]),
        "seconds": 1.5,
        "peak_megabytes": 100.0,
    }


def _checkpoint(modes: list[str], base: Path, folder: Path, parent: str) -> str:
    """The base with one byte more, under an id of its own."""
    shutil.copytree(base, folder)
    if "same" not in modes:
        with (folder / WEIGHTS).open("ab") as weights:
            weights.write(os.urandom(8))
        card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
        card |= {"id": f"note-lstm-{os.urandom(5).hex()}", "parent": parent}
        write_card(folder, card)
    if "broken" in modes:
        (folder / NETWORK).write_bytes(b"broken")
    made: str = json.loads((folder / "card.json").read_text(encoding="utf-8"))["id"]
    return made


def _say(content: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(content) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
