"""Files that are either whole or not there."""

from __future__ import annotations

import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING

from composer.errors import RenderError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path beside ``path`` that takes its place when the block ends well, and goes when it does not.

    Raises:
        RenderError: the folder is missing, full or read-only.
    """
    # Never a name of someone else's making: it reaches other programs.
    temporary = path.resolve().with_name(f".{uuid.uuid4().hex}{path.suffix}")
    try:
        yield temporary
        temporary.replace(path)
    except OSError as error:
        message = f"{path.name} could not be written: {error.strerror or error}."
        raise RenderError(message) from error
    finally:
        temporary.unlink(missing_ok=True)
