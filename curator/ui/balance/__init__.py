"""Page 4: categories against their targets, and suggested clips."""
