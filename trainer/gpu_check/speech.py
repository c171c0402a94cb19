"""Speech of the check: how fast the networks speak, with random weights."""

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from trainer.errors import TrainerError
from trainer.gpu_check.subject import SPEAKER_VALUES, new_gpt, new_t3

if TYPE_CHECKING:
    import torch

TOKENS = {"real": 200, "tiny": 20}
TEXT_TOKENS = 60
XTTS_OPTIONS = {"temperature": 0.75, "top_k": 50, "top_p": 0.85, "repetition_penalty": 5.0}
XTTS_CODES_PER_SECOND, CHATTERBOX_TOKENS_PER_SECOND = 22050 / 1024, 25.0


def speak(family: str, size: str, device: "torch.device") -> Mapping[str, object]:
    """Codes a second and seconds of sound a second of one sentence."""
    import torch

    torch.manual_seed(0)
    try:
        with torch.inference_mode():
            return _xtts(size, device) if family == "xtts" else _chatterbox(size, device)
    except (TrainerError, RuntimeError, ImportError) as error:
        return {"failed": str(error).strip().partition("\n")[0]}


def _xtts(size: str, device: "torch.device") -> Mapping[str, object]:
    import torch

    from trainer.backends.xtts.decode import sampler

    gpt = new_gpt(size).to(device).eval()
    gpt.init_gpt_for_inference(kv_cache=True)
    width = gpt.model_dim
    latents = torch.randn(1, 32, width, device=device)
    text = torch.randint(3, 260, (1, TEXT_TOKENS), device=device)
    generate = sampler(gpt, None, TOKENS[size])
    generate(latents, text, **XTTS_OPTIONS)  # warm-up
    begun = time.monotonic()
    codes = generate(latents, text, **XTTS_OPTIONS)
    spent = time.monotonic() - begun
    seconds = codes.shape[1] / XTTS_CODES_PER_SECOND
    sound = _vocoder(size, device, width, codes.shape[1])
    return {
        "codes": codes.shape[1],
        "codes_a_second": round(codes.shape[1] / spent, 1),
        "times_real_time": round(seconds / (spent + sound), 3),
    }


def _vocoder(size: str, device: "torch.device", width: int, codes: int) -> float:
    """Seconds that HiFi-GAN takes for the codes."""
    import torch

    from trainer.backends.xtts.vocoder import RELEASED_WIDTH, new_decoder

    args = {"input_sample_rate": 22050, "output_sample_rate": 24000, "output_hop_length": 256,
            "gpt_code_stride_len": 1024, "decoder_input_dim": width, "d_vector_dim": 512,
            "cond_d_vector_in_each_upsampling_layer": True}  # fmt: skip
    decoder: Any = new_decoder(args, RELEASED_WIDTH if size == "real" else 64).to(device).eval()
    latents = torch.randn(1, codes, width, device=device)
    embedding = torch.randn(1, 512, 1, device=device)
    decoder(latents, g=embedding)  # warm-up
    begun = time.monotonic()
    wave = decoder(latents, g=embedding).cpu()
    if not torch.isfinite(wave).all():
        raise TrainerError("The vocoder gave NaN or infinity.")
    return time.monotonic() - begun


def _chatterbox(size: str, device: "torch.device") -> Mapping[str, object]:
    import torch

    from trainer.backends.chatterbox.decode import sampler
    from trainer.backends.chatterbox.package import chatterbox

    t3 = new_t3(size).to(device).eval()
    condition = (
        chatterbox("models.t3.modules.cond_enc")
        .T3Cond(
            speaker_emb=torch.randn(1, SPEAKER_VALUES),
            cond_prompt_speech_tokens=torch.randint(0, 6561, (1, 150)),
            emotion_adv=0.5 * torch.ones(1, 1, 1),
        )
        .to(device=device)
    )
    text = torch.randint(1, 250, (2, TEXT_TOKENS), device=device)
    text[:, 0], text[:, -1] = t3.hp.start_text_token, t3.hp.stop_text_token
    generate = sampler(t3, None, TOKENS[size])
    options = {"t3_cond": condition, "text_tokens": text, "max_new_tokens": 1000,
               "temperature": 0.8, "cfg_weight": 0.5, "repetition_penalty": 1.2, "min_p": 0.05,
               "top_p": 1.0}  # fmt: skip
    generate(**options)  # warm-up
    begun = time.monotonic()
    tokens = generate(**options)
    spent = time.monotonic() - begun
    return {
        "codes": tokens.shape[1],
        "codes_a_second": round(tokens.shape[1] / spent, 1),
        "times_real_time": round(tokens.shape[1] / CHATTERBOX_TOKENS_PER_SECOND / spent, 3),
        "without": "S3Gen, which turns the tokens into sound",
    }
