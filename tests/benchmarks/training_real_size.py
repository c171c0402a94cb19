"""The network in its real size, random weights: one LoRA step beside one step of every weight.

Each in a process of its own, on one thread: operations are counted, seconds and memory measured.
What only a GPU can show (bf16, tokens a second, memory there) is not measured here; on a machine
with one, ``trainer plan BUNDLE --base FOLDER --probe`` measures it.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from tests.benchmarks.rows import Row

ROOT = Path(__file__).resolve().parents[2]
TOKENS, CODES, PROMPT_FRAMES = 60, 130, 517  # a clip of 6 s
SIZES = {
    "layers": 30,
    "model_dim": 1024,
    "heads": 16,
    "max_text_tokens": 402,
    "max_mel_tokens": 605,
    "max_prompt_tokens": 70,
    "number_text_tokens": 6681,
    "num_audio_tokens": 1026,
    "start_audio_token": 1024,
    "stop_audio_token": 1025,
    "use_perceiver_resampler": True,
    "start_text_token": 261,
    "stop_text_token": 0,
}
LEAST = 1 / 0.65  # LoRA takes at most 0.65 of the operations


def rows() -> Iterator[Row]:
    """Operations, seconds and memory."""
    full, lora = child("full"), child("lora")
    note = (
        f"{full['parameters'] / 1e6:.0f} M parameters, 1 clip of 6 s; learning:"
        f" {full['learning'] / 1e6:.0f} M and {lora['learning'] / 1e6:.2f} M"
        f" ({lora['learning'] / lora['parameters']:.1%}); loss {full['loss']:.4f} and"
        f" {lora['loss']:.4f}; on a GPU not measured: trainer plan BUNDLE --base FOLDER --probe"
    )
    equal = abs(full["loss"] - lora["loss"]) <= 1e-3  # fresh adapters change nothing
    for name, measure, key, unit, line in (
        ("S21r", "operations of a LoRA step, real size", "gflop", "GFLOP", LEAST),
        ("S21s", "CPU seconds of a LoRA step, real size", "cpu_s", "CPU s", 1.0),
        ("S21t", "most memory of a LoRA step, real size", "rss_mb", "MB", 1.0),
    ):
        yield Row(
            name, measure, "ours, every weight", full[key], lora[key], unit, line, equal, note
        )


def child(mode: str) -> dict:
    """One step in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.training_real_size", mode]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return json.loads(done.stdout.splitlines()[-1])


def one_step(mode: str) -> dict:
    """Forward, backward and AdamW on one clip."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    from trainer.backends import Item
    from trainer.backends.dropout import set_dropout
    from trainer.backends.xtts.adapt import adapt
    from trainer.backends.xtts.batch import XttsSpecialTokens, make_batch
    from trainer.backends.xtts.coqui import coqui
    from trainer.backends.xtts.network import XttsNetwork
    from trainer.optim.optimizer import make_optimizer, trainable_parameters
    from trainer.sections import Adapt, Optim

    torch.set_num_threads(1)
    torch.manual_seed(0)
    network = XttsNetwork(coqui("tts.layers.xtts.gpt").GPT(**SIZES))
    parameters = sum(value.numel() for value in network.parameters())
    set_dropout(network, 0.0)
    adapt(network, Adapt(mode=mode, r=16), is_extended=False)
    network.train()
    optimizer = make_optimizer(network, Optim(), torch.device("cpu"))
    batch = make_batch(
        [Item(a_clip(), *a_clip_as_the_network_sees_it())], XttsSpecialTokens(261, 0, 1024, 1025)
    )
    with FlopCounterMode(display=False) as counter:
        start = time.process_time()
        sums = network(batch)[0]
        loss = 0.01 * sums[0] / batch.counts[0, 0] + sums[1] / batch.counts[0, 1]
        loss.backward()
        optimizer.step()
        seconds = time.process_time() - start
    return {
        "parameters": parameters,
        "learning": sum(value.numel() for value in trainable_parameters(network).values()),
        "gflop": counter.get_total_flops() / 1e9,
        "cpu_s": seconds,
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "loss": loss.item(),
    }


def a_clip_as_the_network_sees_it():
    """Random tokens, codes and prompt."""
    draw = np.random.default_rng(0)
    arrays = {"tokens": draw.integers(3, 260, TOKENS), "codes": draw.integers(0, 1024, CODES)}
    return arrays, draw.normal(size=(PROMPT_FRAMES, 80)).astype(np.float16)


def a_clip():
    """A manifest line that nothing is read from but its id."""
    from trainer.bundle.manifest import Clip, Source

    source = Source("", "0" * 64, 0.0, 6.0)
    return Clip(
        "clip",
        "wavs/clip.wav",
        "0" * 64,
        22050,
        132_300,
        6.0,
        "",
        "en",
        "voice",
        None,
        "train",
        1.0,
        "g",
        source,
        {},
        None,
    )


if __name__ == "__main__":
    print(json.dumps(one_step(sys.argv[1])))
