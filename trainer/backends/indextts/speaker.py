"""Speaker of IndexTTS-2: worker process in a separate environment."""

import contextlib
import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec

from trainer.backends.indextts.base import HUB, IndexTTSBase
from trainer.backends.prompt_sound import concatenated
from trainer.errors import TrainerError
from trainer.foreign_files import parse_json
from trainer.only_speaks import InferenceModel
from trainer.runs.files import private_folder
from trainer.speech.endings import Ending
from trainer.speech.sound import Sound, read_sound
from trainer.speech.speaker import DEFAULT_SAMPLING, SamplingSettings

WORKER = Path(__file__).with_name("worker.py")
PROMPT_RATE = 24_000  # Hz, of concatenated prompts; a single one is not resampled
EXIT_TIMEOUT_S = 10.0  # before the worker is killed
LOG_TAIL = 4000  # bytes read from the end of the worker's log


class IndexSpeaker:
    """Speaker without ending control; context manager that ends the worker."""

    tokens_per_second = 0.0
    stop_token = -1

    def __init__(self, model: InferenceModel, python: Path, base: IndexTTSBase) -> None:
        self._model, self._base = model, base
        self._language = ""
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the program
        self._process = subprocess.Popen(
            [str(python), "-P", str(WORKER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            encoding="utf-8",
            env=_environment(base),
        )
        try:
            self.versions: dict[str, str] = self._read_reply()["ready"]
            if self.versions["version"] != model.version:
                installed = self.versions["version"] or "(not installed)"
                raise TrainerError(
                    f"{python} has {model.package} {installed}; {model.version} is required."
                )
        except BaseException:
            self.close()
            raise

    def synthesise(
        self,
        text: str,
        language: str,
        prompts: Sequence[Path],
        seed: int,
        ending: Ending | None,
        sampling: SamplingSettings = DEFAULT_SAMPLING,
    ) -> Sound:
        """Synthesise one piece of text; ``ending`` and ``sampling`` are ignored."""
        code = language.partition("-")[0].lower()
        if code not in self._model.languages:
            supported = ", ".join(self._model.languages)
            raise TrainerError(
                f"{self._model.name} does not support {language!r}; supported: {supported}."
            )
        if not prompts:
            raise TrainerError("There is no voice prompt.", "Specify a clip with --reference.")
        if code != self._language:
            self._language = ""
            self._request(load=str(self._base.folder), language=code)
            self._language = code
        with (
            private_folder("speech") as folder,
            concatenated(prompts, PROMPT_RATE) as prompt,
        ):
            out = Path(folder) / "speech.wav"
            self._request(text=text, prompt=str(prompt.resolve()), out=str(out), seed=seed)
            return read_sound(out)

    def close(self) -> None:
        """End the worker process."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(BrokenPipeError):  # already ended
                    stream.close()
        try:
            self._process.wait(EXIT_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()

    def __enter__(self) -> "IndexSpeaker":
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.close()

    def _request(self, **request: object) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
        except OSError as error:
            raise self._exit_error() from error
        reply = self._read_reply()
        if "failed" in reply:
            raise TrainerError(f"{self._model.name} synthesis failed: {reply['failed']}.")

    def _read_reply(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        try:
            return msgspec.convert(parse_json(line), dict[str, Any])
        except ValueError as error:
            raise self._exit_error() from error

    def _exit_error(self) -> TrainerError:
        """Error with the last line of the log of the ended worker."""
        size = os.fstat(self._log.fileno()).st_size
        self._log.seek(max(0, size - LOG_TAIL))
        lines = self._log.read().decode(errors="replace").split("\n")
        last_line = next((line.strip() for line in reversed(lines) if line.strip()), "no output")
        return TrainerError(f"The worker process of {self._model.name} ended: {last_line}.")


def _environment(base: IndexTTSBase) -> dict[str, str]:
    """Environment variables: no downloads, unpickling of tensors only."""
    return {
        **os.environ,
        "HF_HUB_CACHE": str(base.folder / HUB),
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "TORCH_FORCE_WEIGHTS_ONLY_LOAD": "1",
    }
