"""Decisions into files that another program can trust: a bundle, complete or absent."""
