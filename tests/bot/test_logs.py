"""Logs without secrets, ids and line ends."""

from __future__ import annotations

import io
import logging
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.logs import HIDDEN, OneLineFormatter, Redactor, one_line

SECRET = "s3cret/with+signs=="  # noqa: S105 (opens nothing)
BOT_TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4" + ".GaBcDe." + "abcdefghijklmnopqrstuvwxyz0123456789AB"
INTERACTION_TOKEN = "aW50ZXJhY3Rpb246MTIz"  # noqa: S105 (opens nothing)


def _logged(message: str, *arguments: object, error: Exception | None = None) -> str:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(OneLineFormatter(Redactor([SECRET])))
    trace = (type(error), error, error.__traceback__) if error else None
    handler.handle(logging.LogRecord("test", logging.ERROR, __file__, 1, message, arguments, trace))
    return stream.getvalue()


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"the token is {SECRET}", SECRET),
        ("GET /?token=s3cret%2Fwith%2Bsigns%3D%3D", "s3cret"),
        (f"login with {BOT_TOKEN} failed", BOT_TOKEN),
        (f"Authorization: Bot {'x' * 30}", "x" * 30),
        ("Authorization: Bearer abcdefghijklmnopqrstuvwxyz", "abcdefghijklmnopqrstuvwxyz"),
        ("xoxb-1234-abcd failed", "1234-abcd"),
        ("xapp-1-A1-2-abc failed", "A1-2-abc"),
        (f"POST https://discord.com/api/v10/webhooks/12345/{INTERACTION_TOKEN}/messages/@original", INTERACTION_TOKEN),
        (f"POST /interactions/12345/{INTERACTION_TOKEN}/callback", INTERACTION_TOKEN),
        ("PATCH https://127.0.0.1:8/api/v10/webhooks/12/aW50=~+x:y?wait=1 has been rate limited", "aW50"),
        ("('/interactions/12/aW50ZXI=%3D/callback', 429)", "ZXI="),
        ("https://cdn.discordapp.com/attachments/1/2/my%20song.mid?ex=1&hm=abc", "song"),
        ("https://files.slack.com/files-pri/T0ABCDEF1-F0ABCDEF1/download/my_song.mid", "song"),
        ("wss://wss-primary.slack.com/link/?ticket=abc-def&app_id=1", "abc-def"),
        ("https://hooks.slack.com/commands/T1/2/secretsecret", "secretsecret"),
        ("user U0123ABCDEF of T012ABCDE asked", "U0123ABCDEF"),
        ("user U0123ABCDEF of T012ABCDE asked", "T012ABCDE"),
        ('{"token": "abcdefgh"}', "abcdefgh"),
        ("user 123456789012345678 asked", "123456789012345678"),
        ("cookie of 0123456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcdef"),
    ],
)
def test_secrets_and_ids_are_taken_out(text: str, secret: str) -> None:
    """In the message, in its arguments and in the traceback of an error."""
    for line in (_logged(text), _logged("%s", text), _logged("it failed", error=ValueError(text))):
        assert secret not in line
        assert HIDDEN in line or "[id]" in line or "[attachment]" in line or "[address]" in line


@pytest.mark.parametrize(
    "text",
    [
        "request 17 was composed in 0.68 s with random seed 2147483647 by note-lstm-bca8b05974",
        "the web chat listens on http://127.0.0.1:8080/",
        "Bot restarting, support id k7q2m9xd",
    ],
)
def test_what_helps_is_kept(text: str) -> None:
    """Numbers of requests, random seeds, checkpoints, addresses and support ids stay readable."""
    assert Redactor([SECRET])(text) == text


def test_an_error_is_one_line_with_its_traceback() -> None:
    """Line ends become escapes, so that nobody can forge a record and every record can be searched."""
    try:
        raise ValueError("first\nsecond\x1b[31m\u202e")  # noqa: EM101, TRY003, TRY301 (the text is the test)
    except ValueError as error:
        line = _logged("it failed", error=error)

    assert line.count("\n") == 1
    assert r"Traceback (most recent call last):\n" in line
    assert r"first\nsecond\x1b[31m\u202e" in line


@given(st.text())
def test_every_record_is_one_printable_line(text: str) -> None:
    """Whatever is logged, there is one line, and it can be written as UTF-8."""
    line = one_line(text)

    assert len(line.splitlines()) <= 1
    assert line.encode("utf-8") or not text


@given(st.text(), st.text(st.characters(codec="utf-8", exclude_categories=["C"]), min_size=8), st.text())
def test_a_secret_never_comes_through(before: str, secret: str, after: str) -> None:
    """Whatever stands around it."""
    assert secret not in Redactor([secret])(f"{before}{secret}{after}") or secret in f"{before}{HIDDEN}{after}"


def test_short_secrets_do_not_blacken_everything() -> None:
    """Something as short as a word cannot be a token, and hiding it everywhere would make the log useless."""
    assert Redactor(["on", ""])("once upon a time") == "once upon a time"


def test_chatty_libraries_are_held_back() -> None:
    """At any level libraries log neither statements nor messages; our own modules do as they are told."""
    program = """
import logging
from bot.logs import set_up_logging
set_up_logging("DEBUG", ["s3cret-token"])
logging.getLogger("aiosqlite").debug("executing with values")
logging.getLogger("discord.gateway").info("shard connected")
logging.getLogger("aiohttp.access").info("GET /")
logging.getLogger("bot.desk").debug("hello s3cret-token")
logging.getLogger("discord.http").warning("rate limited")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    lines = done.stderr.splitlines()

    assert [line.split(" ", 2)[2] for line in lines] == [
        f"DEBUG bot.desk: hello {HIDDEN}",
        "WARNING discord.http: rate limited",
    ]
    assert done.stdout == ""
