"""Features: independence of other clips, and the cache."""

import numpy as np
import pytest
import soundfile
import torch

from tests.trainer.backends.xtts.conftest import configured
from trainer.data.features import entry_path, prepare
from trainer.families import cache_folder

pytestmark = pytest.mark.model


def test_the_codebook_of_the_small_random_base_is_in_use(dataset):
    used = {
        int(code) for item in dataset.prepared.by_clip.values() for code in item.arrays["codes"]
    }
    assert len(used) >= 500


def test_code_lengths_equal_the_stock_trainer(dataset, speech):
    for clip in speech.clips:
        assert len(dataset.prepared.by_clip[clip.id].arrays["codes"]) == -(-clip.samples // 1024)


def test_codes_do_not_depend_on_other_clips(opened, speech):
    backend = opened()
    clip = speech.clips[3]
    alone = backend.encode(clip, speech.audio(clip))["codes"]
    dvae, extract, _ = backend._encoders
    wave, _ = soundfile.read(speech.audio(clip), dtype="float32")
    long = torch.zeros(2, len(wave) + 60_000)
    long[0, : len(wave)] = torch.from_numpy(wave)
    long[1] = torch.randn(long.shape[1]) * 0.1
    beside = dvae.get_codebook_indices(extract(long))[0, : len(alone)].numpy()
    assert np.mean(alone != beside) < 0.02  # near ties in the codebook may differ


def test_a_second_preparation_reuses_the_cache(opened, dataset, speech):
    again = prepare(opened(), speech, speech.clips, configured())
    assert (again.encoded, again.reused) == (0, len(speech.clips))


def test_a_damaged_entry_is_rebuilt(opened, dataset, speech):
    backend, config = opened(), configured()
    clip = speech.clips[5]
    before = dataset.prepared.by_clip[clip.id].arrays["codes"]
    path = entry_path(cache_folder(speech.folder, config), backend.feature_key(), clip)
    whole = path.read_bytes()
    path.write_bytes(whole[:-100] + bytes(100))
    again = prepare(backend, speech, speech.clips, config)
    assert (again.encoded, again.damaged) == (1, (clip.id,))
    assert path.read_bytes() == whole
    assert np.array_equal(again.by_clip[clip.id].arrays["codes"], before)


def test_cache_paths_depend_on_network_text_and_audio(opened, speech):
    import msgspec

    config = configured()
    folder = cache_folder(speech.folder, config)
    clip, key = speech.clips[0], opened().feature_key()
    places = {
        entry_path(folder, key, clip),
        entry_path(folder, "other", clip),
        entry_path(folder, key, msgspec.structs.replace(clip, sha256="0" * 64)),
        entry_path(folder, key, msgspec.structs.replace(clip, text="Something else.")),
    }
    assert len(places) == 4
    assert opened("run.seed=1").feature_key() != key  # another random DVAE


def test_the_mel_is_read_in_slices(opened, dataset, speech):
    clip = speech.clips[2]
    features = dataset.prepared.by_clip[clip.id]
    whole = opened().encode(clip, speech.audio(clip))["mel"]
    assert np.array_equal(features.mel(0, features.frames), whole)
    assert np.array_equal(features.mel(7, 20), whole[7:27])
