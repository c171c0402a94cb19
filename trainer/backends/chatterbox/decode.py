"""Speech tokens from T3, drawn as the stock class draws them, with a place for rules on endings.

The stock sampler has no such place for English, and for the other languages it installs hooks that
it never takes away and that end speech at two equal tokens in a row. This one keeps no state
between two calls. A test holds it to the stock sampler's tokens.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor

Rule = Callable[["Tensor", Sequence[int]], "Tensor"]
"""Takes the logits (1, choices) of the next token and the tokens so far; returns the logits."""


def sampler(
    t3: Any,  # noqa: ANN401
    rule: Rule | None,
    most: int | None = None,
) -> Callable[..., "Tensor"]:
    """What stands in for ``t3.inference``, with the same arguments and answer.

    most: tokens at most, where that is less than the stock class asks for.
    """

    def inference(**told: Any) -> "Tensor":  # noqa: ANN401
        import torch

        if most is not None:
            told["max_new_tokens"] = min(told["max_new_tokens"], most)
        with torch.inference_mode():
            return _draw(t3, rule, **told)

    return inference


def _draw(  # the arguments are those of the stock sampler
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
    """Tokens (1, drawn), the stop among them if it came."""
    import torch

    stop = t3.hp.stop_speech_token
    start = torch.full_like(text_tokens[:, :1], t3.hp.start_speech_token)
    embeds, _ = t3.prepare_input_embeds(
        t3_cond=t3_cond,
        text_tokens=text_tokens.to(dtype=torch.long),
        speech_tokens=start.to(dtype=torch.long),
        cfg_weight=cfg_weight,
    )
    again = t3.speech_emb(start.to(dtype=torch.long)) + t3.speech_pos_emb.get_fixed_embedding(0)
    inputs = torch.cat([embeds, again], dim=1)
    draw = _chooser(temperature, repetition_penalty, min_p, top_p)
    spoken: list[int] = []
    past = None
    for step in range(max_new_tokens):
        out = t3.tfmr(inputs_embeds=inputs, past_key_values=past, use_cache=True)
        past = out.past_key_values
        logits = t3.speech_head(out.last_hidden_state[:, -1])
        logits = logits[:1] + cfg_weight * (logits[:1] - logits[1:2]) if len(logits) > 1 else logits
        if rule is not None:
            logits = rule(logits, spoken)
        token = draw(logits, [t3.hp.start_speech_token, *spoken])
        spoken.append(token)
        if token == stop:
            break
        one = torch.full((len(inputs), 1), token, dtype=torch.long, device=inputs.device)
        inputs = t3.speech_emb(one) + t3.speech_pos_emb.get_fixed_embedding(step + 1)
    return torch.tensor([spoken], dtype=torch.long, device=inputs.device)


def _chooser(
    temperature: float, repetition_penalty: float, min_p: float, top_p: float
) -> Callable[["Tensor", Sequence[int]], int]:
    """Draws a token from logits as the stock sampler does, in its order."""
    import torch
    from transformers.generation import logits_process

    repetition = logits_process.RepetitionPenaltyLogitsProcessor(penalty=float(repetition_penalty))
    smallest = logits_process.MinPLogitsWarper(min_p=min_p)
    nucleus = logits_process.TopPLogitsWarper(top_p=top_p)

    # Any: transformers names tensor types of its own.
    def choose(logits: Any, before: Sequence[int]) -> int:  # noqa: ANN401
        ids: Any = torch.tensor([list(before)], dtype=torch.long, device=logits.device)
        logits = repetition(ids, logits)
        if temperature != 1.0:
            logits = logits / temperature
        logits = nucleus(ids, smallest(ids, logits))
        return int(torch.multinomial(torch.softmax(logits, dim=-1), num_samples=1))

    return choose
