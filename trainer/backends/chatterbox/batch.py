"""Clips as tensors: each row is [condition | text | speech | padding], padding last.

The network has no attention mask: what stands between text and speech changes every number after
it, while what comes last is not seen. So the rows are packed. The frame is the one in which the
stock class speaks: start, text, stop, then the start of speech twice at position 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from trainer.backends import Item
from trainer.backends.packed import Packed, Row, pack

CONDITION = 34  # positions: speaker, 32 of the voice prompt, expression
STARTS = 2  # the stock class begins with the start of speech twice
NO_TEXT_SALT = 0x7E87


@dataclass(frozen=True, slots=True)
class ChatterboxSpecialTokens:
    """Token ids that frame text and speech."""

    start_text: int
    stop_text: int
    start_speech: int
    stop_speech: int


@dataclass(frozen=True, slots=True)
class ChatterboxBatch(Packed):
    """A micro-batch; prompts are speech tokens (group, length).

    places: (M,), positions of speech. wordless: (rows,), whether the row goes without its text, for
    the guidance branch. speaker: (rows, 256). expression: (rows,).
    """

    places: torch.Tensor
    wordless: torch.Tensor
    speaker: torch.Tensor
    expression: torch.Tensor


def row_length(text_tokens: int, speech_tokens: int) -> int:
    """Positions of a clip in a batch."""
    return CONDITION + text_tokens + 2 + speech_tokens + STARTS


def make_batch(
    items: Sequence[Item],
    special: ChatterboxSpecialTokens,
    expressions: Sequence[float],
    wordless_share: float,
) -> ChatterboxBatch:
    """The items as tensors on the CPU.

    expressions: the scalar of each. wordless_share: of training rows that go without their text.
    """
    wordless = [_is_wordless(item, wordless_share) for item in items]
    rows = [_row(item, special, without) for item, without in zip(items, wordless, strict=True)]
    longest = max(len(row.speech) for row in rows)
    return pack(
        ChatterboxBatch,
        items,
        rows,
        CONDITION,
        (special.stop_text, special.stop_speech),
        _as_tokens,
        places=torch.arange(longest).sub(STARTS - 1).clamp(min=0),
        wordless=torch.tensor(wordless),
        speaker=torch.from_numpy(np.stack([_speaker(item) for item in items])),
        expression=torch.tensor(list(expressions), dtype=torch.float32),
    )


def _row(item: Item, special: ChatterboxSpecialTokens, wordless: bool) -> Row:
    tokens = np.asarray(item.arrays["tokens"], dtype=np.int64)
    codes = np.asarray(item.arrays["codes"], dtype=np.int64)
    text = np.concatenate(([special.start_text], tokens, [special.stop_text]))
    return Row(
        text=text,
        speech=np.concatenate((np.full(STARTS, special.start_speech), codes)),
        text_target=text[:0] if wordless else text[1:],  # what was not shown cannot be learnt
        speech_target=np.append(codes, special.stop_speech),
        codes=len(codes),
        begins=STARTS - 1,
        unheard=item.unheard,
    )


def _as_tokens(prompt: NDArray[np.generic]) -> NDArray[np.int64]:
    return prompt[:, 0].astype(np.int64)


def _is_wordless(item: Item, share: float) -> bool:
    """The same answer for a clip in an epoch, in whatever process; never in evaluation."""
    if item.draw is None:
        return False
    return bool(np.random.default_rng([item.draw, NO_TEXT_SALT]).random() < share)


def _speaker(item: Item) -> NDArray[np.float32]:
    """The vector of the voice prompt's clips, float32 (256,), of length 1."""
    vectors = [np.asarray(arrays["speaker"], dtype=np.float32) for arrays in item.voices]
    mean = np.mean(vectors or [np.asarray(item.arrays["speaker"], dtype=np.float32)], axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-6), dtype=np.float32)
