"""Transcription: speech recognition, packing of clips and word times."""
