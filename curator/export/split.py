"""Which clips are for training and which for evaluation, without a leak between the two.

Clips that share a pause group or a sentence are tied together; what is tied goes to one side. Each
tie draws a number from the seed and its pause groups alone, and is evaluated when that number is
below the share. So a clip's side does not depend on other recordings, and adding one moves nothing,
but for two things: a category that would get too few or too many evaluation clips, and a new
clip that says an old sentence.
"""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from curator.export.manifest import Split

EVAL_SHARE = 0.1
ENOUGH_CLIPS = 15
"""From this many clips on, a category gets at least ``LEAST_EVAL`` evaluation clips."""
LEAST_EVAL = 2
HIGHEST_SHARE = 0.5

UNCATEGORISED = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the split has to know of a clip.

    group: of clips close together in one recording. category: its emotion, or UNCATEGORISED.
    """

    clip_id: int
    group: str
    text: str
    category: str


@dataclass(frozen=True, slots=True)
class Sides:
    """The side of each clip by its id, and in sentences what could not be had."""

    side: Mapping[int, Split]
    notes: tuple[str, ...]

    def count(self, side: Split) -> int:
        """How many clips are on a side."""
        return sum(1 for each in self.side.values() if each == side)


@dataclass(frozen=True, slots=True)
class _Tie:
    """Clips that must stay together. draw: 0..1, the largest of its groups' draws.

    The largest, because then a tie that grows can only go from evaluation to training, and the one
    that a much-repeated sentence makes of half the set is for training.
    """

    draw: float
    clips: tuple[Candidate, ...]

    @property
    def categories(self) -> Counter[str]:
        """How many of its clips are in each category."""
        return Counter(clip.category for clip in self.clips)


def split(candidates: Iterable[Candidate], *, share: float = EVAL_SHARE, seed: int = 0) -> Sides:
    """Choose the side of each clip.

    share: of the clips that go to evaluation, 0 (none) to 0.5; met on average, and between half
    and double of it in each category of ``ENOUGH_CLIPS``.
    """
    if not 0 <= share <= HIGHEST_SHARE:
        raise ValueError(f"the evaluation share is between 0 and {HIGHEST_SHARE}, not {share}")
    clips = sorted(candidates, key=lambda clip: clip.clip_id)
    if share == 0:
        return Sides({clip.clip_id: "train" for clip in clips}, ())
    chosen = _Choice(Counter(clip.category for clip in clips), share)
    ties = sorted(_ties(clips, seed), key=lambda tie: (tie.draw, tie.clips[0].clip_id))
    for tie in ties:
        if tie.draw < share and chosen.has_room(tie):
            chosen.take(tie)
    for category in sorted(chosen.total):
        _fill(chosen, ties, category)
    if not chosen.evaluated and ties:
        _take_any(chosen, ties)
    return Sides(
        {clip.clip_id: "eval" if clip.clip_id in chosen.evaluated else "train" for clip in clips},
        tuple(_notes(chosen, ties)),
    )


class _Choice:
    """The ties taken for evaluation so far, and how much room is left in each category."""

    def __init__(self, total: Counter[str], share: float) -> None:
        self.total = total
        self.share = share
        self.taken: Counter[str] = Counter()
        self.evaluated: set[int] = set()

    def least(self, category: str) -> int:
        """The fewest evaluation clips a category is to have."""
        count = self.total[category]
        return max(LEAST_EVAL, int(self.share * count / 2)) if count >= ENOUGH_CLIPS else 0

    def most(self, category: str) -> int:
        """The most evaluation clips it is to have."""
        return max(self.least(category), int(2 * self.share * self.total[category]))

    def has_room(self, tie: _Tie) -> bool:
        """Whether taking it leaves every category within its limits."""
        return all(
            self.taken[category] + count <= self.most(category)
            for category, count in tie.categories.items()
        )

    def leaves_half(self, tie: _Tie) -> bool:
        """Whether taking it leaves at least half of every category for training."""
        return all(
            2 * (self.taken[category] + count) <= self.total[category]
            for category, count in tie.categories.items()
        )

    def take(self, tie: _Tie) -> None:
        """Put it on the evaluation side."""
        self.evaluated.update(clip.clip_id for clip in tie.clips)
        self.taken.update(tie.categories)

    def is_taken(self, tie: _Tie) -> bool:
        """Whether it is on the evaluation side."""
        return tie.clips[0].clip_id in self.evaluated


def _fill(chosen: _Choice, ties: Sequence[_Tie], category: str) -> None:
    """Take further ties until a category has its least: fitting ones first, then any bearable."""
    for bearable in (chosen.has_room, chosen.leaves_half):
        for tie in ties:
            if chosen.taken[category] >= chosen.least(category):
                return
            if tie.categories[category] and not chosen.is_taken(tie) and bearable(tie):
                chosen.take(tie)


def _take_any(chosen: _Choice, ties: Sequence[_Tie]) -> None:
    """In a set too small for its categories to ask for anything: the first tie below half of it."""
    clips = sum(chosen.total.values())
    for tie in ties:
        if 2 * len(tie.clips) <= clips:
            chosen.take(tie)
            return


def _notes(chosen: _Choice, ties: Sequence[_Tie]) -> Iterable[str]:
    if ties and not chosen.evaluated:
        yield (
            "No clip could be set aside for evaluation: nearly all of them are tied together by "
            "lying close to one another or by saying the same sentence."
        )
        return
    for category in sorted(chosen.total):
        least = chosen.least(category)
        if chosen.taken[category] < least:
            yield (
                f"{category or 'clips without a category'}: {chosen.taken[category]} instead of "
                f"{least} clips could be set aside for evaluation; the others are tied to training "
                "clips by lying close to them or by saying the same sentence."
            )


def _ties(clips: Sequence[Candidate], seed: int) -> list[_Tie]:
    """Clips joined wherever they share a group or a sentence."""
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

    members: defaultdict[int, list[Candidate]] = defaultdict(list)
    for clip in clips:
        members[root(clip.clip_id)].append(clip)
    return [
        _Tie(max(_draw(seed, group) for group in {clip.group for clip in tied}), tuple(tied))
        for tied in members.values()
    ]


def _draw(seed: int, group: str) -> float:
    """A number in [0, 1) that depends on nothing but the two."""
    digest = sha256(f"{seed} {group}".encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def same_sentence(text: str) -> str:
    """What two texts have in common when they are the same sentence: letters and digits alone.

    >>> same_sentence("That's it, “Zoë”!") == same_sentence("thats it ZOE")
    True
    """
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in plain if c.isalnum())
