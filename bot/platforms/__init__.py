"""The platforms: each turns what its people do into calls of the studio, and the studio's answers into messages."""
