"""Quality at equal updates, coqui's trainer beside ours: held-out nats by a script of its own.

Both start from one small random base and train on the same 24 clips of LJ Speech for the same
number of updates; six clips are held out. The judge uses coqui's ``GPT.forward`` alone.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data" / "ljspeech"
CLIPS, HELD_OUT, BATCH, EPOCHS = 30, 6, 4, 20  # 24 clips in batches of 4: 120 updates
PROMPT_FRAMES = 345  # 4 s
RATE = 22050


def write_speech(folder: Path) -> Path:
    """Bundle of 30 clips of LJ Speech, every fifth held out.

    Clips without a text in the metadata at hand get Whisper's.
    """
    import soundfile

    from tests.trainer.bundles import a_clip, write_bundle
    from trainer.speech.sound import Sound, for_listening
    from trainer.speech.transcriber import Transcriber

    rows = [row.split("|") for row in (DATA / "metadata.csv").read_text().splitlines()]
    texts = {row[0]: row[2] for row in rows if len(row) == 3}
    transcriber = Transcriber()
    folder.mkdir(parents=True)
    lines = []
    for path in sorted(DATA.glob("*.flac")):
        wave, rate = soundfile.read(path, dtype="float32")
        if rate == RATE and len(wave) <= 255_995 and len(lines) < CLIPS:
            at = len(lines)
            text = texts.get(path.stem) or transcriber.transcribe(
                for_listening(Sound(wave, rate)), "en"
            )
            split = "eval" if at % (CLIPS // HELD_OUT) == 2 else "train"
            lines.append(a_clip(folder, at, wave=wave, text=text, split=split))
    return write_bundle(folder, lines)


def settings_of(size: tuple[int, int, int]) -> list[str]:
    """--set options of a base. size: layers, width, heads."""
    layers, width, heads = size
    return [f"model.layers={layers}", f"model.width={width}", f"model.heads={heads}",
            "model.dvae_width=512", "run.threads=1",
            f"sched.epochs={EPOCHS}", "sched.total_steps=0",
            f"optim.effective_clips={BATCH}", f"sampler.max_clips={BATCH}", "stop.patience=0",
            "eval.every_steps=0", "ckpt.every_steps=0", "ckpt.keep_last=1",
            "data.prompt_max_s=6.0"]  # fmt: skip


def train_ours(
    bundle: Path, run: Path, base: Path, size: tuple[int, int, int], changes: Sequence[str]
) -> Path:
    """Train with our trainer in a process of its own; returns the export of the last step."""
    import os
    import subprocess

    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}

    def trainer(*words: object) -> None:
        command = [sys.executable, "-W", "ignore", "-m", "trainer", *map(str, words)]
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(done.stderr[-2000:])

    options = [word for change in (*settings_of(size), *changes) for word in ("--set", change)]
    trainer("train", bundle, run, "--preset", "tiny-cpu", "--base", base, *options)
    export = run.with_name(f"{run.name}-export")
    trainer("export", run, export, "--checkpoint", "last")
    return export


def held_out_nats(base: Path, bundle: Path, model: Path) -> dict[str, float]:
    """Mean cross-entropy of audio codes and of the first stop, by coqui's classes.

    Codes by coqui's DVAE from each clip alone; prompt: the first 4 s of the next training clip.
    """
    import soundfile
    import torch

    from trainer.backends.xtts.base import open_base
    from trainer.backends.xtts.networks import load_dvae, mel_extractor, new_gpt, tokenizer

    opened = open_base(base)
    tokens = tokenizer(base / "vocab.json")
    gpt = new_gpt(opened.model_args(), tokens)
    content = torch.load(model, map_location="cpu", weights_only=True)["model"]
    state = {
        key.removeprefix("xtts.").removeprefix("gpt."): value
        for key, value in content.items()
        if key.removeprefix("xtts.").startswith("gpt.")
    }
    gpt.load_state_dict(state, strict=True)
    gpt.eval()
    dvae = load_dvae(opened)
    dvae_mel, style_mel = (mel_extractor(base, style=style) for style in (False, True))
    lines = [json.loads(line) for line in (bundle / "manifest.jsonl").read_text().splitlines()]
    training = [line for line in lines if line["split"] == "train"]

    def wave_of(line: dict) -> torch.Tensor:
        samples, _ = soundfile.read(bundle / line["audio"], dtype="float32")
        return torch.from_numpy(samples)[None]

    mel_nats, eos_nats, codes_counted = 0.0, 0.0, 0
    held = [line for line in lines if line["split"] == "eval"]
    with torch.no_grad():
        for at, line in enumerate(held):
            wave = wave_of(line)
            codes = dvae.get_codebook_indices(dvae_mel(wave))
            codes = codes[:, : -(-wave.shape[1] // 1024)]
            prompt = style_mel(wave_of(training[at]))[:, :, :PROMPT_FRAMES]
            text = torch.tensor([tokens.encode(line["text"], "en")])
            _, _, logits = gpt(
                text,
                torch.tensor([text.shape[1]]),
                codes,
                torch.tensor([codes.shape[1] * 1024]),
                cond_mels=prompt[:, None],
                cond_idxs=None,
                cond_lens=None,
            )
            count = codes.shape[1]
            targets = torch.cat([codes[0], torch.tensor([gpt.stop_audio_token])])
            nats = torch.nn.functional.cross_entropy(
                logits[0].T[: count + 1].float(), targets, reduction="none"
            )
            mel_nats += float(nats[:count].sum())
            eos_nats += float(nats[count])
            codes_counted += count
    return {"mel_ce": mel_nats / codes_counted, "eos_ce": eos_nats / len(held)}
