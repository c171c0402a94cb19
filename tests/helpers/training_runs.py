"""Run folders with a planted truth, written without any training."""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import soundfile

from trainer.config import config_hash, resolve, to_toml
from trainer.evaluate.during_training import means_of
from trainer.optim.early_stopping import judge

TIME = "2026-01-01T00:00:00.000+00:00"
UPDATES = 10  # to an epoch
KINDS = ("greeting", "question", "tension")
RATE = 22050

OVERFITTED = {0: 5.380, 5: 4.850, 10: 4.520, 15: 4.280, 20: 4.343, 25: 4.862, 29: 5.069}
IMPROVING = {0: 5.4, 5: 5.0, 10: 4.7, 15: 4.5, 20: 4.35, 25: 4.25, 29: 4.18}
FLAT = {0: 5.4, 5: 5.401, 10: 5.399, 15: 5.402, 20: 5.400, 25: 5.398, 29: 5.400}
EXPLODING = {0: 5.4, 5: 5.6, 10: 6.5, 15: 8.1, 20: 11.0}
NOT_A_NUMBER = {0: 5.4, 5: 4.9, 10: math.nan}


def a_small_bundle(
    folder: Path,
    *,
    train: int = 18,
    held_out: int = 9,
    minutes: float = 1.0,
) -> Path:
    """A bundle without much sound: lengths are on paper only. minutes: of each category."""
    (folder / "wavs").mkdir(parents=True, exist_ok=True)
    lines = []
    for at in range(train + held_out):
        kind = KINDS[at % len(KINDS)]
        name = f"clip-{at:03d}"
        wave = (np.sin(np.arange(RATE // 4) * 0.03 * (at + 5)) * 8000).astype(np.int16)
        path = folder / "wavs" / f"{name}.wav"
        soundfile.write(path, wave, RATE, subtype="PCM_16")
        lines.append(
            {
                "id": name,
                "audio": f"wavs/{name}.wav",
                "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
                "rate": RATE,
                "samples": len(wave),
                "duration_s": minutes * 60 * len(KINDS) / train * (0.2 if kind == "tension" else 1),
                "text": f"Sentence {at} of the host.",
                "language": "en",
                "speaker": "host",
                "emotion": kind,
                "split": "train" if at < train else "eval",
                "weight": 1.0,
                "group": f"g{at}",
                "source": {
                    "recording": "a.wav", "sha256": "0" * 64, "start_s": 2.0 * at,
                    "stop_s": 2.0 * at + 1,
                },
                "scores": {"snr": 11.0 if at == 1 else 31.0, "trail_silence": 0.1},
                "recipe": None,
            }
        )  # fmt: skip
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (folder / "manifest.jsonl").write_text(text)
    (folder / "bundle.json").write_text(json.dumps({"format": 1, "snapshot": "Export 1"}))
    return folder


def a_run(
    folder: Path,
    series: Mapping[int, float],
    *,
    bundle: Path | None = None,
    clips: int = 9,
    spread: float = 0.05,
    ending: str | None = "finished",
    changes: Sequence[str] = (),
    steps: bool = True,
    every: int = 1,
) -> Path:
    """A run whose mel_ce at epochs is ``series``. spread: of clips about the mean, in nats."""
    folder.mkdir(parents=True)
    config = resolve(None, None, list(changes))
    (folder / "config.toml").write_text(to_toml(config))
    manifest = (bundle / "manifest.jsonl").read_bytes() if bundle else b""
    identity = {"backend": "toy", "base": "base", "sha256": {}}
    about = {
        "format": 1,
        "trainer": "0.1.0",
        "bundle": str(bundle or folder / "gone"),
        "manifest_sha256": hashlib.sha256(manifest).hexdigest(),
        "config_sha256": config_hash(config),
        "identity": identity,
    }
    (folder / "run.json").write_text(json.dumps(about))
    last = max(series)
    events: list[dict] = [
        {
            "event": "started",
            "config_sha256": about["config_sha256"],
            "manifest_sha256": about["manifest_sha256"],
            "identity": identity,
            "device": "cpu",
            "ranks": 1,
            "clips": {"train": 18, "eval": clips, "rejected": 0},
            "seconds": 120.5,
            "heard": dict.fromkeys(KINDS, 6),
            "updates_per_epoch": UPDATES,
            "total_steps": last * UPDATES,
            "parameters": 1000,
            "learning": 900,
            "encoded": 0,
            "choices": {"mel_ce": 1026, "eos_ce": 1026, "text_ce": 6681},
            "parent": None,
            "parent_step": None,
        }
    ]
    before = None
    for epoch, value in series.items():
        if steps and before is not None:
            events += _steps(before * UPDATES, epoch * UPDATES, series[before], value, every)
        events += _evaluation(epoch, value, clips, spread)
        so_far = [(at * UPDATES, nats) for at, nats in series.items() if at <= epoch]
        verdict = judge(so_far, clips=clips)
        events.append(
            {
                "event": "guard",
                "step": epoch * UPDATES,
                "state": verdict.state,
                "sentence": verdict.sentence,
            }
        )
        before = epoch
    if ending:
        events.append(
            {
                "event": ending,
                "step": last * UPDATES,
                "reason": "all steps are done",
                "state": verdict.state,
                "sentence": verdict.sentence,
                "best": verdict.best_at,
            }
        )
    write_events(folder, events)
    return folder


def write_events(folder: Path, events: Sequence[Mapping[str, object]]) -> None:
    """The log of a run."""
    lines = [
        json.dumps({"event": event["event"], "time": TIME, **_plain(event)}) for event in events
    ]
    (folder / "events.jsonl").write_text("\n".join(lines) + "\n")


def _plain(event: Mapping[str, object]) -> dict[str, object]:
    return json.loads(json.dumps(event).replace("NaN", "null"))


def _steps(first: int, last: int, start: float, stop: float, every: int) -> list[dict]:
    found = []
    for step in range(first + 1, last + 1, every):
        share = (step - first) / (last - first)
        found.append(
            {
                "event": "step", "step": step, "epoch": (step - 1) // UPDATES,
                "mel_ce": start + (stop - start) * share - 0.1, "eos_ce": 1.5, "text_ce": 3.0,
                "loss": 4.0, "lr": 1e-5, "grad_norm": 1.0 + share, "clips": 2, "tokens": 300,
                "padding": 0.1, "seconds": 0.5, "memory_mb": 900,
            }
        )  # fmt: skip
    return found


def _evaluation(epoch: int, value: float, clips: int, spread: float) -> list[dict]:
    step = epoch * UPDATES
    draw = np.random.default_rng(4)  # the same clips are hard every time
    each = {
        f"clip-{18 + at:03d}": [value + float(offset), 40]
        for at, offset in enumerate(draw.normal(0, 1, clips))
    }
    wobble = np.random.default_rng(step + 1).normal(0, spread, clips)
    each = {
        clip: [nats + float(more), many]
        for (clip, (nats, many)), more in zip(each.items(), wobble, strict=True)
    }
    means = {"mel_ce": value, "eos_ce": value / 3, "text_ce": 3.1, "loss": value}
    kinds = {kind: {**means, "mel_ce": value + at * 0.1} for at, kind in enumerate(KINDS)}
    return [
        {
            "event": "eval",
            "step": step,
            "epoch": epoch,
            **means,
            "clips": clips,
            "categories": kinds,
            "each": each,
        },
    ]


def speech_on_the_way(
    run: Path, steps: Sequence[int], *, gain: float = 0.1, sentences: int = 7, sounds: bool = True
) -> None:
    """Sentences spoken while it trained. gain: how much fewer word errors at each step."""
    (run / "speech").mkdir(exist_ok=True)
    draw = np.random.default_rng(11)
    events = []
    for turn, step in enumerate(steps):
        rows = []
        for at in range(sentences):
            wav = f"speech/{step:08d}-s{at}.wav"
            if sounds:
                tone = np.sin(np.arange(6000) * 0.02 * (at + 2)) * 6000
                soundfile.write(run / wav, tone.astype(np.int16), 24000, subtype="PCM_16")
            errors = max(0.0, 0.6 - gain * turn + float(draw.normal(0, 0.05)))
            measures = {"wer": round(errors, 6), "similarity": None, "run_on": float(at == 0)}
            rows.append(
                {
                    "event": "speech", "step": step, "seed": 0, "wav": wav, "heard": "Good day.",
                    "sentence": {
                        "id": f"s{at}", "language": "en", "category": KINDS[at % 3],
                        "text": f"Sentence {at} of the host.", "kind": "plain",
                    },
                    "measures": measures, "fault": None,
                }
            )  # fmt: skip
        means = means_of(rows)
        means = {"event": "speech_means", "step": step, "measures": means, "seconds": 9.5}
        events += [*rows, {**means, "fault": None}]
    lines = [json.dumps({"event": event["event"], "time": TIME, **event}) for event in events]
    with (run / "events.jsonl").open("a") as file:
        file.write("\n".join(lines) + "\n")


def an_evaluation(
    run: Path,
    steps: Sequence[int],
    *,
    gain: float = 0.2,
    spread: float = 0.05,
    sentences: int = 4,
    sounds: bool = True,
) -> None:
    """Results of an evaluation. gain: how much fewer word errors than the step before each has."""
    folder = run / "evaluation"
    (folder / "wavs").mkdir(parents=True, exist_ok=True)
    about = {"format": 1, "seeds": [0], "checkpoints": list(steps), "complete": True}
    rows: list[dict] = [{"about": about}]
    draw = np.random.default_rng(9)
    for at, step in enumerate(steps):
        for kind in KINDS:
            for number in range(sentences):
                name = f"step{step}-{kind}-{number}"
                wer = max(0.0, 0.5 - gain * at + float(draw.normal(0, spread)))
                if sounds:
                    wave = (np.sin(np.arange(RATE // 5) * 0.05) * 7000).astype(np.int16)
                    soundfile.write(folder / "wavs" / f"{name}.wav", wave, RATE, subtype="PCM_16")
                rows.append(
                    {
                        "sample": name, "checkpoint": step,
                        "sentence": {
                            "id": f"{kind}-{number}", "language": "en", "category": kind,
                            "text": f"Say it {number} times!", "kind": "short",
                        },
                        "seed": 0, "wav": f"evaluation/wavs/{name}.wav",
                        "prompt": f"clip-{18 + KINDS.index(kind):03d}",
                        "reference": {
                            "clip": f"clip-{21 + KINDS.index(kind):03d}", "text": "Real.",
                        },
                        "seconds": 1.0, "heard": "say it" if number else "",
                        "measures": {
                            "wer": wer, "similarity": 0.7 + 0.05 * at, "dnsmos": 3.0,
                            "run_on": float(number == 3), "early_stop": 0.0, "pitch_spread": None,
                        },
                        "fault": None,
                    }
                )  # fmt: skip
    _write(folder / "results.jsonl", rows)
    real = [
        {
            "clip": f"clip-{18 + at:03d}", "category": KINDS[at % 3], "text": "Real.",
            "seconds": 1.0, "heard": "real", "fault": None,
            "measures": {"wer": 0.02, "similarity": 0.9, "dnsmos": 3.4},
        }
        for at in range(9)
    ]  # fmt: skip
    _write(folder / "real.jsonl", [{"about": about}, *real])


def _write(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
