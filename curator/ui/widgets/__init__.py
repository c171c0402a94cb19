"""Widgets shared by the pages: waveform, spectrogram, query field, categories and badges."""
