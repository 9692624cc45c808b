"""A primer and a trained network in, a piece out."""
