"""Worker process of IndexTTS-2: JSON line protocol on standard input and output.

Runs as a script in another environment, so it imports nothing of the trainer. It reads one request
per line and writes one reply per line; the output of libraries goes to standard error.

First line:  {"ready": {"version": ..., "torch": ..., "transformers": ..., "python": ...}}
{"load": FOLDER, "language": "en"}                              -> {"done": {}}
{"text": TEXT, "prompt": WAV, "out": WAV, "seed": 7}             -> {"done": {"seconds": 1.5}}
On an error:                                                     -> {"failed": "reason, one line"}
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
    """Wrapper of the stock class."""

    def __init__(self) -> None:
        self._speaker: Any = None

    def load(self, *, load: str, language: str) -> dict[str, object]:
        """Load the weights in folder ``load``."""
        self._speaker = None  # frees the memory of the previous weights
        self._speaker = importlib.import_module("indextts").IndexTTS2(
            model_dir=load, language=language
        )
        return {}

    def synthesise(self, *, text: str, prompt: str, out: str, seed: int) -> dict[str, object]:
        """Write 16-bit speech to ``out``, reproducible by seed."""
        import numpy as np
        import torch

        torch.manual_seed(seed)
        random.seed(seed)
        np.random.seed(seed % (1 << 32))
        # Without a path it returns the samples and needs no torchaudio codec.
        output = self._speaker.infer(spk_audio_prompt=prompt, text=text, output_path=None)
        if output is None:
            raise ValueError("no speech was generated")
        rate, samples = output  # int16 (samples, channels)
        samples = np.ascontiguousarray(samples, dtype="<i2")
        with wave.open(out, "wb") as file:
            file.setnchannels(samples.shape[1])
            file.setsampwidth(2)
            file.setframerate(rate)
            file.writeframes(samples.tobytes())
        return {"seconds": len(samples) / rate}


def versions() -> dict[str, str]:
    """Installed versions of the packages, "" if missing."""
    installed = {"python": platform.python_version()}
    for key, name in (("version", PACKAGE), ("torch", "torch"), ("transformers", "transformers")):
        try:
            installed[key] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            installed[key] = ""
    return installed


def main() -> None:
    """Process requests until standard input is closed."""
    with os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8") as output:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

        def reply(fields: dict[str, object]) -> None:
            output.write(json.dumps(fields) + "\n")
            output.flush()

        model = Model()
        reply({"ready": versions()})
        for line in sys.stdin:
            request = json.loads(line)
            try:
                is_load = "load" in request
                call = model.load if is_load else model.synthesise
                reply({"done": call(**request)})
            except Exception as error:  # noqa: BLE001 - any error is reported to the client
                reason = str(error).strip().partition("\n")[0]
                reply({"failed": f"{type(error).__name__}: {reason}" if reason else repr(error)})


if __name__ == "__main__":
    main()
