"""Delivery features: pitch, energy and pace of a clip."""
