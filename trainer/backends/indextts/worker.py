"""Speaks with IndexTTS-2 in the environment that has it, asked by lines of JSON.

A program, not a module: it runs in another Python, so it imports nothing of the trainer. It is
asked on standard input and answers there, a line for a line, on what was its standard output; what
libraries print goes to standard error.

Says first:  {"ready": {"version": ..., "torch": ..., "transformers": ..., "python": ...}}
{"load": FOLDER, "language": "en"}                              -> {"done": {}}
{"say": TEXT, "prompt": WAV, "out": WAV, "seed": 7}              -> {"done": {"seconds": 1.5}}
What goes wrong:                                                  {"failed": "a reason in a line"}
"""

import importlib
import importlib.metadata
import json
import os
import platform
import random
import sys
import wave
from typing import Any

PACKAGE = "indextts2-inference"


class Model:
    """The stock class, loaded when it is first needed."""

    def __init__(self) -> None:
        self._speaker: Any = None

    def load(self, *, load: str, language: str) -> dict[str, object]:
        """Load the weights of a folder."""
        self._speaker = None  # frees the memory of what was loaded before
        self._speaker = importlib.import_module("indextts").IndexTTS2(
            model_dir=load, language=language
        )
        return {}

    def say(self, *, say: str, prompt: str, out: str, seed: int) -> dict[str, object]:
        """Speak into a 16-bit file; the same seed says the same."""
        import numpy as np
        import torch

        torch.manual_seed(seed)
        random.seed(seed)
        np.random.seed(seed % (1 << 32))
        # Without a path it hands over the samples, and needs no codec of torchaudio's.
        spoken = self._speaker.infer(spk_audio_prompt=prompt, text=say, output_path=None)
        if spoken is None:
            raise ValueError("it said nothing")
        rate, samples = spoken  # int16 (samples, channels)
        samples = np.ascontiguousarray(samples, dtype="<i2")
        with wave.open(out, "wb") as file:
            file.setnchannels(samples.shape[1])
            file.setsampwidth(2)
            file.setframerate(rate)
            file.writeframes(samples.tobytes())
        return {"seconds": len(samples) / rate}


def versions() -> dict[str, str]:
    """What the environment holds, "" for what it lacks."""
    found = {"python": platform.python_version()}
    for key, name in (("version", PACKAGE), ("torch", "torch"), ("transformers", "transformers")):
        try:
            found[key] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[key] = ""
    return found


def main() -> None:
    """Answer until nobody asks any more."""
    with os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8") as answers:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

        def answer(fields: dict[str, object]) -> None:
            answers.write(json.dumps(fields) + "\n")
            answers.flush()

        model = Model()
        answer({"ready": versions()})
        for line in sys.stdin:
            asked = json.loads(line)
            try:
                answer({"done": model.load(**asked) if "load" in asked else model.say(**asked)})
            except Exception as error:  # noqa: BLE001 - whoever asked must learn of it, whatever it is
                reason = str(error).strip().partition("\n")[0]
                answer({"failed": f"{type(error).__name__}: {reason}" if reason else repr(error)})


if __name__ == "__main__":
    main()
