"""Read a stranger's MIDI file in a child process that cannot outgrow its limits, outlive its deadline or write files.

The child is this module run as a program: the file comes in on standard input, one line of JSON goes out on standard
output. It limits itself before it looks at the first byte.
"""

from __future__ import annotations

import json
import os
import resource
import select
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from composer.errors import ComposerError, InvalidMidiError
from composer.midi.events import MAX_BYTES
from composer.midi.files import ReadResult, read_midi_with_remarks
from composer.score_json import from_json, to_json

if TYPE_CHECKING:
    from composer.notes import Score

CPU_SECONDS: Final = 2.0
MEMORY_BYTES: Final = 512 << 20
_START_SECONDS: Final = 3.0
"""Wall time granted on top of the CPU time: the child must start even on a busy machine."""
_MOST_OUTPUT: Final = 8 << 20
"""Bytes; 20,000 notes need less than 2 MiB."""
_KEPT_ENVIRONMENT = ("LD_LIBRARY_PATH", "PYTHONHOME")
"""What an interpreter may need to start; everything else, secrets among it, stays here."""
_TOO_HARD = "This MIDI file takes too long or too much memory to read; please send a simpler one."


def read_midi_limited(data: bytes, *, seconds: float = CPU_SECONDS, memory_bytes: int = MEMORY_BYTES) -> Score:
    """Read as ``read_midi`` does, in a child process of its own.

    Args:
        data: the file.
        seconds: CPU time granted to the child.
        memory_bytes: address space granted to the child.

    Raises:
        InvalidMidiError: the file cannot be used, or reading it broke a limit.
        ComposerError: the child could not be started at all.
    """
    return read_midi_limited_with_remarks(data, seconds=seconds, memory_bytes=memory_bytes).score


def read_midi_limited_with_remarks(
    data: bytes, *, seconds: float = CPU_SECONDS, memory_bytes: int = MEMORY_BYTES
) -> ReadResult:
    """Read as ``read_midi_limited`` does, and also say what was left out or mended."""
    return result_of(_child_reads(data, seconds, memory_bytes))


def read_midi_limited_as_json(
    data: bytes, *, seconds: float = CPU_SECONDS, memory_bytes: int = MEMORY_BYTES
) -> tuple[str, tuple[str, ...]]:
    """Read as above, for handing on: the Score as ``composer.score_json`` text, unchecked, and the remarks."""
    return _answer_of(_child_reads(data, seconds, memory_bytes))


def _child_reads(data: bytes, seconds: float, memory_bytes: int) -> bytes:
    with tempfile.TemporaryFile() as file:
        file.write(data[: MAX_BYTES + 1])
        file.seek(0)
        limits = [str(seconds), str(memory_bytes)]
        return child_output(["-m", "composer.midi.limited", *limits], file, seconds + _START_SECONDS)


def child_output(arguments: list[str], stdin: IO[bytes], wall_seconds: float) -> bytes:
    """What a Python child writes, without our environment and in a process group that is ended in any case.

    Raises:
        InvalidMidiError: the child writes more than a Score can need, or goes on for more than ``wall_seconds``.
        ComposerError: the child could not be started.
    """
    environment = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
    environment["PYTHONPATH"] = str(Path(__file__).parents[2])
    try:
        child = subprocess.Popen(  # noqa: S603 (our own interpreter and module, no shell)
            [sys.executable, "-B", "-s", "-P", *arguments],
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )
    except OSError as error:
        message = f"The process that reads MIDI files could not be started: {error.strerror}."
        raise ComposerError(message) from error
    try:
        return _bounded_output(child, time.monotonic() + wall_seconds)
    finally:
        _kill(child)


def _bounded_output(child: subprocess.Popen[bytes], deadline: float) -> bytes:
    if child.stdout is None:
        return b""
    received = bytearray()
    while True:
        ready, _, _ = select.select([child.stdout], [], [], max(deadline - time.monotonic(), 0))
        part = os.read(child.stdout.fileno(), 1 << 16) if ready else b""
        if not ready or len(received) + len(part) > _MOST_OUTPUT:
            raise InvalidMidiError(_TOO_HARD)
        if not part:
            return bytes(received)
        received += part


def _kill(child: subprocess.Popen[bytes]) -> None:
    """End the child and whatever it may have started, and wait for it."""
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        child.kill()
    child.wait()
    if child.stdout is not None:
        child.stdout.close()


def result_of(output: bytes) -> ReadResult:
    """The Score and remarks in a child's answer.

    Raises:
        InvalidMidiError: the child refused the file, died without an answer, or gave one that makes no sense.
    """
    score, remarks = _answer_of(output)
    try:
        return ReadResult(from_json(score), remarks)
    except ValueError as error:
        raise InvalidMidiError(_TOO_HARD) from error


def _answer_of(output: bytes) -> tuple[str, tuple[str, ...]]:
    """The Score, still as text, and the remarks in a child's answer."""
    if not output:
        raise InvalidMidiError(_TOO_HARD)
    try:
        answer: dict[str, Any] = json.loads(output)
        if "refused" in answer:
            raise InvalidMidiError(str(answer["refused"]))
        return str(answer["score"]), tuple(map(str, answer["remarks"]))
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidMidiError(_TOO_HARD) from error


def limit_self(seconds: float, memory_bytes: int) -> None:
    """Bound this process: CPU time, memory, no file written, no core file, no further process."""
    limits = [
        (resource.RLIMIT_CPU, max(round(seconds), 1)),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
    ]
    if sys.platform != "darwin":  # macOS refuses to bound the address space
        limits.append((resource.RLIMIT_AS, memory_bytes))
    for limit, value in limits:
        hardest = resource.getrlimit(limit)[1]
        bound = value if hardest == resource.RLIM_INFINITY else min(value, hardest)
        resource.setrlimit(limit, (bound, bound))


def _answer(data: bytes) -> dict[str, Any]:
    """Read ``data`` and return what the parent is told."""
    try:
        result = read_midi_with_remarks(data)
    except InvalidMidiError as error:
        return {"refused": str(error)}
    except MemoryError:
        return {"refused": _TOO_HARD}
    return {"score": to_json(result.score), "remarks": result.remarks}


def main() -> None:
    """Run as the child: limits on the command line, a MIDI file on standard input."""
    limit_self(float(sys.argv[1]), int(sys.argv[2]))
    sys.stdout.write(json.dumps(_answer(sys.stdin.buffer.read())))


if __name__ == "__main__":
    main()
