"""T3 with our forward pass: the stock modules, the whole batch at once, a loss that is shifted.

The stock ``T3.loss`` cannot run (its logits are not transposed) and would not predict the next
token (nothing is shifted). The parameters are the stock ones under ``t3.``.
"""

from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from trainer.backends.chatterbox.batch import CONDITION, ChatterboxBatch
from trainer.backends.packed import laid_out, nats, sums

if TYPE_CHECKING:
    from torch import Tensor

MEANINGS = {
    "mel_ce": "In Chatterbox a piece is a speech token: 40 ms of sound, one of 6,561 that the"
    " tokenizer gives. The table has room for more outcomes, which never occur: what knows no"
    " more than that is a little below chance.",
    "eos_ce": "In Chatterbox it is the stop token, behind the last 40 ms of a clip.",
    "text_ce": "In Chatterbox the text has its own head, which the stock class does not ask when it"
    " speaks. Rows that go without their text do not count here.",
}
"""What the losses are of in this family, for people."""


class ChatterboxNetwork(nn.Module):
    """Called with a batch it returns sums of cross-entropies in nats, float32 (rows, PARTS).

    smooth: also sum the mean over the vocabulary, which label smoothing needs.
    """

    def __init__(self, t3: Any, *, smooth: bool = False) -> None:  # noqa: ANN401
        super().__init__()
        self.t3 = t3
        self.smooth = smooth
        speech, text = self.t3.speech_head.out_features, self.t3.text_head.out_features
        self.choices = {"text_ce": text, "mel_ce": speech, "eos_ce": speech}
        self.meanings = MEANINGS

    def forward(self, batch: ChatterboxBatch) -> "Tensor":
        """Sums by row and part; see PARTS."""
        hidden, t3 = self.hidden(batch), self.t3
        text = t3.text_head(hidden.index_select(0, batch.text_at))
        speech = t3.speech_head(hidden.index_select(0, batch.speech_at))
        return sums(
            batch,
            nats(text, batch.text_target, smooth=self.smooth),
            nats(speech, batch.speech_target, smooth=self.smooth),
            smooth=self.smooth,
        )

    def hidden(self, batch: ChatterboxBatch) -> "Tensor":
        """The network's last layer, flattened: (rows x (CONDITION + S), width)."""
        t3 = self.t3
        words = t3.text_emb(batch.text)  # (rows, T, width)
        words = words.masked_fill(batch.wordless[:, None, None], 0.0)
        text = words + t3.text_pos_emb(batch.text)
        speech = t3.speech_emb(batch.speech) + t3.speech_pos_emb.emb(batch.places)
        packed = laid_out(batch, text, speech)
        inputs = torch.cat([self.condition(batch).to(packed.dtype), packed], dim=1)
        out = t3.tfmr(inputs_embeds=inputs, return_dict=True, use_cache=False)
        return out.last_hidden_state.flatten(0, 1)  # type: ignore[no-any-return]

    def condition(self, batch: ChatterboxBatch) -> "Tensor":
        """Speaker, voice prompt and expression as the network sees them: (rows, CONDITION, w)."""
        t3, encoder = self.t3, self.t3.cond_enc
        prompts = [
            encoder.perceiver(t3.speech_emb(tokens) + t3.speech_pos_emb(tokens))
            for tokens in batch.prompts
        ]
        voices = torch.cat(prompts).index_select(0, batch.prompt_order)
        speaker = encoder.spkr_enc(batch.speaker)[:, None]
        expression = encoder.emotion_adv_fc(batch.expression.view(-1, 1, 1))
        found = torch.cat([speaker, voices, expression.to(speaker.dtype)], dim=1)
        assert found.shape[1] == CONDITION
        return found
