"""Split and merge of clips."""

from itertools import accumulate

from curator.domain.clip import Clip
from curator.domain.decision import Edit, Field, Piece
from curator.domain.errors import CuratorError


def split(clip: Clip, at: int) -> Edit:
    """Split a clip at ``at``, a sample of the recording inside the clip."""
    if not clip.span.start < at < clip.span.stop:
        raise CuratorError("A clip is split between its edges.", "Put the cursor inside the clip.")
    first, second = clip.span.split(at)
    before, after = _texts(clip, at) if clip.text_decided else (None, None)
    pieces = (Piece(first, before, clip.emotion), Piece(second, after, clip.emotion))
    return Edit(f"Split (clip {clip.id})", Field.PRESENCE, {clip.id: None}, pieces)


def merge(first: Clip, later: Clip) -> Edit:
    """Merge two clips to one from the first start to the last stop."""
    if first.recording_id != later.recording_id:
        raise CuratorError("Clips of different recordings cannot be merged.")
    if later.span.start < first.span.start:
        first, later = later, first
    span = first.span.join(later.span)
    text = None
    if first.text_decided or later.text_decided:
        text = " ".join(part for part in (first.text.strip(), later.text.strip()) if part)
    piece = Piece(span, text, first.emotion or later.emotion)
    gone = dict.fromkeys((first.id, later.id))
    return Edit("Merge (2 clips)", Field.PRESENCE, gone, (piece,))


def _texts(clip: Clip, at: int) -> tuple[str, str]:
    """Text of a split clip, divided in proportion to the duration."""
    words = clip.text.split()
    share = _share_before(clip, at)
    ends = list(accumulate(len(word) + 1 for word in words))
    if not ends:
        return "", ""
    wanted = share * ends[-1]
    cut = min(range(len(words) + 1), key=lambda n: abs((ends[n - 1] if n else 0) - wanted))
    return " ".join(words[:cut]), " ".join(words[cut:])


def _share_before(clip: Clip, at: int) -> float:
    """Share of the text before ``at``, 0..1, by word times if there are any."""
    lengths = [len(word.text) for word in clip.words]
    if not sum(lengths):
        return (at - clip.span.start) / clip.span.samples
    before = sum(
        length
        for word, length in zip(clip.words, lengths, strict=True)
        if (word.start + word.stop) / 2 < at
    )
    return before / sum(lengths)
