"""Clips as tensors: each row is [condition | text | speech | padding], padding last.

The network has no attention mask: what stands between text and speech changes every number after
it, while what comes last is not seen. So the rows are packed. The frame is the one in which the
stock class speaks: start, text, stop, then the start of speech twice at position 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from trainer.backends import Item
from trainer.backends.objective import PARTS

CONDITION = 34  # positions: speaker, 32 of the voice prompt, expression
STARTS = 2  # the stock class begins with the start of speech twice
NO_TEXT_SALT = 0x7E87


@dataclass(frozen=True, slots=True)
class Special:
    """Token ids that frame text and speech."""

    start_text: int
    stop_text: int
    start_speech: int
    stop_speech: int


@dataclass(frozen=True, slots=True)
class ChatterboxBatch:
    """A micro-batch. Rows are clips; text is at most T tokens and speech M long, S both.

    text: (rows, T) and speech: (rows, M), inputs. places: (rows, M), positions of speech.
    order: (rows, S), where in [text | speech] of all rows flattened each position comes from.
    wordless: (rows,), whether the row goes without its text, for the guidance branch.
    text_at, speech_at: where in the flattened network output targets are predicted; text_row,
    speech_row: the row each belongs to. eos_at: in speech_at, by row. speaker: (rows, 256).
    expression: (rows,). prompts: tokens (group, length), prompt_order: the rows' places in them.
    """

    clip_ids: tuple[str, ...]
    counts: NDArray[np.int64]
    tokens: int
    padded: int
    text: torch.Tensor
    speech: torch.Tensor
    places: torch.Tensor
    order: torch.Tensor
    wordless: torch.Tensor
    text_at: torch.Tensor
    text_target: torch.Tensor
    text_row: torch.Tensor
    speech_at: torch.Tensor
    speech_target: torch.Tensor
    speech_row: torch.Tensor
    eos_at: torch.Tensor
    speaker: torch.Tensor
    expression: torch.Tensor
    prompt_order: torch.Tensor
    prompts: tuple[torch.Tensor, ...]

    def to(self, device: torch.device) -> "ChatterboxBatch":
        """The same on another device."""
        moved: dict[str, Any] = {
            field.name: value.to(device, non_blocking=True)
            for field in fields(self)
            if isinstance(value := getattr(self, field.name), torch.Tensor)
        }
        prompts = tuple(tokens.to(device, non_blocking=True) for tokens in self.prompts)
        return replace(self, **moved, prompts=prompts)


def row_length(text_tokens: int, speech_tokens: int) -> int:
    """Positions of a clip in a batch."""
    return CONDITION + text_tokens + 2 + speech_tokens + STARTS


def make_batch(
    items: Sequence[Item],
    special: Special,
    expressions: Sequence[float],
    wordless_share: float,
) -> ChatterboxBatch:
    """The items as tensors on the CPU.

    expressions: the scalar of each. wordless_share: of training rows that go without their text.
    """
    texts = [
        np.concatenate(([special.start_text], item.arrays["tokens"], [special.stop_text]))
        for item in items
    ]
    spoken = [np.asarray(item.arrays["codes"], dtype=np.int64) for item in items]
    rows = len(items)
    text_len = np.array([len(text) for text in texts])
    speech_len = np.array([len(codes) + STARTS for codes in spoken])
    text = np.full((rows, text_len.max()), special.stop_text, dtype=np.int64)
    speech = np.full((rows, speech_len.max()), special.stop_speech, dtype=np.int64)
    places = np.maximum(np.arange(speech.shape[1]) - (STARTS - 1), 0)
    packed = int((text_len + speech_len).max())
    order = np.zeros((rows, packed), dtype=np.int64)
    width, stride = text.shape[1] + speech.shape[1], CONDITION + packed
    wordless = np.array([_is_wordless(item, wordless_share) for item in items])
    parts: dict[str, list[NDArray[np.int64]]] = {
        name: [] for name in ("ta", "tt", "tr", "sa", "st", "sr")
    }
    counts = np.zeros((rows, len(PARTS)), dtype=np.int64)
    eos_at = np.zeros(rows, dtype=np.int64)
    heard_before = 0
    for row in range(rows):
        t, m, n = int(text_len[row]), int(speech_len[row]), len(spoken[row])
        text[row, :t] = texts[row]
        speech[row, :STARTS], speech[row, STARTS:m] = special.start_speech, spoken[row]
        order[row, :t] = row * width + np.arange(t)
        order[row, t : t + m] = row * width + text.shape[1] + np.arange(m)
        first = row * stride + CONDITION
        read = 0 if wordless[row] else t - 1  # a text that was not shown cannot be learnt from
        parts["ta"].append(first + np.arange(read))
        parts["tt"].append(texts[row][1 : read + 1])
        parts["tr"].append(np.full(read, row))
        heard = np.ones(n + 1, dtype=bool)
        heard[slice(*items[row].unheard)] = False
        heard[n] = True  # the end of speech is always learnt
        parts["sa"].append((first + t + STARTS - 1 + np.arange(n + 1))[heard])
        parts["st"].append(np.append(spoken[row], special.stop_speech)[heard])
        parts["sr"].append(np.full(int(heard.sum()), row))
        heard_before += int(heard.sum())
        eos_at[row] = heard_before - 1
        counts[row] = (read, heard.sum(), 1, read, heard.sum())
    flat = {name: torch.from_numpy(np.concatenate(found)) for name, found in parts.items()}
    prompts, prompt_order = _group_prompts(items)
    return ChatterboxBatch(
        clip_ids=tuple(item.clip.id for item in items),
        counts=counts,
        tokens=int((text_len + speech_len).sum()) + rows * CONDITION,
        padded=rows * stride,
        text=torch.from_numpy(text),
        speech=torch.from_numpy(speech),
        places=torch.from_numpy(places),
        order=torch.from_numpy(order.reshape(-1)),
        wordless=torch.from_numpy(wordless),
        text_at=flat["ta"],
        text_target=flat["tt"],
        text_row=flat["tr"],
        speech_at=flat["sa"],
        speech_target=flat["st"],
        speech_row=flat["sr"],
        eos_at=torch.from_numpy(eos_at),
        speaker=torch.from_numpy(np.stack([_speaker(item) for item in items])),
        expression=torch.tensor(list(expressions), dtype=torch.float32),
        prompt_order=prompt_order,
        prompts=prompts,
    )


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


def _group_prompts(items: Sequence[Item]) -> tuple[tuple[torch.Tensor, ...], torch.Tensor]:
    """Prompts of equal length together, so that none is padded.

    Returns the groups (group, length) and, for each row, its place in the groups' sequence.
    """
    by_length: dict[int, list[int]] = {}
    for row, item in enumerate(items):
        by_length.setdefault(len(item.prompt), []).append(row)
    groups = [by_length[length] for length in sorted(by_length)]
    tokens = tuple(
        torch.from_numpy(np.stack([items[row].prompt[:, 0].astype(np.int64) for row in group]))
        for group in groups
    )
    sequence = np.concatenate([np.asarray(group) for group in groups])
    return tokens, torch.from_numpy(np.argsort(sequence))
