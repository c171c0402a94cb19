"""The GPT of XTTS with our forward pass: the stock modules, the whole batch at once.

The parameters are the stock ones under ``gpt.``, so what is learnt loads in the stock class. A
test holds the sums to ``GPT.forward(cond_idxs=None)``.
"""

from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from trainer.backends.packed import Packed, laid_out, nats, sums
from trainer.backends.xtts.batch import PROMPT_LATENTS
from trainer.backends.xtts.fast_modules import quicken

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

    def forward(self, batch: Packed) -> "Tensor":
        """Sums by row and part; see PARTS."""
        hidden, gpt = self.hidden(batch), self.gpt
        text = gpt.text_head(gpt.final_norm(hidden.index_select(0, batch.text_at)))
        mel = gpt.mel_head(gpt.final_norm(hidden.index_select(0, batch.speech_at)))
        return sums(
            batch,
            nats(text, batch.text_target, smooth=self.smooth),
            nats(mel, batch.speech_target, smooth=self.smooth),
            smooth=self.smooth,
        )

    def hidden(self, batch: Packed) -> "Tensor":
        """The network's last layer, flattened: (rows x (prompt + S), width)."""
        gpt = self.gpt
        text = gpt.text_embedding(batch.text) + gpt.text_pos_embedding(batch.text)  # (rows, T, w)
        mel = gpt.mel_embedding(batch.speech) + gpt.mel_pos_embedding(batch.speech)  # (rows, M, w)
        packed = laid_out(batch, text, mel)
        inputs = torch.cat([self.voices(batch).to(packed.dtype), packed], dim=1)
        out = gpt.gpt(inputs_embeds=inputs, return_dict=True, use_cache=False)
        return out.last_hidden_state.flatten(0, 1)  # type: ignore[no-any-return]

    def voices(self, batch: Packed) -> "Tensor":
        """The voice prompts as the network sees them: (rows, PROMPT_LATENTS, width)."""
        groups = [self.gpt.get_style_emb(mel).transpose(1, 2) for mel in batch.prompts]
        found = torch.cat(groups).index_select(0, batch.prompt_order)
        assert found.shape[1] == PROMPT_LATENTS
        return found
