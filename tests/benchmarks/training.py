"""S21, S22 and padding: a training step and a loaded item, coqui's own trainer beside ours.

Peer and ours run one after the other, each in a process of its own so that their memory can be
told apart: coqui's ``GPTTrainer`` with its ``XTTSDataset`` and AdamW, and ours, on one base, the
same clips, the same codes and the same voice prompts, without dropout and without masking.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from tests.benchmarks.rows import Row
from tests.trainer.bundles import a_bundle, a_clip, write_bundle

ROOT = Path(__file__).resolve().parents[2]
LJ_SPEECH = ROOT.parent / "shared" / "data" / "ljspeech"
CLIPS = 16
BATCH = 4
STEPS = 4  # of which the first is a warm-up
RATE = 22050
SIZES = (
    "model.layers=8",
    "model.width=512",
    "model.heads=8",
    "model.dvae_width=512",
    "model.vocoder_width=512",
    "model.dropout=0.0",
    "sampler.max_clips=4",
    "optim.lr=1e-5",
)
LEARNING_RATE = 1e-5
WEIGHT_DECAY = 0.01
BETAS = (0.9, 0.96)


def rows() -> Iterator[Row]:
    """S21 (step and its memory), S22 (items a second), and the share of padding."""
    with tempfile.TemporaryDirectory(prefix="bench-training-") as name:
        folder = Path(name)
        real = speech(folder / "bundle")
        what = "LJ Speech" if real else "synthetic speech"
        prepared = child("prepare", folder)
        peer, ours = child("peer", folder), child("ours", folder)
        off = max(abs(a - b) for a, b in zip(peer["losses"][:1], ours["losses"][:1], strict=True))
        note = (
            f"{BATCH} clips of {what}, {prepared['parameters'] / 1e6:.0f} M parameters; loss of the"
            f" first step {peer['losses'][0]:.5f} and {ours['losses'][0]:.5f}, apart {off:.1e}"
            " (at most 1e-4)"
        )
        equal = off <= 1e-4
        yield Row(
            "S21",
            "XTTS training step, 8 layers x 512, same batch",
            "coqui GPTTrainer",
            peer["step_cpu_s"],
            ours["step_cpu_s"],
            "CPU s",
            1.15,
            equal,
            note,
        )
        yield Row(
            "S21m",
            "most memory used by that process",
            "coqui GPTTrainer",
            peer["rss_mb"],
            ours["rss_mb"],
            "MB",
            1.0,
            equal,
            note,
        )
        yield Row(
            "S22",
            "item and its batch made ready for a step",
            "XTTSDataset, DVAE and mels",
            peer["items_s"],
            ours["items_s"],
            "items/CPU s",
            20.0,
            ours["codes_equal"],
            "codes of a clip encoded alone by both are the same but for near ties: "
            f"{ours['codes_differ']:.2%}; ours come out of the cache with a prompt drawn "
            "anew",
            higher_is_better=True,
        )
        yield Row(
            "S21p",
            f"share of padding in the batches of an epoch, {what}",
            "",
            None,
            ours["padding"],
            "of positions",
            0.20,
            True,
            "buckets by length, every clip once",
            is_limit=True,
        )
        yield Row(
            "S21d",
            "sounds decoded in the training loop",
            "",
            None,
            ours["decoded"],
            "files",
            0.0,
            True,
            "soundfile counted while the steps ran",
            is_limit=True,
        )


def speech(folder: Path) -> bool:
    """A bundle of LJ Speech where it is at hand (True), else of synthetic speech."""
    if not LJ_SPEECH.is_dir():
        a_bundle(folder, CLIPS, least_s=2.0, most_s=9.0)
        return False
    import soundfile

    folder.mkdir(parents=True)
    lines = []
    for path in sorted(LJ_SPEECH.glob("*.flac")):
        wave, rate = soundfile.read(path, dtype="float32")
        if rate == RATE and len(wave) <= 255_995 and len(lines) < CLIPS:
            lines.append(a_clip(folder, len(lines), wave=wave))
    write_bundle(folder, lines)
    return True


def child(part: str, folder: Path) -> dict:
    """One part in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.training", part, str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return json.loads(done.stdout.splitlines()[-1])


