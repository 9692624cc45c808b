"""SchumaNN's composer: music in, music out; knows nothing of chat, SQL or asyncio."""

__version__ = "0.1.0"
