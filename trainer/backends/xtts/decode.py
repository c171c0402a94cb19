"""Code sampling of XTTS's GPT, equal to the stock sampler but faster, with ending control.

The overhead of ``generate`` of transformers per code exceeds the arithmetic of a small network.
This loop has a preallocated key-value cache and is stateless between texts. A test compares its
codes with the stock sampler's.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from trainer.speech.endings import Ending

if TYPE_CHECKING:
    from torch import Tensor

FILLER = 1
"""Id that stands for condition and text in the repetition penalty of the stock class."""

Choose = Callable[["Tensor", Sequence[int]], int]
"""Maps logits (1, vocabulary) and the previous codes to the next code."""


def sampler(gpt: Any, ending: Ending | None, max_codes: int) -> Callable[..., "Tensor"]:  # noqa: ANN401
    """Replacement of ``gpt.generate`` with the same arguments and result.

    ending: ending control, applied to the logits. max_codes: upper bound of codes.
    """

    def generate(cond_latents: "Tensor", text_inputs: "Tensor", **options: Any) -> "Tensor":  # noqa: ANN401
        import torch

        with torch.inference_mode():
            gpt.compute_embeddings(cond_latents, text_inputs)
            prefix = gpt.gpt_inference.cached_prefix_emb  # (1, positions, width)
            limit = min(max_codes, gpt.max_gen_mel_tokens)
            choose = code_sampler(gpt, ending, options)
            codes = [code for code, _ in sample_codes(gpt, prefix, limit, choose)]
        return torch.tensor([codes], dtype=torch.long, device=cond_latents.device)

    return generate


def sample_codes(
    gpt: Any,  # noqa: ANN401
    prefix: "Tensor",
    max_codes: int,
    choose: Choose,
) -> "Iterator[tuple[int, Tensor]]":
    """Sampled codes, including the stop code if reached, each with its latent (1, width)."""
    import torch

    network, device = gpt.gpt_inference, prefix.device
    transformer = _CachedTransformer(network.transformer, prefix.shape[1] + max_codes)
    code, codes = int(gpt.start_audio_token), list[int]()
    while len(codes) < max_codes:
        inputs = network.embeddings(torch.tensor([[code]], device=device))
        inputs = inputs + network.pos_embedding.get_fixed_embedding(len(codes), device)
        if not codes:
            inputs = torch.cat([prefix.to(inputs.dtype), inputs], dim=1)
        latent = gpt.final_norm(transformer.forward(inputs)[:, -1])
        code = choose(gpt.mel_head(latent).float(), codes)
        codes.append(code)
        yield code, latent
        if code == gpt.stop_audio_token:
            break


class _CachedTransformer:
    """GPT-2 with a preallocated key-value cache, batch size 1."""

    def __init__(self, transformer: Any, capacity: int) -> None:  # noqa: ANN401
        self._transformer = transformer
        self._capacity = capacity
        self._length = 0
        self._cache: list[tuple[Tensor, Tensor]] = []

    def forward(self, hidden: "Tensor") -> "Tensor":
        """Process the next positions. hidden: (1, positions, width), also the result."""
        start, stop = self._length, self._length + hidden.shape[1]
        for at, block in enumerate(self._transformer.h):
            hidden = hidden + self._attend(at, block.attn, block.ln_1(hidden), start, stop)
            hidden = hidden + block.mlp(block.ln_2(hidden))
        self._length = stop
        normed: Tensor = self._transformer.ln_f(hidden)
        return normed

    def _attend(self, at: int, attention: Any, hidden: "Tensor", start: int, stop: int) -> "Tensor":  # noqa: ANN401
        from torch.nn.functional import scaled_dot_product_attention

        split = hidden.shape[1], attention.num_heads, attention.head_dim
        query, key, value = (
            part.view(1, *split).transpose(1, 2)  # (1, heads, positions, head)
            for part in attention.c_attn(hidden).split(attention.split_size, dim=2)
        )
        if len(self._cache) <= at:
            size = (1, attention.num_heads, self._capacity, attention.head_dim)
            self._cache.append((key.new_empty(size), key.new_empty(size)))
        keys, values = self._cache[at]
        keys[:, :, start:stop], values[:, :, start:stop] = key, value
        attended = scaled_dot_product_attention(
            query, keys[:, :, :stop], values[:, :, :stop], is_causal=start == 0
        )
        projected: Tensor = attention.c_proj(
            attended.transpose(1, 2).reshape(1, hidden.shape[1], -1)
        )
        return projected


def code_sampler(gpt: Any, ending: Ending | None, options: dict[str, Any]) -> Choose:  # noqa: ANN401
    """Sample a code from logits, with the processors of the stock sampler in its order."""
    import torch
    from transformers.generation import logits_process

    repetition = logits_process.RepetitionPenaltyLogitsProcessor(
        float(options["repetition_penalty"])
    )
    warpers = (
        logits_process.TemperatureLogitsWarper(float(options["temperature"])),
        logits_process.TopKLogitsWarper(int(options["top_k"])),
        logits_process.TopPLogitsWarper(float(options["top_p"])),
    )

    # Any: transformers defines other tensor types.
    def choose(logits: Any, codes: Sequence[int]) -> int:  # noqa: ANN401
        before = [FILLER, gpt.start_audio_token, *codes]
        ids: Any = torch.tensor([before], dtype=torch.long, device=logits.device)
        scores = repetition(ids, logits)
        if ending is not None:
            shaped = ending.shape(scores[0].cpu().numpy(), codes)
            scores = torch.from_numpy(shaped)[None].to(scores)
        for warp in warpers:
            scores = warp(ids, scores)
        return int(torch.multinomial(torch.softmax(scores, dim=-1), num_samples=1))

    return choose
