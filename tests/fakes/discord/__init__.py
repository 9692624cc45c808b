"""A Discord on the loopback: REST, gateway and attachments over one model, driven by people in tests.

``FakeDiscord`` is the server, ``patched`` points the real discord.py at it, ``until`` waits for something to happen.
"""

from tests.fakes.discord.patching import patched
from tests.fakes.discord.people import Person, Upload
from tests.fakes.discord.server import FakeDiscord
from tests.fakes.discord.waiting import until

__all__ = ["FakeDiscord", "Person", "Upload", "patched", "until"]
