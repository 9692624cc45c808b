"""The MIDI corpus, for the tests that listen to real music; they are skipped where it is not there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_SHARED = Path(os.environ.get("SCHUMANN_SHARED", Path(__file__).resolve().parents[2] / "shared"))
CORPUS = _SHARED / "corpus"
needs_corpus = pytest.mark.skipif(not CORPUS.is_dir(), reason="the MIDI corpus is not here; set SCHUMANN_SHARED")
