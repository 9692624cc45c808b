"""A worker that neither composes nor plays: it does what the title of a job says, most of it mischief."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bot.domain import Composed
from bot.workers.hardening import claim_standard_streams, harden
from bot.workers.worker import serve
from composer.errors import BadInputError, CheckpointError, MissingToolError, RenderError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.workers.jobs import ComposeJob, ReduceJob


class OddWorker:
    """Has the interface of ``bot.workers.bench.Bench``."""

    checkpoint_id = "no-network"
    soundfont = "silence.sf2"

    def rehearse(self) -> None:
        """Refuse to work when told so on the command line."""
        if "unable" in sys.argv:
            message = "No soundfont was found; install one."
            raise MissingToolError(message)

    def compose(self, job: ComposeJob, report: Callable[[str, float], None]) -> Composed:
        """Do what the title says."""
        report("composing", 0.5)
        remarks: list[str] = []
        match job.title:
            case "noisy":
                print("printed by a library", flush=True)  # noqa: T201 (noise is the point)
                os.write(1, b"written by a library\n")
                sys.stderr.write(f"complained\x1b[31m by {job.options.random_seed}\n")
                sys.stderr.flush()
                remarks.append(sys.stdin.read())
            case "refuse":
                message = "There are no notes to continue."
                raise BadInputError(message)
            case "fail":
                message = "FluidSynth stopped in the middle of the piece."
                raise RenderError(message)
            case "damaged":
                message = "The checkpoint in here is damaged."
                raise CheckpointError(message)
            case "crash":
                message = "what a person wrote"
                raise KeyError(message)
            case "die":
                os.kill(os.getpid(), signal.SIGKILL)
            case "hang":
                child = subprocess.Popen(["sleep", "1000"])
                Path(job.folder, "child").write_text(str(child.pid))
                report("playing", 0.6)
                time.sleep(1000)
            case "environment":
                remarks += [f"{name}={value}" for name, value in os.environ.items()]
        return Composed(job.title, "C major", 100.0, 5.0, 2.0, 7, 1, "no-network", "silence.sf2", tuple(remarks))

    def reduce(self, job: ReduceJob) -> None:
        """Write where it should be."""
        job.target.write_text(f"{job.kilobits}")


if __name__ == "__main__":
    streams = claim_standard_streams()
    harden()
    if "mayfly" in sys.argv:
        serve(open(os.devnull, "rb"), streams[1], OddWorker)  # noqa: SIM115, PTH123 (ends with the process)
    else:
        serve(*streams, OddWorker)
