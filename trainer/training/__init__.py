"""The training loop, its update and its session."""
