"""Voice prompts: reference audio that conditions the network on a speaker.

Coqui's trainer cuts the prompt from the target clip itself, which lets the network copy; at
inference the prompt is another recording. Here it is 3-6 s of other clips of the same speaker,
without padding.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trainer.backends import MELS, Arrays, Item, PromptUnits
from trainer.bundle.manifest import Clip
from trainer.data.features import Features
from trainer.sections import Data
from trainer.seeded_random import generator, number

MAX_TRIES = 8  # clips tried for one that is long enough, before joining several
GRID_S = 1.0  # grid of lengths, so that a batch has few different ones
EVAL_EPOCH = -1  # epoch number of the fixed evaluation prompts


@dataclass(frozen=True, slots=True)
class Prompts:
    """Selects and reads the prompts of clips.

    voices: training clips by speaker. features: by clip id. units: of the mel spectrograms.
    """

    voices: Mapping[str, Sequence[Clip]]
    features: Mapping[str, Features]
    settings: Data
    seed: int
    units: PromptUnits = MELS

    def item(self, clip: Clip, epoch: int) -> Item:
        """A clip with its prompt for this epoch."""
        features = self.features[clip.id]
        random = generator(self.seed, "prompt", epoch, clip.id)
        frames = self._frames(random)
        others = [] if self.settings.prompt_policy == "self" else self._other_clips(clip)
        chance = number(self.seed, "clip", epoch, clip.id)
        return self._item(clip, features, others, frames, random, chance)

    def eval_item(self, clip: Clip, prompt_s: float) -> Item:
        """A clip with its fixed evaluation prompt, taken from other clips."""
        features = self.features[clip.id]
        random = generator(self.seed, "prompt", EVAL_EPOCH, clip.id)
        frames = self.units.frames(prompt_s)
        return self._item(clip, features, self._other_clips(clip), frames, random, None)

    def _item(
        self,
        clip: Clip,
        features: Features,
        others: Sequence[Clip],
        frames: int,
        random: np.random.Generator,
        chance: int | None,
    ) -> Item:
        if others:
            mel, voices = self._from_other_clips(others, frames, random)
            return Item(clip, features.arrays, mel, (0, 0), voices, chance)
        mel, excluded = self._from_same_clip(features, frames, random)
        return Item(clip, features.arrays, mel, excluded, (features.arrays,), chance)

    def _other_clips(self, clip: Clip) -> list[Clip]:
        """Other clips of the speaker; those of the same group only if there are no others."""
        others = [other for other in self.voices.get(clip.speaker, ()) if other.id != clip.id]
        return [other for other in others if other.group != clip.group] or others

    def _frames(self, random: np.random.Generator) -> int:
        min_s, max_s = self.settings.prompt_min_s, self.settings.prompt_max_s
        lengths = np.arange(min_s, max_s + 1e-9, GRID_S)
        return self.units.frames(float(random.choice(lengths)))

    def _from_other_clips(
        self, others: Sequence[Clip], frames: int, random: np.random.Generator
    ) -> tuple[NDArray[np.generic], tuple[Arrays, ...]]:
        """``frames`` of one other clip if one is long enough, else of several."""
        order = random.permutation(len(others))
        for index in order[:MAX_TRIES]:
            candidate = self.features[others[index].id]
            if candidate.frames >= frames:
                start = int(random.integers(candidate.frames - frames + 1))
                return candidate.mel(start, frames), (candidate.arrays,)
        pieces: list[NDArray[np.generic]] = []
        voices: list[Arrays] = []
        remaining = frames
        for index in order:
            candidate = self.features[others[index].id]
            take = min(remaining, candidate.frames)
            pieces.append(candidate.mel(int(random.integers(candidate.frames - take + 1)), take))
            voices.append(candidate.arrays)
            remaining -= take
            if not remaining:
                break
        return np.concatenate(pieces), tuple(voices)

    def _from_same_clip(
        self, features: Features, frames: int, random: np.random.Generator
    ) -> tuple[NDArray[np.generic], tuple[int, int]]:
        """An excerpt of the clip itself, at most half of it, and the codes it covers."""
        frames = max(1, min(frames, features.frames // 2))
        start = int(random.integers(features.frames - frames + 1))
        return features.mel(start, frames), self.units.codes(start, frames)
