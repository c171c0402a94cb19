"""Cleaning: networks and filters applied to recordings or clips, guarded by measurements."""
