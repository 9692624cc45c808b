"""The program around a training process: it yields to the bot, dies with it, and is not let outgrow the machine.

Usage: ``python -m bot.retraining.guard MEGABYTES COMMAND...``

Standard input belongs to the bot and ends with it, however it ends; then everything here is killed at once. Standard
output and error are the command's own, and so is the exit code.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import resource
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Final

from bot.workers.memory import resident_bytes

NICENESS: Final = 10
"""Workers have 5: people's pieces come first."""
OUT_OF_MEMORY: Final = 3
"""Exit code."""
_LOOK_SECONDS: Final = 0.5
_IOPRIO_SET: Final = {"x86_64": 251, "aarch64": 30}
"""Number of the system call on Linux; the C library has no name for it."""
_WHO_PROCESS: Final = 1
_IDLE_CLASS: Final = 3 << 13


def yield_to_others() -> None:
    """Take the processor and the disk only when nobody else wants them, and leave no core file behind."""
    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux" and (number := _IOPRIO_SET.get(platform.machine())):
        ctypes.CDLL(None).syscall(number, _WHO_PROCESS, 0, _IDLE_CLASS)  # where it is refused, it is not needed either


def die_with_the_bot() -> None:
    """Wait until standard input ends, then kill this process group: itself, the command and what that has started."""
    while os.read(0, 1 << 10):
        pass
    os.killpg(0, signal.SIGKILL)


def group_members() -> list[int]:
    """The other processes of this process group; only the kernel of Linux tells."""
    own, members = os.getpgrp(), []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            # The name of a program, in parentheses, may hold spaces; state, parent and group follow it.
            group = int((entry / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[2])
            if group == own and int(entry.name) != os.getpid():
                members.append(int(entry.name))
    return members


def watch(process: subprocess.Popen[bytes], most_bytes: int) -> int:
    """Wait until the command ends; kill it when it has too much memory, all its processes together.

    Returns:
        The exit code, negative for a signal.
    """
    while True:
        try:
            return process.wait(_LOOK_SECONDS)
        except subprocess.TimeoutExpired:
            members = group_members()
            if sum(map(resident_bytes, members)) > most_bytes:
                for pid in members:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                process.wait()
                return OUT_OF_MEMORY


def main() -> int:
    """Run the command."""
    yield_to_others()
    process = subprocess.Popen(sys.argv[2:], stdin=subprocess.DEVNULL)  # noqa: S603 (our own program)
    threading.Thread(target=die_with_the_bot, daemon=True).start()
    code = watch(process, int(sys.argv[1]) << 20)
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    os._exit(main())
