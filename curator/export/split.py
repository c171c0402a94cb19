"""Split into training and evaluation clips without leakage.

Clips that share a pause group or a sentence are linked, and linked clips go to the same side. Each
group of linked clips gets a random number from the seed and its pause groups alone, and goes to
evaluation when that number is below the share. So the side of a clip does not depend on other
recordings, and adding one moves no clip, with two exceptions: a category that would get too few or
too many evaluation clips, and a new clip with the same sentence.
"""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from curator.export.manifest import Split

EVAL_SHARE = 0.1
MIN_CLIPS = 15
"""Number of clips from which a category gets at least ``MIN_EVAL`` evaluation clips."""
MIN_EVAL = 2
MAX_SHARE = 0.5

UNCATEGORISED = ""


@dataclass(frozen=True, slots=True)
class SplitClip:
    """Clip to assign to a side.

    group: pause group, unique across recordings. category: key, or UNCATEGORISED.
    """

    clip_id: int
    group: str
    text: str
    category: str


@dataclass(frozen=True, slots=True)
class SplitResult:
    """Side of each clip by id, and warnings as sentences."""

    side: Mapping[int, Split]
    notes: tuple[str, ...]

    def count(self, side: Split) -> int:
        """Number of clips on a side."""
        return sum(1 for value in self.side.values() if value == side)


@dataclass(frozen=True, slots=True)
class _LinkedClips:
    """Linked clips, assigned to one side together.

    draw: 0..1, the largest of its groups' random numbers.

    The largest, because then links added later only move clips from evaluation to training, and
    the link of a sentence repeated in half of the set goes to training.
    """

    draw: float
    clips: tuple[SplitClip, ...]

    @property
    def categories(self) -> Counter[str]:
        """Number of clips by category."""
        return Counter(clip.category for clip in self.clips)


def split(
    candidates: Iterable[SplitClip], *, share: float = EVAL_SHARE, seed: int = 0
) -> SplitResult:
    """Assign each clip to a side.

    share: fraction of evaluation clips, 0..0.5; met on average, and within a factor of two in each
    category of at least ``MIN_CLIPS``. Raises ValueError for another share.
    """
    if not 0 <= share <= MAX_SHARE:
        raise ValueError(f"the evaluation share is between 0 and {MAX_SHARE}, not {share}")
    clips = sorted(candidates, key=lambda clip: clip.clip_id)
    if share == 0:
        return SplitResult({clip.clip_id: "train" for clip in clips}, ())
    chosen = _Assignment(Counter(clip.category for clip in clips), share)
    groups = sorted(_linked(clips, seed), key=lambda linked: (linked.draw, linked.clips[0].clip_id))
    for linked in groups:
        if linked.draw < share and chosen.has_room(linked):
            chosen.take(linked)
    for category in sorted(chosen.total):
        _fill(chosen, groups, category)
    if not chosen.evaluated and groups:
        _take_any(chosen, groups)
    return SplitResult(
        {clip.clip_id: "eval" if clip.clip_id in chosen.evaluated else "train" for clip in clips},
        tuple(_notes(chosen, groups)),
    )


class _Assignment:
    """Groups assigned to evaluation, with the limits of each category."""

    def __init__(self, total: Counter[str], share: float) -> None:
        self.total = total
        self.share = share
        self.taken: Counter[str] = Counter()
        self.evaluated: set[int] = set()

    def lower_bound(self, category: str) -> int:
        """Lower bound of evaluation clips in a category."""
        count = self.total[category]
        return max(MIN_EVAL, int(self.share * count / 2)) if count >= MIN_CLIPS else 0

    def upper_bound(self, category: str) -> int:
        """Upper bound of evaluation clips in a category."""
        return max(self.lower_bound(category), int(2 * self.share * self.total[category]))

    def has_room(self, linked: _LinkedClips) -> bool:
        """Whether every category stays within its upper bound."""
        return all(
            self.taken[category] + count <= self.upper_bound(category)
            for category, count in linked.categories.items()
        )

    def leaves_half(self, linked: _LinkedClips) -> bool:
        """Whether at least half of every category stays in training."""
        return all(
            2 * (self.taken[category] + count) <= self.total[category]
            for category, count in linked.categories.items()
        )

    def take(self, linked: _LinkedClips) -> None:
        """Assign linked clips to evaluation."""
        self.evaluated.update(clip.clip_id for clip in linked.clips)
        self.taken.update(linked.categories)

    def is_taken(self, linked: _LinkedClips) -> bool:
        """Whether linked clips are assigned to evaluation."""
        return linked.clips[0].clip_id in self.evaluated


def _fill(chosen: _Assignment, groups: Sequence[_LinkedClips], category: str) -> None:
    """Add groups until a category reaches its lower bound; within upper bounds if possible."""
    for is_allowed in (chosen.has_room, chosen.leaves_half):
        for linked in groups:
            if chosen.taken[category] >= chosen.lower_bound(category):
                return
            if linked.categories[category] and not chosen.is_taken(linked) and is_allowed(linked):
                chosen.take(linked)


def _take_any(chosen: _Assignment, groups: Sequence[_LinkedClips]) -> None:
    """Add the first group of at most half the clips, in a set too small for category bounds."""
    clips = sum(chosen.total.values())
    for linked in groups:
        if 2 * len(linked.clips) <= clips:
            chosen.take(linked)
            return


def _notes(chosen: _Assignment, groups: Sequence[_LinkedClips]) -> Iterable[str]:
    if groups and not chosen.evaluated:
        yield (
            "No evaluation clips: nearly all clips are linked by a shared pause group or sentence."
        )
        return
    for category in sorted(chosen.total):
        least = chosen.lower_bound(category)
        if chosen.taken[category] < least:
            yield (
                f"{category or 'no category'}: only {chosen.taken[category]} of {least} evaluation "
                "clips; the others share a pause group or a sentence with training clips."
            )


def _linked(clips: Sequence[SplitClip], seed: int) -> list[_LinkedClips]:
    """Connected components of clips that share a group or a sentence."""
    parent = {clip.clip_id: clip.clip_id for clip in clips}

    def root(clip: int) -> int:
        while parent[clip] != clip:
            parent[clip] = parent[parent[clip]]
            clip = parent[clip]
        return clip

    shared: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for clip in clips:
        shared["group", clip.group].append(clip.clip_id)
        if sentence := same_sentence(clip.text):
            shared["sentence", sentence].append(clip.clip_id)
    for first, *others in shared.values():
        for other in others:
            parent[root(other)] = root(first)

    members: defaultdict[int, list[SplitClip]] = defaultdict(list)
    for clip in clips:
        members[root(clip.clip_id)].append(clip)
    return [
        _LinkedClips(
            max(_draw(seed, group) for group in {clip.group for clip in its_clips}),
            tuple(its_clips),
        )
        for its_clips in members.values()
    ]


def _draw(seed: int, group: str) -> float:
    """Random number in [0, 1) from the seed and group alone."""
    digest = sha256(f"{seed} {group}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def same_sentence(text: str) -> str:
    """Normalised letters and digits of a text, equal for texts of the same sentence.

    >>> same_sentence("That's it, “Zoë”!") == same_sentence("thats it ZOE")
    True
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in plain if c.isalnum())
