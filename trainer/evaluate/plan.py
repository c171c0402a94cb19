"""Which samples an evaluation consists of: checkpoint by checkpoint, sentence by sentence."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trainer.bundle.manifest import Bundle, Clip
from trainer.errors import BrokenRun
from trainer.evaluate.sentences import Script, Sentence
from trainer.runs import checkpoint
from trainer.runs.files import sha256_of
from trainer.runs.run import Run

BASE = 0  # what the run started from


@dataclass(frozen=True, slots=True)
class Planned:
    """Sample to synthesise. prompt: voice prompt. reference: clip to compare with, or None.

    key: changes with everything that would make it sound different; in its file's name.
    """

    name: str
    step: int
    sentence: Sentence
    seed: int
    prompt: Clip
    reference: Clip | None
    key: str

    @property
    def file(self) -> str:
        """Of its sound, in evaluation/wavs."""
        return f"{self.name}-{self.key}.wav"


def plan(
    run: Run, bundle: Bundle, script: Script, steps: Sequence[int], spoken_how: Mapping[str, object]
) -> list[Planned]:
    """Every sample, in order. spoken_how: settings of the speaking, part of each key."""
    clips = sorted(bundle.part("eval"), key=lambda clip: clip.id)
    samples = []
    for step in steps:
        weights = weights_key(run, step)
        for sentence in script.sentences:
            prompt, reference = voices_of(sentence, clips)
            for seed in script.seeds:
                what = [weights, sentence.text, sentence.language, prompt.sha256, seed]
                text = json.dumps([*what, dict(spoken_how)], ensure_ascii=False, sort_keys=True)
                key = hashlib.sha256(text.encode()).hexdigest()[:12]
                name = f"{step}-{sentence.id}-{seed}"
                samples.append(Planned(name, step, sentence, seed, prompt, reference, key))
    return samples


def voices_of(sentence: Sentence, clips: Sequence[Clip]) -> tuple[Clip, Clip | None]:
    """The held-out clip to sound like, and another of the category to hear beside it.

    Of the category where there are such, else of any; which one is drawn from the sentence's id,
    so that it is the same for every checkpoint and every run.
    """
    own = [clip for clip in clips if clip.emotion == sentence.category]
    among = own or list(clips)
    at = int.from_bytes(hashlib.sha256(sentence.id.encode()).digest()[:4], "big")
    prompt = among[at % len(among)]
    others = [clip for clip in own if clip.id != prompt.id] or own
    return prompt, (others[at % len(others)] if others else None)


def weights_key(run: Run, step: int) -> str:
    """What tells one checkpoint's weights from another's."""
    if step == BASE:
        return json.dumps([run.about.get("identity"), run.about.get("parent_sha256")])
    path = checkpoint.path_of(run.checkpoints, step) / checkpoint.MANIFEST
    try:
        return sha256_of(path)
    except OSError as error:
        raise BrokenRun(f"There is no whole checkpoint of step {step} in {run.folder}.") from error


def kept_steps(run: Run) -> list[int]:
    """The base, and every checkpoint that is there."""
    return [BASE, *(step for step in checkpoint.steps(run.checkpoints) if step != BASE)]
