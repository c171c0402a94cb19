"""Segmentation: voice activity, speaker turns, pauses and the cut plan."""
