"""Scoring: numbers measured on a clip, by one scorer a file."""
