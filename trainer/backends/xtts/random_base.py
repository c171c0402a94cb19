"""Small random XTTS base in the file layout of the released one, for tests.

Its codebook consists of random encoder outputs on the audio of the bundle: with a random codebook,
nearly every frame would get the same few codes, and a falling loss would prove nothing.
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.backends.xtts import networks
from trainer.backends.xtts.coqui import coqui
from trainer.backends.xtts.vocoder import RELEASED_WIDTH, new_decoder, widened
from trainer.bundle.manifest import Bundle, Clip
from trainer.config import TrainConfig
from trainer.errors import TrainerError
from trainer.foreign_files import read_mono
from trainer.languages import GROWN, base_code, letters_of
from trainer.runs.files import build_once
from trainer.target import read_target

if TYPE_CHECKING:
    import torch

VERSION = 4
SYMBOLS = ".,;:!?'’\"“”„«»()-–—…¿¡&%/0123456789"  # the targets' punctuation and digits
CODES = 1024  # of XTTS-v2: gpt_num_audio_tokens 1026 less start and stop
DVAE_BLOCKS = 3  # as in the released DVAE, whose width is 512
CALIBRATION_CLIPS = 48  # enough for 1024 distinct frames at 21.5 codes a second
SPECIAL_FIRST = ("[STOP]", "[UNK]", "[SPACE]")  # ids 0, 1, 2, as coqui's tokenizer expects


def random_base(config: TrainConfig, bundle: Bundle, cache: Path) -> Path:
    """Folder of the small random base for this bundle; built once."""
    sizes = config.model
    spec = [VERSION, sizes.layers, sizes.width, sizes.heads, sizes.dvae_width, sizes.vocabulary]
    text = json.dumps([*spec, sizes.vocoder_width, config.run.seed, bundle.manifest_sha256])
    folder = cache / f"random-base-{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    return build_once(folder, lambda empty: _build(empty, config, bundle))


def _build(folder: Path, config: TrainConfig, bundle: Bundle) -> None:
    import torch

    sizes = config.model
    clips = _spread(bundle.part("train") or bundle.clips)
    if sizes.width % sizes.heads or sizes.width % 32:
        raise TrainerError("model.width must be a multiple of 32 and of model.heads.")
    if sizes.vocoder_width % 16 or not 0 < sizes.vocoder_width <= RELEASED_WIDTH:
        raise TrainerError(
            f"model.vocoder_width must be a multiple of 16, at most {RELEASED_WIDTH}."
        )
    _write_vocabulary(folder / "vocab.json", bundle, sizes.vocabulary)
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(config.run.seed)
        stats = _write_mel_stats(folder, bundle, clips)
        _write_dvae(folder, bundle, clips, sizes.dvae_width)
        _write_model(folder, _write_config(folder, config), sizes.vocoder_width, stats)


def _spread(clips: Sequence[Clip]) -> Sequence[Clip]:
    """At most CALIBRATION_CLIPS clips, evenly spaced."""
    step = max(1, -(-len(clips) // CALIBRATION_CLIPS))
    return clips[::step]


def _wave(bundle: Bundle, clip: Clip) -> "torch.Tensor":
    """Read the audio of a clip, float32 (1, samples)."""
    import torch

    samples, _ = read_mono(bundle.audio(clip))
    return torch.from_numpy(samples)[None]


def _write_vocabulary(path: Path, bundle: Bundle, size: int) -> None:
    """Train a BPE vocabulary on the text of the bundle, with the letters of native languages."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    target = read_target("xtts_v2")
    native = [code for code, treatment in target.treatments.items() if treatment != GROWN]
    letters = {sign.lower() for code in native for sign in letters_of(code) | set(SYMBOLS)}
    alphabet = sorted(sign for sign in letters if len(sign) == 1)
    tags = (f"[{'zh-cn' if code == 'zh' else code}]" for code in native)
    special = [*SPECIAL_FIRST, *tags, "[START]"]
    stock = networks.tokenizer(None)
    texts = [
        stock.preprocess_text(clip.text, code)
        for clip in bundle.clips
        if (code := base_code(clip.language)) in native
    ]
    tokenizer = Tokenizer(models.BPE(unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    trainer = trainers.BpeTrainer(
        vocab_size=max(size, len(special) + len(set(alphabet))),
        special_tokens=special,
        initial_alphabet=alphabet,
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    tokenizer.save(str(path))


def _write_mel_stats(folder: Path, bundle: Bundle, clips: Sequence[Clip]) -> "torch.Tensor":
    """Write the mean magnitude of the log-mel by band, for normalisation."""
    import torch

    extract = coqui("tts.layers.tortoise.arch_utils").TorchMelSpectrogram(mel_norm_file=None)
    mels = torch.cat([extract(_wave(bundle, clip))[0] for clip in clips], dim=1)  # (80, frames)
    stats = mels.abs().mean(dim=1).clamp(min=0.1)
    torch.save(stats, folder / "mel_stats.pth")
    return stats


def _write_dvae(folder: Path, bundle: Bundle, clips: Sequence[Clip], hidden: int) -> None:
    """Write a random DVAE with a codebook of its encoder outputs."""
    import torch

    dvae: Any = networks.new_dvae(hidden=hidden, blocks=DVAE_BLOCKS, dim=hidden, codes=CODES)
    extract = networks.mel_extractor(folder, style=False)
    outputs = [dvae.encoder(extract(_wave(bundle, clip)))[0].T for clip in clips]
    frames = torch.cat(outputs)  # (codes, hidden)
    frames = frames[torch.randperm(len(frames))]
    if len(frames) < CODES:  # too little audio: add noisy copies
        more = frames[torch.randint(len(frames), (CODES - len(frames),))]
        frames = torch.cat([frames, more + frames.std() * torch.randn_like(more)])
    dvae.codebook.embed.copy_(frames[:CODES].T)
    dvae.codebook.embed_avg.copy_(frames[:CODES].T)
    torch.save(dvae.state_dict(), folder / "dvae.pth")


def _write_config(folder: Path, config: TrainConfig) -> dict[str, Any]:
    """Write config.json of stock XTTS; returns the network sizes."""
    settings = coqui("tts.configs.xtts_config").XttsConfig()
    sizes = config.model
    args = settings.model_args
    args.gpt_layers, args.gpt_n_heads = sizes.layers, sizes.heads
    args.gpt_n_model_channels = args.decoder_input_dim = sizes.width
    args.gpt_num_audio_tokens = CODES + 2
    args.gpt_start_audio_token, args.gpt_stop_audio_token = CODES, CODES + 1
    args.gpt_use_perceiver_resampler = True
    settings.save_json(str(folder / "config.json"))
    return dict(args)


def _write_model(
    folder: Path, args: dict[str, Any], vocoder_width: int, stats: "torch.Tensor"
) -> None:
    """Write GPT, HiFi-GAN and speaker encoder with random weights, under the stock names."""
    import torch

    gpt = networks.new_gpt(args, networks.tokenizer(folder / "vocab.json"))
    decoder = new_decoder(args, vocoder_width).state_dict()
    if vocoder_width < RELEASED_WIDTH:
        decoder = widened(decoder, new_decoder(args, RELEASED_WIDTH).state_dict())
    state = {f"gpt.{key}": tensor for key, tensor in gpt.state_dict().items()}
    state |= {f"hifigan_decoder.{key}": tensor for key, tensor in decoder.items()}
    state["mel_stats"] = stats
    torch.save({"model": state}, folder / "model.pth")
