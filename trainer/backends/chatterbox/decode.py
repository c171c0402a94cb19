"""Speech token sampling of T3, equal to the stock sampler, with a logits rule.

The stock sampler takes no logits processor. Its multilingual version installs hooks that it never
removes and that stop at two equal tokens in a row; this one is stateless. A test compares its
tokens with the stock sampler's.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

Rule = Callable[["Tensor", Sequence[int]], "Tensor"]
"""Maps the logits (1, vocabulary) of the next token and the previous tokens to logits."""


def sampler(
    t3: Any,  # noqa: ANN401
    rule: Rule | None,
    max_tokens: int | None = None,
) -> Callable[..., "Tensor"]:
    """Replacement of ``t3.inference`` with the same arguments and result.

    max_tokens: upper bound beside the max_new_tokens of the stock class.
    """

    def inference(**options: Any) -> "Tensor":  # noqa: ANN401
        import torch

        if max_tokens is not None:
            options["max_new_tokens"] = min(options["max_new_tokens"], max_tokens)
        with torch.inference_mode():
            return _sample(t3, rule, **options)

    return inference


def _sample(  # arguments of the stock sampler
    t3: Any,  # noqa: ANN401
    rule: Rule | None,
    *,
    t3_cond: Any,  # noqa: ANN401
    text_tokens: "Tensor",
    max_new_tokens: int,
    temperature: float,
    cfg_weight: float,
    repetition_penalty: float,
    min_p: float,
    top_p: float,
) -> "Tensor":
    """Sampled tokens (1, length), including the stop token if reached."""
    import torch

    stop = t3.hp.stop_speech_token
    start = torch.full_like(text_tokens[:, :1], t3.hp.start_speech_token)
    embeds, _ = t3.prepare_input_embeds(
        t3_cond=t3_cond,
        text_tokens=text_tokens.to(dtype=torch.long),
        speech_tokens=start.to(dtype=torch.long),
        cfg_weight=cfg_weight,
    )
    second_start = t3.speech_emb(
        start.to(dtype=torch.long)
    ) + t3.speech_pos_emb.get_fixed_embedding(0)
    inputs = torch.cat([embeds, second_start], dim=1)
    choose = _token_sampler(temperature, repetition_penalty, min_p, top_p)
    tokens: list[int] = []
    past = None
    for step in range(max_new_tokens):
        out = t3.tfmr(inputs_embeds=inputs, past_key_values=past, use_cache=True)
        past = out.past_key_values
        logits = t3.speech_head(out.last_hidden_state[:, -1])
        logits = logits[:1] + cfg_weight * (logits[:1] - logits[1:2]) if len(logits) > 1 else logits
        if rule is not None:
            logits = rule(logits, tokens)
        token = choose(logits, [t3.hp.start_speech_token, *tokens])
        tokens.append(token)
        if token == stop:
            break
        one = torch.full((len(inputs), 1), token, dtype=torch.long, device=inputs.device)
        inputs = t3.speech_emb(one) + t3.speech_pos_emb.get_fixed_embedding(step + 1)
    return torch.tensor([tokens], dtype=torch.long, device=inputs.device)


def _token_sampler(
    temperature: float, repetition_penalty: float, min_p: float, top_p: float
) -> Callable[["Tensor", Sequence[int]], int]:
    """Sample a token from logits, with the processors of the stock sampler in its order."""
    import torch
    from transformers.generation import logits_process

    repetition = logits_process.RepetitionPenaltyLogitsProcessor(penalty=float(repetition_penalty))
    smallest = logits_process.MinPLogitsWarper(min_p=min_p)
    nucleus = logits_process.TopPLogitsWarper(top_p=top_p)

    # Any: transformers defines other tensor types.
    def choose(logits: Any, before: Sequence[int]) -> int:  # noqa: ANN401
        ids: Any = torch.tensor([list(before)], dtype=torch.long, device=logits.device)
        logits = repetition(ids, logits)
        if temperature != 1.0:
            logits = logits / temperature
        logits = nucleus(ids, smallest(ids, logits))
        return int(torch.multinomial(torch.softmax(logits, dim=-1), num_samples=1))

    return choose
