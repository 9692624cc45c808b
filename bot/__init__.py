"""SchumaNN in the chat: people ask for piano music, hear it and rate it."""
