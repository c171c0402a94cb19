"""The GPT of XTTS with a forward pass for packed batches, on the stock modules.

The parameters have the stock names with the prefix ``gpt.``, so they load in the stock class. A
test compares the sums with ``GPT.forward(cond_idxs=None)``.
"""

from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from trainer.backends.causal_attention import use_causal_attention
from trainer.backends.packed import Packed, concat_packed, cross_entropies, sum_by_part
from trainer.backends.xtts.batch import PROMPT_LATENTS
from trainer.backends.xtts.fast_modules import fuse_modules

if TYPE_CHECKING:
    from torch import Tensor


class XttsNetwork(nn.Module):
    """Forward pass: sums of cross-entropies in nats, float32 (rows, PARTS).

    smooth: also sum the mean over the vocabulary, for label smoothing.
    """

    def __init__(self, gpt: Any, *, smooth: bool = False) -> None:  # noqa: ANN401
        super().__init__()
        self.gpt = gpt
        fuse_modules(gpt)
        use_causal_attention(gpt.gpt)
        self.smooth = smooth
        heads: Any = gpt
        codes, tokens = heads.mel_head.out_features, heads.text_head.out_features
        self.choices = {"text_ce": tokens, "mel_ce": codes, "eos_ce": codes}
        self.meanings = {"mel_ce": "In XTTS a code is a DVAE code: 46 ms of audio."}

    def forward(self, batch: Packed) -> "Tensor":
        """Loss sums by row and part, see PARTS."""
        hidden, gpt = self.hidden(batch), self.gpt
        text = gpt.text_head(gpt.final_norm(hidden.index_select(0, batch.text_at)))
        mel = gpt.mel_head(gpt.final_norm(hidden.index_select(0, batch.speech_at)))
        return sum_by_part(
            batch,
            cross_entropies(text, batch.text_target, smooth=self.smooth),
            cross_entropies(mel, batch.speech_target, smooth=self.smooth),
            smooth=self.smooth,
        )

    def hidden(self, batch: Packed) -> "Tensor":
        """Final hidden states, flattened: (rows x (prompt + S), width)."""
        gpt = self.gpt
        text = gpt.text_embedding(batch.text) + gpt.text_pos_embedding(batch.text)  # (rows, T, w)
        mel = gpt.mel_embedding(batch.speech) + gpt.mel_pos_embedding(batch.speech)  # (rows, M, w)
        packed = concat_packed(batch, text, mel)
        inputs = torch.cat([self.voices(batch).to(packed.dtype), packed], dim=1)
        out = gpt.gpt(inputs_embeds=inputs, return_dict=True, use_cache=False)
        return out.last_hidden_state.flatten(0, 1)  # type: ignore[no-any-return]

    def voices(self, batch: Packed) -> "Tensor":
        """Perceiver latents of the voice prompts: (rows, PROMPT_LATENTS, width)."""
        groups = [self.gpt.get_style_emb(mel).transpose(1, 2) for mel in batch.prompts]
        latents = torch.cat(groups).index_select(0, batch.prompt_order)
        assert latents.shape[1] == PROMPT_LATENTS
        return latents
