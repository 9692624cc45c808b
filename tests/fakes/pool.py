"""A worker pool that composes at once, in this process: small but valid files, and a gate that holds jobs back."""

from __future__ import annotations

import asyncio
import json
import struct
import zlib
from collections import deque
from typing import TYPE_CHECKING

from bot.domain import Composed, Engine
from bot.workers.errors import BadCheckpointError
from composer.midi.writer import write_midi
from composer.notes import Note, Score, Tempo
from composer.score_json import from_json, to_json

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bot.workers.jobs import ComposeJob, ReduceJob

STAGES = (("reading", 0.05), ("composing", 0.5), ("playing", 0.8), ("drawing", 0.95))
_BYTES_A_SECOND = 192_000 / 8
ROLL_ID = "fake-roll"
"""Of the network of the roll engine."""
_BIT_RATES = {64: 5, 96: 7, 128: 9, 192: 11}
"""Kilobits a second -> their number in the header of an MPEG 1 layer 3 frame."""


class FakePool:
    """Has the interface of ``bot.workers.WorkerPool``.

    Attributes:
        jobs: every compose job that was begun, in order.
        finished: the tickets of those that came to their end.
        reduced: every job for a smaller recording.
        faults: the next jobs raise these, one each.
        damaged: names of folders of checkpoints, and ``ROLL_ID``, that no job can be done with.

    Args:
        count: how many jobs run at a time.
        seconds: how long a job takes.
        recording_seconds: of silence in every recording; None for as many as the piece has.
    """

    def __init__(self, count: int = 1, *, seconds: float = 0.0, recording_seconds: float | None = 0.2) -> None:
        self.count, self.seconds, self.recording_seconds = count, seconds, recording_seconds
        self.checkpoint_id, self.soundfont = "fake-network", "fake.sf2"
        self.pids: list[int] = []
        self.is_healthy = True
        self.busy = 0
        self.jobs: list[ComposeJob] = []
        self.finished: list[int] = []
        self.reduced: list[ReduceJob] = []
        self.faults: deque[Exception] = deque()
        self.damaged: set[str] = set()
        self._slots = asyncio.Semaphore(count)
        self._gate = asyncio.Event()
        self._gate.set()

    @property
    def idle(self) -> int:
        """How many could take a job now."""
        return self.count - self.busy

    def hold(self) -> None:
        """Let jobs begin and go on up to half their work, but not further."""
        self._gate.clear()

    def let_go(self) -> None:
        """Let all jobs come to their end."""
        self._gate.set()

    async def start(self) -> None:
        """Nothing needs starting."""

    async def stop(self) -> None:
        """Nothing needs stopping."""

    async def compose(self, job: ComposeJob, on_progress: Callable[[str, float], None]) -> Composed:
        """Write a scale after the primer, with the files that belong to it."""
        async with self._slots:
            self.busy += 1
            try:
                return await self._compose(job, on_progress)
            finally:
                self.busy -= 1

    async def reduce(self, job: ReduceJob) -> None:
        """The same silence with fewer bits."""
        async with self._slots:
            self.reduced.append(job)
            seconds = (job.score_file.parent / "piece.mp3").stat().st_size / _BYTES_A_SECOND
            job.target.write_bytes(silent_mp3(seconds, job.kilobits))

    async def _compose(self, job: ComposeJob, on_progress: Callable[[str, float], None]) -> Composed:
        self.jobs.append(job)
        for stage, share in STAGES:
            on_progress(stage, share)
            await asyncio.sleep(self.seconds / len(STAGES))
            if share >= 0.5:
                await self._gate.wait()
        if self.faults:
            raise self.faults.popleft()
        if self._network(job) in self.damaged:
            message = "The checkpoint is damaged."
            raise BadCheckpointError(message)
        primer = from_json(job.primer) if job.primer else Score(notes=(), tempos=(Tempo(0.0, 120.0),))
        score = _continued(primer, job.options.length_seconds)
        await asyncio.to_thread(self._write, job.folder, score, primer.length_seconds, job.title)
        self.finished.append(job.ticket_id)
        return self._composed(job, score, primer.length_seconds)

    def _write(self, folder: Path, score: Score, primer_seconds: float, title: str) -> None:
        (folder / "piece.mid").write_bytes(write_midi(score, title=title))
        seconds = score.length_seconds if self.recording_seconds is None else self.recording_seconds
        (folder / "piece.mp3").write_bytes(silent_mp3(seconds))
        (folder / "piece.png").write_bytes(grey_png())
        notes = [[score.seconds_at(n.start), score.seconds_at(n.end), n.pitch, n.velocity] for n in score.notes]
        content = {
            "score": json.loads(to_json(score)),
            "primer_end_seconds": primer_seconds,
            "key": "C major",
            "tempo": score.mean_bpm,
            "title": title,
            "notes_seconds": notes,
            "pedals_seconds": [],
        }
        (folder / "piece.json").write_text(json.dumps(content), encoding="utf-8")

    def _network(self, job: ComposeJob) -> str:
        """The id of what composes."""
        if job.options.engine is Engine.ROLL:
            return ROLL_ID
        return job.checkpoint.name if job.checkpoint else self.checkpoint_id

    def _composed(self, job: ComposeJob, score: Score, primer_seconds: float) -> Composed:
        if job.options.random_seed is None:
            message = "a job came to the workers without a random seed"
            raise AssertionError(message)
        return Composed(
            title=job.title,
            key="C major",
            tempo=score.mean_bpm,
            length_seconds=score.length_seconds,
            primer_seconds=primer_seconds,
            notes=len(score.notes),
            random_seed=job.options.random_seed,
            checkpoint_id=self._network(job),
            soundfont=self.soundfont,
        )


def _continued(primer: Score, length_seconds: float) -> Score:
    """The primer, then a scale of quarter notes up to the length, but at least one."""
    notes, start = list(primer.notes), float(int(primer.end_beat) + 1) if primer.notes else 0.0
    count = max(1, int(primer.beat_at(length_seconds) - start))
    notes += [Note(start + beat, 60 + beat % 12, start + beat + 1.0, 80) for beat in range(count)]
    return Score(notes=tuple(notes), tempos=primer.tempos, time_signatures=primer.time_signatures, title=primer.title)


def silent_mp3(seconds: float, kilobits: int = 192) -> bytes:
    """Silence as an MP3 without any tags."""
    header = bytes((0xFF, 0xFB, _BIT_RATES[kilobits] << 4, 0xC0))
    frame = header + bytes(144 * kilobits * 1000 // 44100 - len(header))
    return frame * max(1, round(seconds * 44100 / 1152))


def grey_png(size: int = 8) -> bytes:
    """A grey square as PNG."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", size, size, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x80" * size) * size)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
