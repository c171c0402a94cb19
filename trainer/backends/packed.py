"""Batch collation: each row is [lead | text | speech | padding], padding last.

With causal attention, trailing padding needs no attention mask and results do not depend on the
other rows. All index arithmetic is done here once, on the CPU; families define the row contents.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Self, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from trainer.backends import Item
from trainer.backends.objective import PARTS
from trainer.backends.transfer import on_device

Ids = NDArray[np.int64]
Nats = tuple[torch.Tensor, torch.Tensor]
"""Cross-entropy by target in nats, and its mean over the vocabulary."""


@dataclass(frozen=True, slots=True)
class Row:
    """Token sequences of one clip.

    text, speech: inputs. text_target: targets of the first text positions. speech_target: targets
    of the speech positions from ``offset`` on: ``codes`` codes, then stop tokens.
    masked: half-open range of codes that the loss ignores.
    """

    text: Ids
    speech: Ids
    text_target: Ids
    speech_target: Ids
    codes: int
    offset: int
    masked: tuple[int, int]

    @property
    def length(self) -> int:
        """Number of text and speech positions."""
        return len(self.text) + len(self.speech)

    def loss_mask(self) -> NDArray[np.bool_]:
        """Speech targets that count in the loss, bool; stop tokens always count."""
        mask = np.ones(len(self.speech_target), dtype=bool)
        mask[slice(*self.masked)] = False
        mask[self.codes :] = True
        return mask


@dataclass(frozen=True, slots=True)
class Packed:
    """Micro-batch of clips. T, M, S: longest text, speech and both together.

    text: (rows, T) and speech: (rows, M), inputs. order: (rows x S,), index of each packed position
    in the flattened [text | speech] of all rows. text_at, speech_at: indices of the predictions in
    the flattened network output; text_row, speech_row: their rows. eos_at: index in speech_at of
    the first stop token by row. prompts: grouped by shape; prompt_order: index of each row's
    prompt in the concatenated groups.
    """

    clip_ids: tuple[str, ...]
    counts: NDArray[np.int64]
    tokens: int
    padded: int
    text: torch.Tensor
    speech: torch.Tensor
    order: torch.Tensor
    text_at: torch.Tensor
    text_target: torch.Tensor
    text_row: torch.Tensor
    speech_at: torch.Tensor
    speech_target: torch.Tensor
    speech_row: torch.Tensor
    eos_at: torch.Tensor
    prompt_order: torch.Tensor
    prompts: tuple[torch.Tensor, ...]

    def to(self, device: torch.device) -> Self:
        """Copy on another device."""
        moved: dict[str, Any] = {
            field.name: on_device(value, device)
            for field in fields(self)
            if isinstance(value := getattr(self, field.name), torch.Tensor)
        }
        prompts = tuple(on_device(group, device) for group in self.prompts)
        return replace(self, **moved, prompts=prompts)


BatchType = TypeVar("BatchType", bound=Packed)


def pack(
    batch_type: type[BatchType],
    items: Sequence[Item],
    rows: Sequence[Row],
    lead: int,
    pad: tuple[int, int],
    prompt: Callable[[NDArray[np.generic]], NDArray[np.generic]],
    **more: Any,  # noqa: ANN401 - the other fields of the kind
) -> BatchType:
    """Collate rows into a batch.

    lead: positions before the text. pad: padding tokens of text and of speech.
    prompt: converts the voice prompt of an item to the array of its tensor.
    """
    text = _padded([row.text for row in rows], pad[0])
    speech = _padded([row.speech for row in rows], pad[1])
    width, longest = text.shape[1] + speech.shape[1], max(row.length for row in rows)
    order = np.zeros((len(rows), longest), dtype=np.int64)
    parts: list[list[Ids]] = []
    eos_at, counted = [], 0
    for at, row in enumerate(rows):
        t, mask = len(row.text), row.loss_mask()
        order[at, :t] = at * width + np.arange(t)
        order[at, t : row.length] = at * width + text.shape[1] + np.arange(len(row.speech))
        first = at * (lead + longest) + lead
        speech_at = first + t + row.offset + np.arange(len(row.speech_target))
        text_at = first + np.arange(len(row.text_target))
        parts.append(
            [
                *(text_at, row.text_target, np.full(len(text_at), at)),
                *(speech_at[mask], row.speech_target[mask], np.full(int(mask.sum()), at)),
            ]
        )
        eos_at.append(counted + int(mask[: row.codes].sum()))
        counted += int(mask.sum())
    flat = [torch.from_numpy(np.concatenate(arrays)) for arrays in zip(*parts, strict=True)]
    prompts, prompt_order = _grouped([prompt(item.prompt) for item in items])
    return batch_type(
        clip_ids=tuple(item.clip.id for item in items),
        counts=_counts(rows),
        tokens=sum(row.length for row in rows) + len(rows) * lead,
        padded=len(rows) * (lead + longest),
        text=torch.from_numpy(text),
        speech=torch.from_numpy(speech),
        order=torch.from_numpy(order.reshape(-1)),
        text_at=flat[0],
        text_target=flat[1],
        text_row=flat[2],
        speech_at=flat[3],
        speech_target=flat[4],
        speech_row=flat[5],
        eos_at=torch.tensor(eos_at, dtype=torch.int64),
        prompt_order=prompt_order,
        prompts=prompts,
        **more,
    )


def _padded(rows: Sequence[Ids], filler: int) -> Ids:
    array = np.full((len(rows), max(map(len, rows))), filler, dtype=np.int64)
    for at, row in enumerate(rows):
        array[at, : len(row)] = row
    return array


def _counts(rows: Sequence[Row]) -> Ids:
    """Number of targets by row and part: (rows, PARTS)."""
    counts = np.zeros((len(rows), len(PARTS)), dtype=np.int64)
    for at, row in enumerate(rows):
        text, speech = len(row.text_target), row.loss_mask().sum()
        counts[at] = (text, speech, 1, text, speech)
    return counts


def _grouped(
    prompts: Sequence[NDArray[np.generic]],
) -> tuple[tuple[torch.Tensor, ...], torch.Tensor]:
    """Group prompts by shape, which avoids padding.

    Returns the groups and the index of each row's prompt in their concatenation.
    """
    by_shape: dict[tuple[int, ...], list[int]] = {}
    for row, prompt in enumerate(prompts):
        by_shape.setdefault(prompt.shape, []).append(row)
    groups = [by_shape[shape] for shape in sorted(by_shape)]
    stacked = tuple(torch.from_numpy(np.stack([prompts[row] for row in rows])) for rows in groups)
    sequence = np.concatenate([np.asarray(rows) for rows in groups])
    return stacked, torch.from_numpy(np.argsort(sequence))


def concat_packed(batch: Packed, text: torch.Tensor, speech: torch.Tensor) -> torch.Tensor:
    """Concatenate embedded text (rows, T, width) and speech (rows, M, width) without padding.

    Returns (rows, S, width).
    """
    flat = torch.cat([text, speech], dim=1).flatten(0, 1)
    return flat.index_select(0, batch.order).view(len(text), -1, flat.shape[1])


def cross_entropies(logits: torch.Tensor, target: torch.Tensor, *, smooth: bool) -> Nats:
    """Cross-entropy by target in nats, and its mean over the vocabulary if ``smooth``."""
    logits = logits.float()
    losses = functional.cross_entropy(logits, target, reduction="none")
    if not smooth:
        return losses, losses
    return losses, -functional.log_softmax(logits, dim=-1).mean(dim=-1)


def sum_by_part(batch: Packed, text: Nats, speech: Nats, *, smooth: bool) -> torch.Tensor:
    """Loss sums by row and part, float32 (rows, PARTS)."""
    empty = torch.zeros(len(batch.text), dtype=torch.float32, device=speech[0].device)
    parts = (
        empty.index_add(0, batch.text_row, text[0]),
        empty.index_add(0, batch.speech_row, speech[0]),
        speech[0].index_select(0, batch.eos_at),
        empty.index_add(0, batch.text_row, text[1]) if smooth else empty,
        empty.index_add(0, batch.speech_row, speech[1]) if smooth else empty,
    )
    assert len(parts) == len(PARTS)
    return torch.stack(parts, dim=1)
