"""Score to audio: FluidSynth plays, LAME encodes, every file is checked."""
