"""What an evaluation costs, what our loop of codes saves, and what help with endings changes.

The evaluation is the whole command on the tiny model, in a process of its own: seven categories of
five sentences and a long passage, spoken by the base and two checkpoints, heard and measured. For
the endings a tiny network learns eight real clips nearly by heart, so that it has an idea of where
speech ends; what it then does with texts is counted with the rules and with the cap alone.
"""

import json
import math
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import process_time

import numpy as np

from tests.benchmarks.rows import Row
from tests.trainer.bundles import a_clip, write_bundle

ROOT = Path(__file__).resolve().parents[2]
LJ_SPEECH = ROOT.parent / "shared" / "data" / "ljspeech"
KINDS = (
    "greeting", "question", "tension", "confirmation", "excitement", "transition", "neutral",
)  # fmt: skip
LIMIT_CPU_S = 480.0  # four minutes on two cores
TINY = ("sched.total_steps=2", "eval.every_steps=1", "ckpt.every_steps=1")
LEARN = (
    "sched.total_steps=120", "optim.lr=3e-3", "optim.effective_clips=7", "sampler.max_clips=7",
    "model.dropout=0.0", "stop.patience=0", "eval.every_steps=60", "ckpt.every_steps=60",
)  # fmt: skip
SEEDS = (0, 1, 2)
SHORT = ("Not yet.", "Well done!", "Good evening!", "That is right.")
SAME_CODES = 40


def rows() -> Iterator[Row]:
    """evaluate, decode and endings."""
    with tempfile.TemporaryDirectory(prefix="bench-evaluation-") as name:
        folder = Path(name)
        run = trained(folder, categories_bundle(folder / "show"), TINY)
        yield _evaluate_row(run)
        yield _decode_row(folder, run)
        if LJ_SPEECH.is_dir():
            yield _endings_row(folder)


def categories_bundle(folder: Path) -> Path:
    """Three clips of each category, one of them held out."""
    folder.mkdir()
    clips = [
        a_clip(folder, at, seconds=1.5, emotion=KINDS[at % 7], split="train" if at < 14 else "eval")
        for at in range(21)
    ]
    return write_bundle(folder, clips)


def trained(folder: Path, bundle: Path, changes: Sequence[str]) -> Path:
    """A run of the tiny model."""
    run = folder / f"run-{bundle.name}"
    _command("train", bundle, run, "--preset", "tiny-cpu", *(f"--set={each}" for each in changes))
    return run


def _command(*words: object) -> float:
    """CPU seconds of the trainer's command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-m", "trainer", *map(str, words)],
        cwd=ROOT, env={**os.environ, "OMP_NUM_THREADS": "1"}, check=True, capture_output=True,
    )  # fmt: skip
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _evaluate_row(run: Path) -> Row:
    """The command, and once more after it lost its last rows and a sound: the same numbers."""
    took = _command("evaluate", run)
    path = run / "evaluation" / "results.jsonl"
    whole = path.read_bytes()
    read = [json.loads(line) for line in whole.splitlines()[1:]]
    path.write_bytes(b"\n".join(whole.split(b"\n")[:-4]))
    (run / read[-1]["wav"]).unlink()
    again = _command("evaluate", run)
    states = len({row["checkpoint"] for row in read})
    return Row(
        "evaluate",
        f"trainer evaluate of the tiny model, base and {states - 1} checkpoints",
        "",
        None,
        took,
        "CPU s",
        LIMIT_CPU_S,
        path.read_bytes() == whole and len(read) == 36 * states,
        f"{len(read)} samples of {states} states, 7 real clips; one thread; going on after a kill"
        f" gave the same bytes in {again:.0f} CPU s",
        is_limit=True,
    )


def _decode_row(folder: Path, run: Path) -> Row:
    """Codes of one text by transformers' generate and by our loop."""
    import torch

    from trainer.backends.xtts.decode import sampler
    from trainer.backends.xtts.stock import load_stock

    torch.set_num_threads(1)
    export = folder / "voice"
    _command("export", run, export)
    model = load_stock(export)
    prompt = next((folder / "show" / "wavs").iterdir())
    latent, _ = model.get_conditioning_latents(audio_path=[str(prompt)])
    tokens = torch.IntTensor(model.tokenizer.encode("take your time, please.", lang="en"))[None]
    told = {"temperature": 0.75, "top_k": 50, "top_p": 0.85, "repetition_penalty": 10.0}
    found, seconds = [], []
    ways = (lambda **more: model.gpt.generate(**more, max_new_tokens=SAME_CODES),)
    for way in (*ways, sampler(model.gpt, None, SAME_CODES)):
        times = []
        for _ in range(3):
            torch.manual_seed(3)
            start = process_time()
            with torch.no_grad():
                codes = way(cond_latents=latent, text_inputs=tokens, do_sample=True, **told)
            times.append(process_time() - start)
        found.append(codes[0].tolist())
        seconds.append(min(times))
    return Row(
        "decode",
        f"{len(found[0])} codes of the tiny XTTS, sampled",
        "transformers generate",
        seconds[0],
        seconds[1],
        "CPU s",
        1.5,
        found[0] == found[1],
        "the same codes after the same seed",
    )


