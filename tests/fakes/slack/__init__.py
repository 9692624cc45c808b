"""A Slack on the loopback: Web API, Socket Mode and files over one model, driven by people in tests.

``FakeSlack`` is the server, ``Person`` somebody who uses it, ``Upload`` a file of theirs; ``until`` waits.
"""

from tests.fakes.discord.waiting import until
from tests.fakes.slack.model import Upload
from tests.fakes.slack.people import Person
from tests.fakes.slack.server import FakeSlack

__all__ = ["FakeSlack", "Person", "Upload", "until"]
