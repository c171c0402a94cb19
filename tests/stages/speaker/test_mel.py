import numpy as np
import pytest

from curator.stages.speaker.mel import mel_filters


@pytest.mark.parametrize(("window", "bands"), [(400, 40), (321, 120)])
def test_the_filters_are_those_the_networks_were_trained_with(window, bands):
    librosa = pytest.importorskip("librosa")
    expected = librosa.filters.mel(sr=16_000, n_fft=window, n_mels=bands)
    np.testing.assert_allclose(mel_filters(16_000, window, bands), expected, atol=1e-7)