def opened(folder: Path):
    """Back-end, bundle and configuration."""
    from trainer.bundle.manifest import read_bundle
    from trainer.config import resolve
    from trainer.families import open_backend

    bundle = read_bundle(folder / "bundle")
    config = resolve("tiny-cpu", None, SIZES)
    return open_backend(config, bundle), bundle, config


def prepare(folder: Path) -> dict:
    """The base and the cache, so that neither is built in a measured process."""
    from trainer.data.dataset import build_dataset

    backend, bundle, config = opened(folder)
    build_dataset(backend, bundle, config)
    (folder / "base").write_text(str(backend.base.folder))
    network = backend.network()
    return {"parameters": sum(value.numel() for value in network.parameters())}


def peer(folder: Path) -> dict:
    """coqui's trainer: its items, its preparation on the device, its step."""
    import torch

    from trainer.backends.xtts.coqui import coqui

    module = coqui("tts.layers.xtts.trainer.gpt_trainer")
    torch.set_num_threads(1)
    model = module.GPTTrainer(coqui_config(module, folder))
    no_dropout(model.xtts.gpt)
    model.eval()
    model.xtts.gpt.train()
    samples = [
        {
            "audio_file": str(folder / "bundle" / line["audio"]),
            "text": line["text"],
            "language": "en",
            "speaker_name": "host",
            "reference_path": None,
        }
        for line in manifest(folder)
    ]
    dataset = coqui("tts.layers.xtts.trainer.dataset").XTTSDataset(
        model.config, samples, model.xtts.tokenizer, RATE, is_eval=True
    )
    start = time.process_time()
    batch = dataset.collate_fn([dataset[at] for at in range(BATCH)])
    batch = model.format_batch_on_device(model.format_batch(batch))
    loading = time.process_time() - start
    saved = {
        key: batch[key]
        for key in ("text_inputs", "text_lengths", "audio_codes", "wav_lengths", "cond_mels")
    }
    torch.save(saved, folder / "batch.pt")
    alone = []
    for at in range(BATCH):  # codes of each clip alone, for comparing
        one = dataset.collate_fn([dataset[at]])
        alone.append(model.format_batch_on_device(one)["audio_codes"][0])
    torch.save(alone, folder / "alone.pt")
    optimizer = model.get_optimizer()
    seconds, losses = [], []
    for _ in range(STEPS):
        start = time.process_time()
        fresh = dataset.collate_fn([dataset[at] for at in range(BATCH)])
        fresh = model.format_batch_on_device(model.format_batch(fresh))
        fresh["cond_idxs"] = fresh["cond_lens"] = None
        _, found = model.train_step(fresh, None)
        optimizer.zero_grad()
        found["loss"].backward()
        optimizer.step()
        losses.append(found["loss"].item())
        seconds.append(time.process_time() - start)
    return {
        "step_cpu_s": float(np.median(seconds[1:])),
        "losses": losses,
        "rss_mb": rss_mb(),
        "items_s": BATCH / loading,
    }


