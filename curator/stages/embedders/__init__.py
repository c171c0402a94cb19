"""One file, one embedder: networks that turn a voice into a direction."""
