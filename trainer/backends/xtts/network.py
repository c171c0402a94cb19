"""The GPT of XTTS with our forward pass: the stock modules, the whole batch at once.

The parameters are the stock ones under ``gpt.``, so what is learnt loads in the stock class. A
test holds the sums to ``GPT.forward(cond_idxs=None)``.
"""

from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from torch.nn import functional

from trainer.backends.objective import PARTS
from trainer.backends.xtts.batch import PROMPT_LATENTS, XttsBatch
from trainer.backends.xtts.quicker import quicken

if TYPE_CHECKING:
    from torch import Tensor


class XttsNetwork(nn.Module):
    """Called with a batch it returns sums of cross-entropies in nats, float32 (rows, PARTS).

    smooth: also sum the mean over the vocabulary, which label smoothing needs.
    """

    def __init__(self, gpt: Any, *, smooth: bool = False) -> None:  # noqa: ANN401
        super().__init__()
        self.gpt = gpt
        quicken(gpt)
        self.smooth = smooth
        heads: Any = gpt
        codes, tokens = heads.mel_head.out_features, heads.text_head.out_features
        self.choices = {"text_ce": tokens, "mel_ce": codes, "eos_ce": codes}
        self.meanings = {"mel_ce": "In XTTS a piece is a code of the DVAE: 46 ms of sound."}

    def forward(self, batch: XttsBatch) -> "Tensor":
        """Sums by row and part; see PARTS."""
        hidden = self.hidden(batch)
        rows = batch.text.shape[0]
        text, text_smooth = self._nats(hidden, self.gpt.text_head, batch.text_at, batch.text_target)
        mel, mel_smooth = self._nats(hidden, self.gpt.mel_head, batch.mel_at, batch.mel_target)
        empty = torch.zeros(rows, dtype=torch.float32, device=text.device)
        sums = (
            empty.index_add(0, batch.text_row, text),
            empty.index_add(0, batch.mel_row, mel),
            mel.index_select(0, batch.eos_at),
            empty.index_add(0, batch.text_row, text_smooth) if self.smooth else empty,
            empty.index_add(0, batch.mel_row, mel_smooth) if self.smooth else empty,
        )
        assert len(sums) == len(PARTS)
        return torch.stack(sums, dim=1)

    def hidden(self, batch: XttsBatch) -> "Tensor":
        """The network's last layer, flattened: (rows x (prompt + S), width)."""
        gpt = self.gpt
        rows = batch.text.shape[0]
        text = gpt.text_embedding(batch.text) + gpt.text_pos_embedding(batch.text)  # (rows, T, w)
        mel = gpt.mel_embedding(batch.mel) + gpt.mel_pos_embedding(batch.mel)  # (rows, M, w)
        flat = torch.cat([text, mel], dim=1).flatten(0, 1)
        packed = flat.index_select(0, batch.order).view(rows, -1, flat.shape[1])  # (rows, S, w)
        inputs = torch.cat([self.voices(batch).to(packed.dtype), packed], dim=1)
        out = gpt.gpt(inputs_embeds=inputs, return_dict=True, use_cache=False)
        return out.last_hidden_state.flatten(0, 1)  # type: ignore[no-any-return]

    def voices(self, batch: XttsBatch) -> "Tensor":
        """The voice prompts as the network sees them: (rows, PROMPT_LATENTS, width)."""
        groups = [self.gpt.get_style_emb(mel).transpose(1, 2) for mel in batch.prompts]
        found = torch.cat(groups).index_select(0, batch.prompt_order)
        assert found.shape[1] == PROMPT_LATENTS
        return found

    def _nats(
        self, hidden: "Tensor", head: nn.Module, at: "Tensor", target: "Tensor"
    ) -> "tuple[Tensor, Tensor]":
        """Cross-entropy of each target, and the mean over the vocabulary if it is smoothed."""
        logits = head(self.gpt.final_norm(hidden.index_select(0, at))).float()
        nats = functional.cross_entropy(logits, target, reduction="none")
        if not self.smooth:
            return nats, nats
        return nats, -functional.log_softmax(logits, dim=-1).mean(dim=-1)
