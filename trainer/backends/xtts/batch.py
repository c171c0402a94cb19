"""Clips as tensors: each row is [voice prompt | text | codes | padding], padding last.

The stock trainer pads the text in the middle of the row and masks it. A row without a hole in it
gives the same numbers, needs no mask (the attention is causal, and what comes last is not seen),
and wastes less. All index arithmetic happens here, on the CPU, once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from trainer.backends import Item
from trainer.backends.objective import PARTS

STOPS = 4  # end-of-speech targets of a clip in the stock trainer: after the last code, and 3 more
PROMPT_LATENTS = 32  # what the perceiver makes of a voice prompt of any length


@dataclass(frozen=True, slots=True)
class Special:
    """Token ids that frame text and codes."""

    start_text: int
    stop_text: int
    start_mel: int
    stop_mel: int


@dataclass(frozen=True, slots=True)
class XttsBatch:
    """A micro-batch. Rows are clips; text is at most T tokens and mel M codes long, S both.

    text: (rows, T) and mel: (rows, M), inputs with their start token. order: (rows, S), where in
    [text | mel] of all rows flattened each position of the packed row comes from.
    text_at, mel_at: where in the flattened network output the targets are predicted.
    text_row, mel_row: the row each target belongs to. eos_at: in mel_at, by row.
    prompts: mels (group, 80, frames) of equal length, prompt_rows: the rows they belong to.
    """

    clip_ids: tuple[str, ...]
    counts: NDArray[np.int64]
    tokens: int
    padded: int
    text: torch.Tensor
    mel: torch.Tensor
    order: torch.Tensor
    text_at: torch.Tensor
    text_target: torch.Tensor
    text_row: torch.Tensor
    mel_at: torch.Tensor
    mel_target: torch.Tensor
    mel_row: torch.Tensor
    eos_at: torch.Tensor
    prompt_order: torch.Tensor
    prompts: tuple[torch.Tensor, ...]

    def to(self, device: torch.device) -> "XttsBatch":
        """The same on another device."""
        moved: dict[str, Any] = {
            field.name: value.to(device, non_blocking=True)
            for field in fields(self)
            if isinstance(value := getattr(self, field.name), torch.Tensor)
        }
        prompts = tuple(mel.to(device, non_blocking=True) for mel in self.prompts)
        return replace(self, **moved, prompts=prompts)


def row_length(tokens: int, codes: int) -> int:
    """Positions of a clip in a batch: prompt, start and tokens, start and codes and 3 stops."""
    return PROMPT_LATENTS + tokens + 1 + codes + STOPS


def make_batch(items: Sequence[Item], special: Special) -> XttsBatch:
    """The items as tensors on the CPU."""
    texts = [np.asarray(item.arrays["tokens"], dtype=np.int64) for item in items]
    codes = [np.asarray(item.arrays["codes"], dtype=np.int64) for item in items]
    rows = len(items)
    text_len = np.array([len(text) + 1 for text in texts])  # inputs: start and tokens
    mel_len = np.array([len(code) + STOPS for code in codes])  # inputs: start, codes, 3 stops
    text = np.full((rows, text_len.max()), special.stop_text, dtype=np.int64)
    mel = np.full((rows, mel_len.max()), special.stop_mel, dtype=np.int64)
    packed = int((text_len + mel_len).max())
    order = np.zeros((rows, packed), dtype=np.int64)
    width = text.shape[1] + mel.shape[1]
    stride = PROMPT_LATENTS + packed
    parts: dict[str, list[NDArray[np.int64]]] = {
        name: [] for name in ("ta", "tt", "tr", "ma", "mt", "mr")
    }
    counts = np.zeros((rows, len(PARTS)), dtype=np.int64)
    eos_at = np.zeros(rows, dtype=np.int64)
    heard_before = 0
    for row in range(rows):
        t, m = int(text_len[row]), int(mel_len[row])
        text[row, 0], text[row, 1:t] = special.start_text, texts[row]
        mel[row, 0], mel[row, 1 : len(codes[row]) + 1] = special.start_mel, codes[row]
        order[row, :t] = row * width + np.arange(t)
        order[row, t : t + m] = row * width + text.shape[1] + np.arange(m)
        first = row * stride + PROMPT_LATENTS
        parts["ta"].append(first + np.arange(t))
        parts["tt"].append(np.append(texts[row], special.stop_text))
        parts["tr"].append(np.full(t, row))
        target = np.concatenate([codes[row], np.full(STOPS, special.stop_mel)])
        heard = np.ones(m, dtype=bool)
        heard[slice(*items[row].unheard)] = False
        heard[len(codes[row]) :] = True  # the end of speech is always learnt
        parts["ma"].append((first + t + np.arange(m))[heard])
        parts["mt"].append(target[heard])
        parts["mr"].append(np.full(int(heard.sum()), row))
        eos_at[row] = heard_before + int(heard[: len(codes[row])].sum())
        heard_before += int(heard.sum())
        counts[row] = (t, heard.sum(), 1, t, heard.sum())
    flat = {name: torch.from_numpy(np.concatenate(found)) for name, found in parts.items()}
    prompts, prompt_order = _group_prompts(items)
    return XttsBatch(
        clip_ids=tuple(item.clip.id for item in items),
        counts=counts,
        tokens=int((text_len + mel_len).sum()) + rows * PROMPT_LATENTS,
        padded=rows * stride,
        text=torch.from_numpy(text),
        mel=torch.from_numpy(mel),
        order=torch.from_numpy(order.reshape(-1)),
        text_at=flat["ta"],
        text_target=flat["tt"],
        text_row=flat["tr"],
        mel_at=flat["ma"],
        mel_target=flat["mt"],
        mel_row=flat["mr"],
        eos_at=torch.from_numpy(eos_at),
        prompt_order=prompt_order,
        prompts=prompts,
    )


def _group_prompts(items: Sequence[Item]) -> tuple[tuple[torch.Tensor, ...], torch.Tensor]:
    """Prompts of equal length together, so that none is padded.

    Returns the groups (group, 80, frames) and, for each row, its place in the groups' sequence.
    """
    by_frames: dict[int, list[int]] = {}
    for row, item in enumerate(items):
        by_frames.setdefault(len(item.prompt), []).append(row)
    groups = [by_frames[frames] for frames in sorted(by_frames)]
    mels = tuple(
        torch.from_numpy(np.stack([items[row].prompt.T for row in group]).astype(np.float32))
        for group in groups
    )
    sequence = np.concatenate([np.asarray(group) for group in groups])
    return mels, torch.from_numpy(np.argsort(sequence))
