"""The files that results are kept in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path


def write_result(result: dict[str, Any], path: Path) -> None:
    """As JSON, one piece a line."""
    head = json.dumps({**result, "pieces": None}, indent=1, ensure_ascii=False).removesuffix("null\n}")
    rows = ",\n".join(json.dumps(row, ensure_ascii=False) for row in result["pieces"])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{head}[\n{rows}\n]\n}}\n", encoding="utf-8")
