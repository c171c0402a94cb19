"""Speech codes from XTTS's GPT, drawn as the stock class draws them, without its detours.

transformers' ``generate`` spends many times the arithmetic of a small network on book-keeping
before every code. This loop keeps the keys and values itself and has a place for rules on endings;
nothing of it is left behind for the next text. A test holds it to the stock sampler's codes.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from trainer.speech.endings import Ending

if TYPE_CHECKING:
    from torch import Tensor

FILLER = 1
"""What the stock class writes where conditioning and text stand; it is penalised as if spoken."""

Choose = Callable[["Tensor", Sequence[int]], int]
"""Takes the logits (1, choices) and the codes so far; returns the next code."""


def sampler(gpt: Any, ending: Ending | None, most: int) -> Callable[..., "Tensor"]:  # noqa: ANN401
    """What stands in for ``gpt.generate``, with the same arguments and answer.

    ending: shapes the choice of each code. most: codes at most.
    """

    def generate(cond_latents: "Tensor", text_inputs: "Tensor", **told: Any) -> "Tensor":  # noqa: ANN401
        import torch

        with torch.inference_mode():
            gpt.compute_embeddings(cond_latents, text_inputs)
            prefix = gpt.gpt_inference.cached_prefix_emb  # (1, positions, width)
            room = min(most, gpt.max_gen_mel_tokens)
            codes = _draw(gpt, prefix, room, _chooser(gpt, ending, told))
        return torch.tensor([codes], dtype=torch.long, device=cond_latents.device)

    return generate


def _draw(gpt: Any, prefix: "Tensor", most: int, choose: Choose) -> list[int]:  # noqa: ANN401
    """Codes, the stop among them if it came."""
    import torch

    network, device = gpt.gpt_inference, prefix.device
    memory = _Memory(network.transformer, prefix.shape[1] + most)
    code, spoken = int(gpt.start_audio_token), list[int]()
    while len(spoken) < most:
        inputs = network.embeddings(torch.tensor([[code]], device=device))
        inputs = inputs + network.pos_embedding.get_fixed_embedding(len(spoken), device)
        if not spoken:
            inputs = torch.cat([prefix.to(inputs.dtype), inputs], dim=1)
        logits = network.lm_head(memory.forward(inputs)[:, -1])
        code = choose(logits.float(), spoken)
        spoken.append(code)
        if code == gpt.stop_audio_token:
            break
    return spoken


class _Memory:
    """A GPT-2 with room for the keys and values of everything it was given, one row."""

    def __init__(self, transformer: Any, room: int) -> None:  # noqa: ANN401
        self._transformer = transformer
        self._room = room
        self._filled = 0
        self._kept: list[tuple[Tensor, Tensor]] = []

    def forward(self, hidden: "Tensor") -> "Tensor":
        """hidden: (1, positions, width), the ones that follow; returns the same shape."""
        start, stop = self._filled, self._filled + hidden.shape[1]
        for at, block in enumerate(self._transformer.h):
            hidden = hidden + self._attend(at, block.attn, block.ln_1(hidden), start, stop)
            hidden = hidden + block.mlp(block.ln_2(hidden))
        self._filled = stop
        normed: Tensor = self._transformer.ln_f(hidden)
        return normed

    def _attend(self, at: int, attention: Any, hidden: "Tensor", start: int, stop: int) -> "Tensor":  # noqa: ANN401
        from torch.nn.functional import scaled_dot_product_attention

        split = hidden.shape[1], attention.num_heads, attention.head_dim
        query, key, value = (
            part.view(1, *split).transpose(1, 2)  # (1, heads, positions, head)
            for part in attention.c_attn(hidden).split(attention.split_size, dim=2)
        )
        if len(self._kept) <= at:
            size = (1, attention.num_heads, self._room, attention.head_dim)
            self._kept.append((key.new_empty(size), key.new_empty(size)))
        keys, values = self._kept[at]
        keys[:, :, start:stop], values[:, :, start:stop] = key, value
        found = scaled_dot_product_attention(
            query, keys[:, :, :stop], values[:, :, :stop], is_causal=start == 0
        )
        spread: Tensor = attention.c_proj(found.transpose(1, 2).reshape(1, hidden.shape[1], -1))
        return spread


def _chooser(gpt: Any, ending: Ending | None, told: dict[str, Any]) -> Choose:  # noqa: ANN401
    """Draws a code from logits in the order of the stock sampler, whose settings are ``told``."""
    import torch
    from transformers.generation import logits_process

    repetition = logits_process.RepetitionPenaltyLogitsProcessor(float(told["repetition_penalty"]))
    warpers = (
        logits_process.TemperatureLogitsWarper(float(told["temperature"])),
        logits_process.TopKLogitsWarper(int(told["top_k"])),
        logits_process.TopPLogitsWarper(float(told["top_p"])),
    )

    # Any: transformers names tensor types of its own.
    def choose(logits: Any, spoken: Sequence[int]) -> int:  # noqa: ANN401
        before = [FILLER, gpt.start_audio_token, *spoken]
        ids: Any = torch.tensor([before], dtype=torch.long, device=logits.device)
        scores = repetition(ids, logits)
        if ending is not None:
            shaped = ending.shape(scores[0].cpu().numpy(), spoken)
            scores = torch.from_numpy(shaped)[None].to(scores)
        for warp in warpers:
            scores = warp(ids, scores)
        return int(torch.multinomial(torch.softmax(scores, dim=-1), num_samples=1))

    return choose
