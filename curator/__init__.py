"""voice-curator: from recordings of a voice to a data set worth training on."""

__version__ = "0.1.0"
