"""Intake page: import of recordings and their analysis."""
