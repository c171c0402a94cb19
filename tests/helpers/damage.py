"""Cleanings that went wrong, made on purpose, and good ones, of speech at 16 kHz."""

import numpy as np

from curator.audio.waveform import Samples

RATE = 16_000


def band_limited(speech: Samples, hz: float = 3000.0) -> Samples:
    """Nothing above ``hz``, as over an old telephone."""
    from scipy.signal import butter, sosfiltfilt

    sections = butter(8, hz, fs=RATE, output="sos")
    return np.asarray(sosfiltfilt(sections, speech), np.float32)


def pitch_shifted(speech: Samples, semitones: float) -> Samples:
    """Higher or lower, as long as before."""
    from librosa.effects import pitch_shift

    return np.asarray(pitch_shift(speech, sr=RATE, n_steps=semitones), np.float32)


def gated(speech: Samples, below_peak_db: float = 18.0) -> Samples:
    """Silent wherever it is not loud."""
    from scipy.ndimage import uniform_filter1d

    level = np.sqrt(uniform_filter1d(np.square(speech, dtype=np.float64), 320) + 1e-12)
    is_open = level > np.quantile(level, 0.98) * 10 ** (-below_peak_db / 20)
    return np.asarray(speech * uniform_filter1d(is_open.astype(np.float64), 80), np.float32)


def another_voice(speech: Samples, other: Samples) -> Samples:
    """Somebody else, as long."""
    return np.resize(other, speech.size).astype(np.float32)
