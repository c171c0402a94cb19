"""Batch collation: each row is [voice prompt | text | codes | padding], padding last.

The stock trainer pads the text inside the row and masks it; packed rows need no mask and less
padding.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trainer.backends import Item
from trainer.backends.packed import Packed, Row, pack

STOPS = 4  # stop targets per clip, as in the stock trainer
PROMPT_LATENTS = 32  # perceiver outputs for a voice prompt of any length


@dataclass(frozen=True, slots=True)
class XttsSpecialTokens:
    """Token ids that frame text and codes."""

    start_text: int
    stop_text: int
    start_mel: int
    stop_mel: int


def row_length(tokens: int, codes: int) -> int:
    """Number of positions: prompt, start and tokens, start, codes and 3 stops."""
    return PROMPT_LATENTS + tokens + 1 + codes + STOPS


def make_batch(items: Sequence[Item], special: XttsSpecialTokens) -> Packed:
    """Collate items into tensors on the CPU; prompts are mels (group, 80, frames)."""
    rows = [_row(item, special) for item in items]
    return pack(Packed, items, rows, PROMPT_LATENTS, (special.stop_text, special.stop_mel), _as_mel)


def _row(item: Item, special: XttsSpecialTokens) -> Row:
    tokens = np.asarray(item.arrays["tokens"], dtype=np.int64)
    codes = np.asarray(item.arrays["codes"], dtype=np.int64)
    stops = np.full(STOPS, special.stop_mel)
    return Row(
        text=np.concatenate(([special.start_text], tokens)),
        speech=np.concatenate(([special.start_mel], codes, stops[1:])),
        text_target=np.append(tokens, special.stop_text),
        speech_target=np.concatenate((codes, stops)),
        codes=len(codes),
        offset=0,
        masked=item.masked,
    )


def _as_mel(prompt: NDArray[np.generic]) -> NDArray[np.float32]:
    return prompt.T.astype(np.float32)
