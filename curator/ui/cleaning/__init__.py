"""Cleaning dialog: try recipes, compare before and after, apply."""
