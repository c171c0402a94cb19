"""Optimizer, schedule, gradients and early stopping."""
