"""The audit page: play, decide and correct clips."""
