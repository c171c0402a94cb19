"""Which clips an update hears: each once per epoch, or as often as its weight says.

An epoch is a list of updates, each of ``effective_clips`` clips, made from (seed, epoch) alone.
Updates do not depend on how many processes share the work; only their division into
micro-batches does.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from trainer.bundle.manifest import Clip
from trainer.sections import Sampler as Settings
from trainer.seeded_random import generator

NO_CATEGORY = "none"
Update = tuple[int, ...]  # places of clips in ``Schedule.clips``, some perhaps twice


def category(clip: Clip) -> str:
    """The name under which a clip is counted."""
    return clip.emotion or NO_CATEGORY


@dataclass(frozen=True, slots=True)
class Schedule:
    """Who is heard when. lengths: positions each clip takes in a batch."""

    clips: Sequence[Clip]
    lengths: Sequence[int]
    settings: Settings
    effective_clips: int
    seed: int

    def weights(self) -> list[float]:
        """How often each clip is heard in an epoch, on average."""
        sizes = Counter(category(clip) for clip in self.clips)
        largest = max(sizes.values())
        found = []
        for clip in self.clips:
            kind = category(clip)
            weight = (sizes[kind] / largest) ** (self.settings.temperature - 1.0)
            weight *= self.settings.category_weights.get(kind, 1.0)
            weight *= clip.weight if self.settings.use_weights else 1.0
            found.append(min(weight, float(self.settings.epoch_limit)))
        return found

    def repetitions(self, epoch: int) -> list[int]:
        """How often each clip is heard in this epoch; fractions are drawn by clip and epoch."""
        found = []
        for clip, weight in zip(self.clips, self.weights(), strict=True):
            whole = int(weight)
            part = weight - whole
            if part > 0:
                whole += bool(generator(self.seed, "repeat", epoch, clip.id).random() < part)
            found.append(whole)
        return found

    def epoch(self, epoch: int) -> list[Update]:
        """The updates of an epoch, in order.

        Clips are shuffled, sorted by length within buckets, cut into updates, and the updates of
        a bucket shuffled: little padding, and no update order by length.
        """
        heard = np.repeat(np.arange(len(self.clips)), self.repetitions(epoch))
        draw = generator(self.seed, "epoch", epoch)
        heard = heard[draw.permutation(len(heard))]
        size = self.effective_clips
        bucket = size * max(1, self.settings.bucket_clips // size)
        lengths = np.asarray(self.lengths)
        updates: list[Update] = []
        for first in range(0, len(heard), bucket):
            together = heard[first : first + bucket]
            together = together[np.argsort(lengths[together], kind="stable")]
            cut = [together[at : at + size] for at in range(0, len(together), size)]
            updates += [tuple(int(i) for i in cut[place]) for place in draw.permutation(len(cut))]
        return updates

    def heard(self, epoch: int) -> dict[str, int]:
        """How many clips of each category an epoch hears, repetitions counted."""
        found: Counter[str] = Counter()
        for clip, times in zip(self.clips, self.repetitions(epoch), strict=True):
            found[category(clip)] += times
        return dict(sorted(found.items()))

    def share(self, update: Update, rank: int, ranks: int, halvings: int = 0) -> list[Update]:
        """The micro-batches of an update that one of several processes computes."""
        longest_first = sorted(update, key=lambda place: -self.lengths[place])
        mine = longest_first[rank::ranks]
        return list(self._cut(mine, halvings))

    def _cut(self, places: Sequence[int], halvings: int) -> Iterator[Update]:
        """Micro-batches under the caps of clips and tokens, longest clips first."""
        tokens = max(1, self.settings.max_tokens >> halvings)
        most = max(1, self.settings.max_clips >> halvings)
        batch: list[int] = []
        for place in places:
            longest = self.lengths[batch[0]] if batch else self.lengths[place]
            if batch and (len(batch) == most or (len(batch) + 1) * longest > tokens):
                yield tuple(batch)
                batch = []
            batch.append(place)
        if batch:
            yield tuple(batch)
