"""voice-curator: turns recordings of a voice into a training set."""

__version__ = "0.1.0"
