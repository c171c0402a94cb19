"""How high the voice reaches: telephone, low-rate streams and upsampled files stop early.

Steady noise above the voice does not count; where nothing rises and falls, all sound counts.
"""

import numpy as np

from curator.stages.scoring.scorers import ScorerInput, scorer

WINDOW_S = 0.032
REACH_DB = 60.0  # below the strongest band; the quietest fricatives lie 50 dB below the vowels
LOUD = 0.95  # quantile over time: fricatives come in few of the frames
QUIET = 0.1  # the same for the pauses
RISE_DB = 10.0  # from quiet to loud; steady noise, which reaches everywhere, rises by 5
BAND_HZ = 150.0  # the spectrum is looked at in bands this wide


@scorer(
    label="Bandwidth",
    unit="Hz",
    better="higher",
    version=1,
    hears="source",
    between=(0.0, 192_000.0),
)
class Bandwidth:
    """Finds where the spectrum ends."""

    def __call__(self, inputs: ScorerInput) -> dict[str, float]:
        """The highest frequency in Hz that holds sound; 0 for silence."""
        from scipy.signal import stft

        samples, rate = inputs.wave.samples, inputs.wave.rate
        window = max(8, round(WINDOW_S * rate))
        if samples.size < window:
            samples = np.pad(samples, (0, window - samples.size))
        # A Blackman window leaks less than 60 dB below the peak into distant bands.
        frequencies, _, spectrum = stft(samples, rate, window="blackman", nperseg=window)
        power = np.square(np.abs(spectrum))  # (bins, frames)
        width = max(1, round(BAND_HZ / (frequencies[1] - frequencies[0])))
        bands = power[: power.shape[0] // width * width].reshape(-1, width, power.shape[1])
        quiet, loud = np.quantile(bands.mean(axis=1), (QUIET, LOUD), axis=1)  # (bands,) each
        if loud.max() <= 0.0:
            return {"bandwidth": 0.0}
        within_reach = loud >= loud.max() * 10.0 ** (-REACH_DB / 10.0)
        of_the_voice = within_reach & (loud >= quiet * 10.0 ** (RISE_DB / 10.0))
        reached = np.flatnonzero(of_the_voice if of_the_voice.any() else within_reach)
        top = (int(reached[-1]) + 1) * width * float(frequencies[1])
        return {"bandwidth": min(top, rate / 2)}
