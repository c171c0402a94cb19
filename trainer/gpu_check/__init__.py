"""Check of a GPU: trains both networks at their real size with random weights and measures."""
