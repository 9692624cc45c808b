"""How good a checkpoint is: likelihood of unseen music beside n-grams, and its continuations beside the true ones."""
