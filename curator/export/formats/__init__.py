"""The same clips as other programs want to read them; one file, one format."""
