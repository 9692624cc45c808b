"""Learning from votes: rated pieces and a base checkpoint in, a measured candidate out."""
