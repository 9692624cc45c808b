"""What listeners liked, as a small critic over plain features of the music; it only chooses among continuations."""
