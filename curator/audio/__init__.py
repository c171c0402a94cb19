"""Sound as arrays: files in, waveforms out, and back."""
