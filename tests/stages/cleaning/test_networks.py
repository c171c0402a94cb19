"""ClearVoice and Demucs on small random networks of their own architecture, by the same path."""

import hashlib
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from curator.domain.errors import MissingModel
from curator.jobs.derive import AGAIN_S
from curator.stages.cleaning import networks as cleaning_networks
from curator.stages.cleaning.clean import cleaned
from curator.stages.cleaning.cleaners import (
    Equipment,
    frcrn_se_16k,
    htdemucs,
    info_of,
    mossformer2_se_48k,
    mossformer2_sr_48k,
    mossformergan_se_16k,
)
from curator.stages.cleaning.stream import Pieces, Sound
from curator.weights import folder as weights_folder
from curator.weights.catalogue import listed_model
from tests.helpers.cleaning import CPU, a_step, cleaned_by, lag
from tests.helpers.sounds import noise, one_sample, silence, speech_like

pytestmark = [
    pytest.mark.model,
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:.torch.nn.utils.weight_norm:FutureWarning"),
]

MODULES = {
    "mossformer2_se_48k": mossformer2_se_48k,
    "frcrn_se_16k": frcrn_se_16k,
    "mossformergan_se_16k": mossformergan_se_16k,
    "mossformer2_sr_48k": mossformer2_sr_48k,
    "htdemucs": htdemucs,
}
SLOW = ("frcrn_se_16k", "mossformergan_se_16k", "htdemucs")
FILES = {"htdemucs": htdemucs.FILE}
TINY_SHAPE = SimpleNamespace(**{**vars(mossformer2_sr_48k.SHAPE), "upsample_initial_channel": 64})
DEMUCS = {"sources": ["drums", "bass", "other", "vocals"], "channels": 16,
          "t_layers": 1, "t_heads": 2, "bottom_channels": 32, "segment": 7.8}  # fmt: skip


def small(key):
    """The network's own classes, with few blocks and channels."""
    import torch

    torch.manual_seed(0)
    if key == "mossformer2_se_48k":
        from clearvoice.models.mossformer2_se import mossformer2_se_wrapper as wrapper
        from clearvoice.models.mossformer2_se.mossformer2 import MossFormer_MaskNet

        network = wrapper.TestNet.__new__(wrapper.TestNet)
        torch.nn.Module.__init__(network)
        network.mossformer = MossFormer_MaskNet(180, 32, 961, num_blocks=1)
        return network
    if key == "frcrn_se_16k":
        return frcrn_se_16k.build()
    if key == "mossformergan_se_16k":
        from clearvoice.models.mossformer_gan_se.generator import SyncANet

        network = SyncANet(num_channel=64, num_features=201)
        network.blocks, network.n_layers = network.blocks[:1], 1
        return network
    from clearvoice.models.mossformer2_sr.generator import Generator, Mossformer
    from clearvoice.models.mossformer2_sr.mossformer2 import MossFormer_MaskNet

    mends = Mossformer.__new__(Mossformer)
    torch.nn.Module.__init__(mends)
    mends.mossformer = MossFormer_MaskNet(80, 32, 80, num_blocks=1)
    return mends, Generator(TINY_SHAPE)


def plant(key, file, content):
    """Weights in the models' folder, recorded as if they had been downloaded."""
    import torch

    model = listed_of(key)
    folder = weights_folder.folder_of(model)
    folder.mkdir(parents=True, exist_ok=True)
    torch.save(content, folder / file)
    (its,) = (each for each in model.files if each.name == file)
    data = (folder / file).read_bytes()
    weights_folder.record(model, its, hashlib.sha256(data).hexdigest(), len(data), "a test")


def listed_of(key):
    """The list's model, as if its hashes were not known beforehand."""
    model = listed_model(key)
    files = tuple(replace(file, sha256="", size=None) for file in model.files)
    return replace(model, files=files)


