"""Audio constants of Chatterbox: 16 kHz input, 25 speech tokens per second."""

from trainer.backends import PromptUnits

SPEECH_RATE = 16_000  # Hz
TOKEN_SAMPLES = 640  # samples per speech token at that rate
TOKENS = PromptUnits(SPEECH_RATE, TOKEN_SAMPLES, TOKEN_SAMPLES)
"""Prompts are cut from speech tokens."""

MAX_PROMPT_TOKENS = 150  # T3Config.speech_cond_prompt_len: 6 s
MAX_SPEECH_TOKENS = 1000  # max_new_tokens of the stock class
