"""One file, one transcriber."""
