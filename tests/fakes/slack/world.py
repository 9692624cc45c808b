"""All that there is on the fake Slack, and what is found in it."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from tests.fakes.discord.clock import Clock
from tests.fakes.slack.errors import ApiError
from tests.fakes.slack.model import Act, Channel, File, Message, Team, User

if TYPE_CHECKING:
    from tests.fakes.slack.model import Upload

_LETTERS = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"


class World:
    """The state of the fake.

    Attributes:
        team: the workspace that the app is installed in.
        bot: the app's user.
        acts: what people did, by the path of its response address.
    """

    def __init__(self) -> None:
        self.clock = Clock()
        self._numbers = itertools.count(1)
        self._last_ts = 0
        self.team = Team(self.mint("T"), "Conservatoire", "conservatoire")
        self.bot = User(self.mint("U"), "schumann", self.team, "bot")
        self.bot_id, self.app_id = self.mint("B"), self.mint("A")
        self.users: dict[str, User] = {self.bot.id: self.bot}
        self.channels: dict[str, Channel] = {}
        self.files: dict[str, File] = {}
        self.acts: dict[str, Act] = {}
        self.add_channel("general")

    def mint(self, letter: str) -> str:
        """An id as Slack makes them: a letter, and ten others."""
        number, text = next(self._numbers) * 7919, ""
        for _ in range(9):
            number, digit = divmod(number, len(_LETTERS))
            text = _LETTERS[digit] + text
        return f"{letter}0{text}"

    def ts(self) -> str:
        """The time of a message, which is its id in its channel."""
        self._last_ts = max(self._last_ts + 1, int(self.clock.now() * 1e6))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06}"

    def add_team(self, name: str) -> Team:
        """Another workspace."""
        return Team(self.mint("T"), name, name.lower())

    def add_user(self, name: str, team: Team | None = None, kind: str = "") -> User:
        """Somebody; of our workspace, unless told otherwise."""
        user = User(self.mint("U"), name, team or self.team, kind)
        self.users[user.id] = user
        return user

    def add_channel(
        self, name: str, *, kind: str = "channel", bot_is_in: bool = True, is_shared: bool = False
    ) -> Channel:
        """A channel of our workspace."""
        letter = "G" if kind == "group" else "C"
        channel = Channel(self.mint(letter), name, self.team, kind, bot_is_in=bot_is_in, is_shared=is_shared)
        self.channels[channel.id] = channel
        return channel

    def private_channel(self, user: User) -> Channel:
        """The conversation of the bot with somebody."""
        for channel in self.channels.values():
            if channel.partner is user:
                return channel
        channel = Channel(self.mint("D"), "directmessage", user.team, "im", partner=user)
        self.channels[channel.id] = channel
        return channel

    def add_file(self, name: str, owner: User, *, base_url: str, upload: Upload | None = None) -> File:
        """A file that Slack knows of, under its private address."""
        number = self.mint("F")
        url = f"{base_url}/files-pri/{owner.team.id}-{number}/download/{_plain(name)}"
        file = File(number, name, name, b"", "application/octet-stream", owner, url, 0)
        if upload is not None:
            file.content, file.content_type, file.manner = upload.content, upload.content_type, upload.manner
            file.mode, file.url = upload.mode, upload.url or url
            known = upload.announced_size
            file.announced_size = len(upload.content) if known is None else known
        self.files[number] = file
        return file

    def channel_for_bot(self, channel_id: object) -> Channel:
        """A channel that the bot may write in; a person's id stands for the conversation with them.

        Raises:
            ApiError: it may not.
        """
        if isinstance(channel_id, str) and (user := self.users.get(channel_id)):
            return self.private_channel(user)
        channel = self.channels.get(str(channel_id))
        if channel is None or (channel.kind == "group" and not channel.bot_is_in):
            error = "channel_not_found"
            raise ApiError(error)
        if not channel.bot_is_in:
            error = "not_in_channel"
            raise ApiError(error)
        if channel.is_archived:
            error = "is_archived"
            raise ApiError(error)
        return channel

    def message_for_bot(self, channel_id: object, ts: object) -> Message:
        """A message that the bot can reach.

        Raises:
            ApiError: there is none.
        """
        message = self.channel_for_bot(channel_id).messages.get(str(ts))
        if message is None or message.visible_to is not None or message.is_tombstone:
            error = "message_not_found"
            raise ApiError(error)
        return message


def _plain(name: str) -> str:
    """A name as it stands in an address."""
    return "".join(letter if letter.isascii() and (letter.isalnum() or letter in ".-") else "_" for letter in name)
