"""Runs of coqui's own trainer: their logs and checkpoints read, and a report of them."""