@pytest.fixture
def networks(tmp_path, monkeypatch):
    """Small networks of all kinds, their weights planted; they are made by the usual loaders."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(weights_folder, "listed_model", listed_of)
    monkeypatch.setattr(frcrn_se_16k, "COMPLEXITY", 4)

    def planted(key):
        module = MODULES[key]
        if key == "htdemucs":
            from demucs.htdemucs import HTDemucs

            network = HTDemucs(**DEMUCS)
            state = {name: value.half() for name, value in network.state_dict().items()}
            package = {"klass": HTDemucs, "args": (), "kwargs": DEMUCS, "state": state,
                       "training_args": {"seed": 0}}  # fmt: skip
            plant(key, htdemucs.FILE, package)
        elif key == "mossformer2_sr_48k":
            pair = small(key)
            plant(key, "last_best_checkpoint_m.pt", {"mossformer": pair[0].state_dict()})
            plant(key, "last_best_checkpoint_g.pt", {"generator": pair[1].state_dict()})
            monkeypatch.setattr(module, "build", lambda: small(key))
        else:
            weights = {f"module.{k}": v for k, v in small(key).state_dict().items()}
            plant(key, "last_best_checkpoint.pt", {"model": weights})
            if key != "frcrn_se_16k":
                monkeypatch.setattr(module, "build", lambda: small(key))
        return module

    return planted


def made_cleaner(key):
    from curator.stages.cleaning.cleaners import made

    return made(a_step(key), CPU)


@pytest.mark.parametrize("key", MODULES)
def test_a_small_network_of_the_same_kind_keeps_length_and_is_finite(key, networks):
    networks(key)
    rate = 16_000
    speech = speech_like(1.5, rate)
    out = cleaned_by([a_step(key)], speech, rate)
    expected = speech.size * 3 if key == "mossformer2_sr_48k" else speech.size
    assert out.size == expected
    assert np.isfinite(out).all()
    if key != "mossformer2_sr_48k":
        assert not np.array_equal(out, speech)


@pytest.mark.parametrize("key", MODULES)
def test_odd_sounds_stay_as_long_and_finite(key, networks):
    networks(key)
    odd = (
        (speech_like(0.2, 8_000), 8_000),
        (silence(0.2, 96_000), 96_000),
        (np.clip(8 * speech_like(0.3, 22_050), -1, 1), 22_050),
        (speech_like(0.3, 96_000), 96_000),
        (one_sample(), 22_050),
    )
    for samples, rate in odd[: 2 if key in SLOW else None]:
        out = cleaned_by([a_step(key)], samples, rate)
        widens = key == "mossformer2_sr_48k" and rate < 48_000
        wanted = round(samples.size * 48_000 / rate) if widens else samples.size
        assert abs(out.size - wanted) <= (1 if widens else 0)
        assert np.isfinite(out).all()


def test_going_on_inside_a_recording_gives_what_the_whole_would(networks, monkeypatch):
    module = networks("mossformer2_se_48k")
    rate = 22_050
    monkeypatch.setattr(module, "PIECES", Pieces(48_000, 12_000, 4_800))
    speech = speech_like(6.0, rate)

    def run(wanted_from):
        steps = [a_step("high_pass"), a_step("mossformer2_se_48k")]
        return cleaned(lambda: Sound.of(speech, rate), steps, CPU, wanted_from).all()

    whole, rest = run(0.0), run(3.0)
    assert rest.size == whole.size
    after = round((3.0 + AGAIN_S) * rate)
    np.testing.assert_array_equal(rest[after:], whole[after:])
    assert not rest[:rate].any()


def pass_through(key, cleaner):
    """Make the loaded network let everything through, where it decides what to let through."""
    import torch

    class Ones(torch.nn.Module):
        def __init__(self, answer):
            super().__init__()
            self._answer = answer

        def forward(self, x):
            return self._answer(x)

    if key == "mossformer2_se_48k":
        cleaner._network = Ones(lambda x: [torch.ones(1, x.shape[1], 961)])
    elif key == "frcrn_se_16k":
        full = Ones(lambda x: torch.stack([torch.full_like(x[..., 0], 20), x[..., 0] * 0], -1))
        cleaner._network.unet, cleaner._network.unet2 = full, Ones(torch.zeros_like)
    elif key == "mossformergan_se_16k":
        cleaner._network = Ones(lambda x: (x[:, 0], x[:, 1]))
    elif key == "htdemucs":
        cleaner._network = Ones(lambda x: x[:, None].expand(1, 4, 2, x.shape[-1]))
    else:
        cleaner._forward = lambda sound: sound


@pytest.mark.parametrize("key", MODULES)
def test_what_is_let_through_comes_out_in_step_and_the_same_in_pieces(key, networks, monkeypatch):
    module = networks(key)
    cleaner = made_cleaner(key)
    pass_through(key, cleaner)
    rate = info_of(key).rate
    speech = speech_like(4.0, rate) + noise(4.0, rate, 0.01)

    def run(step_s):
        pieces = Pieces(round(step_s * rate), rate // 2, rate // 10)
        monkeypatch.setattr(module, "PIECES", pieces)
        sound = Sound.of(speech, rate, 7_001)
        return Sound(cleaner.clean(sound), rate, sound.samples).all()

    whole, in_pieces = run(9.0), run(1.0)
    assert whole.size == in_pieces.size == speech.size
    assert lag(whole, speech) == 0
    inner = slice(rate // 10, -rate // 10)
    assert np.abs(whole - in_pieces)[inner].max() <= 1e-4
    assert np.abs(whole - speech)[inner].max() <= 2e-3


def test_a_joint_is_no_jump_where_a_network_hears_pieces_otherwise(networks, monkeypatch):
    networks("mossformer2_se_48k")
    cleaner = made_cleaner("mossformer2_se_48k")
    rate = 48_000
    speech = speech_like(3.0, rate)
    pieces = Pieces(rate, rate // 2, rate // 10)
    monkeypatch.setattr(mossformer2_se_48k, "PIECES", pieces)
    out = np.concatenate(list(cleaner.clean(Sound.of(speech, rate))))
    steps, usual = np.abs(np.diff(out)), np.abs(np.diff(speech))
    for joint in (rate, 2 * rate):
        assert steps[joint - 50 : joint + 50].max() <= 2 * max(usual.max(), 1e-3)


def test_a_missing_clearvoice_file_is_refused(networks):
    networks("mossformer2_se_48k")
    assert made_cleaner("mossformer2_se_48k")
    model = listed_of("mossformer2_se_48k")
    (weights_folder.folder_of(model) / "last_best_checkpoint.pt").unlink()
    with pytest.raises(MissingModel, match="is missing") as refused:
        made_cleaner("mossformer2_se_48k")
    assert "curator models get" in refused.value.hint


def test_a_wrong_clearvoice_file_is_refused_unopened(networks, monkeypatch):
    networks("mossformer2_se_48k")
    model = listed_of("mossformer2_se_48k")
    path = weights_folder.folder_of(model) / "last_best_checkpoint.pt"
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    monkeypatch.setattr("torch.load", lambda *_, **__: pytest.fail("it was opened"))
    with pytest.raises(MissingModel, match="not the file it should be"):
        made_cleaner("mossformer2_se_48k")


def test_a_planted_file_does_not_pass_the_hash_of_the_list(tmp_path, monkeypatch):
    import torch

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    model = listed_model("mossformer2_se_48k")
    folder = weights_folder.folder_of(model)
    folder.mkdir(parents=True)
    torch.save({"model": {}}, folder / "last_best_checkpoint.pt")
    with pytest.raises(MissingModel, match=f"instead of {model.files[0].size}"):
        made_cleaner("mossformer2_se_48k")


def test_weights_of_another_network_are_refused_and_none_is_passed_over(networks):
    networks("mossformer2_se_48k")
    weights = small("mossformer2_se_48k").state_dict()
    weights.pop(next(iter(weights)))
    model = listed_of("mossformer2_se_48k")
    (weights_folder.models_folder() / weights_folder.RECORDS).unlink()
    plant(model.name, "last_best_checkpoint.pt", {"model": weights})
    with pytest.raises(MissingModel, match="not those of its network"):
        made_cleaner("mossformer2_se_48k")


def test_a_file_that_holds_more_than_weights_is_refused(networks):
    networks("mossformer2_se_48k")
    (weights_folder.models_folder() / weights_folder.RECORDS).unlink()
    plant("mossformer2_se_48k", "last_best_checkpoint.pt", {"model": SimpleNamespace(x=1)})
    with pytest.raises(MissingModel, match="more than weights"):
        made_cleaner("mossformer2_se_48k")


def test_without_a_gpu_the_processor_is_taken_and_a_demanded_gpu_is_missed(monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    assert cleaning_networks.device_for(Equipment("auto")) == "cpu"
    with pytest.raises(MissingModel, match="no GPU"):
        cleaning_networks.device_for(Equipment("cuda"))
