"""IndexTTS-2 as a speaker: a program in its own environment, asked line by line."""

import contextlib
import json
import os
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from trainer.backends.indextts.base import HUB, IndexTTSBase
from trainer.backends.prompt_sound import joined
from trainer.errors import TrainerError
from trainer.only_speaks import InferenceModel
from trainer.speech.endings import Ending
from trainer.speech.sound import Sound, read_sound

WORKER = Path(__file__).with_name("worker.py")
PROMPT_RATE = 24_000  # Hz, of prompts that are joined; one alone is heard as it is
PATIENCE_S = 10.0  # for the program to end by itself
LAST_WORDS = 4000  # bytes of what it wrote that are looked at when it has ended


class IndexSpeaker:
    """See ``trainer.speech.speaker.Speaker``; ends as the model likes. A context manager."""

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
            env=_surroundings(base),
        )
        try:
            self.versions: dict[str, str] = self._answer()["ready"]
            if self.versions["version"] != model.version:
                there = self.versions["version"] or "in no version"
                raise TrainerError(
                    f"{python} has {model.package} {there}; {model.version} is needed."
                )
        except BaseException:
            self.close()
            raise

    def say(
        self, text: str, language: str, prompts: Sequence[Path], seed: int, ending: Ending | None
    ) -> Sound:
        """One piece of text, in the voice of the prompts."""
        plain = language.partition("-")[0].lower()
        if plain not in self._model.languages:
            known = ", ".join(self._model.languages)
            raise TrainerError(
                f"{self._model.name} does not speak {language!r}; it speaks {known}."
            )
        if not prompts:
            raise TrainerError("There is no voice to speak in.", "Name a clip with --reference.")
        if plain != self._language:
            self._language = ""
            self._ask(load=str(self._base.folder), language=plain)
            self._language = plain
        with (
            tempfile.TemporaryDirectory(prefix="say-") as folder,
            joined(prompts, PROMPT_RATE) as prompt,
        ):
            out = Path(folder) / "said.wav"
            self._ask(say=text, prompt=str(prompt.resolve()), out=str(out), seed=seed)
            return read_sound(out)

    def close(self) -> None:
        """Let the program end."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(BrokenPipeError):  # it has ended before
                    stream.close()
        try:
            self._process.wait(PATIENCE_S)
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

    def _ask(self, **asked: object) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(asked) + "\n")
            self._process.stdin.flush()
        except OSError as error:
            raise self._ended() from error
        answer = self._answer()
        if "failed" in answer:
            raise TrainerError(f"{self._model.name} could not speak: {answer['failed']}.")

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        try:
            found: dict[str, Any] = json.loads(line)
        except ValueError as error:
            raise self._ended() from error
        return found

    def _ended(self) -> TrainerError:
        """Why there is no answer, by the last line that the program wrote."""
        size = os.fstat(self._log.fileno()).st_size
        self._log.seek(max(0, size - LAST_WORDS))
        lines = self._log.read().decode(errors="replace").split("\n")
        said = next((line.strip() for line in reversed(lines) if line.strip()), "nothing")
        return TrainerError(f"The program that speaks with {self._model.name} ended: {said}.")


def _surroundings(base: IndexTTSBase) -> dict[str, str]:
    """Nothing is fetched and nothing but tensors is unpickled while it loads."""
    return {
        **os.environ,
        "HF_HUB_CACHE": str(base.folder / HUB),
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "TORCH_FORCE_WEIGHTS_ONLY_LOAD": "1",
    }
