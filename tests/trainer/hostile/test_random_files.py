"""Damaged logs, voices, scripts, requests and tensor files: an answer or a sentence."""

import json
import random
from pathlib import Path

import pytest

from tests.helpers import random_damage as damage
from tests.helpers.fuzz import FACTOR, cases
from tests.helpers.stock_logs import write_stock_run
from tests.trainer.hostile.test_random_damage import answered
from trainer.bundle.vocabulary import ADDITIONS, read_additions
from trainer.report.page import as_html
from trainer.serve.requests import ApiError, parse
from trainer.speech.pace import UNKNOWN_PACE
from trainer.stock_runs.report import contents
from trainer.stock_runs.run import read_stock_run
from trainer.voice.options import VoiceOptions
from trainer.voice.profile import (
    FILE,
    Reference,
    VoiceProfile,
    profile_prior,
    read_profile,
    write_profile,
)
from trainer.voice.script import read_lines

pytestmark = pytest.mark.timeout(round(3600 * max(1, FACTOR)))

PROFILE = VoiceProfile(
    name="host", family="xtts_v2", step=7, prior=profile_prior(UNKNOWN_PACE), languages=("en",),
    references=(Reference("a.wav", "calm", "Text.", 1.5, default=True),),
)  # fmt: skip
SCRIPTS = {
    "txt": "First line.\nSecond line.\n",
    "csv": "id;text;seed;speed\n1;First line.;5;1,25\n2;Second line.;6;\n",
    "srt": "1\n00:00:01,000 --> 00:00:02,000\n<i>First</i> line.\n\n"
    "2\n00:00:03,000 --> 00:00:04,000\nSecond line.\n",
    "jsonl": '{"text": "First line.", "seed": 5, "rate": 14.5}\n{"text": "Second line."}\n',
}
BODY = {
    "model": "host", "input": "Good evening.", "voice": "calm", "response_format": "wav",
    "speed": 1.25, "seed": 5, "language": "en", "temperature": 0.7,
}  # fmt: skip


def damaged_text(text: str, draw: random.Random) -> bytes:
    """A text with odd values in the place of words and numbers, or damaged as bytes."""
    if draw.random() < 0.5:
        return damage.damaged_bytes(text.encode(), draw)
    words = text.split(" ")
    odd = ("nan", "inf", "1e999", "9" * 400, "9" * 5000, "-1", "²", "\x00", "\x1b]0;t\x07", '"',
           "1..2", "1e--", "\u2028", "<" * 500, "{\\" * 500, "\ufeff", "a" * 200_000)  # fmt: skip
    for _ in range(draw.randint(1, 3)):
        at = draw.randrange(len(words))
        end = "\n" * words[at].endswith("\n")
        words[at] = draw.choice((words[at], words[at][: len(words[at]) // 2])) + draw.choice(odd)
        words[at] += end
    return " ".join(words).encode()


@pytest.mark.parametrize("name", ["trainer_0_log.txt", "events.out.tfevents", "config.json"])
def test_runs_of_another_trainer(tmp_path, name):
    series = [(5.0 - 0.3 * epoch, 3.0) for epoch in range(5)]
    folder = write_stock_run(
        tmp_path, series, base=(6.0, 3.5), events=True, checkpoints=["best_model_20.pth"]
    )
    path = next(folder.glob(f"{name}*"))
    if path.suffix != ".txt":
        (folder / "trainer_0_log.txt").unlink()
    whole = path.read_bytes()

    def reported() -> None:
        as_html(contents(read_stock_run(folder))).encode()

    reported()
    for draw in cases(f"runs of another trainer: {name}", 60):
        if path.suffix == ".json":
            data = damage.damaged_json(json.loads(whole), draw)
        elif path.suffix == ".txt":
            data = damaged_text(whole.decode(), draw)
        else:
            data = damage.damaged_bytes(whole, draw)
        path.write_bytes(data)
        answered(reported)


def test_voices(tmp_path):
    (tmp_path / "a.wav").write_bytes(b"")
    write_profile(tmp_path, PROFILE)
    whole = json.loads((tmp_path / FILE).read_bytes())
    for draw in cases("voices", 500):
        (tmp_path / FILE).write_bytes(damage.damaged_json(whole, draw))
        answered(read_profile, tmp_path)


@pytest.mark.parametrize("suffix", SCRIPTS)
def test_scripts(tmp_path, suffix):
    path = tmp_path / f"script.{suffix}"
    path.write_text(SCRIPTS[suffix])
    assert len(read_lines(path, VoiceOptions())) == 2
    for draw in cases(f"scripts: {suffix}", 200):
        if suffix == "jsonl":
            path.write_bytes(damage.damaged_lines(SCRIPTS[suffix].encode(), draw))
        else:
            path.write_bytes(damaged_text(SCRIPTS[suffix], draw))
        answered(read_lines, path, VoiceOptions())


def test_requests_to_the_server():
    parse(json.dumps(BODY).encode(), PROFILE, "host")
    for draw in cases("requests to the server", 500):
        try:
            parse(damage.damaged_json(BODY, draw), PROFILE, "host")
        except ApiError as error:
            refusal = error
        else:
            continue
        assert refusal.status in (400, 404)
        json.dumps(refusal.body(), ensure_ascii=False).encode()


def test_vocabularies(tmp_path):
    whole = {"tokens": ["a", "ế"], "merges": ["a b"], "languages": ["vi"]}
    path = tmp_path / ADDITIONS
    for draw in cases("vocabularies", 200):
        path.write_bytes(damage.damaged_json(whole, draw))
        answered(read_additions, tmp_path)


def tensor_files(folder: Path) -> list[Path]:
    import torch
    from safetensors.torch import save_file

    tensors = {"a": torch.zeros(3, 2), "b": torch.ones(4)}
    save_file(tensors, folder / "a.safetensors")
    torch.save({"model": tensors}, folder / "a.pth")
    torch.save(tensors, folder / "old.pth", _use_new_zipfile_serialization=False)
    return sorted(path for path in folder.iterdir() if path.is_file())


@pytest.mark.parametrize("at", range(3), ids=["pth", "safetensors", "old pth"])
def test_files_of_tensors(tmp_path, at):
    from trainer.backends.tensor_files import load_tensors

    path = tensor_files(tmp_path)[at]
    whole = path.read_bytes()
    assert set(load_tensors(path)) == {"a", "b"}
    for draw in cases(f"files of tensors: {path.name}", 150):
        path.write_bytes(damage.damaged_bytes(whole, draw))
        answered(load_tensors, path)
