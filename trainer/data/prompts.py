"""Which sound tells the network whose voice to speak in.

The stock trainer cuts the prompt out of the clip that is to be predicted, so the network can
copy; when it speaks, the prompt is another recording. Here it is 3-6 s of other clips of the same
speaker, without padding.
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

TRIES = 8  # clips looked at for one that is long enough alone, before several are joined
GRID_S = 1.0  # lengths are drawn on this grid, so that a batch has few different ones
EVAL_EPOCH = -1  # evaluation draws its prompts once, as if in an epoch of its own


@dataclass(frozen=True, slots=True)
class Prompts:
    """Chooses and reads the prompts of clips.

    voices: training clips by speaker. features: of every clip, by id. units: of their mels.
    """

    voices: Mapping[str, Sequence[Clip]]
    features: Mapping[str, Features]
    settings: Data
    seed: int
    units: PromptUnits = MELS

    def item(self, clip: Clip, epoch: int) -> Item:
        """The clip with its prompt for this epoch."""
        own = self.features[clip.id]
        draw = generator(self.seed, "prompt", epoch, clip.id)
        frames = self._frames(draw)
        others = [] if self.settings.prompt_policy == "self" else self._others(clip)
        chance = number(self.seed, "clip", epoch, clip.id)
        return self._item(clip, own, others, frames, draw, chance)

    def eval_item(self, clip: Clip, prompt_s: float) -> Item:
        """The clip with the prompt it has at every evaluation; always of another clip."""
        own = self.features[clip.id]
        draw = generator(self.seed, "prompt", EVAL_EPOCH, clip.id)
        frames = self.units.frames(prompt_s)
        return self._item(clip, own, self._others(clip), frames, draw, None)

    def _item(
        self,
        clip: Clip,
        own: Features,
        others: Sequence[Clip],
        frames: int,
        draw: np.random.Generator,
        chance: int | None,
    ) -> Item:
        if others:
            mel, voices = self._from_others(others, frames, draw)
            return Item(clip, own.arrays, mel, (0, 0), voices, chance)
        mel, unheard = self._from_itself(own, frames, draw)
        return Item(clip, own.arrays, mel, unheard, (own.arrays,), chance)

    def _others(self, clip: Clip) -> list[Clip]:
        """Other clips of the speaker; neighbours in the recording only if there is nothing else."""
        others = [other for other in self.voices.get(clip.speaker, ()) if other.id != clip.id]
        return [other for other in others if other.group != clip.group] or others

    def _frames(self, draw: np.random.Generator) -> int:
        least, most = self.settings.prompt_min_s, self.settings.prompt_max_s
        lengths = np.arange(least, most + 1e-9, GRID_S)
        return self.units.frames(float(draw.choice(lengths)))

    def _from_others(
        self, others: Sequence[Clip], frames: int, draw: np.random.Generator
    ) -> tuple[NDArray[np.generic], tuple[Arrays, ...]]:
        """``frames`` of one other clip if one is found that is long enough, else of several."""
        order = draw.permutation(len(others))
        for place in order[:TRIES]:
            found = self.features[others[place].id]
            if found.frames >= frames:
                start = int(draw.integers(found.frames - frames + 1))
                return found.mel(start, frames), (found.arrays,)
        pieces: list[NDArray[np.generic]] = []
        voices: list[Arrays] = []
        wanted = frames
        for place in order:
            found = self.features[others[place].id]
            take = min(wanted, found.frames)
            pieces.append(found.mel(int(draw.integers(found.frames - take + 1)), take))
            voices.append(found.arrays)
            wanted -= take
            if not wanted:
                break
        return np.concatenate(pieces), tuple(voices)

    def _from_itself(
        self, own: Features, frames: int, draw: np.random.Generator
    ) -> tuple[NDArray[np.generic], tuple[int, int]]:
        """A stretch of the clip itself, at most half of it, and the codes that it gives away."""
        frames = max(1, min(frames, own.frames // 2))
        start = int(draw.integers(own.frames - frames + 1))
        return own.mel(start, frames), self.units.codes(start, frames)
