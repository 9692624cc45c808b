"""Retraining: from the votes on pieces to a network that composes more of what was liked, and back again."""
