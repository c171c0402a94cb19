"""Sampling of clips: each once per epoch, or as often as its weight says.

An epoch is a list of updates of ``effective_clips`` clips, determined by (seed, epoch) alone. The
number of ranks only affects how updates are divided into micro-batches.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from trainer.bundle.manifest import Clip
from trainer.errors import TrainingFailed
from trainer.sections import Sampler as Settings
from trainer.seeded_random import generator

NO_CATEGORY = "none"
Update = tuple[int, ...]  # indices into ``Schedule.clips``, possibly repeated


def category(clip: Clip) -> str:
    """Category of a clip; NO_CATEGORY if it has none."""
    return clip.emotion or NO_CATEGORY


@dataclass(frozen=True, slots=True)
class Schedule:
    """Order of clips in training. lengths: positions of each clip in a batch."""

    clips: Sequence[Clip]
    lengths: Sequence[int]
    settings: Settings
    effective_clips: int
    seed: int

    def weights(self) -> list[float]:
        """Mean repetitions per epoch of each clip."""
        sizes = Counter(category(clip) for clip in self.clips)
        largest = max(sizes.values())
        weights = []
        for clip in self.clips:
            name = category(clip)
            weight = (sizes[name] / largest) ** (self.settings.temperature - 1.0)
            weight *= self.settings.category_weights.get(name, 1.0)
            weight *= clip.weight if self.settings.use_weights else 1.0
            weights.append(min(weight, float(self.settings.epoch_limit)))
        return weights

    def repetitions(self, epoch: int) -> list[int]:
        """Repetitions of each clip in this epoch; fractions are drawn by clip and epoch."""
        repetitions = []
        for clip, weight in zip(self.clips, self.weights(), strict=True):
            whole = int(weight)
            part = weight - whole
            if part > 0:
                whole += bool(generator(self.seed, "repeat", epoch, clip.id).random() < part)
            repetitions.append(whole)
        return repetitions

    def epoch(self, epoch: int) -> list[Update]:
        """Updates of an epoch, in order.

        Clips are shuffled, sorted by length within buckets and split into updates, and the updates
        of a bucket are shuffled: little padding without an order by length.
        """
        order = np.repeat(np.arange(len(self.clips)), self.repetitions(epoch))
        random = generator(self.seed, "epoch", epoch)
        order = order[random.permutation(len(order))]
        size = self.effective_clips
        bucket = size * max(1, self.settings.bucket_clips // size)
        lengths = np.asarray(self.lengths)
        updates: list[Update] = []
        for first in range(0, len(order), bucket):
            members = order[first : first + bucket]
            members = members[np.argsort(lengths[members], kind="stable")]
            chunks = [members[at : at + size] for at in range(0, len(members), size)]
            updates += [
                tuple(int(i) for i in chunks[index]) for index in random.permutation(len(chunks))
            ]
        return updates

    def clips_per_category(self, epoch: int) -> dict[str, int]:
        """Clips per category in an epoch, including repetitions."""
        totals: Counter[str] = Counter()
        for clip, count in zip(self.clips, self.repetitions(epoch), strict=True):
            totals[category(clip)] += count
        return dict(sorted(totals.items()))

    def share(self, update: Update, rank: int, ranks: int, halvings: int = 0) -> list[Update]:
        """Micro-batches of an update for one rank."""
        longest_first = sorted(update, key=lambda index: -self.lengths[index])
        mine = longest_first[rank::ranks]
        return list(self._micro_batches(mine, halvings))

    def _micro_batches(self, indices: Sequence[int], halvings: int) -> Iterator[Update]:
        """Micro-batches within the limits of clips and tokens, longest clips first."""
        max_tokens = max(1, self.settings.max_tokens >> halvings)
        max_clips = max(1, self.settings.max_clips >> halvings)
        batch: list[int] = []
        for index in indices:
            longest = self.lengths[batch[0]] if batch else self.lengths[index]
            if batch and (len(batch) == max_clips or (len(batch) + 1) * longest > max_tokens):
                yield tuple(batch)
                batch = []
            batch.append(index)
        if batch:
            yield tuple(batch)


def updates_from(schedule: Schedule, epoch: int, index: int) -> Iterator[tuple[int, int, Update]]:
    """Epoch, index and clips of every update from a position on, endless."""
    while True:
        updates = schedule.epoch(epoch)
        if not updates:
            raise TrainingFailed(
                "An epoch contains no clip: all sampling weights are too small.",
                "Raise sampler.category_weights or the weights in the manifest.",
            )
        for at in range(index, len(updates)):
            yield epoch, at, updates[at]
        epoch, index = epoch + 1, 0
