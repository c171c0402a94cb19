"""What it costs to hear how a clip is spoken, beside a pitch tracker that could have been used."""

from collections.abc import Iterator

import numpy as np

from curator.audio.waveform import Waveform
from curator.stages.delivery.features import delivery
from curator.stages.delivery.pitch import HIGHEST_HZ, HOP, LOWEST_HZ, WINDOW, pitch
from curator.stages.delivery.pitch import RATE as PITCH_RATE
from tests.benchmarks.rows import Row
from tests.benchmarks.voice import RATE, clips, least_cost, one_thread

CLIPS = 6
CLIP_S = 5.0
LIMIT_MS = 20.0
AGREES = 0.85  # of the frames that both call voiced, within three semitones
FRAME = 1024


def rows() -> Iterator[Row]:
    """The delivery of a clip, with librosa's pyin as the peer for its pitch."""
    import librosa

    def tracked(samples: np.ndarray) -> np.ndarray:
        return librosa.pyin(
            samples,
            fmin=LOWEST_HZ,
            fmax=HIGHEST_HZ,
            sr=RATE,
            frame_length=FRAME,
            hop_length=RATE * HOP // PITCH_RATE,
        )[0]

    waves = clips(CLIPS, CLIP_S)
    with one_thread():
        delivery(Waveform(waves[0], RATE))
        tracked(waves[0][:RATE])
        found, cpu, _ = least_cost(lambda: [delivery(Waveform(wave, RATE)) for wave in waves])
        theirs, peer, _ = least_cost(lambda: [tracked(wave) for wave in waves])
    near, both = 0, 0
    for wave, expected in zip(waves, theirs, strict=True):
        hertz = pitch(wave).hertz
        middles = np.round(np.arange(hertz.size) + WINDOW / HOP / 2).astype(int)
        other = expected[np.minimum(middles, expected.size - 1)]
        voiced = (hertz > 0) & ~np.isnan(other)
        both += int(voiced.sum())
        near += int((np.abs(np.log2(hertz[voiced] / other[voiced])) < 3 / 12).sum())
    agreement = near / both
    yield Row(
        id="delivery",
        measure=f"how a clip of {CLIP_S:.0f} s is spoken, all 27 numbers",
        peer_name="librosa pyin, the pitch alone",
        peer=1_000 * peer / CLIPS,
        ours=1_000 * cpu / CLIPS,
        unit="CPU ms",
        pass_line=LIMIT_MS,
        equal=agreement >= AGREES and all(one is not None for one in found),
        note=f"within three semitones of it in {agreement:.1%} of the frames both call voiced",
        is_limit=True,
    )