def _endings_row(folder: Path) -> Row:
    """How often speech ends where it may, by itself, with the rules and without."""
    import torch

    from trainer.evaluate.voices import speaking
    from trainer.runs import checkpoint
    from trainer.runs.run import open_run
    from trainer.speech.pace import pace_of

    torch.set_num_threads(1)
    run = open_run(trained(folder, real_bundle(folder / "lj"), LEARN))
    bundle = run.bundle()
    texts = [clip.text for clip in bundle.part("train")] + list(SHORT)
    prompt = bundle.audio(bundle.part("train")[0])
    prior = pace_of(bundle).prior
    last = checkpoint.steps(run.checkpoints)[-1]
    with speaking(run, bundle, last) as speaker:
        off = natural_ends(speaker, texts, prompt, prior, helped=False)
        on = natural_ends(speaker, texts, prompt, prior, helped=True)
    return Row(
        "endings",
        "speech that ended by itself at a natural length",
        "without the rules",
        off.share,
        on.share,
        "share",
        1.0,
        True,
        f"{off.of} draws of {len(texts)} texts by a tiny XTTS after {last} steps on 7 clips;"
        f" without: {off.early} early, {off.cut} cut off; with: {on.early} early, {on.cut} cut off;"
        f" mean |log length over expected| {off.off:.2f} and {on.off:.2f}",
        higher_is_better=True,
    )


def real_bundle(folder: Path) -> Path:
    """The eight clips of LJ Speech whose texts are known, one of them held out."""
    import soundfile

    folder.mkdir()
    lines = (LJ_SPEECH / "metadata.csv").read_text(encoding="utf-8").splitlines()[:8]
    clips = []
    for at, line in enumerate(lines):
        name, _, text = line.split("|")
        wave, rate = soundfile.read(LJ_SPEECH / f"{name}.flac", dtype="float32")
        split = "eval" if at == 7 else "train"
        clips.append(a_clip(folder, at, wave=wave, rate=rate, text=text, split=split))
    return write_bundle(folder, clips)


class Ends:
    """How draws ended. off: mean |log| of the length over the expected one."""

    def __init__(self, lengths: Sequence[tuple[int, int, int, int]]) -> None:
        self.of = len(lengths)
        self.early = sum(said < least for said, least, _, _ in lengths)
        self.cut = sum(said >= most for said, _, _, most in lengths)
        self.share = (self.of - self.early - self.cut) / self.of
        self.off = float(np.mean([abs(math.log(max(1, s) / e)) for s, _, e, _ in lengths]))


def natural_ends(speaker, texts, prompt: Path, prior, *, helped: bool) -> Ends:
    """Draw every text with every seed; codes said beside least, expected and most."""
    from trainer.speech.endings import Ending, EndingRules
    from trainer.speech.synthesis import token_band

    class Watched(Ending):
        said = 0

        def shape(self, logits, said):
            self.said = len(said)
            return super().shape(logits, said)

    lengths = []
    for text in texts:
        for seed in SEEDS:
            band = token_band(prior, text, speaker.tokens_per_second)
            ending = Watched(band, speaker.stop_token, EndingRules(only_cap=not helped))
            speaker.synthesise(text, "en", [prompt], seed, ending)
            lengths.append((ending.said, ending.least, ending.expected, ending.most))
    return Ends(lengths)
