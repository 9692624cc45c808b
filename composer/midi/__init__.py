"""MIDI files in and out: the only bytes of strangers that are ever parsed."""
