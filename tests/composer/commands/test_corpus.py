"""``corpus fetch`` from a real web site on the loopback address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from composer.commands.cli import main
from tests.composer.loopback_site import LoopbackSite, Reply

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_fetch(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Files are fetched into a folder that is made for them; the manifest is the answer."""
    page = Reply(b'<a href="midis/bach/prelude.mid">Prelude</a>')
    with LoopbackSite({"/midi_files.htm": page, "/midis/bach/prelude.mid": Reply(b"MThd")}) as site:
        options = ["--site", site.url, "--pause", "0.5", "--contact", "https://example.org/me"]

        assert main(["corpus", "fetch", str(tmp_path / "new"), *options]) == 0

    said = capsys.readouterr()
    assert said.out == f"{tmp_path / 'new' / 'manifest.csv'}\n"
    assert "1 new files" in said.err
    assert (tmp_path / "new" / "piano-midi.de" / "bach" / "prelude.mid").exists()


def test_files_that_could_not_be_had(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is missing in the end is told, with code 1."""
    page = Reply(b'<a href="midis/bach/prelude.mid">Prelude</a> <a href="midis/bach/fugue.mid">Fugue</a>')
    with LoopbackSite({"/midi_files.htm": page, "/midis/bach/prelude.mid": Reply(b"MThd")}) as site:
        assert main(["corpus", "fetch", str(tmp_path), "--site", site.url, "--pause", "0.5"]) == 1

    assert "404" in capsys.readouterr().err


def test_site_that_does_not_want_this(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A denial is told in a sentence."""
    with LoopbackSite({"/robots.txt": Reply(b"User-agent: *\nDisallow: /")}) as site:
        assert main(["corpus", "fetch", str(tmp_path), "--site", site.url]) == 1

    assert capsys.readouterr().err.endswith("was left alone.\n")