def ours(folder: Path) -> dict:
    """Our step on the batch that the peer made, and our items out of the cache."""
    import torch

    from trainer.backends import Item
    from trainer.data.dataset import build_dataset
    from trainer.optim.optimizer import make_optimizer, trainable_parameters

    torch.set_num_threads(1)
    backend, bundle, config = opened(folder)
    dataset = build_dataset(backend, bundle, config)
    network = backend.network().train()
    backend.adapt(network)
    optimizer = make_optimizer(network, config.optim, torch.device("cpu"))
    saved = torch.load(folder / "batch.pt", weights_only=True)
    items = []
    for at in range(BATCH):
        tokens = saved["text_inputs"][at, : saved["text_lengths"][at]].numpy()
        codes = saved["audio_codes"][at, : -(-int(saved["wav_lengths"][at]) // 1024)].numpy()
        mel = saved["cond_mels"][at, 0].T.numpy()
        items.append(Item(bundle.clips[at], {"tokens": tokens, "codes": codes}, mel))
    decoded = count_decodes()
    seconds, losses = [], []
    for _ in range(STEPS):
        start = time.process_time()
        batch = backend.batch(items)
        sums, counts = network(batch).sum(dim=0), batch.counts.sum(axis=0)
        loss = 0.01 * sums[0] / counts[0] + sums[1] / counts[1]
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trainable_parameters(network).values(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        losses.append(loss.item())
        seconds.append(time.process_time() - start)
    rss = rss_mb()
    schedule, made, used, padded = dataset.training, 0, 0, 0
    start = time.process_time()
    for epoch in range(20):
        for update in schedule.epoch(epoch):
            clips = [schedule.clips[at] for at in update]
            batch = backend.batch([dataset.prompts.item(clip, epoch) for clip in clips])
            made, used, padded = made + len(clips), used + batch.tokens, padded + batch.padded
    loading = time.process_time() - start
    differ = codes_that_differ(folder, dataset, bundle)
    return {
        "step_cpu_s": float(np.median(seconds[1:])),
        "losses": losses,
        "rss_mb": rss,
        "items_s": made / loading,
        "padding": 1 - used / padded,
        "decoded": len(decoded),
        "codes_differ": differ,
        "codes_equal": differ <= 0.05,
    }


def codes_that_differ(folder: Path, dataset, bundle) -> float:
    """Share of our codes that are not those coqui gives the clip alone (it adds no tail)."""
    import torch

    differ = total = 0
    for at, theirs in enumerate(torch.load(folder / "alone.pt", weights_only=True)):
        mine = dataset.prepared.by_clip[bundle.clips[at].id].arrays["codes"]
        shared = min(len(mine), len(theirs))
        differ += int((mine[:shared] != theirs[:shared].numpy()).sum())
        total += shared
    return differ / total


def count_decodes() -> list[str]:
    """A list that grows whenever soundfile reads."""
    import soundfile

    seen: list[str] = []
    right = soundfile.SoundFile.__init__

    def counting(self, file, *arguments, **more):
        seen.append(str(file))
        return right(self, file, *arguments, **more)

    soundfile.SoundFile.__init__ = counting
    return seen


def coqui_config(module, folder: Path):
    """The peer's configuration, on the same base."""
    from trainer.backends.xtts.coqui import coqui

    base = Path((folder / "base").read_text())
    sizes = json.loads((base / "config.json").read_text())["model_args"]
    same = {key: value for key, value in sizes.items() if key.startswith("gpt_")}
    args = module.GPTArgs(
        **{
            **same,
            "gpt_use_masking_gt_prompt_approach": False,
            "tokenizer_file": str(base / "vocab.json"),
            "mel_norm_file": str(base / "mel_stats.pth"),
            "dvae_checkpoint": str(base / "dvae.pth"),
            "xtts_checkpoint": str(base / "model.pth"),
            "decoder_input_dim": sizes["decoder_input_dim"],
        }
    )
    audio = coqui("tts.configs.xtts_config").XttsAudioConfig()
    return module.GPTTrainerConfig(
        model_args=args,
        audio=audio,
        optimizer="AdamW",
        lr=LEARNING_RATE,
        optimizer_wd_only_on_weights=True,
        optimizer_params={"betas": BETAS, "eps": 1e-8, "weight_decay": WEIGHT_DECAY},
    )


def no_dropout(gpt) -> None:
    """Both sides without dropout, so that their losses can be compared."""
    from torch import nn

    for part in gpt.modules():
        if isinstance(part, nn.Dropout | nn.Dropout1d):
            part.p = 0.0


def manifest(folder: Path) -> list[dict]:
    """The bundle's lines."""
    text = (folder / "bundle" / "manifest.jsonl").read_text()
    return [json.loads(line) for line in text.splitlines()]


def rss_mb() -> float:
    """Most memory this process has used."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    parts = {"prepare": prepare, "peer": peer, "ours": ours}
    print(json.dumps(parts[sys.argv[1]](Path(sys.argv[2]))))
