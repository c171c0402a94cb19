"""Frames, spectra, loudness and pitch: what several measures look at, at 16 kHz every 10 ms."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trainer.speech.sound import LISTENING_RATE, Samples

HOP = 160  # samples, 10 ms
WINDOW = 400  # samples, 25 ms, of spectra and loudness
BANDS = 32  # mel bands, 60 Hz to 7 kHz: about as fine as hearing is
LOWEST_HZ, HIGHEST_HZ = 60.0, 7000.0
FLOOR_DB = -80.0  # below full scale; quieter is silence

PITCH_WINDOW = 800  # samples, 50 ms: three periods of the deepest voice
DEEPEST_HZ, SHRILLEST_HZ = 60.0, 450.0
VOICED = 0.55  # of the autocorrelation's height; what is below has no clear pitch
SEMITONE_ZERO_HZ = 55.0
OCTAVE = 12.0

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Frames:
    """spectrum: decibels (frames, bands). loudness: decibels (frames,). pitch: semitones, NaN."""

    spectrum: Values
    loudness: Values
    pitch: Values


def frames_of(samples: Samples) -> Frames:
    """What the measures look at; one frame at least."""
    sound = np.pad(samples.astype(np.float64), (0, max(0, PITCH_WINDOW - len(samples))))
    frames = _cut(sound, WINDOW)
    power = np.square(np.abs(np.fft.rfft(frames * np.hanning(WINDOW), n=512, axis=1)))
    spectrum = _decibels(power @ _filters().T / WINDOW)
    loudness = _decibels(np.square(frames).mean(axis=1))
    pitch = _pitch(_cut(sound, PITCH_WINDOW))
    count = len(pitch)
    return Frames(spectrum[:count], loudness[:count], pitch)


def _cut(sound: Values, window: int) -> Values:
    views = np.lib.stride_tricks.sliding_window_view(sound, window)
    values: Values = views[::HOP]
    return values


def _decibels(power: Values) -> Values:
    values: Values = np.maximum(10.0 * np.log10(np.maximum(power, 1e-12)), FLOOR_DB)
    return values


def _filters() -> Values:
    """Triangles on the mel scale, (bands, 257)."""
    lowest, highest = (2595.0 * np.log10(1 + hz / 700.0) for hz in (LOWEST_HZ, HIGHEST_HZ))
    mels = np.linspace(lowest, highest, BANDS + 2)
    edges = 700.0 * (10.0 ** (mels / 2595.0) - 1)
    bins = np.fft.rfftfreq(512, 1.0 / LISTENING_RATE)
    ramps = (bins[None, :] - edges[:-1, None]) / np.diff(edges)[:, None]
    values: Values = np.maximum(0.0, np.minimum(ramps[:-1], 1.0 - ramps[1:]))
    return values


def _pitch(frames: Values) -> Values:
    """Semitones above 55 Hz by autocorrelation, NaN where there is no clear pitch; (frames,)."""
    window = np.hanning(PITCH_WINDOW)
    size = 2048
    of_window = np.fft.irfft(np.square(np.abs(np.fft.rfft(window, size))))[:PITCH_WINDOW]
    of_window /= of_window[0]
    shifted = frames - frames.mean(axis=1, keepdims=True)
    spectra = np.square(np.abs(np.fft.rfft(shifted * window, size, axis=1)))
    auto = np.fft.irfft(spectra, axis=1)[:, :PITCH_WINDOW]
    auto = auto / np.maximum(auto[:, :1], 1e-9) / np.maximum(of_window, 1e-3)
    least, most = int(LISTENING_RATE / SHRILLEST_HZ), int(LISTENING_RATE / DEEPEST_HZ)
    lags = np.arange(least, most)
    heights = auto[:, least:most] - 0.02 * np.log2(lags / least)  # of equals the shortest period
    best = heights.argmax(axis=1)
    height = auto[np.arange(len(auto)), best + least]
    inside = (best > 0) & (best < len(lags) - 1)
    voiced = inside & (height >= VOICED) & (np.square(shifted).mean(axis=1) > 1e-6)
    before, at, after = (auto[np.arange(len(auto)), best + least + step] for step in (-1, 0, 1))
    bend = before - 2 * at + after
    finer = np.where(np.abs(bend) > 1e-9, 0.5 * (before - after) / np.where(bend == 0, 1, bend), 0)
    hertz = LISTENING_RATE / (best + least + np.clip(finer, -0.5, 0.5))
    values: Values = np.where(voiced, OCTAVE * np.log2(hertz / SEMITONE_ZERO_HZ), np.nan)
    return values
