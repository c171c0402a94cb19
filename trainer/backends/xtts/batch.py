"""Clips as tensors: each row is [voice prompt | text | codes | padding], padding last.

The stock trainer pads the text in the middle of the row and masks it; packed rows need no mask and
waste less.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trainer.backends import Item
from trainer.backends.packed import Packed, Row, pack

STOPS = 4  # end-of-speech targets of a clip in the stock trainer: after the last code, and 3 more
PROMPT_LATENTS = 32  # what the perceiver makes of a voice prompt of any length


@dataclass(frozen=True, slots=True)
class XttsSpecialTokens:
    """Token ids that frame text and codes."""

    start_text: int
    stop_text: int
    start_mel: int
    stop_mel: int


def row_length(tokens: int, codes: int) -> int:
    """Positions of a clip in a batch: prompt, start and tokens, start and codes and 3 stops."""
    return PROMPT_LATENTS + tokens + 1 + codes + STOPS


def make_batch(items: Sequence[Item], special: XttsSpecialTokens) -> Packed:
    """The items as tensors on the CPU; prompts are mels (group, 80, frames)."""
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
        begins=0,
        unheard=item.unheard,
    )


def _as_mel(prompt: NDArray[np.generic]) -> NDArray[np.float32]:
    return prompt.T.astype(np.float32)
