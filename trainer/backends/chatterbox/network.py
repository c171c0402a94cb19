"""T3 with a batched forward pass and a shifted cross-entropy loss, on the stock modules.

The stock ``T3.loss`` fails (its logits are not transposed) and does not shift the targets. The
parameters have the stock names with the prefix ``t3.``.
"""

import warnings
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from trainer.backends.causal_attention import use_causal_attention
from trainer.backends.chatterbox.batch import CONDITION, ChatterboxBatch
from trainer.backends.packed import concat_packed, cross_entropies, sum_by_part

if TYPE_CHECKING:
    from torch import Tensor


def enable_checkpointing(t3: Any) -> None:  # noqa: ANN401
    """Enable activation checkpointing of the transformer blocks."""
    with warnings.catch_warnings():
        # Renamed in transformers 5.23; the new name is not in earlier versions.
        warnings.simplefilter("ignore", FutureWarning)
        t3.tfmr.gradient_checkpointing_enable({"use_reentrant": False})


MEANINGS = {
    "mel_ce": "In Chatterbox a code is a speech token: 40 ms of audio, one of 6,561. The output"
    " layer has additional outcomes that never occur; a model that has learnt only this has a loss"
    " slightly below chance.",
    "eos_ce": "In Chatterbox this is the stop token after the last 40 ms of a clip.",
    "text_ce": "In Chatterbox the text has a separate output layer, unused in synthesis."
    " Rows without text do not count.",
}
"""Explanations of the losses for reports."""


class ChatterboxNetwork(nn.Module):
    """Forward pass: sums of cross-entropies in nats, float32 (rows, PARTS).

    smooth: also sum the mean over the vocabulary, for label smoothing.
    """

    def __init__(self, t3: Any, *, smooth: bool = False) -> None:  # noqa: ANN401
        super().__init__()
        self.t3 = t3
        use_causal_attention(t3.tfmr)
        self.smooth = smooth
        speech, text = self.t3.speech_head.out_features, self.t3.text_head.out_features
        self.choices = {"text_ce": text, "mel_ce": speech, "eos_ce": speech}
        self.meanings = MEANINGS

    def forward(self, batch: ChatterboxBatch) -> "Tensor":
        """Loss sums by row and part, see PARTS."""
        hidden, t3 = self.hidden(batch), self.t3
        text = t3.text_head(hidden.index_select(0, batch.text_at))
        speech = t3.speech_head(hidden.index_select(0, batch.speech_at))
        return sum_by_part(
            batch,
            cross_entropies(text, batch.text_target, smooth=self.smooth),
            cross_entropies(speech, batch.speech_target, smooth=self.smooth),
            smooth=self.smooth,
        )

    def hidden(self, batch: ChatterboxBatch) -> "Tensor":
        """Final hidden states, flattened: (rows x (CONDITION + S), width)."""
        t3 = self.t3
        words = t3.text_emb(batch.text)  # (rows, T, width)
        words = words.masked_fill(batch.textless[:, None, None], 0.0)
        text = words + t3.text_pos_emb(batch.text)
        speech = t3.speech_emb(batch.speech) + t3.speech_pos_emb.emb(batch.positions)
        packed = concat_packed(batch, text, speech)
        inputs = torch.cat([self.condition(batch).to(packed.dtype), packed], dim=1)
        out = t3.tfmr(inputs_embeds=inputs, return_dict=True, use_cache=False)
        return out.last_hidden_state.flatten(0, 1)  # type: ignore[no-any-return]

    def condition(self, batch: ChatterboxBatch) -> "Tensor":
        """Condition embeddings of speaker, prompt and expression: (rows, CONDITION, width)."""
        t3, encoder = self.t3, self.t3.cond_enc
        prompts = [
            encoder.perceiver(t3.speech_emb(tokens) + t3.speech_pos_emb(tokens))
            for tokens in batch.prompts
        ]
        voices = torch.cat(prompts).index_select(0, batch.prompt_order)
        speaker = encoder.spkr_enc(batch.speaker)[:, None]
        expression = encoder.emotion_adv_fc(batch.expression.view(-1, 1, 1))
        condition = torch.cat([speaker, voices, expression.to(speaker.dtype)], dim=1)
        assert condition.shape[1] == CONDITION
        return condition
