"""The exported bundle: manifest, preflight checks, vocabulary and sampling weights."""
