"""``openers``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from composer.commands.cli import main
from composer.openers import list_openers

if TYPE_CHECKING:
    import pytest


def test_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    """All openers are told with composer, title, key and length."""
    assert main(["openers", "--json"]) == 0
    openers = json.loads(capsys.readouterr().out)["openers"]

    assert [row["name"] for row in openers] == [opener.slug for opener in list_openers()]
    assert {"name", "composer", "title", "opus", "key", "seconds"} == set(openers[0])


def test_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    """One line for each opener, its name first."""
    assert main(["openers"]) == 0
    lines = capsys.readouterr().out.splitlines()

    assert len(lines) == len(list_openers())
    assert any(line.startswith("schumann:traumerei") and "F major" in line for line in lines)
