"""Score to a picture of its piano roll."""
