"""The Keras definitions of the networks; only these, training and export import Keras."""
