"""The corpus of piano-midi.de, fetched politely."""
