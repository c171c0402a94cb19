"""Clips as tensors: each row is [lead | text | speech | padding], padding last.

A row without a hole in it gives the same numbers whatever stands beside it and needs no mask: the
attention is causal, and what comes last is not seen. All index arithmetic happens here, on the
CPU, once; the families say what their rows are made of.
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

Ids = NDArray[np.int64]
Nats = tuple[torch.Tensor, torch.Tensor]
"""Cross-entropy of each target, and the mean over the vocabulary."""


@dataclass(frozen=True, slots=True)
class Row:
    """A clip on its way into a batch.

    text, speech: inputs. text_target: what the first positions of the text predict. speech_target:
    what the positions of speech from ``begins`` on predict, its ``codes`` and then its ends.
    unheard: half-open range of codes that are not learnt from.
    """

    text: Ids
    speech: Ids
    text_target: Ids
    speech_target: Ids
    codes: int
    begins: int
    unheard: tuple[int, int]

    @property
    def length(self) -> int:
        """Positions of text and speech."""
        return len(self.text) + len(self.speech)

    def heard(self) -> NDArray[np.bool_]:
        """Which of the speech targets are learnt from; the end of speech always is."""
        found = np.ones(len(self.speech_target), dtype=bool)
        found[slice(*self.unheard)] = False
        found[self.codes :] = True
        return found


@dataclass(frozen=True, slots=True)
class Packed:
    """A micro-batch. Rows are clips; text is at most T tokens and speech M codes long, S both.

    text: (rows, T) and speech: (rows, M), inputs. order: (rows x S,), where in [text | speech] of
    all rows flattened each position of the packed rows comes from. text_at, speech_at: where in
    the flattened network output the targets are predicted; text_row, speech_row: the row each
    belongs to. eos_at: in speech_at, by row. prompts: of equal length in a group, prompt_order: the
    rows' places in their sequence.
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
        """The same on another device."""
        moved: dict[str, Any] = {
            field.name: value.to(device, non_blocking=True)
            for field in fields(self)
            if isinstance(value := getattr(self, field.name), torch.Tensor)
        }
        prompts = tuple(each.to(device, non_blocking=True) for each in self.prompts)
        return replace(self, **moved, prompts=prompts)


Kind = TypeVar("Kind", bound=Packed)


def pack(
    kind: type[Kind],
    items: Sequence[Item],
    rows: Sequence[Row],
    lead: int,
    ends: tuple[int, int],
    prompt: Callable[[NDArray[np.generic]], NDArray[np.generic]],
    **more: Any,  # noqa: ANN401 - the other fields of the kind
) -> Kind:
    """The rows of the items as a batch of this kind.

    lead: positions before the text. ends: tokens that padding of text and of speech consists of.
    prompt: an item's voice prompt as it goes into a tensor.
    """
    text = _padded([row.text for row in rows], ends[0])
    speech = _padded([row.speech for row in rows], ends[1])
    width, longest = text.shape[1] + speech.shape[1], max(row.length for row in rows)
    order = np.zeros((len(rows), longest), dtype=np.int64)
    parts: list[list[Ids]] = []
    eos_at, learnt = [], 0
    for at, row in enumerate(rows):
        t, heard = len(row.text), row.heard()
        order[at, :t] = at * width + np.arange(t)
        order[at, t : row.length] = at * width + text.shape[1] + np.arange(len(row.speech))
        first = at * (lead + longest) + lead
        spoken = first + t + row.begins + np.arange(len(row.speech_target))
        read = first + np.arange(len(row.text_target))
        parts.append(
            [
                *(read, row.text_target, np.full(len(read), at)),
                *(spoken[heard], row.speech_target[heard], np.full(int(heard.sum()), at)),
            ]
        )
        eos_at.append(learnt + int(heard[: row.codes].sum()))
        learnt += int(heard.sum())
    flat = [torch.from_numpy(np.concatenate(each)) for each in zip(*parts, strict=True)]
    prompts, prompt_order = _grouped([prompt(item.prompt) for item in items])
    return kind(
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
    found = np.full((len(rows), max(map(len, rows))), filler, dtype=np.int64)
    for at, row in enumerate(rows):
        found[at, : len(row)] = row
    return found


def _counts(rows: Sequence[Row]) -> Ids:
    """Targets of each row by part: (rows, PARTS)."""
    found = np.zeros((len(rows), len(PARTS)), dtype=np.int64)
    for at, row in enumerate(rows):
        read, heard = len(row.text_target), row.heard().sum()
        found[at] = (read, heard, 1, read, heard)
    return found


def _grouped(
    prompts: Sequence[NDArray[np.generic]],
) -> tuple[tuple[torch.Tensor, ...], torch.Tensor]:
    """Prompts of one shape together, so that none is padded.

    Returns the groups and, for each row, its place in the groups' sequence.
    """
    by_shape: dict[tuple[int, ...], list[int]] = {}
    for row, prompt in enumerate(prompts):
        by_shape.setdefault(prompt.shape, []).append(row)
    groups = [by_shape[shape] for shape in sorted(by_shape)]
    stacked = tuple(torch.from_numpy(np.stack([prompts[row] for row in rows])) for rows in groups)
    sequence = np.concatenate([np.asarray(rows) for rows in groups])
    return stacked, torch.from_numpy(np.argsort(sequence))


def laid_out(batch: Packed, text: torch.Tensor, speech: torch.Tensor) -> torch.Tensor:
    """Embedded text (rows, T, width) and speech (rows, M, width) behind one another, unpadded.

    Returns (rows, S, width).
    """
    flat = torch.cat([text, speech], dim=1).flatten(0, 1)
    return flat.index_select(0, batch.order).view(len(text), -1, flat.shape[1])


def nats(logits: torch.Tensor, target: torch.Tensor, *, smooth: bool) -> Nats:
    """Cross-entropy of each target, and the mean over the vocabulary if it is smoothed."""
    logits = logits.float()
    found = functional.cross_entropy(logits, target, reduction="none")
    if not smooth:
        return found, found
    return found, -functional.log_softmax(logits, dim=-1).mean(dim=-1)


def sums(batch: Packed, text: Nats, speech: Nats, *, smooth: bool) -> torch.Tensor:
    """Sums by row and part, float32 (rows, PARTS)."""
    empty = torch.zeros(len(batch.text), dtype=torch.float32, device=speech[0].device)
    found = (
        empty.index_add(0, batch.text_row, text[0]),
        empty.index_add(0, batch.speech_row, speech[0]),
        speech[0].index_select(0, batch.eos_at),
        empty.index_add(0, batch.text_row, text[1]) if smooth else empty,
        empty.index_add(0, batch.speech_row, speech[1]) if smooth else empty,
    )
    assert len(found) == len(PARTS)
    return torch.stack(found, dim=1)
