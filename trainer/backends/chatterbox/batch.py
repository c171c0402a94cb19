"""Batch collation: each row is [condition | text | speech | padding], padding last.

The network takes no attention mask, so padding between text and speech would change the results.
The token frame is that of stock inference: start, text, stop, then the start of speech twice at
position 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from trainer.backends import Item
from trainer.backends.packed import Packed, Row, pack

CONDITION = 34  # positions: 1 speaker, 32 voice prompt, 1 expression
STARTS = 2  # the stock class repeats the start of speech
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
    """Micro-batch; prompts are speech tokens (group, length).

    positions: (M,), of speech. textless: (rows,), whether the text embedding is zeroed, for the
    guidance branch. speaker: (rows, 256). expression: (rows,).
    """

    positions: torch.Tensor
    textless: torch.Tensor
    speaker: torch.Tensor
    expression: torch.Tensor


def row_length(text_tokens: int, speech_tokens: int) -> int:
    """Number of positions of a clip in a batch."""
    return CONDITION + text_tokens + 2 + speech_tokens + STARTS


def make_batch(
    items: Sequence[Item],
    special: ChatterboxSpecialTokens,
    expressions: Sequence[float],
    textless_share: float,
) -> ChatterboxBatch:
    """Collate items into tensors on the CPU.

    expressions: scalar of each item. textless_share: share of training rows without text.
    """
    textless = [_is_textless(item, textless_share) for item in items]
    rows = [
        _row(item, special, is_textless) for item, is_textless in zip(items, textless, strict=True)
    ]
    longest = max(len(row.speech) for row in rows)
    return pack(
        ChatterboxBatch,
        items,
        rows,
        CONDITION,
        (special.stop_text, special.stop_speech),
        _as_tokens,
        positions=torch.arange(longest).sub(STARTS - 1).clamp(min=0),
        textless=torch.tensor(textless),
        speaker=torch.from_numpy(np.stack([_speaker(item) for item in items])),
        expression=torch.tensor(list(expressions), dtype=torch.float32),
    )


def _row(item: Item, special: ChatterboxSpecialTokens, textless: bool) -> Row:
    tokens = np.asarray(item.arrays["tokens"], dtype=np.int64)
    codes = np.asarray(item.arrays["codes"], dtype=np.int64)
    text = np.concatenate(([special.start_text], tokens, [special.stop_text]))
    return Row(
        text=text,
        speech=np.concatenate((np.full(STARTS, special.start_speech), codes)),
        text_target=text[:0] if textless else text[1:],  # no text loss without text input
        speech_target=np.append(codes, special.stop_speech),
        codes=len(codes),
        offset=STARTS - 1,
        masked=item.masked,
    )


def _as_tokens(prompt: NDArray[np.generic]) -> NDArray[np.int64]:
    return prompt[:, 0].astype(np.int64)


def _is_textless(item: Item, share: float) -> bool:
    """Random choice, reproducible by clip and epoch; always False in evaluation."""
    if item.seed is None:
        return False
    return bool(np.random.default_rng([item.seed, NO_TEXT_SALT]).random() < share)


def _speaker(item: Item) -> NDArray[np.float32]:
    """Mean speaker embedding of the prompt's clips, float32 (256,), L2-normalised."""
    vectors = [np.asarray(arrays["speaker"], dtype=np.float32) for arrays in item.voices]
    mean = np.mean(vectors or [np.asarray(item.arrays["speaker"], dtype=np.float32)], axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-6), dtype=np.float32)
