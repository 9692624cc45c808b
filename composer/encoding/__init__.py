"""Music as the network meets it: note events, ids, history, arrays."""
